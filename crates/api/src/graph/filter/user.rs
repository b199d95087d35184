//! What can be asked of users.

use serde_json::{Map, Value};
use zetel_domain::{
    Tenant,
    location::Location,
    user::{PropertyValue, UserProperty, UserView, record},
};
use zetel_query::{Asked, Entity, Test, TextMatch, tables};

use super::{Question, licenses::Items};
use crate::graph::schema::{USER, UserSchema};

/// A question about a user.
#[derive(Debug)]
pub(crate) struct UserTest {
    /// Where the answer is.
    pub column: Column,
    /// What is asked.
    pub asked: Asked,
}

/// Where a property of users is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// `id`
    Id,
    /// `accountEnabled`
    Enabled,
    /// `userType`
    Type,
    /// `usageLocation`
    Location,
    /// `createdDateTime`
    Created,
    /// `deletedDateTime`
    Deleted,
    /// Among the stored properties.
    Stored(UserProperty),
    /// A member of a stored complex property.
    Member(UserProperty, &'static str),
    /// A collection of licenses or plans.
    Items(Items),
}

impl Column {
    /// The column of a property by its name in the table.
    pub fn of(name: &'static str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "accountEnabled" => Self::Enabled,
            "userType" => Self::Type,
            "usageLocation" => Self::Location,
            "createdDateTime" => Self::Created,
            "deletedDateTime" => Self::Deleted,
            "assignedLicenses" => Self::Items(Items::Licenses),
            "assignedPlans" => Self::Items(Items::Plans),
            "provisionedPlans" => Self::Items(Items::Provisioned),
            _ => match name.split_once('/') {
                Some((property, member)) => Self::Member(UserProperty::parse(property)?, member),
                None => Self::Stored(UserProperty::parse(name)?),
            },
        })
    }
}

impl Question for UserTest {
    fn entity() -> &'static Entity {
        &tables::USER
    }

    fn is_known(name: &str) -> bool {
        USER.find(name).is_some() || UserSchema::is_known_elsewhere(name)
    }

    fn bind(test: &Test) -> Option<Self> {
        let column = Column::of(test.property.name)?;
        let asked = test.asked.clone();
        Some(Self { column, asked })
    }
}

impl UserTest {
    /// Whether it asks for the id.
    pub fn is_of_id(&self) -> bool {
        self.column == Column::Id
    }

    /// Whether it holds for a user.
    pub fn holds(&self, tenant: &Tenant, user: &UserView<'_>) -> bool {
        let head = &user.head;
        match (self.column, &self.asked) {
            (Column::Items(items), asked) => items.holds(tenant, user, asked),
            (Column::Id, Asked::Guid(ids)) => ids.contains(&user.id),
            (Column::Enabled, Asked::Flag(flags)) => flags.contains(&Some(head.account_enabled)),
            (Column::Created, Asked::Time(matched)) => matched.fits(Some(head.created.0)),
            (Column::Deleted, Asked::Time(matched)) => matched.fits(head.deleted.map(|at| at.0)),
            (Column::Type, Asked::Text(matched)) => matched.fits(Some(head.user_type.as_str())),
            (Column::Location, Asked::Text(matched)) => {
                let location = head.usage_location.as_ref();
                matched.fits(location.map(Location::as_str))
            }
            (Column::Member(property, member), Asked::Text(matched)) => {
                matched.fits(member_of(user.record.text(property), member).as_deref())
            }
            (Column::Stored(property), asked) => holds_for_stored(property, asked, user),
            _ => false,
        }
    }
}

fn holds_for_stored(property: UserProperty, asked: &Asked, user: &UserView<'_>) -> bool {
    let packed = user.record.packed(property);
    let texts = || packed.into_iter().flat_map(record::texts);
    match asked {
        Asked::Text(matched) => fits_text(property, matched, user),
        Asked::AnyText(condition) => {
            let holds = |text: &str| condition.holds(&|matched| matched.fits(Some(text)));
            texts().any(holds)
        }
        Asked::Exists => texts().next().is_some(),
        Asked::IsSingle => texts().count() == 1,
        Asked::Flag(flags) => flags.contains(&packed.map(|packed| packed == [1])),
        Asked::Time(matched) => {
            let value = packed.and_then(|packed| record::unpack(property, packed));
            matched.fits(match value {
                Some(PropertyValue::Time(at)) => Some(at.0),
                _ => None,
            })
        }
        Asked::Guid(_) | Asked::AnyItem(_) => false,
    }
}

fn fits_text(property: UserProperty, matched: &TextMatch, user: &UserView<'_>) -> bool {
    let text = user.record.text(property);
    if property == UserProperty::UserPrincipalName && user.head.deleted.is_some() {
        return matched.fits(Some(&deleted_principal_name(user)));
    }
    matched.fits(Some(text).filter(|text| !text.is_empty()))
}

/// The user principal name that is shown of a deleted user.
pub(crate) fn deleted_principal_name(user: &UserView<'_>) -> String {
    format!("{}{}", user.id.simple(), user.principal_name())
}

/// A text in a complex value that is kept as JSON.
fn member_of(json: &str, member: &str) -> Option<String> {
    let members: Map<String, Value> = serde_json::from_str(json).ok()?;
    let mut members = members.into_iter();
    let (_, value) = members.find(|(name, _)| name.eq_ignore_ascii_case(member))?;
    value.as_str().map(str::to_owned)
}
