//! Whose assignments they are: those of a user, or those of a group to its members.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::Action,
    assignment::{AssignmentRequest, LicenseSource},
    group::Group,
    location::Location,
    product::{OwnedProduct, ProductOrdinal},
    user::{UserKey, UserView},
};

use crate::{failure::Failure, frame::Section, view::user_name, visit::Visit};

/// Products that are assigned, each with the plans that are off.
pub(super) type Assigned = BTreeMap<Uuid, BTreeSet<Uuid>>;

/// What kind of holder is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

impl Kind {
    /// The right that reading takes.
    pub const fn reading(self) -> Action {
        match self {
            Self::User => Action::ListUsers,
            Self::Group => Action::ReadGroups,
        }
    }

    /// The right that assigning takes.
    pub const fn assigning(self) -> Action {
        match self {
            Self::User => Action::AssignLicenses,
            Self::Group => Action::AssignGroupLicenses,
        }
    }

    /// Where all of them are listed.
    pub const fn section(self) -> Section {
        match self {
            Self::User => Section::Users,
            Self::Group => Section::Groups,
        }
    }

    /// The holder that an address names.
    pub fn find<'a>(
        self,
        visit: &Visit,
        tenant: &'a Tenant,
        key: &str,
    ) -> Result<Holder<'a>, Failure> {
        let holder = match self {
            Self::User => tenant.find_user(&UserKey::parse(key)).map(Holder::User),
            Self::Group => {
                let found = Uuid::try_parse(key).ok();
                let found = found.and_then(|id| tenant.find_group(id));
                found.map(|(_, group)| Holder::Group(group))
            }
        };
        holder.ok_or_else(|| Failure::nothing_there(visit))
    }
}

/// Whose assignments are shown and changed.
pub(super) enum Holder<'a> {
    /// A user, with what it is assigned directly.
    User(UserView<'a>),
    /// A group, with what it gives.
    Group(&'a Group),
}

impl Holder<'_> {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::User(_) => Kind::User,
            Self::Group(_) => Kind::Group,
        }
    }

    /// The object id.
    pub const fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Group(group) => group.id,
        }
    }

    /// The name for people.
    pub fn name(&self) -> &str {
        match self {
            Self::User(user) => user_name(user),
            Self::Group(group) => &group.definition.display_name,
        }
    }

    /// Whether a usage location is missing. Groups need none.
    pub const fn is_unlocated(&self) -> bool {
        matches!(self, Self::User(user) if user.head.usage_location.is_none())
    }

    /// What else gives it products.
    pub fn sources(&self, tenant: &Tenant) -> Vec<LicenseSource> {
        match self {
            Self::User(user) => tenant.sources(user),
            Self::Group(_) => Vec::new(),
        }
    }

    /// What is assigned.
    pub fn assigned(&self, tenant: &Tenant) -> Assigned {
        let disabled = |product: ProductOrdinal| match self {
            Self::User(user) => {
                let license = tenant.direct_license(user, product);
                license.map(|(_, license)| license.disabled)
            }
            Self::Group(group) => group.license(product).map(|license| license.disabled),
        };
        let off = |product: &OwnedProduct, disabled| {
            let off = product.disabled_plans(disabled);
            off.map(|owned| owned.plan.id).collect()
        };
        let products = tenant.products().filter_map(|(ordinal, product)| {
            Some((product.sku_id, off(product, disabled(ordinal)?)))
        });
        products.collect()
    }

    /// What is assigned, and whatever else a form rests on, as a digest.
    pub fn digest(&self, tenant: &Tenant) -> String {
        let mut hasher = DefaultHasher::new();
        self.assigned(tenant).hash(&mut hasher);
        if let Self::User(user) = self {
            let location = user.head.usage_location.as_ref().map(Location::as_str);
            location.hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    /// The command that changes the assignments.
    pub const fn command(&self, request: AssignmentRequest) -> Command {
        match self {
            Self::User(user) => Command::AssignLicenses {
                user: UserKey::Id(user.id),
                request,
            },
            Self::Group(group) => Command::AssignGroupLicenses {
                group: group.id,
                request,
            },
        }
    }
}
