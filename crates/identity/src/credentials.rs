//! Credentials of applications: secrets and certificates, several per application.

use uuid::Uuid;
use zetel_store::sql::{DatabaseError, Transaction};

use crate::encoding::{base64url, sha256};
use crate::{Certificate, Environment, IdentityError, Secret, TokenService, sql};

/// Characters of a secret that stay readable, so that people can tell their secrets apart (Graph's `hint`).
const HINT_CHARACTERS: usize = 3;

/// A client secret, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretCredential {
    /// `keyId`
    pub key_id: Uuid,
    /// `hint`: the first three characters of the secret.
    pub hint: String,
    /// `displayName`
    pub display_name: String,
    /// `startDateTime`, in seconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// `endDateTime`
    pub expires_at: i64,
}

/// A certificate of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateCredential {
    /// `keyId`
    pub key_id: Uuid,
    /// `displayName`
    pub display_name: String,
    /// When it was added, in seconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// Thumbprints, public key and validity.
    pub certificate: Certificate,
}

/// A new secret: the value is shown once and can never be read again.
#[derive(Debug)]
pub struct NewSecret {
    /// What is stored.
    pub credential: SecretCredential,
    /// The secret itself.
    pub value: Secret,
}

/// Makes a secret of 32 random bytes in base64url and stores its digest in the caller's transaction.
pub fn store_new_secret(
    transaction: &mut Transaction<'_>,
    environment: &Environment,
    tenant_id: Uuid,
    client_id: Uuid,
    display_name: &str,
    expires_at: i64,
) -> Result<NewSecret, IdentityError> {
    let value = Secret::new(base64url(environment.random::<32>()?));
    let credential = SecretCredential {
        key_id: new_key_id(environment)?,
        hint: value.expose().chars().take(HINT_CHARACTERS).collect(),
        display_name: display_name.to_owned(),
        created_at: environment.now(),
        expires_at,
    };
    sql::insert_secret(transaction, tenant_id, client_id, &credential, &sha256(value.expose()))?;
    Ok(NewSecret { credential, value })
}

/// Stores a certificate in the caller's transaction.
pub fn store_certificate(
    transaction: &mut Transaction<'_>,
    environment: &Environment,
    tenant_id: Uuid,
    client_id: Uuid,
    display_name: &str,
    certificate: Certificate,
) -> Result<CertificateCredential, IdentityError> {
    let credential = CertificateCredential {
        key_id: new_key_id(environment)?,
        display_name: display_name.to_owned(),
        created_at: environment.now(),
        certificate,
    };
    sql::insert_certificate(transaction, tenant_id, client_id, &credential)?;
    Ok(credential)
}

/// Removes all credentials of an application in the caller's transaction, as deleting the application demands.
pub fn delete_application_credentials(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
) -> Result<(), DatabaseError> {
    sql::delete_credentials(transaction, tenant_id, client_id)
}

fn new_key_id(environment: &Environment) -> Result<Uuid, IdentityError> {
    Ok(uuid::Builder::from_random_bytes(environment.random()?).into_uuid())
}

impl TokenService {
    /// Adds a secret to an application. It works until `expires_at`, in seconds since 1970-01-01 UTC.
    pub fn add_secret(
        &self,
        tenant_id: Uuid,
        client_id: Uuid,
        display_name: &str,
        expires_at: i64,
    ) -> Result<NewSecret, IdentityError> {
        self.write(|transaction| {
            store_new_secret(transaction, &self.environment, tenant_id, client_id, display_name, expires_at)
        })
    }

    /// Adds a certificate, in PEM or DER, to an application.
    pub fn add_certificate(
        &self,
        tenant_id: Uuid,
        client_id: Uuid,
        display_name: &str,
        pem_or_der: &[u8],
    ) -> Result<CertificateCredential, IdentityError> {
        let certificate = Certificate::parse(pem_or_der)?;
        self.write(|transaction| {
            store_certificate(transaction, &self.environment, tenant_id, client_id, display_name, certificate)
        })
    }

    /// The secrets of an application, oldest first.
    pub fn secrets(&self, tenant_id: Uuid, client_id: Uuid) -> Result<Vec<SecretCredential>, IdentityError> {
        let rows = sql::secrets(&self.database, tenant_id, client_id)?;
        Ok(rows.into_iter().map(|(credential, _)| credential).collect())
    }

    /// The certificates of an application, oldest first.
    pub fn certificates(
        &self,
        tenant_id: Uuid,
        client_id: Uuid,
    ) -> Result<Vec<CertificateCredential>, IdentityError> {
        Ok(sql::certificates(&self.database, tenant_id, client_id)?)
    }

    /// Removes a secret or certificate by its `keyId`; whether there was one.
    pub fn remove_credential(&self, tenant_id: Uuid, client_id: Uuid, key_id: Uuid) -> Result<bool, IdentityError> {
        let remove = |transaction: &mut Transaction<'_>| {
            sql::delete_credential(transaction, tenant_id, client_id, key_id)
        };
        Ok(self.database.transaction(remove)?)
    }

    /// Removes all credentials of an application.
    pub fn remove_application(&self, tenant_id: Uuid, client_id: Uuid) -> Result<(), IdentityError> {
        let remove = |transaction: &mut Transaction<'_>| sql::delete_credentials(transaction, tenant_id, client_id);
        Ok(self.database.transaction(remove)?)
    }

    /// Runs `work` in a transaction. Its own errors undo everything as well.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, IdentityError>,
    ) -> Result<T, IdentityError> {
        let mut failure = None;
        let result = self.database.transaction(|transaction| {
            work(transaction).map_err(|error| match error {
                IdentityError::Database(error) => error,
                other => {
                    failure = Some(other);
                    DatabaseError::Damaged("the change was given up".to_owned())
                }
            })
        });
        result.map_err(|error| failure.unwrap_or(IdentityError::Database(error)))
    }
}
