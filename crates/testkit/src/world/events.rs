//! Kinds of events, so that tests can want to meet each.

use zetel_domain::Event;

/// How many kinds of events there are.
pub const EVENT_KINDS: usize = 52;

/// The kind of an event, from 0. A new kind must be added here, and thus to the tests that want to meet each.
pub const fn event_kind(event: &Event) -> usize {
    match event {
        Event::TenantCreated { .. } => 0,
        Event::ProfileChanged { .. } => 1,
        Event::DomainAdded { .. } => 2,
        Event::CatalogAdopted { .. } => 3,
        Event::ProductAdded { .. } => 4,
        Event::SubscriptionAdded { .. } => 5,
        Event::QuantityChanged { .. } => 6,
        Event::StatusChanged { .. } => 7,
        Event::Renewed { .. } => 8,
        Event::UserCreated { .. } => 9,
        Event::UserUpdated { .. } => 10,
        Event::UserDeleted { .. } => 11,
        Event::UserRestored { .. } => 12,
        Event::UserPurged { .. } => 13,
        Event::AssignmentsChanged { .. } => 14,
        Event::ApplicationAdded { .. } => 15,
        Event::ApplicationRemoved { .. } => 16,
        Event::PermissionsChanged { .. } => 17,
        Event::RoleAssigned { .. } => 18,
        Event::RoleRemoved { .. } => 19,
        Event::PasswordChanged { .. } => 20,
        Event::GroupCreated { .. } => 21,
        Event::GroupUpdated { .. } => 22,
        Event::GroupDeleted { .. } => 23,
        Event::GroupRestored { .. } => 24,
        Event::GroupPurged { .. } => 25,
        Event::MembersAdded { .. } => 26,
        Event::MembersRemoved { .. } => 27,
        Event::SubgroupAdded { .. } => 28,
        Event::SubgroupRemoved { .. } => 29,
        Event::OwnerAdded { .. } => 30,
        Event::OwnerRemoved { .. } => 31,
        Event::GroupLicensesChanged { .. } => 32,
        Event::Decided { .. } => 33,
        Event::PolicyChanged { .. } => 34,
        Event::ChangeApproved { .. } => 35,
        Event::PlansSwitchedOff { .. } => 36,
        Event::RuleOscillated { .. } => 37,
        Event::GroupReprocessed { .. } => 38,
        Event::UserReprocessed { .. } => 39,
        Event::Reverted { .. } => 40,
        Event::DeviceEnrolled { .. } => 41,
        Event::DeviceChanged { .. } => 42,
        Event::DeviceContacted { .. } => 43,
        Event::DeviceRemoved { .. } => 44,
        Event::DeviceSettingsChanged { .. } => 45,
        Event::LimitPoliciesChanged { .. } => 46,
        Event::EnrollmentManagerAdded { .. } => 47,
        Event::EnrollmentManagerRemoved { .. } => 48,
        Event::ApplicationChanged { .. } => 49,
        Event::CredentialsChanged { .. } => 50,
        Event::SessionsRevoked { .. } => 51,
    }
}
