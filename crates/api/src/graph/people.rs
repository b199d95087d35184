//! Users, groups and products as other answers name them: as objects in JSON, and in sentences.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    catalog::ServicePlan,
    device::DeviceOrdinal,
    group::GroupOrdinal,
    product::{OwnedProduct, ProductOrdinal},
    state::Bits,
    user::{UserKey, UserOrdinal, UserView},
};

use super::json;

/// Users who are named where a set of users may be large.
pub(crate) const NAMED_USERS: usize = 100;

/// Appends a user as `{id, userPrincipalName, displayName}`; names are null for a user who was purged.
pub(crate) fn write_user(out: &mut Vec<u8>, tenant: &Tenant, user: UserOrdinal) {
    match tenant.users().view(user) {
        Some(user) => write_named(
            out,
            Some(user.id),
            user.principal_name(),
            user.display_name(),
        ),
        None => json::null(out),
    }
}

/// Appends a user that a client named, who may not exist.
pub(crate) fn write_key(out: &mut Vec<u8>, tenant: &Tenant, key: &UserKey) {
    match (tenant.find_user(key), key) {
        (Some(user), _) => write_user(out, tenant, user.ordinal),
        (None, UserKey::Id(id)) => write_named(out, Some(*id), "", ""),
        (None, UserKey::PrincipalName(name)) => write_named(out, None, name, ""),
    }
}

fn write_named(out: &mut Vec<u8>, id: Option<Uuid>, principal_name: &str, display_name: &str) {
    json::object(out, |out| {
        json::key(out, "id");
        match id {
            Some(id) => json::guid(out, id),
            None => json::null(out),
        }
        json::key(out, "userPrincipalName");
        json::string_or_null(out, principal_name);
        json::key(out, "displayName");
        json::string_or_null(out, display_name);
    });
}

/// Appends `,"userCount":…,"users":[…]`: how many there are, and the first [`NAMED_USERS`] of them.
pub(crate) fn write_users(out: &mut Vec<u8>, tenant: &Tenant, users: &Bits) {
    json::key(out, "userCount");
    json::count(out, users.len());
    json::key(out, "users");
    let named = users.iter().map(UserOrdinal).take(NAMED_USERS);
    json::array(out, named, |out, user| write_user(out, tenant, user));
}

/// Appends a group as `{id, displayName}`.
pub(crate) fn write_group(out: &mut Vec<u8>, tenant: &Tenant, group: GroupOrdinal) {
    let Some(group) = tenant.groups().get(group) else {
        return json::null(out);
    };
    json::object(out, |out| {
        json::key(out, "id");
        json::guid(out, group.id);
        json::key(out, "displayName");
        json::string_or_null(out, &group.definition.display_name);
    });
}

/// Appends `,"skuId":…,"skuPartNumber":…` of a product.
pub(crate) fn write_product(out: &mut Vec<u8>, product: &OwnedProduct) {
    json::key(out, "skuId");
    json::guid(out, product.sku_id);
    json::key(out, "skuPartNumber");
    json::string(out, &product.part_number);
}

/// A user in a sentence: the display name, or what else there is.
pub(crate) fn user_name(user: &UserView<'_>) -> String {
    [user.display_name(), user.principal_name()]
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or_else(|| user.id.to_string(), str::to_owned)
}

/// A group in a sentence.
pub(crate) fn group_name(tenant: &Tenant, group: GroupOrdinal) -> String {
    match tenant.groups().get(group) {
        Some(group) if group.definition.display_name.is_empty() => group.id.to_string(),
        Some(group) => group.definition.display_name.clone(),
        None => "a group that is gone".to_owned(),
    }
}

/// A device in a sentence: its name, or what else there is.
pub(crate) fn device_name(tenant: &Tenant, device: DeviceOrdinal) -> String {
    let Some(device) = tenant.devices().view(device) else {
        return "a device that is gone".to_owned();
    };
    [device.name(), device.serial()]
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or_else(|| device.id.to_string(), str::to_owned)
}

/// A product in a sentence.
pub(crate) fn product_name(tenant: &Tenant, product: ProductOrdinal) -> &str {
    tenant
        .product(product)
        .map_or("a product that is gone", |product| &product.name)
}

/// The plan with an id, from the catalog or from a product that no catalog knows.
pub(crate) fn find_plan(tenant: &Tenant, id: Uuid) -> Option<&ServicePlan> {
    tenant.catalog().plans.get(&id).or_else(|| {
        tenant
            .products()
            .flat_map(|(_, product)| &product.plans)
            .map(|owned| &owned.plan)
            .find(|plan| plan.id == id)
    })
}

/// A service plan in a sentence.
pub(crate) fn plan_name(tenant: &Tenant, id: Uuid) -> String {
    find_plan(tenant, id).map_or_else(|| id.to_string(), |plan| plan.display_name.clone())
}

/// Several names in a sentence.
pub(crate) fn listed(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name.as_ref());
    }
    text
}

/// A number of things in a sentence, such as `1 user` or `2 users`.
pub(crate) fn counted(number: impl Into<u64>, thing: &str) -> String {
    match number.into() {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}
