-- Ids of the users and service principals who own an application, as a JSON list.
ALTER TABLE application ADD COLUMN owners {text};
