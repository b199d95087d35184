//! Decisions about devices: enrolling, checking in, leaving (devices-and-sync.md 1.3 to 1.5).

use uuid::Uuid;

use super::{Context, Outcome, Plan, consequences::Work};
use crate::{
    device::{
        Cover, DeviceHead, DeviceOrdinal, DeviceView, Enrollment, EnrollmentType, ManagementState,
        Purpose, Question, Removal, Report, Reported, Warning, Who, check, is_telling,
    },
    event::{Apart, Event},
    rejection::Rejection,
    tenant::Tenant,
    time::Timestamp,
};

/// Seconds by which the clock of an MDM server may be ahead.
const CLOCK_SKEW_SECONDS: i64 = 300;
/// Other users that a shared device may have.
const MAX_OTHERS: u32 = 1_000;
/// Days ahead that a time can be at which something ends.
const MAX_DAYS_AHEAD: i64 = 3_650;

const CERTIFICATE_END: &str = "managementCertificateExpirationDate";
const GRACE_END: &str = "complianceGracePeriodExpirationDateTime";

/// Enrolls a device. The same enrollment again changes nothing; a device that is enrolled for the same user gets what is
/// new about it. The slot of the user is taken in the same decision that counts them, so that it is taken once.
pub fn enroll(
    tenant: &Tenant,
    enrollment: &Enrollment,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    if enrollment.id.is_nil() {
        return Err(Rejection::InvalidProperty { name: "id" });
    }
    enrollment.details.check(&enrollment.build)?;
    check_end(CERTIFICATE_END, enrollment.certificate_expires, context.now)?;
    if enrollment.others.len() > MAX_OTHERS as usize {
        return Err(Rejection::LimitReached {
            what: "users of a shared device",
            limit: MAX_OTHERS,
        });
    }
    let question = question(tenant, enrollment, context.now);
    let decision = check(tenant, &question);
    if !decision.is_allowed() {
        return Err(Rejection::EnrollmentDenied {
            reasons: decision.reasons,
        });
    }
    let known = question
        .device
        .and_then(|device| tenant.devices().view(device));
    check_same(known.as_ref(), enrollment)?;
    let head = head_of(
        tenant,
        enrollment,
        &question,
        decision.cover,
        known.as_ref(),
        context,
    )
    .clamped();
    let mut events = Vec::new();
    if let Some(twin) = question.twin {
        events.push(removal(tenant, twin, Removal::Replaced, context.now));
    }
    let is_same = known.as_ref().is_some_and(|known| {
        known.head() == head
            && known.details() == enrollment.details
            && *known.build() == enrollment.build
    });
    let device = known
        .as_ref()
        .map_or(DeviceOrdinal(tenant.devices().len()), |known| known.ordinal);
    if !is_same {
        events.push(Event::DeviceEnrolled {
            device,
            id: enrollment.id,
            head,
            build: enrollment.build.clone(),
            details: Apart::Here(enrollment.details.pack()),
        });
    }
    Ok(Plan {
        events,
        outcome: Outcome::Device {
            device,
            is_new: !known.is_some_and(|known| known.is_live()),
            warnings: decision.warnings,
        },
    })
}

fn question(tenant: &Tenant, enrollment: &Enrollment, now: Timestamp) -> Question {
    let find = |key| Who::find(tenant, key);
    let mut question = Question {
        purpose: Purpose::Enrollment,
        user: enrollment.user.as_ref().map(find).unwrap_or_default(),
        others: enrollment.others.iter().map(find).collect(),
        device: None,
        twin: None,
        platform: enrollment.platform,
        enrollment_type: enrollment.enrollment_type,
        ownership: enrollment.ownership,
        agent: enrollment.agent,
        is_virtual: enrollment.is_virtual,
        is_shared: enrollment.is_shared,
        now,
    };
    question.find_devices(tenant, Some(enrollment.id), &enrollment.details.serial);
    question
}

/// What an MDM server says that will end must not have ended, nor be so far ahead that it is a mistake.
fn check_end(name: &'static str, end: Option<Timestamp>, now: Timestamp) -> Result<(), Rejection> {
    match end {
        Some(end) if end <= now || end > now.plus_days(MAX_DAYS_AHEAD) => {
            Err(Rejection::InvalidProperty { name })
        }
        _ => Ok(()),
    }
}

/// An id belongs to one device: platform and serial number must not change.
fn check_same(known: Option<&DeviceView<'_>>, enrollment: &Enrollment) -> Result<(), Rejection> {
    let Some(known) = known.filter(|known| known.is_live()) else {
        return Ok(());
    };
    let serial = &enrollment.details.serial;
    let differs = |name| {
        Err(Rejection::DeviceDiffers {
            id: enrollment.id,
            name,
        })
    };
    if known.platform() != enrollment.platform {
        return differs("operatingSystem");
    }
    if is_telling(known.serial()) && !known.serial().eq_ignore_ascii_case(serial) {
        return differs("serialNumber");
    }
    Ok(())
}

fn head_of(
    tenant: &Tenant,
    enrollment: &Enrollment,
    question: &Question,
    cover: Option<Cover>,
    known: Option<&DeviceView<'_>>,
    context: &Context<'_>,
) -> DeviceHead {
    let live = |who: &Who| match who {
        Who::User(user) => Some(*user),
        _ => None,
    };
    let user = if enrollment.enrollment_type.is_userless() {
        None
    } else {
        live(&question.user)
    };
    let mut others: Vec<_> = if enrollment.is_shared {
        question
            .others
            .iter()
            .filter_map(live)
            .filter(|other| Some(*other) != user)
            .collect()
    } else {
        Vec::new()
    };
    others.sort_unstable();
    others.dedup();
    let limits = &tenant.device_settings().limits;
    let new_certificate = context.now.plus_days(i64::from(limits.certificate_days));
    // A device that is enrolled keeps its times: to say it again is no new enrollment. One that was hidden, or that was
    // another user's, is as new.
    let kept = known
        .filter(|known| known.certificate_expires() > context.now)
        .filter(|known| tenant.is_listed(known, context.now) && known.user() == user)
        .map(DeviceView::head);
    let head = DeviceHead {
        user,
        others,
        platform: enrollment.platform,
        enrollment_type: enrollment.enrollment_type,
        ownership: enrollment.ownership,
        agent: enrollment.agent,
        is_virtual: enrollment.is_virtual,
        is_shared: enrollment.is_shared,
        is_basic: cover == Some(Cover::BasicMobility),
        registration: enrollment.registration,
        ..DeviceHead::default()
    };
    match kept {
        Some(kept) => DeviceHead {
            management: kept.management,
            sync_requested: kept.sync_requested,
            reported: kept.reported,
            grace_until: kept.grace_until,
            enrolled: kept.enrolled,
            contacted: kept.contacted,
            certificate_expires: enrollment
                .certificate_expires
                .unwrap_or(kept.certificate_expires),
            ..head
        },
        None => DeviceHead {
            enrolled: context.now,
            contacted: context.now,
            certificate_expires: enrollment.certificate_expires.unwrap_or(new_certificate),
            ..head
        },
    }
}

fn find(tenant: &Tenant, id: Uuid) -> Result<DeviceView<'_>, Rejection> {
    tenant
        .devices()
        .find_id(id)
        .filter(DeviceView::is_live)
        .ok_or(Rejection::DeviceNotFound { id })
}

/// A plan for a device that is enrolled already.
fn plan_for(device: &DeviceView<'_>, events: Vec<Event>) -> Plan {
    Plan {
        events,
        outcome: Outcome::Device {
            device: device.ordinal,
            is_new: false,
            warnings: Vec::<Warning>::new(),
        },
    }
}

fn change(device: &DeviceView<'_>, after: DeviceHead) -> Plan {
    let before = device.head();
    let events = if before == after {
        Vec::new()
    } else {
        vec![Event::DeviceChanged {
            device: device.ordinal,
            before,
            after,
        }]
    };
    plan_for(device, events)
}

/// Notes that a device was heard of. A check-in near its end renews the certificate; after it, the device must enroll
/// again. Where Intune and Basic Mobility and Security coexist, the license decides at each check-in who manages.
pub fn check_in(
    tenant: &Tenant,
    id: Uuid,
    report: &Report,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let device = find(tenant, id)?;
    let now = context.now;
    let at = report.at.unwrap_or(now);
    if at.0 > now.0.saturating_add(CLOCK_SKEW_SECONDS) {
        return Err(Rejection::InvalidProperty {
            name: "lastSyncDateTime",
        });
    }
    let at = at.min(now);
    check_end(CERTIFICATE_END, report.certificate_expires, now)?;
    check_end(GRACE_END, report.grace_until, now)?;
    let before = device.head();
    if at > before.certificate_expires {
        return Err(Rejection::MustEnrollAgain {
            id,
            expired: before.certificate_expires,
        });
    }
    if at < before.contacted {
        // An old message that comes late, or once more.
        return Ok(plan_for(&device, Vec::new()));
    }
    let after = after_check_in(tenant, &device, &before, report, at);
    let only_contact = DeviceHead {
        contacted: after.contacted,
        certificate_expires: after.certificate_expires,
        ..before.clone()
    };
    if after != only_contact {
        return Ok(change(&device, after));
    }
    let is_new = after.contacted != before.contacted
        || after.certificate_expires != before.certificate_expires;
    let events = is_new.then_some(Event::DeviceContacted {
        device: device.ordinal,
        user: before.user,
        before: before.contacted,
        at,
        certificate_expires: after.certificate_expires,
    });
    Ok(plan_for(&device, events.into_iter().collect()))
}

fn after_check_in(
    tenant: &Tenant,
    device: &DeviceView<'_>,
    before: &DeviceHead,
    report: &Report,
    at: Timestamp,
) -> DeviceHead {
    let settings = tenant.device_settings();
    let limits = &settings.limits;
    let renews_from = before
        .certificate_expires
        .plus_days(-i64::from(limits.renewal_days));
    let renewed = if at >= renews_from {
        at.plus_days(i64::from(limits.certificate_days))
    } else {
        before.certificate_expires
    };
    let reported = report.reported.unwrap_or(before.reported);
    let grace_until = match (reported, before.reported) {
        (Reported::NonCompliant, _) if report.grace_until.is_some() => report.grace_until,
        (Reported::NonCompliant, Reported::NonCompliant) => before.grace_until,
        (Reported::NonCompliant, _) if settings.grace_days > 0 => {
            Some(at.plus_days(i64::from(settings.grace_days)))
        }
        _ => None,
    };
    let management = match before.management {
        ManagementState::RetirePending | ManagementState::RetireIssued if report.retire_failed => {
            ManagementState::RetireFailed
        }
        ManagementState::RetirePending => ManagementState::RetireIssued,
        other => other,
    };
    DeviceHead {
        contacted: at,
        certificate_expires: report.certificate_expires.unwrap_or(renewed),
        reported,
        grace_until,
        registration: report.registration.unwrap_or(before.registration),
        management,
        sync_requested: false,
        is_basic: is_basic_at_check_in(tenant, device, before),
        ..before.clone()
    }
    .clamped()
}

/// Whether Basic Mobility and Security manages a device from a check-in on. Devices do not move there that have no user,
/// or that something else than the license of their user may cover.
fn is_basic_at_check_in(tenant: &Tenant, device: &DeviceView<'_>, before: &DeviceHead) -> bool {
    let user = device.user().and_then(|user| tenant.users().view(user));
    let Some(user) = user.filter(|_| tenant.device_settings().coexistence) else {
        return false;
    };
    let enrollment_type = device.enrollment_type();
    let is_covered_otherwise = device.is_shared()
        || enrollment_type.is_exempt()
        || enrollment_type == EnrollmentType::DeviceEnrollmentManager;
    !tenant.is_licensed_for_devices(user.ordinal)
        && tenant.has_basic_mobility(&user)
        && (before.is_basic || !is_covered_otherwise)
}

/// Asks a device to leave. It is told at its next check-in, and its MDM server removes the record when it has left.
pub fn retire(tenant: &Tenant, id: Uuid) -> Result<Plan, Rejection> {
    let device = find(tenant, id)?;
    let head = device.head();
    let management = match head.management {
        ManagementState::Managed | ManagementState::RetireFailed => ManagementState::RetirePending,
        asked @ (ManagementState::RetirePending | ManagementState::RetireIssued) => asked,
    };
    Ok(change(&device, DeviceHead { management, ..head }))
}

/// Asks a device to check in; the request stands until it does.
pub fn sync(tenant: &Tenant, id: Uuid) -> Result<Plan, Rejection> {
    let device = find(tenant, id)?;
    let head = DeviceHead {
        sync_requested: true,
        ..device.head()
    };
    Ok(change(&device, head))
}

pub fn remove(tenant: &Tenant, id: Uuid, context: &Context<'_>) -> Result<Plan, Rejection> {
    let device = find(tenant, id)?;
    let removal = match device.head().management {
        ManagementState::RetirePending | ManagementState::RetireIssued => Removal::Retired,
        ManagementState::Managed | ManagementState::RetireFailed => Removal::Deleted,
    };
    Ok(plan_for(
        &device,
        vec![self::removal(tenant, device.ordinal, removal, context.now)],
    ))
}

fn removal(tenant: &Tenant, device: DeviceOrdinal, removal: Removal, at: Timestamp) -> Event {
    let user = tenant
        .devices()
        .view(device)
        .and_then(|device| device.user());
    Event::DeviceRemoved {
        device,
        user,
        at,
        removal,
    }
}

/// Records of devices whose certificate expired so long ago that they will not come back.
pub fn due(work: &mut Work<'_>) {
    let over: Vec<DeviceOrdinal> = work
        .state
        .devices()
        .iter()
        .filter(DeviceView::is_live)
        .filter(|device| work.state.removed_from(device) <= work.now)
        .map(|device| device.ordinal)
        .collect();
    for device in over {
        let event = removal(&work.state, device, Removal::Expired, work.now);
        work.record(event);
    }
}
