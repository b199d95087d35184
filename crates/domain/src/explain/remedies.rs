//! What can be done about a problem, and what it costs.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Action, Cause, Problem, Remedy, Side, causes::Case, paths};
use crate::{
    assignment::Violation,
    group::{Group, GroupOrdinal},
    product::ProductOrdinal,
    state::Bits,
};

/// Adds to a problem what can be done about it, the cheapest first. A deleted user must be restored first.
pub fn add(case: &Case<'_>, problem: &mut Problem) {
    if !case.user.is_live() {
        return;
    }
    if problem.violation.is_some() {
        problem.heals = case.heals_now(problem);
    }
    let mut remedies = Remedies {
        case,
        problem,
        found: Vec::new(),
    };
    if problem.heals {
        remedies.push(Action::ReprocessUser, 1, true);
    }
    remedies.of_cause(&problem.cause);
    remedies.of_policy();
    let mut found = remedies.found;
    found.sort_by_key(price);
    problem.remedies = found;
}

/// What suffices comes first, and what gives the user what is meant for it; then what needs fewer seats, concerns fewer
/// people, takes less away.
fn price(remedy: &Remedy) -> (bool, bool, u32, u32, u8) {
    (
        !remedy.suffices,
        remedy.gives_up,
        remedy.seats_needed,
        remedy.people_affected,
        effort(&remedy.action),
    )
}

const fn effort(action: &Action) -> u8 {
    match action {
        Action::ReprocessUser => 0,
        Action::SetUsageLocation { .. }
        | Action::FixAddress { .. }
        | Action::SwitchPlanOn { .. } => 1,
        Action::AddToGroup { .. } => 2,
        Action::AssignDirect { .. } => 3,
        Action::SwitchPlanOff { .. } => 4,
        Action::RemoveDirect { .. } => 5,
        Action::RemoveFromGroup { .. } => 6,
        Action::FreeSeats { .. } => 7,
        Action::Renew { .. } => 8,
        Action::BuySeats { .. } => 9,
        Action::EnableNestedGroups
        | Action::EnablePartialSuccess
        | Action::EnableAutomaticReprocessing => 10,
    }
}

/// The remedies of a problem as they are found.
pub struct Remedies<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) problem: &'a Problem,
    found: Vec<Remedy>,
}

impl Remedies<'_> {
    pub(super) fn push(&mut self, action: Action, people_affected: u32, suffices: bool) {
        self.push_for_seats(action, people_affected, suffices, 0);
    }

    pub(super) fn push_for_seats(
        &mut self,
        action: Action,
        people_affected: u32,
        suffices: bool,
        seats_needed: u32,
    ) {
        if self.found.iter().any(|remedy| remedy.action == action) {
            return;
        }
        let needs_reprocessing = self.needs_reprocessing(&action);
        let gives_up = self.gives_up(&action);
        self.found.push(Remedy {
            action,
            seats_needed,
            people_affected,
            suffices,
            gives_up,
            needs_reprocessing,
        });
    }

    /// Leaving the group heals what the group gives by not giving it.
    fn gives_up(&self, action: &Action) -> bool {
        let Action::RemoveFromGroup { group } = action else {
            return false;
        };
        let (tenant, user) = (self.case.tenant, self.case.user);
        let of_group = self.problem.group.filter(|_| !self.problem.is_kept);
        of_group.is_some_and(|of_group| {
            paths::to_group(tenant, user, of_group)
                .iter()
                .any(|path| path.groups.first() == Some(group))
        })
    }

    /// What is not tried again by itself after the action (licensing.md 3.4): all but conflicts, and what a membership
    /// or the group itself decides anew.
    fn needs_reprocessing(&self, action: &Action) -> bool {
        let is_open = self.problem.violation.is_some() && !self.case.tenant.policy().is_automatic();
        let is_conflict = self.problem.violation == Some(Violation::MutuallyExclusive);
        is_open
            && match action {
                Action::SwitchPlanOff { group, .. } | Action::SwitchPlanOn { group, .. } => {
                    !is_conflict && (group.is_none() || *group != self.problem.group)
                }
                Action::AssignDirect { .. } | Action::RemoveDirect { .. } => !is_conflict,
                Action::SetUsageLocation { .. }
                | Action::FixAddress { .. }
                | Action::FreeSeats { .. }
                | Action::Renew { .. }
                | Action::BuySeats { .. } => true,
                _ => false,
            }
    }

    fn of_cause(&mut self, cause: &Cause) {
        match cause {
            Cause::NoSeat {
                product,
                bought,
                used,
                waiting,
            } => {
                let before = waiting.map_or(0, |waiting| waiting.before);
                let taken = used.saturating_add(before);
                self.of_seats(*product, *bought, taken, before);
            }
            Cause::Excluded { other, .. } => {
                let own = self.own_side();
                self.switch_off(*other, self.conflicting(*other, own));
                self.switch_off(own, self.conflicting(own, *other));
                self.leave(*other);
                self.leave(own);
            }
            Cause::Lacks {
                plan,
                requires,
                sibling,
            } => {
                self.give_one_of(requires);
                self.switch_off(self.own_side(), vec![*plan]);
                self.leave(self.own_side());
                if let Some(cause) = sibling.as_ref().and_then(|sibling| sibling.cause.as_ref()) {
                    self.of_cause(cause);
                }
            }
            Cause::NeededBy { plan, other, .. } => {
                self.switch_off(*other, vec![*plan]);
                self.assign(self.problem.product);
                self.leave(*other);
            }
            Cause::Location { plan, .. } => {
                let now = self.case.user.head.usage_location;
                let suffices = self.case.heals_elsewhere(self.problem);
                self.push(Action::SetUsageLocation { now }, 1, suffices);
                if let Some(plan) = plan {
                    self.switch_off(self.own_side(), vec![*plan]);
                }
                self.leave(self.own_side());
            }
            Cause::Address { address, owner } => {
                let suffices = self.case.heals_with_own_addresses(self.problem);
                let (address, owner) = (address.clone(), *owner);
                self.push(Action::FixAddress { address, owner }, 1, suffices);
            }
            Cause::Sibling(sibling) => {
                if let Some(cause) = &sibling.cause {
                    self.of_cause(cause);
                }
            }
            Cause::Inactive { .. } => {
                let product = self.problem.product;
                let holders = self.case.tenant.holders(product).map_or(0, Bits::len);
                self.push(Action::Renew { product }, holders, true);
            }
            Cause::SwitchedOff { plan } => self.switch_on_anywhere(*plan),
            Cause::OnlyNested { .. } => {
                if let Some(group) = self.problem.group {
                    self.join(group);
                }
            }
            Cause::NotMeant => self.give(),
            Cause::Past(_) => {}
        }
    }

    fn own_side(&self) -> Side {
        Side {
            product: self.problem.product,
            group: self.problem.group,
        }
    }

    /// The plans of one side that exclude plans of another.
    fn conflicting(&self, side: Side, other: Side) -> Vec<Uuid> {
        match (self.disabled_at(side), self.disabled_at(other)) {
            (Some(mask), Some(other_mask)) => self
                .case
                .conflicting((side.product, mask), (other.product, other_mask)),
            _ => Vec::new(),
        }
    }

    pub(super) fn group(&self, group: GroupOrdinal) -> Option<&Group> {
        self.case.tenant.groups().get(group)
    }

    pub(super) fn people_at(&self, side: Side) -> u32 {
        side.group.map_or(1, |group| self.people_in(group))
    }

    /// How many people a change of a group's licenses concerns. Who is in several of its groups counts for each.
    pub(super) fn people_in(&self, group: GroupOrdinal) -> u32 {
        if self.case.tenant.policy().nests() {
            self.people_below(group)
        } else {
            self.group(group).map_or(0, |group| group.members.len())
        }
    }

    /// How many people are in a group and in the groups in it.
    fn people_below(&self, group: GroupOrdinal) -> u32 {
        let mut seen = BTreeSet::new();
        let mut open = vec![group];
        let mut people = 0_u32;
        while let Some(ordinal) = open.pop() {
            if let Some(group) = self.group(ordinal).filter(|_| seen.insert(ordinal)) {
                people = people.saturating_add(group.members.len());
                open.extend(&group.subgroups);
            }
        }
        people
    }

    pub(super) fn has_free_seat(&self, product: ProductOrdinal) -> bool {
        self.case.tenant.holds(self.case.user.ordinal, product)
            || self.case.tenant.seats(product).available() > 0
    }

    /// More seats: for the user and for those who come before, who may take what the siblings need as well.
    fn of_seats(&mut self, product: ProductOrdinal, bought: u32, taken: u32, before: u32) {
        let count = taken.saturating_add(1).saturating_sub(bought);
        if count == 0 {
            return;
        }
        let tenant = self.case.tenant;
        let is_left = |sibling: &ProductOrdinal| {
            tenant.holds(self.case.user.ordinal, *sibling)
                || tenant.seats(*sibling).available() > before
        };
        let suffices = self.problem.siblings.iter().all(is_left)
            && self.case.heals_with_seats(self.problem, product, count);
        let seats = tenant.seats(product);
        if seats.consumed >= count {
            self.push(Action::FreeSeats { product, count }, count, suffices);
        }
        if seats.suspended.saturating_add(seats.locked_out) >= count {
            self.push(Action::Renew { product }, 1, suffices);
        }
        self.push_for_seats(Action::BuySeats { product, count }, 1, suffices, count);
    }

    /// What a switch of the policy would do about problems of this kind.
    fn of_policy(&mut self) {
        let policy = self.case.tenant.policy();
        let (is_automatic, is_partial) = (policy.is_automatic(), policy.is_partial());
        if let (Cause::OnlyNested { .. }, Some(group)) = (&self.problem.cause, self.problem.group) {
            let people = self.people_below(group);
            let suffices = self.case.heals_with_nesting(self.problem);
            self.push(Action::EnableNestedGroups, people, suffices);
        }
        if self.problem.heals {
            return;
        }
        if let Cause::NoSeat { product, .. } = self.problem.cause
            && !is_automatic
        {
            let people = self.failed_with(product, Violation::Count);
            self.push(Action::EnableAutomaticReprocessing, people, false);
        }
        if let (Some(sibling), false) = (self.problem.siblings.first(), is_partial) {
            let people = self.failed_with(*sibling, Violation::Other);
            self.push(Action::EnablePartialSuccess, people, false);
        }
    }

    /// How many people a product of the problem's group could not be given for a reason.
    fn failed_with(&self, product: ProductOrdinal, violation: Violation) -> u32 {
        let group = self.problem.group.and_then(|group| self.group(group));
        group
            .into_iter()
            .flat_map(|group| group.verdicts_of(product))
            .filter(|(verdict, _)| verdict.violation() == Some(violation))
            .map(|(_, users)| users.len())
            .sum()
    }
}
