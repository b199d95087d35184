//! Why a command is refused: a code with parameters. Sentences are made at the edge, per language.

use uuid::Uuid;

use crate::{
    device::Reason,
    group::rule::RuleError,
    location::Location,
    subscription::{ManagedBy, Status},
    time::Timestamp,
};

/// A refusal. Nothing was changed.
///
/// For assignments the rules are asked in the order of licensing.md 2.1, and the first that fails is the one reported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub enum Rejection {
    /// No such tenant.
    TenantNotFound,
    /// The tenant was created already.
    TenantExists,
    /// No live user has this id or user principal name.
    UserNotFound {
        /// As the caller named it.
        key: String,
    },
    /// Nothing in the recycle bin has this id.
    DeletedUserNotFound {
        /// As the caller named it.
        id: Uuid,
    },
    /// Another object has this id, or a purged user had it.
    IdTaken {
        /// The id.
        id: Uuid,
    },
    /// A property that must be there is not.
    RequiredPropertyMissing {
        /// Graph's name.
        name: &'static str,
    },
    /// A value is of the wrong form.
    InvalidProperty {
        /// Graph's name.
        name: &'static str,
    },
    /// A text is too long.
    PropertyTooLong {
        /// Graph's name.
        name: &'static str,
        /// Characters allowed.
        max_length: usize,
    },
    /// Clients cannot set this property.
    ReadOnlyProperty {
        /// Graph's name.
        name: &'static str,
    },
    /// The domain of a user principal name is not one of the tenant's.
    DomainNotVerified {
        /// The domain.
        domain: String,
    },
    /// Not a domain name.
    InvalidDomain {
        /// As given.
        domain: String,
    },
    /// The domain is there already.
    DomainExists {
        /// The domain.
        domain: String,
    },
    /// Another user has this user principal name.
    PrincipalNameTaken {
        /// The name.
        principal_name: String,
    },
    /// Nothing to add and nothing to remove.
    NoLicenseChanges,
    /// A product is named twice in one request.
    ProductNamedTwice {
        /// Its id.
        sku_id: Uuid,
    },
    /// The tenant does not own the product.
    ProductNotOwned {
        /// Its id.
        sku_id: Uuid,
    },
    /// The product is for the whole company or for devices.
    ProductNotAssignable {
        /// Its id.
        sku_id: Uuid,
    },
    /// A plan to be switched off is not in the product.
    PlanNotInProduct {
        /// The product.
        sku_id: Uuid,
        /// The plan.
        plan_id: Uuid,
    },
    /// The user does not have the license that should be removed.
    LicenseNotHeld {
        /// The product.
        sku_id: Uuid,
    },
    /// The user has no usage location.
    UsageLocationMissing,
    /// The product, or a plan that would be on, may not be used in the user's location.
    ProhibitedInLocation {
        /// The product.
        sku_id: Uuid,
        /// The user's location.
        location: Location,
    },
    /// Plans that exclude each other would be on together.
    MutuallyExclusive {
        /// The plans.
        plan_ids: Vec<Uuid>,
    },
    /// A plan would be on without one that it needs.
    DependencyMissing {
        /// The dependent plan.
        plan_id: Uuid,
        /// Any of these would do.
        requires: Vec<Uuid>,
    },
    /// All seats are taken.
    NoSeats {
        /// The product.
        sku_id: Uuid,
    },
    /// The user's mail address belongs to another user too.
    AddressNotUnique {
        /// The address.
        address: String,
    },
    /// No such subscription.
    SubscriptionNotFound {
        /// Its id.
        id: Uuid,
    },
    /// The quantity is changed elsewhere.
    QuantityManagedElsewhere {
        /// By whom.
        managed_by: ManagedBy,
    },
    /// A subscription needs at least one seat and at least one month.
    InvalidQuantity,
    /// A product per device cannot be bought this way.
    DeviceProductNeedsAgreement {
        /// The product.
        sku_id: Uuid,
    },
    /// The product has more service plans than can be told apart.
    TooManyPlans {
        /// The product.
        sku_id: Uuid,
    },
    /// The new catalog lacks a product that the tenant ever owned and its current catalog knows, or a plan of one.
    /// What only the catalog says of them would be lost.
    CatalogForgets {
        /// The product.
        sku_id: Uuid,
    },
    /// The tenant owns as many products as it can.
    TooManyProducts,
    /// The subscription's state does not allow this.
    WrongSubscriptionStatus {
        /// Its state.
        status: Status,
    },
    /// No such application.
    ApplicationNotFound {
        /// Object id or client id.
        id: Uuid,
    },
    /// Another application has this client id.
    ApplicationExists {
        /// The client id.
        client_id: Uuid,
    },
    /// Nobody with this id can hold a role.
    PrincipalNotFound {
        /// The id.
        id: Uuid,
    },
    /// Without its last enabled Global Administrator nobody could manage the tenant.
    LastGlobalAdministrator,
    /// The license that should be removed comes from a group (licensing.md 2.2 E7).
    LicenseInherited {
        /// The product.
        sku_id: Uuid,
    },
    /// The tenant's policy refuses licenses that are assigned to users directly.
    DirectAssignmentsOff,
    /// No such group.
    GroupNotFound {
        /// As asked for.
        id: Uuid,
    },
    /// No such group in the recycle bin.
    DeletedGroupNotFound {
        /// As asked for.
        id: Uuid,
    },
    /// A property of a group cannot have this value.
    InvalidGroupProperty {
        /// Graph's name.
        name: &'static str,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// Another group has this mail nickname.
    MailNicknameTaken {
        /// The nickname.
        mail_nickname: String,
    },
    /// A membership rule cannot be read.
    InvalidRule {
        /// Where and why.
        error: RuleError,
    },
    /// The members of a dynamic group follow from its rule.
    MembersFollowRule {
        /// The group's name.
        group: String,
    },
    /// Nobody with this id can be a member or owner.
    MemberNotFound {
        /// The id.
        id: Uuid,
    },
    /// It is a member or owner already.
    MemberExists {
        /// The id.
        id: Uuid,
        /// `members` or `owners`.
        list: &'static str,
    },
    /// It is not a member or owner.
    NotMember {
        /// The id.
        id: Uuid,
        /// `members` or `owners`.
        list: &'static str,
    },
    /// A group cannot be a member of this group (itself, a Microsoft 365 group, a role-assignable one).
    GroupCannotBeMember {
        /// The id of the would-be member.
        id: Uuid,
        /// Why not.
        reason: &'static str,
    },
    /// More of something than can be.
    LimitReached {
        /// What there would be too many of.
        what: &'static str,
        /// How many there can be.
        limit: u32,
    },
    /// A group with licenses cannot be deleted (licensing.md 3.7).
    GroupHasLicenses {
        /// The group's name.
        group: String,
    },
    /// A group cannot have licenses: it is not a security group, or role-assignable where that is refused.
    GroupNotLicensable {
        /// The group's name.
        group: String,
        /// Why not.
        reason: &'static str,
    },
    /// The group does not have the license that should be removed.
    GroupLicenseNotHeld {
        /// The product.
        sku_id: Uuid,
    },
    /// A policy cannot have this value.
    InvalidPolicy {
        /// Which switch.
        name: &'static str,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// The guard stopped the change: it takes services from many.
    Guarded {
        /// What must be sent along to confirm the change.
        token: String,
        /// How many users would lose a service.
        users: u32,
        /// Products, and how many of how many holders would lose them.
        products: Vec<(Uuid, u32, u32)>,
        /// Whether somebody else must approve it first.
        needs_approval: bool,
    },
    /// Whoever asked for a change cannot approve it.
    OwnApproval,
    /// Not a token of a plan.
    InvalidToken,
    /// A device may not enroll.
    EnrollmentDenied {
        /// All reasons, in their order.
        reasons: Vec<Reason>,
    },
    /// No device with a record has this id.
    DeviceNotFound {
        /// The id.
        id: Uuid,
    },
    /// A device was silent for so long that it must enroll again.
    MustEnrollAgain {
        /// Its id.
        id: Uuid,
        /// When its certificate expired.
        expired: Timestamp,
    },
    /// A device enrolls under an id whose other data says that it is not that one.
    DeviceDiffers {
        /// Its id.
        id: Uuid,
        /// Graph's name of what differs.
        name: &'static str,
    },
    /// Devices cannot be managed this way.
    InvalidDeviceSetting {
        /// Which setting.
        name: &'static str,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// No policy that limits devices per user has this id.
    LimitPolicyNotFound {
        /// The id.
        id: Uuid,
    },
    /// What cannot be done to the default policy that limits devices per user.
    DefaultLimitPolicy {
        /// What, and what to do instead.
        reason: &'static str,
    },
    /// The user is no device enrollment manager.
    NotEnrollmentManager {
        /// As the caller named it.
        key: String,
    },
    /// Nothing of the change can be undone.
    NothingToUndo {
        /// The generation.
        generation: u64,
    },
}
