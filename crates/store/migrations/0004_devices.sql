-- Devices: what is enrolled and by whom, and how the tenant manages devices. As in the tables before, times are seconds
-- since 1970-01-01 UTC, flags are 0 or 1, and users and groups are named by their ordinals. Whether a device is compliant
-- and what covers it follows from these facts and from licenses; it is computed and not stored.

-- How devices are managed, one row per tenant. `clean_up_rules` is a JSON list of platforms and days, where no platform
-- means all that have no rule of their own; `limits` is a JSON object of all limits by their names.
CREATE TABLE device_settings (
    tenant_key {int} NOT NULL PRIMARY KEY,
    authority {text} NOT NULL,
    coexistence {int} NOT NULL,
    secure_by_default {int} NOT NULL,
    checkin_threshold_days {int} NOT NULL,
    scheduled_actions {int} NOT NULL,
    unlicensed_administrators {int} NOT NULL,
    pool_policy {text} NOT NULL,
    clean_up_rules {text} NOT NULL,
    grace_days {int} NOT NULL,
    limits {text} NOT NULL
) {table};

-- Policies that limit devices per user, in the order in which they are asked; the last one is the default one, whose id
-- is all zeros and whose priority is 0. `group_ordinals` and `excluded_group_ordinals` are JSON lists.
CREATE TABLE limit_policy (
    tenant_key {int} NOT NULL,
    position {int} NOT NULL,
    id {bytes} NOT NULL,
    display_name {text} NOT NULL,
    description {text},
    device_limit {int} NOT NULL,
    priority {int} NOT NULL,
    is_for_everyone {int} NOT NULL,
    group_ordinals {text} NOT NULL,
    excluded_group_ordinals {text} NOT NULL,
    version {int} NOT NULL,
    created_at {int} NOT NULL,
    modified_at {int} NOT NULL,
    PRIMARY KEY (tenant_key, position)
) {table};

-- Users who are device enrollment managers.
CREATE TABLE enrollment_manager (
    tenant_key {int} NOT NULL,
    user_ordinal {int} NOT NULL,
    PRIMARY KEY (tenant_key, user_ordinal)
) {table};

-- Devices, enrolled and removed. A removed device keeps its row, so that its id is known if it comes back, but no details:
-- name, serial number, IMEI and the id in the directory are absent then, and after its user was purged. `user_ordinal` is
-- who enrolled it, absent for a device without a user; `other_users` is a JSON list of the other users of a shared device.
-- What has a word in Graph has it here.
CREATE TABLE device (
    tenant_key {int} NOT NULL,
    ordinal {int} NOT NULL,
    device_id {bytes} NOT NULL,
    user_ordinal {int},
    other_users {text},
    platform {text} NOT NULL,
    enrollment_type {text} NOT NULL,
    ownership {text} NOT NULL,
    agent {text} NOT NULL,
    is_virtual {int} NOT NULL,
    is_shared {int} NOT NULL,
    is_basic {int} NOT NULL,
    registration {text} NOT NULL,
    management {text} NOT NULL,
    sync_requested {int} NOT NULL,
    reported {text} NOT NULL,
    grace_until {int},
    enrolled_at {int} NOT NULL,
    contacted_at {int} NOT NULL,
    certificate_expires_at {int} NOT NULL,
    removed_at {int},
    manufacturer {text},
    model {text},
    os_version {text},
    device_name {text},
    serial_number {text},
    imei {text},
    directory_id {bytes},
    PRIMARY KEY (tenant_key, ordinal)
) {table};
