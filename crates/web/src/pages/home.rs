//! Home: how things are in four numbers, and what somebody should look at.

use askama::Template;
use axum::response::Response;
use zetel_domain::{
    Tenant, Timestamp,
    access::Action,
    device::ComplianceState,
    subscription::{Status, Subscription, durations},
};

use crate::{
    ROOT,
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{Fill, Seats, is_assignable, isolated, moment},
    visit::Visit,
    words::{Message, Words},
};

/// Days before its end from which a subscription needs attention.
const ENDING_DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    t: Words,
    figures: Vec<Figure>,
    needs: Vec<Need>,
}

/// A number, and where more is said of it.
struct Figure {
    /// The key of its name.
    key: &'static str,
    number: String,
    /// What there is to know of it.
    note: Option<String>,
    address: String,
}

/// Something that needs attention, and where it is fixed.
struct Need {
    /// Whether something does not work; it soon will not otherwise.
    is_bad: bool,
    text: String,
    address: String,
}

/// `GET /admin`
pub(crate) async fn home(visit: Visit) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadOrganization)?;
    let (t, now) = (visit.words(), visit.now());
    let (mut figures, mut needs) = (Vec::new(), Vec::new());
    let counted = if visit.may(Action::ReadDevices, None) {
        let state = tenant.clone();
        let count = tokio::task::spawn_blocking(move || Devices::count(&state, now)).await;
        Some(count.map_err(|_| Failure::broken(visit.manner.clone()))?)
    } else {
        None
    };
    let may_read_seats = visit.may(Action::ReadSubscriptions, None);
    let products = products(&tenant);
    if may_read_seats {
        figures.push(used(&products, t));
        needs.extend(full(&products, t));
    }
    if visit.may(Action::ReadGroups, None) {
        needs.extend(failing(&tenant, t));
    }
    if let Some(devices) = &counted {
        figures.push(enrollers(&tenant, now, t));
        figures.push(devices.figure(t));
        needs.extend(devices.need(t));
    }
    if may_read_seats {
        figures.push(unused(&products, t));
        needs.extend(ending(&tenant, now, t));
    }
    if visit.may(Action::ListUsers, None) {
        needs.extend(unlocated(&tenant, t));
    }
    needs.sort_by_key(|need| !need.is_bad);
    Ok(page(&HomePage {
        frame: Frame::new(&visit, Section::Home, t.m("nav-home")),
        t,
        figures,
        needs,
    }))
}

/// A product that users are assigned.
struct Product {
    name: String,
    address: String,
    seats: Seats,
}

fn products(tenant: &Tenant) -> Vec<Product> {
    let assignable = tenant
        .products()
        .filter(|(ordinal, product)| is_assignable(product) && tenant.owns(*ordinal));
    assignable
        .map(|(ordinal, product)| Product {
            name: product.name.clone(),
            address: format!("{ROOT}/licenses/{}", product.sku_id),
            seats: Seats::of(&tenant.seats(ordinal)),
        })
        .collect()
}

fn used(products: &[Product], t: Words) -> Figure {
    let sum = |of: fn(&Seats) -> u32| -> u32 {
        let parts = products.iter().map(|product| of(&product.seats));
        parts.fold(0, u32::saturating_add)
    };
    let full = products
        .iter()
        .filter(|product| matches!(product.seats.fill(), Fill::Full | Fill::Over))
        .count();
    Figure {
        key: "home-seats-used",
        number: of(sum(|seats| seats.used), sum(|seats| seats.usable), t).to_string(),
        note: (full > 0).then(|| t.m("home-full").with("count", full).to_string()),
        address: format!("{ROOT}/licenses"),
    }
}

fn unused(products: &[Product], t: Words) -> Figure {
    let free = products.iter().map(|product| product.seats.free);
    let most = products.iter().max_by_key(|product| product.seats.free);
    let most = most.filter(|product| product.seats.free > 0);
    Figure {
        key: "home-seats-unused",
        number: t.number(&free.fold(0, u32::saturating_add)),
        note: most.map(|product| {
            t.m("home-most-unused")
                .with("product", &product.name)
                .with("count", product.seats.free)
                .to_string()
        }),
        address: format!("{ROOT}/licenses"),
    }
}

fn enrollers(tenant: &Tenant, now: Timestamp, t: Words) -> Figure {
    let status = tenant.device_status(now);
    let all = tenant.users().live_count();
    let cannot = status.cannot_enroll;
    let reasons = [
        (
            "home-not-licensed",
            all.saturating_sub(status.licensed_users),
        ),
        ("home-authority-not-set", cannot.authority_not_set),
        ("home-disabled", cannot.disabled),
        ("home-plan-off", cannot.plan_off),
        ("home-not-usable", cannot.product_not_usable),
        ("home-limit-reached", cannot.limit_reached),
    ];
    let main = reasons.into_iter().max_by_key(|(_, users)| *users);
    let main = main.filter(|(_, users)| *users > 0);
    Figure {
        key: "home-can-enroll",
        number: of(status.can_enroll, all, t).to_string(),
        note: main.map(|(key, users)| t.m(key).with("count", users).to_string()),
        address: format!("{ROOT}/users"),
    }
}

fn of(count: u32, total: u32, t: Words) -> Message {
    t.m("home-of").with("count", count).with("total", total)
}

/// Devices that have a record and are not hidden.
struct Devices {
    all: u32,
    noncompliant: u32,
    /// Those of them whose users have no license.
    unlicensed: u32,
}

impl Devices {
    /// Costs a look at each device.
    fn count(tenant: &Tenant, now: Timestamp) -> Self {
        let mut counted = Self {
            all: 0,
            noncompliant: 0,
            unlicensed: 0,
        };
        let listed = tenant.devices().iter();
        for device in listed.filter(|device| tenant.is_listed(device, now)) {
            let compliance = tenant.compliance(&device, now);
            counted.all += 1;
            counted.noncompliant += u32::from(compliance.state == ComplianceState::NonCompliant);
            counted.unlicensed += u32::from(compliance.shortfall.is_some());
        }
        counted
    }

    fn figure(&self, t: Words) -> Figure {
        Figure {
            key: "home-noncompliant",
            number: of(self.noncompliant, self.all, t).to_string(),
            note: (self.unlicensed > 0).then(|| {
                t.m("home-noncompliant-unlicensed")
                    .with("count", self.unlicensed)
                    .to_string()
            }),
            address: format!("{ROOT}/devices?only=noncompliant"),
        }
    }

    fn need(&self, t: Words) -> Option<Need> {
        (self.unlicensed > 0).then(|| Need {
            is_bad: true,
            text: t
                .m("need-devices")
                .with("count", self.unlicensed)
                .to_string(),
            address: format!("{ROOT}/users?only=noncompliant"),
        })
    }
}

/// Products without a seat left: the worst by name, the others by number.
fn full(products: &[Product], t: Words) -> Vec<Need> {
    let is_full = |product: &&Product| {
        product.seats.used > 0 && matches!(product.seats.fill(), Fill::Full | Fill::Over)
    };
    let mut full: Vec<&Product> = products.iter().filter(is_full).collect();
    full.sort_by_key(|product| {
        let missing = product.seats.used.saturating_sub(product.seats.usable);
        std::cmp::Reverse((missing, product.seats.used))
    });
    let line = |product: &&Product| {
        let is_over = product.seats.fill() == Fill::Over;
        let key = if is_over { "need-over" } else { "need-full" };
        Need {
            is_bad: is_over,
            text: t
                .m(key)
                .with("product", &product.name)
                .with("used", product.seats.used)
                .with("usable", product.seats.usable)
                .to_string(),
            address: product.address.clone(),
        }
    };
    few(&full, line, |count| Need {
        is_bad: false,
        text: t.m("need-full-others").with("count", count).to_string(),
        address: format!("{ROOT}/licenses"),
    })
}

/// Groups whose licenses could not be applied to all members.
fn failing(tenant: &Tenant, t: Words) -> Vec<Need> {
    let live = tenant.groups().iter().filter(|(_, group)| group.is_live());
    let failing = live.filter_map(|(_, group)| {
        let users = group.failed().intersection(tenant.users().live()).len();
        (users > 0).then_some((users, group))
    });
    let mut failing: Vec<_> = failing.collect();
    failing.sort_by_key(|(users, _)| std::cmp::Reverse(*users));
    let told = |(users, group): &(u32, &zetel_domain::group::Group)| Need {
        is_bad: true,
        text: t
            .m("need-group")
            .with("group", isolated(&group.definition.display_name))
            .with("count", *users)
            .to_string(),
        address: format!("{ROOT}/groups/{}", group.id),
    };
    few(&failing, told, |count| Need {
        is_bad: true,
        text: t.m("need-group-others").with("count", count).to_string(),
        address: format!("{ROOT}/groups"),
    })
}

/// Lines for the first two of some things, or for the first one and the number of the others.
fn few<T>(all: &[T], line: impl Fn(&T) -> Need, others: impl Fn(usize) -> Need) -> Vec<Need> {
    match all {
        [first, rest @ ..] if rest.len() > 1 => vec![line(first), others(rest.len())],
        short => short.iter().map(line).collect(),
    }
}

/// Subscriptions in grace, and those that end soon.
fn ending(tenant: &Tenant, now: Timestamp, t: Words) -> Option<Need> {
    let soon = now.plus_days(ENDING_DAYS);
    let is_ending = |bought: &&Subscription| match bought.status {
        Status::Warning => true,
        Status::Enabled => !bought.renews && bought.ends <= soon,
        _ => false,
    };
    let ending: Vec<&Subscription> = tenant.subscriptions().values().filter(is_ending).collect();
    let address = format!("{ROOT}/subscriptions");
    match ending.as_slice() {
        [] => None,
        [only] => {
            let is_bad = only.status == Status::Warning;
            let (key, at) = if is_bad {
                let days = durations(only.channel, only.term).grace_days;
                ("need-grace", only.status_since.plus_days(days))
            } else {
                ("need-ending", only.ends)
            };
            let product = tenant.product(only.product);
            let product = product.map_or("", |product| &product.name);
            Some(Need {
                is_bad,
                text: t
                    .m(key)
                    .with("product", product)
                    .with("date", moment(at, t))
                    .to_string(),
                address,
            })
        }
        several => Some(Need {
            is_bad: several
                .iter()
                .any(|bought| bought.status == Status::Warning),
            text: t
                .m("need-ending-several")
                .with("count", several.len())
                .to_string(),
            address,
        }),
    }
}

fn unlocated(tenant: &Tenant, t: Words) -> Option<Need> {
    let users = tenant.users();
    let users = users.with_location(None).intersection(users.live()).len();
    (users > 0).then(|| Need {
        is_bad: false,
        text: t.m("need-location").with("count", users).to_string(),
        address: format!("{ROOT}/users?only=unlocated"),
    })
}
