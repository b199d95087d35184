//! The page of a device: what it is, whether it is compliant and why, and who uses it.

use askama::Template;
use axum::{extract::Path, response::Response};
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    access::Action,
    device::{Cover, DeviceView},
};

use super::{Person, managed_by, name_of, reasons, tone};
use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::moment,
    visit::Visit,
    words::{Message, Words},
};

#[derive(Template)]
#[template(path = "devices/one.html")]
struct DevicePage {
    frame: Frame,
    t: Words,
    name: String,
    /// Names by their keys, and values.
    facts: Vec<(&'static str, String)>,
    state: &'static str,
    tone: &'static str,
    reasons: Vec<String>,
    /// What covers it, by its word; nothing if nothing does.
    cover: Option<&'static str>,
    counts: bool,
    /// Devices of the owner that count, and the owner's limit.
    limit: Option<(usize, u16)>,
    /// What happens when.
    dates: Vec<String>,
    users: Vec<Person>,
}

/// `GET /admin/devices/{id}`
pub(crate) async fn overview(visit: Visit, Path(key): Path<String>) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadDevices)?;
    let device = Uuid::try_parse(&key).ok();
    let device = device.and_then(|id| tenant.devices().find_id(id));
    let Some(device) = device.filter(DeviceView::is_live) else {
        return Err(Failure::nothing_there(&visit));
    };
    let (t, now) = (visit.words(), visit.now());
    let compliance = tenant.compliance(&device, now);
    let name = name_of(&device);
    let limit = |owner| {
        let counted = tenant.devices_counted(owner, now);
        (counted, tenant.device_limit_of(owner))
    };
    let users = device.users().filter_map(|user| Person::of(&tenant, user));
    Ok(page(&DevicePage {
        frame: Frame::new(&visit, Section::Devices, &name),
        t,
        facts: facts(&device, t),
        state: compliance.state.as_str(),
        tone: tone(compliance.state),
        reasons: reasons(&tenant, &compliance, t),
        cover: tenant.cover_of(&device).map(Cover::as_str),
        counts: tenant.counts_toward_limit(&device, now),
        limit: device.user().map(limit),
        dates: dates(&tenant, &device, compliance.shortfall.is_some(), now, t),
        users: users.collect(),
        name,
    }))
}

/// What is known of a device, by the keys of their names.
fn facts(device: &DeviceView<'_>, t: Words) -> Vec<(&'static str, String)> {
    let (build, details) = (device.build(), device.details());
    let said = |message: Message| message.to_string();
    [
        ("device-platform", device.platform().as_str().to_owned()),
        ("device-version", build.os_version.clone()),
        ("device-manufacturer", build.manufacturer.clone()),
        ("device-model", build.model.clone()),
        ("device-serial", details.serial),
        ("device-imei", details.imei),
        (
            "device-ownership",
            said(t.m(format!("ownership-{}", device.ownership().as_str()))),
        ),
        ("device-managed", said(t.m(managed_by(device)))),
        (
            "device-enrollment",
            said(t.m(format!("enrollment-{}", device.enrollment_type().as_str()))),
        ),
        (
            "device-management-state",
            said(t.m(format!("management-{}", device.management().as_str()))),
        ),
        ("device-enrolled", moment(device.enrolled(), t)),
        ("device-contacted", moment(device.contacted(), t)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

/// What will happen to a device if it is not heard of, and until when a lost license can be given back.
fn dates(
    tenant: &Tenant,
    device: &DeviceView<'_>,
    is_lost: bool,
    now: Timestamp,
    t: Words,
) -> Vec<String> {
    let loss = tenant.loss_dates(device, now);
    let silent = tenant.silent_from(device);
    let hidden = tenant.hidden_from(device);
    let certificate = device.certificate_expires();
    let restorable = if loss.restorable_until > now {
        ("date-restorable", loss.restorable_until)
    } else {
        ("date-too-late", loss.restorable_until)
    };
    let all = [
        is_lost.then_some(restorable),
        (!is_lost && silent > now).then_some(("date-silent", silent)),
        hidden
            .filter(|hidden| *hidden > now)
            .map(|hidden| ("date-hidden", hidden)),
        (!is_lost && certificate > now).then_some(("date-certificate", certificate)),
        (loss.removed > now).then_some(("date-removed", loss.removed)),
    ];
    all.into_iter()
        .flatten()
        .map(|(key, at)| t.m(key).with("date", moment(at, t)).to_string())
        .collect()
}
