//! How devices are managed: settings with their bounds, and the tenant's status as its console shows it.

use zetel_domain::{
    Command, Rejection,
    device::{CannotEnroll, DeviceSettings, MdmAuthority, SubscriptionState},
};

use super::{EMS, INTUNE_A, INTUNE_A_D, INTUNE_EDU, OFFICE_E3, PLAN_INTUNE_A, kiosk, of};
use crate::office::Office;

type Change = fn(&mut DeviceSettings);

#[test]
fn settings_out_of_their_bounds_are_refused_and_change_nothing() {
    let mut office = Office::with_intune();
    let before = office.tenant.device_settings().clone();
    let bad: [(&str, Change); 9] = [
        ("deviceComplianceCheckinThresholdDays", |all| {
            all.checkin_threshold_days = 0;
        }),
        ("deviceComplianceCheckinThresholdDays", |all| {
            all.checkin_threshold_days = 121;
        }),
        ("complianceGraceDays", |all| all.grace_days = 366),
        ("devicesPerUser", |all| all.limits.devices_per_user = 0),
        ("devicesPerUser", |all| all.limits.devices_per_user = 201),
        ("certificateDays", |all| all.limits.certificate_days = 0),
        ("certificateDays", |all| all.limits.certificate_days = 3_651),
        ("renewalDays", |all| all.limits.renewal_days = 366),
        ("renewalDays", |all| {
            all.limits.certificate_days = 41;
        }),
    ];
    for (name, change) in bad {
        let refused = office.try_manage(change);
        assert!(
            matches!(
                refused,
                Err(Rejection::InvalidDeviceSetting { name: told, .. }) if told == name
            ),
            "{name}: {refused:?}"
        );
        assert_eq!(*office.tenant.device_settings(), before);
    }
    office.manage(|all| all.checkin_threshold_days = 120);
}

#[test]
fn every_limit_has_a_name_and_can_be_changed_by_it() {
    let mut limits = zetel_domain::device::DeviceLimits::default();
    let documented = [
        ("devicesPerUser", 15),
        ("agentsPerUser", 5),
        ("virtualAgentsPerUser", 1),
        ("limitPolicies", 25),
        ("enrollmentManagers", 150),
        ("devicesPerEnrollmentManager", 1_000),
        ("androidDevicesPerEnrollmentManager", 10),
        ("unlicensedAdministrators", 350),
        ("countedContactDays", 90),
        ("pendingHours", 24),
        ("certificateDays", 365),
        ("renewalDays", 42),
        ("removalDays", 180),
    ];
    assert_eq!(limits.named(), documented);
    for (name, value) in documented {
        *limits.named_mut(name).unwrap() = value + 1;
    }
    assert_eq!(
        limits.named(),
        documented.map(|(name, value)| (name, value + 1))
    );
    assert_eq!(limits.named_mut("other"), None);
}

#[test]
fn nobody_enrolls_until_somebody_manages_devices() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    office.manage(|all| all.authority = MdmAuthority::Unknown);
    assert_eq!(office.refused(of(ada, 2)), ["MdmAuthorityNotSet"]);
    office.check_in(laptop);
    let status = office.tenant.device_status(office.now);
    assert_eq!(status.cannot_enroll.authority_not_set, 1);
    for authority in [MdmAuthority::Intune, MdmAuthority::Sccm] {
        office.manage(|all| all.authority = authority);
        office.enroll(of(ada, 2));
    }
}

#[test]
fn the_status_tells_licensed_users_from_those_who_can_enroll() {
    let mut office = Office::on_builtin();
    assert_eq!(
        office.tenant.device_subscription_state(),
        SubscriptionState::Pending
    );
    office.buy(INTUNE_A, 10);
    let expiring = office.buy(INTUNE_EDU, 5);
    office.buy(EMS, 7);
    office.buy(OFFICE_E3, 20);
    office.buy(INTUNE_A_D, 3);
    let users = ["a", "b", "c", "d", "e", "f"].map(|name| office.hire(name));
    let [can, disabled, off, unusable, full, other] = users;
    for user in [can, disabled, full] {
        office.give(user);
    }
    office
        .assign_partly(off, &[(EMS, &[PLAN_INTUNE_A])], &[])
        .unwrap();
    office.assign(unusable, &[INTUNE_EDU], &[]).unwrap();
    office.assign(other, &[OFFICE_E3], &[]).unwrap();
    office.enable(disabled, false);
    office.does(Command::Cancel { id: expiring });
    office.relimit(zetel_domain::device::DEFAULT_LIMIT_ID, 1);
    office.enroll(of(full, 1));
    office.enroll(kiosk(2));
    let status = office.tenant.device_status(office.now);
    assert_eq!(status.subscription, SubscriptionState::Active);
    assert_eq!(status.licensed_users, 5);
    assert_eq!(status.total_licenses, 17);
    assert_eq!(
        (status.device_licenses.bought, status.device_licenses.used),
        (3, 1)
    );
    assert_eq!((status.enrolled_devices, status.hidden_devices), (2, 0));
    assert_eq!(status.can_enroll, 1);
    assert_eq!(
        status.cannot_enroll,
        CannotEnroll {
            authority_not_set: 0,
            disabled: 1,
            plan_off: 1,
            product_not_usable: 1,
            limit_reached: 1,
        }
    );
}

#[test]
fn the_subscription_state_is_the_best_of_any() {
    let mut office = Office::on_builtin();
    let state = |office: &Office| office.tenant.device_subscription_state();
    office.buy(OFFICE_E3, 1);
    assert_eq!(state(&office), SubscriptionState::Pending);
    let bought = office.buy(INTUNE_A, 1);
    assert_eq!(state(&office), SubscriptionState::Active);
    office.wait(366);
    assert_eq!(state(&office), SubscriptionState::Warning);
    office.wait(90);
    assert_eq!(state(&office), SubscriptionState::Disabled);
    let devices = office.buy(INTUNE_A_D, 1);
    assert_eq!(state(&office), SubscriptionState::Active);
    office.does(Command::Cancel { id: devices });
    assert_eq!(state(&office), SubscriptionState::Disabled);
    office.wait(61);
    assert_eq!(state(&office), SubscriptionState::Deleted);
    assert_eq!(office.subscription(bought).quantity, 1);
}
