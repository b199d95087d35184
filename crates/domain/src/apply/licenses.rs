//! What events do to licenses and to the counts that follow from them.

use crate::{
    assignment::{Holding, Shape, ShapeId, Source, Verdict},
    event::{Grant, UserSet},
    group::GroupOrdinal,
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
    user::{UserOrdinal, UserView},
};

/// Up to so many users are counted one by one; of more, whole sets are.
const FEW: u64 = 256;

/// The order of a user's own licenses.
type Place = (ProductOrdinal, Source);

impl Tenant {
    pub(super) fn change_assignments(
        &mut self,
        users: &UserSet,
        removed: &[Grant],
        added: &[Grant],
        at: Timestamp,
    ) {
        let added: Vec<(Place, Holding)> = added
            .iter()
            .map(|grant| {
                let shape = Shape {
                    product: grant.product,
                    source: grant.source,
                    disabled: grant.disabled,
                };
                let holding = Holding::new(self.shapes.intern(shape), at);
                ((grant.product, grant.source), holding)
            })
            .collect();
        let mut holdings = Vec::new();
        for user in users.iter() {
            let Some(view) = self.users.view(user) else {
                continue;
            };
            holdings.clear();
            holdings.extend_from_slice(view.holdings);
            for grant in removed {
                if let Ok(place) = self.place_of(&holdings, (grant.product, grant.source)) {
                    holdings.remove(place);
                }
            }
            for (key, holding) in &added {
                match self.place_of(&holdings, *key) {
                    Ok(place) => {
                        if let Some(old) = holdings.get_mut(place) {
                            *old = *holding;
                        }
                    }
                    Err(place) => holdings.insert(place, *holding),
                }
            }
            self.users.set_holdings(user, &holdings);
            let mut manages_devices = false;
            for product in removed
                .iter()
                .map(|grant| grant.product)
                .chain(added.iter().map(|((product, _), _)| *product))
            {
                self.note_holdings(user, product, &holdings);
                manages_devices |= self.manages_devices(product);
            }
            self.note_marks(user, &holdings);
            if manages_devices {
                self.recount_enroller(user);
            }
        }
    }

    /// Where a license is among a user's own, or where it would go.
    fn place_of(&self, holdings: &[Holding], key: Place) -> Result<usize, usize> {
        let key_of = |shape: ShapeId| {
            self.shapes
                .get(shape)
                .map(|shape| (shape.product, shape.source))
        };
        holdings.binary_search_by(|holding| key_of(holding.shape).cmp(&Some(key)))
    }

    /// Counts a user in or out of the holders of a product after its own licenses changed.
    pub(crate) fn note_holdings(
        &mut self,
        user: UserOrdinal,
        product: ProductOrdinal,
        holdings: &[Holding],
    ) {
        let is_assigned = holdings.iter().any(|holding| {
            self.shapes
                .get(holding.shape)
                .is_some_and(|shape| shape.product == product)
        });
        let Some(assigned) = self.assigned.get_mut(usize::from(product.0)) else {
            return;
        };
        if is_assigned {
            assigned.insert(user.0);
        } else {
            assigned.remove(user.0);
        }
        if self.manages_devices(product) {
            self.note_own_management(user, product);
        }
        self.recount(user, product);
    }

    /// Notes whether a user has licenses that could not be taken away, or that go soon.
    pub(crate) fn note_marks(&mut self, user: UserOrdinal, holdings: &[Holding]) {
        let (mut is_kept, mut is_ending) = (false, false);
        for holding in holdings {
            match self.shapes.get(holding.shape).map(|shape| shape.source) {
                Some(Source::Kept { .. }) => is_kept = true,
                Some(Source::Ending { .. }) => is_ending = true,
                Some(Source::Direct) | None => {}
            }
        }
        for (marks, is_marked) in [(&mut self.kept, is_kept), (&mut self.ending, is_ending)] {
            if is_marked {
                marks.insert(user.0);
            } else if marks.contains(user.0) {
                marks.remove(user.0);
            }
        }
    }

    /// Counts a user in or out of the holders of a product.
    fn recount(&mut self, user: UserOrdinal, product: ProductOrdinal) {
        let holds = self.users.view(user).is_some_and(|view| {
            view.is_live() && (self.is_assigned(user, product) || self.is_given(&view, product))
        });
        if let Some(holders) = self.holders.get_mut(usize::from(product.0)) {
            if holds {
                holders.insert(user.0);
            } else {
                holders.remove(user.0);
            }
        }
        if holds {
            self.licensed.insert(user.0);
        } else if !self.holders.iter().any(|users| users.contains(user.0)) {
            self.licensed.remove(user.0);
        }
        self.note_plans_of(user, product);
    }

    fn is_assigned(&self, user: UserOrdinal, product: ProductOrdinal) -> bool {
        self.assigned
            .get(usize::from(product.0))
            .is_some_and(|users| users.contains(user.0))
    }

    /// Whether a group gives a user a product.
    fn is_given(&self, user: &UserView<'_>, product: ProductOrdinal) -> bool {
        let gives = |group: &GroupOrdinal| {
            self.groups.get(*group).is_some_and(|group| {
                group.decisions.iter().any(|((intended, verdict), users)| {
                    verdict.given(*intended) == Some(product) && users.contains(user.ordinal.0)
                })
            })
        };
        if self.policy.nests() {
            self.givers_of(product).any(|group| gives(&group))
        } else {
            user.memberships
                .iter()
                .any(|membership| gives(&membership.group))
        }
    }

    /// Groups that give or once gave a product to anybody.
    fn givers_of(&self, product: ProductOrdinal) -> impl Iterator<Item = GroupOrdinal> {
        self.givers.get(&product).into_iter().flatten().copied()
    }

    /// All users who have a product as their own or from any group but one.
    pub(crate) fn holders_without(&self, product: ProductOrdinal, but: GroupOrdinal) -> Bits {
        self.holders_from(product, |group| group != but)
    }

    /// All users to whom groups of some kind give a product.
    pub(crate) fn holders_through(
        &self,
        product: ProductOrdinal,
        counts: impl Fn(GroupOrdinal) -> bool,
    ) -> Bits {
        let mut holders = Bits::default();
        for group in self.givers_of(product).filter(|group| counts(*group)) {
            let Some(group) = self.groups.get(group) else {
                continue;
            };
            for ((intended, verdict), users) in &group.decisions {
                if verdict.given(*intended) == Some(product) {
                    holders.union_with(users);
                }
            }
        }
        holders
    }

    /// All users to whom some group gives a product, or who have it as their own.
    fn all_holders(&self, product: ProductOrdinal) -> Bits {
        self.holders_from(product, |_| true)
    }

    fn holders_from(&self, product: ProductOrdinal, counts: impl Fn(GroupOrdinal) -> bool) -> Bits {
        let mut holders = self.holders_through(product, counts);
        if let Some(assigned) = self.assigned(product) {
            holders.union_with(assigned);
        }
        holders
    }

    pub(super) fn decide_for(
        &mut self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        users: &UserSet,
        before: Option<Verdict>,
        after: Option<Verdict>,
        at: Timestamp,
    ) {
        self.groups.change(group, |group| {
            if let Some(verdict) = before {
                match (users, group.decisions.get_mut(&(product, verdict))) {
                    (UserSet::One(user), Some(decided)) => {
                        decided.remove(user.0);
                    }
                    (UserSet::Many(_), Some(decided)) => decided.subtract(&users.to_bits()),
                    (_, None) => {}
                }
                if group
                    .decisions
                    .get(&(product, verdict))
                    .is_some_and(Bits::is_empty)
                {
                    group.decisions.remove(&(product, verdict));
                }
            }
            if let Some(verdict) = after {
                let decided = group.decisions.entry((product, verdict)).or_default();
                match users {
                    UserSet::One(user) => {
                        decided.insert(user.0);
                    }
                    UserSet::Many(_) => decided.union_with(&users.to_bits()),
                }
            }
        });
        let (lost, given) = (
            before.and_then(|verdict| verdict.given(product)),
            after.and_then(|verdict| verdict.given(product)),
        );
        if let Some(given) = given {
            self.note_giver(given, group);
        }
        for changed in [lost, given].into_iter().flatten() {
            if lost != given {
                self.count_decided(users, changed, given == Some(changed));
                self.count_enrollers_after(users, changed);
            }
        }
        if after.is_some() {
            self.note_time(group, product, users, at);
        }
    }

    pub(crate) fn note_giver(&mut self, product: ProductOrdinal, group: GroupOrdinal) {
        let known = self
            .givers
            .get(&product)
            .is_some_and(|groups| groups.contains(&group));
        if !known {
            std::sync::Arc::make_mut(&mut self.givers)
                .entry(product)
                .or_default()
                .insert(group);
        }
    }

    /// Counts users who now have, or no longer have, a product through a group.
    fn count_decided(&mut self, users: &UserSet, product: ProductOrdinal, is_given: bool) {
        if users.len() <= FEW {
            for user in users.iter() {
                self.recount(user, product);
            }
            return;
        }
        let users = users.to_bits().intersection(self.users.live());
        let lost = if is_given {
            Bits::default()
        } else {
            users.difference(&self.all_holders(product))
        };
        if let Some(holders) = self.holders.get_mut(usize::from(product.0)) {
            if is_given {
                holders.union_with(&users);
            } else {
                holders.subtract(&lost);
            }
        }
        if is_given {
            self.licensed.union_with(&users);
        } else {
            let mut unlicensed = lost;
            for holders in &self.holders {
                unlicensed.subtract(holders);
            }
            self.licensed.subtract(&unlicensed);
        }
        self.note_plans(&users, product);
    }

    /// Counts who is licensed for device management after a product was decided otherwise for some users.
    fn count_enrollers_after(&mut self, users: &UserSet, product: ProductOrdinal) {
        if !self.manages_devices(product) {
            return;
        }
        if users.len() <= FEW {
            users.iter().for_each(|user| self.recount_enroller(user));
        } else {
            self.count_enrollers();
        }
    }

    /// Notes when a decision was made where it does not follow from the times of group and membership.
    fn note_time(
        &mut self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        users: &UserSet,
        at: Timestamp,
    ) {
        let license = self
            .groups
            .get(group)
            .and_then(|group| group.license(product));
        if license.is_none_or(|license| license.at >= at) {
            return;
        }
        for user in users.iter() {
            let Some(view) = self.users.view(user) else {
                continue;
            };
            let is_known = |known: &&crate::group::Membership| {
                known.group == group && known.joined() < at && known.decided() != Some(at)
            };
            if view.memberships.iter().any(|known| is_known(&known)) {
                let mut memberships = view.memberships.to_vec();
                for membership in &mut memberships {
                    if membership.group == group {
                        membership.decided = at.to_column();
                    }
                }
                self.users.set_memberships(user, &memberships);
            }
        }
    }

    /// Counts a user in or out of the holders of all products that it has.
    pub(super) fn count_user(&mut self, user: UserOrdinal) {
        let products: Vec<ProductOrdinal> = self.users.view(user).map_or_else(Vec::new, |view| {
            self.effective(&view)
                .iter()
                .map(|license| license.product)
                .collect()
        });
        for product in products {
            self.recount(user, product);
        }
        self.recount_enroller(user);
    }

    /// Counts the holders of all products anew.
    pub(crate) fn count_all(&mut self) {
        for product in (0_u16..).map(ProductOrdinal).take(self.products.len()) {
            let holders = self.all_holders(product).intersection(self.users.live());
            if let Some(counted) = self.holders.get_mut(usize::from(product.0)) {
                *counted = holders;
            }
        }
        self.licensed = self
            .holders
            .iter()
            .fold(Bits::new(), |all, holders| all.union(holders));
        self.note_all_plans();
        self.count_enrollers();
    }

    pub(super) fn switch_plans_off(&mut self, product: ProductOrdinal, plans: u128) {
        self.shapes.switch_off(product, plans);
        for group in self.givers_and_licensed(product) {
            self.groups.change(group, |group| {
                for license in &mut group.licenses {
                    if license.product == product {
                        license.disabled |= plans;
                    }
                }
            });
        }
        self.note_all_plans();
        self.count_own_management();
        self.count_enrollers();
    }

    fn givers_and_licensed(&self, product: ProductOrdinal) -> Vec<GroupOrdinal> {
        self.groups
            .iter()
            .filter(|(_, group)| group.license(product).is_some())
            .map(|(ordinal, _)| ordinal)
            .collect()
    }
}
