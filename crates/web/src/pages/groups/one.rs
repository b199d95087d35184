//! The page of a group: what it is, what it gives, who does not get it and why, and who is in it.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use serde::Deserialize;
use uuid::Uuid;
use zetel_api::words::{advice, violation_text};
use zetel_domain::{
    Tenant,
    access::Action,
    assignment::Violation,
    group::{Group, GroupOrdinal},
    product::ProductOrdinal,
    state::Bits,
    user::{Direction, UserOrdinal, UserProperty, UserView},
};

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{day, group_kind, plan_name, user_name},
    visit::Visit,
    words::Words,
};

/// Members that are named; the numbers are exact.
const NAMED_MEMBERS: usize = 100;
/// Users with an error that are named.
const NAMED_FAILURES: usize = 5;

/// What a page is asked for after reprocessing.
#[derive(Deserialize)]
pub(crate) struct After {
    /// How many users have an error no longer.
    healed: Option<u32>,
}

#[derive(Template)]
#[template(path = "groups/one.html")]
struct GroupPage {
    frame: Frame,
    t: Words,
    id: Uuid,
    name: String,
    facts: Vec<(&'static str, String)>,
    grants: Vec<Grant>,
    problems: Vec<Problem>,
    /// Users with any error.
    failed: u32,
    healed: Option<u32>,
    members: Vec<Person>,
    member_count: u32,
    subgroups: Vec<(Uuid, String)>,
    may_assign: bool,
}

/// A product that the group gives.
struct Grant {
    sku_id: Uuid,
    name: String,
    off: Vec<String>,
}

/// What stands in the way of a product, the same for some users.
struct Problem {
    product: String,
    text: String,
    advice: String,
    code: &'static str,
    users: u32,
    names: Vec<Person>,
    more: u32,
}

struct Person {
    id: Uuid,
    name: String,
}

/// `GET /admin/groups/{id}`
pub(crate) async fn overview(
    visit: Visit,
    Path(key): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadGroups)?;
    let id = Uuid::try_parse(&key).ok();
    let Some((ordinal, group)) = id.and_then(|id| tenant.find_group(id)) else {
        return Err(Failure::nothing_there(&visit));
    };
    let t = visit.words();
    let members = group.members.intersection(tenant.users().live());
    let subgroups = group.subgroups.iter();
    let subgroups = subgroups.filter_map(|one| tenant.groups().get(*one));
    let name = group.definition.display_name.clone();
    Ok(page(&GroupPage {
        frame: Frame::new(&visit, Section::Groups, &name),
        t,
        id: group.id,
        facts: facts(&tenant, group, t),
        grants: grants(&tenant, group),
        problems: problems(&tenant, ordinal, t),
        failed: tenant.users_with_group_errors(ordinal).len(),
        healed: after.healed,
        members: people(&tenant, &members, NAMED_MEMBERS),
        member_count: members.len(),
        subgroups: subgroups
            .filter(|group| group.is_live())
            .map(|group| (group.id, group.definition.display_name.clone()))
            .collect(),
        may_assign: visit.may(Action::AssignGroupLicenses, Some(group.id)),
        name,
    }))
}

/// What is known of a group, by the keys of their names.
fn facts(tenant: &Tenant, group: &Group, t: Words) -> Vec<(&'static str, String)> {
    let definition = &group.definition;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let paused = if definition.is_dynamic() && definition.rule_paused {
        t.m("group-fact-paused-text").to_string()
    } else {
        String::new()
    };
    let owners = group.owners.iter();
    let owners = owners.filter_map(|owner| tenant.users().view(*owner));
    let owners: Vec<&str> = owners
        .filter(UserView::is_live)
        .map(|owner| user_name(&owner))
        .collect();
    [
        ("group-fact-kind", t.m(group_kind(definition)).to_string()),
        ("group-fact-description", text(&definition.description)),
        ("group-fact-mail", text(&definition.mail)),
        ("group-fact-rule", text(&definition.rule)),
        ("group-fact-paused", paused),
        ("group-fact-owners", owners.join(", ")),
        ("group-fact-created", day(group.created, t)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

fn grants(tenant: &Tenant, group: &Group) -> Vec<Grant> {
    let grants = group.licenses.iter().filter_map(|license| {
        let product = tenant.product(license.product)?;
        let off = product.disabled_plans(license.disabled);
        Some(Grant {
            sku_id: product.sku_id,
            name: product.name.clone(),
            off: off.map(|owned| plan_name(&owned.plan).to_owned()).collect(),
        })
    });
    grants.collect()
}

/// The errors of a group, those of most users first.
fn problems(tenant: &Tenant, group: GroupOrdinal, t: Words) -> Vec<Problem> {
    let problem = |((product, violation), users): ((ProductOrdinal, Violation), Bits)| {
        let first = people(tenant, &users, NAMED_FAILURES);
        let shown = u32::try_from(first.len()).unwrap_or(u32::MAX);
        Some(Problem {
            product: tenant.product(product)?.name.clone(),
            text: violation_text(violation, t.language()),
            advice: advice(violation, t.language()),
            code: violation.as_str(),
            users: users.len(),
            more: users.len().saturating_sub(shown),
            names: first,
        })
    };
    let errors = tenant.group_errors(group).into_iter();
    let mut problems: Vec<Problem> = errors.filter_map(problem).collect();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.users));
    problems
}

/// The first of some users, by name.
fn people(tenant: &Tenant, users: &Bits, at_most: usize) -> Vec<Person> {
    let names = tenant.users().by_name(UserProperty::DisplayName);
    let page = names.map(|names| names.page(users, Direction::Ascending, None, at_most));
    let views = page.unwrap_or_default().into_iter();
    let views = views.filter_map(|user: UserOrdinal| tenant.users().view(user));
    views
        .map(|user| Person {
            id: user.id,
            name: user_name(&user).to_owned(),
        })
        .collect()
}
