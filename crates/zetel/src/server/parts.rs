//! The parts of a server, opened and wired together. Commands on the server's own machine use them as well.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

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
                own_hosts: vec![
                    "localhost".to_owned(),
                    "127.0.0.1".to_owned(),
                    "[::1]".to_owned(),
                ],
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
            EngineError::Rejected(rejection) => {
                Self::new(Exit::Refused, format!("A rule refuses this: {rejection}"))
            }
            EngineError::TenantNotFound => {
                Self::new(Exit::NotFound, "There is no such tenant").hint("`zetel init` makes one")
            }
            _ => Self::new(Exit::Failed, error.to_string()),
        }
    }
}
