//! `zetel doctor`: whether the database is what its journal says.

use std::{io, io::Write};

use zetel_store::Finding;

use crate::{
    cli::database::DoctorArgs, commands::database::open_existing, error::CliError, exit::Exit,
    output, server::Settings,
};

/// Examines a database, which may be in use, and prints what is wrong, a line each.
pub fn run(args: &DoctorArgs) -> Result<Exit, CliError> {
    let settings = Settings::load(&args.server, "zetel-data")?;
    let store = open_existing(&settings.target)?;
    let mut out = output::stdout();
    let mut written: io::Result<()> = Ok(());
    let mut print = |finding: Finding| {
        if written.is_ok() {
            written = writeln!(out, "{finding}");
        }
    };
    let examined = store.examine(&mut print)?;
    written.and_then(|()| out.flush())?;
    output::note(&format!(
        "Examined {}: {} tenants, {} users, {} changes",
        settings.target, examined.tenants, examined.users, examined.generations
    ));
    if examined.findings > 0 {
        output::note(&format!("{} things are wrong", examined.findings));
        return Ok(Exit::Failed);
    }
    output::note("Nothing is wrong");
    Ok(Exit::Done)
}
