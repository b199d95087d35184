//! Which application asks, and whether it proved to be it.

use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::assertion::{self, AssertionRequest};
use crate::directory::known_client;
use crate::encoding::sha256;
use crate::limiter::Account;
use crate::service::{Authority, Client};
use crate::token::ClientProof;
use crate::{IdentityError, TokenError, TokenRequest, TokenService, sql};

/// What a client proves itself with.
enum Credential<'a> {
    None,
    Secret(&'a str),
    Assertion(&'a str),
}

impl TokenService {
    /// The client that every tenant knows, or the application of this tenant, without proof.
    pub(crate) fn find_client(
        &self,
        tenant: Uuid,
        client_id: Uuid,
        authority: &str,
    ) -> Result<Client, TokenError> {
        if let Some(known) = known_client(client_id) {
            let display_name = known.display_name.to_owned();
            return Ok(Client {
                id: client_id,
                display_name,
                account: None,
                proof: ClientProof::Public,
            });
        }
        let account = self.directory.application(tenant, client_id);
        let account =
            account.ok_or_else(|| application_not_found(&client_id.to_string(), authority))?;
        let display_name = account.display_name.clone();
        Ok(Client {
            id: client_id,
            display_name,
            account: Some(account),
            proof: ClientProof::Public,
        })
    }

    /// Finds the client of a request and checks its credential. A public client needs none.
    pub(crate) fn authenticate_client(
        &self,
        tenant: Uuid,
        request: &TokenRequest<'_>,
    ) -> Result<Client, TokenError> {
        let client_id = client_id(request)?;
        let mut client = self.find_client(tenant, client_id, request.authority)?;
        let credential = credential(request)?;
        let Some(account) = &client.account else {
            return match credential {
                Credential::None => Ok(client),
                _ => Err(TokenError::PublicClientCredential(client_id)),
            };
        };
        let proof = match credential {
            Credential::None if account.public_client => return Ok(client),
            Credential::None => return Err(TokenError::CredentialMissing),
            Credential::Secret(secret) => self
                .check_secret(tenant, client_id, secret)
                .map(|()| ClientProof::Secret),
            Credential::Assertion(assertion) => self
                .check_assertion(tenant, client_id, assertion, request)
                .map(|()| ClientProof::Certificate),
        };
        client.proof =
            proof.map_err(|error| self.count_client_failure(tenant, client_id, error))?;
        Ok(client)
    }

    /// A right credential is never held up, since it cannot be guessed: only failures are counted and slowed down,
    /// so that nobody can lock an application out.
    fn count_client_failure(&self, tenant: Uuid, client_id: Uuid, error: TokenError) -> TokenError {
        if matches!(error, TokenError::Service(_)) {
            return error;
        }
        let account = Account::Client(tenant, client_id);
        let now = self.now();
        if let Some(retry_after) = self.limiter.wait(&account, now) {
            return TokenError::TooManyRequests { retry_after };
        }
        self.limiter.failed(account, now);
        error
    }

    fn check_secret(&self, tenant: Uuid, client_id: Uuid, secret: &str) -> Result<(), TokenError> {
        let digest = sha256(secret);
        let stored = sql::secrets(&self.database, tenant, client_id)?;
        // All of them are compared, each in constant time.
        let mut found = None;
        for (credential, known) in stored {
            if bool::from(known.ct_eq(&digest)) {
                found = Some(credential);
            }
        }
        let credential = found.ok_or(TokenError::InvalidClientSecret(client_id))?;
        if credential.expires_at <= self.now() {
            return Err(TokenError::ExpiredClientSecret(client_id));
        }
        Ok(())
    }

    fn check_assertion(
        &self,
        tenant: Uuid,
        client_id: Uuid,
        assertion: &str,
        request: &TokenRequest<'_>,
    ) -> Result<(), TokenError> {
        let certificates = sql::certificates(&self.database, tenant, client_id)?;
        let now = self.now();
        let accepted = assertion::verify(&AssertionRequest {
            assertion,
            certificates: &certificates,
            client_id,
            now,
            is_own_tenant: &|segment| {
                segment.eq_ignore_ascii_case(request.authority)
                    || self
                        .authority(segment)
                        .is_ok_and(|named| named == Authority::Tenant(tenant))
            },
        })?;
        let first = self
            .database
            .transaction(|transaction| {
                sql::note_assertion(
                    transaction,
                    tenant,
                    client_id,
                    &accepted.jti_digest,
                    &accepted.digest,
                    accepted.expires_at,
                )
            })
            .map_err(IdentityError::from)?;
        match first {
            None => Ok(()),
            Some(digest) if digest == accepted.digest && !self.settings.single_use_assertions => {
                Ok(())
            }
            Some(_) => Err(TokenError::AssertionReplayed),
        }
    }
}

/// The client id of a request: from HTTP Basic (graph-rs-sdk sends nothing in the body), from the body, or from
/// the assertion, whose issuer it is.
pub(crate) fn client_id(request: &TokenRequest<'_>) -> Result<Uuid, TokenError> {
    let text = match request.basic {
        Some(basic) => basic.client_id.as_str(),
        None => match (
            request.form.get("client_id"),
            request.form.get("client_assertion"),
        ) {
            (Some(client_id), _) => client_id,
            (None, Some(assertion)) => return assertion::claimed_client(assertion),
            (None, None) => return Err(TokenError::MissingParameter("client_id")),
        },
    };
    Uuid::try_parse(text).map_err(|_| application_not_found(text, request.authority))
}

fn credential<'a>(request: &'a TokenRequest<'_>) -> Result<Credential<'a>, TokenError> {
    let secret = request
        .basic
        .map(|basic| basic.client_secret.as_str())
        .or(request.form.get("client_secret"));
    let assertion = request.form.get("client_assertion");
    match (secret, assertion) {
        (None, None) => Ok(Credential::None),
        (Some(secret), None) => Ok(Credential::Secret(secret)),
        (None, Some(assertion)) => {
            let kind = request.form.required("client_assertion_type")?;
            if kind != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
                return Err(TokenError::AssertionMalformed(
                    "client_assertion_type must be jwt-bearer",
                ));
            }
            Ok(Credential::Assertion(assertion))
        }
        (Some(_), Some(_)) => Err(TokenError::Malformed(
            "client_secret and client_assertion exclude each other",
        )),
    }
}

pub(crate) fn application_not_found(client: &str, tenant: &str) -> TokenError {
    TokenError::ApplicationNotFound {
        client: client.to_owned(),
        tenant: tenant.to_owned(),
    }
}
