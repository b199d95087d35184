//! Groups (licensing.md 1.4).

use zetel_domain::{
    Tenant,
    group::{Group, GroupDefinition},
};

use super::{license::assigned_license, user::security_identifier_of};
use crate::graph::{
    json,
    schema::{Column, Entity, Property, Type},
};

/// What a group is written from.
#[derive(Clone, Copy)]
pub(crate) struct GroupRow<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The group.
    pub group: &'a Group,
}

impl<'a> GroupRow<'a> {
    fn definition(&self) -> &'a GroupDefinition {
        &self.group.definition
    }

    /// Appends a further property, which is kept as JSON, or what stands for nothing.
    fn write_other(&self, out: &mut Vec<u8>, name: &str, nothing: &str) {
        let stored = self.definition().other.get(name);
        out.extend_from_slice(stored.map_or(nothing, String::as_str).as_bytes());
    }
}

/// The words of `groupTypes`.
pub(crate) fn group_types(definition: &GroupDefinition) -> impl Iterator<Item = &'static str> {
    let dynamic = definition.is_dynamic().then_some(DYNAMIC);
    let unified = definition.unified.then_some(UNIFIED);
    dynamic.into_iter().chain(unified)
}

/// The word of `groupTypes` for Microsoft 365 groups.
pub(crate) const UNIFIED: &str = "Unified";
/// The word of `groupTypes` for groups whose members follow from a rule.
pub(crate) const DYNAMIC: &str = "DynamicMembership";

/// Graph's `membershipRuleProcessingState`.
pub(crate) fn rule_state(definition: &GroupDefinition) -> Option<&'static str> {
    let state = if definition.rule_paused {
        "Paused"
    } else {
        "On"
    };
    definition.is_dynamic().then_some(state)
}

/// Graph's `proxyAddresses`: the stored ones, or the one that follows from `mail`.
pub(crate) fn proxy_addresses(definition: &GroupDefinition) -> Vec<String> {
    let stored = definition.other.get("proxyAddresses");
    let stored = stored.and_then(|json| serde_json::from_str(json).ok());
    stored.unwrap_or_else(|| {
        let mail = definition.mail.iter();
        mail.map(|mail| format!("SMTP:{mail}")).collect()
    })
}

fn text_or_null(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => json::string(out, text),
        None => json::null(out),
    }
}

/// A property that nothing but synchronization or the client sets: its JSON is kept as it came.
macro_rules! kept {
    ($name:literal, $kind:expr) => {
        Column::new(Property::new($name, $kind), |row, out| {
            row.write_other(out, $name, "null");
        })
    };
    ($name:literal, $kind:expr, many) => {
        Column::new(Property::new($name, $kind).many(), |row, out| {
            row.write_other(out, $name, "[]");
        })
    };
}

/// The entity of `/groups`.
#[derive(Debug)]
pub(crate) struct GroupEntity;

impl Entity for GroupEntity {
    type Row<'a> = GroupRow<'a>;
    const NAME: &'static str = "group";
    /// Mailbox properties, custom attributes, what can be asked for in a filter only, and what is reached with
    /// `$expand`.
    const NOT_IMPLEMENTED: &'static [&'static str] = &[
        "accessType",
        "allowExternalSenders",
        "assignedLabels",
        "autoSubscribeNewMembers",
        "hasMembersWithLicenseErrors",
        "hideFromAddressLists",
        "hideFromOutlookClients",
        "infoCatalogs",
        "isArchived",
        "isFavorite",
        "isManagementRestricted",
        "isSubscribedByMail",
        "membersWithLicenseErrors",
        "onPremisesDomainName",
        "onPremisesExtensionAttributes",
        "onPremisesNetBiosName",
        "onPremisesSamAccountName",
        "organizationId",
        "serviceProvisioningErrors",
        "uniqueName",
        "unseenConversationsCount",
        "unseenCount",
        "unseenMessagesCount",
        "welcomeMessageEnabled",
        "writebackConfiguration",
        "acceptedSenders",
        "appRoleAssignments",
        "createdOnBehalfOf",
        "memberOf",
        "members",
        "owners",
        "rejectedSenders",
        "transitiveMemberOf",
        "transitiveMembers",
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new(Property::new("id", Type::Text).required(), |row, out| {
            json::guid(out, row.group.id);
        }),
        Column::new(
            Property::new("deletedDateTime", Type::Time),
            |row, out| match row.group.deleted {
                Some(at) => json::timestamp(out, at),
                None => json::null(out),
            },
        ),
        Column::new(
            Property::new("assignedLicenses", Type::Complex("assignedLicense"))
                .many()
                .on_request(),
            |row, out| {
                let licenses = row.group.licenses.iter().filter_map(|license| {
                    Some((row.tenant.product(license.product)?, license.disabled))
                });
                json::array(out, licenses, |out, (product, disabled)| {
                    assigned_license(out, product, disabled);
                });
            },
        ),
        kept!("classification", Type::Text),
        Column::new(Property::new("createdDateTime", Type::Time), |row, out| {
            json::timestamp(out, row.group.created);
        }),
        Column::new(Property::new("description", Type::Text), |row, out| {
            text_or_null(out, row.definition().description.as_deref());
        }),
        Column::new(Property::new("displayName", Type::Text), |row, out| {
            json::string(out, &row.definition().display_name);
        }),
        Column::new(Property::new("expirationDateTime", Type::Time), |_, out| {
            json::null(out);
        }),
        Column::new(
            Property::new("groupTypes", Type::Text).many(),
            |row, out| json::array(out, group_types(row.definition()), json::string),
        ),
        Column::new(
            Property::new("isAssignableToRole", Type::Flag),
            |row, out| {
                if row.definition().role_assignable {
                    json::flag(out, true);
                } else {
                    json::null(out);
                }
            },
        ),
        // Every change of a group is decided at once for all members, so there is nothing in progress.
        Column::new(
            Property::new(
                "licenseProcessingState",
                Type::Complex("licenseProcessingState"),
            )
            .on_request(),
            |row, out| {
                out.extend_from_slice(if row.group.had_licenses {
                    br#"{"state":"ProcessingComplete"}"#
                } else {
                    b"null"
                });
            },
        ),
        Column::new(Property::new("mail", Type::Text), |row, out| {
            text_or_null(out, row.definition().mail.as_deref());
        }),
        Column::new(Property::new("mailEnabled", Type::Flag), |row, out| {
            json::flag(out, row.definition().mail_enabled);
        }),
        Column::new(Property::new("mailNickname", Type::Text), |row, out| {
            json::string(out, &row.definition().mail_nickname);
        }),
        Column::new(Property::new("membershipRule", Type::Text), |row, out| {
            text_or_null(out, row.definition().rule.as_deref());
        }),
        Column::new(
            Property::new("membershipRuleProcessingState", Type::Text),
            |row, out| text_or_null(out, rule_state(row.definition())),
        ),
        kept!("onPremisesLastSyncDateTime", Type::Time),
        kept!(
            "onPremisesProvisioningErrors",
            Type::Complex("onPremisesProvisioningError"),
            many
        ),
        kept!("onPremisesSecurityIdentifier", Type::Text),
        kept!("onPremisesSyncEnabled", Type::Flag),
        kept!("preferredDataLocation", Type::Text),
        kept!("preferredLanguage", Type::Text),
        Column::new(
            Property::new("proxyAddresses", Type::Text).many(),
            |row, out| {
                json::array(out, proxy_addresses(row.definition()), |out, text| {
                    json::string(out, &text);
                });
            },
        ),
        Column::new(Property::new("renewedDateTime", Type::Time), |row, out| {
            json::timestamp(out, row.group.created);
        }),
        kept!("resourceBehaviorOptions", Type::Text, many),
        kept!("resourceProvisioningOptions", Type::Text, many),
        Column::new(Property::new("securityEnabled", Type::Flag), |row, out| {
            json::flag(out, row.definition().security_enabled);
        }),
        Column::new(
            Property::new("securityIdentifier", Type::Text),
            |row, out| security_identifier_of(out, row.group.id),
        ),
        kept!("theme", Type::Text),
        Column::new(Property::new("visibility", Type::Text), |row, out| {
            text_or_null(out, row.definition().visibility.as_deref());
        }),
        // Ours: who comes first where the licensing policy has priorities.
        Column::new(
            Property::new("zetelPriority", Type::Number).on_request(),
            |row, out| json::number(out, i64::from(row.definition().priority)),
        ),
    ];
}
