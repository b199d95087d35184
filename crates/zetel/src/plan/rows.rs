//! A plan as rows of one table, for CSV.

use serde::Serialize;

use super::{Planned, model::name_of};
use crate::output::Record;

/// One thing that would happen, or be left undone.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    of: String,
    kind: &'static str,
    name: String,
    change: String,
    users: u64,
    names: String,
}

impl Record for Row {
    const COLUMNS: &'static [&'static str] = &["of", "kind", "name", "change", "users", "names"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.of.clone(),
            self.kind.to_owned(),
            self.name.clone(),
            self.change.clone(),
            self.users.to_string(),
            self.names.clone(),
        ]
    }
}

/// All rows of some plans.
pub fn of(plans: &[Planned]) -> Vec<Row> {
    plans.iter().flat_map(of_one).collect()
}

fn of_one(planned: &Planned) -> Vec<Row> {
    let row = |kind, name: &str, change: String, users, names: &[serde_json::Value]| Row {
        of: planned.what.clone(),
        kind,
        name: name.to_owned(),
        change,
        users,
        names: names.iter().map(name_of).collect::<Vec<_>>().join(" "),
    };
    if let Some(reason) = &planned.refusal {
        return vec![row("refused", "", reason.clone(), 0, &[])];
    }
    let plan = &planned.plan;
    let seats = plan.products.iter().map(|product| {
        let (before, after) = (product.before.consumed, product.after.consumed);
        let change = format!("{before} -> {after} of {}", product.after.total());
        let users = product.holders_gained + product.holders_lost;
        row("seats", &product.sku_part_number, change, users, &[])
    });
    let services = plan.services.iter().flat_map(|change| {
        let of_kind = |kind: &'static str, services: &[super::model::Service]| {
            let rows = services.iter().map(|service| {
                let full = service.name().to_owned();
                row(
                    kind,
                    &service.service_plan_name,
                    full,
                    change.user_count,
                    &change.users,
                )
            });
            rows.collect::<Vec<_>>()
        };
        [
            of_kind("lost", &change.lost),
            of_kind("gained", &change.gained),
        ]
        .concat()
    });
    let errors = plan.errors.iter().map(|error| {
        let kind = if error.healed { "healed" } else { "error" };
        let change = format!("{} through {}", error.error, name_of(&error.group));
        row(
            kind,
            &error.sku_part_number,
            change,
            error.user_count,
            &error.users,
        )
    });
    let devices = plan.devices.iter().map(|device| {
        let kind = if device.loses() {
            "device lost"
        } else {
            "device regained"
        };
        let until = device.restorable_until.as_deref().unwrap_or_default();
        let at = device.at.as_deref().unwrap_or_default();
        let change = if device.loses() {
            format!("noncompliant from {at}, restorable until {until}")
        } else {
            format!("compliant from {at}")
        };
        let user = std::slice::from_ref(&device.user);
        row(kind, device.label(), change, 0, user)
    });
    let undone = plan
        .not_done
        .iter()
        .map(|left| row("not done", &left.whom(), left.reason.clone(), 0, &[]));
    seats
        .chain(services)
        .chain(errors)
        .chain(devices)
        .chain(undone)
        .collect()
}
