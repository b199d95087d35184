//! `zetel devices limits`: policies that limit devices per user.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Session;
use super::device_changes::noted;
use super::devices::about;
use crate::cli::devices::{
    LimitArgs, LimitAssignArgs, LimitChangeArgs, LimitCreateArgs, LimitPriorityArgs, LimitsArgs,
    LimitsVerb,
};
use crate::client::devices::LIMITS;
use crate::client::{Failure, Request};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Record};

const CONFIGURATION: &str = "#microsoft.graph.deviceEnrollmentLimitConfiguration";
const GROUP: &str = "#microsoft.graph.groupAssignmentTarget";
const EXCLUDED: &str = "#microsoft.graph.exclusionGroupAssignmentTarget";
const ALL_USERS: &str = "#microsoft.graph.allLicensedUsersAssignmentTarget";

/// Runs a verb.
pub fn run(session: &Session, args: &LimitsArgs) -> Result<Exit, CliError> {
    match &args.verb {
        None | Some(LimitsVerb::List) => list(session),
        Some(LimitsVerb::Create(create_args)) => create(session, create_args),
        Some(LimitsVerb::Change(change_args)) => change(session, change_args),
        Some(LimitsVerb::Delete(policy)) => delete(session, policy),
        Some(LimitsVerb::Assign(assign_args)) => assign(session, assign_args),
        Some(LimitsVerb::Priority(priority)) => set_priority(session, priority),
    }
}

/// A policy as Graph gave it.
#[derive(Serialize)]
struct LimitRecord {
    #[serde(flatten)]
    policy: Value,
    whom: String,
}

impl Record for LimitRecord {
    const COLUMNS: &'static [&'static str] = &["priority", "displayName", "limit", "for", "id"];

    fn cells(&self) -> Vec<String> {
        let text = |name: &str| output::cell(&self.policy[name]);
        vec![
            text("priority"),
            text("displayName"),
            text("limit"),
            self.whom.clone(),
            text("id"),
        ]
    }
}

fn list(session: &Session) -> Result<Exit, CliError> {
    let failed = |failure| about(failure, "Could not list the policies");
    let policies = session
        .graph
        .all(&LIMITS, "$expand=assignments")
        .map_err(failed)?;
    let records: Vec<LimitRecord> = policies
        .into_iter()
        .map(|policy| {
            let whom = whom(session, &policy).map_err(failed)?;
            Ok(LimitRecord { policy, whom })
        })
        .collect::<Result<_, CliError>>()?;
    output::list(output::stdout(), session.format, &records)?;
    Ok(Exit::Done)
}

/// For whom a policy is, in words.
fn whom(session: &Session, policy: &Value) -> Result<String, Failure> {
    let mut words = Vec::new();
    for assignment in policy["assignments"].as_array().into_iter().flatten() {
        let target = &assignment["target"];
        let group = || {
            let id = output::cell(&target["groupId"]);
            session.graph.find_group(&id).map(|group| group.name)
        };
        match target["@odata.type"].as_str() {
            Some(ALL_USERS) => words.push("everybody".to_owned()),
            Some(GROUP) => words.push(group()?),
            Some(EXCLUDED) => words.push(format!("not {}", group()?)),
            _ => {}
        }
    }
    if words.is_empty() {
        let is_default = policy["priority"] == 0;
        let word = if is_default {
            "everybody else"
        } else {
            "nobody"
        };
        return Ok(word.to_owned());
    }
    Ok(words.join(", "))
}

fn create(session: &Session, args: &LimitCreateArgs) -> Result<Exit, CliError> {
    let mut body = json!({
        "@odata.type": CONFIGURATION, "displayName": args.name, "limit": args.limit,
    });
    if let Some(description) = &args.description {
        body["description"] = json!(description);
    }
    let request = Request::post(&LIMITS, body);
    let done = format!(
        "Created `{}`, for nobody yet: `zetel devices limits assign` says for whom",
        args.name
    );
    noted(session, &args.change, &args.name, "create", request, &done)
}

fn change(session: &Session, args: &LimitChangeArgs) -> Result<Exit, CliError> {
    let id = id_of(session, &args.policy, "change")?;
    let mut body = Map::new();
    body.insert("@odata.type".to_owned(), json!(CONFIGURATION));
    for (name, value) in [
        ("limit", args.limit.map(|limit| json!(limit))),
        (
            "displayName",
            args.display_name.as_ref().map(|text| json!(text)),
        ),
        (
            "description",
            args.description.as_ref().map(|text| json!(text)),
        ),
    ] {
        body.extend(value.map(|value| (name.to_owned(), value)));
    }
    let [first, second] = LIMITS;
    let request = Request::patch(&[first, second, &id], Value::Object(body));
    let done = format!(
        "Changed `{}`; it holds for enrollments from now on",
        args.policy
    );
    noted(
        session,
        &args.change,
        &args.policy,
        "change",
        request,
        &done,
    )
}

fn delete(session: &Session, args: &LimitArgs) -> Result<Exit, CliError> {
    let id = id_of(session, &args.policy, "delete")?;
    let [first, second] = LIMITS;
    let request = Request::delete(&[first, second, &id]);
    let done = format!("Deleted `{}`", args.policy);
    noted(
        session,
        &args.change,
        &args.policy,
        "delete",
        request,
        &done,
    )
}

fn assign(session: &Session, args: &LimitAssignArgs) -> Result<Exit, CliError> {
    let id = id_of(session, &args.policy, "assign")?;
    let mut targets = Vec::new();
    if args.all_users {
        targets.push(json!({ "target": { "@odata.type": ALL_USERS } }));
    }
    for (kind, groups) in [(GROUP, &args.groups), (EXCLUDED, &args.excluded)] {
        for group in groups {
            let found = session.graph.find_group(group).map_err(|failure| {
                about(failure, &format!("Could not assign `{}`", args.policy))
            })?;
            targets.push(json!({ "target": { "@odata.type": kind, "groupId": found.id } }));
        }
    }
    let [first, second] = LIMITS;
    let body = json!({ "enrollmentConfigurationAssignments": targets });
    let request = Request::post(&[first, second, &id, "assign"], body);
    let done = format!("Assigned `{}`", args.policy);
    noted(
        session,
        &args.change,
        &args.policy,
        "assign",
        request,
        &done,
    )
}

fn set_priority(session: &Session, args: &LimitPriorityArgs) -> Result<Exit, CliError> {
    let id = id_of(session, &args.policy, "move")?;
    let [first, second] = LIMITS;
    let body = json!({ "priority": args.priority });
    let request = Request::post(&[first, second, &id, "setPriority"], body);
    let done = format!("`{}` has priority {}", args.policy, args.priority);
    noted(session, &args.change, &args.policy, "move", request, &done)
}

fn id_of(session: &Session, policy: &str, verb: &str) -> Result<String, CliError> {
    let found = session.graph.find_limit(policy);
    found
        .map(|policy| policy.id)
        .map_err(|failure| about(failure, &format!("Could not {verb} `{policy}`")))
}
