//! Which event touches what.

use uuid::Uuid;

use super::{
    Parts, Touched,
    licenses::{ALL_OF_LICENSES, below, decided, holders_of_anything},
    of_group, of_user,
    parts::{HEAD, differences_of_groups, differences_of_heads},
};
use crate::{
    event::{Event, UserSet},
    group::GroupOrdinal,
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    user::{UserHead, UserOrdinal, UserProperty, UserState},
};

/// The state on which it is judged what an event touches.
///
/// Some events do not name all whom they touch: that a group gives other plans touches all for whom the group's product
/// was decided. Whoever belongs to such a set in the state before the event is touched. Where that state is not at hand,
/// any later one will do, as long as the events up to it are noted as well: who has left the set since then was named
/// when that happened.
#[derive(Clone, Copy, Debug)]
pub enum Judged<'t> {
    /// The state just before the event.
    Before(&'t Tenant),
    /// A state after the event.
    Later(&'t Tenant),
}

impl<'t> Judged<'t> {
    const fn tenant(self) -> &'t Tenant {
        match self {
            Self::Before(tenant) | Self::Later(tenant) => tenant,
        }
    }
}

impl Touched {
    /// Adds what an event touches.
    pub fn note(&mut self, event: &Event, judged: Judged<'_>) {
        match event {
            Event::UserCreated { .. }
            | Event::UserUpdated { .. }
            | Event::UserDeleted { .. }
            | Event::UserRestored { .. }
            | Event::UserPurged { .. }
            | Event::PasswordChanged { .. }
            | Event::SessionsRevoked { .. } => self.note_user(event, judged),
            Event::GroupCreated { .. }
            | Event::GroupUpdated { .. }
            | Event::GroupDeleted { .. }
            | Event::GroupRestored { .. }
            | Event::GroupPurged { .. }
            | Event::MembersAdded { .. }
            | Event::MembersRemoved { .. }
            | Event::SubgroupAdded { .. }
            | Event::SubgroupRemoved { .. } => self.note_group(event, judged),
            Event::AssignmentsChanged { .. }
            | Event::Decided { .. }
            | Event::GroupLicensesChanged { .. }
            | Event::PolicyChanged { .. }
            | Event::PlansSwitchedOff { .. }
            | Event::CatalogAdopted { .. } => self.note_licenses(event, judged.tenant()),
            Event::SubscriptionAdded { .. }
            | Event::QuantityChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Renewed { .. } => self.note_subscription(event, judged),
            Event::DomainAdded { domain } => {
                // The default domain is the issuer of the identity that every user has.
                if domain.is_default {
                    let users = judged.tenant().users().live();
                    self.users
                        .add_all(users, Parts::of(UserProperty::Identities));
                }
            }
            // Nothing of these is seen on a user or a group.
            Event::TenantCreated { .. }
            | Event::ProfileChanged { .. }
            | Event::ProductAdded { .. }
            | Event::ApplicationAdded { .. }
            | Event::ApplicationChanged { .. }
            | Event::ApplicationRemoved { .. }
            | Event::CredentialsChanged { .. }
            | Event::PermissionsChanged { .. }
            | Event::RoleAssigned { .. }
            | Event::RoleRemoved { .. }
            | Event::OwnerAdded { .. }
            | Event::OwnerRemoved { .. }
            | Event::ChangeApproved { .. }
            | Event::RuleOscillated { .. }
            | Event::GroupReprocessed { .. }
            | Event::UserReprocessed { .. }
            | Event::Reverted { .. }
            | Event::DeviceEnrolled { .. }
            | Event::DeviceChanged { .. }
            | Event::DeviceContacted { .. }
            | Event::DeviceRemoved { .. }
            | Event::DeviceSettingsChanged { .. }
            | Event::LimitPoliciesChanged { .. }
            | Event::EnrollmentManagerAdded { .. }
            | Event::EnrollmentManagerRemoved { .. } => {}
        }
    }

    fn note_user(&mut self, event: &Event, judged: Judged<'_>) {
        match event {
            // Only who is deleted is purged, and left all groups when that happened.
            Event::UserCreated { user, .. } | Event::UserPurged { user } => {
                self.touch_user(*user, Parts::WHOLE);
            }
            Event::UserUpdated {
                user,
                account_enabled,
                user_type,
                usage_location,
                changed,
                ..
            } => {
                let head = match judged {
                    Judged::Later(_) => HEAD,
                    Judged::Before(tenant) => tenant.users().view(*user).map_or(HEAD, |view| {
                        let after = UserHead {
                            account_enabled: *account_enabled,
                            user_type: *user_type,
                            usage_location: *usage_location,
                            ..view.head
                        };
                        differences_of_heads(&view.head, &after)
                    }),
                };
                let changed = changed
                    .iter()
                    .filter_map(|tag| UserProperty::from_tag(*tag));
                let parts = changed.fold(head, |parts, one| parts.union(Parts::of(one)));
                self.touch_user(*user, parts);
            }
            Event::PasswordChanged { user, .. } => {
                let property = UserProperty::LastPasswordChangeDateTime;
                self.touch_user(*user, Parts::of(property));
            }
            Event::SessionsRevoked { user, .. } => {
                let property = UserProperty::SignInSessionsValidFromDateTime;
                self.touch_user(*user, Parts::of(property));
            }
            Event::UserDeleted { user, .. } | Event::UserRestored { user } => {
                self.touch_user(*user, Parts::WHOLE);
                self.note_memberships(*user, judged.tenant());
            }
            _ => {}
        }
    }

    /// Groups do not list who is deleted.
    fn note_memberships(&mut self, user: UserOrdinal, tenant: &Tenant) {
        let Some(view) = tenant.users().view(user) else {
            return;
        };
        self.members_unknown |= view.head.state() == UserState::Purged;
        for membership in view.memberships {
            self.members_of(membership.group).users.insert(user.0);
        }
    }

    fn note_group(&mut self, event: &Event, judged: Judged<'_>) {
        let tenant = judged.tenant();
        match event {
            Event::GroupCreated { group, .. } => self.touch_group(*group, Parts::WHOLE),
            Event::GroupUpdated {
                group,
                before,
                after,
            } => self.touch_group(*group, differences_of_groups(before, after)),
            Event::GroupDeleted { group, .. } => self.note_state_of_group(*group, tenant),
            Event::GroupRestored { group, .. } => {
                self.note_state_of_group(*group, tenant);
                self.members_of(*group).all = true;
            }
            Event::GroupPurged { group } => {
                self.note_state_of_group(*group, tenant);
                if let Judged::Later(later) = judged {
                    // Who was in it, and in which groups it was, is gone with it.
                    self.members_unknown = true;
                    self.note_nesting(later, holders_of_anything);
                }
            }
            Event::MembersAdded { group, users, .. }
            | Event::MembersRemoved { group, users, .. } => {
                let members = &mut self.members_of(*group).users;
                match users {
                    UserSet::One(user) => drop(members.insert(user.0)),
                    UserSet::Many(_) => members.union_with(&users.to_bits()),
                }
                self.note_nesting(tenant, |_| users.to_bits());
            }
            Event::SubgroupAdded { group, member } | Event::SubgroupRemoved { group, member } => {
                self.members_of(*group).groups.insert(*member);
                self.note_nesting(tenant, |tenant| below(tenant, *member));
            }
            _ => {}
        }
    }

    /// A group came back or went.
    fn note_state_of_group(&mut self, group: GroupOrdinal, tenant: &Tenant) {
        self.touch_group(group, Parts::WHOLE);
        if let Some(found) = tenant.groups().get(group) {
            for parent in &found.parents {
                self.members_of(*parent).groups.insert(group);
            }
            self.users
                .add_all(&decided(found, |_| true), ALL_OF_LICENSES);
        }
        self.note_nesting(tenant, |tenant| below(tenant, group));
    }

    /// Where groups nest, a way into a licensed group can come or go without another decision. What remains of it is
    /// since when the user has the license.
    fn note_nesting(&mut self, tenant: &Tenant, users: impl FnOnce(&Tenant) -> Bits) {
        if tenant.policy().nests() {
            self.users.add_all(&users(tenant), ALL_OF_LICENSES);
        }
    }

    fn note_subscription(&mut self, event: &Event, judged: Judged<'_>) {
        let tenant = judged.tenant();
        let of = |id: &Uuid| Some(tenant.subscriptions().get(id)?.product);
        let product = match event {
            Event::SubscriptionAdded { subscription } => Some(subscription.product),
            Event::QuantityChanged { id, .. }
            | Event::StatusChanged { id, .. }
            | Event::Renewed { id, .. } => of(id),
            _ => None,
        };
        if let Some(product) = product
            && changes_state(event, product, judged)
            && let Some(holders) = tenant.holders(product)
        {
            self.users.add_all(holders, of_user::PRODUCT_STATE);
        }
    }

    /// A group gives other licenses.
    pub(super) fn touch_group_licenses(&mut self, group: GroupOrdinal) {
        self.touch_group(group, of_group::LICENSES);
    }
}

/// Whether an event about a subscription may change the state of its product.
fn changes_state(event: &Event, product: ProductOrdinal, judged: Judged<'_>) -> bool {
    match (judged, event) {
        (Judged::Before(before), _) => {
            let mut after = before.clone();
            after.apply(event);
            after.seats(product).status() != before.seats(product).status()
        }
        (
            Judged::Later(_),
            Event::QuantityChanged {
                quantity, before, ..
            },
        ) => (*quantity == 0) != (*before == 0),
        (Judged::Later(_), _) => true,
    }
}
