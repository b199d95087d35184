-- What signing in needs. Times are seconds since 1970-01-01 UTC; digests are SHA-256.

-- Private keys that sign tokens, sealed with the master key, which is not in the database.
CREATE TABLE signing_key (
    key_id {text} NOT NULL PRIMARY KEY,
    created_at {int} NOT NULL,
    retired_at {int},
    sealed_private_key {bytes} NOT NULL
) {table};

-- Argon2id hashes of passwords.
CREATE TABLE user_password (
    tenant_id {bytes} NOT NULL,
    user_id {bytes} NOT NULL,
    hash {text} NOT NULL,
    must_change {int} NOT NULL,
    changed_at {int} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) {table};

-- Client secrets of applications: the digest, and the first characters as a hint for people.
CREATE TABLE application_secret (
    tenant_id {bytes} NOT NULL,
    client_id {bytes} NOT NULL,
    key_id {bytes} NOT NULL,
    digest {bytes} NOT NULL,
    hint {text} NOT NULL,
    display_name {text} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    PRIMARY KEY (tenant_id, client_id, key_id)
) {table};

-- Certificates of applications: thumbprints, public key and validity.
CREATE TABLE application_certificate (
    tenant_id {bytes} NOT NULL,
    client_id {bytes} NOT NULL,
    key_id {bytes} NOT NULL,
    sha1 {bytes} NOT NULL,
    sha256 {bytes} NOT NULL,
    subject {text} NOT NULL,
    public_key {bytes} NOT NULL,
    not_before {int} NOT NULL,
    not_after {int} NOT NULL,
    display_name {text} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (tenant_id, client_id, key_id)
) {table};

-- Refresh tokens, by digest. Deleting a row revokes the token.
CREATE TABLE refresh_token (
    tenant_id {bytes} NOT NULL,
    digest {bytes} NOT NULL,
    user_id {bytes} NOT NULL,
    client_id {bytes} NOT NULL,
    scope {text} NOT NULL,
    expires_at {int} NOT NULL,
    PRIMARY KEY (tenant_id, digest)
) {table};
CREATE INDEX refresh_token_by_user ON refresh_token (tenant_id, user_id);

-- Authorization codes, by digest. A redeemed one is kept until it expires, to recognize its second use.
CREATE TABLE authorization_code (
    tenant_id {bytes} NOT NULL,
    digest {bytes} NOT NULL,
    user_id {bytes} NOT NULL,
    client_id {bytes} NOT NULL,
    redirect_uri {text} NOT NULL,
    challenge {text},
    challenge_method {text},
    scope {text} NOT NULL,
    nonce {text},
    expires_at {int} NOT NULL,
    redeemed {int} NOT NULL,
    PRIMARY KEY (tenant_id, digest)
) {table};
CREATE INDEX authorization_code_by_user ON authorization_code (tenant_id, user_id);

-- Device codes, by digest. The tenant and the user are known when a user approved. State: 0 waits, 1 approved, 2 declined.
CREATE TABLE device_code (
    digest {bytes} NOT NULL PRIMARY KEY,
    user_code {text} NOT NULL,
    tenant_id {bytes},
    user_id {bytes},
    client_id {bytes} NOT NULL,
    scope {text} NOT NULL,
    state {int} NOT NULL,
    expires_at {int} NOT NULL
) {table};
CREATE UNIQUE INDEX device_code_by_user_code ON device_code (user_code);

-- Client assertions that were used: the digest of their `jti` and of the whole assertion.
CREATE TABLE used_assertion (
    tenant_id {bytes} NOT NULL,
    client_id {bytes} NOT NULL,
    jti_digest {bytes} NOT NULL,
    assertion_digest {bytes} NOT NULL,
    expires_at {int} NOT NULL,
    PRIMARY KEY (tenant_id, client_id, jti_digest)
) {table};
