//! What can be asked of users in a `$filter`.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    state::Bits,
    user::{UserProperty, UserView, property::PropertyKind, record::texts},
};

use super::{
    Condition, Test,
    clause::{Clause, Question},
    text::TextMatch,
};
use crate::graph::{
    error::GraphError,
    render::license::licenses_of,
    schema::{USER, UserSchema},
};

/// A question about a user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UserTest {
    /// The object id is one of these.
    Id(Vec<Uuid>),
    /// A text property.
    Text(UserProperty, TextMatch),
    /// One of the texts of a property.
    AnyText(UserProperty, TextMatch),
    /// `accountEnabled`
    Enabled(bool),
    /// `userType`
    Type(TextMatch),
    /// `usageLocation`
    UsageLocation(TextMatch),
    /// One of these products is among `assignedLicenses`.
    License(Vec<Uuid>),
    /// There is any license.
    AnyLicense,
    /// One of these plans is among `assignedPlans`, in this state.
    Plan(Vec<Uuid>, Option<TextMatch>),
}

impl Test for UserTest {
    const TYPE: &'static str = "user";

    fn of(clause: &Clause) -> Result<Condition<Self>, GraphError> {
        match clause.path.to_ascii_lowercase().as_str() {
            "id" => clause.id(Self::TYPE, Self::Id),
            "accountenabled" => clause.flag(Self::TYPE, Self::Enabled),
            "usertype" => clause.text(Self::TYPE, Self::Type),
            "usagelocation" => clause.text(Self::TYPE, Self::UsageLocation),
            "assignedlicenses/$count" => clause.count(Self::TYPE, Self::AnyLicense),
            "assignedlicenses" => products(clause, Self::TYPE, Self::License),
            "assignedplans" => plans(clause),
            _ => of_property(clause),
        }
    }
}

/// `assignedLicenses/any(x:x/skuId eq …)`
pub(super) fn products<T>(
    clause: &Clause,
    entity: &str,
    test: impl Fn(Vec<Uuid>) -> T,
) -> Result<Condition<T>, GraphError> {
    let Question::Any(alternatives) = &clause.question else {
        return Err(clause.unsupported(entity));
    };
    let mut products = Vec::new();
    for alternative in alternatives {
        match alternative.as_slice() {
            [one] if one.path.eq_ignore_ascii_case("skuId") => {
                products.extend(one.guids("assignedLicense")?);
            }
            [one] => return Err(one.unknown("assignedLicense")),
            _ => return Err(clause.unsupported(entity)),
        }
    }
    Ok(Condition::Test(test(products)))
}

/// `assignedPlans/any(p:p/servicePlanId eq … and p/capabilityStatus eq '…')`
fn plans(clause: &Clause) -> Result<Condition<UserTest>, GraphError> {
    let Question::Any(alternatives) = &clause.question else {
        return Err(clause.unsupported(UserTest::TYPE));
    };
    let mut conditions = Vec::new();
    for alternative in alternatives {
        let (mut ids, mut state) = (None, None);
        for one in alternative {
            match one.path.to_ascii_lowercase().as_str() {
                "serviceplanid" => ids = Some(one.guids("assignedPlan")?),
                "capabilitystatus" => state = Some(one.text("assignedPlan", |matched| matched)?),
                _ => return Err(one.unknown("assignedPlan")),
            }
        }
        let state = match state {
            None => None,
            Some(Condition::Test(state)) => Some(state),
            Some(_) => return Err(clause.unsupported(UserTest::TYPE)),
        };
        let ids = ids.ok_or_else(|| clause.unsupported(UserTest::TYPE))?;
        conditions.push(Condition::Test(UserTest::Plan(ids, state)));
    }
    Ok(Condition::Or(conditions))
}

/// A stored property: texts, and lists of texts.
fn of_property(clause: &Clause) -> Result<Condition<UserTest>, GraphError> {
    let name = clause.path.split('/').next().unwrap_or_default();
    let Some(property) = UserProperty::parse(name).filter(|_| name == clause.path) else {
        let is_known = USER.find(name).is_some() || UserSchema::is_known_elsewhere(name);
        return Err(if is_known {
            clause.unsupported(UserTest::TYPE)
        } else {
            clause.unknown(UserTest::TYPE)
        });
    };
    match (property.schema().kind, &clause.question) {
        (PropertyKind::Text { .. }, _) => {
            clause.text(UserTest::TYPE, |matched| UserTest::Text(property, matched))
        }
        (PropertyKind::Texts { .. }, Question::Any(alternatives)) => {
            any_text(clause, alternatives, UserTest::TYPE, |matched| {
                UserTest::AnyText(property, matched)
            })
        }
        _ => Err(clause.unsupported(UserTest::TYPE)),
    }
}

/// `proxyAddresses/any(x:x eq '…')`: the value itself is compared.
pub(super) fn any_text<T>(
    clause: &Clause,
    alternatives: &[Vec<Clause>],
    entity: &str,
    test: impl Fn(TextMatch) -> T,
) -> Result<Condition<T>, GraphError> {
    let one = |alternative: &Vec<Clause>| match alternative.as_slice() {
        [one] if one.path.is_empty() && !matches!(one.question, Question::IsNot(_)) => {
            one.text(entity, &test)
        }
        _ => Err(clause.unsupported(entity)),
    };
    let conditions: Result<Vec<_>, GraphError> = alternatives.iter().map(one).collect();
    Ok(Condition::Or(conditions?))
}

impl UserTest {
    /// Whether it holds for a user who is not deleted.
    pub fn holds(&self, tenant: &Tenant, user: &UserView<'_>) -> bool {
        match self {
            Self::Id(ids) => ids.contains(&user.id),
            Self::Text(property, matched) => matched.fits(user.record.text(*property)),
            Self::AnyText(property, matched) => user
                .record
                .packed(*property)
                .is_some_and(|packed| texts(packed).any(|text| matched.fits(text))),
            Self::Enabled(enabled) => user.head.account_enabled == *enabled,
            Self::Type(matched) => matched.fits(user.head.user_type.as_str()),
            Self::UsageLocation(matched) => {
                let location = user.head.usage_location.as_ref();
                matched.fits(location.map_or("", |location| location.as_str()))
            }
            Self::License(sku_ids) => sku_ids
                .iter()
                .filter_map(|sku_id| tenant.find_product(*sku_id))
                .any(|product| tenant.holds(user.ordinal, product)),
            Self::AnyLicense => licenses_of(tenant, user).next().is_some(),
            Self::Plan(ids, state) => licenses_of(tenant, user).any(|license| {
                let state_fits = |state: &TextMatch| state.fits(license.status().as_str());
                state.as_ref().is_none_or(state_fits)
                    && license
                        .product
                        .plans_with_state(license.disabled)
                        .any(|(owned, enabled)| enabled && ids.contains(&owned.plan.id))
            }),
        }
    }

    /// Users outside of whom it cannot hold, where an index tells.
    pub fn candidates(&self, tenant: &Tenant) -> Option<Bits> {
        let users = tenant.users();
        match self {
            Self::Id(ids) => Some(
                ids.iter()
                    .filter_map(|id| users.find_id(*id))
                    .map(|user| user.ordinal.0)
                    .collect(),
            ),
            Self::Text(UserProperty::UserPrincipalName, matched) => Some(
                matched
                    .texts()?
                    .into_iter()
                    .filter_map(|name| users.find_principal_name(name))
                    .map(|user| user.ordinal.0)
                    .collect(),
            ),
            Self::Text(UserProperty::Mail, matched) => Some(
                matched
                    .texts()?
                    .into_iter()
                    .flat_map(|address| users.find_address(address))
                    .map(|user| user.ordinal.0)
                    .collect(),
            ),
            Self::License(sku_ids) => {
                let mut holders = Bits::new();
                for product in sku_ids.iter().filter_map(|id| tenant.find_product(*id)) {
                    if let Some(of_product) = tenant.holders(product) {
                        holders.union_with(of_product);
                    }
                }
                Some(holders)
            }
            _ => None,
        }
    }
}
