//! Undoing what was done to devices and to how they are managed.

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection,
    decide::RemainderReason,
    device::{
        DEFAULT_LIMIT_ID, DeviceSettings, LimitPolicyChange, ManagementState, PoolPolicy, Report,
        Reported,
    },
    user::UserKey,
};

use super::{device_id, of};
use crate::{office::Office, undo::Desk};

fn desk() -> (Desk, Uuid, Uuid) {
    let mut desk = Desk::of(Office::with_intune());
    let ada = desk.office.hire_licensed("ada");
    let laptop = desk.office.enroll(of(ada, 1));
    (desk, ada, laptop)
}

fn manage(desk: &mut Desk, change: impl FnOnce(&mut DeviceSettings)) {
    let mut settings = desk.office.tenant.device_settings().clone();
    change(&mut settings);
    desk.does(Command::ChangeDeviceSettings { settings });
}

fn limit(desk: &mut Desk, name: &str) {
    desk.does(Command::ChangeLimitPolicies(LimitPolicyChange::Create {
        id: None,
        display_name: name.to_owned(),
        description: None,
        limit: 3,
    }));
}

// ---- Settings -------------------------------------------------------------------------------------------------------

#[test]
fn settings_come_back_each_on_its_own() {
    let (mut desk, ..) = desk();
    let before = desk.office.tenant.device_settings().clone();
    manage(&mut desk, |all| {
        all.coexistence = true;
        all.grace_days = 3;
        all.limits.devices_per_user = 5;
        all.limits.agents_per_user = 2;
    });
    let first = desk.last();
    manage(&mut desk, |all| {
        all.pool_policy = PoolPolicy::Block;
        all.grace_days = 9;
        all.limits.agents_per_user = 1;
    });
    let left = desk.undo(first);
    assert_eq!(left, [(None, None, RemainderReason::ChangedSince)]);
    let mut expected = before;
    expected.pool_policy = PoolPolicy::Block;
    expected.grace_days = 9;
    expected.limits.agents_per_user = 1;
    assert_eq!(*desk.office.tenant.device_settings(), expected);
}

#[test]
fn settings_come_back_whole_and_an_undo_can_be_undone() {
    let (mut desk, ..) = desk();
    let before = desk.office.tenant.device_settings().clone();
    manage(&mut desk, |all| all.secure_by_default = true);
    let after = desk.office.tenant.device_settings().clone();
    desk.undo_all_of_last();
    assert_eq!(*desk.office.tenant.device_settings(), before);
    desk.undo_all_of_last();
    assert_eq!(*desk.office.tenant.device_settings(), after);
}

#[test]
fn the_switch_for_administrators_stays_on_and_everything_else_goes_back() {
    let (mut desk, ..) = desk();
    manage(&mut desk, |all| {
        all.unlicensed_administrators = true;
        all.coexistence = true;
    });
    let left = desk.undo_last();
    assert!(matches!(
        left.as_slice(),
        [(
            None,
            None,
            RemainderReason::Refused(Rejection::InvalidDeviceSetting {
                name: "allowUnlicensedAdministrators",
                ..
            })
        )]
    ));
    let settings = desk.office.tenant.device_settings();
    assert!(settings.unlicensed_administrators && !settings.coexistence);
}

// ---- Limits and managers --------------------------------------------------------------------------------------------

#[test]
fn limit_policies_come_back_unless_they_changed_since() {
    let (mut desk, ..) = desk();
    let before = desk.office.tenant.limit_policies().to_vec();
    limit(&mut desk, "few");
    let created = desk.last();
    desk.undo_all_of_last();
    assert_eq!(desk.office.tenant.limit_policies(), before);
    assert!(matches!(
        desk.try_undo(created),
        Err(Rejection::NothingToUndo { .. })
    ));
    let id = DEFAULT_LIMIT_ID;
    desk.does(Command::ChangeLimitPolicies(LimitPolicyChange::Update {
        id,
        display_name: None,
        description: None,
        limit: Some(4),
    }));
    let updated = desk.last();
    limit(&mut desk, "more");
    let policies = desk.office.tenant.limit_policies().to_vec();
    let left = desk.undo(updated);
    assert_eq!(left, [(None, None, RemainderReason::ChangedSince)]);
    assert_eq!(desk.office.tenant.limit_policies(), policies);
}

#[test]
fn managers_come_and_go_again() {
    let (mut desk, ada, _) = desk();
    let user = UserKey::Id(ada);
    let is_one = |desk: &Desk| desk.office.tenant.enrollment_managers().len() == 1;
    desk.does(Command::AddEnrollmentManager { user: user.clone() });
    desk.undo_all_of_last();
    assert!(!is_one(&desk));
    desk.undo_all_of_last();
    assert!(is_one(&desk));
    desk.does(Command::RemoveEnrollmentManager { user });
    let removed = desk.last();
    manage(&mut desk, |all| all.limits.managers = 0);
    let (what, limit) = ("device enrollment managers", 0);
    let refused = RemainderReason::Refused(Rejection::LimitReached { what, limit });
    assert_eq!(desk.undo(removed), [(Some(ada), None, refused)]);
    manage(&mut desk, |all| all.limits.managers = 1);
    desk.delete(ada);
    let gone = RemainderReason::Gone;
    assert_eq!(desk.undo(removed), [(Some(ada), None, gone)]);
    desk.does(Command::RestoreUser { id: ada });
    assert_eq!(desk.undo(removed), []);
    assert!(is_one(&desk));
}

// ---- Devices --------------------------------------------------------------------------------------------------------

fn asked(desk: &Desk, device: Uuid) -> (ManagementState, bool) {
    let head = desk.office.device(device).head();
    (head.management, head.sync_requested)
}

#[test]
fn a_request_is_taken_back_until_the_device_was_told() {
    let (mut desk, ada, device) = desk();
    desk.does(Command::RetireDevice { device });
    let retired = desk.last();
    desk.does(Command::SyncDevice { device });
    // The other request stands.
    assert_eq!(desk.undo(retired), []);
    assert_eq!(asked(&desk, device), (ManagementState::Managed, true));
    desk.does(Command::RetireDevice { device });
    let retired = desk.last();
    desk.does(Command::CheckIn {
        device,
        report: Report::default(),
    });
    let told = RemainderReason::ChangedSince;
    assert_eq!(desk.undo(retired), [(Some(ada), None, told)]);
    assert_eq!(asked(&desk, device), (ManagementState::RetireIssued, false));
    desk.does(Command::RemoveDevice { device });
    let gone = RemainderReason::Gone;
    assert_eq!(desk.undo(retired), [(Some(ada), None, gone)]);
    assert!(!desk.office.is_enrolled(device));
}

#[test]
fn what_a_device_did_is_not_undone_and_says_what_to_do() {
    let (mut desk, ada, device) = desk();
    let enrollment = of(ada, 2);
    desk.does(Command::EnrollDevice(Box::new(enrollment)));
    let reason = |desk: &mut Desk| {
        let left = desk.undo_last();
        match left.as_slice() {
            [(_, None, RemainderReason::NotReversible(instead))] => *instead,
            other => panic!("told is not {other:?}"),
        }
    };
    assert_eq!(
        reason(&mut desk),
        "An enrollment is not taken back. Retire or delete the device."
    );
    assert!(desk.office.is_enrolled(device_id(2)));
    desk.does(Command::RemoveDevice { device });
    assert_eq!(
        reason(&mut desk),
        "A device's record does not come back by itself. The device must enroll again."
    );
    assert!(!desk.office.is_enrolled(device));
    let report = Report {
        reported: Some(Reported::Error),
        ..Report::default()
    };
    desk.does(Command::CheckIn {
        device: device_id(2),
        report,
    });
    assert_eq!(
        reason(&mut desk),
        "What a device reported when it checked in stands until it checks in again."
    );
    desk.does(Command::CheckIn {
        device: device_id(2),
        report: Report::default(),
    });
    assert!(matches!(
        desk.try_undo(desk.last()),
        Err(Rejection::NothingToUndo { .. })
    ));
}
