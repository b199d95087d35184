-- Tenants: facts as they are now, and the journal of everything that happened. Times are seconds since 1970-01-01 UTC.
-- Facts are written by the program only, always in one transaction with the journal; `zetel doctor` compares the two.

-- Catalogs by the SHA-256 of their text; many tenants share one.
CREATE TABLE catalog (
    digest {bytes} NOT NULL PRIMARY KEY,
    body {text} NOT NULL
) {table};

-- Where a tenant's journal ends. Appending compares and swaps this row.
CREATE TABLE tenant_head (
    tenant_key {int} NOT NULL PRIMARY KEY,
    tenant_id {bytes} NOT NULL,
    generation {int} NOT NULL,
    hash {bytes} NOT NULL
) {table};
CREATE UNIQUE INDEX tenant_head_by_id ON tenant_head (tenant_id);

CREATE TABLE tenant (
    tenant_key {int} NOT NULL PRIMARY KEY,
    tenant_id {bytes} NOT NULL,
    created_at {int} NOT NULL,
    display_name {text} NOT NULL,
    default_usage_location {text},
    preferred_language {text},
    technical_notification_mails {text} NOT NULL,
    catalog_digest {bytes} NOT NULL
) {table};

-- The licensing policy, one row per tenant: a JSON object with all switches.
CREATE TABLE policy (
    tenant_key {int} NOT NULL PRIMARY KEY,
    body {text} NOT NULL
) {table};

-- Approvals of changes that the guard stopped, the oldest first; those that expired go with the next one.
CREATE TABLE approval (
    tenant_key {int} NOT NULL,
    position {int} NOT NULL,
    token {text} NOT NULL,
    approver {text} NOT NULL,
    approved_at {int} NOT NULL,
    PRIMARY KEY (tenant_key, position)
) {table};

CREATE TABLE domain (
    tenant_key {int} NOT NULL,
    position {int} NOT NULL,
    name {text} NOT NULL,
    is_initial {int} NOT NULL,
    is_default {int} NOT NULL,
    PRIMARY KEY (tenant_key, position)
) {table};
CREATE INDEX domain_by_name ON domain (name, tenant_key);

-- Products ever owned. `plans` is a JSON list of ids and names; a plan's place is its bit in `license.disabled_plans`.
CREATE TABLE product (
    tenant_key {int} NOT NULL,
    product {int} NOT NULL,
    sku_id {bytes} NOT NULL,
    part_number {text} NOT NULL,
    name {text} NOT NULL,
    per_device {int} NOT NULL,
    plans {text} NOT NULL,
    PRIMARY KEY (tenant_key, product)
) {table};

CREATE TABLE subscription (
    tenant_key {int} NOT NULL,
    id {bytes} NOT NULL,
    commerce_id {bytes} NOT NULL,
    product {int} NOT NULL,
    channel {text} NOT NULL,
    partner_tenant_id {bytes},
    quantity {int} NOT NULL,
    term_months {int} NOT NULL,
    renews {int} NOT NULL,
    created_at {int} NOT NULL,
    ends_at {int} NOT NULL,
    status {text} NOT NULL,
    status_since {int} NOT NULL,
    owner_id {bytes},
    PRIMARY KEY (tenant_key, id)
) {table};

-- Users, live, deleted and purged. `properties` is a JSON object of what has no column of its own.
CREATE TABLE directory_user (
    tenant_key {int} NOT NULL,
    ordinal {int} NOT NULL,
    object_id {bytes} NOT NULL,
    created_at {int} NOT NULL,
    deleted_at {int},
    is_purged {int} NOT NULL,
    account_enabled {int} NOT NULL,
    is_guest {int} NOT NULL,
    usage_location {text},
    display_name {text},
    given_name {text},
    job_title {text},
    mail {text},
    surname {text},
    user_principal_name {text},
    department {text},
    mail_nickname {text},
    properties {text},
    PRIMARY KEY (tenant_key, ordinal)
) {table};

-- Licenses of a user's own; what a user has as a member of a group is in `decision`. `group_ordinal` is the group that
-- gave it, -1 for none. `state` is `Direct`; `Ending` while a grace period runs; or Graph's word for why it could not be
-- taken away. `disabled_plans` is a mask of 16 bytes, least significant first; absent when all plans are on.
CREATE TABLE license (
    tenant_key {int} NOT NULL,
    user_ordinal {int} NOT NULL,
    product {int} NOT NULL,
    group_ordinal {int} NOT NULL,
    state {text} NOT NULL,
    changed_at {int} NOT NULL,
    disabled_plans {bytes},
    PRIMARY KEY (tenant_key, user_ordinal, product, group_ordinal, state)
) {table};

-- Groups, live, deleted and purged. `properties` is a JSON object of what has no column of its own, each value as the text
-- of its JSON.
CREATE TABLE directory_group (
    tenant_key {int} NOT NULL,
    ordinal {int} NOT NULL,
    object_id {bytes} NOT NULL,
    created_at {int} NOT NULL,
    deleted_at {int},
    is_purged {int} NOT NULL,
    had_licenses {int} NOT NULL,
    display_name {text} NOT NULL,
    mail_nickname {text} NOT NULL,
    mail {text},
    mail_enabled {int} NOT NULL,
    security_enabled {int} NOT NULL,
    is_unified {int} NOT NULL,
    is_role_assignable {int} NOT NULL,
    visibility {text},
    description {text},
    membership_rule {text},
    rule_paused {int} NOT NULL,
    priority {int} NOT NULL,
    properties {text},
    PRIMARY KEY (tenant_key, ordinal)
) {table};

-- What groups give to their members. `disabled_plans` as in `license`.
CREATE TABLE group_license (
    tenant_key {int} NOT NULL,
    group_ordinal {int} NOT NULL,
    product {int} NOT NULL,
    changed_at {int} NOT NULL,
    disabled_plans {bytes},
    PRIMARY KEY (tenant_key, group_ordinal, product)
) {table};

-- Groups that are members of groups.
CREATE TABLE subgroup (
    tenant_key {int} NOT NULL,
    group_ordinal {int} NOT NULL,
    member_ordinal {int} NOT NULL,
    PRIMARY KEY (tenant_key, group_ordinal, member_ordinal)
) {table};

-- Users who own groups.
CREATE TABLE group_owner (
    tenant_key {int} NOT NULL,
    group_ordinal {int} NOT NULL,
    user_ordinal {int} NOT NULL,
    PRIMARY KEY (tenant_key, group_ordinal, user_ordinal)
) {table};

-- Users who are members of groups, deleted users included. `decided_at` is when the group's licenses were last decided
-- for this user alone; absent where the times of the membership and of the licenses say it.
CREATE TABLE membership (
    tenant_key {int} NOT NULL,
    user_ordinal {int} NOT NULL,
    group_ordinal {int} NOT NULL,
    joined_at {int} NOT NULL,
    decided_at {int},
    PRIMARY KEY (tenant_key, user_ordinal, group_ordinal)
) {table};

-- How the products of groups were decided, and for whom. `verdict` is `Active`; `Fallback:` and the product that is given
-- instead; or Graph's word for why it failed. `users` are those of the 8,192 ordinals from 8,192 * `chunk` on: a byte 0
-- and their offsets as 16-bit numbers where they are fewer than 512, otherwise a byte 1 and 1,024 bytes of bits; all
-- little-endian. A chunk without users has no row.
CREATE TABLE decision (
    tenant_key {int} NOT NULL,
    group_ordinal {int} NOT NULL,
    product {int} NOT NULL,
    verdict {text} NOT NULL,
    chunk {int} NOT NULL,
    users {bytes} NOT NULL,
    PRIMARY KEY (tenant_key, group_ordinal, product, verdict, chunk)
) {table};

CREATE TABLE application (
    tenant_key {int} NOT NULL,
    id {bytes} NOT NULL,
    client_id {bytes} NOT NULL,
    service_principal_id {bytes} NOT NULL,
    display_name {text} NOT NULL,
    permissions {text} NOT NULL,
    is_public_client {int} NOT NULL,
    redirect_uris {text} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (tenant_key, id)
) {table};

CREATE TABLE role_assignment (
    tenant_key {int} NOT NULL,
    principal {bytes} NOT NULL,
    role {text} NOT NULL,
    PRIMARY KEY (tenant_key, principal, role)
) {table};

-- The journal: one row per accepted command. `hash` covers the row, the personal details and the hash before it.
CREATE TABLE generation (
    tenant_key {int} NOT NULL,
    generation {int} NOT NULL,
    at {int} NOT NULL,
    actor {text} NOT NULL,
    command {text} NOT NULL,
    request_id {bytes} NOT NULL,
    body {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (tenant_key, generation)
) {table};

-- Personal details of a generation, apart so that they can be erased while the chain still verifies.
CREATE TABLE generation_detail (
    tenant_key {int} NOT NULL,
    generation {int} NOT NULL,
    body {bytes} NOT NULL,
    PRIMARY KEY (tenant_key, generation)
) {table};

-- Which users 1,024 generations together concern, as a portable roaring bitmap of ordinals; block 0 is generations 1 to
-- 1,024. Written when a block is full; the journal itself tells of the rest.
CREATE TABLE generation_block (
    tenant_key {int} NOT NULL,
    block {int} NOT NULL,
    users {bytes} NOT NULL,
    PRIMARY KEY (tenant_key, block)
) {table};
