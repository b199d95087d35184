//! The sheet itself: what it shows of each product, and on top of it.

use askama::Template;
use axum::response::Response;
use uuid::Uuid;
use zetel_domain::{
    Rejection, Tenant,
    assignment::LicenseSource,
    product::{OwnedProduct, ProductOrdinal},
};
use zetel_engine::Planned;

use super::{form::Ticks, holder::Holder};
use crate::{
    frame::{Frame, Section},
    render::page,
    view::{Change, Seats, Stopped, is_assignable, plan_name, plans_of, refusal_text},
    visit::Visit,
    words::Words,
};

/// How much of a product is ticked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    All,
    Some,
    None,
}

/// A product that can be assigned.
struct Line {
    sku_id: Uuid,
    name: String,
    seats: Seats,
    tick: Tick,
    /// Names and ids of the groups that give it.
    groups: Vec<(Uuid, String)>,
    plans: Vec<PlanLine>,
    on: usize,
    /// What stands in the way of it.
    problem: Option<String>,
}

/// A service of a product.
struct PlanLine {
    id: Uuid,
    name: String,
    word: String,
    is_on: bool,
}

/// What is said on top of the sheet.
enum Notice {
    Saved,
    ChangedMeanwhile,
    Refused(String),
    Stopped(Stopped),
}

#[derive(Template)]
#[template(path = "assignments.html")]
pub(super) struct Sheet {
    frame: Frame,
    t: Words,
    /// Where its holder is listed.
    list: Section,
    id: Uuid,
    name: String,
    seen: String,
    is_unlocated: bool,
    lines: Vec<Line>,
    notice: Option<Notice>,
    change: Option<Change>,
    may_assign: bool,
}

impl Sheet {
    /// A holder's sheet with these ticks.
    pub fn new(visit: &Visit, tenant: &Tenant, holder: &Holder<'_>, ticks: &Ticks) -> Self {
        let sources = holder.sources(tenant);
        let products = tenant
            .products()
            .filter(|(_, product)| is_assignable(product));
        let mut lines: Vec<Line> = products
            .filter_map(|(ordinal, product)| line(tenant, (ordinal, product), &sources, ticks))
            .collect();
        lines.sort_by(|left, right| {
            let has = |line: &Line| line.tick == Tick::None && line.groups.is_empty();
            has(left)
                .cmp(&has(right))
                .then_with(|| left.name.cmp(&right.name))
        });
        let t = visit.words();
        let (kind, name) = (holder.kind(), holder.name().to_owned());
        let title = t.m("assignments-title").with("name", &name);
        Self {
            frame: Frame::new(visit, kind.section(), title),
            t,
            list: kind.section(),
            id: holder.id(),
            seen: if ticks.seen().is_empty() {
                holder.digest(tenant)
            } else {
                ticks.seen().to_owned()
            },
            is_unlocated: holder.is_unlocated(),
            lines,
            notice: None,
            change: None,
            may_assign: visit.may(kind.assigning(), Some(holder.id())),
            name,
        }
    }

    /// Says that somebody else changed the assignments; the ticks stay.
    pub fn changed_meanwhile(mut self, seen: String) -> Self {
        self.notice = Some(Notice::ChangedMeanwhile);
        self.seen = seen;
        self
    }

    /// Says that all is saved.
    pub fn saved(mut self) -> Self {
        self.notice = Some(Notice::Saved);
        self
    }

    /// Shows what would change.
    pub fn with_preview(mut self, visit: &Visit, planned: &Planned) -> Self {
        self.change = Some(Change::of(visit, planned));
        self
    }

    /// Says why it cannot be, under the product that is in the way where there is one.
    pub fn refused(mut self, tenant: &Tenant, rejection: &Rejection) -> Self {
        let text = refusal_text(tenant, rejection, self.t.language());
        let product = match rejection {
            Rejection::ProductNotOwned { sku_id }
            | Rejection::NoSeats { sku_id }
            | Rejection::LicenseInherited { sku_id }
            | Rejection::ProhibitedInLocation { sku_id, .. } => Some(*sku_id),
            _ => None,
        };
        if let Some(line) = self
            .lines
            .iter_mut()
            .find(|line| Some(line.sku_id) == product)
        {
            line.problem = Some(text.clone());
        }
        self.notice = Some(Notice::Refused(text));
        self
    }

    /// Says what the guard stops, and how to do it all the same.
    pub fn stopped(mut self, tenant: &Tenant, rejection: &Rejection) -> Self {
        self.notice = Stopped::of(tenant, rejection).map(Notice::Stopped);
        self
    }

    /// The answer.
    pub fn into_response(self) -> Response {
        page(&self)
    }
}

fn line(
    tenant: &Tenant,
    (ordinal, product): (ProductOrdinal, &OwnedProduct),
    sources: &[LicenseSource],
    ticks: &Ticks,
) -> Option<Line> {
    let off = ticks.products.get(&product.sku_id);
    let giving = sources.iter().filter(|source| source.product == ordinal);
    let groups = giving.filter_map(|source| {
        let group = tenant.groups().get(source.group?)?;
        Some((group.id, group.definition.display_name.clone()))
    });
    let groups: Vec<(Uuid, String)> = groups.collect();
    // A product that nobody has bought any more is of interest only to those who still have it.
    if !tenant.owns(ordinal) && off.is_none() && groups.is_empty() {
        return None;
    }
    let plans: Vec<PlanLine> = plans_of(product)
        .map(|plan| PlanLine {
            id: plan.id,
            name: plan_name(plan).to_owned(),
            word: plan.name.clone(),
            is_on: off.is_none_or(|off| !off.contains(&plan.id)),
        })
        .collect();
    Some(Line {
        sku_id: product.sku_id,
        name: product.name.clone(),
        seats: Seats::of(&tenant.seats(ordinal)),
        tick: match off {
            None => Tick::None,
            Some(off) if off.is_empty() => Tick::All,
            Some(_) => Tick::Some,
        },
        groups,
        on: plans.iter().filter(|plan| plan.is_on).count(),
        plans,
        problem: None,
    })
}
