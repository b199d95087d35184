//! Users, subscriptions, the policy, and what cannot be undone.

use super::{Earlier, RemainderReason, Reversal, three_way::ThreeWay};
use crate::{
    decide::{
        group_licenses::record_policy,
        users::{check_other_administrator, check_rename},
    },
    event::{Apart, Event},
    location::Location,
    rejection::Rejection,
    subscription::ManagedBy,
    time::Timestamp,
    user::{
        Properties, Record, UserOrdinal, UserProperty, UserState, UserType, UserView,
        check_required, record,
    },
};

impl Reversal<'_> {
    /// Puts values back, and takes out of the recycle bin what a change put into it.
    pub fn put_objects_back(&mut self, events: &[Event], earlier: &Earlier) {
        for event in events.iter().rev() {
            match event {
                Event::UserDeleted { user, at } => self.restore_user(*user, *at),
                Event::UserUpdated { user, .. } => {
                    self.put_user_back(*user, event, earlier.get(user));
                }
                Event::GroupDeleted { group, at } => self.restore_group(*group, *at),
                Event::GroupUpdated {
                    group,
                    before,
                    after,
                } => self.put_group_back(*group, before, after),
                Event::PolicyChanged { before, after } => {
                    let mut values = ThreeWay::default();
                    let merged = values.put_policy(self.work.state.policy(), before, after);
                    if values.is_changed_since {
                        self.leave(None, None, RemainderReason::ChangedSince);
                    }
                    record_policy(&mut self.work, &merged);
                }
                Event::QuantityChanged {
                    id,
                    quantity,
                    before,
                } => self.put_quantity_back(*id, *quantity, *before),
                Event::DeviceChanged {
                    device,
                    before,
                    after,
                } => self.put_device_back(*device, before, after),
                Event::DeviceSettingsChanged { before, after } => {
                    self.put_device_settings_back(before, after);
                }
                Event::LimitPoliciesChanged { before, after } => {
                    self.put_limits_back(before, after);
                }
                Event::EnrollmentManagerAdded { user } => {
                    if self.work.state.is_enrollment_manager(*user) {
                        let event = Event::EnrollmentManagerRemoved { user: *user };
                        self.work.record(event);
                    }
                }
                Event::EnrollmentManagerRemoved { user } => self.put_manager_back(*user),
                _ => self.tell_irreversible(event),
            }
        }
    }

    /// Deletes what a change created or took out of the recycle bin.
    pub fn remove_objects(&mut self, events: &[Event]) {
        for event in events.iter().rev() {
            match event {
                Event::UserCreated { user, .. } | Event::UserRestored { user } => {
                    self.delete_user(*user);
                }
                Event::GroupCreated { group, .. } => self.delete_group(*group, events),
                Event::GroupRestored { group, .. } => self.delete_group(*group, &[]),
                _ => {}
            }
        }
    }

    fn restore_user(&mut self, ordinal: UserOrdinal, deleted: Timestamp) {
        let state = &self.work.state;
        let Some(user) = state.users().view(ordinal) else {
            return;
        };
        let reason = match user.head.state() {
            UserState::Live => return,
            UserState::Purged => RemainderReason::Gone,
            UserState::Deleted if user.head.deleted != Some(deleted) => {
                RemainderReason::ChangedSince
            }
            UserState::Deleted => {
                let name = user.principal_name();
                if state.users().find_principal_name(name).is_none() {
                    self.work.record(Event::UserRestored { user: ordinal });
                    return;
                }
                RemainderReason::Refused(Rejection::PrincipalNameTaken {
                    principal_name: name.to_owned(),
                })
            }
        };
        self.leave(Some(ordinal), None, reason);
    }

    fn delete_user(&mut self, ordinal: UserOrdinal) {
        let state = &self.work.state;
        let Some(user) = state.users().view(ordinal).filter(UserView::is_live) else {
            return;
        };
        match check_other_administrator(state, &user) {
            Ok(()) => self.work.record(Event::UserDeleted {
                user: ordinal,
                at: self.work.now,
            }),
            Err(rejection) => {
                self.leave(Some(ordinal), None, RemainderReason::Refused(rejection));
            }
        }
    }

    fn put_user_back(&mut self, ordinal: UserOrdinal, event: &Event, earlier: Option<&Event>) {
        let (Some(made), Some(was)) = (Values::told_by(event), earlier.and_then(Values::told_by))
        else {
            let reason = RemainderReason::NotReversible(VALUES_UNKNOWN);
            return self.leave(Some(ordinal), None, reason);
        };
        let state = &self.work.state;
        let Some(user) = state.users().view(ordinal).filter(UserView::is_live) else {
            return self.leave(Some(ordinal), None, RemainderReason::Gone);
        };
        let old = Values::of(&user);
        let mut new = old.clone();
        let mut values = ThreeWay::default();
        values.put(
            &mut new.account_enabled,
            &was.account_enabled,
            &made.account_enabled,
        );
        values.put(&mut new.user_type, &was.user_type, &made.user_type);
        values.put(
            &mut new.usage_location,
            &was.usage_location,
            &made.usage_location,
        );
        let mut changed = Vec::new();
        for property in properties_changed_by(event) {
            let mut value = new.properties.remove(&property);
            values.put(
                &mut value,
                &was.properties.get(&property).cloned(),
                &made.properties.get(&property).cloned(),
            );
            if value.as_ref() != old.properties.get(&property) {
                changed.push(property.tag());
            }
            new.properties.extend(value.map(|value| (property, value)));
        }
        let judged = check_required(&new.properties)
            .and_then(|()| check_rename(state, &user, &new.properties))
            .and_then(|()| {
                if old.account_enabled && !new.account_enabled {
                    check_other_administrator(state, &user)
                } else {
                    Ok(())
                }
            });
        if values.is_changed_since {
            self.leave(Some(ordinal), None, RemainderReason::ChangedSince);
        }
        match judged {
            Ok(()) if old == new => {}
            Ok(()) => self.work.record(new.into_event(ordinal, changed)),
            Err(rejection) => {
                self.leave(Some(ordinal), None, RemainderReason::Refused(rejection));
            }
        }
    }

    fn put_quantity_back(&mut self, id: uuid::Uuid, quantity: u32, before: u32) {
        let Some(subscription) = self.work.state.subscriptions().get(&id) else {
            return;
        };
        if subscription.quantity == before {
            return;
        }
        let managed_by = subscription.channel.managed_by();
        let reason = if subscription.quantity != quantity {
            RemainderReason::ChangedSince
        } else if managed_by != ManagedBy::Organization && !self.is_system {
            RemainderReason::Refused(Rejection::QuantityManagedElsewhere { managed_by })
        } else if !subscription.status.is_assignable() {
            RemainderReason::Refused(Rejection::WrongSubscriptionStatus {
                status: subscription.status,
            })
        } else {
            self.work.record(Event::QuantityChanged {
                id,
                quantity: before,
                before: quantity,
            });
            return;
        };
        self.leave(None, None, reason);
    }

    fn tell_irreversible(&mut self, event: &Event) {
        let Some(what) = instead_of_undoing(event) else {
            return;
        };
        let user = match event {
            Event::UserPurged { user }
            | Event::PasswordChanged { user, .. }
            | Event::SessionsRevoked { user, .. }
            | Event::UserReprocessed { user } => Some(*user),
            _ => None,
        };
        let group = match event {
            Event::GroupPurged { group } | Event::GroupReprocessed { group } => Some(*group),
            _ => None,
        };
        self.leave(user, group, RemainderReason::NotReversible(what));
    }
}

const VALUES_UNKNOWN: &str =
    "The values from before are no longer on record. Set the properties again.";

/// What to do instead where an event cannot be undone; nothing for events that can, or that only go along with others.
const fn instead_of_undoing(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::TenantCreated { .. } => "A tenant cannot be taken back.",
        Event::ProfileChanged { .. } => {
            "Names and defaults of the organization are not put back. Change them again."
        }
        Event::DomainAdded { .. } => {
            "A domain stays proved. Choose another default domain if need be."
        }
        Event::CatalogAdopted { .. } => {
            "A catalog is not given up for an older one. Adopt the catalog that you want."
        }
        Event::SubscriptionAdded { .. } => "A purchase cannot be undone. Cancel the subscription.",
        Event::StatusChanged { .. } => {
            "The life of a subscription does not go backwards. Reactivate it, or buy it again if it was deleted."
        }
        Event::Renewed { .. } => {
            "A term that began stays. Cancel the subscription, or set whether it renews."
        }
        Event::UserPurged { .. } => {
            "A user who was erased for good cannot come back. Create the user again and assign its licenses."
        }
        Event::PasswordChanged { .. } => "A former password cannot come back. Set a new password.",
        Event::ApplicationAdded { .. } => {
            "A registration is not taken back. Remove the application."
        }
        Event::ApplicationRemoved { .. } => {
            "A removed application cannot come back. Register it again."
        }
        Event::PermissionsChanged { .. } => {
            "Permissions are not put back. Set the permissions that the application shall have."
        }
        Event::ApplicationChanged { .. } => {
            "An application is not put back as it was. Change it again."
        }
        Event::CredentialsChanged { .. } => {
            "Credentials do not come back. Remove those that must go, and add new ones."
        }
        Event::SessionsRevoked { .. } => {
            "Ended sessions do not come back. The user signs in again."
        }
        Event::RoleAssigned { .. } => "Roles are not taken back. Remove the role.",
        Event::RoleRemoved { .. } => "Roles are not given back. Assign the role again.",
        Event::GroupPurged { .. } => {
            "A group that is gone for good cannot come back. Create it again and add its members and licenses."
        }
        Event::GroupReprocessed { .. } | Event::UserReprocessed { .. } => {
            "Reprocessing only applied what was meant already. Change the group's licenses or members if that must go."
        }
        Event::DeviceEnrolled { .. } => {
            "An enrollment is not taken back. Retire or delete the device."
        }
        Event::DeviceRemoved { .. } => {
            "A device's record does not come back by itself. The device must enroll again."
        }
        Event::ChangeApproved { .. } => "An approval ends by itself after a day.",
        _ => return None,
    })
}

fn properties_changed_by(event: &Event) -> Vec<UserProperty> {
    match event {
        Event::UserUpdated { changed, .. } => changed
            .iter()
            .filter_map(|tag| UserProperty::from_tag(*tag))
            .collect(),
        _ => Vec::new(),
    }
}

/// What can be changed of a user.
#[derive(Clone, PartialEq)]
struct Values {
    account_enabled: bool,
    user_type: UserType,
    usage_location: Option<Location>,
    properties: Properties,
}

impl Values {
    fn of(user: &UserView<'_>) -> Self {
        Self {
            account_enabled: user.head.account_enabled,
            user_type: user.head.user_type,
            usage_location: user.head.usage_location,
            properties: user.record.properties(),
        }
    }

    /// The values that an event gave to a user; nothing if personal details were erased from it.
    fn told_by(event: &Event) -> Option<Self> {
        match event {
            Event::UserCreated {
                account_enabled,
                user_type,
                usage_location,
                record,
                ..
            }
            | Event::UserUpdated {
                account_enabled,
                user_type,
                usage_location,
                record,
                ..
            } => Some(Self {
                account_enabled: *account_enabled,
                user_type: *user_type,
                usage_location: *usage_location,
                properties: Record::new(record.get()?).properties(),
            }),
            _ => None,
        }
    }

    fn into_event(self, user: UserOrdinal, changed: Vec<u8>) -> Event {
        Event::UserUpdated {
            user,
            account_enabled: self.account_enabled,
            user_type: self.user_type,
            usage_location: self.usage_location,
            changed,
            record: Apart::Here(record::pack(&self.properties)),
        }
    }
}
