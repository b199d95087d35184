//! `zetel init`: makes a tenant with its first administrator.

use std::io::Write;

use zetel_domain::{directory::Profile, location::Location};

use crate::{
    cli::server::InitArgs,
    error::CliError,
    exit::Exit,
    output,
    server::{Parts, Settings},
    setup,
};

/// Makes a tenant; prints its id, the administrator and the password, which cannot be read again.
pub fn run(args: &InitArgs) -> Result<Exit, CliError> {
    let location = match &args.usage_location {
        Some(code) => Some(Location::parse(code).ok_or_else(|| {
            CliError::usage(format!("`{code}` is not a country code"))
                .hint("Give two letters, for example NL")
        })?),
        None => None,
    };
    let domain = args.domain.to_ascii_lowercase();
    let admin = args
        .admin
        .clone()
        .unwrap_or_else(|| format!("admin@{domain}"));
    if !admin.to_ascii_lowercase().ends_with(&format!("@{domain}")) {
        return Err(CliError::usage(format!(
            "`{admin}` is not in the domain `{domain}`"
        )));
    }
    let settings = Settings::load(&args.server, "zetel-data")?;
    let parts = Parts::open(&settings, false)?;
    if let Some(owner) = parts.engine.store().tenant_of_domain(&domain)? {
        return Err(CliError::new(
            Exit::Refused,
            format!("The domain `{domain}` belongs to the tenant {owner}"),
        ));
    }
    let profile = Profile {
        display_name: args.name.clone(),
        default_usage_location: location,
        ..Profile::default()
    };
    let tenant = parts
        .engine
        .create_tenant(args.tenant_id, profile, domain)?;
    setup::adopt_builtin_catalog(&parts.engine, tenant)?;
    let password = setup::random_password(&parts)?;
    setup::create_administrator(&parts, tenant, None, &admin, location, &password)?;
    let mut out = output::stdout();
    writeln!(out, "tenant    {tenant}")?;
    writeln!(out, "admin     {admin}")?;
    writeln!(out, "password  {password}")?;
    output::note("The password is shown this once; `zetel app create` registers an application");
    Ok(Exit::Done)
}
