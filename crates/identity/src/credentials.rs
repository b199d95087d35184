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

impl NewSecret {
    /// Makes a secret of 32 random bytes in base64url; it works until `expires_at`, in seconds since 1970-01-01 UTC.
    pub fn generate(
        environment: &Environment,
        display_name: &str,
        expires_at: i64,
    ) -> Result<Self, IdentityError> {
        let value = Secret::new(base64url(environment.random::<32>()?));
        let credential = SecretCredential {
            key_id: environment.new_id()?,
            hint: value.expose().chars().take(HINT_CHARACTERS).collect(),
            display_name: display_name.to_owned(),
            created_at: environment.now(),
            expires_at,
        };
        Ok(Self { credential, value })
    }
}

impl CertificateCredential {
    /// A credential of this certificate, to be stored.
    pub fn new(
        environment: &Environment,
        display_name: &str,
        certificate: Certificate,
    ) -> Result<Self, IdentityError> {
        Ok(Self {
            key_id: environment.new_id()?,
            display_name: display_name.to_owned(),
            created_at: environment.now(),
            certificate,
        })
    }
}

/// Stores the digest of a new secret in the caller's transaction.
pub fn store_secret(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    secret: &NewSecret,
) -> Result<(), DatabaseError> {
    sql::insert_secret(
        transaction,
        tenant_id,
        client_id,
        &secret.credential,
        &sha256(secret.value.expose()),
    )
}

/// Stores a certificate in the caller's transaction.
pub fn store_certificate(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    credential: &CertificateCredential,
) -> Result<(), DatabaseError> {
    sql::insert_certificate(transaction, tenant_id, client_id, credential)
}

/// Removes a secret or certificate by its `keyId` in the caller's transaction; whether there was one.
pub fn delete_credential(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
    key_id: Uuid,
) -> Result<bool, DatabaseError> {
    sql::delete_credential(transaction, tenant_id, client_id, key_id)
}

/// Removes all credentials of an application in the caller's transaction, as deleting the application demands.
pub fn delete_application_credentials(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    client_id: Uuid,
) -> Result<(), DatabaseError> {
    sql::delete_credentials(transaction, tenant_id, client_id)
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
        let secret = NewSecret::generate(&self.environment, display_name, expires_at)?;
        self.database
            .transaction(|transaction| store_secret(transaction, tenant_id, client_id, &secret))?;
        Ok(secret)
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
        let credential = CertificateCredential::new(&self.environment, display_name, certificate)?;
        self.database.transaction(|transaction| {
            store_certificate(transaction, tenant_id, client_id, &credential)
        })?;
        Ok(credential)
    }

    /// The secrets of an application, oldest first.
    pub fn secrets(
        &self,
        tenant_id: Uuid,
        client_id: Uuid,
    ) -> Result<Vec<SecretCredential>, IdentityError> {
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
    pub fn remove_credential(
        &self,
        tenant_id: Uuid,
        client_id: Uuid,
        key_id: Uuid,
    ) -> Result<bool, IdentityError> {
        let remove = |transaction: &mut Transaction<'_>| {
            sql::delete_credential(transaction, tenant_id, client_id, key_id)
        };
        Ok(self.database.transaction(remove)?)
    }

    /// Removes all credentials of an application.
    pub fn remove_application(
        &self,
        tenant_id: Uuid,
        client_id: Uuid,
    ) -> Result<(), IdentityError> {
        let remove = |transaction: &mut Transaction<'_>| {
            sql::delete_credentials(transaction, tenant_id, client_id)
        };
        Ok(self.database.transaction(remove)?)
    }
}
