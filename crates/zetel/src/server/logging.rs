//! Logs: to standard error, for people or as JSON.

use std::io;

use tracing_subscriber::EnvFilter;

use super::config::{LogFormat, Settings};
use crate::error::CliError;

/// Starts logging as the settings say.
pub fn start(settings: &Settings) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        CliError::usage(format!("`{}` says not what to log: {error}", settings.log))
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let started = match settings.log_format {
        LogFormat::Text => logs
            .with_ansi(crate::error::stderr_takes_color())
            .try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| {
        CliError::new(
            crate::exit::Exit::Failed,
            format!("Could not start logging: {error}"),
        )
    })
}
