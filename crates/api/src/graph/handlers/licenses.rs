//! `licenseDetails` of users.

use zetel_domain::{
    Tenant,
    user::{UserKey, UserView},
};

use super::entities;
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    render::license::{LicenseDetails, licenses_of, parse_license_details_id},
    reply::Reply,
};

/// `GET /users/{id}/licenseDetails`, `GET /me/licenseDetails`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let key = call.user_key()?;
    let tenant = call.read_user(&key)?;
    let user = find(call, &tenant, &key)?;
    let set = set_of(&user);
    let licenses = licenses_of(&tenant, &user);
    if call.options.select.is_some() {
        return entities::list::<LicenseDetails>(call, &set, licenses);
    }
    let texts: Vec<_> = licenses
        .map(|license| call.graph.texts.get(&license))
        .collect();
    let length: usize = texts.iter().map(|text| text.details().len() + 1).sum();
    let mut out = Vec::with_capacity(length + 512);
    json::object(&mut out, |out| {
        call.write_context(out, &[&set]);
        json::key(out, "value");
        json::array(out, &texts, |out, text| {
            out.extend_from_slice(text.details());
        });
    });
    Ok(Reply::json(out))
}

/// `GET /users/{id}/licenseDetails/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    single(call, &call.user_key()?, call.key(1))
}

/// `GET /me/licenseDetails/{id}`
pub(crate) fn get_own(call: &Call<'_>) -> Result<Reply, GraphError> {
    single(call, &UserKey::Id(call.own_id()?), call.key(0))
}

fn single(call: &Call<'_>, key: &UserKey, id: &str) -> Result<Reply, GraphError> {
    let tenant = call.read_user(key)?;
    let user = find(call, &tenant, key)?;
    let license = parse_license_details_id(tenant.id(), id).and_then(|sku_id| {
        licenses_of(&tenant, &user).find(|license| license.product.sku_id == sku_id)
    });
    let license = license.ok_or_else(|| GraphError::not_found(id))?;
    entities::single::<LicenseDetails>(call, &set_of(&user), &license)
}

fn find<'a>(
    call: &Call<'_>,
    tenant: &'a Tenant,
    key: &UserKey,
) -> Result<UserView<'a>, GraphError> {
    tenant
        .find_user(key)
        .ok_or_else(|| GraphError::not_found(call.key(0)))
}

fn set_of(user: &UserView<'_>) -> String {
    format!("users('{}')/licenseDetails", user.id)
}
