//! The page of a user: who it is, whether it can enroll devices, and what it has, with the reasons.

use askama::Template;
use axum::{extract::Path, response::Response};
use uuid::Uuid;
use zetel_api::words::{explanation_text, reason_text};
use zetel_domain::{
    access::Action,
    device::{ComplianceState, Reason},
    explain::{Question, explain},
    user::{UserKey, UserProperty, UserView},
};

use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{initials, text_of, user_name},
    visit::Visit,
    words::Words,
};

#[derive(Template)]
#[template(path = "users/one.html")]
struct UserPage {
    frame: Frame,
    t: Words,
    id: Uuid,
    name: String,
    initials: String,
    principal_name: String,
    facts: Vec<(&'static str, String)>,
    is_enabled: bool,
    /// Why the user cannot enroll devices; nothing if it can.
    cannot_enroll: Option<String>,
    /// None if the visitor may not read devices.
    devices: Option<Vec<Device>>,
    counted: usize,
    limit: u16,
    groups: Vec<(Uuid, String)>,
    /// What the user has, and why, in sentences.
    explanation: Vec<String>,
    may_assign: bool,
}

/// A device in the list of a user's.
struct Device {
    id: Uuid,
    name: String,
    platform: &'static str,
    is_compliant: bool,
    state: &'static str,
}

/// `GET /admin/users/{id}`
pub(crate) async fn overview(visit: Visit, Path(key): Path<String>) -> Result<Response, Failure> {
    let tenant = visit.read(Action::ListUsers)?;
    let Some(user) = tenant.find_user(&UserKey::parse(&key)) else {
        return Err(Failure::nothing_there(&visit));
    };
    let (t, now) = (visit.words(), visit.now());
    let gap = tenant.license_gap(&user);
    let cannot_enroll = gap.map(|gap| {
        let reason = Reason::NotLicensed {
            user: user.ordinal,
            gap,
        };
        reason_text(&tenant, &reason, t.language())
    });
    let devices = tenant.devices().of_user(user.ordinal).map(|device| {
        let state = tenant.compliance(&device, now).state;
        Device {
            id: device.id,
            name: device.name().to_owned(),
            platform: device.platform().as_str(),
            is_compliant: state == ComplianceState::Compliant,
            state: state.as_str(),
        }
    });
    let groups = tenant.units(&user).into_iter().filter_map(|unit| {
        let group = tenant.groups().get(unit.group)?;
        Some((group.id, group.definition.display_name.clone()))
    });
    let explanation = explain(&tenant, &user, Question::All);
    let explanation = explanation_text(&explanation, &tenant, t.language());
    let name = user_name(&user).to_owned();
    Ok(page(&UserPage {
        frame: Frame::new(&visit, Section::Users, &name),
        t,
        id: user.id,
        initials: initials(&name),
        principal_name: user.principal_name().to_owned(),
        facts: facts(&user),
        is_enabled: user.head.account_enabled,
        cannot_enroll,
        devices: visit
            .may(Action::ReadDevices, None)
            .then(|| devices.collect()),
        counted: tenant.devices_counted(user.ordinal, now),
        limit: tenant.device_limit_of(user.ordinal),
        groups: groups.collect(),
        explanation: explanation.lines().skip(1).map(str::to_owned).collect(),
        may_assign: visit.may(Action::AssignLicenses, Some(user.id)),
        name,
    }))
}

/// What is known of a user, by the keys of their names.
fn facts(user: &UserView<'_>) -> Vec<(&'static str, String)> {
    let location = user.head.usage_location;
    let location = location.map(|location| location.as_str().to_owned());
    [
        ("fact-principal-name", user.principal_name().to_owned()),
        ("fact-job-title", text_of(user, UserProperty::JobTitle)),
        ("fact-department", text_of(user, UserProperty::Department)),
        ("fact-location", location.unwrap_or_default()),
        ("fact-mail", text_of(user, UserProperty::Mail)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}
