//! Reads a tenant from its facts.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value as Json;
use uuid::Uuid;
use zetel_domain::{
    Tenant, TenantBuilder, Timestamp,
    access::{Permission, Role},
    application::Application,
    assignment::Shape,
    catalog::Catalog,
    directory::{Domain, Profile},
    group::GroupOrdinal,
    location::Location,
    product::{PlanDefinition, ProductDefinition, ProductOrdinal},
    subscription::{Channel, Status, Subscription, Term},
    user::{
        Properties, PropertyValue, UserHead, UserOrdinal, UserProperty, UserType,
        property::PropertyKind, record,
    },
};

use super::{
    devices, groups,
    image::COLUMN_PROPERTIES,
    policy::{read_approval, read_policy},
    words::source,
};
use crate::{
    schema::of_tenant,
    sql::{DatabaseError, RowRef, Statement, Value, View},
};

const LOAD_TENANT: Statement = of_tenant::tenant().load;
const LOAD_POLICY: Statement = of_tenant::policy().load;
const LOAD_APPROVALS: Statement = of_tenant::approval().load;
const LOAD_DOMAINS: Statement = of_tenant::domain().load;
const LOAD_PRODUCTS: Statement = of_tenant::product().load;
const LOAD_SUBSCRIPTIONS: Statement = of_tenant::subscription().load;
const LOAD_USERS: Statement = of_tenant::user().load;
const LOAD_LICENSES: Statement = of_tenant::license().load;
const LOAD_APPLICATIONS: Statement = of_tenant::application().load;
const LOAD_ROLES: Statement = of_tenant::role().load;

pub(super) fn damaged(what: impl Into<String>) -> DatabaseError {
    DatabaseError::Damaged(what.into())
}

/// The tenant whose facts have this key, or nothing. `catalog` gives the catalog with a digest.
pub fn load(
    view: &mut View<'_>,
    key: i64,
    catalog: impl FnOnce(&mut View<'_>, &[u8]) -> Result<Arc<Catalog>, DatabaseError>,
) -> Result<Option<Tenant>, DatabaseError> {
    let mut builder = TenantBuilder::default();
    let key = &[key.into()];
    let Some(organization) = view.query(&LOAD_TENANT, key)?.into_iter().next() else {
        return Ok(None);
    };
    let digest: [u8; 32] = organization
        .bytes(7)?
        .try_into()
        .map_err(|_| damaged("the digest of a catalog has 32 bytes"))?;
    let profile = Profile {
        display_name: organization.text(3)?.to_owned(),
        default_usage_location: location(organization.optional_text(4)?)?,
        preferred_language: organization.optional_text(5)?.map(str::to_owned),
        technical_notification_mails: parse(organization.text(6)?)?,
    };
    let created = Timestamp(organization.int(2)?);
    // A tenant without a catalog has the digest that no text has.
    let catalog = if digest == [0; 32] {
        Arc::clone(Tenant::default().catalog())
    } else {
        catalog(view, &digest)?
    };
    builder.organization(organization.uuid(1)?, created, profile, &catalog, digest);
    load_policy(view, &mut builder, key)?;
    view.for_each(&LOAD_DOMAINS, key, |row| {
        let name = row.text(2)?.to_owned();
        builder.domain(Domain {
            name,
            is_initial: row.boolean(3)?,
            is_default: row.boolean(4)?,
        });
        Ok(())
    })?;
    view.for_each(&LOAD_PRODUCTS, key, |row| product(&mut builder, &row))?;
    view.for_each(&LOAD_SUBSCRIPTIONS, key, |row| {
        builder.subscription(subscription(&row)?);
        Ok(())
    })?;
    let mut packed = Vec::new();
    view.for_each(&LOAD_USERS, key, |row| {
        user(&mut builder, &row, &mut packed)
    })?;
    let mut own = Own::default();
    view.for_each(&LOAD_LICENSES, key, |row| own.license(&mut builder, &row))?;
    own.finish(&mut builder);
    groups::read::load(view, &mut builder, key)?;
    devices::read::load(view, &mut builder, key)?;
    view.for_each(&LOAD_APPLICATIONS, key, |row| {
        builder.application(application(&row)?);
        Ok(())
    })?;
    view.for_each(&LOAD_ROLES, key, |row| {
        let name = row.text(2)?;
        let role = Role::parse(name)
            .ok_or_else(|| damaged(format!("`{name}` is not a directory role")))?;
        builder.role(row.uuid(1)?, role);
        Ok(())
    })?;
    Ok(Some(builder.finish()))
}

fn load_policy(
    view: &mut View<'_>,
    builder: &mut TenantBuilder,
    key: &[Value],
) -> Result<(), DatabaseError> {
    let policies = view.query(&LOAD_POLICY, key)?;
    let policy = policies
        .first()
        .ok_or_else(|| damaged("the tenant has no licensing policy"))?;
    builder.policy(read_policy(policy.text(1)?)?);
    view.for_each(&LOAD_APPROVALS, key, |row| {
        builder.approval(read_approval(&row)?);
        Ok(())
    })
}

fn location(text: Option<&str>) -> Result<Option<Location>, DatabaseError> {
    text.map(|code| {
        Location::parse(code).ok_or_else(|| damaged(format!("`{code}` is not a usage location")))
    })
    .transpose()
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(text)
        .map_err(|error| damaged(format!("a JSON column cannot be read ({error})")))
}

pub(super) fn number<T: TryFrom<i64>>(value: i64, what: &str) -> Result<T, DatabaseError> {
    T::try_from(value).map_err(|_| damaged(format!("{value} is not {what}")))
}

/// The group with an ordinal, if it exists.
pub(super) fn known_group(
    builder: &TenantBuilder,
    ordinal: i64,
) -> Result<GroupOrdinal, DatabaseError> {
    let ordinal: u32 = number(ordinal, "a group")?;
    if ordinal as usize >= builder.group_count() {
        return Err(damaged(format!("group {ordinal} does not exist")));
    }
    Ok(GroupOrdinal(ordinal))
}

/// The user with an ordinal, if it exists.
pub(super) fn known_user(
    builder: &TenantBuilder,
    ordinal: i64,
) -> Result<UserOrdinal, DatabaseError> {
    let ordinal: u32 = number(ordinal, "a user")?;
    if ordinal >= builder.lengths().1 {
        return Err(damaged(format!("user {ordinal} does not exist")));
    }
    Ok(UserOrdinal(ordinal))
}

fn product(builder: &mut TenantBuilder, row: &RowRef<'_>) -> Result<(), DatabaseError> {
    let expected = i64::try_from(builder.lengths().0).unwrap_or(i64::MAX);
    if row.int(1)? != expected {
        return Err(damaged(format!("product {expected} is missing")));
    }
    let plan = |plan: &Json| -> Option<PlanDefinition> {
        let id = Uuid::try_parse(plan.get("id")?.as_str()?).ok()?;
        Some(PlanDefinition {
            id,
            name: plan.get("name")?.as_str()?.to_owned(),
        })
    };
    let plans: Vec<Json> = parse(row.text(6)?)?;
    let definition = ProductDefinition {
        sku_id: row.uuid(2)?,
        part_number: row.text(3)?.to_owned(),
        name: row.text(4)?.to_owned(),
        per_device: row.boolean(5)?,
        plans: plans
            .iter()
            .map(plan)
            .collect::<Option<_>>()
            .ok_or_else(|| damaged("a product's plans have no ids"))?,
    };
    builder.product(&definition);
    Ok(())
}

fn subscription(row: &RowRef<'_>) -> Result<Subscription, DatabaseError> {
    let channel = match (row.text(4)?, row.optional_uuid(5)?) {
        ("enterpriseAgreement", None) => Channel::EnterpriseAgreement,
        ("cloudSolutionProvider", Some(partner_tenant_id)) => {
            Channel::CloudSolutionProvider { partner_tenant_id }
        }
        ("card", None) => Channel::Card,
        ("invoice", None) => Channel::Invoice,
        ("trial", None) => Channel::Trial,
        (other, _) => {
            return Err(damaged(format!(
                "`{other}` is not a purchase channel, or its partner is wrong"
            )));
        }
    };
    let status = row.text(11)?;
    let statuses = [
        Status::Enabled,
        Status::Warning,
        Status::Suspended,
        Status::LockedOut,
        Status::Deleted,
    ];
    Ok(Subscription {
        id: row.uuid(1)?,
        commerce_id: row.uuid(2)?,
        product: ProductOrdinal(number(row.int(3)?, "a product")?),
        channel,
        quantity: number(row.int(6)?, "a quantity")?,
        term: Term {
            months: number(row.int(7)?, "a number of months")?,
        },
        renews: row.boolean(8)?,
        created: Timestamp(row.int(9)?),
        ends: Timestamp(row.int(10)?),
        status: statuses
            .into_iter()
            .find(|known| known.as_str() == status)
            .ok_or_else(|| damaged(format!("`{status}` is not a state of a subscription")))?,
        status_since: Timestamp(row.int(12)?),
        owner_id: row.optional_uuid(13)?,
    })
}

fn user(
    builder: &mut TenantBuilder,
    row: &RowRef<'_>,
    packed: &mut Vec<u8>,
) -> Result<(), DatabaseError> {
    const FIRST_PROPERTY: usize = 9;
    let expected = builder.lengths().1;
    if row.int(1)? != i64::from(expected) {
        return Err(damaged(format!("user {expected} is missing")));
    }
    let head = UserHead {
        created: Timestamp(row.int(3)?),
        deleted: row.optional_int(4)?.map(Timestamp),
        purged: row.boolean(5)?,
        account_enabled: row.boolean(6)?,
        user_type: if row.boolean(7)? {
            UserType::Guest
        } else {
            UserType::Member
        },
        usage_location: location(row.optional_text(8)?)?,
    };
    packed.clear();
    if let Some(others) = row.optional_text(FIRST_PROPERTY + COLUMN_PROPERTIES.len())? {
        let mut properties = other_properties(others)?;
        for (place, property) in COLUMN_PROPERTIES.iter().enumerate() {
            if let Some(text) = row.optional_text(FIRST_PROPERTY + place)? {
                properties.insert(*property, text.into());
            }
        }
        packed.extend_from_slice(&record::pack(&properties));
    } else {
        for (place, property) in COLUMN_PROPERTIES.iter().enumerate() {
            if let Some(text) = row.optional_text(FIRST_PROPERTY + place)? {
                record::append_packed(packed, *property, text.as_bytes());
            }
        }
    }
    builder.user(row.uuid(2)?, head, packed);
    Ok(())
}

fn other_properties(text: &str) -> Result<Properties, DatabaseError> {
    let object: serde_json::Map<String, Json> = parse(text)?;
    object
        .into_iter()
        .map(|(name, value)| {
            let property = UserProperty::parse(&name)
                .ok_or_else(|| damaged(format!("`{name}` is not a property of users")))?;
            let value = from_json(property, value)
                .ok_or_else(|| damaged(format!("the value of `{name}` has the wrong form")))?;
            Ok((property, value))
        })
        .collect()
}

fn from_json(property: UserProperty, value: Json) -> Option<PropertyValue> {
    Some(match property.schema().kind {
        PropertyKind::Text { .. } => PropertyValue::Text(value.as_str()?.to_owned()),
        PropertyKind::Json => PropertyValue::Json(value.as_str()?.to_owned()),
        PropertyKind::Texts { .. } => PropertyValue::Texts(serde_json::from_value(value).ok()?),
        PropertyKind::Flag => PropertyValue::Flag(value.as_bool()?),
        PropertyKind::Time => PropertyValue::Time(Timestamp(value.as_i64()?)),
        PropertyKind::Number => PropertyValue::Number(i32::try_from(value.as_i64()?).ok()?),
    })
}

/// The licenses of the user being read: the table's order is that of words, the state's that of sources.
#[derive(Default)]
struct Own {
    user: u32,
    licenses: Vec<(Shape, Timestamp)>,
}

impl Own {
    fn license(
        &mut self,
        builder: &mut TenantBuilder,
        row: &RowRef<'_>,
    ) -> Result<(), DatabaseError> {
        let user: u32 = number(row.int(1)?, "a user")?;
        let product: u16 = number(row.int(2)?, "a product")?;
        let (products, users) = builder.lengths();
        if user >= users || usize::from(product) >= products {
            return Err(damaged(format!(
                "a license names user {user} and product {product}, which do not both exist"
            )));
        }
        let (group, state) = (row.int(3)?, row.text(4)?);
        let source = source(group, state).ok_or_else(|| {
            damaged(format!(
                "a license of user {user} cannot be `{state}` with group {group}"
            ))
        })?;
        if user != self.user {
            self.finish(builder);
            self.user = user;
        }
        let shape = Shape {
            product: ProductOrdinal(product),
            source,
            disabled: mask(row.optional_bytes(6)?)?,
        };
        self.licenses.push((shape, Timestamp(row.int(5)?)));
        Ok(())
    }

    fn finish(&mut self, builder: &mut TenantBuilder) {
        self.licenses.sort_unstable();
        for (shape, at) in self.licenses.drain(..) {
            builder.license(UserOrdinal(self.user), shape, at);
        }
    }
}

/// Disabled plans; absent when all are on.
pub(super) fn mask(bytes: Option<&[u8]>) -> Result<u128, DatabaseError> {
    let Some(bytes) = bytes else {
        return Ok(0);
    };
    let bytes = bytes
        .try_into()
        .map_err(|_| damaged("disabled plans are 16 bytes"))?;
    Ok(u128::from_le_bytes(bytes))
}

fn application(row: &RowRef<'_>) -> Result<Application, DatabaseError> {
    let names: Vec<String> = parse(row.text(5)?)?;
    let permissions = names.iter().map(|name| {
        Permission::parse(name)
            .ok_or_else(|| damaged(format!("`{name}` is not an application permission")))
    });
    Ok(Application {
        id: row.uuid(1)?,
        client_id: row.uuid(2)?,
        service_principal_id: row.uuid(3)?,
        display_name: row.text(4)?.to_owned(),
        permissions: permissions.collect::<Result<_, _>>()?,
        public_client: row.boolean(6)?,
        redirect_uris: parse(row.text(7)?)?,
        created: Timestamp(row.int(8)?),
        dormant: row.boolean(9)?,
        properties: row
            .optional_text(10)?
            .map_or_else(|| Ok(BTreeMap::new()), parse)?,
        owners: row
            .optional_text(11)?
            .map_or_else(|| Ok(Vec::new()), parse)?,
    })
}
