//! Parts of users and groups: what of them changes together.

use crate::{
    group::GroupDefinition,
    user::{UserHead, UserProperty},
};

/// Parts of a user, or of a group, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parts(u128);

impl Parts {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(u128::MAX);
    /// It came, came back or went.
    pub const WHOLE: Self = Self::bit(127);

    /// A stored property of a user.
    pub const fn of(property: UserProperty) -> Self {
        Self::bit(property.tag())
    }

    const fn bit(place: u8) -> Self {
        Self(1_u128.wrapping_shl(place as u32))
    }

    /// The parts in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have a part in common.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there are none.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    fn add_if(&mut self, condition: bool, parts: Self) {
        if condition {
            *self = self.union(parts);
        }
    }
}

/// Parts of a user besides its stored properties, which have the places of their tags.
pub mod of_user {
    use super::Parts;

    /// Graph's `accountEnabled`.
    pub const ACCOUNT_ENABLED: Parts = Parts::bit(120);
    /// Graph's `userType`.
    pub const USER_TYPE: Parts = Parts::bit(121);
    /// Graph's `usageLocation`.
    pub const USAGE_LOCATION: Parts = Parts::bit(122);
    /// Licenses from any source, and what became of them.
    pub const LICENSES: Parts = Parts::bit(123);
    /// The state of the products that the user has, which service plans show.
    pub const PRODUCT_STATE: Parts = Parts::bit(124);
}

/// Parts of a group.
pub mod of_group {
    use super::Parts;

    /// Graph's `displayName`.
    pub const DISPLAY_NAME: Parts = Parts::bit(0);
    /// Graph's `description`.
    pub const DESCRIPTION: Parts = Parts::bit(1);
    /// Graph's `mailNickname`.
    pub const MAIL_NICKNAME: Parts = Parts::bit(2);
    /// Graph's `mail`.
    pub const MAIL: Parts = Parts::bit(3);
    /// Graph's `mailEnabled`.
    pub const MAIL_ENABLED: Parts = Parts::bit(4);
    /// Graph's `securityEnabled`.
    pub const SECURITY_ENABLED: Parts = Parts::bit(5);
    /// Graph's `groupTypes`.
    pub const TYPES: Parts = Parts::bit(6);
    /// Graph's `isAssignableToRole`.
    pub const ROLE_ASSIGNABLE: Parts = Parts::bit(7);
    /// Graph's `visibility`.
    pub const VISIBILITY: Parts = Parts::bit(8);
    /// Graph's `membershipRule`.
    pub const RULE: Parts = Parts::bit(9);
    /// Graph's `membershipRuleProcessingState`.
    pub const RULE_STATE: Parts = Parts::bit(10);
    /// Who gets scarce seats first.
    pub const PRIORITY: Parts = Parts::bit(11);
    /// Further properties, which are kept as they came.
    pub const OTHER: Parts = Parts::bit(12);
    /// The licenses that the group gives.
    pub const LICENSES: Parts = Parts::bit(13);
    /// The members.
    pub const MEMBERS: Parts = Parts::bit(14);
}

/// All that [`UserHead`] has of properties that can change.
pub(super) const HEAD: Parts = of_user::ACCOUNT_ENABLED
    .union(of_user::USER_TYPE)
    .union(of_user::USAGE_LOCATION);

/// In what two heads of a user differ.
pub(super) fn differences_of_heads(before: &UserHead, after: &UserHead) -> Parts {
    let mut parts = Parts::NONE;
    parts.add_if(
        before.account_enabled != after.account_enabled,
        of_user::ACCOUNT_ENABLED,
    );
    parts.add_if(before.user_type != after.user_type, of_user::USER_TYPE);
    parts.add_if(
        before.usage_location != after.usage_location,
        of_user::USAGE_LOCATION,
    );
    parts
}

/// In what two definitions of a group differ.
pub(super) fn differences_of_groups(before: &GroupDefinition, after: &GroupDefinition) -> Parts {
    let (old, new) = (before, after);
    let differences = [
        (old.display_name != new.display_name, of_group::DISPLAY_NAME),
        (old.description != new.description, of_group::DESCRIPTION),
        (
            old.mail_nickname != new.mail_nickname,
            of_group::MAIL_NICKNAME,
        ),
        (old.mail != new.mail, of_group::MAIL),
        (old.mail_enabled != new.mail_enabled, of_group::MAIL_ENABLED),
        (
            old.security_enabled != new.security_enabled,
            of_group::SECURITY_ENABLED,
        ),
        (
            (old.unified, old.is_dynamic()) != (new.unified, new.is_dynamic()),
            of_group::TYPES,
        ),
        (
            old.role_assignable != new.role_assignable,
            of_group::ROLE_ASSIGNABLE,
        ),
        (old.visibility != new.visibility, of_group::VISIBILITY),
        (old.rule != new.rule, of_group::RULE),
        (
            (old.rule_paused, old.is_dynamic()) != (new.rule_paused, new.is_dynamic()),
            of_group::RULE_STATE,
        ),
        (old.priority != new.priority, of_group::PRIORITY),
        (old.other != new.other, of_group::OTHER),
    ];
    let mut parts = Parts::NONE;
    for (is_different, part) in differences {
        parts.add_if(is_different, part);
    }
    parts
}
