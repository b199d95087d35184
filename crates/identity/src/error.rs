//! What can go wrong, in two enums: the service itself, and what a client is told.

use std::path::PathBuf;

use uuid::Uuid;
use zetel_store::sql::DatabaseError;

/// A failure of the identity service itself. Its texts are for operators and never hold a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The cryptographic library refused; practically always a lack of memory or of randomness.
    #[error("cryptography failed while {0}; check memory and the system's random source")]
    Crypto(&'static str),
    /// The master key file cannot be used.
    #[error("cannot use the master key {}: {reason}", path.display())]
    MasterKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A signing key in the database does not open with the master key.
    #[error(
        "signing key {0} was sealed with another master key; give the master key that belongs to this database"
    )]
    WrongMasterKey(String),
    /// A stored value is not what was stored.
    #[error("{0} in the database is damaged; run `zetel doctor` and restore a backup")]
    Damaged(String),
    /// A certificate that someone wants to add cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
    /// A password does not meet the rules.
    #[error(
        "the password does not comply with password complexity requirements: {}",
        crate::password::RULES
    )]
    WeakPassword,
    /// A task ended without a result.
    #[error("the work was interrupted; the log has the panic message before this line")]
    Interrupted,
    /// The setting cannot be used.
    #[error("the setting {name} cannot be used: {reason}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why the token service refuses, with Entra's numbers. Values that come from the client are shown to it again,
/// except secrets, which no variant holds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// No tenant has this id or verified domain.
    #[error(
        "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    )]
    TenantNotFound(String),
    /// The endpoint names no tenant and nothing in the request tells which one is meant.
    #[error(
        "No tenant-identifying information found in either the request or implied by any provided credentials. Use the endpoint of the tenant."
    )]
    TenantMissing,
    /// The tenant has no such application.
    #[error(
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been created in this tenant or was removed from it."
    )]
    ApplicationNotFound {
        /// The client id as the client wrote it.
        client: String,
        /// The tenant as the client wrote it.
        tenant: String,
    },
    /// A parameter that the grant needs is absent or empty.
    #[error("The request body must contain the following parameter: '{0}'.")]
    MissingParameter(&'static str),
    /// The request cannot be read.
    #[error("The request is malformed or invalid: {0}.")]
    Malformed(&'static str),
    /// The grant type is none that the service knows.
    #[error("The app requested an unsupported grant type '{0}'.")]
    UnsupportedGrantType(String),
    /// The response type is none that the service knows.
    #[error("The app requested an unsupported response type '{0}'. Use 'code'.")]
    UnsupportedResponseType(String),
    /// The secret belongs to no credential of the application.
    #[error(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{0}'."
    )]
    InvalidClientSecret(Uuid),
    /// The secret was right and has expired.
    #[error(
        "The provided client secret keys for app '{0}' are expired. Add a new secret to the app."
    )]
    ExpiredClientSecret(Uuid),
    /// A confidential client sent no credential.
    #[error(
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    )]
    CredentialMissing,
    /// A public client sent a credential.
    #[error(
        "Client '{0}' is public so neither 'client_assertion' nor 'client_secret' should be presented."
    )]
    PublicClientCredential(Uuid),
    /// The assertion is no JWT that the service can read.
    #[error("Client assertion is not a valid JWT: {0}.")]
    AssertionMalformed(&'static str),
    /// The assertion is signed by no certificate of the application.
    #[error(
        "Client assertion contains an invalid signature: {reason}. Thumbprint of key used by client: '{thumbprint}'."
    )]
    AssertionSignature {
        /// What is wrong.
        reason: &'static str,
        /// The thumbprint as the client sent it, or the kind of header that is missing.
        thumbprint: String,
    },
    /// The assertion is not yet, or no longer, valid.
    #[error(
        "Client assertion is not within its valid time range. Current time: {now}, expiry time of assertion: {expires_at} (seconds since 1970-01-01 UTC)."
    )]
    AssertionTime {
        /// The service's time.
        now: i64,
        /// The assertion's `exp`.
        expires_at: i64,
    },
    /// The assertion was made for another token service.
    #[error("Client assertion audience claim does not match the token endpoint of this tenant.")]
    AssertionAudience,
    /// The assertion speaks for another application.
    #[error("Client assertion application identifier doesn't match 'client_id' parameter.")]
    AssertionIssuer,
    /// The assertion's `jti` was used before.
    #[error(
        "Client assertion was used before. Make a new assertion with another 'jti' for each request."
    )]
    AssertionReplayed,
    /// The resource is none that the service issues tokens for.
    #[error(
        "The resource principal named '{0}' was not found in the tenant. Use https://graph.microsoft.com/.default."
    )]
    ResourceNotFound(String),
    /// A scope is malformed, or scopes of two resources are mixed.
    #[error("The provided value for the input parameter 'scope' is not valid: '{0}'.")]
    InvalidScope(String),
    /// Client credentials take `/.default` only.
    #[error(
        "The provided value for scope '{0}' is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
    )]
    ScopeNotDefault(String),
    /// The user or an administrator has not granted what is asked for.
    #[error(
        "The user or administrator has not consented to use the application '{application}' with '{scope}'. Grant the permission to the application."
    )]
    ConsentRequired {
        /// Name of the application.
        application: String,
        /// The scope asked for.
        scope: String,
    },
    /// Wrong password.
    #[error("Error validating credentials due to invalid username or password.")]
    InvalidCredentials,
    /// The user does not exist in the tenant.
    #[error(
        "The user account {upn} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory."
    )]
    UserNotFound {
        /// The user principal name as it was given.
        upn: String,
        /// The tenant as it was given.
        tenant: String,
    },
    /// The user may not sign in.
    #[error("The user account is disabled.")]
    UserDisabled,
    /// The user must change the password first.
    #[error("The password is expired. Sign in on the sign-in page to choose a new one.")]
    PasswordExpired,
    /// The client wants an answer without a page, and no user is signed in.
    #[error(
        "Session information is not sufficient for single-sign-on. Ask again without prompt=none."
    )]
    LoginRequired,
    /// The new password cannot be taken. Only the page for choosing one says this.
    #[error("{0}")]
    NewPassword(&'static str),
    /// Too many failed attempts of this user.
    #[error(
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password. Try again in {retry_after} seconds."
    )]
    AccountLocked {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// Too many failed attempts of this client, or too many requests at once.
    #[error("Too many requests. Try again in {retry_after} seconds.")]
    TooManyRequests {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// The device code waits for its user.
    #[error("OAuth 2.0 device flow error. Authorization is pending. Continue polling.")]
    AuthorizationPending,
    /// The device code, or the user code, is unknown.
    #[error(
        "The provided value for the input parameter '{0}' is not valid. It was never issued, was used, or has expired."
    )]
    DeviceCodeUnknown(&'static str),
    /// The device code waited too long.
    #[error(
        "The provided value for the input parameter 'device_code' is not valid. The code has expired."
    )]
    DeviceCodeExpired,
    /// The user refused the device.
    #[error("User declined to consent to access the app.")]
    AuthorizationDeclined,
    /// The refresh token or authorization code is unknown, revoked, or another client's.
    #[error("The provided grant is invalid or malformed: {0}.")]
    InvalidGrant(&'static str),
    /// The refresh token has expired.
    #[error("The refresh token has expired due to inactivity. Sign in again.")]
    RefreshTokenExpired,
    /// The authorization code has expired.
    #[error(
        "The provided authorization code has expired. Send a new authorization request for this user and resource."
    )]
    CodeExpired,
    /// The authorization code was redeemed before.
    #[error("OAuth2 Authorization code was already redeemed, please retry with a new valid code.")]
    CodeRedeemed,
    /// The code verifier does not match.
    #[error(
        "The Code_Verifier does not match the code_challenge supplied in the authorization request."
    )]
    CodeVerifier,
    /// The redirect URI differs from the one of the authorization request.
    #[error(
        "The reply address '{0}' does not match the reply address provided when requesting the authorization code."
    )]
    RedirectMismatch(String),
    /// The redirect URI is not registered.
    #[error(
        "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the application '{client_id}'."
    )]
    RedirectNotRegistered {
        /// The redirect URI as the client wrote it.
        redirect_uri: String,
        /// The client id.
        client_id: Uuid,
    },
    /// The service itself failed; the source is for the log, not for the client.
    #[error("A transient error has occurred. Please try again.")]
    Service(#[source] IdentityError),
}

impl From<IdentityError> for TokenError {
    fn from(error: IdentityError) -> Self {
        Self::Service(error)
    }
}

impl From<DatabaseError> for TokenError {
    fn from(error: DatabaseError) -> Self {
        Self::Service(error.into())
    }
}

impl TokenError {
    /// Entra's number, the OAuth error and the HTTP status.
    fn row(&self) -> (u32, &'static str, u16) {
        match self {
            Self::TenantNotFound(_) => (90002, "invalid_request", 400),
            Self::TenantMissing => (50059, "invalid_request", 400),
            Self::ApplicationNotFound { .. } => (700_016, "unauthorized_client", 400),
            Self::MissingParameter(_) => (900_144, "invalid_request", 400),
            Self::Malformed(_) => (9_002_313, "invalid_request", 400),
            Self::UnsupportedGrantType(_) => (70003, "unsupported_grant_type", 400),
            Self::UnsupportedResponseType(_) => (70005, "unsupported_response_type", 400),
            Self::InvalidClientSecret(_) => (7_000_215, "invalid_client", 401),
            Self::ExpiredClientSecret(_) => (7_000_222, "invalid_client", 401),
            Self::CredentialMissing => (7_000_218, "invalid_client", 401),
            Self::PublicClientCredential(_) => (700_025, "invalid_client", 401),
            Self::AssertionMalformed(_) => (50027, "invalid_client", 401),
            Self::AssertionSignature { .. } => (700_027, "invalid_client", 401),
            Self::AssertionTime { .. } => (700_024, "invalid_client", 401),
            Self::AssertionAudience => (700_023, "invalid_client", 401),
            Self::AssertionIssuer => (700_021, "invalid_client", 401),
            Self::AssertionReplayed => (50013, "invalid_client", 401),
            Self::ResourceNotFound(_) => (500_011, "invalid_resource", 400),
            Self::InvalidScope(_) => (70011, "invalid_scope", 400),
            Self::ScopeNotDefault(_) => (1_002_012, "invalid_scope", 400),
            Self::ConsentRequired { .. } => (65001, "invalid_grant", 400),
            Self::InvalidCredentials => (50126, "invalid_grant", 400),
            Self::UserNotFound { .. } => (50034, "invalid_grant", 400),
            Self::UserDisabled => (50057, "invalid_grant", 400),
            Self::PasswordExpired => (50055, "invalid_grant", 400),
            Self::LoginRequired => (50058, "login_required", 400),
            Self::NewPassword(_) => (50056, "invalid_grant", 400),
            Self::AccountLocked { .. } => (50053, "invalid_grant", 400),
            Self::TooManyRequests { .. } => (90055, "temporarily_unavailable", 429),
            Self::AuthorizationPending => (70016, "authorization_pending", 400),
            Self::DeviceCodeUnknown(_) => (70019, "bad_verification_code", 400),
            Self::DeviceCodeExpired => (70020, "expired_token", 400),
            Self::AuthorizationDeclined => (65004, "authorization_declined", 400),
            Self::InvalidGrant(_) => (70000, "invalid_grant", 400),
            Self::RefreshTokenExpired => (700_082, "invalid_grant", 400),
            Self::CodeExpired => (70008, "invalid_grant", 400),
            Self::CodeRedeemed => (54005, "invalid_grant", 400),
            Self::CodeVerifier => (501_481, "invalid_grant", 400),
            Self::RedirectMismatch(_) => (500_112, "invalid_grant", 400),
            Self::RedirectNotRegistered { .. } => (50011, "invalid_request", 400),
            Self::Service(_) => (90033, "temporarily_unavailable", 503),
        }
    }

    /// Entra's number, as in `AADSTS7000215`.
    pub fn code(&self) -> u32 {
        self.row().0
    }

    /// The OAuth 2.0 error (RFC 6749 section 5.2 and Entra's additions).
    pub fn oauth_error(&self) -> &'static str {
        self.row().1
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.row().2
    }

    /// The text of `error_description`, without trace and timestamp.
    pub fn description(&self) -> String {
        format!("AADSTS{}: {self}", self.code())
    }

    /// Seconds for `Retry-After`, where waiting helps.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::AccountLocked { retry_after } | Self::TooManyRequests { retry_after } => {
                Some((*retry_after).max(1))
            }
            Self::Service(_) => Some(1),
            _ => None,
        }
    }
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessTokenError {
    /// Not a JWT with the claims of an access token.
    #[error("CompactToken parsing failed with error code: 80049217")]
    Malformed,
    /// Not RS256, by a key of this service, with a valid signature.
    #[error(
        "Signature verification failed. The token was not signed by this service, or was changed."
    )]
    Signature,
    /// What was signed is something else, such as a decision about a device.
    #[error("Access token validation failure. What was sent is signed and is no access token.")]
    Type,
    /// The issuer is not that of the token's tenant.
    #[error("Access token validation failure. Invalid issuer.")]
    Issuer,
    /// The token was made for another resource.
    #[error("Access token validation failure. Invalid audience.")]
    Audience,
    /// The token has expired.
    #[error("Lifetime validation failed, the token is expired.")]
    Expired,
    /// The token is not valid yet.
    #[error("Lifetime validation failed, the token is not yet valid.")]
    NotYetValid,
}

/// Why a decision about a device is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError {
    /// Not a JWS with the claims of a decision.
    #[error("it cannot be read: it must be the text that a check answered as `decision`")]
    Malformed,
    /// Not RS256, by a key of this service, with a valid signature.
    #[error("its signature is not by this service, or it was changed")]
    Signature,
    /// What was signed is something else, such as an access token.
    #[error("what was sent is signed and is no decision")]
    Type,
    /// It was made for another tenant.
    #[error("it was made for another organization")]
    Tenant,
    /// It has expired.
    #[error("it has expired; a decision lasts five minutes, so ask for a new one")]
    Expired,
    /// It is not valid yet.
    #[error("it is not valid yet; compare the clocks of the servers")]
    NotYetValid,
}

/// Why a proof of possession is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The application has no certificate that has not expired, so nothing can be proven.
    #[error(
        "the application has no valid certificate to prove anything with; set 'keyCredentials' with PATCH"
    )]
    NoCertificate,
    /// It is no JWT that the service can read.
    #[error("{0}")]
    Malformed(&'static str),
    /// It is signed by no valid certificate of the application.
    #[error("{reason}; the thumbprint of the key that signed it is '{thumbprint}'")]
    Signature {
        /// What is wrong.
        reason: &'static str,
        /// The thumbprint as the client sent it, or the kind of header that is missing.
        thumbprint: String,
    },
    /// It was made by another application.
    #[error("its iss is not the object id of the application")]
    Issuer,
    /// It was made for something else.
    #[error("its aud is not '00000003-0000-0000-c000-000000000000'")]
    Audience,
    /// It is valid for too long.
    #[error("it is valid for more than ten minutes, from nbf to exp")]
    Lifetime,
    /// It is not yet, or no longer, valid.
    #[error(
        "it is not within its valid time; the time is {now}, and it expires at {expires_at} (seconds since 1970-01-01 UTC)"
    )]
    Time {
        /// The service's time.
        now: i64,
        /// Its `exp`.
        expires_at: i64,
    },
}
