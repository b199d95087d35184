//! `zetel users`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::change::{Asked, Wish, ask};
use super::several::for_each;
use super::{Session, user_import, user_properties};
use crate::cli::client::ChangeArgs;
use crate::cli::users::{CreateArgs, ListArgs, TargetArgs, UpdateArgs, UsersArgs, UsersVerb};
use crate::client::connection::server_error;
use crate::client::graph::encoded;
use crate::client::products::guid;
use crate::client::{Failure, Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Listing, Record};

/// The largest page that Graph gives.
const PAGE_LENGTH: usize = 999;
/// Takes the place of a password where a user is planned and not created.
pub const PLANNED_PASSWORD: &str = "Planned-0nly";
const LIST_SELECT: &str = "$select=id,userPrincipalName,displayName,accountEnabled,usageLocation,userType,assignedLicenses";
const SHOW_SELECT: &str = "$select=id,userPrincipalName,displayName,givenName,surname,mail,mailNickname,accountEnabled,\
    userType,usageLocation,department,jobTitle,companyName,officeLocation,city,country,employeeId,preferredLanguage,\
    createdDateTime,assignedLicenses";

/// Runs a verb.
pub fn run(args: &UsersArgs) -> Result<Exit, CliError> {
    if let UsersVerb::Import(import) = &args.verb {
        let session = Session::open(&args.client, usize::from(import.bulk.concurrency))?;
        return user_import::run(&session, import);
    }
    let session = &Session::open(&args.client, 1)?;
    match &args.verb {
        UsersVerb::List(list_args) => list(session, list_args),
        UsersVerb::Show { user } => show(session, user),
        UsersVerb::Create(create_args) => create(session, create_args),
        UsersVerb::Update(update_args) => update(session, update_args),
        UsersVerb::Delete(targets) => delete(session, targets),
        UsersVerb::Restore(targets) => restore(session, targets),
        UsersVerb::Reprocess(targets) => reprocess(session, targets),
        UsersVerb::Import(import) => user_import::run(session, import),
    }
}

/// A user as Graph gave it; the table has its most asked properties.
#[derive(Serialize)]
#[serde(transparent)]
struct UserRecord(Value);

impl Record for UserRecord {
    const COLUMNS: &'static [&'static str] = &[
        "userPrincipalName",
        "displayName",
        "usageLocation",
        "accountEnabled",
        "userType",
        "licenses",
        "id",
    ];

    fn cells(&self) -> Vec<String> {
        Self::COLUMNS
            .iter()
            .map(|column| match *column {
                "licenses" => self.0["assignedLicenses"]
                    .as_array()
                    .map(|all| all.len().to_string())
                    .unwrap_or_default(),
                name => output::cell(&self.0[name]),
            })
            .collect()
    }
}

fn list(session: &Session, args: &ListArgs) -> Result<Exit, CliError> {
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut query = format!("{LIST_SELECT}&$top={}", PAGE_LENGTH.min(limit.max(1)));
    if let Some(filter) = &args.filter {
        query.extend(["&$filter=", &encoded(filter)]);
    }
    let mut listing = Listing::start::<UserRecord>(output::stdout(), session.format);
    let mut left = limit;
    for page in session.graph.pages(&["users"], &query) {
        let page = page.map_err(|failure| server_error(failure, "Could not list the users"))?;
        for user in page.into_iter().take(left) {
            listing.push(&UserRecord(user))?;
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

fn show(session: &Session, user: &str) -> Result<Exit, CliError> {
    let properties: Map<String, Value> = session
        .graph
        .get(&["users", user], SHOW_SELECT)
        .map_err(|failure| about(failure, user, "read"))?;
    show_properties(session.format, &properties)?;
    Ok(Exit::Done)
}

fn show_properties(format: Format, properties: &Map<String, Value>) -> Result<(), CliError> {
    if format == Format::Json {
        return Ok(output::json(&mut output::stdout(), properties)?);
    }
    let wanted = SHOW_SELECT
        .trim_start_matches("$select=")
        .split(',')
        .filter(|name| *name != "assignedLicenses");
    let rows: Vec<PropertyRow> = wanted
        .filter(|name| properties.get(*name).is_some_and(|value| !value.is_null()))
        .map(|name| PropertyRow {
            property: name.to_owned(),
            value: output::cell(&properties[name]),
        })
        .collect();
    Ok(output::list(output::stdout(), format, &rows)?)
}

fn create(session: &Session, args: &CreateArgs) -> Result<Exit, CliError> {
    let name = &args.user_principal_name;
    let password = user_properties::password(&args.password)?;
    let given = user_properties::given(&args.properties);
    let password = match password {
        None if args.change.plan => PLANNED_PASSWORD.to_owned(),
        None => {
            return Err(CliError::usage(format!("No password for `{name}`"))
                .hint("Give `--password-file FILE` or set `ZETEL_NEW_PASSWORD`"));
        }
        Some(password) => password,
    };
    let body = user_properties::new_user(name, given, &password, args.password.keep_password);
    let request = Request::post(&["users"], body);
    match change(session, &args.change, name, "create", request)? {
        Asked::Shown(exit) => return Ok(exit),
        Asked::Done(Value::Object(properties)) => show_properties(session.format, &properties)?,
        Asked::Done(_) => output::note(&format!("Created `{name}`")),
    }
    Ok(Exit::Done)
}

fn update(session: &Session, args: &UpdateArgs) -> Result<Exit, CliError> {
    let mut given = user_properties::given(&args.properties);
    if let Some(name) = &args.user_principal_name {
        given.insert("userPrincipalName".to_owned(), Value::String(name.clone()));
    }
    if given.is_empty() {
        return Err(
            CliError::usage(format!("Nothing to change for `{}`", args.user))
                .hint("`zetel users update --help` lists the properties"),
        );
    }
    let request = Request::patch(&["users", &args.user], Value::Object(given));
    if let Asked::Shown(exit) = change(session, &args.change, &args.user, "change", request)? {
        return Ok(exit);
    }
    output::note(&format!("Changed `{}`", args.user));
    Ok(Exit::Done)
}

/// Asks for the change of one user.
fn change(
    session: &Session,
    args: &ChangeArgs,
    user: &str,
    verb: &str,
    request: Request,
) -> Result<Asked, CliError> {
    let wish = Wish {
        what: user,
        attempt: format!("Could not {verb} `{user}`"),
        request,
    };
    ask(session, args, &wish, |failure| {
        hint::for_user(failure, user)
    })
}

fn delete(session: &Session, args: &TargetArgs) -> Result<Exit, CliError> {
    for_each(
        session,
        &args.change,
        &args.users,
        |user| format!("Could not delete `{user}`"),
        |user| Ok(Request::delete(&["users", user])),
    )
}

fn restore(session: &Session, args: &TargetArgs) -> Result<Exit, CliError> {
    for_each(
        session,
        &args.change,
        &args.users,
        |user| format!("Could not restore `{user}`"),
        |user| {
            let id = deleted_id(session, user)?;
            let path = ["directory", "deletedItems", &id, "restore"];
            Ok(Request::post(&path, json!({})))
        },
    )
}

fn reprocess(session: &Session, args: &TargetArgs) -> Result<Exit, CliError> {
    for_each(
        session,
        &args.change,
        &args.users,
        |user| format!("Could not decide the group licenses of `{user}` again"),
        |user| {
            let path = ["users", user, "reprocessLicenseAssignment"];
            Ok(Request::post(&path, json!({})))
        },
    )
}

/// The id of a deleted user. By sign-in name it is looked for among the deleted ones; Entra puts the id, without
/// hyphens, before the name of a user that it deletes.
pub fn deleted_id(session: &Session, user: &str) -> Result<String, Failure> {
    if let Some(id) = guid(user) {
        return Ok(id);
    }
    let wanted = user.to_lowercase();
    let path = ["directory", "deletedItems", "microsoft.graph.user"];
    for page in session.graph.pages(&path, "$select=id,userPrincipalName") {
        for deleted in page? {
            let name = deleted["userPrincipalName"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase();
            let id = deleted["id"].as_str().unwrap_or_default();
            if name == wanted || name == format!("{}{wanted}", id.replace('-', "").to_lowercase()) {
                return Ok(id.to_owned());
            }
        }
    }
    Err(Failure::not_found("no deleted user has this name"))
}

fn about(failure: Failure, user: &str, verb: &str) -> CliError {
    let advice = hint::for_user(&failure, user);
    failure.during(&format!("Could not {verb} `{user}`"), advice)
}
