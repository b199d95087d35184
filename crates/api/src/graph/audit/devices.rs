//! Devices in the audit log: what changed of them, and what that means in sentences.

use zetel_domain::{
    Event, Tenant,
    device::{Build, DeviceDetails, DeviceHead, LimitPolicy, ManagementState, Removal, Reported},
    event::Apart,
};

use super::modified::{Modified, list_of, written};
use crate::graph::{
    json,
    people::{device_name, group_name, listed},
    render::device_management::limit_id,
};

/// What an event changed of devices, or of how they are managed.
pub(super) fn modified(tenant: &Tenant, event: &Event) -> Vec<Modified> {
    match event {
        Event::DeviceEnrolled {
            head,
            build,
            details,
            ..
        } => of_enrollment(head, build, details),
        Event::DeviceChanged { before, after, .. } => of_heads(before, after),
        Event::DeviceRemoved { removal, .. } => {
            vec![Modified::new("Removal", list_of(removal.as_str()))]
        }
        Event::LimitPoliciesChanged { before, after } => of_limits(tenant, before, after),
        Event::EnrollmentManagerAdded { .. } => of_manager(false, true),
        Event::EnrollmentManagerRemoved { .. } => of_manager(true, false),
        _ => Vec::new(),
    }
}

fn of_manager(before: bool, after: bool) -> Vec<Modified> {
    let value = |flag: bool| Some(format!("[{flag}]"));
    vec![Modified::between(
        "DeviceEnrollmentManager",
        value(before),
        value(after),
    )]
}

fn of_enrollment(head: &DeviceHead, build: &Build, details: &Apart<Box<[u8]>>) -> Vec<Modified> {
    let details = details.get().map(|packed| DeviceDetails::unpack(packed));
    let details = details.unwrap_or_default();
    let texts = [
        ("DisplayName", details.name.as_str()),
        ("SerialNumber", &details.serial),
        ("Manufacturer", &build.manufacturer),
        ("Model", &build.model),
        ("OSVersion", &build.os_version),
    ];
    let texts = texts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| Modified::new(name, list_of(text)));
    let words = words(head)
        .into_iter()
        .map(|(name, value)| Modified::new(name, value));
    texts.chain(words).collect()
}

fn of_heads(before: &DeviceHead, after: &DeviceHead) -> Vec<Modified> {
    words(before)
        .into_iter()
        .zip(words(after))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((name, old), (_, new))| Modified::between(name, Some(old), Some(new)))
        .collect()
}

/// What is known of a device besides its times, which change all day.
fn words(head: &DeviceHead) -> [(&'static str, String); 10] {
    let flag = |flag: bool| format!("[{flag}]");
    [
        ("OperatingSystem", list_of(head.platform.as_str())),
        ("EnrollmentType", list_of(head.enrollment_type.as_str())),
        ("OwnerType", list_of(head.ownership.as_str())),
        ("ManagementAgent", list_of(head.agent.as_str())),
        ("IsShared", flag(head.is_shared)),
        ("IsBasicMobilityAndSecurity", flag(head.is_basic)),
        ("RegistrationState", list_of(head.registration.as_str())),
        ("ManagementState", list_of(head.management.as_str())),
        ("SyncRequested", flag(head.sync_requested)),
        ("ReportedCompliance", list_of(head.reported.as_str())),
    ]
}

/// The policies that are new, other or gone, each as one property by its id.
fn of_limits(tenant: &Tenant, before: &[LimitPolicy], after: &[LimitPolicy]) -> Vec<Modified> {
    let find = |all: &[LimitPolicy], policy: &LimitPolicy| {
        let found = all.iter().find(|other| other.id == policy.id);
        found.map(|policy| of_limit(tenant, policy))
    };
    let gone = before
        .iter()
        .filter(|policy| !after.iter().any(|other| other.id == policy.id));
    after
        .iter()
        .chain(gone)
        .map(|policy| (policy.id, find(before, policy), find(after, policy)))
        .filter(|(_, old, new)| old != new)
        .map(|(id, old, new)| Modified::between(limit_id(tenant, id), old, new))
        .collect()
}

fn of_limit(tenant: &Tenant, policy: &LimitPolicy) -> String {
    let groups = |groups: &[zetel_domain::group::GroupOrdinal]| {
        listed(groups.iter().map(|group| group_name(tenant, *group)))
    };
    written(|out| {
        json::object(out, |out| {
            json::key(out, "displayName");
            json::string(out, &policy.display_name);
            json::key(out, "limit");
            json::count(out, policy.limit.into());
            json::key(out, "priority");
            json::count(out, policy.priority);
            json::key(out, "everyone");
            json::flag(out, policy.everyone);
            json::key(out, "groups");
            json::string(out, &groups(&policy.groups));
            json::key(out, "excluded");
            json::string(out, &groups(&policy.excluded));
        });
    })
}

/// What an event on a device means to its user.
pub(super) fn sentences(tenant: &Tenant, event: &Event) -> Vec<String> {
    let name = |device: &zetel_domain::device::DeviceOrdinal| device_name(tenant, *device);
    match event {
        Event::DeviceEnrolled { device, head, .. } => vec![format!(
            "Enrolled {} ({}).",
            name(device),
            head.platform.as_str()
        )],
        Event::DeviceContacted { device, .. } => vec![format!("{} checked in.", name(device))],
        Event::DeviceRemoved {
            device, removal, ..
        } => {
            let name = name(device);
            vec![match removal {
                Removal::Deleted => format!("The record of {name} was deleted."),
                Removal::Retired => format!("{name} was retired."),
                Removal::Expired => format!(
                    "The record of {name} was removed: its certificate had expired long ago."
                ),
                Removal::Replaced => {
                    format!("{name} enrolled under another id, and its old record was removed.")
                }
            }]
        }
        Event::DeviceChanged {
            device,
            before,
            after,
        } => changed(&name(device), before, after),
        _ => Vec::new(),
    }
}

fn changed(name: &str, before: &DeviceHead, after: &DeviceHead) -> Vec<String> {
    let mut sentences = Vec::new();
    if before.contacted != after.contacted {
        sentences.push(format!("{name} checked in."));
    }
    if before.management != after.management {
        sentences.push(match after.management {
            ManagementState::Managed => format!("{name} stays after all."),
            ManagementState::RetirePending => format!("{name} was asked to leave."),
            ManagementState::RetireIssued => format!("{name} was told to leave."),
            ManagementState::RetireFailed => format!("{name} could not be retired."),
        });
    }
    if !before.sync_requested && after.sync_requested {
        sentences.push(format!("{name} was asked to check in."));
    }
    if before.reported != after.reported {
        sentences.push(match after.reported {
            Reported::Unknown => format!("No compliance policy applies to {name} any more."),
            Reported::Compliant => format!("{name} complies with its policies."),
            Reported::NonCompliant => format!("{name} does not comply with its policies."),
            Reported::Conflict => format!("The policies of {name} contradict each other."),
            Reported::Error => format!("The compliance of {name} could not be judged."),
        });
    }
    if before.is_basic != after.is_basic {
        sentences.push(if after.is_basic {
            format!("Basic Mobility and Security manages {name} now.")
        } else {
            format!("Intune manages {name} now.")
        });
    }
    if sentences.is_empty() {
        sentences.push(format!("{name} changed."));
    }
    sentences
}
