-- Refusals to enroll a device. They lie beside the journal: a refusal changes nothing. Times are seconds since 1970-01-01
-- UTC. The last 30 days are kept, at most 10,000 per tenant; those that name a user go when the user is purged.

-- `id` is the id of the request. `people` has the ids of all users whom the row names, `reason_codes` all codes; both with
-- commas between them.
CREATE TABLE enrollment_failure (
    tenant_key {int} NOT NULL,
    id {bytes} NOT NULL,
    at {int} NOT NULL,
    user_id {bytes},
    user_named {text} NOT NULL,
    people {text} NOT NULL,
    device_id {bytes},
    serial {text} NOT NULL,
    platform {text} NOT NULL,
    os_version {text} NOT NULL,
    enrollment_type {text} NOT NULL,
    failure_category {text} NOT NULL,
    reason_codes {text} NOT NULL,
    reason {text} NOT NULL,
    PRIMARY KEY (tenant_key, id)
) {table};
CREATE INDEX enrollment_failure_by_time ON enrollment_failure (tenant_key, at, id);
