//! Checking in: clocks, late messages, certificates, retiring, who manages (devices-and-sync.md 1.5).

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Rejection, Timestamp,
    device::{
        Enrollment, EnrollmentType, ManagementState, RegistrationState, Removal, Report, Reported,
    },
};

use super::{INTUNE_A_D, OFFICE_E3, device_id, kiosk, of, shared};
use crate::{office::Office, undo::Desk};

const DAY: i64 = 86_400;

fn enrolled() -> (Office, Uuid, Uuid) {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    (office, ada, laptop)
}

fn at(time: Timestamp) -> Report {
    Report {
        at: Some(time),
        ..Report::default()
    }
}

#[test]
fn a_clock_may_be_five_minutes_ahead() {
    let (mut office, _, laptop) = enrolled();
    office.pass(60);
    let now = office.now;
    let refused = office.try_report(laptop, at(Timestamp(now.0 + 301)));
    let name = "lastSyncDateTime";
    assert_eq!(refused, Err(Rejection::InvalidProperty { name }));
    assert_ne!(office.device(laptop).contacted(), now);
    office.report(laptop, at(Timestamp(now.0 + 300)));
    assert_eq!(office.device(laptop).contacted(), now, "no later than now");
}

#[test]
fn a_message_from_before_the_last_contact_changes_nothing() {
    let (mut office, _, laptop) = enrolled();
    office.pass(DAY);
    office.check_in(laptop);
    let before = office.device(laptop).head();
    for time in [before.contacted.0 - 1, 0, -1, i64::MIN] {
        office.report(
            laptop,
            Report {
                reported: Some(Reported::Error),
                retire_failed: true,
                ..at(Timestamp(time))
            },
        );
        assert_eq!(office.device(laptop).head(), before);
    }
    office.report(
        laptop,
        Report {
            reported: Some(Reported::Error),
            ..at(before.contacted)
        },
    );
    assert_eq!(office.device(laptop).head().reported, Reported::Error);
}

#[test]
fn the_same_check_in_again_leaves_no_trace() {
    let mut desk = Desk::of(Office::with_intune());
    let ada = desk.office.hire_licensed("ada");
    let device = desk.office.enroll(of(ada, 1));
    let time = Timestamp(desk.office.now.0 + 30);
    let report = Report {
        reported: Some(Reported::NonCompliant),
        grace_until: Some(time.plus_days(3)),
        ..at(time)
    };
    let check_in = Command::CheckIn { device, report };
    desk.does(check_in.clone());
    assert!(matches!(desk.last_events(), [Event::DeviceChanged { .. }]));
    desk.does(check_in);
    assert_eq!(desk.last_events(), []);
    desk.does(Command::CheckIn {
        device,
        report: Report::default(),
    });
    assert!(matches!(
        desk.last_events(),
        [Event::DeviceContacted { .. }]
    ));
}

#[test]
fn who_is_not_enrolled_cannot_check_in() {
    let (mut office, _, laptop) = enrolled();
    let id = device_id(99);
    assert_eq!(
        office.try_report(id, Report::default()),
        Err(Rejection::DeviceNotFound { id })
    );
    office.does(Command::RemoveDevice { device: laptop });
    assert_eq!(
        office.try_report(laptop, Report::default()),
        Err(Rejection::DeviceNotFound { id: laptop })
    );
}

// ---- Certificates ---------------------------------------------------------------------------------------------------

#[test]
fn a_check_in_in_the_last_42_days_renews_the_certificate() {
    let (mut office, _, laptop) = enrolled();
    let expires = office.now.plus_days(365);
    assert_eq!(office.device(laptop).certificate_expires(), expires);
    office.pass((365 - 42) * DAY - 1);
    office.check_in(laptop);
    assert_eq!(office.device(laptop).certificate_expires(), expires);
    office.pass(1);
    office.check_in(laptop);
    let renewed = office.now.plus_days(365);
    assert_eq!(office.device(laptop).certificate_expires(), renewed);
}

#[test]
fn after_its_end_the_device_must_enroll_again() {
    let (mut office, ada, laptop) = enrolled();
    let expired = office.device(laptop).certificate_expires();
    office.now = expired;
    let before = office.tenant.clone();
    office.check_in(laptop); // just in time
    office.tenant = before;
    office.pass(1);
    let refused = office.try_report(laptop, Report::default());
    let id = laptop;
    assert_eq!(refused, Err(Rejection::MustEnrollAgain { id, expired }));
    office.enroll(of(ada, 1));
    assert_eq!(office.device(laptop).enrolled(), office.now);
    office.check_in(laptop);
}

#[test]
fn a_certificate_renewed_otherwise_is_told() {
    let (mut office, _, laptop) = enrolled();
    let name = "managementCertificateExpirationDate";
    for days in [-1, 0, 3_651] {
        let report = Report {
            certificate_expires: Some(office.now.plus_days(days)),
            ..Report::default()
        };
        let refused = office.try_report(laptop, report);
        assert_eq!(refused, Err(Rejection::InvalidProperty { name }));
    }
    let told = office.now.plus_days(10);
    let report = Report {
        certificate_expires: Some(told),
        ..Report::default()
    };
    office.report(laptop, report);
    assert_eq!(office.device(laptop).certificate_expires(), told);
}

// ---- Leaving --------------------------------------------------------------------------------------------------------

#[test]
fn a_device_is_told_to_leave_at_its_next_check_in() {
    let (mut office, _, laptop) = enrolled();
    let asked = |office: &Office| office.device(laptop).head().management;
    let failed = || Report {
        retire_failed: true,
        ..Report::default()
    };
    office.report(laptop, failed());
    assert_eq!(asked(&office), ManagementState::Managed, "nobody asked");
    let retire = Command::RetireDevice { device: laptop };
    office.does(retire.clone());
    assert_eq!(asked(&office), ManagementState::RetirePending);
    office.check_in(laptop);
    assert_eq!(asked(&office), ManagementState::RetireIssued);
    office.does(retire.clone());
    assert_eq!(asked(&office), ManagementState::RetireIssued);
    office.report(laptop, failed());
    assert_eq!(asked(&office), ManagementState::RetireFailed);
    office.check_in(laptop);
    assert_eq!(asked(&office), ManagementState::RetireFailed);
    office.does(retire);
    assert_eq!(asked(&office), ManagementState::RetirePending);
}

#[test]
fn the_history_tells_whether_a_device_was_retired() {
    let mut desk = Desk::of(Office::with_intune());
    let ada = desk.office.hire_licensed("ada");
    let [laptop, phone] = [1, 2].map(|number| desk.office.enroll(of(ada, number)));
    desk.does(Command::RetireDevice { device: laptop });
    for (device, expected) in [(laptop, Removal::Retired), (phone, Removal::Deleted)] {
        desk.does(Command::RemoveDevice { device });
        assert!(matches!(
            desk.last_events(),
            [Event::DeviceRemoved { removal, .. }] if *removal == expected
        ));
    }
}

#[test]
fn a_request_to_check_in_stands_until_it_does() {
    let (mut office, _, laptop) = enrolled();
    office.does(Command::SyncDevice { device: laptop });
    assert!(office.device(laptop).head().sync_requested);
    office.report(
        laptop,
        Report {
            registration: Some(RegistrationState::KeyConflict),
            ..Report::default()
        },
    );
    let head = office.device(laptop).head();
    assert!(!head.sync_requested);
    assert_eq!(head.registration, RegistrationState::KeyConflict);
}

// ---- Intune and Basic Mobility and Security -------------------------------------------------------------------------

fn coexisting() -> (Office, Uuid) {
    let mut office = Office::with_intune();
    office.manage(|settings| settings.coexistence = true);
    let ada = office.hire_licensed("ada");
    office.assign(ada, &[OFFICE_E3], &[]).unwrap();
    (office, ada)
}

#[test]
fn a_device_moves_at_its_check_in_both_ways() {
    let (mut office, ada) = coexisting();
    let laptop = office.enroll(of(ada, 1));
    office.take(ada);
    assert!(!office.device(laptop).is_basic());
    assert!(!office.is_compliant(laptop));
    office.check_in(laptop);
    assert!(office.device(laptop).is_basic());
    assert!(office.is_compliant(laptop));
    assert_eq!(office.counted(ada), 0);
    office.give(ada);
    assert!(office.device(laptop).is_basic());
    office.check_in(laptop);
    assert!(!office.device(laptop).is_basic());
    assert_eq!(office.counted(ada), 1);
}

#[test]
fn who_has_neither_stays_with_intune_and_out_of_compliance() {
    let (mut office, ada) = coexisting();
    let laptop = office.enroll(of(ada, 1));
    office
        .assign(ada, &[], &[super::INTUNE_A, OFFICE_E3])
        .unwrap();
    office.check_in(laptop);
    assert!(!office.device(laptop).is_basic());
    assert!(!office.is_compliant(laptop));
    office.assign(ada, &[OFFICE_E3], &[]).unwrap();
    office.check_in(laptop);
    assert!(office.device(laptop).is_basic());
    // Nor does a device stay there whose tenant has no such thing any more, or whose user is gone.
    office.delete(ada);
    assert!(!office.is_compliant(laptop));
    office.does(Command::RestoreUser { id: ada });
    office.manage(|settings| settings.coexistence = false);
    office.check_in(laptop);
    assert!(!office.device(laptop).is_basic());
}

#[test]
fn devices_that_something_else_may_cover_do_not_move() {
    let (mut office, ada) = coexisting();
    office.buy(INTUNE_A_D, 9);
    office.make_manager(ada);
    let with = |enrollment_type, number| Enrollment {
        enrollment_type,
        ..of(ada, number)
    };
    let devices = [
        kiosk(1),
        shared(&[ada], 2),
        with(EnrollmentType::DeviceEnrollmentManager, 3),
        with(EnrollmentType::WindowsCoManagement, 4),
    ]
    .map(|wanted| office.enroll(wanted));
    office.take(ada);
    for device in devices {
        office.check_in(device);
        assert!(!office.device(device).is_basic());
        assert!(office.is_compliant(device));
    }
    assert_eq!(office.pool(), (9, 3));
}

#[test]
fn without_intune_a_device_enrolls_into_basic_mobility_where_both_coexist() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    office.assign(ada, &[OFFICE_E3], &[]).unwrap();
    assert_eq!(office.refused(of(ada, 1)), ["UserNotLicensed"]);
    office.manage(|settings| settings.coexistence = true);
    let laptop = office.enroll(of(ada, 1));
    assert!(office.device(laptop).is_basic());
    let off: &[Uuid] = &[super::PLAN_INTUNE_O365];
    office.assign_partly(ada, &[(OFFICE_E3, off)], &[]).unwrap();
    assert_eq!(office.refused(of(ada, 2)), ["UserNotLicensed"]);
}
