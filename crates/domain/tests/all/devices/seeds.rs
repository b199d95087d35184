//! The seeds, sentence by sentence: each test is named after its sentence. Where both editions have one, the English one
//! gives the name; what only the Dutch one says is in Dutch.

use uuid::Uuid;
use zetel_domain::{
    Rejection,
    device::{
        Agent, Condition, Cover, Enrollment, EnrollmentType, Platform, PoolPolicy, Purpose,
        Question, Reason, Shortfall, Who, check,
    },
};

use super::{
    EMS, INTUNE_A, INTUNE_A_D, INTUNE_EDU, OFFICE_E3, PLAN_INTUNE_A, PLAN_INTUNE_EDU, device,
    kiosk, of, shared,
};
use crate::office::Office;

fn cover(office: &Office, question: Question) -> Option<Cover> {
    let question = Question {
        now: office.now,
        ..question
    };
    check(&office.tenant, &question).cover
}

/// What covers a device of a user.
fn cover_of(office: &Office, user: Uuid) -> Option<Cover> {
    let user = Who::User(office.user_ordinal(user));
    let question = Question {
        user,
        ..Question::default()
    };
    cover(office, question)
}

// ---- Assign licenses to users so they can enroll devices ------------------------------------------------------------

#[test]
fn you_must_first_assign_each_user_an_intune_plan_1_license_before_users_can_enroll_their_devices()
{
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    assert_eq!(office.refused(of(ada, 1)), ["UserNotLicensed"]);
    office.give(ada);
    let laptop = office.enroll(of(ada, 1));
    assert!(office.is_compliant(laptop));
}

#[test]
fn users_assigned_app_protection_policy_and_not_enrolling_will_also_require_an_intune_license() {
    let mut office = Office::with_intune();
    let [none, office_only, intune] = ["none", "office", "intune"].map(|name| office.hire(name));
    office.assign(office_only, &[OFFICE_E3], &[]).unwrap();
    office.assign(intune, &[OFFICE_E3, INTUNE_A], &[]).unwrap();
    for (user, receives_policy) in [(none, false), (office_only, false), (intune, true)] {
        let view = office.tenant.users().find_id(user).unwrap();
        assert_eq!(office.is_licensed(user), receives_policy);
        assert_eq!(office.tenant.license_gap(&view).is_none(), receives_policy);
        let asked = Question {
            purpose: Purpose::AppProtection,
            user: Who::User(office.user_ordinal(user)),
            ..Question::default()
        };
        assert_eq!(check(&office.tenant, &asked).is_allowed(), receives_policy);
    }
    // Neither a device license nor a way of enrolling helps, and nobody receives nothing.
    let nobody = Question {
        purpose: Purpose::AppProtection,
        enrollment_type: EnrollmentType::WindowsCoManagement,
        ..Question::default()
    };
    let reasons = check(&office.tenant, &nobody).reasons;
    assert_eq!(reasons, [Reason::UserRequired]);
    assert_eq!(office.tenant.devices().len(), 0, "nobody enrolled anything");
}

#[test]
fn if_you_want_to_use_the_enterprise_mobility_security_or_other_license_choose_that_box_instead() {
    let mut office = Office::with_intune();
    for (number, product) in (0..).zip([EMS, INTUNE_EDU]) {
        let user = office.hire(&format!("user{number}"));
        office.assign(user, &[product], &[]).unwrap();
        office.enroll(of(user, number));
    }
}

#[test]
fn when_you_assign_intune_for_education_make_sure_that_intune_a_direct_is_also_assigned() {
    let mut office = Office::with_intune();
    let teacher = office.hire("teacher");
    let off: &[Uuid] = &[PLAN_INTUNE_A, PLAN_INTUNE_EDU];
    office
        .assign_partly(teacher, &[(INTUNE_EDU, off)], &[])
        .unwrap();
    assert_eq!(office.refused(of(teacher, 1)), ["UserNotLicensed"]);
    let off: &[Uuid] = &[PLAN_INTUNE_EDU];
    office
        .assign_partly(teacher, &[(INTUNE_EDU, off)], &[])
        .unwrap();
    office.enroll(of(teacher, 1));
}

// ---- How user and device licenses affect access to services ---------------------------------------------------------

#[test]
fn each_user_that_you_assign_a_user_license_to_may_manage_up_to_15_mdm_devices() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    for number in 1..=15 {
        office.enroll(of(ada, number));
    }
    assert_eq!(office.refused(of(ada, 16)), ["DeviceLimitReached"]);
    assert_eq!(office.counted(ada), 15);
    // The next user has 15 of her own.
    let bea = office.hire_licensed("bea");
    office.enroll(of(bea, 16));
}

#[test]
fn the_related_software_including_system_center_software_is_covered_too() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    office.enroll(Enrollment {
        agent: Agent::ConfigurationManagerClientMdm,
        ..of(ada, 1)
    });
    let unlicensed = office.hire("unlicensed");
    let co_managed = Enrollment {
        agent: Agent::ConfigurationManagerClientMdm,
        ..of(unlicensed, 2)
    };
    assert_eq!(office.refused(co_managed.clone()), ["UserNotLicensed"]);
    // A client that is co-managed needs no license of its own.
    office.enroll(Enrollment {
        enrollment_type: EnrollmentType::WindowsCoManagement,
        ..co_managed
    });
}

#[test]
fn de_intune_pc_agent_staat_5_fysieke_en_1_virtuele_machine_per_gebruikerslicentie_toe() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let agent = |number, is_virtual| Enrollment {
        agent: Agent::IntuneClient,
        is_virtual,
        ..of(ada, number)
    };
    for number in 1..=5 {
        office.enroll(agent(number, false));
    }
    assert_eq!(office.refused(agent(6, false)), ["AgentLimitReached"]);
    office.enroll(agent(7, true));
    assert_eq!(office.refused(agent(8, true)), ["AgentLimitReached"]);
    // These are not among the 15 MDM devices.
    for number in 11..=25 {
        office.enroll(of(ada, number));
    }
    assert_eq!(office.refused(of(ada, 26)), ["DeviceLimitReached"]);
}

#[test]
fn you_can_purchase_licenses_for_any_devices_separately_from_user_licenses() {
    let mut office = Office::on_builtin();
    office.buy(INTUNE_A_D, 3);
    assert_eq!(office.pool(), (3, 0));
    assert_eq!(
        office.tenant.find_product(INTUNE_A),
        None,
        "no user license"
    );
    office.enroll(kiosk(1));
}

#[test]
fn device_licenses_do_not_need_to_be_assigned_to_the_devices() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 3);
    let kiosk = office.enroll(kiosk(1));
    assert!(office.is_compliant(kiosk), "without any assignment");
    assert_eq!(office.pool(), (3, 1));
    // Nor can they be assigned to anybody.
    let ada = office.hire("ada");
    assert!(matches!(
        office.assign(ada, &[INTUNE_A_D], &[]),
        Err(Rejection::ProductNotAssignable { .. })
    ));
}

#[test]
fn each_device_that_accesses_and_uses_the_online_services_must_have_a_device_license() {
    let mut office = Office::with_intune();
    assert_eq!(office.refused(kiosk(1)), ["NoDeviceLicense"]);
    office.buy(INTUNE_A_D, 2);
    office.manage(|settings| settings.pool_policy = PoolPolicy::Block);
    office.enroll(kiosk(1));
    office.enroll(kiosk(2));
    assert_eq!(office.refused(kiosk(3)), ["NoDeviceLicense"]);
    // Only some ways of enrolling take one.
    let bulk = device(4, EnrollmentType::WindowsBulkUserless);
    assert_eq!(office.refused(bulk), ["DeviceLicenseNotAccepted"]);
}

#[test]
fn if_a_device_is_used_by_more_than_one_user_each_device_requires_a_device_based_license() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let unlicensed = office.hire("unlicensed");
    let ward = shared(&[ada, unlicensed], 1);
    assert_eq!(office.refused(ward.clone()), ["UsersNotLicensed"]);
    office.buy(INTUNE_A_D, 1);
    let ward = office.enroll(ward);
    assert_eq!(
        office.pool(),
        (1, 1),
        "one for the device, not one per user"
    );
    assert!(office.is_compliant(ward));
    let users = [ada, unlicensed].map(|user| Who::User(office.user_ordinal(user)));
    let [user, other] = users;
    let question = Question {
        user,
        others: vec![other],
        is_shared: true,
        device: Some(office.device_ordinal(ward)),
        platform: Platform::Windows,
        ..Question::default()
    };
    assert_eq!(cover(&office, question), Some(Cover::DeviceLicense));
}

#[test]
fn or_all_users_require_a_user_software_license() {
    let mut office = Office::with_intune();
    let [ada, bea] = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let ward = office.enroll(shared(&[ada, bea], 1));
    assert_eq!(office.pool(), (0, 0), "no device license is needed");
    assert!(office.is_compliant(ward));
    office.take(bea);
    assert_eq!(office.judged(ward).shortfall, Some(Shortfall::NotLicensed));
    assert_eq!(office.pool(), (0, 1));
}

#[test]
fn if_you_remove_a_license_from_a_user_that_has_managed_devices_it_may_affect_their_compliance() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let devices = [1, 2, 3].map(|number| office.enroll(of(ada, number)));
    office.take(ada);
    for device in devices {
        let judged = office.judged(device);
        assert_eq!(judged.failed, [Condition::UserExistence]);
        assert!(!office.is_compliant(device));
        assert!(office.is_enrolled(device), "nothing is wiped or retired");
        office.check_in(device);
    }
    assert_eq!(office.refused(of(ada, 4)), ["UserNotLicensed"]);
}

#[test]
fn if_you_remove_a_license_from_a_user_that_has_managed_devices_it_may_affect_their_management() {
    let mut office = Office::with_intune();
    office.manage(|settings| settings.coexistence = true);
    let ada = office.hire_licensed("ada");
    office.assign(ada, &[OFFICE_E3], &[]).unwrap();
    let phone = office.enroll(of(ada, 1));
    office.take(ada);
    assert!(!office.device(phone).is_basic(), "not before it checks in");
    office.check_in(phone);
    assert!(office.device(phone).is_basic());
    assert!(office.is_compliant(phone));
    assert_eq!(cover_of(&office, ada), Some(Cover::BasicMobility));
}

// ---- How to restore users accidentally unlicensed -------------------------------------------------------------------

#[test]
fn you_can_restore_their_device_compliance_and_management_by_re_assigning_the_license() {
    let mut office = Office::with_intune();
    office.manage(|settings| settings.coexistence = true);
    let users = ["ada", "bea"].map(|name| office.hire_licensed(name));
    let devices = [
        office.enroll(of(users[0], 1)),
        office.enroll(of(users[1], 2)),
    ];
    office.assign(users[1], &[OFFICE_E3], &[]).unwrap();
    let before = devices.map(|device| office.device(device).head());
    for user in users {
        office.take(user);
    }
    assert!(!devices.iter().any(|device| office.is_compliant(*device)));
    office.check_in(devices[1]);
    assert!(office.device(devices[1]).is_basic());

    for user in users {
        office.give(user);
    }
    office.check_in(devices[1]);
    assert!(devices.iter().all(|device| office.is_compliant(*device)));
    let after = devices.map(|device| office.device(device).head());
    assert_eq!(after, before, "as before, without enrolling again");
    office.enroll(of(users[0], 3));
}
