//! All reasons against an enrollment: each can be met, and they are told in one order.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command,
    device::{
        Agent, DEFAULT_LIMIT_ID, Enrollment, EnrollmentType, MdmAuthority, Ownership, Platform,
    },
    user::UserKey,
};

use super::{INTUNE_A_D, device, device_id, kiosk, of, shared};
use crate::office::Office;

/// All codes, in the order in which they are told.
const ORDER: &[&str] = &[
    "MdmAuthorityNotSet",
    "UserRequired",
    "UserNotFound",
    "UserDeleted",
    "UserDisabled",
    "NotEnrollmentManager",
    "NotForEnrollmentManagers",
    "UserNotLicensed",
    "UsersNotLicensed",
    "DeviceLicenseNotAccepted",
    "NoDeviceLicense",
    "DeviceLimitReached",
    "AgentLimitReached",
    "EnrollmentManagerLimitReached",
    "ManagedOtherwise",
    "DeviceOfAnotherUser",
];

struct Crowd {
    office: Office,
    /// Licensed, with as many devices as may be: an MDM device 1, an agent 2.
    full: Uuid,
    unlicensed: Uuid,
    disabled: Uuid,
    deleted: Uuid,
    /// A manager with as many devices as may be.
    manager: Uuid,
}

fn crowd() -> Crowd {
    let mut office = Office::with_intune();
    let [full, disabled, deleted, manager] =
        ["full", "disabled", "deleted", "manager"].map(|name| office.hire_licensed(name));
    let unlicensed = office.hire("unlicensed");
    office.make_manager(manager);
    office.manage(|settings| {
        settings.limits.agents_per_user = 1;
        settings.limits.devices_per_manager = 1;
    });
    office.relimit(DEFAULT_LIMIT_ID, 1);
    office.enroll(of(full, 1));
    office.enroll(Enrollment {
        agent: Agent::IntuneClient,
        ..of(full, 2)
    });
    office.enroll(Enrollment {
        enrollment_type: EnrollmentType::DeviceEnrollmentManager,
        ..of(manager, 3)
    });
    office.enable(disabled, false);
    office.delete(deleted);
    Crowd {
        office,
        full,
        unlicensed,
        disabled,
        deleted,
        manager,
    }
}

fn questions(crowd: &Crowd) -> Vec<Enrollment> {
    let nobody = || UserKey::PrincipalName("nobody@contoso.test".to_owned());
    let users = [
        None,
        Some(nobody()),
        Some(UserKey::Id(crowd.deleted)),
        Some(UserKey::Id(crowd.disabled)),
        Some(UserKey::Id(crowd.unlicensed)),
        Some(UserKey::Id(crowd.full)),
        Some(UserKey::Id(crowd.manager)),
    ];
    let mut questions = Vec::new();
    for user in users {
        for enrollment_type in EnrollmentType::ALL {
            for number in [1, 2, 3, 9] {
                for (agent, is_shared) in [
                    (Agent::Mdm, false),
                    (Agent::Mdm, true),
                    (Agent::IntuneClient, false),
                ] {
                    let others = [crowd.disabled, crowd.deleted, crowd.unlicensed];
                    questions.push(Enrollment {
                        user: user.clone(),
                        others: others
                            .map(UserKey::Id)
                            .into_iter()
                            .chain([nobody()])
                            .collect(),
                        platform: Platform::Windows,
                        ownership: Ownership::Company,
                        agent,
                        is_shared,
                        ..device(number, *enrollment_type)
                    });
                }
            }
        }
    }
    questions
}

#[test]
fn every_reason_can_be_met_and_reasons_come_in_one_order() {
    let mut crowd = crowd();
    let mut met = BTreeSet::new();
    for authority in [MdmAuthority::Intune, MdmAuthority::Unknown] {
        crowd
            .office
            .manage(|settings| settings.authority = authority);
        for question in questions(&crowd) {
            let before = crowd.office.tenant.clone();
            let told = format!("{question:?}");
            let Err(reasons) = crowd.office.try_enroll(question) else {
                crowd.office.tenant = before;
                continue;
            };
            let places: Vec<usize> = reasons
                .iter()
                .map(|reason| {
                    let mut order = ORDER.iter();
                    order.position(|code| *code == reason.code()).unwrap()
                })
                .collect();
            assert!(places.is_sorted(), "{reasons:?} of {told}");
            met.extend(reasons.iter().map(zetel_domain::device::Reason::code));
        }
    }
    for code in ORDER {
        assert!(met.contains(code), "{code} was never met");
    }
}

#[test]
fn all_reasons_are_told_at_once() {
    let mut crowd = crowd();
    let office = &mut crowd.office;
    office.manage(|settings| settings.authority = MdmAuthority::Unknown);
    office.take(crowd.full);
    office.enable(crowd.full, false);
    let mut wanted = of(crowd.full, 9);
    wanted.details.serial = "SERIAL-2".to_owned();
    assert_eq!(
        office.refused(wanted),
        [
            "MdmAuthorityNotSet",
            "UserDisabled",
            "UserNotLicensed",
            "DeviceLimitReached",
            "ManagedOtherwise"
        ]
    );
}

#[test]
fn somebody_without_a_license_hears_of_the_license_first() {
    let mut crowd = crowd();
    crowd.office.take(crowd.full);
    let refused = crowd.office.refused(of(crowd.full, 9));
    assert_eq!(refused, ["UserNotLicensed", "DeviceLimitReached"]);
}

#[test]
fn what_windows_is_told_is_what_its_client_understands() {
    let mut crowd = crowd();
    let office = &mut crowd.office;
    let told = |office: &mut Office, wanted| {
        let reasons = office.try_enroll(wanted).unwrap_err();
        let reason = reasons.first().unwrap();
        (reason.windows(), reason.failure_category())
    };
    let agent = Enrollment {
        agent: Agent::IntuneClient,
        ..of(crowd.full, 9)
    };
    let expected = [
        (
            of(crowd.unlicensed, 9),
            "UserLicense",
            0x8018_0018,
            "userValidation",
        ),
        (
            of(crowd.disabled, 9),
            "Authorization",
            0x8018_0003,
            "userValidation",
        ),
        (
            of(crowd.full, 9),
            "DeviceCapReached",
            0x8018_0013,
            "enrollmentRestrictionsEnforced",
        ),
        (
            agent,
            "DeviceCapReached",
            0x8004_3006,
            "enrollmentRestrictionsEnforced",
        ),
        (
            of(crowd.manager, 1),
            "CustomServerError",
            0x8018_000a,
            "enrollmentRestrictionsEnforced",
        ),
        (
            device(9, EnrollmentType::UserEnrollment),
            "InvalidEnrollmentData",
            0x8018_0019,
            "badRequest",
        ),
    ];
    for (wanted, error_type, result, category) in expected {
        assert_eq!(told(office, wanted), ((error_type, result), category));
    }
    office.manage(|settings| settings.authority = MdmAuthority::Unknown);
    let (windows, category) = told(office, of(crowd.full, 1));
    assert_eq!(windows, ("NotSupported", 0x8018_0015));
    assert_eq!(category, "featureNotSupported");
}

#[test]
fn a_refusal_changes_nothing_and_a_question_neither() {
    let mut crowd = crowd();
    let office = &mut crowd.office;
    office.buy(INTUNE_A_D, 1);
    office.block();
    office.enroll(kiosk(4));
    let before = format!("{:?}", office.tenant);
    for wanted in [of(crowd.full, 9), kiosk(9), shared(&[crowd.unlicensed], 9)] {
        office.refused(wanted);
        assert_eq!(format!("{:?}", office.tenant), before);
    }
    let unknown = Command::RetireDevice {
        device: device_id(99),
    };
    assert!(office.attempt(unknown).is_err());
    assert_eq!(format!("{:?}", office.tenant), before);
}
