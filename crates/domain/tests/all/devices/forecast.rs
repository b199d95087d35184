//! What becomes of a user's devices when the license goes: what stops when, until when it can be restored.

use uuid::Uuid;
use zetel_domain::{
    Command, Timestamp,
    device::{
        CleanUpRule, DeviceForecast, Enrollment, EnrollmentType, Forecast, Report, Reported, Step,
        forecast,
    },
};

use super::{EMS, INTUNE_A, INTUNE_A_D, OFFICE_E3, of, shared};
use crate::office::Office;

fn of_user(office: &Office, user: Uuid) -> Forecast {
    let view = office.tenant.users().find_id(user).unwrap();
    forecast(&office.tenant, &view, office.now)
}

fn only(office: &Office, user: Uuid) -> DeviceForecast {
    of_user(office, user).devices.remove(0)
}

#[test]
fn steps_come_in_the_order_of_time() {
    let mut office = Office::with_intune();
    office.manage(|settings| {
        settings.clean_up = vec![CleanUpRule {
            platform: None,
            days: 60,
        }];
    });
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    let start = office.now;
    office.report(
        laptop,
        Report {
            reported: Some(Reported::NonCompliant),
            grace_until: Some(start.plus_days(3)),
            ..Report::default()
        },
    );
    let told = only(&office, ada);
    assert!(told.depends);
    assert_eq!(
        told.steps,
        [
            (start, Step::EnrollmentRefused),
            (start, Step::NotLicensed),
            (start.plus_days(3), Step::GraceEnds),
            (start.plus_days(30), Step::Silent),
            (start.plus_days(60), Step::Hidden),
            (start.plus_days(365), Step::CertificateExpires),
            (start.plus_days(365 + 180), Step::RecordRemoved),
        ]
    );
    assert_eq!(told.restorable_until, Some(start.plus_days(365)));
}

#[test]
fn it_says_what_follows_if_the_license_goes_or_has_gone() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.enroll(of(ada, 1));
    let told = of_user(&office, ada);
    assert!(told.is_licensed);
    assert_eq!(told.license_ends, office.now);
    assert_eq!(
        told.products,
        [office.tenant.find_product(INTUNE_A).unwrap()]
    );
    // The grace period of the licensing policy comes before all.
    office.extend(|policy| policy.grace_days = 10);
    let ends = office.now.plus_days(10);
    assert_eq!(of_user(&office, ada).license_ends, ends);
    assert_eq!(only(&office, ada).steps[0], (ends, Step::EnrollmentRefused));
    office.extend(|policy| policy.grace_days = 0);
    office.take(ada);
    office.assign(ada, &[OFFICE_E3], &[]).unwrap();
    let told = of_user(&office, ada);
    assert!(!told.is_licensed);
    assert_eq!((told.license_ends, told.products), (office.now, Vec::new()));
    // A product that would do if its plan were on is told.
    let off: &[Uuid] = &[super::PLAN_INTUNE_A];
    office.assign_partly(ada, &[(EMS, off)], &[]).unwrap();
    let product = office.tenant.find_product(EMS).unwrap();
    assert_eq!(of_user(&office, ada).products, [product]);
}

#[test]
fn basic_mobility_takes_over_where_both_coexist() {
    let mut office = Office::with_intune();
    office.manage(|settings| settings.coexistence = true);
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    let moves = |office: &Office| {
        let steps = only(office, ada).steps;
        steps
            .iter()
            .any(|(_, step)| *step == Step::MovesToBasicMobility)
    };
    assert!(!moves(&office));
    office.assign(ada, &[OFFICE_E3], &[]).unwrap();
    assert!(moves(&office));
    office.take(ada);
    office.check_in(laptop);
    let told = only(&office, ada);
    assert!(!told.depends, "it has moved");
    assert_eq!(told.restorable_until, None);
}

#[test]
fn a_deleted_user_is_restorable_until_erased() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.enroll(of(ada, 1));
    office.delete(ada);
    let deleted = office.now;
    office.pass(86_400);
    let told = of_user(&office, ada);
    let purged = deleted.plus_days(30);
    assert_eq!(told.user_purged, Some(purged));
    assert_eq!(told.devices[0].restorable_until, Some(purged));
    assert!(told.devices[0].steps.contains(&(purged, Step::UserPurged)));
    office.does(Command::RestoreUser { id: ada });
    assert_eq!(of_user(&office, ada).user_purged, None);
}

#[test]
fn what_cannot_be_restored_any_more_is_told() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    let expires: Timestamp = office.device(laptop).certificate_expires();
    office.take(ada);
    office.now = Timestamp(expires.0 - 1);
    assert_eq!(only(&office, ada).restorable_until, Some(expires));
    office.pass(1);
    assert_eq!(only(&office, ada).restorable_until, None);
}

#[test]
fn devices_that_something_else_covers_do_not_depend_on_the_license() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.make_manager(ada);
    let with = |enrollment_type, number| Enrollment {
        enrollment_type,
        ..of(ada, number)
    };
    office.enroll(of(ada, 1));
    office.enroll(with(EnrollmentType::WindowsCoManagement, 2));
    office.enroll(with(EnrollmentType::DeviceEnrollmentManager, 3));
    office.enroll(shared(&[ada], 4));
    let depends = |office: &Office| -> Vec<bool> {
        let devices = of_user(office, ada).devices;
        devices.iter().map(|device| device.depends).collect()
    };
    assert_eq!(depends(&office), [true, false, true, true]);
    let bought = office.buy(INTUNE_A_D, 2);
    assert_eq!(depends(&office), [true, false, false, false]);
    // Where the pool blocks, there must be one for each.
    office.block();
    assert_eq!(depends(&office), [true, false, false, false]);
    office.change_quantity(bought, 1);
    assert_eq!(depends(&office), [true, false, true, true]);
}
