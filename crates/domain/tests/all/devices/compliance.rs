//! Compliance: three conditions, then what the MDM server reported (devices-and-sync.md 1.5).

use uuid::Uuid;
use zetel_domain::{
    Command,
    device::{
        Agent, ComplianceState, Condition, Enrollment, EnrollmentType, Report, Reported, Shortfall,
    },
};

use super::{INTUNE_A_D, kiosk, of, shared};
use crate::office::Office;

const DAY: i64 = 86_400;

fn enrolled() -> (Office, Uuid, Uuid) {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(of(ada, 1));
    (office, ada, laptop)
}

fn says(reported: Reported) -> Report {
    Report {
        reported: Some(reported),
        ..Report::default()
    }
}

#[test]
fn the_enrolled_user_must_exist_and_be_licensed() {
    let (mut office, ada, laptop) = enrolled();
    assert!(office.is_compliant(laptop));
    office.take(ada);
    assert_eq!(
        office.judged(laptop).shortfall,
        Some(Shortfall::NotLicensed)
    );
    office.give(ada);
    assert!(office.is_compliant(laptop));
    office.delete(ada);
    let judged = office.judged(laptop);
    assert_eq!(judged.state, ComplianceState::NonCompliant);
    assert_eq!(judged.failed, [Condition::UserExistence]);
    assert_eq!(judged.shortfall, Some(Shortfall::UserGone));
    office.does(Command::RestoreUser { id: ada });
    assert!(office.is_compliant(laptop));
}

#[test]
fn the_device_must_have_checked_in_within_the_window() {
    let (mut office, _, laptop) = enrolled();
    office.pass(30 * DAY - 1);
    assert!(office.is_compliant(laptop));
    office.pass(1);
    assert_eq!(office.judged(laptop).failed, [Condition::RemainContact]);
    office.manage(|settings| settings.checkin_threshold_days = 31);
    assert!(office.is_compliant(laptop));
    office.pass(DAY);
    assert!(!office.is_compliant(laptop));
    office.check_in(laptop);
    assert!(office.is_compliant(laptop));
}

#[test]
fn a_policy_must_apply_where_the_tenant_asks_for_one() {
    let (mut office, _, laptop) = enrolled();
    office.manage(|settings| settings.secure_by_default = true);
    assert_eq!(office.judged(laptop).failed, [Condition::PolicyAssigned]);
    office.report(laptop, says(Reported::Compliant));
    assert!(office.is_compliant(laptop));
    office.report(laptop, says(Reported::Unknown));
    office.manage(|settings| settings.secure_by_default = false);
    assert!(office.is_compliant(laptop));
}

#[test]
fn all_conditions_that_do_not_hold_are_told_in_their_order() {
    let (mut office, ada, laptop) = enrolled();
    office.manage(|settings| settings.secure_by_default = true);
    office.take(ada);
    office.pass(40 * DAY);
    let failed = office.judged(laptop).failed;
    let expected = [
        Condition::UserExistence,
        Condition::RemainContact,
        Condition::PolicyAssigned,
    ];
    assert_eq!(failed, expected);
    let names = expected.map(Condition::as_str);
    assert_eq!(
        names,
        [
            "RequireUserExistence",
            "RequireRemainContact",
            "RequireDeviceCompliancePolicyAssigned"
        ]
    );
}

#[test]
fn what_the_mdm_server_reports_counts_after_the_conditions() {
    let (mut office, ada, laptop) = enrolled();
    for (reported, expected) in [
        (Reported::Compliant, ComplianceState::Compliant),
        (Reported::NonCompliant, ComplianceState::NonCompliant),
        (Reported::Conflict, ComplianceState::Conflict),
        (Reported::Error, ComplianceState::Error),
        (Reported::Unknown, ComplianceState::Compliant),
    ] {
        office.report(laptop, says(reported));
        assert_eq!(office.compliance(laptop), expected);
        office.take(ada);
        assert_eq!(office.compliance(laptop), ComplianceState::NonCompliant);
        office.give(ada);
    }
}

#[test]
fn configuration_manager_judges_what_it_manages_too() {
    let mut office = Office::with_intune();
    let ada = office.hire_licensed("ada");
    let laptop = office.enroll(Enrollment {
        agent: Agent::ConfigurationManagerClientMdm,
        ..of(ada, 1)
    });
    assert_eq!(office.compliance(laptop), ComplianceState::ConfigManager);
    office.report(laptop, says(Reported::Compliant));
    assert_eq!(office.compliance(laptop), ComplianceState::Compliant);
}

#[test]
fn a_device_may_be_out_of_compliance_with_its_own_policies_for_a_while() {
    let (mut office, ada, laptop) = enrolled();
    let until = office.now.plus_days(3);
    let report = Report {
        grace_until: Some(until),
        ..says(Reported::NonCompliant)
    };
    office.report(laptop, report);
    let state = |office: &Office| office.compliance(laptop);
    assert_eq!(state(&office), ComplianceState::InGracePeriod);
    assert_eq!(office.judged(laptop).grace_until, Some(until));
    // That time is for its own policies and not for the license.
    office.take(ada);
    assert_eq!(state(&office), ComplianceState::NonCompliant);
    office.give(ada);
    office.pass(DAY);
    office.report(laptop, says(Reported::NonCompliant));
    assert_eq!(office.judged(laptop).grace_until, Some(until), "not longer");
    office.now = until;
    assert_eq!(state(&office), ComplianceState::NonCompliant);
    office.report(laptop, says(Reported::Compliant));
    assert_eq!(office.judged(laptop).grace_until, None);
}

#[test]
fn where_the_mdm_server_does_not_say_the_tenant_says_how_long() {
    let (mut office, _, laptop) = enrolled();
    office.manage(|settings| settings.grace_days = 2);
    office.report(laptop, says(Reported::NonCompliant));
    assert_eq!(office.compliance(laptop), ComplianceState::InGracePeriod);
    office.pass(2 * DAY - 1);
    assert_eq!(office.compliance(laptop), ComplianceState::InGracePeriod);
    office.pass(1);
    assert_eq!(office.compliance(laptop), ComplianceState::NonCompliant);
}

#[test]
fn a_device_without_a_user_has_none_to_miss() {
    let mut office = Office::with_intune();
    office.buy(INTUNE_A_D, 1);
    let kiosk = office.enroll(kiosk(1));
    assert!(office.is_compliant(kiosk));
    office.pass(30 * DAY);
    assert_eq!(office.judged(kiosk).failed, [Condition::RemainContact]);
}

#[test]
fn a_co_managed_device_needs_its_user_and_no_license() {
    let mut office = Office::with_intune();
    let ada = office.hire("ada");
    let laptop = office.enroll(Enrollment {
        enrollment_type: EnrollmentType::WindowsCoManagement,
        ..of(ada, 1)
    });
    assert!(office.is_compliant(laptop));
    let before = office.tenant.clone();
    office.delete(ada);
    assert_eq!(office.judged(laptop).shortfall, Some(Shortfall::UserGone));
    let touched = zetel_domain::device::touched(&before, &office.tenant, office.now);
    assert_eq!(touched.len(), 1, "a plan of that names the device");
}

#[test]
fn a_change_names_the_devices_that_it_touches() {
    let mut office = Office::with_intune();
    let [ada, bea, cleo] = ["ada", "bea", "cleo"].map(|name| office.hire_licensed(name));
    let own = office.enroll(of(ada, 1));
    office.enroll(of(bea, 2));
    let ward = office.enroll(shared(&[cleo, ada], 3));
    let touched = |before: &zetel_domain::Tenant, office: &Office| {
        let touched = zetel_domain::device::touched(before, &office.tenant, office.now);
        touched
            .into_iter()
            .map(|touch| (touch.device, touch.loses))
            .collect::<Vec<_>>()
    };
    let places = [own, ward].map(|device| office.device_ordinal(device));
    let before = office.tenant.clone();
    office.take(ada);
    assert_eq!(
        touched(&before, &office),
        places.map(|device| (device, true))
    );
    let taken = office.tenant.clone();
    office.give(ada);
    assert_eq!(
        touched(&taken, &office),
        places.map(|device| (device, false))
    );
    assert_eq!(touched(&before, &office), []);
    // What has another product to fall back on loses nothing.
    office.assign(ada, &[super::EMS], &[]).unwrap();
    let before = office.tenant.clone();
    office.take(ada);
    assert_eq!(touched(&before, &office), []);
    let dates = office.tenant.loss_dates(&office.device(own), office.now);
    assert_eq!(dates.noncompliant, office.now);
    assert_eq!(dates.restorable_until, office.now.plus_days(365));
    assert_eq!(dates.removed, office.now.plus_days(365 + 180));
}

#[test]
fn other_settings_name_the_devices_that_they_touch() {
    let (mut office, ada, laptop) = enrolled();
    let silent = office.enroll(of(ada, 2));
    let bea = office.hire_licensed("bea");
    let unlicensed = office.enroll(of(bea, 3));
    office.take(bea);
    office.report(laptop, says(Reported::Compliant));
    office.pass(20 * DAY);
    office.check_in(laptop);
    let touched = |office: &Office, before: &zetel_domain::Tenant| {
        let touched = zetel_domain::device::touched(before, &office.tenant, office.now);
        touched
            .into_iter()
            .map(|touch| (touch.device, touch.loses))
            .collect::<Vec<_>>()
    };
    let silent = office.device_ordinal(silent);
    for (strict, lax) in [(10, 30), (19, 21)] {
        let before = office.tenant.clone();
        office.manage(|settings| settings.checkin_threshold_days = strict);
        assert_eq!(touched(&office, &before), [(silent, true)]);
        let before = office.tenant.clone();
        office.manage(|settings| settings.checkin_threshold_days = lax);
        assert_eq!(touched(&office, &before), [(silent, false)]);
    }
    let before = office.tenant.clone();
    office.manage(|settings| settings.secure_by_default = true);
    assert_eq!(touched(&office, &before), [(silent, true)]);
    assert!(!office.is_compliant(unlicensed), "it was not before either");
    let before = office.tenant.clone();
    office.manage(|settings| settings.limits.devices_per_user = 9);
    assert_eq!(touched(&office, &before), []);
}
