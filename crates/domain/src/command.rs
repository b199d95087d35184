//! Commands: what somebody wants to happen.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use crate::{
    access::{Permission, Role},
    application::ApplicationPatch,
    assignment::AssignmentRequest,
    catalog::Catalog,
    decide::Earlier,
    device::{DeviceSettings, Enrollment, LimitPolicyChange, Report},
    directory::Profile,
    event::Event,
    group::{GroupPatch, NewGroup},
    policy::Policy,
    product::ProductDefinition,
    subscription::{Channel, Term},
    time::Timestamp,
    user::{NewUser, UserKey, UserPatch},
};

/// A wish to change a tenant. Asked of [`crate::decide::decide`], it becomes a plan or a refusal.
#[derive(Clone, Debug)]
pub enum Command {
    /// Begin a tenant.
    CreateTenant {
        /// The tenant's id; a new one if absent.
        id: Option<Uuid>,
        /// Names and defaults.
        profile: Profile,
        /// The first domain.
        domain: String,
    },
    /// Change names or defaults.
    ChangeProfile {
        /// As it shall be.
        profile: Profile,
    },
    /// Add a domain that was proved.
    AddDomain {
        /// The name.
        name: String,
        /// Whether new users shall get it.
        is_default: bool,
    },
    /// Follow a catalog.
    AdoptCatalog {
        /// It.
        catalog: Arc<Catalog>,
        /// SHA-256 of its text.
        digest: [u8; 32],
    },
    /// Buy.
    AddSubscription(NewSubscription),
    /// Buy more or fewer seats.
    ChangeQuantity {
        /// Which subscription.
        id: Uuid,
        /// Seats.
        quantity: u32,
        /// Whether the caller speaks for whoever manages the subscription (the partner, the portal).
        on_behalf_of_manager: bool,
    },
    /// Start another term now; brings back an expired, suspended or cancelled subscription.
    Reactivate {
        /// Which subscription.
        id: Uuid,
        /// Whether it shall go on renewing.
        renews: bool,
    },
    /// Let the term run out, or go on after it.
    SetRenewal {
        /// Which subscription.
        id: Uuid,
        /// Whether it shall renew.
        renews: bool,
    },
    /// Give a subscription up now.
    Cancel {
        /// Which subscription.
        id: Uuid,
    },
    /// Do what is due: subscriptions age, the recycle bin empties.
    Tick,
    /// Create users, all or none.
    CreateUsers(Vec<NewUser>),
    /// Change a user.
    UpdateUser {
        /// Whom.
        user: UserKey,
        /// What.
        patch: UserPatch,
    },
    /// Put a user into the recycle bin.
    DeleteUser {
        /// Whom.
        user: UserKey,
    },
    /// Take a user out of the recycle bin.
    RestoreUser {
        /// Whom.
        id: Uuid,
    },
    /// Erase a user in the recycle bin for good.
    PurgeUser {
        /// Whom.
        id: Uuid,
    },
    /// Note that a user's password was set; the engine stores its hash in the same transaction.
    NotePasswordChange {
        /// Which user.
        user: UserKey,
    },
    /// End the sessions that a user began before now. What lets them go on is stored elsewhere.
    RevokeSessions {
        /// Whose.
        user: UserKey,
    },
    /// Change one user's direct licenses, all or nothing.
    AssignLicenses {
        /// Whose.
        user: UserKey,
        /// What.
        request: AssignmentRequest,
    },
    /// Change many users' direct licenses alike; each user succeeds or fails alone.
    AssignLicensesInBulk {
        /// Whose, in the order in which scarce seats are given.
        users: Vec<UserKey>,
        /// What.
        request: AssignmentRequest,
    },
    /// Decide a user's group licenses again.
    ReprocessUser {
        /// Whose.
        user: UserKey,
    },
    /// Create a group.
    CreateGroup(NewGroup),
    /// Change a group, or add members and owners to it.
    UpdateGroup {
        /// Its object id.
        group: Uuid,
        /// What.
        patch: GroupPatch,
    },
    /// Delete a group: a Microsoft 365 group goes to the recycle bin, any other is gone.
    DeleteGroup {
        /// Its object id.
        group: Uuid,
    },
    /// Take a group out of the recycle bin.
    RestoreGroup {
        /// Its object id.
        group: Uuid,
    },
    /// Erase a group in the recycle bin for good.
    PurgeGroup {
        /// Its object id.
        group: Uuid,
    },
    /// Add users or groups to a group, all or none.
    AddMembers {
        /// The group's object id.
        group: Uuid,
        /// Object ids of users and groups.
        members: Vec<Uuid>,
    },
    /// Remove users or groups from a group, all or none.
    RemoveMembers {
        /// The group's object id.
        group: Uuid,
        /// Object ids of users and groups.
        members: Vec<Uuid>,
    },
    /// Make a user an owner of a group.
    AddOwner {
        /// The group's object id.
        group: Uuid,
        /// The user's object id.
        user: Uuid,
    },
    /// Take a user from the owners of a group.
    RemoveOwner {
        /// The group's object id.
        group: Uuid,
        /// The user's object id.
        user: Uuid,
    },
    /// Change what a group gives to its members.
    AssignGroupLicenses {
        /// The group's object id.
        group: Uuid,
        /// What.
        request: AssignmentRequest,
    },
    /// Decide a group's licenses again for all its members.
    ReprocessGroup {
        /// The group's object id.
        group: Uuid,
    },
    /// Change the licensing policy.
    ChangePolicy {
        /// As it shall be.
        policy: Policy,
    },
    /// Give one product instead of another, per user whole or not at all.
    SwapProduct {
        /// For whom.
        scope: SwapScope,
        /// The product to take.
        from: Uuid,
        /// The product to give.
        to: Uuid,
        /// Ids of plans of the new product to switch off besides those that are off in the old one.
        disabled_plans: Vec<Uuid>,
    },
    /// Remove direct licenses that a group gives as well.
    MigrateToGroups {
        /// Whose; all users if absent.
        users: Option<Vec<UserKey>>,
        /// Whether to migrate users who would lose plans, too.
        accept_lost_plans: bool,
    },
    /// Approve a change that the guard stopped.
    ApproveChange {
        /// The token of its plan.
        token: String,
    },
    /// Enroll a device, or enroll it again.
    EnrollDevice(Box<Enrollment>),
    /// Note that a device was heard of.
    CheckIn {
        /// Its id.
        device: Uuid,
        /// What its MDM server says.
        report: Report,
    },
    /// Ask a device to leave.
    RetireDevice {
        /// Its id.
        device: Uuid,
    },
    /// Ask a device to check in.
    SyncDevice {
        /// Its id.
        device: Uuid,
    },
    /// Remove a device's record.
    RemoveDevice {
        /// Its id.
        device: Uuid,
    },
    /// Change how devices are managed.
    ChangeDeviceSettings {
        /// As it shall be.
        settings: DeviceSettings,
    },
    /// Change the policies that limit devices per user.
    ChangeLimitPolicies(LimitPolicyChange),
    /// Make a user a device enrollment manager.
    AddEnrollmentManager {
        /// Whom.
        user: UserKey,
    },
    /// Make a user a device enrollment manager no longer. Devices stay.
    RemoveEnrollmentManager {
        /// Whom.
        user: UserKey,
    },
    /// Undo a change.
    Undo {
        /// The generation of the change.
        generation: u64,
        /// What happened in it.
        events: Arc<Vec<Event>>,
        /// For each user whose values it changed: the last event before it that tells them, a
        /// [`Event::UserCreated`] or [`Event::UserUpdated`]. Values of users who are absent are not put back.
        earlier: Arc<Earlier>,
    },
    /// Put licenses back as they were.
    RestoreLicenses {
        /// The time whose state to put back.
        at: Timestamp,
        /// What happened since, the newest last.
        events: Arc<Vec<Event>>,
        /// Whose; everybody's if absent.
        scope: RestoreScope,
    },
    /// Register an application.
    AddApplication {
        /// Its client id; a new one if absent.
        client_id: Option<Uuid>,
        /// Its name.
        display_name: String,
        /// Permissions granted at once.
        permissions: Vec<Permission>,
        /// Whether it can keep no secret.
        public_client: bool,
        /// Where sign-in may return to.
        redirect_uris: Vec<String>,
        /// Whether it shall have no service principal yet.
        dormant: bool,
        /// Further properties by Graph's names, each as JSON.
        properties: BTreeMap<String, String>,
        /// Users and service principals who own it.
        owners: Vec<Uuid>,
    },
    /// Change an application, or give or take its service principal.
    UpdateApplication {
        /// Its object id.
        id: Uuid,
        /// How.
        patch: ApplicationPatch,
    },
    /// Note that secrets or certificates of an application came or went. They are stored elsewhere.
    NoteCredentials {
        /// The application's object id.
        id: Uuid,
        /// `keyId` of the new ones.
        added: Vec<Uuid>,
        /// `keyId` of those that are gone.
        removed: Vec<Uuid>,
    },
    /// Remove an application.
    RemoveApplication {
        /// Its object id.
        id: Uuid,
    },
    /// Set an application's permissions.
    SetPermissions {
        /// Its object id.
        id: Uuid,
        /// All that it shall have.
        permissions: Vec<Permission>,
    },
    /// Give a directory role.
    AssignRole {
        /// User or service principal.
        principal: Uuid,
        /// The role.
        role: Role,
    },
    /// Take a directory role.
    RemoveRole {
        /// User or service principal.
        principal: Uuid,
        /// The role.
        role: Role,
    },
}

/// For whom one product is given instead of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwapScope {
    /// For the direct licenses of these users.
    Users(Vec<UserKey>),
    /// For the direct licenses of everybody who has one.
    AllUsers,
    /// For a group and thus all its members.
    Group(Uuid),
}

/// Whose licenses are put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreScope {
    /// Everybody's, and those of all groups.
    Tenant,
    /// One user's direct licenses and memberships.
    User(UserKey),
    /// A group's licenses and members.
    Group(Uuid),
}

/// A purchase.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Graph's `id`; a new one if absent.
    pub id: Option<Uuid>,
    /// What is bought; the catalog completes what it knows.
    pub product: ProductDefinition,
    /// How.
    pub channel: Channel,
    /// Seats.
    pub quantity: u32,
    /// For how long at a time.
    pub term: Term,
    /// Whether the term starts again at its end.
    pub renews: bool,
    /// The person who bought it.
    pub owner_id: Option<Uuid>,
}

impl Command {
    /// A stable name for the audit trail.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CreateTenant { .. } => "createTenant",
            Self::ChangeProfile { .. } => "changeProfile",
            Self::AddDomain { .. } => "addDomain",
            Self::AdoptCatalog { .. } => "adoptCatalog",
            Self::AddSubscription(_) => "addSubscription",
            Self::ChangeQuantity { .. } => "changeQuantity",
            Self::Reactivate { .. } => "reactivate",
            Self::SetRenewal { .. } => "setRenewal",
            Self::Cancel { .. } => "cancel",
            Self::Tick => "tick",
            Self::CreateUsers(_) => "createUsers",
            Self::UpdateUser { .. } => "updateUser",
            Self::DeleteUser { .. } => "deleteUser",
            Self::RestoreUser { .. } => "restoreUser",
            Self::PurgeUser { .. } => "purgeUser",
            Self::NotePasswordChange { .. } => "changePassword",
            Self::AssignLicenses { .. } => "assignLicense",
            Self::AssignLicensesInBulk { .. } => "assignLicensesInBulk",
            Self::ReprocessUser { .. } => "reprocessLicenseAssignment",
            Self::CreateGroup(_) => "createGroup",
            Self::UpdateGroup { .. } => "updateGroup",
            Self::DeleteGroup { .. } => "deleteGroup",
            Self::RestoreGroup { .. } => "restoreGroup",
            Self::PurgeGroup { .. } => "purgeGroup",
            Self::AddMembers { .. } => "addMembers",
            Self::RemoveMembers { .. } => "removeMembers",
            Self::AddOwner { .. } => "addOwner",
            Self::RemoveOwner { .. } => "removeOwner",
            Self::AssignGroupLicenses { .. } => "assignGroupLicense",
            Self::ReprocessGroup { .. } => "reprocessGroup",
            Self::ChangePolicy { .. } => "changePolicy",
            Self::SwapProduct { .. } => "swapProduct",
            Self::MigrateToGroups { .. } => "migrateToGroups",
            Self::ApproveChange { .. } => "approveChange",
            Self::EnrollDevice(_) => "enrollDevice",
            Self::CheckIn { .. } => "checkIn",
            Self::RetireDevice { .. } => "retireDevice",
            Self::SyncDevice { .. } => "syncDevice",
            Self::RemoveDevice { .. } => "removeDevice",
            Self::ChangeDeviceSettings { .. } => "changeDeviceSettings",
            Self::ChangeLimitPolicies(_) => "changeLimitPolicies",
            Self::AddEnrollmentManager { .. } => "addEnrollmentManager",
            Self::RemoveEnrollmentManager { .. } => "removeEnrollmentManager",
            Self::Undo { .. } => "undo",
            Self::RestoreLicenses { .. } => "restoreLicenses",
            Self::AddApplication { .. } => "addApplication",
            Self::RemoveApplication { .. } => "removeApplication",
            Self::UpdateApplication { .. } => "updateApplication",
            Self::NoteCredentials { .. } => "changeCredentials",
            Self::RevokeSessions { .. } => "revokeSignInSessions",
            Self::SetPermissions { .. } => "setPermissions",
            Self::AssignRole { .. } => "assignRole",
            Self::RemoveRole { .. } => "removeRole",
        }
    }
}
