//! What exactly stands in the way of a license, on the facts as they are now.

use uuid::Uuid;

use super::{Cause, Sibling, Side, Waiting, is_open};
use crate::{
    assignment::{LicenseSource, RuleSet, RuleViolation, Violation},
    catalog::ProhibitedSubject,
    decide::waiting,
    product::ProductOrdinal,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

/// A user with all its assignments.
pub struct Case<'a> {
    pub tenant: &'a Tenant,
    pub user: &'a UserView<'a>,
    pub sources: &'a [LicenseSource],
}

impl Case<'_> {
    /// The cause of a source's error: what the error says as it is now; or what stands in the way now, if that is
    /// something else; or else that it is past.
    pub fn cause_of(&self, source: &LicenseSource) -> Cause {
        let violation = source.state.violation().unwrap_or(Violation::Other);
        let cause = match violation {
            Violation::Count => Some(self.seats(source.product)),
            Violation::MutuallyExclusive => self.exclusion(source),
            Violation::Dependency => self.dependency(source),
            Violation::ProhibitedInUsageLocation => self.location(source),
            Violation::Uniqueness => self.address(),
            Violation::Other => None,
        };
        cause
            .or_else(|| self.obstacle(source))
            .unwrap_or(Cause::Past(violation))
    }

    /// What stands in the way now, in the order in which rules are asked.
    fn obstacle(&self, source: &LicenseSource) -> Option<Cause> {
        let (product, disabled) = self.wanted(source)?;
        let holds = self.tenant.holds(self.user.ordinal, product);
        let lacks_seat = !holds && self.tenant.seats(product).available() == 0;
        let needs_address = self
            .tenant
            .product(product)
            .is_some_and(|product| product.enables_mailbox(disabled));
        self.location(source)
            .filter(|_| !holds)
            .or_else(|| self.exclusion(source))
            .or_else(|| self.dependency(source))
            .or_else(|| lacks_seat.then(|| self.seats(product)))
            .or_else(|| needs_address.then(|| self.address()).flatten())
    }

    /// What a source is meant to be: itself, or for one that is kept what its group gives the user of the product now.
    fn wanted(&self, source: &LicenseSource) -> Option<(ProductOrdinal, u128)> {
        if is_open(source) {
            return Some((source.product, source.disabled));
        }
        let group = source.group?;
        let mut units = self.tenant.units(self.user).into_iter();
        units.find(|unit| unit.group == group)?;
        let license = self.tenant.groups().get(group)?.license(source.product)?;
        Some((license.product, license.disabled))
    }

    /// What the user has besides a source. What ends counts for nothing (it yields).
    fn others<'b>(&'b self, source: &'b LicenseSource) -> impl Iterator<Item = &'b LicenseSource> {
        self.sources
            .iter()
            .filter(move |other| *other != source && other.state.is_applied() && !other.is_ending)
    }

    /// What the group of a source would give with it.
    fn siblings<'b>(
        &'b self,
        source: &'b LicenseSource,
    ) -> impl Iterator<Item = &'b LicenseSource> {
        self.sources
            .iter()
            .filter(move |other| *other != source && other.group == source.group && is_open(other))
    }

    fn plans<'b>(&self, sources: impl Iterator<Item = &'b LicenseSource>) -> RuleSet {
        self.tenant
            .rule_plans(sources.map(|source| (source.product, source.disabled)))
    }

    fn with(&self, plans: &RuleSet, more: Option<(ProductOrdinal, u128)>) -> RuleSet {
        plans.union(&self.tenant.rule_plans(more.into_iter()))
    }

    fn has_plan(&self, license: (ProductOrdinal, u128), plan: Uuid) -> bool {
        self.tenant
            .product(license.0)
            .and_then(|product| product.plan_bit(plan))
            .is_some_and(|bit| license.1 & bit == 0)
    }

    fn seats(&self, product: ProductOrdinal) -> Cause {
        let seats = self.tenant.seats(product);
        Cause::NoSeat {
            product,
            bought: seats.enabled.saturating_add(seats.warning),
            used: seats.consumed,
            waiting: self.waiting(product),
        }
    }

    /// The place in the waiting list; only where seats are given by themselves there is one.
    fn waiting(&self, product: ProductOrdinal) -> Option<Waiting> {
        if !self.tenant.policy().is_automatic() {
            return None;
        }
        let users: Vec<UserOrdinal> = waiting(self.tenant, product);
        let place = users.iter().position(|user| *user == self.user.ordinal)?;
        Some(Waiting {
            before: u32::try_from(place).unwrap_or(u32::MAX),
            total: u32::try_from(users.len()).unwrap_or(u32::MAX),
        })
    }

    fn location(&self, source: &LicenseSource) -> Option<Cause> {
        let (ordinal, disabled) = self.wanted(source)?;
        let product = self.tenant.product(ordinal)?;
        let own = self.user.head.usage_location;
        let location = own.or(self.tenant.profile().default_usage_location)?;
        let rules = self.tenant.catalog().rules.prohibited_locations.iter();
        let subject = rules
            .filter(|rule| {
                let mut codes = rule.locations.iter();
                codes.any(|code| code == location.as_str().as_bytes())
            })
            .map(|rule| rule.subject)
            .find(|subject| match subject {
                ProhibitedSubject::Product(id) => *id == product.sku_id,
                ProhibitedSubject::Plan(id) => self.has_plan((ordinal, disabled), *id),
            })?;
        Some(Cause::Location {
            location,
            is_default: own.is_none(),
            product: ordinal,
            plan: match subject {
                ProhibitedSubject::Product(_) => None,
                ProhibitedSubject::Plan(id) => Some(id),
            },
        })
    }

    /// Two plans that exclude each other: with what the user has from elsewhere, or with what the same group gives.
    fn exclusion(&self, source: &LicenseSource) -> Option<Cause> {
        let wanted = self.wanted(source)?;
        let elsewhere: Vec<&LicenseSource> = self.others(source).collect();
        self.exclusion_with(wanted, &elsewhere).or_else(|| {
            let all: Vec<&LicenseSource> =
                elsewhere.into_iter().chain(self.siblings(source)).collect();
            self.exclusion_with(wanted, &all)
        })
    }

    fn exclusion_with(
        &self,
        wanted: (ProductOrdinal, u128),
        others: &[&LicenseSource],
    ) -> Option<Cause> {
        let before = self.plans(others.iter().copied());
        let after = self.with(&before, Some(wanted));
        let Some(RuleViolation::Exclusive { plans }) =
            self.tenant.rules().first_new_violation(&before, &after)
        else {
            return None;
        };
        let giver = |plan: Uuid| {
            others
                .iter()
                .find(|other| self.has_plan((other.product, other.disabled), plan))
        };
        let own = |plan: &&Uuid| self.has_plan(wanted, **plan);
        let plan = plans
            .iter()
            .find(|plan| own(plan) && giver(**plan).is_none())
            .or_else(|| plans.iter().find(own))?;
        let mut rest = plans.iter().filter(|other| *other != plan);
        let (other_plan, other) = rest
            .clone()
            .find_map(|other| Some((*other, side(giver(*other)?))))
            .or_else(|| {
                // Both are in the product itself.
                let product = wanted.0;
                Some((
                    *rest.next()?,
                    Side {
                        product,
                        group: None,
                    },
                ))
            })?;
        Some(Cause::Excluded {
            plan: *plan,
            other_plan,
            other,
        })
    }

    /// The plans of a license that exclude plans of another one.
    pub fn conflicting(
        &self,
        license: (ProductOrdinal, u128),
        other: (ProductOrdinal, u128),
    ) -> Vec<Uuid> {
        let rules = self.tenant.rules();
        let others = self.tenant.rule_plans([other].into_iter());
        let excludes = |bit: u16| {
            let own = usize::from(others.contains(bit));
            let mut sets = rules.exclusions().iter();
            sets.any(|set| set.contains(bit) && set.count_common(&others) > own)
        };
        self.tenant
            .product(license.0)
            .into_iter()
            .flat_map(|product| product.plans_with_state(license.1))
            .filter(|(_, is_on)| *is_on)
            .map(|(owned, _)| owned.plan.id)
            .filter(|plan| rules.bit(*plan).is_some_and(excludes))
            .collect()
    }

    /// A plan that lacks one: of the license itself, or of another one that needs what should go.
    fn dependency(&self, source: &LicenseSource) -> Option<Cause> {
        let wanted = self.wanted(source);
        let others = self.plans(self.others(source));
        let had = source
            .state
            .is_applied()
            .then_some((source.product, source.disabled));
        let before = self.with(&others, had);
        let after = self.with(&others, wanted);
        let (plan, requires) = self.tenant.rules().first_newly_missing(&before, &after)?;
        let dependent = self
            .others(source)
            .find(|other| self.has_plan((other.product, other.disabled), plan));
        if let (Some(had), Some(dependent)) = (had, dependent) {
            let needs = requires
                .iter()
                .find(|needed| self.has_plan(had, **needed))?;
            return Some(Cause::NeededBy {
                plan,
                other: side(dependent),
                needs: *needs,
            });
        }
        let gives = |other: &&LicenseSource| {
            let license = (other.product, other.disabled);
            requires
                .iter()
                .any(|needed| self.has_plan(license, *needed))
        };
        let sibling = self.siblings(source).find(gives).map(|sibling| Sibling {
            product: sibling.product,
            cause: self.obstacle_of_sibling(sibling).map(Box::new),
        });
        Some(Cause::Lacks {
            plan,
            requires,
            sibling,
        })
    }

    /// What stands in the way of a sibling, without asking for its own siblings again.
    fn obstacle_of_sibling(&self, sibling: &LicenseSource) -> Option<Cause> {
        let wanted = self.wanted(sibling)?;
        let elsewhere: Vec<&LicenseSource> = self.others(sibling).collect();
        let holds = self.tenant.holds(self.user.ordinal, wanted.0);
        let lacks_seat = !holds && self.tenant.seats(wanted.0).available() == 0;
        self.location(sibling)
            .or_else(|| self.exclusion_with(wanted, &elsewhere))
            .or_else(|| lacks_seat.then(|| self.seats(wanted.0)))
    }

    fn address(&self) -> Option<Cause> {
        self.user.addresses().find_map(|address| {
            let owner = self
                .tenant
                .users()
                .find_address(address)
                .find(|other| other.ordinal != self.user.ordinal)?;
            Some(Cause::Address {
                address: address.to_owned(),
                owner: owner.ordinal,
            })
        })
    }
}

const fn side(source: &LicenseSource) -> Side {
    Side {
        product: source.product,
        group: source.group,
    }
}
