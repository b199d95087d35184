//! One user's group licenses: what a user ought to have, what can be applied of it, and what follows (licensing.md 3.3).
//!
//! Nothing is changed here. The result depends on facts, on earlier decisions (who holds a seat keeps it) and on the
//! seats that are left; applying it and settling again changes nothing.

mod keep;
mod pieces;
mod result;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, Unit, Verdict, Violation, rules::RuleSet};
use crate::{
    event::Grant,
    group::GroupOrdinal,
    product::ProductOrdinal,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

/// Which of a user's group licenses are tried again. What is new, or no longer meant, is always decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retry {
    /// Those that failed because of a conflict.
    Conflicts,
    /// These, and all of some groups.
    Groups(BTreeSet<GroupOrdinal>),
    /// All.
    All,
}

impl Retry {
    /// Everything that either of two says.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Groups(mut groups), Self::Groups(others)) => {
                groups.extend(others);
                Self::Groups(groups)
            }
            (Self::Groups(groups), Self::Conflicts) | (Self::Conflicts, Self::Groups(groups)) => {
                Self::Groups(groups)
            }
            (Self::Conflicts, Self::Conflicts) => Self::Conflicts,
        }
    }

    fn covers(&self, group: GroupOrdinal) -> bool {
        match self {
            Self::All => true,
            Self::Groups(groups) => groups.contains(&group),
            Self::Conflicts => false,
        }
    }
}

/// Seats that are left, by product, while many users are settled one after the other. Below zero if more are taken than
/// there are: then one that is given back goes to nobody.
#[derive(Debug, Default)]
pub struct Seats(BTreeMap<ProductOrdinal, i64>);

impl Seats {
    fn balance(&mut self, tenant: &Tenant, product: ProductOrdinal) -> &mut i64 {
        self.0.entry(product).or_insert_with(|| {
            let seats = tenant.seats(product);
            i64::from(seats.enabled) + i64::from(seats.warning) - i64::from(seats.consumed)
        })
    }

    /// Whether a seat of a product is left.
    pub fn are_left(&mut self, tenant: &Tenant, product: ProductOrdinal) -> bool {
        *self.balance(tenant, product) > 0
    }

    fn take(&mut self, tenant: &Tenant, product: ProductOrdinal) {
        *self.balance(tenant, product) -= 1;
    }

    fn give_back(&mut self, tenant: &Tenant, product: ProductOrdinal) {
        *self.balance(tenant, product) += 1;
    }
}

/// How a product of a group is decided anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    /// The group.
    pub group: GroupOrdinal,
    /// The product.
    pub product: ProductOrdinal,
    /// As it was decided until now.
    pub before: Option<Verdict>,
    /// As it is decided now.
    pub after: Option<Verdict>,
}

/// What settling a user changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Decisions on products of groups.
    pub decisions: Vec<Decision>,
    /// Licenses of the user's own that go.
    pub removed: Vec<Grant>,
    /// Licenses of the user's own that come: what could not be taken away, and what goes after the grace period.
    pub added: Vec<Grant>,
}

impl Settlement {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty() && self.removed.is_empty() && self.added.is_empty()
    }
}

/// Something that a user has.
#[derive(Clone, Copy, Debug)]
struct Piece {
    product: ProductOrdinal,
    disabled: u128,
    origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Direct,
    Ending(Option<GroupOrdinal>),
    Kept(GroupOrdinal, Violation),
    /// Through the decision on an intended product.
    Decided(GroupOrdinal, ProductOrdinal, Verdict),
}

impl Origin {
    const fn group(self) -> Option<GroupOrdinal> {
        match self {
            Self::Direct | Self::Ending(_) => None,
            Self::Kept(group, _) | Self::Decided(group, ..) => Some(group),
        }
    }

    /// The product of the group that the piece stands for.
    const fn intended(self, product: ProductOrdinal) -> ProductOrdinal {
        match self {
            Self::Decided(_, intended, _) => intended,
            _ => product,
        }
    }
}

/// A piece that is to go, and why it must stay nevertheless.
struct Leaving {
    piece: Piece,
    kept: Option<Violation>,
}

/// A group with what it intends for the user.
struct Wanted {
    group: GroupOrdinal,
    /// Products to be decided: product, disabled plans, whether the command that is decided added or changed it.
    candidates: Vec<(ProductOrdinal, u128, bool)>,
}

/// Settles a user. `before` is the tenant before the command, `settled` the tenant when users were last settled in the
/// course of it, and `tenant` the tenant with what the command itself changes.
pub fn settle(
    before: &Tenant,
    settled: &Tenant,
    tenant: &Tenant,
    user: &UserView<'_>,
    retry: &Retry,
    seats: &mut Seats,
) -> Settlement {
    let units = ordered_units(tenant, user);
    let groups = concerned_groups([before, settled], user, &units);
    let mut case = Case {
        before,
        settled,
        tenant,
        user,
        had: had_plans(before, user),
        staying: Vec::new(),
        standby: Vec::new(),
        regained: Vec::new(),
        soft: Vec::new(),
        leaving: Vec::new(),
        wanted: Vec::new(),
        failures: BTreeMap::new(),
    };
    case.sort_pieces(&units, &groups, retry);
    let (work, verdicts) = case.resolve(seats);
    case.take_seats(&work, seats);
    case.settlement(&groups, &work, &verdicts)
}

/// The units that give licenses, in the order in which they are decided.
fn ordered_units(tenant: &Tenant, user: &UserView<'_>) -> Vec<Unit> {
    let mut units: Vec<Unit> = tenant
        .units(user)
        .into_iter()
        .filter(|unit| {
            tenant
                .groups()
                .get(unit.group)
                .is_some_and(|group| !group.licenses.is_empty())
        })
        .collect();
    units.sort_by_key(|unit| unit_order(tenant, unit));
    units
}

/// Higher priority first where the policy says so, then whoever joined earlier, then by the group's id.
pub fn unit_order(
    tenant: &Tenant,
    unit: &Unit,
) -> (std::cmp::Reverse<u32>, crate::Timestamp, uuid::Uuid) {
    let group = tenant.groups().get(unit.group);
    let priority = group
        .filter(|_| tenant.policy().has_priority())
        .map_or(0, |group| group.definition.priority);
    (
        std::cmp::Reverse(priority),
        unit.joined,
        group.map(|group| group.id).unwrap_or_default(),
    )
}

/// All groups that decide or decided something for the user.
fn concerned_groups(
    earlier: [&Tenant; 2],
    user: &UserView<'_>,
    units: &[Unit],
) -> BTreeSet<GroupOrdinal> {
    let mut groups: BTreeSet<GroupOrdinal> = units.iter().map(|unit| unit.group).collect();
    for tenant in earlier {
        if let Some(view) = tenant.users().view(user.ordinal) {
            groups.extend(tenant.units(&view).iter().map(|unit| unit.group));
        }
    }
    groups
}

/// The plans that rules name and that the user had on before the command.
fn had_plans(before: &Tenant, user: &UserView<'_>) -> RuleSet {
    let mut set = RuleSet::default();
    if let Some(view) = before.users().view(user.ordinal) {
        for source in before.sources(&view) {
            if source.state.is_applied()
                && let Some(product) = before.product(source.product)
            {
                product.add_rule_plans(source.disabled, &mut set);
            }
        }
    }
    set
}

struct Case<'a> {
    before: &'a Tenant,
    settled: &'a Tenant,
    tenant: &'a Tenant,
    user: &'a UserView<'a>,
    /// Plans that rules name, as they were on before the command.
    had: RuleSet,
    /// Pieces that nothing changes.
    staying: Vec<Piece>,
    /// Products given in place of others: they go only when something better can come.
    standby: Vec<Piece>,
    /// What could not be taken away once and is meant again, as it is.
    regained: Vec<(GroupOrdinal, ProductOrdinal)>,
    /// Pieces in their grace period: they yield to everything.
    soft: Vec<Piece>,
    leaving: Vec<Leaving>,
    wanted: Vec<Wanted>,
    /// What failed so that something else had to be kept for it; it is not tried again with that beside it.
    failures: BTreeMap<(GroupOrdinal, ProductOrdinal), Violation>,
}

/// How each candidate was decided.
type Verdicts = BTreeMap<(GroupOrdinal, ProductOrdinal), Verdict>;

/// A piece as events name it.
const fn grant(piece: &Piece, source: Source) -> Grant {
    Grant {
        product: piece.product,
        disabled: piece.disabled,
        source,
    }
}

/// The order in which users are settled while seats are scarce: who only loses something, then by the first of the user's
/// units that is tried again and lacks something, then by the user's id.
pub fn user_order(
    tenant: &Tenant,
    user: UserOrdinal,
    retry: &Retry,
) -> Option<(std::cmp::Reverse<u32>, crate::Timestamp, uuid::Uuid)> {
    let view = tenant.users().view(user)?;
    let lacks = |unit: &Unit, counts: fn(Option<Verdict>) -> bool| {
        let group = tenant.groups().get(unit.group);
        group.is_some_and(|group| {
            let mut licenses = group.licenses.iter();
            licenses.any(|license| counts(group.verdict(user, license.product)))
        })
    };
    let units = ordered_units(tenant, &view);
    let asked = units.iter().find(|unit| {
        retry.covers(unit.group) && lacks(unit, |verdict| verdict != Some(Verdict::Active))
    });
    // Without one, a conflict that may be over.
    let first = asked.or_else(|| {
        units.iter().find(|unit| {
            lacks(unit, |verdict| {
                matches!(
                    verdict,
                    None | Some(Verdict::Failed(Violation::MutuallyExclusive))
                )
            })
        })
    });
    let (priority, joined, _) = unit_order(tenant, first?);
    Some((priority, joined, view.id))
}
