//! What a change would do to one user.

use std::collections::BTreeSet;

use super::change::{Addition, Change};
use super::ledger::Ledger;
use super::step::{Effect, Step};
use crate::client::model::{LicensedUser, SubscribedSku};
use crate::client::products::{Product, Products};

/// One product before or after: whether the user has it, and the plans that are on.
#[derive(Default)]
struct Holding {
    direct: Option<Vec<String>>,
    groups: Vec<Vec<String>>,
}

impl Holding {
    fn of(user: &LicensedUser, product_id: &str) -> Self {
        let lower = |plans: &[String]| {
            plans
                .iter()
                .map(|plan| plan.to_ascii_lowercase())
                .collect::<Vec<_>>()
        };
        let mut holding = Self::default();
        if let Some(states) = &user.license_assignment_states {
            let of_product = states
                .iter()
                .filter(|state| state.sku_id.eq_ignore_ascii_case(product_id));
            for state in of_product.filter(|state| state.state != "Error") {
                match state.assigned_by_group {
                    Some(_) => holding.groups.push(lower(&state.disabled_plans)),
                    None => holding.direct = Some(lower(&state.disabled_plans)),
                }
            }
        } else {
            let mut licenses = user.assigned_licenses.iter();
            let license = licenses.find(|license| license.sku_id.eq_ignore_ascii_case(product_id));
            holding.direct = license.map(|license| lower(&license.disabled_plans));
        }
        holding
    }

    fn exists(&self) -> bool {
        self.direct.is_some() || !self.groups.is_empty()
    }

    /// Ids of the plans that are on: a plan is on if any source leaves it on (licensing.md section 0, rule 1).
    fn plans_on(&self, sku: &SubscribedSku) -> BTreeSet<String> {
        let sources: Vec<&Vec<String>> = self.direct.iter().chain(&self.groups).collect();
        let ids = sku
            .service_plans
            .iter()
            .map(|plan| plan.id.to_ascii_lowercase());
        ids.filter(|id| sources.iter().any(|disabled| !disabled.contains(id)))
            .collect()
    }
}

/// What is to happen to one product, before it is known whether all of the request passes.
struct Draft {
    product: Product,
    effect: Effect,
    seats: i64,
    on: BTreeSet<String>,
    off: BTreeSet<String>,
    note: String,
}

/// Plans a change for one user and takes or frees the seats in the ledger. As the server does, all of it passes or
/// nothing (licensing.md 2.1).
pub fn plan_user(
    named: &str,
    user: &LicensedUser,
    change: &Change,
    products: &Products,
    ledger: &mut Ledger,
) -> Vec<Step> {
    let name = &user.user_principal_name;
    let repeated = |product: &Product| {
        Draft::note(
            product,
            Effect::None,
            "this user and product stand in the plan already",
        )
    };
    let mut drafts: Vec<Draft> = Vec::new();
    for addition in &change.add {
        let is_first = ledger.is_first_time(name, &addition.product.id);
        let draft = || draft_addition(user, addition, products, ledger);
        drafts.push(if is_first {
            draft()
        } else {
            repeated(&addition.product)
        });
    }
    for product in &change.remove {
        let is_first = ledger.is_first_time(name, &product.id);
        drafts.push(if is_first {
            draft_removal(user, product, products)
        } else {
            repeated(product)
        });
    }
    let is_refused = drafts.iter().any(|draft| draft.effect == Effect::Refused);
    for draft in &mut drafts {
        if is_refused && draft.effect != Effect::Refused {
            draft.become_note(
                Effect::Refused,
                "goes with the other product, which would be refused",
            );
        }
        ledger.shift(&draft.product.id, draft.seats);
    }
    drafts
        .into_iter()
        .map(|draft| draft.step(named, products))
        .collect()
}

/// The plan for a user that cannot be read: nothing would happen.
pub fn missing_user(named: &str, change: &Change, reason: &str) -> Vec<Step> {
    let added = change.add.iter().map(|addition| &addition.product);
    let products = added.chain(&change.remove);
    products
        .map(|product| {
            Draft::note(product, Effect::Refused, reason).step(named, &Products::default())
        })
        .collect()
}

fn draft_addition(
    user: &LicensedUser,
    addition: &Addition,
    products: &Products,
    ledger: &Ledger,
) -> Draft {
    let product = &addition.product;
    let refused = |reason: &str| Draft::note(product, Effect::Refused, reason);
    let Some(sku) = products.by_id(&product.id) else {
        return refused("the tenant does not have this product");
    };
    if !sku.applies_to.is_empty() && sku.applies_to != "User" {
        return refused("this product is not for users");
    }
    if user.usage_location.as_deref().is_none_or(str::is_empty) {
        return refused("the user has no usage location");
    }
    let before = Holding::of(user, &product.id);
    let mut disabled = addition.disabled.clone();
    disabled.sort_unstable();
    if let Some(present) = &before.direct {
        let mut present = present.clone();
        present.sort_unstable();
        if present == disabled {
            return Draft::note(product, Effect::None, "already assigned");
        }
    }
    let mut seats = 0;
    if !before.exists() {
        if let Some(shortage) = ledger.shortage(&product.id) {
            return refused(&shortage);
        }
        seats = 1;
    }
    let after = Holding {
        direct: Some(disabled),
        groups: before.groups.clone(),
    };
    let note = if before.direct.is_none() && before.exists() {
        "also through a group: no further seat"
    } else {
        ""
    };
    Draft::between(product, sku, &before, &after, seats, note)
}

fn draft_removal(user: &LicensedUser, product: &Product, products: &Products) -> Draft {
    let before = Holding::of(user, &product.id);
    if before.direct.is_none() {
        let reason = if before.exists() {
            "comes from a group: leave the group instead"
        } else {
            "the user does not have it"
        };
        return Draft::note(product, Effect::Refused, reason);
    }
    let after = Holding {
        direct: None,
        groups: before.groups.clone(),
    };
    let unknown = SubscribedSku::default();
    let sku = products.by_id(&product.id).unwrap_or(&unknown);
    let (seats, note) = if after.exists() {
        (0, "stays, through a group")
    } else {
        (-1, "")
    };
    Draft::between(product, sku, &before, &after, seats, note)
}

impl Draft {
    fn note(product: &Product, effect: Effect, note: &str) -> Self {
        let nothing = BTreeSet::new();
        Self {
            product: product.clone(),
            effect,
            seats: 0,
            on: nothing.clone(),
            off: nothing,
            note: note.to_owned(),
        }
    }

    fn between(
        product: &Product,
        sku: &SubscribedSku,
        before: &Holding,
        after: &Holding,
        seats: i64,
        note: &str,
    ) -> Self {
        let (was_on, is_on) = (before.plans_on(sku), after.plans_on(sku));
        let effect = match (before.exists(), after.exists()) {
            (false, true) => Effect::Gain,
            (true, false) => Effect::Lose,
            _ => Effect::Change,
        };
        let off = if effect == Effect::Gain {
            let all = sku
                .service_plans
                .iter()
                .map(|plan| plan.id.to_ascii_lowercase());
            all.filter(|id| !is_on.contains(id)).collect()
        } else {
            was_on.difference(&is_on).cloned().collect()
        };
        let on = is_on.difference(&was_on).cloned().collect();
        Self {
            product: product.clone(),
            effect,
            seats,
            on,
            off,
            note: note.to_owned(),
        }
    }

    fn become_note(&mut self, effect: Effect, note: &str) {
        *self = Self::note(&self.product, effect, note);
    }

    fn step(self, user: &str, products: &Products) -> Step {
        let names = |ids: BTreeSet<String>| {
            let mut names: Vec<String> = ids.iter().map(|id| products.plan_name(id)).collect();
            names.sort_unstable();
            names
        };
        Step {
            user: user.to_owned(),
            product: self.product.name,
            effect: self.effect,
            plans_on: names(self.on),
            plans_off: names(self.off),
            note: self.note,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ledger::SeatChange;
    use super::{
        Addition, Change, Effect, Ledger, LicensedUser, Product, Products, Step, plan_user,
    };
    use crate::client::model::SubscribedSku;

    const E3: &str = "00000000-0000-0000-0000-0000000000e3";
    const E5: &str = "00000000-0000-0000-0000-0000000000e5";
    const MAIL: &str = "00000000-0000-0000-0000-00000000000a";
    const CHAT: &str = "00000000-0000-0000-0000-00000000000b";

    fn products() -> Products {
        let sku = |id: &str, name: &str, total: i64, used: i64| {
            let plans = json!([
                { "servicePlanId": MAIL, "servicePlanName": "MAIL" },
                { "servicePlanId": CHAT, "servicePlanName": "CHAT" },
            ]);
            let sku = json!({
                "skuId": id, "skuPartNumber": name, "appliesTo": "User", "servicePlans": plans,
                "prepaidUnits": { "enabled": total }, "consumedUnits": used,
            });
            serde_json::from_value::<SubscribedSku>(sku).unwrap()
        };
        Products::new(vec![sku(E3, "E3", 10, 5), sku(E5, "E5", 2, 1)])
    }

    fn user(location: &str, states: &serde_json::Value) -> LicensedUser {
        let user = json!({ "userPrincipalName": "ann@contoso.com", "usageLocation": location, "licenseAssignmentStates": states });
        serde_json::from_value(user).unwrap()
    }

    fn state(sku: &str, group: Option<&str>, disabled: &[&str]) -> serde_json::Value {
        json!({ "skuId": sku, "assignedByGroup": group, "disabledPlans": disabled, "state": "Active", "error": "None" })
    }

    fn change(add: &[(&str, &[&str])], remove: &[&str]) -> Change {
        let product = |id: &str| products().find(id).unwrap();
        let plan = |id: &&str| (*id).to_owned();
        Change {
            add: add
                .iter()
                .map(|(id, off)| Addition {
                    product: product(id),
                    disabled: off.iter().map(plan).collect(),
                })
                .collect(),
            remove: remove.iter().map(|id| product(id)).collect(),
        }
    }

    fn planned(user: &LicensedUser, change: &Change) -> (Vec<Step>, Vec<SeatChange>) {
        let products = products();
        let mut ledger = Ledger::new(&products);
        let steps = plan_user("ann", user, change, &products, &mut ledger);
        (steps, ledger.changes())
    }

    fn used_after(seats: &[SeatChange], product: &str) -> i64 {
        seats
            .iter()
            .find(|seats| seats.product == product)
            .unwrap()
            .used_after
    }

    #[test]
    fn a_new_product_takes_a_seat_and_names_its_plans() {
        let (steps, seats) = planned(&user("NL", &json!([])), &change(&[(E5, &[CHAT])], &[]));
        assert_eq!(steps[0].effect, Effect::Gain);
        assert_eq!(
            (steps[0].plans_on.join(" "), steps[0].plans_off.join(" ")),
            ("MAIL".to_owned(), "CHAT".to_owned())
        );
        assert_eq!(
            seats,
            [SeatChange {
                product: "E5".to_owned(),
                total: 2,
                used_before: 1,
                used_after: 2,
                free_after: 0
            }]
        );
    }

    #[test]
    fn a_replacement_is_one_gain_and_one_loss() {
        let (steps, seats) = planned(
            &user("NL", &json!([state(E3, None, &[])])),
            &change(&[(E5, &[])], &[E3]),
        );
        let effects: Vec<Effect> = steps.iter().map(|step| step.effect).collect();
        assert_eq!(effects, [Effect::Gain, Effect::Lose]);
        assert_eq!((used_after(&seats, "E3"), used_after(&seats, "E5")), (4, 2));
    }

    #[test]
    fn what_the_server_would_refuse_is_refused_and_takes_nothing() {
        let held = user("NL", &json!([state(E3, Some("group"), &[])]));
        let nobody = user("NL", &json!([]));
        for (user, change, note) in [
            (
                user("", &json!([])),
                change(&[(E5, &[])], &[]),
                "the user has no usage location",
            ),
            (
                user("NL", &json!([])),
                change(&[], &[E3]),
                "the user does not have it",
            ),
            (
                held,
                change(&[], &[E3]),
                "comes from a group: leave the group instead",
            ),
        ] {
            let (steps, seats) = planned(&user, &change);
            assert_eq!(
                (steps[0].effect, steps[0].note.as_str()),
                (Effect::Refused, note)
            );
            assert!(
                seats
                    .iter()
                    .all(|seats| seats.used_before == seats.used_after)
            );
        }
        let elsewhere = Product {
            id: "11111111-1111-1111-1111-111111111111".to_owned(),
            name: "X".to_owned(),
        };
        let unknown = Change {
            add: vec![Addition {
                product: elsewhere,
                disabled: vec![],
            }],
            remove: vec![],
        };
        let (steps, _) = planned(&nobody, &unknown);
        assert_eq!(steps[0].note, "the tenant does not have this product");
    }

    #[test]
    fn the_last_seat_goes_once() {
        let products = products();
        let mut ledger = Ledger::new(&products);
        let mut ann = user("NL", &json!([]));
        let first = plan_user(
            "ann",
            &ann,
            &change(&[(E5, &[])], &[]),
            &products,
            &mut ledger,
        );
        let again = plan_user(
            "ann",
            &ann,
            &change(&[(E5, &[])], &[]),
            &products,
            &mut ledger,
        );
        ann.user_principal_name = "ben@contoso.com".to_owned();
        let second = plan_user(
            "ben",
            &ann,
            &change(&[(E3, &[]), (E5, &[])], &[]),
            &products,
            &mut ledger,
        );
        assert_eq!(first[0].effect, Effect::Gain);
        assert_eq!(
            again[0].effect,
            Effect::None,
            "the same user needs no second seat"
        );
        assert_eq!(second[1].note, "no free seat: all 2 are taken");
        assert_eq!(
            second[0].note,
            "goes with the other product, which would be refused"
        );
        assert_eq!(used_after(&ledger.changes(), "E3"), 5);
    }

    #[test]
    fn a_user_named_twice_counts_once() {
        let products = products();
        let mut ledger = Ledger::new(&products);
        let ann = user("NL", &json!([]));
        for _ in 0..3 {
            plan_user(
                "ann",
                &ann,
                &change(&[(E3, &[])], &[]),
                &products,
                &mut ledger,
            );
        }
        assert_eq!(used_after(&ledger.changes(), "E3"), 6);
    }

    #[test]
    fn sources_are_united() {
        let both = user(
            "NL",
            &json!([state(E3, None, &[CHAT]), state(E3, Some("group"), &[MAIL])]),
        );
        let (steps, seats) = planned(&both, &change(&[], &[E3]));
        assert_eq!(
            (steps[0].effect, steps[0].plans_off.join(" ")),
            (Effect::Change, "MAIL".to_owned())
        );
        assert_eq!(used_after(&seats, "E3"), 5);

        let group_only = user("NL", &json!([state(E3, Some("group"), &[MAIL])]));
        let (steps, seats) = planned(&group_only, &change(&[(E3, &[])], &[]));
        assert_eq!(
            (steps[0].effect, steps[0].plans_on.join(" ")),
            (Effect::Change, "MAIL".to_owned())
        );
        assert_eq!(used_after(&seats, "E3"), 5);
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let held = user("NL", &json!([state(E3, None, &[CHAT, MAIL])]));
        let (steps, _) = planned(&held, &change(&[(E3, &[MAIL, CHAT])], &[]));
        assert_eq!(
            (steps[0].effect, steps[0].note.as_str()),
            (Effect::None, "already assigned")
        );
    }
}
