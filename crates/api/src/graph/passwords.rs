//! Setting passwords: hashed on threads that may block, a few at a time.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use zetel_domain::{Outcome, Timestamp};
use zetel_engine::Also;
use zetel_identity::{
    Environment, IdentityError, PasswordHash, check_password_rules, store_password,
};

use super::{
    error::GraphError,
    refusals::{invalid, required},
};

/// A new password, as `passwordProfile` has it. Never printed.
pub(crate) struct NewPassword {
    password: String,
    must_change: bool,
}

impl NewPassword {
    /// Reads a `passwordProfile`.
    pub fn parse(profile: &Value) -> Result<Self, GraphError> {
        let wrong = || GraphError::refused(invalid("passwordProfile"));
        let members = profile.as_object().ok_or_else(wrong)?;
        let mut password = None;
        let mut must_change = None;
        for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
            match name.to_ascii_lowercase().as_str() {
                "password" => password = Some(value.as_str().ok_or_else(wrong)?.to_owned()),
                "forcechangepasswordnextsignin" | "forcechangepasswordnextsigninwithmfa" => {
                    let asked = value.as_bool().or(value.is_null().then_some(false));
                    let asked = asked.ok_or_else(wrong)?;
                    // With two wishes the stricter one counts; without any, Graph's default.
                    must_change = Some(must_change.unwrap_or(false) || asked);
                }
                _ => return Err(unknown_member(name)),
            }
        }
        let password =
            password.ok_or_else(|| GraphError::refused(required("passwordProfile.password")))?;
        check_password_rules(&password).map_err(|_| {
            GraphError::refused(
                "The specified password does not comply with password complexity requirements. Please provide a different password.",
            )
        })?;
        Ok(Self {
            password,
            must_change: must_change.unwrap_or(true),
        })
    }
}

fn unknown_member(name: &str) -> GraphError {
    GraphError::refused(format!(
        "The property '{name}' does not exist on type 'microsoft.graph.passwordProfile'. Make sure to only use property names that are defined by the type."
    ))
}

/// Takes the `passwordProfile` out of a user's body.
pub(crate) fn take_profile(
    members: &mut Map<String, Value>,
) -> Result<Option<NewPassword>, GraphError> {
    let name = members
        .keys()
        .find(|name| name.eq_ignore_ascii_case("passwordProfile"))
        .cloned();
    let profile = name.and_then(|name| members.remove(&name));
    profile.as_ref().map(NewPassword::parse).transpose()
}

/// Hashes passwords, as many at once as there are workers.
pub(crate) struct PasswordHasher {
    environment: Environment,
    workers: Arc<Semaphore>,
}

impl PasswordHasher {
    /// A hasher with so many workers, or one per core if 0.
    pub fn new(environment: Environment, workers: usize) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers = if workers == 0 { cores() } else { workers };
        Self {
            environment,
            workers: Arc::new(Semaphore::new(workers)),
        }
    }

    /// Hashes a password; what is returned stores the hash in the transaction that creates or changes the user.
    pub async fn storing(&self, new: NewPassword, now: Timestamp) -> Result<Also, GraphError> {
        let failed = || {
            GraphError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "ServiceUnavailable",
                "The password could not be hashed. Nothing was changed. Try again after a moment.",
            )
        };
        let permit = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .map_err(|_| failed())?;
        let environment = self.environment.clone();
        let must_change = new.must_change;
        let task = tokio::task::spawn_blocking(move || -> Result<PasswordHash, IdentityError> {
            let _permit = permit;
            PasswordHash::new(&new.password, &environment)
        });
        let hash = task.await.map_err(|_| failed())?.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            failed()
        })?;
        Ok(Box::new(move |transaction, applied| {
            let ordinal = match &applied.outcome {
                Outcome::Users(users) => users.first().copied(),
                Outcome::User(user) => Some(*user),
                _ => None,
            };
            let user = ordinal.and_then(|ordinal| applied.after.users().view(ordinal));
            user.map_or(Ok(()), |user| {
                store_password(
                    transaction,
                    applied.tenant_id,
                    user.id,
                    &hash,
                    must_change,
                    now.0,
                )
            })
        }))
    }
}
