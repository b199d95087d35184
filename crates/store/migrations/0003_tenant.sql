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

-- Direct assignments. `disabled_plans` is a mask of 16 bytes, least significant first; absent when all plans are on.
CREATE TABLE license (
    tenant_key {int} NOT NULL,
    user_ordinal {int} NOT NULL,
    product {int} NOT NULL,
    changed_at {int} NOT NULL,
    disabled_plans {bytes},
    PRIMARY KEY (tenant_key, user_ordinal, product)
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
