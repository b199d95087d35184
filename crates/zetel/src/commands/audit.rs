//! `zetel audit`: the journal, verified and exported.

use std::io::Write;

use jiff::Timestamp;
use serde_json::json;
use zetel_store::{Change, Hash, Head, Store, VerifyError};

use super::audit_events::event_json;
use super::audit_names::{Names, hex};
use super::database::open_existing;
use crate::{
    cli::{
        changes::{AuditArgs, AuditCommand, AuditExportArgs, AuditVerifyArgs},
        tenant::TenantArgs,
    },
    error::CliError,
    exit::Exit,
    output,
    progress::Progress,
    server::Settings,
    setup::tenant_in,
    time,
};

/// Changes read from the journal at once.
const PAGE: u32 = 1_000;

/// Verifies or exports.
pub fn run(args: &AuditArgs) -> Result<Exit, CliError> {
    match &args.command {
        AuditCommand::Verify(args) => verify(args),
        AuditCommand::Export(args) => export(args),
    }
}

/// The database, which may be in use, and the tenant that the options name.
fn open(args: &TenantArgs) -> Result<(Store, uuid::Uuid), CliError> {
    let settings = Settings::load(&args.server, "zetel-data")?;
    let store = open_existing(&settings.target)?;
    let tenant = tenant_in(&store, args.in_tenant.as_deref())?;
    Ok((store, tenant))
}

fn no_tenant() -> CliError {
    CliError::new(Exit::NotFound, "There is no such tenant")
}

fn verify(args: &AuditVerifyArgs) -> Result<Exit, CliError> {
    let (store, tenant) = open(&args.tenant)?;
    let progress = Progress::new(!args.no_progress);
    progress.start(Some(1));
    let verified = store.verify(tenant, &mut |done, of| progress.show(done, of, "changes"));
    progress.finish();
    let verified = verified.map_err(|error| match error {
        VerifyError::Broken(finding) => CliError::new(
            Exit::Failed,
            format!("The journal is not as it was written: {finding}"),
        )
        .hint("Restore a backup from before with `zetel restore`; `zetel doctor` says what else is wrong"),
        VerifyError::Database(error) => error.into(),
    })?;
    let verified = verified.ok_or_else(no_tenant)?;
    writeln!(output::stdout(), "{}", hex(&verified.head_hash))?;
    output::note(&format!(
        "{} changes, complete and as they were written. Note the hash elsewhere: with it anybody can tell later \
         that nothing was rewritten",
        verified.generations
    ));
    Ok(Exit::Done)
}

fn export(args: &AuditExportArgs) -> Result<Exit, CliError> {
    let bound = |text: &Option<String>| text.as_deref().map(time::parse_now).transpose();
    let (from, to) = (bound(&args.from)?, bound(&args.to)?);
    let (store, tenant) = open(&args.tenant)?;
    let (head, state) = store.load(tenant)?.ok_or_else(no_tenant)?;
    let names = Names::new(&state);
    let mut out = output::stdout();
    let mut after = 0;
    loop {
        let page = store.journal(head.key, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.generation;
        for change in &page {
            let at = Timestamp::from_second(change.at.0).unwrap_or_default();
            let is_meant = from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to);
            if is_meant && change.generation <= head.generation {
                write_change(&mut out, &store, &head, change, at, names)?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Writes a change in a line of its own, with the hash over everything up to it.
fn write_change(
    out: &mut impl Write,
    store: &Store,
    head: &Head,
    change: &Change,
    at: Timestamp,
    names: Names<'_>,
) -> Result<(), CliError> {
    let hash: Hash = store.hash(head.key, change.generation)?;
    let events: Vec<_> = change
        .events
        .iter()
        .map(|event| event_json(event, names))
        .collect();
    let line = json!({
        "change": change.generation,
        "at": time::graph(at),
        "actor": change.actor,
        "actorName": names.actor(&change.actor),
        "command": change.command,
        "requestId": change.request_id,
        "hash": hex(&hash),
        "events": events,
    });
    serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
