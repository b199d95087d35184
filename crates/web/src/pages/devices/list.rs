//! The list of devices, in the order in which they enrolled first.

use askama::Template;
use axum::{extract::Query, response::Response};
use serde::Deserialize;
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    access::Action,
    device::{ComplianceState, DeviceOrdinal, DeviceView},
};

use super::{Person, managed_by, name_of, reasons, tone};
use crate::{
    ROOT,
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::moment,
    visit::Visit,
    words::Words,
};

/// Devices of a page.
const PAGE: usize = 100;
/// The only thing that can be asked by one press.
const NONCOMPLIANT: &str = "noncompliant";

/// The query of the list.
#[derive(Deserialize)]
pub(crate) struct DeviceQuery {
    /// A part of a name or of a serial number.
    #[serde(default)]
    q: String,
    /// Only those that are `noncompliant`.
    #[serde(default)]
    only: String,
    /// The last device of the page before.
    #[serde(default)]
    after: String,
}

impl DeviceQuery {
    /// The query as it stands in an address, from its first page on.
    fn text(&self, is_noncompliant: bool) -> form_urlencoded::Serializer<'static, String> {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if !self.q.is_empty() {
            text.append_pair("q", &self.q);
        }
        if is_noncompliant {
            text.append_pair("only", NONCOMPLIANT);
        }
        text
    }
}

#[derive(Template)]
#[template(path = "devices/list.html")]
struct ListPage {
    frame: Frame,
    t: Words,
    q: String,
    is_noncompliant: bool,
    /// The address that asks for those alone, or no longer does.
    chip: String,
    rows: Vec<Row>,
    total: u32,
    is_narrowed: bool,
    /// Query of the next page.
    next: Option<String>,
}

struct Row {
    id: Uuid,
    name: String,
    model: String,
    owner: Option<Person>,
    platform: &'static str,
    managed_by: String,
    state: &'static str,
    tone: &'static str,
    reasons: Vec<String>,
    contacted: String,
}

/// What is on a page.
struct Found {
    devices: Vec<DeviceOrdinal>,
    total: u32,
    has_more: bool,
}

/// `GET /admin/devices`
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<DeviceQuery>,
) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ReadDevices)?;
    let (t, now) = (visit.words(), visit.now());
    let is_noncompliant = query.only == NONCOMPLIANT;
    let after = Uuid::try_parse(&query.after).ok();
    let words = query.q.trim().to_lowercase();
    let state = tenant.clone();
    let find = move || find(&state, &words, is_noncompliant, after, now);
    let found = tokio::task::spawn_blocking(find).await;
    let found = found.map_err(|_| Failure::broken(visit.manner.clone()))?;
    let views = found.devices.iter();
    let views = views.filter_map(|device| tenant.devices().view(*device));
    let rows: Vec<Row> = views.map(|device| row(&tenant, &device, now, t)).collect();
    let next = rows.last().filter(|_| found.has_more).map(|last| {
        let mut text = query.text(is_noncompliant);
        text.append_pair("after", &last.id.to_string());
        text.finish()
    });
    Ok(page(&ListPage {
        frame: Frame::new(&visit, Section::Devices, t.m("nav-devices")),
        t,
        is_noncompliant,
        chip: format!("{ROOT}/devices?{}", query.text(!is_noncompliant).finish()),
        rows,
        total: found.total,
        is_narrowed: is_noncompliant || !query.q.is_empty(),
        next,
        q: query.q,
    }))
}

/// Costs a look at each device.
fn find(
    tenant: &Tenant,
    words: &str,
    is_noncompliant: bool,
    after: Option<Uuid>,
    now: Timestamp,
) -> Found {
    let after = after.and_then(|id| tenant.devices().find_id(id));
    let after = after.map(|device| device.ordinal);
    let has_words = |device: &DeviceView<'_>| {
        words.is_empty()
            || device.name().to_lowercase().contains(words)
            || device.serial().to_lowercase().contains(words)
    };
    let mut found = Found {
        devices: Vec::new(),
        total: 0,
        has_more: false,
    };
    let listed = tenant.devices().iter();
    for device in listed.filter(|device| tenant.is_listed(device, now)) {
        let state = || tenant.compliance(&device, now).state;
        if !has_words(&device) || is_noncompliant && state() != ComplianceState::NonCompliant {
            continue;
        }
        found.total += 1;
        if after.is_some_and(|after| device.ordinal <= after) {
            continue;
        }
        if found.devices.len() < PAGE {
            found.devices.push(device.ordinal);
        } else {
            found.has_more = true;
        }
    }
    found
}

fn row(tenant: &Tenant, device: &DeviceView<'_>, now: Timestamp, t: Words) -> Row {
    let compliance = tenant.compliance(device, now);
    Row {
        id: device.id,
        name: name_of(device),
        model: device.build().model.clone(),
        owner: device.user().and_then(|user| Person::of(tenant, user)),
        platform: device.platform().as_str(),
        managed_by: managed_by(device),
        state: compliance.state.as_str(),
        tone: tone(compliance.state),
        reasons: reasons(tenant, &compliance, t),
        contacted: moment(device.contacted(), t),
    }
}
