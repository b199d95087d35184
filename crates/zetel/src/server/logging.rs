//! Logs: to standard error, for people or as JSON. Traces leave beside them where the program is built for that.

use std::io;

use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use super::config::{LogFormat, Settings};
use crate::{error::CliError, exit::Exit};

/// What to log where no setting says it.
const DEFAULT_FILTER: &str = "info";

/// Logging that was started; what has not left yet leaves when this is dropped.
pub struct Logging {
    #[cfg(feature = "otlp")]
    _traces: Option<super::traces::Traces>,
}

/// Starts logging as the settings say.
pub fn start(settings: &Settings) -> Result<Logging, CliError> {
    let wanted = settings.log.as_deref().unwrap_or(DEFAULT_FILTER);
    let filter = EnvFilter::try_new(wanted)
        .map_err(|error| CliError::usage(format!("`log`: `{wanted}` is no filter: {error}")))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = match settings.log_format {
        LogFormat::Text => lines.with_ansi(crate::error::stderr_takes_color()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otlp")]
    let traces = settings
        .otlp_endpoint
        .as_deref()
        .map(super::traces::Traces::open)
        .transpose()?;
    #[cfg(feature = "otlp")]
    let subscriber = subscriber.with(traces.as_ref().map(super::traces::Traces::layer));
    subscriber.try_init().map_err(|error| {
        CliError::new(Exit::Failed, format!("Could not start logging: {error}"))
    })?;
    Ok(Logging {
        #[cfg(feature = "otlp")]
        _traces: traces,
    })
}
