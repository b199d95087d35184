//! `zetel users`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::several::for_each;
use super::{Session, user_import, user_plan, user_properties};
use crate::cli::users::{CreateArgs, ListArgs, TargetArgs, UpdateArgs, UsersArgs, UsersVerb};
use crate::client::connection::server_error;
use crate::client::products::guid;
use crate::client::{Failure, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Listing, Record};

/// The largest page that Graph gives.
const PAGE_LENGTH: usize = 999;
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
        UsersVerb::Delete(targets) if targets.plan => user_plan::delete(session, &targets.users),
        UsersVerb::Delete(targets) => delete(session, targets),
        UsersVerb::Restore(targets) if targets.plan => user_plan::restore(session, &targets.users),
        UsersVerb::Restore(targets) => restore(session, targets),
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
                name => user_plan::text(&self.0[name]),
            })
            .collect()
    }
}

fn list(session: &Session, args: &ListArgs) -> Result<Exit, CliError> {
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut query = format!("{LIST_SELECT}&$top={}", PAGE_LENGTH.min(limit.max(1)));
    if let Some(filter) = &args.filter {
        let encoded: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        query.extend(["&$filter=", &encoded.replace('+', "%20")]);
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
            value: user_plan::text(&properties[name]),
        })
        .collect();
    Ok(output::list(output::stdout(), format, &rows)?)
}

fn create(session: &Session, args: &CreateArgs) -> Result<Exit, CliError> {
    let name = &args.user_principal_name;
    let password = user_properties::password(&args.password)?;
    let given = user_properties::given(&args.properties);
    if args.plan {
        return user_plan::create(session, name, &given);
    }
    let password = password.ok_or_else(|| {
        CliError::usage(format!("No password for `{name}`"))
            .hint("Give `--password-file FILE` or set `ZETEL_NEW_PASSWORD`")
    })?;
    let body = user_properties::new_user(name, given, &password, args.password.keep_password);
    let created = session
        .graph
        .create(&["users"], &body)
        .map_err(|failure| about(failure, name, "create"))?;
    match created {
        Value::Object(properties) => show_properties(session.format, &properties)?,
        _ => output::note(&format!("Created `{name}`")),
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
    if args.plan {
        return user_plan::update(session, &args.user, &given);
    }
    let path = ["users", args.user.as_str()];
    session
        .graph
        .patch(&path, &Value::Object(given))
        .map_err(|failure| about(failure, &args.user, "change"))?;
    output::note(&format!("Changed `{}`", args.user));
    Ok(Exit::Done)
}

fn delete(session: &Session, args: &TargetArgs) -> Result<Exit, CliError> {
    for_each(
        session.format,
        &args.users,
        |user| format!("Could not delete `{user}`"),
        |user| session.graph.delete(&["users", user]),
    )
}

fn restore(session: &Session, args: &TargetArgs) -> Result<Exit, CliError> {
    for_each(
        session.format,
        &args.users,
        |user| format!("Could not restore `{user}`"),
        |user| {
            let id = deleted_id(session, user)?;
            session.graph.post(
                &["directory", "deletedItems", &id, "restore"],
                &Value::Object(Map::new()),
            )
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
    Err(Failure {
        exit: Exit::NotFound,
        code: "NotFound".to_owned(),
        message: "no deleted user has this name".to_owned(),
        request_id: None,
    })
}

fn about(failure: Failure, user: &str, verb: &str) -> CliError {
    let advice = hint::for_user(&failure, user);
    failure.during(&format!("Could not {verb} `{user}`"), advice)
}
