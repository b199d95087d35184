//! What becomes of a user's devices when the license goes: `/zetel/users/{id}/deviceForecast`.

use zetel_domain::{
    Tenant, Timestamp,
    access::Action,
    device::{DeviceForecast, Forecast, forecast},
    user::{UserKey, UserState, UserView},
};

use super::language;
use crate::{
    graph::{
        call::Call,
        error::GraphError,
        json,
        people::{write_product, write_user},
        reply::Reply,
    },
    words::DeviceSpeaker,
};

/// `GET /zetel/users/{id}/deviceForecast`, in the language of `Accept-Language`. Devices of a user in the recycle bin
/// matter as well; such a user is named by the object id.
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let key = call.user_key()?;
    let tenant = call.read_of(Action::ReadDevices, &key)?;
    let user = find(&tenant, &key).ok_or_else(|| GraphError::not_found(call.key(0)))?;
    let forecast = forecast(&tenant, &user, call.graph.engine.now());
    let speaker = DeviceSpeaker::new(&tenant, language(call));
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/deviceForecast"]);
        write(out, &tenant, &user, &forecast, speaker);
    });
    Ok(Reply::json(out))
}

fn find<'a>(tenant: &'a Tenant, key: &UserKey) -> Option<UserView<'a>> {
    let user = match key {
        UserKey::Id(id) => tenant.users().find_id(*id),
        UserKey::PrincipalName(_) => tenant.find_user(key),
    };
    user.filter(|user| user.head.state() != UserState::Purged)
}

fn write(
    out: &mut Vec<u8>,
    tenant: &Tenant,
    user: &UserView<'_>,
    forecast: &Forecast,
    speaker: DeviceSpeaker<'_>,
) {
    json::key(out, "language");
    json::string(out, speaker.language().tag());
    json::key(out, "user");
    write_user(out, tenant, user.ordinal);
    json::key(out, "isLicensed");
    json::flag(out, forecast.is_licensed);
    json::key(out, "licenseEnds");
    json::timestamp(out, forecast.license_ends);
    json::key(out, "userPurged");
    write_time(out, forecast.user_purged);
    json::key(out, "products");
    let products = forecast.products.iter();
    let products = products.filter_map(|product| tenant.product(*product));
    json::array(out, products, |out, product| {
        json::object(out, |out| {
            write_product(out, product);
            json::key(out, "displayName");
            json::string(out, &product.name);
        });
    });
    json::key(out, "devices");
    json::array(out, &forecast.devices, |out, device| {
        json::object(out, |out| {
            write_device(out, tenant, forecast, device, speaker);
        });
    });
}

fn write_device(
    out: &mut Vec<u8>,
    tenant: &Tenant,
    forecast: &Forecast,
    of: &DeviceForecast,
    speaker: DeviceSpeaker<'_>,
) {
    if let Some(device) = tenant.devices().view(of.device) {
        json::key(out, "id");
        json::guid(out, device.id);
        json::key(out, "deviceName");
        json::string_or_null(out, device.name());
        json::key(out, "serialNumber");
        json::string_or_null(out, device.serial());
        json::key(out, "platform");
        json::string(out, device.platform().as_str());
    }
    json::key(out, "depends");
    json::flag(out, of.depends);
    json::key(out, "steps");
    json::array(out, &of.steps, |out, (at, step)| {
        json::object(out, |out| {
            json::key(out, "at");
            json::timestamp(out, *at);
            json::key(out, "step");
            json::string(out, step.as_str());
            json::key(out, "text");
            json::string(out, &speaker.step(*at, *step));
        });
    });
    json::key(out, "restorableUntil");
    write_time(out, of.restorable_until);
    json::key(out, "restoreHow");
    json::string(out, &speaker.restore(forecast, of));
}

fn write_time(out: &mut Vec<u8>, at: Option<Timestamp>) {
    match at {
        Some(at) => json::timestamp(out, at),
        None => json::null(out),
    }
}
