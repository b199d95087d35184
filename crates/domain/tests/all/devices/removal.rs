//! Silent devices: hidden by clean-up rules, and removed long after their certificate ended (devices-and-sync.md 1.5).

use zetel_domain::{
    Command, Event, Rejection,
    device::{CleanUpRule, Enrollment, Platform, Removal},
};

use super::{device_id, of};
use crate::{office::Office, undo::Desk};

const DAY: i64 = 86_400;

const fn rule(platform: Option<Platform>, days: u16) -> CleanUpRule {
    CleanUpRule { platform, days }
}

fn listed(office: &Office) -> Vec<u32> {
    let devices = office.tenant.devices().iter();
    devices
        .filter(|device| office.tenant.is_listed(device, office.now))
        .map(|device| device.ordinal.0)
        .collect()
}

#[test]
fn a_silent_device_hides_and_comes_back() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let windows = office.enroll(of(ada, 0));
    for (number, platform) in (1..).zip([Platform::Ios, Platform::Android]) {
        office.enroll(Enrollment {
            platform,
            ..of(ada, number)
        });
    }
    office.manage(|settings| {
        settings.clean_up = vec![rule(None, 60), rule(Some(Platform::Ios), 30)];
    });
    office.pass(30 * DAY - 1);
    assert_eq!(listed(&office), [0, 1, 2]);
    office.pass(1);
    assert_eq!(
        listed(&office),
        [0, 2],
        "the platform's own rule goes first"
    );
    office.pass(30 * DAY);
    assert_eq!(listed(&office), [] as [u32; 0]);
    let status = office.tenant.device_status(office.now);
    assert_eq!((status.enrolled_devices, status.hidden_devices), (0, 3));
    office.check_in(windows);
    assert_eq!(listed(&office), [0]);
    let status = office.tenant.device_status(office.now);
    assert_eq!((status.enrolled_devices, status.hidden_devices), (1, 2));
    // Enrolling again brings it back as well.
    office.enroll(Enrollment {
        platform: Platform::Ios,
        ..of(ada, 1)
    });
    assert_eq!(listed(&office), [0, 1]);
}

#[test]
fn rules_are_30_to_270_days_and_one_per_platform() {
    let mut office = Office::with_intune();
    for rules in [
        vec![rule(None, 29)],
        vec![rule(None, 271)],
        vec![rule(None, 30), rule(None, 40)],
        vec![rule(Some(Platform::Ios), 30), rule(Some(Platform::Ios), 30)],
    ] {
        let refused = office.try_manage(|settings| settings.clean_up = rules);
        assert!(matches!(
            refused,
            Err(Rejection::InvalidDeviceSetting {
                name: "cleanUpRules",
                ..
            })
        ));
    }
    office.manage(|settings| {
        settings.clean_up = vec![rule(None, 30), rule(Some(Platform::Ios), 270)];
    });
}

#[test]
fn a_record_goes_180_days_after_the_certificate() {
    let mut desk = Desk::of(Office::with_intune());
    let ada = desk.office.hire_licensed("ada");
    let [laptop, phone] = [1, 2].map(|number| desk.office.enroll(of(ada, number)));
    desk.office.pass(100 * DAY);
    let told = zetel_domain::device::Report {
        certificate_expires: Some(desk.office.now.plus_days(365)),
        ..Default::default()
    };
    desk.office.report(phone, told);
    let removed = desk.office.tenant.removed_from(&desk.office.device(laptop));
    desk.office.now = removed;
    desk.office.pass(-1 - 60); // a minute passes before each command
    desk.does(Command::Tick);
    assert!(desk.office.is_enrolled(laptop));
    desk.office.pass(1 - 60);
    desk.does(Command::Tick);
    assert!(!desk.office.is_enrolled(laptop));
    let events = desk.last_events();
    let removals = events.iter().filter(|event| {
        let removal = Removal::Expired;
        matches!(event, Event::DeviceRemoved { removal: why, .. } if *why == removal)
    });
    assert_eq!(removals.count(), 1);
    assert!(desk.office.is_enrolled(phone));
    desk.office.pass(100 * DAY);
    desk.does(Command::Tick);
    assert!(!desk.office.is_enrolled(device_id(2)));
}
