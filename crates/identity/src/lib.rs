//! Keys, tokens, passwords, application credentials and OAuth 2.0 flows.
//!
//! A [`TokenService`] serves all tenants of a database. What it must know of a tenant's users and applications comes
//! through a [`Directory`]; what it keeps itself (keys, hashes, digests, codes) is in tables of its own. Secrets are
//! stored as digests or sealed, and no error, `Debug` or `Display` shows one. Time and randomness come from an
//! [`Environment`].
//!
//! Everything here blocks: on the database, and where it says so on hashing a password.

mod assertion;
mod authorize;
mod cache;
mod certificate;
mod client;
mod credentials;
mod decision;
mod directory;
mod encoding;
mod environment;
mod error;
mod grants;
mod jws;
mod keys;
mod limiter;
mod master_key;
mod password;
mod proof;
mod request;
mod scope;
mod secret;
mod service;
mod signature;
mod sql;
mod token;
mod users;

pub use authorize::{AuthorizationError, AuthorizationRequest, ResponseMode, challenge_of};
pub use certificate::Certificate;
pub use credentials::{
    CertificateCredential, NewSecret, SecretCredential, delete_application_credentials,
    delete_credential, store_certificate, store_secret,
};
pub use decision::{DECISION_SECONDS, Decision};
pub use directory::{
    ADMIN_CENTER, ApplicationAccount, Directory, KNOWN_CLIENTS, KnownClient, UserAccount,
};
pub use environment::{Clock, Environment, Randomness};
pub use error::{AccessTokenError, DecisionError, IdentityError, ProofError, TokenError};
pub use grants::{DeviceCodeResponse, PendingDevice};
pub use keys::{JsonWebKey, JsonWebKeySet};
pub use limiter::RateLimit;
pub use master_key::MasterKey;
pub use password::{
    PasswordHash, check_password_rules, delete_password, push_password, store_password,
};
pub use proof::ProofRequest;
pub use request::{BasicCredentials, Origin, Parameters, TokenRequest, TokenResponse};
pub use secret::Secret;
pub use service::{TokenService, TokenSettings};
pub use sql::{PASSWORD_TABLE, statements};
pub use token::{ACCESS_TOKEN_SECONDS, Caller, Claims};
pub use users::{SignedIn, revoke_sessions};
