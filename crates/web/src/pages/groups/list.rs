//! The list of groups, by name.

use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use uuid::Uuid;
use zetel_domain::{
    Tenant,
    access::Action,
    group::{Group, GroupOrdinal},
    user::folded,
};

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{group_kind, short_name},
    visit::Visit,
    words::Words,
};

/// Groups of a page.
const PAGE: usize = 100;

/// The query of a list of groups.
#[derive(Deserialize)]
pub(crate) struct GroupQuery {
    /// Words that are in the name.
    #[serde(default)]
    q: String,
    /// The last group of the page before.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "groups/list.html")]
struct ListPage {
    frame: Frame,
    t: Words,
    q: String,
    rows: Vec<Row>,
    total: usize,
    /// Query of the next page.
    next: Option<String>,
}

struct Row {
    id: Uuid,
    name: String,
    kind: &'static str,
    is_dynamic: bool,
    members: u32,
    products: Vec<String>,
    /// Users whose licenses of the group are not as they should be.
    failed: u32,
}

/// `GET /admin/groups`
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<GroupQuery>,
) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadGroups)?;
    let asked = folded(&query.q);
    let words: Vec<&str> = asked.split_whitespace().collect();
    let live = tenant.groups().iter().filter(|(_, group)| group.is_live());
    let named = live.map(|(ordinal, group)| (folded(&group.definition.display_name), ordinal));
    let mut groups: Vec<_> = named
        .filter(|(name, _)| words.iter().all(|word| name.contains(word)))
        .collect();
    groups.sort_unstable();
    let after = Uuid::try_parse(&query.after).ok();
    let after = after.and_then(|id| tenant.groups().find_ever(id));
    let start = after.map_or(0, |(ordinal, group)| {
        let place = (folded(&group.definition.display_name), ordinal);
        groups.partition_point(|other| *other <= place)
    });
    let rows: Vec<Row> = groups
        .iter()
        .skip(start)
        .take(PAGE)
        .filter_map(|(_, ordinal)| Some(row(&tenant, *ordinal, tenant.groups().get(*ordinal)?)))
        .collect();
    let has_more = groups.len() > start.saturating_add(PAGE);
    let next = rows.last().filter(|_| has_more).map(|last| {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if !query.q.is_empty() {
            text.append_pair("q", &query.q);
        }
        text.append_pair("after", &last.id.to_string()).finish()
    });
    let t = visit.words();
    Ok(page(&ListPage {
        frame: Frame::new(&visit, Section::Groups, t.m("nav-groups")),
        t,
        total: groups.len(),
        rows,
        next,
        q: query.q,
    }))
}

fn row(tenant: &Tenant, ordinal: GroupOrdinal, group: &Group) -> Row {
    let products = group.licenses.iter();
    let products = products.filter_map(|license| tenant.product(license.product));
    Row {
        id: group.id,
        name: group.definition.display_name.clone(),
        kind: group_kind(&group.definition),
        is_dynamic: group.definition.is_dynamic(),
        members: group.members.intersection_len(tenant.users().live()),
        products: products
            .map(|product| short_name(product).to_owned())
            .collect(),
        failed: tenant.users_with_group_errors(ordinal).len(),
    }
}
