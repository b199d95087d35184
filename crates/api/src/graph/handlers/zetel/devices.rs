//! How devices are managed, and how that goes: `/zetel/deviceSettings`, `/zetel/deviceStatus`,
//! `/zetel/enrollmentManagers`.

use zetel_domain::{
    Command, Tenant,
    access::Action,
    device::{CannotEnroll, EnrollmentType, TenantStatus},
    user::{UserKey, UserOrdinal},
};

use super::{done, fields::Fields};
use crate::{
    graph::{
        call::Call,
        error::GraphError,
        handlers::pages::number_of,
        json,
        people::write_user,
        reply::Reply,
        settings::{DEVICE_SETTINGS, changed_devices, write_members},
    },
    words::{Language, device_status_text},
};

/// `GET /zetel/deviceSettings`
pub(crate) fn settings(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/deviceSettings"]);
        write_members(out, &DEVICE_SETTINGS, tenant.device_settings());
    });
    Ok(Reply::json(out))
}

/// `PATCH /zetel/deviceSettings`
pub(crate) async fn update_settings(call: &Call<'_>) -> Result<Reply, GraphError> {
    let settings = {
        let tenant = call.read(Action::ManageDeviceSettings, None)?;
        let members = call.members()?;
        changed_devices(tenant.device_settings(), &DEVICE_SETTINGS, &members)?
    };
    call.submit(Command::ChangeDeviceSettings { settings }, None)
        .await?;
    Ok(Reply::no_content())
}

/// `GET /zetel/deviceStatus`
pub(crate) fn status(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let status = tenant.device_status(call.graph.engine.now());
    let mut out = Vec::with_capacity(2048);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/deviceStatus"]);
        write_status(out, &tenant, &status);
    });
    Ok(Reply::json(out))
}

fn write_status(out: &mut Vec<u8>, tenant: &Tenant, status: &TenantStatus) {
    let profile = tenant.profile();
    let location = profile.default_usage_location;
    for (name, text) in [
        ("tenantName", profile.display_name.as_str()),
        (
            "location",
            location
                .as_ref()
                .map_or("", zetel_domain::location::Location::as_str),
        ),
        ("mdmAuthority", status.authority.as_str()),
        ("accountStatus", status.subscription.as_str()),
    ] {
        json::key(out, name);
        json::string_or_null(out, text);
    }
    write_counts(
        out,
        &[
            ("licensedUsers", status.licensed_users),
            ("totalLicenses", status.total_licenses),
        ],
    );
    json::key(out, "deviceLicenses");
    json::object(out, |out| {
        let pool = status.device_licenses;
        write_counts(out, &[("bought", pool.bought), ("needed", pool.used)]);
    });
    write_counts(
        out,
        &[
            ("enrolledDevices", status.enrolled_devices),
            ("hiddenDevices", status.hidden_devices),
            ("canEnroll", status.can_enroll),
        ],
    );
    json::key(out, "cannotEnroll");
    json::object(out, |out| write_cannot(out, &status.cannot_enroll));
    json::key(out, "explanation");
    json::object(out, |out| {
        for language in Language::ALL {
            json::key(out, language.tag());
            json::string(out, &device_status_text(status, language));
        }
    });
}

fn write_cannot(out: &mut Vec<u8>, cannot: &CannotEnroll) {
    write_counts(
        out,
        &[
            ("authorityNotSet", cannot.authority_not_set),
            ("disabled", cannot.disabled),
            ("planOff", cannot.plan_off),
            ("productNotUsable", cannot.product_not_usable),
            ("limitReached", cannot.limit_reached),
        ],
    );
}

fn write_counts(out: &mut Vec<u8>, counts: &[(&str, u32)]) {
    for (name, count) in counts {
        json::key(out, name);
        json::count(out, *count);
    }
}

/// `GET /zetel/enrollmentManagers`: all of them; there are few.
pub(crate) fn managers(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadDeviceSettings, None)?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/enrollmentManagers"]);
        json::key(out, "value");
        json::array(out, tenant.enrollment_managers(), |out, user| {
            json::object(out, |out| {
                json::key(out, "user");
                write_user(out, &tenant, *user);
                json::key(out, "devices");
                json::count(out, devices_of(&tenant, *user));
            });
        });
    });
    Ok(Reply::json(out))
}

/// How many devices somebody has enrolled as a device enrollment manager.
fn devices_of(tenant: &Tenant, user: UserOrdinal) -> u32 {
    let devices = tenant.devices().of_user(user);
    number_of(devices.filter(|device| {
        device.user() == Some(user)
            && device.enrollment_type() == EnrollmentType::DeviceEnrollmentManager
    }))
}

/// `POST /zetel/enrollmentManagers`
pub(crate) async fn add_manager(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::ManageDeviceSettings, None)?;
    let mut fields = Fields::of(call, "enrollmentManagers")?;
    let user = fields.text("user")?.ok_or_else(|| fields.missing("user"))?;
    fields.finish()?;
    let user = UserKey::parse(&user);
    let applied = call
        .submit(Command::AddEnrollmentManager { user }, None)
        .await?;
    done(call, &applied, &[]).await
}

/// `DELETE /zetel/enrollmentManagers/{user}`
pub(crate) async fn remove_manager(call: &Call<'_>) -> Result<Reply, GraphError> {
    let user = call.user_key()?;
    call.submit(Command::RemoveEnrollmentManager { user }, None)
        .await?;
    Ok(Reply::no_content())
}
