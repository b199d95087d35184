//! What a change would do: the same words before every Save.

use std::collections::BTreeMap;

use uuid::Uuid;
use zetel_api::words::{Language, advice, rejection_text, violation_text};
use zetel_domain::{
    Outcome, Rejection, Tenant,
    access::Action,
    impact::{Impact, ServiceImpact},
};
use zetel_engine::Planned;

use super::{Seats, plan_name, user_name};
use crate::visit::Visit;

/// Devices that are named; the numbers are exact.
const NAMED_DEVICES: usize = 5;

/// What a change would do.
pub(crate) struct Change {
    /// Products whose seats or holders change.
    pub products: Vec<ProductChange>,
    /// Services that are lost, with how many users lose each; those that most lose first.
    pub lost: Vec<(String, u32)>,
    /// Services that are gained, likewise.
    pub gained: Vec<(String, u32)>,
    /// Errors of groups that come.
    pub errors: Vec<ErrorChange>,
    /// How many errors of users disappear.
    pub healed: u32,
    /// Devices that are compliant no longer.
    pub devices_lost: Devices,
    /// Devices that are compliant again.
    pub devices_regained: Devices,
    /// Why nothing happens for some users, by cause.
    pub refused: Vec<(String, usize)>,
}

/// What becomes of a product.
pub(crate) struct ProductChange {
    /// Its name.
    pub name: String,
    /// Seats before.
    pub before: Seats,
    /// Seats after.
    pub after: Seats,
}

/// An error that users of a group run into.
pub(crate) struct ErrorChange {
    /// The group's name.
    pub group: String,
    /// The product's name.
    pub product: String,
    /// What stands in the way.
    pub text: String,
    /// What can be done.
    pub advice: String,
    /// How many users.
    pub users: u32,
}

/// Devices, of which a few are named.
#[derive(Default)]
pub(crate) struct Devices {
    /// How many.
    pub count: usize,
    /// Names and owners of the first ones.
    pub names: Vec<String>,
}

impl Change {
    /// What a plan means, if it is carried out now. Takes long where many are concerned.
    pub fn of(visit: &Visit, planned: &Planned) -> Self {
        let (before, after) = (&planned.before, &planned.after);
        let language = visit.words().language();
        let mut impact = Impact::of(before, after, &planned.plan.events, visit.now());
        if !visit.may(Action::ReadDevices, None) {
            impact.devices.clear();
        }
        let products = impact.products.iter().filter_map(|product| {
            Some(ProductChange {
                name: after.product(product.product)?.name.clone(),
                before: Seats::of(&product.before),
                after: Seats::of(&product.after),
            })
        });
        let (errors, healed): (Vec<_>, Vec<_>) =
            impact.errors.iter().partition(|error| !error.is_healed);
        let errors = errors.into_iter().filter_map(|error| {
            let group = after.groups().get(error.group)?;
            Some(ErrorChange {
                group: group.definition.display_name.clone(),
                product: after.product(error.product)?.name.clone(),
                text: violation_text(error.violation, language),
                advice: advice(error.violation, language),
                users: error.users.len(),
            })
        });
        Self {
            products: products.collect(),
            lost: services(after, &impact.services, |change| &change.lost),
            gained: services(after, &impact.services, |change| &change.gained),
            errors: errors.collect(),
            healed: healed.iter().map(|error| error.users.len()).sum(),
            devices_lost: devices(after, &impact, true),
            devices_regained: devices(after, &impact, false),
            refused: refused(after, &planned.plan.outcome, language),
        }
    }

    /// Whether it would change nothing that people notice.
    pub const fn is_empty(&self) -> bool {
        self.products.is_empty()
            && self.lost.is_empty()
            && self.gained.is_empty()
            && self.errors.is_empty()
            && self.healed == 0
            && self.devices_lost.count == 0
            && self.devices_regained.count == 0
    }
}

/// Names of services with how many users each concerns.
fn services(
    tenant: &Tenant,
    changes: &[ServiceImpact],
    of: impl Fn(&ServiceImpact) -> &std::collections::BTreeSet<Uuid>,
) -> Vec<(String, u32)> {
    let mut users: BTreeMap<Uuid, u32> = BTreeMap::new();
    for change in changes {
        for plan in of(change) {
            *users.entry(*plan).or_default() += change.users.len();
        }
    }
    let mut named: Vec<(String, u32)> = users
        .into_iter()
        .map(|(plan, users)| (name_of_plan(tenant, plan), users))
        .collect();
    named.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    named
}

fn name_of_plan(tenant: &Tenant, id: Uuid) -> String {
    let owned = tenant.products().flat_map(|(_, product)| &product.plans);
    let mut owned = owned.map(|owned| &owned.plan);
    let plan = tenant
        .catalog()
        .plans
        .get(&id)
        .or_else(|| owned.find(|plan| plan.id == id));
    plan.map_or_else(|| id.to_string(), |plan| plan_name(plan).to_owned())
}

fn devices(tenant: &Tenant, impact: &Impact, loses: bool) -> Devices {
    let touched = impact.devices.iter().filter(|touch| touch.loses == loses);
    let names = touched.clone().take(NAMED_DEVICES).filter_map(|touch| {
        let device = tenant.devices().view(touch.device)?;
        let owner = device.user().and_then(|user| tenant.users().view(user));
        let owner = owner.as_ref().map_or("", user_name);
        Some(if owner.is_empty() {
            device.name().to_owned()
        } else {
            format!("{} ({owner})", device.name())
        })
    });
    Devices {
        names: names.collect(),
        count: touched.count(),
    }
}

/// Why a command does nothing for some of its users, by cause, the most frequent first.
pub(crate) fn refused(
    tenant: &Tenant,
    outcome: &Outcome,
    language: Language,
) -> Vec<(String, usize)> {
    let Outcome::Bulk(refused) = outcome else {
        return Vec::new();
    };
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for (_, rejection) in refused {
        *causes
            .entry(refusal_text(tenant, rejection, language))
            .or_default() += 1;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    causes
}

/// Why something is refused, in a sentence.
pub(crate) fn refusal_text(tenant: &Tenant, rejection: &Rejection, language: Language) -> String {
    rejection_text(rejection, tenant, language).unwrap_or_else(|| rejection.to_string())
}
