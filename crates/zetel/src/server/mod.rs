//! The server: configuration, certificates, listeners, and the parts wired together.

pub mod config;
mod directory;
mod listen;
mod logging;
mod parts;
mod tls;
#[cfg(feature = "otlp")]
mod traces;
mod upkeep;

pub use config::Settings;
pub use logging::start as start_logging;
pub use parts::Parts;
pub use tls::{Certificates, parameters as certificate_parameters, write_private};

use std::net::SocketAddr;

use crate::{error::CliError, output};

/// A server whose listeners are bound.
pub struct Server {
    listeners: listen::Listeners,
    parts: Parts,
}

impl Server {
    /// Binds the listeners of the settings.
    pub fn bind(
        settings: &Settings,
        parts: Parts,
        certificates: &Certificates,
    ) -> Result<Self, CliError> {
        let listeners = listen::Listeners::bind(settings, certificates)?;
        Ok(Self { listeners, parts })
    }

    /// Where clients reach the server.
    pub fn address(&self) -> SocketAddr {
        self.listeners.address()
    }

    /// Tells where health and metrics are, if anywhere.
    pub fn note_ops_address(&self) {
        if let Some(address) = self.listeners.ops_address() {
            output::note(&format!("Health and metrics at http://{address}"));
        }
    }

    /// Serves until the process is told to end, then lets requests finish.
    pub fn run(self, settings: &Settings) -> Result<(), CliError> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        if let Some(workers) = settings.workers {
            runtime.worker_threads(workers);
        }
        let runtime = runtime
            .enable_all()
            .thread_name("http")
            .build()
            .map_err(|error| {
                CliError::new(
                    crate::exit::Exit::Failed,
                    format!("Could not start the runtime: {error}"),
                )
            })?;
        runtime.block_on(self.listeners.serve(&self.parts))
    }
}
