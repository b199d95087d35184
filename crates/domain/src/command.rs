//! Commands: what somebody wants to happen.

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    access::{Permission, Role},
    assignment::AssignmentRequest,
    catalog::Catalog,
    directory::Profile,
    product::ProductDefinition,
    subscription::{Channel, Term},
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
            Self::AddApplication { .. } => "addApplication",
            Self::RemoveApplication { .. } => "removeApplication",
            Self::SetPermissions { .. } => "setPermissions",
            Self::AssignRole { .. } => "assignRole",
            Self::RemoveRole { .. } => "removeRole",
        }
    }
}
