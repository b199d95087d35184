-- An application without a service principal is dormant: it is registered, and nobody gets a token as it.
ALTER TABLE application ADD COLUMN is_dormant {int} NOT NULL DEFAULT 0;
-- Further properties by Graph's names, as JSON: an object whose values are JSON texts.
ALTER TABLE application ADD COLUMN properties {text};
-- Ending a user's sessions ends sign-ins of devices too.
CREATE INDEX device_code_by_user ON device_code (tenant_id, user_id);
