//! Rows as images of the state: the only place that says how an entity looks in its table.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    access::Role,
    application::Application,
    assignment::Shape,
    catalog::LicenseBase,
    location::Location,
    product::{OwnedProduct, ProductOrdinal},
    subscription::{Channel, Subscription},
    user::{PropertyValue, UserProperty, UserType, UserView},
};

use super::words::{group_of, state_of};
use crate::sql::{DatabaseError, Rows, ValueRef};

/// User properties with a column of their own, in the order of their tags and of the table's columns.
pub const COLUMN_PROPERTIES: [UserProperty; 8] = [
    UserProperty::DisplayName,
    UserProperty::GivenName,
    UserProperty::JobTitle,
    UserProperty::Mail,
    UserProperty::Surname,
    UserProperty::UserPrincipalName,
    UserProperty::Department,
    UserProperty::MailNickname,
];

/// The organization's row.
pub fn tenant(rows: &mut Rows, key: i64, tenant: &Tenant) -> Result<(), DatabaseError> {
    let profile = tenant.profile();
    rows.push(&[
        key.into(),
        (&tenant.id()).into(),
        tenant.created().0.into(),
        profile.display_name.as_str().into(),
        profile
            .default_usage_location
            .as_ref()
            .map(Location::as_str)
            .into(),
        profile.preferred_language.as_deref().into(),
        json!(profile.technical_notification_mails)
            .to_string()
            .as_str()
            .into(),
        (&tenant.catalog_digest()).into(),
    ])
}

/// The rows of all domains.
pub fn domains(rows: &mut Rows, key: i64, tenant: &Tenant) -> Result<(), DatabaseError> {
    for (position, domain) in (0_i64..).zip(tenant.domains()) {
        rows.push(&[
            key.into(),
            position.into(),
            domain.name.as_str().into(),
            domain.is_initial.into(),
            domain.is_default.into(),
        ])?;
    }
    Ok(())
}

/// A product's row.
pub fn product(
    rows: &mut Rows,
    key: i64,
    ordinal: ProductOrdinal,
    product: &OwnedProduct,
) -> Result<(), DatabaseError> {
    let plans: Vec<Json> = product
        .plans
        .iter()
        .map(|owned| json!({ "id": owned.plan.id.to_string(), "name": owned.plan.name }))
        .collect();
    rows.push(&[
        key.into(),
        i64::from(ordinal.0).into(),
        (&product.sku_id).into(),
        product.part_number.as_str().into(),
        product.name.as_str().into(),
        (product.base == LicenseBase::Device).into(),
        Json::Array(plans).to_string().as_str().into(),
    ])
}

/// A purchase's row.
pub fn subscription(
    rows: &mut Rows,
    key: i64,
    subscription: &Subscription,
) -> Result<(), DatabaseError> {
    let partner = match &subscription.channel {
        Channel::CloudSolutionProvider { partner_tenant_id } => Some(partner_tenant_id),
        _ => None,
    };
    rows.push(&[
        key.into(),
        (&subscription.id).into(),
        (&subscription.commerce_id).into(),
        i64::from(subscription.product.0).into(),
        subscription.channel.as_str().into(),
        partner.into(),
        subscription.quantity.into(),
        i64::from(subscription.term.months).into(),
        subscription.renews.into(),
        subscription.created.0.into(),
        subscription.ends.0.into(),
        subscription.status.as_str().into(),
        subscription.status_since.0.into(),
        subscription.owner_id.as_ref().into(),
    ])
}

/// A user's row.
pub fn user(rows: &mut Rows, key: i64, view: &UserView<'_>) -> Result<(), DatabaseError> {
    let mut columns = [ValueRef::Null; COLUMN_PROPERTIES.len()];
    let mut others = Map::new();
    for (property, packed) in view.record.entries() {
        if let Some(place) = COLUMN_PROPERTIES
            .iter()
            .position(|column| *column == property)
        {
            columns[place] = std::str::from_utf8(packed).map_or(ValueRef::Null, ValueRef::Text);
        } else if let Some(value) = zetel_domain::user::record::unpack(property, packed) {
            others.insert(property.schema().name.to_owned(), to_json(value));
        }
    }
    let others = (!others.is_empty()).then(|| Json::Object(others).to_string());
    let head = view.head;
    let [
        display_name,
        given_name,
        job_title,
        mail,
        surname,
        principal_name,
        department,
        mail_nickname,
    ] = columns;
    rows.push(&[
        key.into(),
        view.ordinal.0.into(),
        (&view.id).into(),
        head.created.0.into(),
        head.deleted.map(|deleted| deleted.0).into(),
        head.purged.into(),
        head.account_enabled.into(),
        (head.user_type == UserType::Guest).into(),
        head.usage_location.as_ref().map(Location::as_str).into(),
        display_name,
        given_name,
        job_title,
        mail,
        surname,
        principal_name,
        department,
        mail_nickname,
        others.as_deref().into(),
    ])
}

fn to_json(value: PropertyValue) -> Json {
    match value {
        PropertyValue::Text(text) | PropertyValue::Json(text) => Json::String(text),
        PropertyValue::Texts(texts) => json!(texts),
        PropertyValue::Flag(flag) => json!(flag),
        PropertyValue::Time(time) => json!(time.0),
        PropertyValue::Number(number) => json!(number),
    }
}

/// The row of a license of a user's own.
pub fn license(
    rows: &mut Rows,
    key: i64,
    user: u32,
    shape: &Shape,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let mask = shape.disabled.to_le_bytes();
    rows.push(&[
        key.into(),
        user.into(),
        i64::from(shape.product.0).into(),
        group_of(shape.source).into(),
        state_of(shape.source).into(),
        at.0.into(),
        (shape.disabled != 0).then_some(&mask).into(),
    ])
}

/// The rows of all licenses of a user's own.
pub fn licenses(
    rows: &mut Rows,
    key: i64,
    tenant: &Tenant,
    view: &UserView<'_>,
) -> Result<(), DatabaseError> {
    let mut own: Vec<(&Shape, Timestamp)> = tenant
        .licenses(view)
        .map(|(holding, shape, _)| (shape, holding.at()))
        .collect();
    // The table's order is that of the words.
    own.sort_unstable_by_key(|(shape, _)| {
        (
            shape.product,
            group_of(shape.source),
            state_of(shape.source),
        )
    });
    own.into_iter()
        .try_for_each(|(shape, at)| license(rows, key, view.ordinal.0, shape, at))
}

/// An application's row.
pub fn application(
    rows: &mut Rows,
    key: i64,
    application: &Application,
) -> Result<(), DatabaseError> {
    let permissions: Vec<&str> = application
        .permissions
        .iter()
        .map(|permission| permission.as_str())
        .collect();
    let properties = &application.properties;
    let properties = (!properties.is_empty()).then(|| json!(properties).to_string());
    let owners = &application.owners;
    let owners = (!owners.is_empty()).then(|| json!(owners).to_string());
    rows.push(&[
        key.into(),
        (&application.id).into(),
        (&application.client_id).into(),
        (&application.service_principal_id).into(),
        application.display_name.as_str().into(),
        json!(permissions).to_string().as_str().into(),
        application.public_client.into(),
        json!(application.redirect_uris).to_string().as_str().into(),
        application.created.0.into(),
        application.dormant.into(),
        properties.as_deref().into(),
        owners.as_deref().into(),
    ])
}

/// A role assignment's row.
pub fn role(rows: &mut Rows, key: i64, principal: &Uuid, role: Role) -> Result<(), DatabaseError> {
    rows.push(&[key.into(), principal.into(), role.display_name().into()])
}
