//! Device licenses: bought, counted, short (devices-and-sync.md 1.3).

use zetel_domain::{
    Command,
    device::{ComplianceState, Enrollment, EnrollmentType, PoolPolicy, Reason, Warning},
    user::UserKey,
};

use super::{INTUNE_A_D, device, kiosk, of, shared};
use crate::office::Office;

#[test]
fn a_short_pool_warns_by_default() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 1);
    office.enroll(kiosk(1));
    let (bought, used) = (1, 2);
    let warning = Warning::PoolShort { bought, used };
    assert_eq!(office.try_enroll(kiosk(2)), Ok(vec![warning]));
    assert_eq!(office.pool(), (1, 2));
    assert_eq!(office.tenant.device_pool().short(), 1);
    // The same device again is not one more.
    assert_eq!(office.try_enroll(kiosk(2)), Ok(vec![warning]));
    assert_eq!(office.pool(), (1, 2));
}

#[test]
fn a_short_pool_blocks_where_the_tenant_says_so() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 1);
    office.block();
    office.enroll(kiosk(1));
    let (bought, used) = (1, 1);
    assert_eq!(
        office.try_enroll(kiosk(2)),
        Err(vec![Reason::NoDeviceLicense { bought, used }])
    );
    office.enroll(kiosk(1)); // has one
    office.does(Command::RemoveDevice {
        device: super::device_id(1),
    });
    assert_eq!(office.pool(), (1, 0));
    office.enroll(kiosk(2));
}

#[test]
fn without_any_device_license_nothing_is_covered_by_one() {
    for policy in [PoolPolicy::Warn, PoolPolicy::Block] {
        let mut office = Office::with_intune();
        office.manage(|settings| settings.pool_policy = policy);
        assert_eq!(office.refused(kiosk(1)), ["NoDeviceLicense"]);
        let ada = office.hire("ada");
        let (users, bought, used) = (vec![office.user_ordinal(ada)], 0, 0);
        let reason = Reason::UsersNotLicensed {
            users,
            bought,
            used,
        };
        assert_eq!(office.try_enroll(shared(&[ada], 2)), Err(vec![reason]));
    }
}

#[test]
fn a_product_per_device_counts_while_it_is_usable() {
    let mut office = Office::with_intune();
    let bought = office.buy(INTUNE_A_D, 3);
    office.buy(INTUNE_A_D, 2);
    assert_eq!(office.pool(), (5, 0));
    office.change_quantity(bought, 1);
    assert_eq!(office.pool(), (3, 0));
    office.does(Command::Cancel { id: bought });
    assert_eq!(office.pool(), (2, 0));
    office.wait(366);
    assert_eq!(office.pool(), (2, 0), "in grace");
    office.wait(90);
    assert_eq!(office.pool(), (0, 0));
    assert_eq!(office.refused(kiosk(1)), ["NoDeviceLicense"]);
}

#[test]
fn only_these_ways_of_enrolling_take_a_device_license() {
    use EnrollmentType as T;
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 9);
    for (number, enrollment_type) in (1..).zip([
        T::AppleBulkWithoutUser,
        T::WindowsAzureAdJoinUsingDeviceAuth,
        T::AndroidDedicated,
    ]) {
        office.enroll(device(number, enrollment_type));
    }
    assert_eq!(office.pool(), (9, 3));
    for (number, enrollment_type) in (4..).zip([T::WindowsBulkUserless, T::AndroidAospUserless]) {
        let refused = office.refused(device(number, enrollment_type));
        assert_eq!(refused, ["DeviceLicenseNotAccepted"]);
    }
    // A user license covers devices with a user, so these are not counted.
    let ada = office.hire_licensed("ada");
    office.enroll(of(ada, 6));
    assert_eq!(office.pool(), (9, 3));
}

#[test]
fn a_shared_device_moves_into_the_pool_and_out_of_it_with_its_users() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 1);
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let ward = office.enroll(shared(&[ada, bea], 1));
    let used = |office: &Office| office.pool().1;
    assert_eq!(used(&office), 0);
    office.take(bea);
    assert_eq!(used(&office), 1);
    assert!(office.is_compliant(ward));
    office.give(bea);
    assert_eq!(used(&office), 0);
    office.delete(bea);
    assert_eq!(used(&office), 1);
    office.does(Command::RestoreUser { id: bea });
    assert_eq!(used(&office), 0);
    office.does(Command::RemoveDevice { device: ward });
    office.take(bea);
    assert_eq!(used(&office), 0);
    // Through a group it is the same.
    office.enroll(shared(&[ada], 1));
    office.take(ada);
    assert_eq!(used(&office), 1);
    let staff = office.group("staff");
    office.license(staff, &[super::EMS], &[]).unwrap();
    office.join(staff, &[ada]);
    assert_eq!(used(&office), 0);
}

#[test]
fn where_the_pool_blocks_shared_devices_fall_out_of_compliance_together() {
    let mut office = Office::with_intune();
    let bought = office.buy(INTUNE_A_D, 2);
    let [ada, bea, cleo] = ["ada", "bea", "cleo"].map(|name| office.hire_licensed(name));
    let wards = [ada, bea, cleo].map(|user| {
        let number = office.tenant.devices().len();
        office.enroll(shared(&[user], number))
    });
    office.block();
    office.take(ada);
    office.take(bea);
    assert!(wards.iter().all(|ward| office.is_compliant(*ward)));
    let before = office.tenant.clone();
    office.take(cleo);
    let states = |office: &Office| wards.map(|ward| office.compliance(ward));
    assert_eq!(states(&office), [ComplianceState::NonCompliant; 3]);
    // A plan of that change names all three.
    let touched = zetel_domain::device::touched(&before, &office.tenant, office.now);
    assert_eq!(touched.len(), 3);
    assert!(touched.iter().all(|touch| touch.loses));
    let before = office.tenant.clone();
    office.change_quantity(bought, 3);
    assert_eq!(states(&office), [ComplianceState::Compliant; 3]);
    let touched = zetel_domain::device::touched(&before, &office.tenant, office.now);
    assert_eq!(touched.iter().filter(|touch| !touch.loses).count(), 3);
}

#[test]
fn users_of_a_shared_device_must_exist_whatever_covers_it() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 5);
    let [ada, bea, cleo] = ["ada", "bea", "cleo"].map(|name| office.hire_licensed(name));
    office.delete(bea);
    office.enable(cleo, false);
    let unknown = UserKey::PrincipalName("nobody@contoso.test".to_owned());
    let by_user = shared(&[ada], 1);
    let userless = Enrollment {
        is_shared: true,
        ..kiosk(1)
    };
    for wanted in [by_user, userless] {
        let others = vec![UserKey::Id(cleo), UserKey::Id(bea), unknown.clone()];
        let refused = office.refused(Enrollment { others, ..wanted });
        assert_eq!(refused, ["UserNotFound", "UserDeleted", "UserDisabled"]);
    }
    // Without a user at all a device license covers it.
    let ward = office.enroll(Enrollment {
        user: None,
        ..shared(&[], 2)
    });
    assert_eq!(office.pool(), (5, 1));
    assert!(office.is_compliant(ward));
}

#[test]
fn whoever_is_named_for_a_device_without_a_user_does_not_count() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 5);
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let ward = Enrollment {
        user: Some(UserKey::Id(ada)),
        others: vec![UserKey::Id(bea)],
        is_shared: true,
        ..kiosk(1)
    };
    let id = office.enroll(ward);
    assert_eq!(office.device(id).user(), None);
    let users: Vec<_> = office.device(id).users().collect();
    assert_eq!(users, [office.user_ordinal(bea)]);
    // So what covered it when it enrolled covers it afterwards.
    assert_eq!(office.pool(), (5, 0));
    office.take(ada);
    assert_eq!(office.pool(), (5, 0));
}
