//! The list of users, by name.

use askama::Template;
use axum::{extract::Query, response::Response};
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    access::Action,
    device::ComplianceState,
    location::Location,
    user::{Direction, UserProperty, UserView},
};

use super::{UserFilter, UserQuery, filter::Only};
use crate::{
    ROOT,
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{Holding, holdings, initials, text_of, user_name},
    visit::Visit,
    words::Words,
};

/// Users of a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "users/list.html")]
struct ListPage {
    frame: Frame,
    t: Words,
    query: UserQuery,
    /// What else is asked, to be kept by a search.
    kept: Vec<(&'static str, String)>,
    /// The query as it stands in addresses.
    text: String,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    total: u32,
    is_narrowed: bool,
    /// Query of the next page.
    next: Option<String>,
    may_assign: bool,
}

/// Something that can be asked by one press.
struct Chip {
    label: String,
    /// The address that asks for it, or no longer does.
    address: String,
    is_on: bool,
}

struct Row {
    id: Uuid,
    name: String,
    initials: String,
    principal_name: String,
    department: String,
    holdings: Vec<Holding>,
    devices: usize,
    noncompliant: usize,
    location: Option<Location>,
    is_enabled: bool,
}

/// `GET /admin/users`
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<UserQuery>,
) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ListUsers)?;
    let now = visit.now();
    let may_read_devices = visit.may(Action::ReadDevices, None);
    if query.only == Only::Noncompliant.word() {
        visit.read(Action::ReadDevices)?;
    }
    let filter = UserFilter::of(&tenant, &query, now);
    let after = Uuid::try_parse(&query.after).ok();
    let after = after.and_then(|id| tenant.users().find_ever(id));
    let after = after
        .as_ref()
        .map(|user| (user.display_name(), user.ordinal));
    let names = tenant.users().by_name(UserProperty::DisplayName);
    let users = names.map(|names| names.page(&filter.users, Direction::Ascending, after, PAGE + 1));
    let mut users = users.unwrap_or_default();
    let has_more = users.len() > PAGE;
    users.truncate(PAGE);
    let views = users
        .into_iter()
        .filter_map(|user| tenant.users().view(user));
    let rows: Vec<Row> = views
        .map(|user| row(&tenant, &user, now, may_read_devices))
        .collect();
    let text = query.text();
    let next = rows.last().filter(|_| has_more).map(|last| {
        let separator = if text.is_empty() { "" } else { "&" };
        format!("{text}{separator}after={}", last.id)
    });
    let t = visit.words();
    Ok(page(&ListPage {
        frame: Frame::new(&visit, Section::Users, t.m("nav-users")),
        t,
        chips: chips(&tenant, &query, t, may_read_devices),
        kept: query.kept(),
        rows,
        total: filter.users.len(),
        is_narrowed: filter.is_narrowed,
        next,
        may_assign: visit.may(Action::AssignLicenses, None),
        text,
        query,
    }))
}

fn row(tenant: &Tenant, user: &UserView<'_>, now: Timestamp, with_devices: bool) -> Row {
    let devices = tenant.devices().of_user(user.ordinal);
    let devices = devices.filter(|_| with_devices);
    let compliant = devices.map(|device| tenant.compliance(&device, now).state);
    let states: Vec<ComplianceState> = compliant.collect();
    let failing = states
        .iter()
        .filter(|state| **state == ComplianceState::NonCompliant);
    let name = user_name(user);
    Row {
        id: user.id,
        name: name.to_owned(),
        initials: initials(name),
        principal_name: user.principal_name().to_owned(),
        department: text_of(user, UserProperty::Department),
        holdings: holdings(tenant, user),
        devices: states.len(),
        noncompliant: failing.count(),
        location: user.head.usage_location,
        is_enabled: user.head.account_enabled,
    }
}

fn chips(tenant: &Tenant, query: &UserQuery, t: Words, with_devices: bool) -> Vec<Chip> {
    let address = |query: &UserQuery| format!("{ROOT}/users?{}", query.text());
    let shown = Only::ALL.into_iter();
    let shown = shown.filter(|only| with_devices || *only != Only::Noncompliant);
    let only = shown.map(|only| {
        let is_on = query.only == only.word();
        let asked = UserQuery {
            only: if is_on {
                String::new()
            } else {
                only.word().to_owned()
            },
            ..query.clone()
        };
        Chip {
            label: t.m(format!("only-{}", only.word())).to_string(),
            address: address(&asked),
            is_on,
        }
    });
    let mut chips: Vec<Chip> = only.collect();
    let product = Uuid::try_parse(&query.product)
        .ok()
        .and_then(|id| tenant.find_product(id));
    if let Some(product) = product.and_then(|product| tenant.product(product)) {
        chips.push(Chip {
            label: t.m("only-product").with("name", &product.name).to_string(),
            address: address(&UserQuery {
                product: String::new(),
                ..query.clone()
            }),
            is_on: true,
        });
    }
    let group = Uuid::try_parse(&query.group)
        .ok()
        .and_then(|id| tenant.find_group(id));
    if let Some((_, group)) = group {
        chips.push(Chip {
            label: t
                .m("only-group")
                .with("name", &group.definition.display_name)
                .to_string(),
            address: address(&UserQuery {
                group: String::new(),
                ..query.clone()
            }),
            is_on: true,
        });
    }
    if !query.department.is_empty() {
        chips.push(Chip {
            label: t
                .m("only-department")
                .with("name", &query.department)
                .to_string(),
            address: address(&UserQuery {
                department: String::new(),
                ..query.clone()
            }),
            is_on: true,
        });
    }
    chips
}
