//! What can be asked of groups in a `$filter`.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    assignment::Source,
    group::{Group, GroupDefinition, GroupOrdinal},
    state::Bits,
    user::UserOrdinal,
};

use super::{
    Condition, Test,
    clause::{Clause, Question},
    text::TextMatch,
    user::{any_text, products},
};
use crate::graph::{
    error::GraphError,
    render::group::{GroupEntity, group_types, rule_state},
    schema::{Entity, properties_of},
};

/// A question about a group.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum GroupTest {
    /// The object id is one of these.
    Id(Vec<Uuid>),
    /// A text property.
    Text(TextProperty, TextMatch),
    /// `securityEnabled`
    SecurityEnabled(bool),
    /// `mailEnabled`
    MailEnabled(bool),
    /// `isAssignableToRole`
    RoleAssignable(bool),
    /// One of `groupTypes`.
    Type(TextMatch),
    /// One of these products is among `assignedLicenses`.
    License(Vec<Uuid>),
    /// There is any license.
    AnyLicense,
    /// `hasMembersWithLicenseErrors`
    HasErrors(bool),
}

/// A text property of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextProperty {
    /// `displayName`
    DisplayName,
    /// `description`
    Description,
    /// `mail`
    Mail,
    /// `mailNickname`
    MailNickname,
    /// `membershipRule`
    Rule,
    /// `membershipRuleProcessingState`
    RuleState,
    /// `visibility`
    Visibility,
}

impl Test for GroupTest {
    const TYPE: &'static str = "group";

    fn of(clause: &Clause) -> Result<Condition<Self>, GraphError> {
        let text = |property| clause.text(Self::TYPE, |matched| Self::Text(property, matched));
        match clause.path.to_ascii_lowercase().as_str() {
            "id" => clause.id(Self::TYPE, Self::Id),
            "displayname" => text(TextProperty::DisplayName),
            "description" => text(TextProperty::Description),
            "mail" => text(TextProperty::Mail),
            "mailnickname" => text(TextProperty::MailNickname),
            "membershiprule" => text(TextProperty::Rule),
            "membershipruleprocessingstate" => text(TextProperty::RuleState),
            "visibility" => text(TextProperty::Visibility),
            "securityenabled" => clause.flag(Self::TYPE, Self::SecurityEnabled),
            "mailenabled" => clause.flag(Self::TYPE, Self::MailEnabled),
            "isassignabletorole" => clause.flag(Self::TYPE, Self::RoleAssignable),
            "hasmemberswithlicenseerrors" => clause.flag(Self::TYPE, Self::HasErrors),
            "assignedlicenses" => products(clause, Self::TYPE, Self::License),
            "assignedlicenses/$count" => clause.count(Self::TYPE, Self::AnyLicense),
            "grouptypes" => match &clause.question {
                Question::Any(alternatives) => {
                    any_text(clause, alternatives, Self::TYPE, Self::Type)
                }
                _ => Err(clause.unsupported(Self::TYPE)),
            },
            path => {
                let name = path.split('/').next().unwrap_or_default();
                let known = properties_of::<GroupEntity>();
                let is_known = known.iter().map(|property| property.name);
                let mut is_known = is_known.chain(GroupEntity::NOT_IMPLEMENTED.iter().copied());
                Err(if is_known.any(|known| known.eq_ignore_ascii_case(name)) {
                    clause.unsupported(Self::TYPE)
                } else {
                    clause.unknown(Self::TYPE)
                })
            }
        }
    }
}

impl GroupTest {
    /// Whether it holds for a group.
    pub fn holds(&self, tenant: &Tenant, ordinal: GroupOrdinal, group: &Group) -> bool {
        let definition = &group.definition;
        match self {
            Self::Id(ids) => ids.contains(&group.id),
            Self::Text(property, matched) => property.fits(definition, matched),
            Self::SecurityEnabled(enabled) => definition.security_enabled == *enabled,
            Self::MailEnabled(enabled) => definition.mail_enabled == *enabled,
            Self::RoleAssignable(assignable) => definition.role_assignable == *assignable,
            Self::Type(matched) => group_types(definition).any(|word| matched.fits(word)),
            Self::License(sku_ids) => sku_ids
                .iter()
                .filter_map(|sku_id| tenant.find_product(*sku_id))
                .any(|product| group.license(product).is_some()),
            Self::AnyLicense => !group.licenses.is_empty(),
            Self::HasErrors(wanted) => {
                users_with_errors(tenant, ordinal, group).is_empty() != *wanted
            }
        }
    }
}

impl TextProperty {
    fn fits(self, definition: &GroupDefinition, matched: &TextMatch) -> bool {
        let text = match self {
            Self::DisplayName => Some(definition.display_name.as_str()),
            Self::Description => definition.description.as_deref(),
            Self::MailNickname => Some(definition.mail_nickname.as_str()),
            Self::Rule => definition.rule.as_deref(),
            Self::RuleState => rule_state(definition),
            Self::Visibility => definition.visibility.as_deref(),
            Self::Mail => definition.mail.as_deref(),
        };
        matched.fits(text.unwrap_or_default())
    }
}

/// The users for whom a group's licenses could not be applied, or taken away, as they should.
pub(crate) fn users_with_errors(tenant: &Tenant, ordinal: GroupOrdinal, group: &Group) -> Bits {
    let keeps = |user: &u32| {
        let user = tenant.users().view(UserOrdinal(*user));
        user.is_some_and(|user| {
            user.holdings.iter().any(|holding| {
                let shape = tenant.shape(holding.shape);
                shape.is_some_and(
                    |shape| matches!(shape.source, Source::Kept { group, .. } if group == ordinal),
                )
            })
        })
    };
    let mut users = group.failed();
    users.extend(tenant.kept().iter().filter(keeps));
    users.intersect_with(tenant.users().live());
    users
}
