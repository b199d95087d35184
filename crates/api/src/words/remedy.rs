//! What can be done, in sentences.

use uuid::Uuid;
use zetel_domain::{
    explain::{Action, Remedy},
    group::GroupOrdinal,
    product::ProductOrdinal,
};

use super::{Speaker, message::Argument};

impl Speaker<'_> {
    /// What to do, and what it costs.
    pub(super) fn remedy(self, remedy: &Remedy) -> String {
        let mut sentences = vec![self.action(&remedy.action)];
        let is_purchase = matches!(remedy.action, Action::BuySeats { .. });
        if remedy.seats_needed > 0 && !is_purchase {
            sentences.push(self.count("remedy-seats", remedy.seats_needed));
        }
        if remedy.people_affected > 1 {
            sentences.push(self.count("remedy-people", remedy.people_affected));
        }
        if remedy.needs_reprocessing {
            sentences.push(self.say("remedy-reprocess-after", &[]));
        }
        if !remedy.suffices {
            sentences.push(self.say("remedy-not-enough", &[]));
        }
        sentences.join(" ")
    }

    fn count(self, key: &str, count: u32) -> String {
        self.say(key, &[("count", count.into())])
    }

    fn action(self, action: &Action) -> String {
        match action {
            Action::ReprocessUser => self.say("remedy-reprocess-user", &[]),
            Action::SetUsageLocation { now: Some(now) } => {
                self.say("remedy-set-usage-location", &[("now", now.as_str().into())])
            }
            Action::SetUsageLocation { now: None } => {
                self.say("remedy-set-first-usage-location", &[])
            }
            Action::FixAddress { address, owner } => {
                let owner = ("owner", self.user(*owner).into());
                self.say(
                    "remedy-fix-address",
                    &[("address", address.as_str().into()), owner],
                )
            }
            Action::SwitchPlanOn {
                product,
                plan,
                group,
            } => {
                let keys = ["remedy-switch-on", "remedy-switch-on-group"];
                let plan = ("plan", self.plan(*plan).into());
                self.switch(keys, plan, *product, *group)
            }
            Action::SwitchPlanOff {
                product,
                plans,
                group,
            } => {
                let keys = ["remedy-switch-off", "remedy-switch-off-group"];
                let plans = ("plans", self.plans(plans).into());
                self.switch(keys, plans, *product, *group)
            }
            Action::AssignDirect { product } => self.with("remedy-assign-direct", *product),
            Action::RemoveDirect { product } => self.with("remedy-remove-direct", *product),
            Action::Renew { product } => self.with("remedy-renew", *product),
            Action::AddToGroup { group } => self.with_group("remedy-add-to-group", *group),
            Action::RemoveFromGroup { group } => {
                self.with_group("remedy-remove-from-group", *group)
            }
            Action::FreeSeats { product, count } => {
                let product = ("product", self.product(*product).into());
                self.say("remedy-free-seats", &[product, ("count", count.into())])
            }
            Action::BuySeats { product, count } => {
                let product = ("product", self.product(*product).into());
                self.say("remedy-buy-seats", &[product, ("count", count.into())])
            }
            Action::EnableNestedGroups => self.say("remedy-enable-nested-groups", &[]),
            Action::EnablePartialSuccess => self.say("remedy-enable-partial-success", &[]),
            Action::EnableAutomaticReprocessing => {
                self.say("remedy-enable-automatic-reprocessing", &[])
            }
        }
    }

    /// Keys for what is assigned to the user and for what a group gives.
    fn switch(
        self,
        [direct, of_group]: [&str; 2],
        plans: Argument<'_>,
        product: ProductOrdinal,
        group: Option<GroupOrdinal>,
    ) -> String {
        let product = ("product", self.product(product).into());
        match group {
            None => self.say(direct, &[plans, product]),
            Some(group) => self.say(
                of_group,
                &[plans, product, ("group", self.group(group).into())],
            ),
        }
    }

    fn with(self, key: &str, product: ProductOrdinal) -> String {
        self.say(key, &[("product", self.product(product).into())])
    }

    fn with_group(self, key: &str, group: GroupOrdinal) -> String {
        self.say(key, &[("group", self.group(group).into())])
    }
}

/// Ids that an action names, for JSON.
pub(super) fn plans_of(action: &Action) -> Vec<Uuid> {
    match action {
        Action::SwitchPlanOn { plan, .. } => vec![*plan],
        Action::SwitchPlanOff { plans, .. } => plans.clone(),
        _ => Vec::new(),
    }
}
