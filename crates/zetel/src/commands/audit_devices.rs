//! Events of devices, and of how they are managed, as JSON.

use serde_json::{Value, json};
use zetel_domain::{
    Event,
    device::{DeviceDetails, DeviceHead, DeviceSettings, LimitPolicy, Platform},
};

use super::{
    audit_events::{Told, at},
    audit_names::Names,
};

/// An event of a device; nothing for other events.
pub fn of_device(event: &Event, names: Names<'_>) -> Told {
    Some(match event {
        Event::DeviceEnrolled {
            device,
            id,
            head,
            build,
            details,
        } => {
            let details = details.get().map(|packed| DeviceDetails::unpack(packed));
            (
                "deviceEnrolled",
                json!({
                    "device": names.device(*device), "id": id, "head": head_json(head, names),
                    "manufacturer": build.manufacturer, "model": build.model, "osVersion": build.os_version,
                    "details": details.map(|details| json!({
                        "deviceName": details.name, "serialNumber": details.serial, "imei": details.imei,
                        "directoryId": details.directory_id,
                    })),
                }),
            )
        }
        Event::DeviceChanged {
            device,
            before,
            after,
        } => (
            "deviceChanged",
            json!({
                "device": names.device(*device), "before": head_json(before, names), "after": head_json(after, names),
            }),
        ),
        Event::DeviceContacted {
            device,
            user,
            before,
            at: contacted,
            certificate_expires,
        } => (
            "deviceContacted",
            json!({
                "device": names.device(*device), "user": user.map(|user| names.user(user)), "before": at(*before),
                "at": at(*contacted), "certificateExpires": at(*certificate_expires),
            }),
        ),
        Event::DeviceRemoved {
            device,
            user,
            at: removed,
            removal,
        } => (
            "deviceRemoved",
            json!({
                "device": names.device(*device), "user": user.map(|user| names.user(user)), "at": at(*removed),
                "removal": removal.as_str(),
            }),
        ),
        other => return of_management(other, names),
    })
}

fn of_management(event: &Event, names: Names<'_>) -> Told {
    let policies = |all: &[LimitPolicy]| -> Value {
        all.iter()
            .map(|policy| policy_json(policy, names))
            .collect()
    };
    Some(match event {
        Event::DeviceSettingsChanged { before, after } => (
            "deviceSettingsChanged",
            json!({ "before": settings_json(before), "after": settings_json(after) }),
        ),
        Event::LimitPoliciesChanged { before, after } => (
            "limitPoliciesChanged",
            json!({ "before": policies(before), "after": policies(after) }),
        ),
        Event::EnrollmentManagerAdded { user } => (
            "enrollmentManagerAdded",
            json!({ "user": names.user(*user) }),
        ),
        Event::EnrollmentManagerRemoved { user } => (
            "enrollmentManagerRemoved",
            json!({ "user": names.user(*user) }),
        ),
        _ => return None,
    })
}

fn head_json(head: &DeviceHead, names: Names<'_>) -> Value {
    let others: Vec<Value> = head.others.iter().map(|user| names.user(*user)).collect();
    json!({
        "user": head.user.map(|user| names.user(user)), "others": others,
        "operatingSystem": head.platform.as_str(), "enrollmentType": head.enrollment_type.as_str(),
        "ownership": head.ownership.as_str(), "agent": head.agent.as_str(), "isVirtual": head.is_virtual,
        "isShared": head.is_shared, "isBasicMobilityAndSecurity": head.is_basic,
        "registrationState": head.registration.as_str(), "managementState": head.management.as_str(),
        "syncRequested": head.sync_requested, "reported": head.reported.as_str(),
        "graceUntil": head.grace_until.map(at), "enrolled": at(head.enrolled), "contacted": at(head.contacted),
        "certificateExpires": at(head.certificate_expires), "removed": head.removed.map(at),
    })
}

fn settings_json(settings: &DeviceSettings) -> Value {
    let rules = settings
        .clean_up
        .iter()
        .map(|rule| json!({ "platform": rule.platform.map(Platform::as_str), "days": rule.days }));
    let limits = settings.limits.named().into_iter();
    let limits = limits.map(|(name, limit)| (name.to_owned(), json!(limit)));
    json!({
        "mdmAuthority": settings.authority.as_str(), "coexistence": settings.coexistence,
        "secureByDefault": settings.secure_by_default,
        "deviceComplianceCheckinThresholdDays": settings.checkin_threshold_days,
        "isScheduledActionEnabled": settings.scheduled_actions,
        "allowUnlicensedAdministrators": settings.unlicensed_administrators,
        "deviceLicensePolicy": settings.pool_policy.as_str(), "cleanUpRules": rules.collect::<Value>(),
        "complianceGraceDays": settings.grace_days,
        "limits": Value::Object(limits.collect()),
    })
}

fn policy_json(policy: &LimitPolicy, names: Names<'_>) -> Value {
    let groups: Vec<Value> = policy
        .groups
        .iter()
        .map(|group| names.group(*group))
        .collect();
    let excluded: Vec<Value> = policy
        .excluded
        .iter()
        .map(|group| names.group(*group))
        .collect();
    json!({
        "id": policy.id, "displayName": policy.display_name, "description": policy.description,
        "limit": policy.limit, "priority": policy.priority, "everyone": policy.everyone, "groups": groups,
        "excluded": excluded, "version": policy.version,
    })
}
