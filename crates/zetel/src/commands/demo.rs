//! `zetel demo`: builds Contoso once, tells how to use it, and serves it.

use std::{fs, path::Path};

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use zetel_engine::system_clock;

use crate::{
    cli::server::DemoArgs,
    demo::{self, ADMINISTRATOR, Access, DOMAIN, TimeMachine},
    error::CliError,
    exit::Exit,
    output,
    server::{self, Certificates, Parts, Server, Settings},
    setup,
};

/// Days that the application's secret and certificate work.
const CREDENTIAL_DAYS: i64 = 730;

/// Serves the demonstration until the process is told to end.
pub fn run(args: &DemoArgs) -> Result<Exit, CliError> {
    let mut settings = Settings::load(&args.server, "zetel-demo")?;
    settings.log.get_or_insert_with(|| "warn".to_owned()); // what is printed below shall stay in sight
    let _logging = server::start_logging(&settings)?;
    let (time, clock) = TimeMachine::new(system_clock());
    let parts = Parts::open_with_clock(&settings, true, clock)?;
    let certificates = Certificates::load(&settings, parts.environment.now())?;
    // Secrets cannot be read again, so a demonstration remembers its own beside the keys.
    let notes = settings.keys.join("demo.json");
    let mut access = match remembered(&parts, &notes)? {
        Some(access) => access,
        None => build(args, &settings, &parts, &time)?,
    };
    let server = Server::bind(&settings, parts, &certificates)?;
    let scheme = if settings.plain_http { "http" } else { "https" };
    access.url = settings
        .public_url
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{}", server.address()));
    access.authority.clone_from(&certificates.authority);
    server::write_private(&notes, &access.to_json())?;
    if let Some(path) = &args.env_file {
        demo::write_variables(&access, path)?;
    }
    demo::print(&mut output::stdout(), &access, &certificates)?;
    server.note_ops_address();
    server.run(&settings)?;
    Ok(Exit::Done)
}

/// What an earlier demonstration in the same place noted.
fn remembered(parts: &Parts, notes: &Path) -> Result<Option<Access>, CliError> {
    let tenants = parts.engine.tenant_ids()?;
    if tenants.is_empty() {
        return Ok(None);
    }
    let access = fs::read_to_string(notes)
        .ok()
        .and_then(|text| Access::from_json(&text));
    match access {
        Some(access)
            if tenants
                .iter()
                .any(|tenant| tenant.to_string() == access.tenant) =>
        {
            Ok(Some(access))
        }
        _ => Err(CliError::new(
            Exit::Refused,
            "The database holds a tenant that is no demonstration",
        )
        .hint("Give another place with `--data`, or serve it with `zetel serve`")),
    }
}

fn build(
    args: &DemoArgs,
    settings: &Settings,
    parts: &Parts,
    time: &TimeMachine,
) -> Result<Access, CliError> {
    output::note(&format!(
        "Building Contoso with {} users in {}",
        args.users, settings.target
    ));
    let password = setup::random_password(parts)?;
    let contoso = demo::build(parts, time, args.users, args.seed, &password)?;
    demo::delete_last(&parts.engine, contoso.tenant)?;
    let now = parts.environment.now();
    let expires = now + CREDENTIAL_DAYS * zetel_domain::time::DAY_SECONDS;
    let secret =
        parts
            .tokens
            .add_secret(contoso.tenant, contoso.client_id, "demonstration", expires)?;
    let client_certificate = settings.keys.join("client.pem");
    let certificate = make_client_certificate(&client_certificate, now)?;
    parts.tokens.add_certificate(
        contoso.tenant,
        contoso.client_id,
        "demonstration",
        certificate.as_bytes(),
    )?;
    Ok(Access {
        url: String::new(),
        tenant: contoso.tenant.to_string(),
        client_id: contoso.client_id.to_string(),
        client_secret: secret.value.expose().to_owned(),
        client_certificate: client_certificate
            .canonicalize()
            .unwrap_or(client_certificate),
        authority: None,
        domain: DOMAIN.to_owned(),
        administrator: ADMINISTRATOR.to_owned(),
        password,
    })
}

/// Makes an RSA key with a self-signed certificate and writes both to one PEM file; returns the certificate.
fn make_client_certificate(path: &Path, now: i64) -> Result<String, CliError> {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
    let parameters =
        server::certificate_parameters(Vec::new(), "Contoso Automation", now, CREDENTIAL_DAYS)?;
    let certificate = parameters.self_signed(&key)?.pem();
    server::write_private(path, &format!("{}{certificate}", key.serialize_pem()))?;
    Ok(certificate)
}
