//! Secrets and certificates of applications, which the token service keeps.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::StatusCode;
use uuid::Uuid;
use zetel_identity::{CertificateCredential, IdentityError, SecretCredential, TokenService};

use super::{call::Call, error::GraphError};

/// Tells what credentials applications have. Reads the database.
pub trait ListCredentials: Send + Sync + 'static {
    /// The secrets of an application, oldest first.
    fn secrets(&self, tenant: Uuid, client: Uuid) -> Result<Vec<SecretCredential>, IdentityError>;

    /// The certificates of an application, oldest first.
    fn certificates(
        &self,
        tenant: Uuid,
        client: Uuid,
    ) -> Result<Vec<CertificateCredential>, IdentityError>;
}

impl ListCredentials for TokenService {
    fn secrets(&self, tenant: Uuid, client: Uuid) -> Result<Vec<SecretCredential>, IdentityError> {
        Self::secrets(self, tenant, client)
    }

    fn certificates(
        &self,
        tenant: Uuid,
        client: Uuid,
    ) -> Result<Vec<CertificateCredential>, IdentityError> {
        Self::certificates(self, tenant, client)
    }
}

/// The credentials of one application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    /// Secrets, oldest first.
    pub secrets: Vec<SecretCredential>,
    /// Certificates, oldest first.
    pub certificates: Vec<CertificateCredential>,
}

impl Credentials {
    /// No credentials.
    pub const NONE: &'static Self = &Self {
        secrets: Vec::new(),
        certificates: Vec::new(),
    };

    /// The `keyId` of each.
    pub fn key_ids(&self) -> impl Iterator<Item = Uuid> {
        let secrets = self.secrets.iter().map(|secret| secret.key_id);
        secrets.chain(self.certificates.iter().map(|one| one.key_id))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.secrets.len() + self.certificates.len()
    }
}

/// The credentials of several applications by client id.
#[derive(Debug, Default)]
pub(crate) struct KnownCredentials(BTreeMap<Uuid, Credentials>);

impl KnownCredentials {
    /// Those of one application.
    pub fn of(&self, client: Uuid) -> &Credentials {
        self.0.get(&client).unwrap_or(Credentials::NONE)
    }
}

/// Reads the credentials of some applications, on a thread that may wait for the database.
pub(crate) async fn load(
    call: &Call<'_>,
    clients: Vec<Uuid>,
) -> Result<KnownCredentials, GraphError> {
    let (source, tenant) = (Arc::clone(&call.graph.credentials), call.tenant_id);
    let work = move || -> Result<KnownCredentials, IdentityError> {
        let mut known = BTreeMap::new();
        for client in clients {
            let credentials = Credentials {
                secrets: source.secrets(tenant, client)?,
                certificates: source.certificates(tenant, client)?,
            };
            known.insert(client, credentials);
        }
        Ok(KnownCredentials(known))
    };
    let read = tokio::task::spawn_blocking(work).await;
    read.map_err(|_| unavailable())?.map_err(|error| {
        tracing::error!(request_id = %call.request_id, %error, "credentials could not be read");
        unavailable()
    })
}

/// The credentials of one application.
pub(crate) async fn load_one(call: &Call<'_>, client: Uuid) -> Result<Credentials, GraphError> {
    let known = load(call, vec![client]).await?;
    Ok(known.of(client).clone())
}

/// Nothing was changed, and it may work in a moment.
pub(crate) fn unavailable() -> GraphError {
    GraphError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServiceUnavailable",
        "The credentials of applications could not be read or made. Nothing was changed. Try again after a moment.",
    )
}
