//! `zetel serve`: runs the server.

use crate::{
    cli::server::ServeArgs,
    error::CliError,
    exit::Exit,
    output,
    server::{self, Certificates, Parts, Server, Settings},
};

/// Serves until the process is told to end.
pub fn run(args: &ServeArgs) -> Result<Exit, CliError> {
    let settings = Settings::load(&args.server, "zetel-data")?;
    let _logging = server::start_logging(&settings)?;
    let parts = Parts::open(&settings, true)?;
    let certificates = Certificates::load(&settings, parts.tokens.now())?;
    let tenants = parts.engine.tenant_ids()?;
    let server = Server::bind(&settings, parts, &certificates)?;
    let scheme = if settings.plain_http { "http" } else { "https" };
    output::note(&format!(
        "Serving {scheme}://{} from {}",
        server.address(),
        settings.target
    ));
    server.note_ops_address();
    if let Some(authority) = &certificates.authority {
        output::note(&format!("Clients must trust {}", authority.display()));
    }
    if tenants.is_empty() {
        output::note("There is no tenant yet; `zetel init` makes one");
    }
    server.run(&settings)?;
    Ok(Exit::Done)
}
