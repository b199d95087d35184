//! What can be asked of groups.

use std::borrow::Cow;

use serde_json::Value;
use zetel_domain::{
    Tenant,
    group::{Group, GroupOrdinal},
};
use zetel_query::{Asked, Entity, tables};

use super::{Filtered, PropertyTest, licenses::license_fits};
use crate::graph::{
    render::group::{GroupEntity, group_types, proxy_addresses, rule_state},
    time,
};

impl Filtered for GroupEntity {
    const ASKED: &'static Entity = &tables::GROUP;
}

/// A question about a group.
pub(crate) type GroupTest = PropertyTest<GroupEntity>;

impl GroupTest {
    /// Whether it asks for the id.
    pub fn is_of_id(&self) -> bool {
        self.name == "id"
    }

    /// Whether it holds for a group.
    pub fn holds(&self, tenant: &Tenant, ordinal: GroupOrdinal, group: &Group) -> bool {
        match &self.asked {
            Asked::Guid(ids) => ids.contains(&group.id),
            Asked::Text(matched) => matched.fits(self.text(group).as_deref()),
            Asked::Flag(flags) => flags.contains(&self.flag(tenant, ordinal, group)),
            Asked::Time(matched) => matched.fits(self.time(group)),
            Asked::AnyText(condition) => {
                let holds = |text: String| condition.holds(&|matched| matched.fits(Some(&text)));
                self.texts(group).into_iter().any(holds)
            }
            Asked::AnyItem(condition) => {
                let mut licenses = group.licenses.iter();
                licenses.any(|license| {
                    let product = tenant.product(license.product);
                    product.is_some_and(|product| license_fits(condition, product))
                })
            }
            Asked::Exists => self.number_of(group) > 0,
            Asked::IsSingle => self.number_of(group) == 1,
        }
    }

    fn number_of(&self, group: &Group) -> usize {
        match self.name {
            "assignedLicenses" => group.licenses.len(),
            _ => self.texts(group).len(),
        }
    }

    fn text<'a>(&self, group: &'a Group) -> Option<Cow<'a, str>> {
        let definition = &group.definition;
        let text = match self.name {
            "displayName" => Some(definition.display_name.as_str()),
            "description" => definition.description.as_deref(),
            "mail" => definition.mail.as_deref(),
            "mailNickname" => Some(definition.mail_nickname.as_str()),
            "membershipRule" => definition.rule.as_deref(),
            "membershipRuleProcessingState" => rule_state(definition),
            "visibility" => definition.visibility.as_deref(),
            // All others are kept as JSON.
            name => {
                let kept: Option<String> =
                    serde_json::from_str(definition.other.get(name)?).ok()?;
                return kept.map(Cow::Owned);
            }
        };
        text.map(Cow::Borrowed)
    }

    fn flag(&self, tenant: &Tenant, ordinal: GroupOrdinal, group: &Group) -> Option<bool> {
        let definition = &group.definition;
        match self.name {
            "securityEnabled" => Some(definition.security_enabled),
            "mailEnabled" => Some(definition.mail_enabled),
            "isAssignableToRole" => Some(definition.role_assignable),
            "hasMembersWithLicenseErrors" => Some(!tenant.group_errors(ordinal).is_empty()),
            name => serde_json::from_str(definition.other.get(name)?).ok()?,
        }
    }

    fn time(&self, group: &Group) -> Option<i64> {
        match self.name {
            "createdDateTime" | "renewedDateTime" => Some(group.created.0),
            "deletedDateTime" => group.deleted.map(|at| at.0),
            name => {
                let kept = group.definition.other.get(name)?;
                let text: Option<String> = serde_json::from_str(kept).ok()?;
                time::parse(&text?).map(|at| at.0)
            }
        }
    }

    fn texts(&self, group: &Group) -> Vec<String> {
        let definition = &group.definition;
        match self.name {
            "groupTypes" => group_types(definition).map(str::to_owned).collect(),
            "proxyAddresses" => proxy_addresses(definition),
            name => match definition
                .other
                .get(name)
                .map(|json| serde_json::from_str(json))
            {
                Some(Ok(Value::Array(values))) => values
                    .iter()
                    .filter_map(|value| value.as_str().map(str::to_owned))
                    .collect(),
                _ => Vec::new(),
            },
        }
    }
}
