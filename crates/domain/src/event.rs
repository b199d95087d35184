//! Events: what happened. They are the history, the audit trail and what replication sends.
//!
//! Events are stored for ever, so fields are numbered, added at the end, and never change their meaning.

use std::{fmt, sync::Arc};

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use roaring::RoaringBitmap;
use uuid::Uuid;

use crate::{
    access::{Permission, Role},
    application::Application,
    assignment::{Source, Verdict},
    catalog::Catalog,
    codec,
    device::{Build, DeviceHead, DeviceOrdinal, DeviceSettings, LimitPolicy, Removal},
    directory::{Domain, Profile},
    group::{GroupDefinition, GroupGrant, GroupOrdinal},
    location::Location,
    policy::Policy,
    product::{ProductDefinition, ProductOrdinal},
    state::Bits,
    subscription::{Status, Subscription},
    time::Timestamp,
    user::{UserOrdinal, UserType},
};

/// A fact that happened to a tenant.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    /// The tenant began.
    #[n(0)]
    TenantCreated {
        /// The tenant.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
        /// When.
        #[n(1)]
        at: Timestamp,
        /// Names and defaults.
        #[n(2)]
        profile: Profile,
        /// The first domain.
        #[n(3)]
        domain: String,
    },
    /// Names or defaults changed.
    #[n(1)]
    ProfileChanged {
        /// As it is now.
        #[n(0)]
        profile: Profile,
    },
    /// A domain was proved.
    #[n(2)]
    DomainAdded {
        /// The domain.
        #[n(0)]
        domain: Domain,
    },
    /// The tenant follows a catalog from now on.
    #[n(3)]
    CatalogAdopted {
        /// SHA-256 of the catalog's text.
        #[cbor(n(0), with = "minicbor::bytes")]
        digest: [u8; 32],
        /// The catalog; kept apart from the event by its digest.
        #[n(1)]
        catalog: Apart<Arc<Catalog>>,
    },
    /// The tenant owns a product for the first time.
    #[n(4)]
    ProductAdded {
        /// Its place.
        #[n(0)]
        product: ProductOrdinal,
        /// What it is.
        #[n(1)]
        definition: ProductDefinition,
    },
    /// Something was bought.
    #[n(5)]
    SubscriptionAdded {
        /// What.
        #[n(0)]
        subscription: Subscription,
    },
    /// A subscription has more or fewer seats.
    #[n(6)]
    QuantityChanged {
        /// Which.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
        /// Seats now.
        #[n(1)]
        quantity: u32,
        /// Seats before.
        #[n(2)]
        before: u32,
    },
    /// A subscription moved in its life.
    #[n(7)]
    StatusChanged {
        /// Which.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
        /// The state now.
        #[n(1)]
        status: Status,
        /// Since when.
        #[n(2)]
        since: Timestamp,
    },
    /// A subscription runs for another term.
    #[n(8)]
    Renewed {
        /// Which.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
        /// Until when.
        #[n(1)]
        ends: Timestamp,
        /// When this was decided.
        #[n(2)]
        at: Timestamp,
        /// Whether it goes on renewing.
        #[n(3)]
        renews: bool,
    },
    /// A user was created.
    #[n(9)]
    UserCreated {
        /// Its place.
        #[n(0)]
        user: UserOrdinal,
        /// Its object id.
        #[cbor(n(1), with = "codec::guid")]
        id: Uuid,
        /// When.
        #[n(2)]
        at: Timestamp,
        /// Graph's `accountEnabled`.
        #[n(3)]
        account_enabled: bool,
        /// Graph's `userType`.
        #[n(4)]
        user_type: UserType,
        /// Graph's `usageLocation`.
        #[n(5)]
        usage_location: Option<Location>,
        /// Packed property values.
        #[n(6)]
        record: Apart<Box<[u8]>>,
    },
    /// A user's values changed.
    #[n(10)]
    UserUpdated {
        /// Which.
        #[n(0)]
        user: UserOrdinal,
        /// Graph's `accountEnabled` now.
        #[n(1)]
        account_enabled: bool,
        /// Graph's `userType` now.
        #[n(2)]
        user_type: UserType,
        /// Graph's `usageLocation` now.
        #[n(3)]
        usage_location: Option<Location>,
        /// Tags of the properties that changed.
        #[cbor(n(4), with = "minicbor::bytes")]
        changed: Vec<u8>,
        /// Packed property values now.
        #[n(5)]
        record: Apart<Box<[u8]>>,
    },
    /// A user went to the recycle bin; its seats are free.
    #[n(11)]
    UserDeleted {
        /// Which.
        #[n(0)]
        user: UserOrdinal,
        /// When.
        #[n(1)]
        at: Timestamp,
    },
    /// A user came back with its licenses, whether or not there were seats.
    #[n(12)]
    UserRestored {
        /// Which.
        #[n(0)]
        user: UserOrdinal,
    },
    /// A user is gone for good, with its personal details in the history.
    #[n(13)]
    UserPurged {
        /// Which.
        #[n(0)]
        user: UserOrdinal,
    },
    /// Licenses of their own, of one or many users, changed alike. The inverse swaps `removed` and `added`.
    #[n(14)]
    AssignmentsChanged {
        /// Whose.
        #[n(0)]
        users: UserSet,
        /// What each of them had and has no longer.
        #[n(1)]
        removed: Vec<Grant>,
        /// What each of them has now.
        #[n(2)]
        added: Vec<Grant>,
        /// When.
        #[n(3)]
        at: Timestamp,
    },
    /// An application was registered.
    #[n(15)]
    ApplicationAdded {
        /// It.
        #[n(0)]
        application: Application,
    },
    /// An application was removed.
    #[n(16)]
    ApplicationRemoved {
        /// Its object id.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
    },
    /// An application's permissions changed.
    #[n(17)]
    PermissionsChanged {
        /// The application's object id.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
        /// All that it has now.
        #[n(1)]
        permissions: Vec<Permission>,
    },
    /// Somebody was given a directory role.
    #[n(18)]
    RoleAssigned {
        /// User or service principal.
        #[cbor(n(0), with = "codec::guid")]
        principal: Uuid,
        /// The role.
        #[n(1)]
        role: Role,
    },
    /// A directory role was taken from somebody.
    #[n(19)]
    RoleRemoved {
        /// User or service principal.
        #[cbor(n(0), with = "codec::guid")]
        principal: Uuid,
        /// The role.
        #[n(1)]
        role: Role,
    },
    /// A user's password was set; the password itself is never here.
    #[n(20)]
    PasswordChanged {
        /// Whose.
        #[n(0)]
        user: UserOrdinal,
        /// When.
        #[n(1)]
        at: Timestamp,
    },
    /// A group was created, without members and licenses.
    #[n(21)]
    GroupCreated {
        /// Its place.
        #[n(0)]
        group: GroupOrdinal,
        /// Its object id.
        #[cbor(n(1), with = "codec::guid")]
        id: Uuid,
        /// When.
        #[n(2)]
        at: Timestamp,
        /// What it is.
        #[n(3)]
        definition: GroupDefinition,
    },
    /// A group's definition changed.
    #[n(22)]
    GroupUpdated {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// As it was.
        #[n(1)]
        before: GroupDefinition,
        /// As it is now.
        #[n(2)]
        after: GroupDefinition,
    },
    /// A group went to the recycle bin.
    #[n(23)]
    GroupDeleted {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// When.
        #[n(1)]
        at: Timestamp,
    },
    /// A group came back.
    #[n(24)]
    GroupRestored {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// When it had been deleted.
        #[n(1)]
        deleted: Timestamp,
    },
    /// A group is gone for good, with its memberships.
    #[n(25)]
    GroupPurged {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
    },
    /// Users joined a group.
    #[n(26)]
    MembersAdded {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// Who; none of them was a member.
        #[n(1)]
        users: UserSet,
        /// When.
        #[n(2)]
        at: Timestamp,
    },
    /// Users left a group.
    #[n(27)]
    MembersRemoved {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// Who; all of them were members.
        #[n(1)]
        users: UserSet,
        /// When.
        #[n(2)]
        at: Timestamp,
    },
    /// A group became a member of a group.
    #[n(28)]
    SubgroupAdded {
        /// The group that has a new member.
        #[n(0)]
        group: GroupOrdinal,
        /// The member.
        #[n(1)]
        member: GroupOrdinal,
    },
    /// A group is no longer a member of a group.
    #[n(29)]
    SubgroupRemoved {
        /// The group that lost a member.
        #[n(0)]
        group: GroupOrdinal,
        /// The member.
        #[n(1)]
        member: GroupOrdinal,
    },
    /// A group has a new owner.
    #[n(30)]
    OwnerAdded {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// Who.
        #[n(1)]
        user: UserOrdinal,
    },
    /// A group lost an owner.
    #[n(31)]
    OwnerRemoved {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// Who.
        #[n(1)]
        user: UserOrdinal,
    },
    /// What a group gives to its members changed. What became of it for them is in the events that follow.
    #[n(32)]
    GroupLicensesChanged {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
        /// What it gave and gives no longer.
        #[n(1)]
        removed: Vec<GroupGrant>,
        /// What it gives now.
        #[n(2)]
        added: Vec<GroupGrant>,
        /// When.
        #[n(3)]
        at: Timestamp,
    },
    /// A product of a group was decided for some members.
    #[n(33)]
    Decided {
        /// The group.
        #[n(0)]
        group: GroupOrdinal,
        /// The product.
        #[n(1)]
        product: ProductOrdinal,
        /// For whom.
        #[n(2)]
        users: UserSet,
        /// How it was decided until now, alike for all of them.
        #[n(3)]
        before: Option<Verdict>,
        /// How it is decided now; absent if it is no longer meant for them.
        #[n(4)]
        after: Option<Verdict>,
        /// When.
        #[n(5)]
        at: Timestamp,
    },
    /// The licensing policy changed.
    #[n(34)]
    PolicyChanged {
        /// As it was.
        #[n(0)]
        before: Policy,
        /// As it is now.
        #[n(1)]
        after: Policy,
    },
    /// Somebody approved a change that the guard had stopped.
    #[n(35)]
    ChangeApproved {
        /// The token of its plan.
        #[n(0)]
        token: String,
        /// Who.
        #[n(1)]
        approver: String,
        /// When.
        #[n(2)]
        at: Timestamp,
    },
    /// Plans of a product were switched off in all assignments that there are.
    #[n(36)]
    PlansSwitchedOff {
        /// The product.
        #[n(0)]
        product: ProductOrdinal,
        /// The plans, as bits; they were on in all assignments.
        #[cbor(n(1), with = "codec::mask")]
        plans: u128,
    },
    /// A group's rule put a user into the group and out of it again and again, so it was paused.
    #[n(37)]
    RuleOscillated {
        /// The group.
        #[n(0)]
        group: GroupOrdinal,
        /// The user.
        #[n(1)]
        user: UserOrdinal,
    },
    /// Somebody asked for a group's licenses to be decided again.
    #[n(38)]
    GroupReprocessed {
        /// Which.
        #[n(0)]
        group: GroupOrdinal,
    },
    /// Somebody asked for a user's group licenses to be decided again.
    #[n(39)]
    UserReprocessed {
        /// Whose.
        #[n(0)]
        user: UserOrdinal,
    },
    /// A change was undone, or licenses were put back as they had been.
    #[n(40)]
    Reverted {
        /// The generation that was undone, if it was one.
        #[n(0)]
        generation: Option<u64>,
        /// The time whose state was put back, if it was one.
        #[n(1)]
        to: Option<Timestamp>,
    },
    /// A device enrolled, or enrolled again.
    #[n(41)]
    DeviceEnrolled {
        /// Its place: the next one, or that which its id has already.
        #[n(0)]
        device: DeviceOrdinal,
        /// Its id.
        #[cbor(n(1), with = "codec::guid")]
        id: Uuid,
        /// What it is.
        #[n(2)]
        head: DeviceHead,
        /// What it has in common with others.
        #[n(3)]
        build: Build,
        /// Packed details.
        #[n(4)]
        details: Apart<Box<[u8]>>,
    },
    /// A device is in another state.
    #[n(42)]
    DeviceChanged {
        /// Which.
        #[n(0)]
        device: DeviceOrdinal,
        /// As it was.
        #[n(1)]
        before: DeviceHead,
        /// As it is now.
        #[n(2)]
        after: DeviceHead,
    },
    /// A device was heard of, and nothing else changed.
    #[n(43)]
    DeviceContacted {
        /// Which.
        #[n(0)]
        device: DeviceOrdinal,
        /// Whose.
        #[n(1)]
        user: Option<UserOrdinal>,
        /// When it was heard of the last time before.
        #[n(2)]
        before: Timestamp,
        /// When.
        #[n(3)]
        at: Timestamp,
        /// When its certificate expires now.
        #[n(4)]
        certificate_expires: Timestamp,
    },
    /// A device's record is gone.
    #[n(44)]
    DeviceRemoved {
        /// Which.
        #[n(0)]
        device: DeviceOrdinal,
        /// Whose.
        #[n(1)]
        user: Option<UserOrdinal>,
        /// When.
        #[n(2)]
        at: Timestamp,
        /// Why.
        #[n(3)]
        removal: Removal,
    },
    /// Devices are managed otherwise.
    #[n(45)]
    DeviceSettingsChanged {
        /// As it was.
        #[n(0)]
        before: DeviceSettings,
        /// As it is now.
        #[n(1)]
        after: DeviceSettings,
    },
    /// The policies that limit devices per user changed.
    #[n(46)]
    LimitPoliciesChanged {
        /// As they were.
        #[n(0)]
        before: Vec<LimitPolicy>,
        /// As they are now.
        #[n(1)]
        after: Vec<LimitPolicy>,
    },
    /// A user became a device enrollment manager.
    #[n(47)]
    EnrollmentManagerAdded {
        /// Who.
        #[n(0)]
        user: UserOrdinal,
    },
    /// A user is no device enrollment manager any more.
    #[n(48)]
    EnrollmentManagerRemoved {
        /// Who.
        #[n(0)]
        user: UserOrdinal,
    },
    /// An application changed, its permissions excepted.
    #[n(49)]
    ApplicationChanged {
        /// As it is now.
        #[n(0)]
        application: Application,
    },
    /// Secrets or certificates of an application came or went.
    #[n(50)]
    CredentialsChanged {
        /// The application's object id.
        #[cbor(n(0), with = "codec::guid")]
        id: Uuid,
        /// `keyId` of the new ones.
        #[cbor(n(1), with = "codec::guids")]
        added: Vec<Uuid>,
        /// `keyId` of those that are gone.
        #[cbor(n(2), with = "codec::guids")]
        removed: Vec<Uuid>,
    },
    /// The sessions that a user began before now ended.
    #[n(51)]
    SessionsRevoked {
        /// Who.
        #[n(0)]
        user: UserOrdinal,
        /// When.
        #[n(1)]
        at: Timestamp,
    },
}

/// A product given to a user, less some plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Grant {
    /// The product.
    #[n(0)]
    pub product: ProductOrdinal,
    /// Plans switched off, as bits.
    #[cbor(n(1), with = "codec::mask")]
    pub disabled: u128,
    /// Why.
    #[n(2)]
    pub source: Source,
}

/// One or many users.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum UserSet {
    /// One.
    #[n(0)]
    One(#[n(0)] UserOrdinal),
    /// Many.
    #[n(1)]
    Many(#[cbor(n(0), with = "codec::bitmap")] RoaringBitmap),
}

impl UserSet {
    /// The users in order.
    pub fn iter(&self) -> impl Iterator<Item = UserOrdinal> {
        let (one, many) = match self {
            Self::One(user) => (Some(*user), None),
            Self::Many(users) => (None, Some(users)),
        };
        one.into_iter()
            .chain(many.into_iter().flatten().map(UserOrdinal))
    }

    /// The set of some users, in its shortest form.
    pub fn of(users: &Bits) -> Self {
        match (users.len(), users.first()) {
            (1, Some(only)) => Self::One(UserOrdinal(only)),
            _ => Self::Many(users.to_roaring()),
        }
    }

    /// The users as a set.
    pub fn to_bits(&self) -> Bits {
        match self {
            Self::One(user) => Bits::from_iter([user.0]),
            Self::Many(users) => Bits::from_roaring(users),
        }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::Many(users) => users.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a user is in the set.
    pub fn contains(&self, user: UserOrdinal) -> bool {
        match self {
            Self::One(one) => *one == user,
            Self::Many(users) => users.contains(user.0),
        }
    }
}

/// A part of an event that is stored apart from it: personal details, so that they can be erased, and catalogs, since
/// many tenants share one. Encoded it leaves only a mark; the store puts it back.
#[derive(Clone, PartialEq)]
pub enum Apart<T> {
    /// It is here.
    Here(T),
    /// It was not put back, or it was erased.
    Away,
}

impl<T> Apart<T> {
    /// The part if it is here.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Here(part) => Some(part),
            Self::Away => None,
        }
    }
}

impl<T> fmt::Debug for Apart<T> {
    /// Personal details stay out of logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.get().is_some() {
            "<apart>"
        } else {
            "<away>"
        })
    }
}

impl<C, T> Encode<C> for Apart<T> {
    fn encode<W: encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.bool(true)?.ok()
    }
}

impl<'b, C, T> Decode<'b, C> for Apart<T> {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        decoder.bool().map(|_| Self::Away)
    }
}

impl Event {
    /// The personal details that the event carries.
    pub const fn personal(&self) -> Option<&Apart<Box<[u8]>>> {
        match self {
            Self::UserCreated { record, .. } | Self::UserUpdated { record, .. } => Some(record),
            Self::DeviceEnrolled { details, .. } => Some(details),
            _ => None,
        }
    }

    /// The personal details that the event carries, for putting them back.
    pub const fn personal_mut(&mut self) -> Option<&mut Apart<Box<[u8]>>> {
        match self {
            Self::UserCreated { record, .. } | Self::UserUpdated { record, .. } => Some(record),
            Self::DeviceEnrolled { details, .. } => Some(details),
            _ => None,
        }
    }

    /// The users whom the event concerns.
    pub fn users(&self) -> Option<UserSet> {
        match self {
            Self::UserCreated { user, .. }
            | Self::UserUpdated { user, .. }
            | Self::UserDeleted { user, .. }
            | Self::UserRestored { user }
            | Self::UserPurged { user }
            | Self::PasswordChanged { user, .. }
            | Self::SessionsRevoked { user, .. }
            | Self::OwnerAdded { user, .. }
            | Self::OwnerRemoved { user, .. }
            | Self::RuleOscillated { user, .. }
            | Self::UserReprocessed { user }
            | Self::EnrollmentManagerAdded { user }
            | Self::EnrollmentManagerRemoved { user } => Some(UserSet::One(*user)),
            Self::DeviceEnrolled { head, .. } | Self::DeviceChanged { after: head, .. } => {
                head.user.map(UserSet::One)
            }
            Self::DeviceContacted { user, .. } | Self::DeviceRemoved { user, .. } => {
                user.map(UserSet::One)
            }
            Self::AssignmentsChanged { users, .. }
            | Self::MembersAdded { users, .. }
            | Self::MembersRemoved { users, .. }
            | Self::Decided { users, .. } => Some(users.clone()),
            _ => None,
        }
    }
}
