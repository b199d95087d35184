//! Device enrollment managers (devices-and-sync.md 1.4).

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection,
    device::{Enrollment, EnrollmentType, Ownership, Platform, Reason},
    user::UserKey,
};

use super::{INTUNE_A_D, of};
use crate::office::Office;

fn managed(user: Uuid, number: u32) -> Enrollment {
    Enrollment {
        enrollment_type: EnrollmentType::DeviceEnrollmentManager,
        ..of(user, number)
    }
}

fn with_manager() -> (Office, Uuid) {
    let mut office = Office::with_intune();
    let dora = office.hire_licensed("dora");
    office.make_manager(dora);
    (office, dora)
}

#[test]
fn only_managers_enroll_as_managers() {
    let (mut office, dora) = with_manager();
    let ada = office.hire_licensed("ada");
    assert_eq!(office.refused(managed(ada, 1)), ["NotEnrollmentManager"]);
    let kiosk = office.enroll(managed(dora, 1));
    office.does(Command::RemoveEnrollmentManager {
        user: UserKey::Id(dora),
    });
    assert_eq!(office.refused(managed(dora, 2)), ["NotEnrollmentManager"]);
    assert!(office.is_compliant(kiosk), "its devices stay");
}

#[test]
fn there_are_150_managers() {
    let (mut office, dora) = with_manager();
    for number in 1..150 {
        let user = office.hire(&format!("user{number}"));
        office.make_manager(user);
    }
    let last = office.hire("last");
    let add = Command::AddEnrollmentManager {
        user: UserKey::Id(last),
    };
    let (what, limit) = ("device enrollment managers", 150);
    assert_eq!(
        office.attempt(add.clone()),
        Err(Rejection::LimitReached { what, limit })
    );
    office.make_manager(dora); // is one already
    office.does(Command::RemoveEnrollmentManager {
        user: UserKey::Id(dora),
    });
    office.does(add);
    let again = Command::RemoveEnrollmentManager {
        user: UserKey::Id(dora),
    };
    assert!(matches!(
        office.attempt(again),
        Err(Rejection::NotEnrollmentManager { .. })
    ));
}

#[test]
fn a_manager_has_1000_devices() {
    let (mut office, dora) = with_manager();
    for number in 0..1_000 {
        office.enroll(managed(dora, number));
    }
    let user = office.user_ordinal(dora);
    let reason = |is_android_personal, limit, used| Reason::ManagerLimitReached {
        user,
        is_android_personal,
        limit,
        used,
    };
    let refused = office.try_enroll(managed(dora, 1_000)).unwrap_err();
    assert_eq!(refused, [reason(false, 1_000, 1_000)]);
    office.enroll(managed(dora, 7)); // is enrolled already
    assert_eq!(office.counted(dora), 0, "the limit per user is another one");
    office.enroll(of(dora, 2_000));
}

#[test]
fn a_manager_has_10_personal_android_devices() {
    let (mut office, dora) = with_manager();
    let android = |number, ownership| Enrollment {
        platform: Platform::Android,
        ownership,
        ..managed(dora, number)
    };
    for number in 0..10 {
        office.enroll(android(number, Ownership::Personal));
    }
    let refused = office
        .try_enroll(android(10, Ownership::Personal))
        .unwrap_err();
    let reason = Reason::ManagerLimitReached {
        user: office.user_ordinal(dora),
        is_android_personal: true,
        limit: 10,
        used: 10,
    };
    assert_eq!(refused, [reason]);
    office.enroll(android(11, Ownership::Unknown));
    office.enroll(managed(dora, 12));
    let corporate = android(13, Ownership::Company);
    assert_eq!(office.refused(corporate), ["NotForEnrollmentManagers"]);
}

#[test]
fn some_ways_of_enrolling_are_not_for_managers() {
    use EnrollmentType as T;
    let (mut office, dora) = with_manager();
    let ada = office.hire_licensed("ada");
    let refused = [
        T::AppleBulkWithUser,
        T::AndroidFullyManaged,
        T::AndroidCorporateWorkProfile,
        T::AndroidAospUser,
    ];
    for (number, enrollment_type) in (1..).zip(refused) {
        let wanted = |user| Enrollment {
            enrollment_type,
            ..of(user, number)
        };
        assert_eq!(office.refused(wanted(dora)), ["NotForEnrollmentManagers"]);
        office.enroll(wanted(ada));
    }
}

#[test]
fn a_manager_needs_a_license_or_device_licenses() {
    let mut office = Office::with_intune();
    let dora = office.hire("dora");
    office.make_manager(dora);
    assert_eq!(office.refused(managed(dora, 1)), ["UserNotLicensed"]);
    office.buy(INTUNE_A_D, 1);
    let kiosk = office.enroll(managed(dora, 1));
    assert_eq!(office.pool(), (1, 1));
    assert!(office.is_compliant(kiosk));
    office.give(dora);
    assert_eq!(
        office.pool(),
        (1, 0),
        "the license of the user covers it now"
    );
    office.block();
    office.take(dora);
    assert_eq!(office.pool(), (1, 1));
    assert_eq!(office.refused(managed(dora, 2)), ["UserNotLicensed"]);
}

#[test]
fn a_manager_who_is_erased_is_none() {
    let (mut office, dora) = with_manager();
    let kiosk = office.enroll(managed(dora, 1));
    office.delete(dora);
    assert!(!office.is_compliant(kiosk));
    office.does(Command::RestoreUser { id: dora });
    assert!(office.is_compliant(kiosk));
    assert_eq!(office.tenant.enrollment_managers().len(), 1);
    office.delete(dora);
    office.does(Command::PurgeUser { id: dora });
    assert_eq!(office.tenant.enrollment_managers().len(), 0);
}
