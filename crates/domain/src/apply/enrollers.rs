//! Who is licensed for device management, kept as it changes: one user at a time, or all anew by sets.

use crate::{
    assignment::Verdict,
    group::{Group, GroupOrdinal},
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    user::{UserOrdinal, UserView},
};

impl Tenant {
    /// Whether a product has plans of device management for single users.
    pub(super) fn manages_devices(&self, product: ProductOrdinal) -> bool {
        self.product(product)
            .is_some_and(|product| product.management_plans != 0)
    }

    /// Notes whether a user's own licenses of a product leave a plan of device management on.
    pub(super) fn note_own_management(&mut self, user: UserOrdinal, product: ProductOrdinal) {
        let manages = self.users.view(user).is_some_and(|view| {
            self.licenses(&view).any(|(_, shape, owned)| {
                shape.product == product && owned.enables_management(shape.disabled)
            })
        });
        if let Some(users) = self.own_management.get_mut(usize::from(product.0)) {
            if manages {
                users.insert(user.0);
            } else if users.contains(user.0) {
                users.remove(user.0);
            }
        }
    }

    /// Counts a user in or out of those who are licensed.
    pub(crate) fn recount_enroller(&mut self, user: UserOrdinal) {
        let is_licensed = self
            .users
            .view(user)
            .is_some_and(|view| view.is_live() && self.has_management(&view));
        if is_licensed == self.enrollers.contains(user.0) {
            return;
        }
        if is_licensed {
            self.enrollers.insert(user.0);
        } else {
            self.enrollers.remove(user.0);
        }
        self.recount_devices_of(user);
    }

    fn has_management(&self, user: &UserView<'_>) -> bool {
        self.management.usable.iter().any(|product| {
            self.own_management
                .get(usize::from(product.0))
                .is_some_and(|users| users.contains(user.ordinal.0))
                || self.is_given_management(user, *product)
        })
    }

    /// Whether a group gives a user a product with a plan of device management on.
    fn is_given_management(&self, user: &UserView<'_>, product: ProductOrdinal) -> bool {
        let gives = |ordinal: GroupOrdinal| {
            self.groups.get(ordinal).is_some_and(|group| {
                group.decisions.iter().any(|((intended, verdict), users)| {
                    users.contains(user.ordinal.0)
                        && self.gives_management(group, *intended, *verdict, product)
                })
            })
        };
        if self.policy.nests() {
            self.givers
                .get(&product)
                .is_some_and(|groups| groups.iter().any(|group| gives(*group)))
        } else {
            user.memberships
                .iter()
                .any(|membership| gives(membership.group))
        }
    }

    /// Whether a product of a group, decided in some way, is another product with a plan of device management on.
    fn gives_management(
        &self,
        group: &Group,
        intended: ProductOrdinal,
        verdict: Verdict,
        product: ProductOrdinal,
    ) -> bool {
        let disabled = self.disabled_by(group, intended, verdict, product);
        let owned = self.product(product);
        disabled
            .is_some_and(|disabled| owned.is_some_and(|owned| owned.enables_management(disabled)))
    }

    /// Counts anew who is licensed, after something changed that concerns many.
    pub(crate) fn count_enrollers(&mut self) {
        let mut enrollers = Bits::default();
        for product in &self.management.usable {
            if let Some(users) = self.own_management.get(usize::from(product.0)) {
                enrollers.union_with(users);
            }
            for group in self.givers.get(product).into_iter().flatten() {
                let Some(group) = self.groups.get(*group) else {
                    continue;
                };
                for ((intended, verdict), users) in &group.decisions {
                    if self.gives_management(group, *intended, *verdict, *product) {
                        enrollers.union_with(users);
                    }
                }
            }
        }
        enrollers.intersect_with(self.users.live());
        let mut changed = enrollers.difference(&self.enrollers);
        changed.union_with(&self.enrollers.difference(&enrollers));
        self.enrollers = enrollers;
        for user in changed.intersection(&self.devices.sharers).iter() {
            self.recount_devices_of(UserOrdinal(user));
        }
    }

    /// Notes anew whose own licenses leave a plan of device management on, after plans of products changed.
    pub(crate) fn count_own_management(&mut self) {
        for product in (0_u16..).map(ProductOrdinal).take(self.products.len()) {
            let users = if self.manages_devices(product) {
                self.assigned(product).cloned().unwrap_or_default()
            } else {
                Bits::default()
            };
            let is_off_somewhere = self.shapes.iter().any(|shape| {
                shape.product == product
                    && self
                        .product(product)
                        .is_some_and(|owned| !owned.enables_management(shape.disabled))
            });
            if let Some(known) = self.own_management.get_mut(usize::from(product.0)) {
                known.clone_from(&users);
            }
            if is_off_somewhere {
                for user in users.iter() {
                    self.note_own_management(UserOrdinal(user), product);
                }
            }
        }
    }
}
