//! `zetel changes`, `zetel undo` and `zetel restore-licenses`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Session;
use super::answers::{Undone, undone};
use super::change::{Asked, Wish, ask};
use super::groups::find;
use crate::cli::changes::{ChangesArgs, ChangesVerb, RestoreLicensesArgs, UndoArgs};
use crate::cli::client::ChangeArgs;
use crate::client::connection::server_error;
use crate::client::{Failure, Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Listing, Record};
use crate::time;

/// Changes that one page has at most.
const PAGE_LENGTH: usize = 100;

/// Lists changes or shows one.
pub fn run(args: &ChangesArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    match &args.verb {
        None => list(session, args.limit),
        Some(ChangesVerb::Show { change }) => show(session, *change),
    }
}

/// A change as the server told it.
#[derive(Serialize)]
#[serde(transparent)]
struct ChangeRecord(Value);

impl Record for ChangeRecord {
    const COLUMNS: &'static [&'static str] = &["change", "at", "who", "affectedUsers", "what"];

    fn cells(&self) -> Vec<String> {
        ["id", "at", "actorName", "affectedUsers", "summary"]
            .map(|name| output::cell(&self.0[name]))
            .to_vec()
    }
}

fn list(session: &Session, limit: usize) -> Result<Exit, CliError> {
    let query = format!("$top={}", PAGE_LENGTH.min(limit.max(1)));
    let mut listing = Listing::start::<ChangeRecord>(output::stdout(), session.format);
    let mut left = limit;
    for page in session.graph.pages(&["zetel", "changes"], &query) {
        let page = page.map_err(|failure| server_error(failure, "Could not list the changes"))?;
        for change in page.into_iter().take(left) {
            listing.push(&ChangeRecord(change))?;
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }
    listing.finish()?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct PropertyRow {
    property: String,
    value: String,
}

impl Record for PropertyRow {
    const COLUMNS: &'static [&'static str] = &["property", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.property.clone(), self.value.clone()]
    }
}

fn show(session: &Session, change: u64) -> Result<Exit, CliError> {
    let found: Map<String, Value> = session
        .graph
        .get(&["zetel", "changes", &change.to_string()], "")
        .map_err(|failure| about(failure, &format!("Could not read change {change}")))?;
    if session.format == Format::Json {
        output::json(&mut output::stdout(), &found)?;
        return Ok(Exit::Done);
    }
    let rows: Vec<PropertyRow> = found
        .iter()
        .filter(|(name, value)| !name.starts_with('@') && !value.is_null())
        .map(|(name, value)| PropertyRow {
            property: name.clone(),
            value: output::cell(value),
        })
        .collect();
    output::list(output::stdout(), session.format, &rows)?;
    Ok(Exit::Done)
}

/// Undoes a change.
pub fn undo(args: &UndoArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let change = args.undone;
    let path = ["zetel", "changes", &change.to_string(), "undo"];
    let wish = Wish {
        what: &format!("change {change}"),
        attempt: format!("Could not undo change {change}"),
        request: Request::post(&path, json!({})),
    };
    put_back(session, &args.change, &wish)
}

/// Puts licenses back as they were at a time.
pub fn restore_licenses(args: &RestoreLicensesArgs) -> Result<Exit, CliError> {
    let at = time::graph(time::parse_now(&args.at)?);
    let session = &Session::open(&args.client, 1)?;
    let mut body = json!({ "at": at });
    let mut whose = "everybody".to_owned();
    if let Some(user) = &args.user {
        let attempt = format!("Could not read `{user}`");
        let found = session.graph.find_user(user);
        let found = found.map_err(|failure| {
            let advice = hint::for_user(&failure, user);
            failure.during(&attempt, advice)
        })?;
        body["userId"] = json!(found.id);
        whose = format!("`{user}`");
    }
    if let Some(group) = &args.group {
        body["groupId"] = json!(find(session, group, "restore the licenses of")?.id);
        whose = format!("`{group}`");
    }
    let wish = Wish {
        what: &whose,
        attempt: format!("Could not restore the licenses of {whose} as of {at}"),
        request: Request::post(&["zetel", "restoreLicenses"], body),
    };
    put_back(session, &args.change, &wish)
}

/// Asks for something to be put back, and tells what could not be.
fn put_back(session: &Session, args: &ChangeArgs, wish: &Wish<'_>) -> Result<Exit, CliError> {
    let answer = match ask(session, args, wish, advice)? {
        Asked::Shown(exit) => return Ok(exit),
        Asked::Done(answer) => answer,
    };
    show_done(session, &answer, "Everything is as it was")
}

/// Tells which change was made, and lists what it left undone.
pub fn show_done(session: &Session, answer: &Value, whole: &str) -> Result<Exit, CliError> {
    let mut left: Vec<Undone> = undone(answer);
    if session.format == Format::Json {
        output::json(&mut output::stdout(), answer)?;
    } else if !left.is_empty() {
        let products = session.products()?;
        for undone in &mut left {
            undone.reason = products.with_names(&undone.reason);
        }
        output::list(output::stdout(), session.format, &left)?;
    }
    match &answer["change"] {
        Value::Null => output::note("Nothing was changed"),
        change => output::note(&format!(
            "Made change {change}; `zetel undo {change}` takes it back"
        )),
    }
    if left.is_empty() {
        output::note(whole);
        return Ok(Exit::Done);
    }
    output::note(&format!("Left as it is: {}", left.len()));
    Ok(Exit::SomeFailed)
}

fn advice(failure: &Failure) -> Option<String> {
    match failure.exit {
        Exit::NotFound | Exit::Refused => Some("`zetel changes` lists the changes".to_owned()),
        _ => hint::for_server(failure),
    }
}

fn about(failure: Failure, attempt: &str) -> CliError {
    let hint = advice(&failure);
    failure.during(attempt, hint)
}
