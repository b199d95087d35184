//! Which part of a user or group a property shows, and how a property is written that may never have been set.

use zetel_domain::{
    delta::{Parts, of_group, of_user},
    user::UserProperty,
};

use crate::graph::json;

/// What of an object is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// What was touched; nothing if the client gets everything.
    pub touched: Parts,
    /// Whether nothing else is wanted.
    pub is_minimal: bool,
}

impl Wanted {
    /// Appends a member whose value `write` appends, unless the client needs no word of it. A property that was never
    /// set is left out; one that was cleared is there as `null` or `[]`.
    pub fn write(
        self,
        out: &mut Vec<u8>,
        name: &str,
        parts: Parts,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let is_touched = self.touched.meets(parts);
        if self.is_minimal && !is_touched && !self.touched.meets(Parts::WHOLE) {
            return;
        }
        let start = out.len();
        json::key(out, name);
        let value = out.len();
        write(out);
        let is_nothing = matches!(out.get(value..), Some(b"null" | b"[]"));
        if is_nothing && !is_touched {
            out.truncate(start);
        }
    }
}

/// What a computed property of a user shows. Nothing of what has no part changes while the user is there.
pub(super) fn parts_of_user(name: &str) -> Parts {
    match name {
        "accountEnabled" => of_user::ACCOUNT_ENABLED,
        "userType" => of_user::USER_TYPE,
        "usageLocation" => of_user::USAGE_LOCATION,
        "assignedLicenses" | "licenseAssignmentStates" => of_user::LICENSES,
        "assignedPlans" | "provisionedPlans" => of_user::LICENSES.union(of_user::PRODUCT_STATE),
        "identities" => {
            Parts::of(UserProperty::Identities).union(Parts::of(UserProperty::UserPrincipalName))
        }
        "securityIdentifier" => Parts::of(UserProperty::SecurityIdentifier),
        _ => Parts::NONE,
    }
}

/// What a property of a group shows.
pub(super) fn parts_of_group(name: &str) -> Parts {
    match name {
        "displayName" => of_group::DISPLAY_NAME,
        "description" => of_group::DESCRIPTION,
        "mailNickname" => of_group::MAIL_NICKNAME,
        "mail" => of_group::MAIL,
        "proxyAddresses" => of_group::MAIL.union(of_group::OTHER),
        "mailEnabled" => of_group::MAIL_ENABLED,
        "securityEnabled" => of_group::SECURITY_ENABLED,
        "groupTypes" => of_group::TYPES,
        "isAssignableToRole" => of_group::ROLE_ASSIGNABLE,
        "visibility" => of_group::VISIBILITY,
        "membershipRule" => of_group::RULE,
        "membershipRuleProcessingState" => of_group::RULE_STATE,
        "zetelPriority" => of_group::PRIORITY,
        "assignedLicenses" | "licenseProcessingState" => of_group::LICENSES,
        // They stay as they are while the group is there.
        "id" | "createdDateTime" | "deletedDateTime" | "expirationDateTime" | "renewedDateTime"
        | "securityIdentifier" => Parts::NONE,
        _ => of_group::OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(touched: Parts, is_minimal: bool, value: &[u8]) -> String {
        let mut out = Vec::new();
        let wanted = Wanted {
            touched,
            is_minimal,
        };
        wanted.write(&mut out, "mail", of_group::MAIL, |out| {
            out.extend_from_slice(value);
        });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_never_set_is_left_out_and_what_was_cleared_is_told() {
        let (text, null) = (br#""a""#.as_slice(), b"null".as_slice());
        for (touched, is_minimal, has_value, is_told) in [
            (Parts::NONE, false, true, true),
            (Parts::NONE, false, false, false),
            (Parts::NONE, true, true, false),
            (of_group::MAIL, true, true, true),
            (of_group::MAIL, true, false, true),
            (of_group::MAIL, false, false, true),
            (of_group::RULE, true, true, false),
            (of_group::RULE, false, true, true),
            (of_group::RULE, false, false, false),
            (Parts::WHOLE, true, true, true),
            (Parts::WHOLE, true, false, false),
        ] {
            let value = if has_value { text } else { null };
            let found = written(touched, is_minimal, value);
            assert_eq!(
                !found.is_empty(),
                is_told,
                "{touched:?} {is_minimal} {found}"
            );
        }
    }
}
