//! `zetel app`: applications, on the server's own machine.

use std::{fs, io::Write, path::Path};

use serde::Serialize;
use zetel_domain::{Command, access::Permission};
use zetel_engine::Submission;
use zetel_identity::{Certificate, delete_application_credentials};

use crate::{
    cli::server::{AppArgs, AppCommand, AppCreateArgs, AppListArgs, AppRemoveArgs},
    error::CliError,
    exit::Exit,
    output::{self, Record},
    server::{Parts, Settings},
    setup::{self, NewApplication},
};

/// Registers, lists and removes applications.
pub fn run(args: &AppArgs) -> Result<Exit, CliError> {
    match &args.command {
        AppCommand::Create(args) => create(args),
        AppCommand::List(args) => list(args),
        AppCommand::Remove(args) => remove(args),
    }
}

fn create(args: &AppCreateArgs) -> Result<Exit, CliError> {
    let permissions = args.permissions.iter().map(|name| {
        Permission::parse(name).ok_or_else(|| {
            let known: Vec<&str> = Permission::ALL
                .iter()
                .map(|permission| permission.as_str())
                .collect();
            CliError::usage(format!("`{name}` is not an application permission"))
                .hint(format!("Known are {}", known.join(", ")))
        })
    });
    let permissions = permissions.collect::<Result<Vec<_>, _>>()?;
    let certificate = args.certificate.as_deref().map(read_certificate);
    let certificate = certificate.transpose()?;
    let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
    let tenant = setup::find_tenant(&parts.engine, args.in_tenant.as_deref())?;
    let wanted = NewApplication {
        client_id: None,
        name: &args.name,
        permissions,
        is_public: args.public,
        redirect_uris: args.redirect_uris.clone(),
    };
    let client_id = setup::add_application(&parts.engine, tenant, wanted)?;
    let mut out = output::stdout();
    writeln!(out, "tenant  {tenant}")?;
    writeln!(out, "client  {client_id}")?;
    if let Some(certificate) = certificate {
        parts
            .tokens
            .add_certificate(tenant, client_id, &args.name, &certificate)?;
    } else if !args.public {
        let expires =
            parts.environment.now() + args.expires_in_days * zetel_domain::time::DAY_SECONDS;
        let secret = parts
            .tokens
            .add_secret(tenant, client_id, &args.name, expires)?;
        writeln!(out, "secret  {}", secret.value.expose())?;
        output::note("The secret is shown this once");
    }
    Ok(Exit::Done)
}

/// Reads a certificate that an application can be recognized by.
fn read_certificate(path: &Path) -> Result<Vec<u8>, CliError> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        CliError::usage(format!("Could not read `{}`: {reason}", path.display()))
    };
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    Certificate::parse(&bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    client_id: String,
    display_name: String,
    permissions: Vec<&'static str>,
}

impl Record for Listed {
    const COLUMNS: &'static [&'static str] = &["clientId", "displayName", "permissions"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.client_id.clone(),
            self.display_name.clone(),
            self.permissions.join(" "),
        ]
    }
}

fn list(args: &AppListArgs) -> Result<Exit, CliError> {
    let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
    let tenant = setup::find_tenant(&parts.engine, args.in_tenant.as_deref())?;
    let state = setup::snapshot(&parts.engine, tenant)?;
    let applications: Vec<Listed> = state
        .applications()
        .values()
        .map(|application| Listed {
            client_id: application.client_id.to_string(),
            display_name: application.display_name.clone(),
            permissions: application
                .permissions
                .iter()
                .map(|permission| permission.as_str())
                .collect(),
        })
        .collect();
    output::list(output::stdout(), args.output, &applications)?;
    Ok(Exit::Done)
}

fn remove(args: &AppRemoveArgs) -> Result<Exit, CliError> {
    let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
    let tenant = setup::find_tenant(&parts.engine, args.in_tenant.as_deref())?;
    let client_id = args.client_id;
    let state = setup::snapshot(&parts.engine, tenant)?;
    let application = state.find_application(client_id).ok_or_else(|| {
        CliError::new(
            Exit::NotFound,
            format!("The tenant has no application with the client id {client_id}"),
        )
        .hint("`zetel app list` lists them")
    })?;
    parts.engine.submit_blocking(
        tenant,
        Submission {
            also: Some(Box::new(move |transaction, applied| {
                delete_application_credentials(transaction, applied.tenant_id, client_id)
            })),
            ..Submission::of_system(
                setup::COMMAND_LINE,
                Command::RemoveApplication { id: application.id },
            )
        },
    )?;
    output::note(&format!(
        "Removed `{}` with its credentials",
        application.display_name
    ));
    Ok(Exit::Done)
}
