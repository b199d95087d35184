//! `zetel catalog`: products and service plans that tenants follow.

use std::{fs, io::Write, sync::Arc};

use uuid::Uuid;
use zetel_domain::{Command, catalog::Catalog};
use zetel_store::catalog_digest;

use crate::{
    cli::server::{CatalogArgs, CatalogCommand, CatalogImportArgs, CatalogShowArgs},
    error::CliError,
    exit::Exit,
    output,
    server::{Parts, Settings},
    setup,
};

/// Imports and shows catalogs.
pub fn run(args: &CatalogArgs) -> Result<Exit, CliError> {
    match &args.command {
        CatalogCommand::Import(args) => import(args),
        CatalogCommand::Show(args) => show(args),
    }
}

fn import(args: &CatalogImportArgs) -> Result<Exit, CliError> {
    let name = args.file.display().to_string();
    let bytes = fs::read(&args.file)
        .map_err(|error| CliError::usage(format!("Could not read `{name}`: {error}")))?;
    let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
    let tenants = match &args.in_tenant {
        Some(wanted) => vec![setup::find_tenant(&parts.engine, Some(wanted))?],
        None => parts.engine.tenant_ids()?,
    };
    if tenants.is_empty() {
        return Err(
            CliError::new(Exit::NotFound, "There is no tenant yet").hint("`zetel init` makes one")
        );
    }
    for tenant in tenants {
        import_for(&parts, tenant, &name, &bytes, args)?;
    }
    Ok(Exit::Done)
}

fn import_for(
    parts: &Parts,
    tenant: Uuid,
    name: &str,
    bytes: &[u8],
    args: &CatalogImportArgs,
) -> Result<(), CliError> {
    let state = setup::snapshot(&parts.engine, tenant)?;
    let (catalog, report) = merge(state.catalog(), name, bytes)?;
    let mut out = output::stdout();
    writeln!(out, "{} ({tenant})", state.profile().display_name)?;
    write!(out, "{report}")?;
    for problem in catalog.check() {
        output::note(&format!("warning: {problem}"));
    }
    if !args.plan {
        let digest = catalog_digest(&catalog.to_text());
        let command = Command::AdoptCatalog {
            catalog: Arc::new(catalog),
            digest,
        };
        setup::submit_confirmed(&parts.engine, tenant, &command, &args.confirm)?;
    }
    Ok(())
}

/// A catalog with a file's products in it, and what that changed in words.
fn merge(catalog: &Catalog, name: &str, bytes: &[u8]) -> Result<(Catalog, String), CliError> {
    let is_toml = std::path::Path::new(name)
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    if is_toml {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| CliError::usage(format!("`{name}` is not UTF-8 text")))?;
        let merged = catalog
            .merge_toml(name, text)
            .map_err(|error| CliError::usage(error.to_string()))?;
        let report = format!(
            "{} products and {} service plans, before {} and {}\n",
            merged.products.len(),
            merged.plans.len(),
            catalog.products.len(),
            catalog.plans.len()
        );
        return Ok((merged, report));
    }
    let (merged, report) = catalog
        .merge_csv(bytes)
        .map_err(|error| CliError::usage(format!("`{name}` cannot be imported: {error}")))?;
    Ok((merged, format!("{report}\n")))
}

fn show(args: &CatalogShowArgs) -> Result<Exit, CliError> {
    let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
    let tenant = setup::find_tenant(&parts.engine, args.in_tenant.as_deref())?;
    write!(
        output::stdout(),
        "{}",
        setup::snapshot(&parts.engine, tenant)?.catalog().to_text()
    )?;
    Ok(Exit::Done)
}
