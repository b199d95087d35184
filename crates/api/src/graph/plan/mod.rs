//! What a command would do, as JSON: docs/reference/plan.schema.json, docs/reference/own-endpoints.md.

mod devices;
mod guard;
mod remedies;

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant, Timestamp,
    decide::plan_token,
    impact::{ErrorImpact, Impact, ProductImpact, ServiceImpact},
    state::Bits,
    subscription::SeatTotals,
};
use zetel_engine::Planned;

use super::{
    call::Call,
    json, not_done,
    people::{find_plan, write_group, write_product, write_users},
    policy::write_semantics,
};

/// The preference by which a client asks for the plan of a change.
pub(crate) const PLAN: &str = "zetel.plan";

/// What a command would do, with what that means.
pub(crate) struct Preview {
    planned: Planned,
    impact: Impact,
    command: Command,
}

impl Preview {
    /// Finds out what a plan means if it is carried out now, which takes long where many are concerned.
    pub fn new(planned: Planned, command: Command, now: Timestamp) -> Self {
        let impact = Impact::of(&planned.before, &planned.after, &planned.plan.events, now);
        Self {
            planned,
            impact,
            command,
        }
    }
}

/// A plan as the body of an answer.
pub(crate) fn body(call: &Call<'_>, preview: &Preview) -> Vec<u8> {
    let Preview {
        planned,
        impact,
        command,
    } = preview;
    let (before, after) = (&planned.before, &planned.after);
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel.plan"]);
        json::key(out, "token");
        json::string(out, &plan_token(before, impact));
        json::key(out, "generation");
        json::number(out, i64::try_from(before.generation()).unwrap_or(i64::MAX));
        json::key(out, "semantics");
        write_semantics(out, after.policy());
        json::key(out, "products");
        json::array(out, &impact.products, |out, product| {
            write_product_impact(out, after, product);
        });
        json::key(out, "services");
        json::array(out, &impact.services, |out, services| {
            write_services(out, after, services);
        });
        json::key(out, "errors");
        json::array(out, &impact.errors, |out, error| {
            write_error(out, after, error);
        });
        json::key(out, "userCount");
        json::count(out, concerned(impact).len());
        json::key(out, "losers");
        json::count(out, impact.losers().len());
        devices::write(out, after, &impact.devices, call.graph.engine.now());
        json::key(out, "guard");
        guard::write(out, after, planned.guarded.as_ref());
        not_done::write(
            out,
            after,
            &planned.plan.outcome,
            not_done::keys_of(command),
        );
    });
    out
}

/// Users whose services or errors change.
fn concerned(impact: &Impact) -> Bits {
    let mut users = Bits::default();
    for services in &impact.services {
        users.union_with(&services.users);
    }
    for error in &impact.errors {
        users.union_with(&error.users);
    }
    users
}

fn write_product_impact(out: &mut Vec<u8>, tenant: &Tenant, impact: &ProductImpact) {
    let Some(product) = tenant.product(impact.product) else {
        return json::null(out);
    };
    json::object(out, |out| {
        write_product(out, product);
        json::key(out, "displayName");
        json::string(out, &product.name);
        json::key(out, "before");
        write_seats(out, &impact.before);
        json::key(out, "after");
        write_seats(out, &impact.after);
        json::key(out, "holdersGained");
        json::count(out, impact.gained.len());
        json::key(out, "holdersLost");
        json::count(out, impact.lost.len());
    });
}

fn write_seats(out: &mut Vec<u8>, seats: &SeatTotals) {
    json::object(out, |out| {
        for (name, number) in [
            ("enabled", seats.enabled),
            ("warning", seats.warning),
            ("suspended", seats.suspended),
            ("lockedOut", seats.locked_out),
            ("consumed", seats.consumed),
            ("available", seats.available()),
        ] {
            json::key(out, name);
            json::count(out, number);
        }
    });
}

fn write_services(out: &mut Vec<u8>, tenant: &Tenant, impact: &ServiceImpact) {
    json::object(out, |out| {
        json::key(out, "lost");
        write_plans(out, tenant, &impact.lost);
        json::key(out, "gained");
        write_plans(out, tenant, &impact.gained);
        write_users(out, tenant, &impact.users);
    });
}

fn write_plans(out: &mut Vec<u8>, tenant: &Tenant, plans: &BTreeSet<Uuid>) {
    json::array(out, plans, |out, id| {
        let plan = find_plan(tenant, *id);
        json::object(out, |out| {
            json::key(out, "servicePlanId");
            json::guid(out, *id);
            json::key(out, "servicePlanName");
            json::string(out, plan.map_or("", |plan| &plan.name));
            json::key(out, "displayName");
            json::string(out, plan.map_or("", |plan| &plan.display_name));
        });
    });
}

fn write_error(out: &mut Vec<u8>, tenant: &Tenant, impact: &ErrorImpact) {
    json::object(out, |out| {
        json::key(out, "group");
        write_group(out, tenant, impact.group);
        if let Some(product) = tenant.product(impact.product) {
            write_product(out, product);
        }
        json::key(out, "error");
        json::string(out, impact.violation.as_str());
        json::key(out, "healed");
        json::flag(out, impact.is_healed);
        write_users(out, tenant, &impact.users);
        json::key(out, "remedies");
        let remedies = remedies::of(tenant, impact);
        json::array(out, remedies, |out, remedy| json::string(out, &remedy));
    });
}
