//! Which device is which: enrolling again, serial numbers, what else manages it, whose it was.

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Outcome, Rejection,
    device::{
        Agent, Enrollment, EnrollmentType, ManagementState, Platform, Removal, Report, Reported,
    },
    user::UserKey,
};

use super::{device_id, kiosk, of, shared};
use crate::{office::Office, undo::Desk};

const DAY: i64 = 86_400;

fn with_serial(enrollment: Enrollment, serial: &str) -> Enrollment {
    let mut enrollment = enrollment;
    serial.clone_into(&mut enrollment.details.serial);
    enrollment
}

fn agent(enrollment: Enrollment) -> Enrollment {
    Enrollment {
        agent: Agent::IntuneClient,
        ..enrollment
    }
}

// ---- Again ----------------------------------------------------------------------------------------------------------

#[test]
fn the_same_enrollment_again_leaves_no_trace() {
    let mut desk = Desk::of(Office::with_intune());
    let ada = desk.office.hire_licensed("ada");
    for (is_new, events) in [(true, 1), (false, 0), (false, 0)] {
        let outcome = desk.does(Command::EnrollDevice(Box::new(of(ada, 1))));
        let (device, warnings) = (desk.office.device_ordinal(device_id(1)), Vec::new());
        let expected = Outcome::Device {
            device,
            is_new,
            warnings,
        };
        assert_eq!(outcome, expected);
        assert_eq!(desk.last_events().len(), events);
    }
    let told = Enrollment {
        certificate_expires: Some(desk.office.now.plus_days(100)),
        ..of(ada, 1)
    };
    desk.does(Command::EnrollDevice(Box::new(told.clone())));
    desk.does(Command::EnrollDevice(Box::new(told)));
    assert_eq!(desk.last_events(), []);
}

#[test]
fn an_enrolled_device_keeps_its_times_and_what_was_asked_of_it() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    office.report(
        laptop,
        Report {
            reported: Some(Reported::Error),
            ..Report::default()
        },
    );
    office.does(Command::RetireDevice { device: laptop });
    let before = office.device(laptop).head();
    office.pass(DAY);
    let mut more = of(ada, 1);
    more.build.model = "Latitude".to_owned();
    office.enroll(more);
    assert_eq!(office.device(laptop).head(), before);
    assert_eq!(office.device(laptop).build().model, "Latitude");
}

#[test]
fn a_removed_device_enrolls_as_new_under_its_id() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    let place = office.device_ordinal(laptop);
    office.does(Command::RemoveDevice { device: laptop });
    assert_eq!(office.device(laptop).serial(), "", "its details are erased");
    assert_eq!(
        office.attempt(Command::RemoveDevice { device: laptop }),
        Err(Rejection::DeviceNotFound { id: laptop })
    );
    office.pass(DAY);
    let bea = office.hire_licensed("bea");
    // Also for somebody else, on another platform and by another name.
    let wanted = Enrollment {
        platform: Platform::MacOs,
        ..with_serial(of(bea, 1), "OTHER")
    };
    office.enroll(wanted);
    assert_eq!(office.device_ordinal(laptop), place);
    assert_eq!(office.device(laptop).enrolled(), office.now);
    assert_eq!(office.counted(ada), 0);
    assert_eq!(office.counted(bea), 1);
}

#[test]
fn platform_and_serial_number_of_an_id_stay() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let id = office.enroll(with_serial(of(ada, 1), ""));
    office.enroll(with_serial(of(ada, 1), "LATE-1"));
    let before = office.device(id).head();
    let other_platform = Enrollment {
        platform: Platform::Ios,
        ..with_serial(of(ada, 1), "LATE-1")
    };
    for (wanted, name) in [
        (other_platform, "operatingSystem"),
        (with_serial(of(ada, 1), "LATE-2"), "serialNumber"),
    ] {
        let refused = office.attempt(Command::EnrollDevice(Box::new(wanted)));
        assert_eq!(refused, Err(Rejection::DeviceDiffers { id, name }));
    }
    assert_eq!(office.device(id).head(), before);
    office.enroll(with_serial(of(ada, 1), "late-1"));
}

#[test]
fn bad_enrollments_are_refused_and_change_nothing() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let long = |set: fn(&mut Enrollment) -> &mut String, text: &str| {
        let mut enrollment = of(ada, 1);
        *set(&mut enrollment) = text.to_owned();
        enrollment
    };
    let texts: [fn(&mut Enrollment) -> &mut String; 6] = [
        |wanted| &mut wanted.details.name,
        |wanted| &mut wanted.details.serial,
        |wanted| &mut wanted.details.imei,
        |wanted| &mut wanted.build.manufacturer,
        |wanted| &mut wanted.build.model,
        |wanted| &mut wanted.build.os_version,
    ];
    let mut bad: Vec<Enrollment> = Vec::new();
    for set in texts {
        bad.push(long(set, &"x".repeat(256)));
        bad.push(long(set, "bell\u{7}"));
    }
    bad.push(Enrollment {
        id: Uuid::nil(),
        ..of(ada, 1)
    });
    bad.push(Enrollment {
        others: vec![UserKey::Id(ada); 1_001],
        ..shared(&[ada], 1)
    });
    for days in [-1, 0, 3_651] {
        bad.push(Enrollment {
            certificate_expires: Some(office.now.plus_days(days)),
            ..of(ada, 1)
        });
    }
    for wanted in bad {
        let refused = office.attempt(Command::EnrollDevice(Box::new(wanted.clone())));
        assert!(refused.is_err(), "{wanted:?}");
        assert_eq!(office.tenant.devices().len(), 0);
    }
}

// ---- The same serial number -----------------------------------------------------------------------------------------

#[test]
fn the_same_device_under_another_id_replaces_itself() {
    let mut desk = Desk::of(Office::with_intune());
    let ada = desk.office.hire_licensed("ada");
    desk.office
        .relimit(zetel_domain::device::DEFAULT_LIMIT_ID, 1);
    desk.office.enroll(with_serial(of(ada, 1), "PHONE-A"));
    let wanted = with_serial(of(ada, 2), "phone-a");
    desk.does(Command::EnrollDevice(Box::new(wanted)));
    assert!(matches!(
        desk.last_events(),
        [
            Event::DeviceRemoved {
                removal: Removal::Replaced,
                ..
            },
            Event::DeviceEnrolled { .. }
        ]
    ));
    let office = &desk.office;
    assert!(!office.is_enrolled(device_id(1)));
    assert!(office.is_enrolled(device_id(2)));
    assert_eq!(office.counted(ada), 1);
}

#[test]
fn a_serial_number_of_somebody_elses_device_is_refused() {
    let mut office = Office::with_intune();
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    office.enroll(with_serial(of(ada, 1), "PHONE-A"));
    let wanted = with_serial(of(bea, 2), "PHONE-A");
    assert_eq!(office.refused(wanted.clone()), ["DeviceOfAnotherUser"]);
    // Neither on another platform nor after it left.
    office.enroll(Enrollment {
        platform: Platform::Android,
        id: device_id(3),
        ..wanted.clone()
    });
    office.does(Command::RemoveDevice {
        device: device_id(1),
    });
    office.enroll(wanted);
}

#[test]
fn placeholders_tell_no_device_from_others() {
    let mut office = Office::with_intune();
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let placeholders = ["", "0", "0000000", "To be filled by O.E.M.", "None"];
    for (number, serial) in (0..).step_by(2).zip(placeholders) {
        office.enroll(with_serial(of(ada, number), serial));
        office.enroll(with_serial(of(bea, number + 1), serial));
    }
    assert_eq!((office.counted(ada), office.counted(bea)), (5, 5));
}

#[test]
fn a_device_license_goes_with_the_device_to_its_new_id() {
    let mut office = Office::with_intune();
    office.buy(super::INTUNE_A_D, 1);
    office.block();
    office.enroll(with_serial(kiosk(1), "KIOSK-A"));
    office.enroll(with_serial(kiosk(2), "KIOSK-A"));
    assert_eq!(office.pool(), (1, 1));
}

// ---- What manages it, and whose it is -------------------------------------------------------------------------------

#[test]
fn agent_and_mdm_exclude_each_other() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.enroll(with_serial(of(ada, 1), "LAPTOP-A"));
    office.enroll(agent(with_serial(of(ada, 2), "LAPTOP-B")));
    for wanted in [
        agent(with_serial(of(ada, 1), "LAPTOP-A")),
        agent(with_serial(of(ada, 3), "LAPTOP-A")),
        with_serial(of(ada, 2), "LAPTOP-B"),
        with_serial(of(ada, 3), "LAPTOP-B"),
    ] {
        assert_eq!(office.refused(wanted), ["ManagedOtherwise"]);
    }
    // Co-management is MDM's.
    let co_managed = Enrollment {
        agent: Agent::ConfigurationManagerClientMdm,
        ..with_serial(of(ada, 1), "LAPTOP-A")
    };
    office.enroll(co_managed);
    office.does(Command::RemoveDevice {
        device: device_id(2),
    });
    office.enroll(with_serial(of(ada, 2), "LAPTOP-B"));
}

#[test]
fn a_device_of_another_user_must_leave_first() {
    let mut office = Office::with_intune();
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    office.buy(super::INTUNE_A_D, 5);
    office.enroll(of(ada, 1));
    assert_eq!(office.refused(of(bea, 1)), ["DeviceOfAnotherUser"]);
    // Somebody in the recycle bin can come back.
    office.delete(ada);
    assert_eq!(office.refused(of(bea, 1)), ["DeviceOfAnotherUser"]);
    let userless = Enrollment {
        user: None,
        enrollment_type: EnrollmentType::WindowsAzureAdJoinUsingDeviceAuth,
        ..of(ada, 1)
    };
    assert_eq!(office.refused(userless), ["DeviceOfAnotherUser"]);
    office.does(Command::PurgeUser { id: ada });
    office.enroll(of(bea, 1));
    assert_eq!(office.counted(bea), 1);
}

#[test]
fn a_shared_device_changes_its_users() {
    let mut office = Office::with_intune();
    let [ada, bea, cleo] = ["ada", "bea", "cleo"].map(|name| office.hire_licensed(name));
    let ward = office.enroll(shared(&[ada, bea], 1));
    office.enroll(shared(&[cleo, ada, ada, cleo], 1));
    let users: Vec<_> = office.device(ward).users().collect();
    assert_eq!(users, [office.user_ordinal(cleo), office.user_ordinal(ada)]);
    let of_user = |office: &Office, user| {
        let devices = office.tenant.devices().of_user(office.user_ordinal(user));
        devices.count()
    };
    assert_eq!(
        [ada, bea, cleo].map(|user| of_user(&office, user)),
        [1, 0, 1]
    );
    assert_eq!(office.refused(of(ada, 1)), ["DeviceOfAnotherUser"]);
}

#[test]
fn a_user_who_is_erased_leaves_devices_without_details() {
    let mut office = Office::with_intune();
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let laptop = office.enroll(with_serial(of(ada, 1), "LAPTOP-A"));
    let head = office.device(laptop).head();
    office.delete(ada);
    office.does(Command::PurgeUser { id: ada });
    assert!(office.is_enrolled(laptop), "somebody has to find it");
    assert_eq!(office.device(laptop).head(), head);
    assert_eq!(office.device(laptop).texts(), ["", "", ""]);
    assert!(!office.is_compliant(laptop));
    office.enroll(with_serial(of(bea, 2), "LAPTOP-A"));
    assert!(
        office.is_enrolled(laptop),
        "nothing tells that it is that one"
    );
}

#[test]
fn a_hidden_device_of_another_user_starts_anew() {
    let mut office = Office::with_intune();
    office.manage(|settings| {
        settings.clean_up = vec![zetel_domain::device::CleanUpRule {
            platform: None,
            days: 30,
        }];
    });
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let laptop = office.enroll(of(ada, 1));
    office.report(
        laptop,
        Report {
            reported: Some(Reported::NonCompliant),
            ..Report::default()
        },
    );
    office.does(Command::RetireDevice { device: laptop });
    office.pass(30 * DAY);
    office.enroll(of(bea, 1));
    let head = office.device(laptop).head();
    assert_eq!(head.user, Some(office.user_ordinal(bea)));
    assert_eq!((head.enrolled, head.contacted), (office.now, office.now));
    assert_eq!(head.management, ManagementState::Managed);
    assert_eq!(head.reported, Reported::Unknown);
    assert!(office.is_compliant(laptop));
}
