//! The parts of a server, opened and wired together. Commands on the server's own machine use them as well.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use zetel_domain::Rejection;
use zetel_engine::{Clock, Engine, EngineError, Options, system_clock};
use zetel_identity::{Environment, IdentityError, MasterKey, TokenService, TokenSettings};
use zetel_store::{Store, sql::DatabaseError};

use super::{config::Settings, directory::EngineDirectory};
use crate::{error::CliError, exit::Exit};

/// Engine and token service over one database.
pub struct Parts {
    /// Tenants.
    pub engine: Engine,
    /// Tokens.
    pub tokens: Arc<TokenService>,
    /// Time and randomness of the token service.
    pub environment: Environment,
}

impl Parts {
    /// Opens database, keys and services; what does not exist is made. `background` starts the engine's own work.
    pub fn open(settings: &Settings, background: bool) -> Result<Self, CliError> {
        Self::open_with_clock(settings, background, system_clock())
    }

    /// As [`Parts::open`], with a clock of the caller's.
    pub fn open_with_clock(
        settings: &Settings,
        background: bool,
        clock: Clock,
    ) -> Result<Self, CliError> {
        make_folder(&settings.keys)?;
        let store = Store::open(&settings.target)?;
        let engine = Engine::new(
            store.clone(),
            Arc::clone(&clock),
            Options {
                background,
                ..Options::default()
            },
        )?;
        let environment = Environment::new(Arc::new(move || clock().0));
        let master_key = MasterKey::load_or_create(&settings.keys.join("master.key"))?;
        let tokens = TokenService::open(
            TokenSettings {
                public_url: settings.public_url.clone(),
                own_hosts: ["localhost", "127.0.0.1", "[::1]"]
                    .map(str::to_owned)
                    .into_iter()
                    .chain(settings.host_names.iter().cloned())
                    .collect(),
                ..TokenSettings::default()
            },
            store.database().clone(),
            master_key,
            Arc::new(EngineDirectory::new(engine.clone())),
            environment.clone(),
        )?;
        Ok(Self {
            engine,
            tokens: Arc::new(tokens),
            environment,
        })
    }
}

/// A folder that only its owner may enter.
fn make_folder(folder: &Path) -> Result<(), CliError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
        .map_err(|error| {
            CliError::new(
                Exit::Failed,
                format!("Could not make `{}`: {error}", folder.display()),
            )
        })
}

impl From<DatabaseError> for CliError {
    fn from(error: DatabaseError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

impl From<IdentityError> for CliError {
    fn from(error: IdentityError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::Rejected(Rejection::QuantityManagedElsewhere { managed_by }) => Self::new(
                Exit::Refused,
                format!(
                    "The quantity of this subscription is changed by {}",
                    crate::setup::manager(*managed_by)
                ),
            )
            .hint("When it was changed there, say so with `--changed-there`"),
            EngineError::Rejected(Rejection::Guarded {
                token,
                users,
                needs_approval,
                ..
            }) => {
                let approval = if *needs_approval {
                    ". Before that somebody else must approve it with `zetel approve`"
                } else {
                    ""
                };
                Self::new(
                    Exit::ConfirmationRequired,
                    format!("The guard stops this: {users} users would lose a service"),
                )
                .hint(format!(
                    "To do it all the same, repeat the command with `--confirm {token}`{approval}"
                ))
            }
            EngineError::Rejected(rejection) => Self::new(
                Exit::Refused,
                format!("A rule refuses this: {}", in_words(rejection)),
            ),
            EngineError::TenantNotFound => {
                Self::new(Exit::NotFound, "There is no such tenant").hint("`zetel init` makes one")
            }
            _ => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

/// What the commands of the server's own machine can meet, in words.
fn in_words(rejection: &Rejection) -> String {
    match rejection {
        Rejection::InvalidDomain { domain } => format!("`{domain}` is not a domain name"),
        Rejection::DomainExists { domain } => {
            format!("the tenant has the domain `{domain}` already")
        }
        Rejection::DomainNotVerified { domain } => {
            format!("the domain `{domain}` is not the tenant's")
        }
        Rejection::PrincipalNameTaken { principal_name } => {
            format!("there is a user `{principal_name}` already")
        }
        Rejection::InvalidProperty { name } => format!("the value for `{name}` has the wrong form"),
        Rejection::RequiredPropertyMissing { name } => format!("`{name}` is missing"),
        Rejection::PropertyTooLong { name, max_length } => {
            format!("`{name}` has more than {max_length} characters")
        }
        Rejection::TenantExists => "there is a tenant with this id already".to_owned(),
        Rejection::InvalidQuantity => {
            "a subscription has at least one seat and one month".to_owned()
        }
        Rejection::DeviceProductNeedsAgreement { sku_id } => {
            format!(
                "the product {sku_id} is licensed per device and cannot be bought by card or invoice"
            )
        }
        Rejection::SubscriptionNotFound { id } => format!("the tenant has no subscription {id}"),
        Rejection::WrongSubscriptionStatus { status } => {
            format!("the subscription is in the state {}", status.as_str())
        }
        Rejection::LastGlobalAdministrator => {
            "the last Global Administrator keeps the role".to_owned()
        }
        other => other.to_string(),
    }
}
