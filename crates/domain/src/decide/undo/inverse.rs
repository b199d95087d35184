//! Events backwards: what takes an event back, and a tenant as it was.

use std::collections::BTreeSet;

use crate::{
    assignment::{Holding, Shape},
    event::{Event, UserSet},
    group::GroupOrdinal,
    product::ProductOrdinal,
    state::Bits,
    tenant::Tenant,
    time::Timestamp,
    user::UserOrdinal,
};

impl Event {
    /// The event that takes this one back, where there is one. Times are not taken back: what returns is as of the time
    /// of the event that removed it, and a user who is deleted again is as of no known time.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        self.inverse_on_directory()
            .or_else(|| self.inverse_on_groups())
            .or_else(|| self.inverse_on_licenses())
    }

    fn inverse_on_directory(&self) -> Option<Self> {
        Some(match self {
            Self::UserDeleted { user, .. } => Self::UserRestored { user: *user },
            Self::UserRestored { user } => Self::UserDeleted {
                user: *user,
                at: Timestamp::default(),
            },
            Self::PolicyChanged { before, after } => Self::PolicyChanged {
                before: after.clone(),
                after: before.clone(),
            },
            Self::QuantityChanged {
                id,
                quantity,
                before,
            } => Self::QuantityChanged {
                id: *id,
                quantity: *before,
                before: *quantity,
            },
            _ => return None,
        })
    }

    fn inverse_on_groups(&self) -> Option<Self> {
        Some(match self {
            Self::GroupUpdated {
                group,
                before,
                after,
            } => Self::GroupUpdated {
                group: *group,
                before: after.clone(),
                after: before.clone(),
            },
            Self::GroupDeleted { group, at } => Self::GroupRestored {
                group: *group,
                deleted: *at,
            },
            Self::GroupRestored { group, deleted } => Self::GroupDeleted {
                group: *group,
                at: *deleted,
            },
            Self::MembersAdded { group, users, at } => Self::MembersRemoved {
                group: *group,
                users: users.clone(),
                at: *at,
            },
            Self::MembersRemoved { group, users, at } => Self::MembersAdded {
                group: *group,
                users: users.clone(),
                at: *at,
            },
            Self::SubgroupAdded { group, member } => Self::SubgroupRemoved {
                group: *group,
                member: *member,
            },
            Self::SubgroupRemoved { group, member } => Self::SubgroupAdded {
                group: *group,
                member: *member,
            },
            Self::OwnerAdded { group, user } => Self::OwnerRemoved {
                group: *group,
                user: *user,
            },
            Self::OwnerRemoved { group, user } => Self::OwnerAdded {
                group: *group,
                user: *user,
            },
            _ => return None,
        })
    }

    fn inverse_on_licenses(&self) -> Option<Self> {
        Some(match self {
            Self::AssignmentsChanged {
                users,
                removed,
                added,
                at,
            } => Self::AssignmentsChanged {
                users: users.clone(),
                removed: added.clone(),
                added: removed.clone(),
                at: *at,
            },
            Self::GroupLicensesChanged {
                group,
                removed,
                added,
                at,
            } => Self::GroupLicensesChanged {
                group: *group,
                removed: added.clone(),
                added: removed.clone(),
                at: *at,
            },
            Self::Decided {
                group,
                product,
                users,
                before,
                after,
                at,
            } => Self::Decided {
                group: *group,
                product: *product,
                users: users.clone(),
                before: *after,
                after: *before,
                at: *at,
            },
            _ => return None,
        })
    }
}

/// A tenant as it was before some events, with regard to licenses: what everybody had, and through what.
///
/// What the events say about licenses, memberships, groups, the policy, quantities and the recycle bin is taken back.
/// Everything else is as it is now: properties of users, the catalog, subscriptions and their states. Users and groups
/// who came since are there and have nothing; those who were erased for good since have nothing either. Times of what
/// returned are those of its removal.
#[must_use]
pub fn as_of(now: &Tenant, events_since: &[Event]) -> Tenant {
    let mut past = now.clone();
    let erased = Erased::by(events_since);
    for event in events_since.iter().rev() {
        if let Event::PlansSwitchedOff { product, plans } = event {
            switch_on(&mut past, *product, *plans);
        } else if let Some(inverse) = event.inverse().and_then(|inverse| erased.spare(inverse)) {
            past.apply(&inverse);
        }
    }
    if events_since
        .iter()
        .any(|event| matches!(event, Event::PlansSwitchedOff { .. }))
    {
        past.count_own_management();
    }
    past.count_all(); // in between, groups and decisions did not always fit together
    past
}

/// Who was erased for good: nothing can be given back to them.
struct Erased {
    users: Bits,
    groups: BTreeSet<GroupOrdinal>,
}

impl Erased {
    fn by(events: &[Event]) -> Self {
        let mut erased = Self {
            users: Bits::default(),
            groups: BTreeSet::new(),
        };
        for event in events {
            match event {
                Event::UserPurged { user } => {
                    erased.users.insert(user.0);
                }
                Event::GroupPurged { group } => {
                    erased.groups.insert(*group);
                }
                _ => {}
            }
        }
        erased
    }

    /// An event without those who were erased; nothing if it is only about them.
    fn spare(&self, mut event: Event) -> Option<Event> {
        let is_erased = |group: &GroupOrdinal| self.groups.contains(group);
        match &mut event {
            Event::SubgroupAdded { group, member } | Event::SubgroupRemoved { group, member } => {
                return (!is_erased(group) && !is_erased(member)).then_some(event);
            }
            Event::GroupUpdated { group, .. }
            | Event::GroupDeleted { group, .. }
            | Event::GroupRestored { group, .. }
            | Event::GroupLicensesChanged { group, .. }
                if is_erased(group) =>
            {
                return None;
            }
            Event::OwnerAdded { group, user } | Event::OwnerRemoved { group, user } => {
                return (!is_erased(group) && !self.users.contains(user.0)).then_some(event);
            }
            Event::UserDeleted { user, .. } | Event::UserRestored { user }
                if self.users.contains(user.0) =>
            {
                return None;
            }
            Event::MembersAdded { group, users, .. }
            | Event::MembersRemoved { group, users, .. }
            | Event::Decided { group, users, .. } => {
                if is_erased(group) {
                    return None;
                }
                self.spare_users(users);
            }
            Event::AssignmentsChanged { users, .. } => self.spare_users(users),
            _ => {}
        }
        Some(event)
    }

    fn spare_users(&self, users: &mut UserSet) {
        if !self.users.is_empty() {
            *users = UserSet::of(&users.to_bits().difference(&self.users));
        }
    }
}

/// Switches plans on again that were switched off in all assignments of a product.
fn switch_on(tenant: &mut Tenant, product: ProductOrdinal, plans: u128) {
    let users = tenant.assigned(product).cloned().unwrap_or_default();
    for user in users.iter().map(UserOrdinal) {
        let Some(view) = tenant.users.view(user) else {
            continue;
        };
        let mut holdings = view.holdings.to_vec();
        for holding in &mut holdings {
            if let Some(shape) = tenant.shapes.get(holding.shape).copied()
                && shape.product == product
            {
                let disabled = shape.disabled & !plans;
                let id = tenant.shapes.intern(Shape { disabled, ..shape });
                *holding = Holding::new(id, holding.at());
            }
        }
        tenant.users.set_holdings(user, &holdings);
    }
    let groups: Vec<GroupOrdinal> = tenant
        .groups
        .iter()
        .filter(|(_, group)| group.license(product).is_some())
        .map(|(ordinal, _)| ordinal)
        .collect();
    for group in groups {
        tenant.groups.change(group, |group| {
            for license in &mut group.licenses {
                if license.product == product {
                    license.disabled &= !plans;
                }
            }
        });
    }
}
