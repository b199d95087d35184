//! `zetel groups`.

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::change::{Asked, Wish, ask};
use super::several::for_each;
use super::{Session, group_errors, group_license, group_properties};
use crate::cli::client::ChangeArgs;
use crate::cli::groups::{
    GroupArgs, GroupCreateArgs, GroupListArgs, GroupUpdateArgs, GroupsArgs, GroupsVerb, MemberArgs,
    MembersArgs,
};
use crate::client::connection::server_error;
use crate::client::graph::encoded;
use crate::client::groups::Named;
use crate::client::products::Products;
use crate::client::{Failure, Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format, Listing, Record};

/// The largest page that Graph gives.
const PAGE_LENGTH: usize = 999;
/// Members that one request can add.
const ADDED_AT_ONCE: usize = 20;
const LIST_SELECT: &str = "$select=id,displayName,description,mailNickname,groupTypes,mailEnabled,securityEnabled,\
    membershipRule,assignedLicenses";
const SHOW_SELECT: &str = "$select=id,displayName,description,mailNickname,mail,visibility,groupTypes,mailEnabled,\
    securityEnabled,isAssignableToRole,membershipRule,membershipRuleProcessingState,createdDateTime,\
    licenseProcessingState,assignedLicenses";

/// Runs a verb.
pub fn run(args: &GroupsArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    match &args.verb {
        GroupsVerb::List(list_args) => list(session, list_args),
        GroupsVerb::Show { group } => show(session, group),
        GroupsVerb::Create(create_args) => create(session, create_args),
        GroupsVerb::Update(update_args) => update(session, update_args),
        GroupsVerb::Delete(group) => delete(session, group),
        GroupsVerb::Members(members_args) => members(session, members_args),
        GroupsVerb::AddMember(member_args) => add_members(session, member_args),
        GroupsVerb::RemoveMember(member_args) => remove_members(session, member_args),
        GroupsVerb::License(license) => group_license::run(session, license),
        GroupsVerb::Errors { group } => group_errors::run(session, group.as_deref()),
        GroupsVerb::Reprocess(group) => reprocess(session, group),
    }
}

/// A group as Graph gave it; the table has its most asked properties.
#[derive(Serialize)]
struct GroupRecord {
    #[serde(flatten)]
    group: Value,
    kind: String,
    products: Vec<String>,
}

impl Record for GroupRecord {
    const COLUMNS: &'static [&'static str] = &["displayName", "kind", "products", "rule", "id"];

    fn cells(&self) -> Vec<String> {
        vec![
            output::cell(&self.group["displayName"]),
            self.kind.clone(),
            self.products.join(" "),
            output::cell(&self.group["membershipRule"]),
            output::cell(&self.group["id"]),
        ]
    }
}

impl GroupRecord {
    fn new(group: Value, products: &Products) -> Self {
        let licenses = group["assignedLicenses"].as_array();
        let names = licenses
            .into_iter()
            .flatten()
            .map(|license| products.name(license["skuId"].as_str().unwrap_or_default()));
        Self {
            kind: kind(&group),
            products: names.collect(),
            group,
        }
    }
}

/// What a group is, in words.
fn kind(group: &Value) -> String {
    let types = group["groupTypes"].as_array();
    let has = |word: &str| types.is_some_and(|types| types.iter().any(|kind| kind == word));
    let flag = |name: &str| group[name] == true;
    let kind = match (has("Unified"), flag("mailEnabled"), flag("securityEnabled")) {
        (true, _, true) => "Microsoft 365, security",
        (true, _, false) => "Microsoft 365",
        (false, true, true) => "mail-enabled security",
        (false, true, false) => "distribution",
        (false, false, _) => "security",
    };
    if has("DynamicMembership") {
        return format!("dynamic {kind}");
    }
    kind.to_owned()
}

fn list(session: &Session, args: &GroupListArgs) -> Result<Exit, CliError> {
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut query = format!("{LIST_SELECT}&$top={}", PAGE_LENGTH.min(limit.max(1)));
    let with_errors = args.errors.then_some("hasMembersWithLicenseErrors eq true");
    if let Some(filter) = with_errors.or(args.filter.as_deref()) {
        query.extend(["&$filter=", &encoded(filter)]);
    }
    let products = session.products()?;
    let mut listing = Listing::start::<GroupRecord>(output::stdout(), session.format);
    let mut left = limit;
    for page in session.graph.pages(&["groups"], &query) {
        let page = page.map_err(|failure| server_error(failure, "Could not list the groups"))?;
        for group in page.into_iter().take(left) {
            listing.push(&GroupRecord::new(group, &products))?;
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
    property: &'static str,
    value: String,
}

impl Record for PropertyRow {
    const COLUMNS: &'static [&'static str] = &["property", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.property.to_owned(), self.value.clone()]
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LicenseRow {
    product: String,
    plans_off: Vec<String>,
}

impl Record for LicenseRow {
    const COLUMNS: &'static [&'static str] = &["product", "plansOff"];

    fn cells(&self) -> Vec<String> {
        vec![self.product.clone(), self.plans_off.join(" ")]
    }
}

fn show(session: &Session, text: &str) -> Result<Exit, CliError> {
    let found = find(session, text, "read")?;
    let group: Value = session
        .graph
        .get(&["groups", &found.id], SHOW_SELECT)
        .map_err(|failure| about(failure, text, "read"))?;
    let products = session.products()?;
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let licenses: Vec<LicenseRow> = group["assignedLicenses"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|license| LicenseRow {
            product: products.name(license["skuId"].as_str().unwrap_or_default()),
            plans_off: texts(&license["disabledPlans"])
                .iter()
                .map(|plan| products.plan_name(plan))
                .collect(),
        })
        .collect();
    let mut out = output::stdout();
    if session.format == Format::Json {
        output::json(&mut out, &json!({ "group": group, "licenses": licenses }))?;
        return Ok(Exit::Done);
    }
    let property = |property| PropertyRow {
        property,
        value: output::cell(&group[property]),
    };
    let mut rows: Vec<PropertyRow> = [
        "id",
        "displayName",
        "description",
        "mailNickname",
        "mail",
        "visibility",
        "isAssignableToRole",
        "membershipRule",
        "membershipRuleProcessingState",
        "createdDateTime",
    ]
    .map(property)
    .into_iter()
    .filter(|row| !row.value.is_empty())
    .collect();
    rows.insert(
        2,
        PropertyRow {
            property: "kind",
            value: kind(&group),
        },
    );
    output::list(&mut out, session.format, &rows)?;
    if !licenses.is_empty() {
        writeln!(out)?;
        output::list(&mut out, session.format, &licenses)?;
    }
    Ok(Exit::Done)
}

fn create(session: &Session, args: &GroupCreateArgs) -> Result<Exit, CliError> {
    let name = &args.name;
    let ids = |names: &[String]| {
        let found = names.iter().map(|name| session.graph.find_member(name));
        found
            .collect::<Result<Vec<Named>, Failure>>()
            .map_err(|failure| about(failure, name, "create"))
    };
    let mut body = group_properties::new_group(args)?;
    for (list, names) in [("members", &args.members), ("owners", &args.owners)] {
        if !names.is_empty() {
            body[format!("{list}@odata.bind")] = addresses(session, &ids(names)?);
        }
    }
    let request = Request::post(&["groups"], body);
    let created = match change(session, &args.change, name, "create", request)? {
        Asked::Shown(exit) => return Ok(exit),
        Asked::Done(created) => created,
    };
    let record = GroupRecord::new(created, &Products::default());
    output::list(output::stdout(), session.format, &[record])?;
    Ok(Exit::Done)
}

fn update(session: &Session, args: &GroupUpdateArgs) -> Result<Exit, CliError> {
    let found = find(session, &args.group, "change")?;
    let current: Value = session
        .graph
        .get(&["groups", &found.id], "$select=id,groupTypes")
        .map_err(|failure| about(failure, &args.group, "change"))?;
    let body = group_properties::patch(args, &current["groupTypes"])?;
    let request = Request::patch(&["groups", &found.id], body);
    noted(
        session,
        &args.change,
        &args.group,
        "change",
        request,
        "Changed",
    )
}

fn delete(session: &Session, args: &GroupArgs) -> Result<Exit, CliError> {
    let found = find(session, &args.group, "delete")?;
    let request = Request::delete(&["groups", &found.id]);
    noted(
        session,
        &args.change,
        &args.group,
        "delete",
        request,
        "Deleted",
    )
}

fn reprocess(session: &Session, args: &GroupArgs) -> Result<Exit, CliError> {
    let found = find(session, &args.group, "reprocess")?;
    let path = ["groups", &found.id, "reprocessLicenseAssignment"];
    let request = Request::post(&path, json!({}));
    let exit = noted(
        session,
        &args.change,
        &args.group,
        "reprocess",
        request,
        "Reprocessed",
    )?;
    if exit == Exit::Done && !args.change.plan {
        output::note("`zetel groups errors` lists what still cannot be applied");
    }
    Ok(exit)
}

/// A member as Graph gave it.
#[derive(Serialize)]
#[serde(transparent)]
struct MemberRecord(Value);

impl Record for MemberRecord {
    const COLUMNS: &'static [&'static str] = &["type", "name", "displayName", "id"];

    fn cells(&self) -> Vec<String> {
        let kind = output::cell(&self.0["@odata.type"]);
        let kind = kind.rsplit('.').next().unwrap_or_default();
        vec![
            kind.to_owned(),
            output::cell(&self.0["userPrincipalName"]),
            output::cell(&self.0["displayName"]),
            output::cell(&self.0["id"]),
        ]
    }
}

fn members(session: &Session, args: &MembersArgs) -> Result<Exit, CliError> {
    let found = find(session, &args.group, "read")?;
    let list = if args.transitive {
        "transitiveMembers"
    } else {
        "members"
    };
    let query = format!("$select=id,displayName,userPrincipalName&$top={PAGE_LENGTH}");
    let mut listing = Listing::start::<MemberRecord>(output::stdout(), session.format);
    for page in session.graph.pages(&["groups", &found.id, list], &query) {
        let page = page.map_err(|failure| about(failure, &args.group, "read the members of"))?;
        for member in page {
            listing.push(&MemberRecord(member))?;
        }
    }
    listing.finish()?;
    Ok(Exit::Done)
}

fn add_members(session: &Session, args: &MemberArgs) -> Result<Exit, CliError> {
    if args.members.len() > ADDED_AT_ONCE {
        return Err(CliError::usage(format!(
            "{} members are too many at once",
            args.members.len()
        ))
        .hint(format!(
            "Add up to {ADDED_AT_ONCE} at a time: all of them are added, or none"
        )));
    }
    let group = find(session, &args.group, "add members to")?;
    let members = args
        .members
        .iter()
        .map(|name| session.graph.find_member(name));
    let members: Vec<Named> = members
        .collect::<Result<_, _>>()
        .map_err(|failure| about(failure, &args.group, "add members to"))?;
    let body = json!({ "members@odata.bind": addresses(session, &members) });
    let request = Request::patch(&["groups", &group.id], body);
    noted(
        session,
        &args.change,
        &args.group,
        "add members to",
        request,
        "Added members to",
    )
}

fn remove_members(session: &Session, args: &MemberArgs) -> Result<Exit, CliError> {
    let group = find(session, &args.group, "remove members from")?;
    let failed = |failure| about(failure, &args.group, "remove members from");
    if args.members.len() > 1 && session.graph.is_zetel().map_err(failed)? {
        // One change, which the guard sees as one.
        let members = args
            .members
            .iter()
            .map(|name| Ok(session.graph.find_member(name)?.id));
        let members: Vec<String> = members.collect::<Result<_, _>>().map_err(failed)?;
        let body = json!({ "groupId": group.id, "memberIds": members });
        return noted(
            session,
            &args.change,
            &args.group,
            "remove members from",
            Request::post(&["zetel", "removeMembers"], body),
            "Removed members from",
        );
    }
    for_each(
        session,
        &args.change,
        &args.members,
        |member| format!("Could not remove `{member}` from `{}`", args.group),
        |member| {
            let member = session.graph.find_member(member)?;
            let path = ["groups", &group.id, "members", &member.id, "$ref"];
            Ok(Request::delete(&path))
        },
    )
}

fn addresses(session: &Session, objects: &[Named]) -> Value {
    let address = |object: &Named| session.graph.object_address(&object.id);
    objects.iter().map(address).collect()
}

/// Finds a group for something that is to be done with it.
pub fn find(session: &Session, text: &str, verb: &str) -> Result<Named, CliError> {
    let found = session.graph.find_group(text);
    found.map_err(|failure| about(failure, text, verb))
}

/// Asks for the change of one group.
pub fn change(
    session: &Session,
    args: &ChangeArgs,
    group: &str,
    verb: &str,
    request: Request,
) -> Result<Asked, CliError> {
    let wish = Wish {
        what: group,
        attempt: format!("Could not {verb} `{group}`"),
        request,
    };
    ask(session, args, &wish, hint::for_group)
}

/// Asks for a change whose success is told in a word.
pub fn noted(
    session: &Session,
    args: &ChangeArgs,
    group: &str,
    verb: &str,
    request: Request,
    done: &str,
) -> Result<Exit, CliError> {
    if let Asked::Shown(exit) = change(session, args, group, verb, request)? {
        return Ok(exit);
    }
    output::note(&format!("{done} `{group}`"));
    Ok(Exit::Done)
}

fn about(failure: Failure, group: &str, verb: &str) -> CliError {
    let advice = hint::for_group(&failure);
    failure.during(&format!("Could not {verb} `{group}`"), advice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::kind;

    #[test]
    fn the_kind_of_a_group_in_words() {
        let group = |types: &[&str], mail: bool, security: bool| {
            kind(&json!({ "groupTypes": types, "mailEnabled": mail, "securityEnabled": security }))
        };
        assert_eq!(group(&[], false, true), "security");
        assert_eq!(group(&[], true, true), "mail-enabled security");
        assert_eq!(group(&["Unified"], true, false), "Microsoft 365");
        assert_eq!(
            group(&["DynamicMembership", "Unified"], true, true),
            "dynamic Microsoft 365, security"
        );
    }
}
