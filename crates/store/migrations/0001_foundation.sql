-- The migrations that ran. Written by the migration runner only.
CREATE TABLE IF NOT EXISTS schema_migration (
    number {int} NOT NULL PRIMARY KEY,
    name {text} NOT NULL,
    checksum {text} NOT NULL
) {table};
