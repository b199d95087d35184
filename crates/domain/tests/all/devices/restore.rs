//! A thousand users with three thousand devices, unlicensed by mistake and restored by one command.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, assignment::AssignmentRequest, command::RestoreScope,
    device::EnrollmentType, user::UserKey,
};

use super::{EMS, INTUNE_A, INTUNE_A_D, OFFICE_E3, PLAN_INTUNE_A, device, of, shared};
use crate::{
    digest::digest,
    office::{Office, new_user, request},
    undo::Desk,
};

const USERS: u32 = 1_000;
const DEVICES_EACH: u32 = 3;

/// An organization of which nobody has a spare seat. Everybody has Intune, some with plans switched off, through two
/// products or from a group; some devices are shared.
fn organization() -> (Desk, Vec<Uuid>) {
    let mut office = Office::on_builtin();
    for (product, seats) in [
        (INTUNE_A, 900),
        (EMS, 200),
        (OFFICE_E3, USERS),
        (INTUNE_A_D, 5),
    ] {
        office.buy(product, seats);
    }
    let new = (0..USERS).map(|number| new_user(&format!("user{number}")));
    let Outcome::Users(created) = office.does(Command::CreateUsers(new.collect())) else {
        panic!("creating users tells which");
    };
    let users: Vec<Uuid> = created
        .into_iter()
        .map(|user| office.tenant.users().view(user).unwrap().id)
        .collect();
    let assign = |office: &mut Office, users: &[Uuid], request: AssignmentRequest| {
        let users = users.iter().copied().map(UserKey::Id).collect();
        office.does(Command::AssignLicensesInBulk { users, request });
    };
    assign(&mut office, &users, request(&[(OFFICE_E3, &[])], &[]));
    assign(&mut office, &users[..900], request(&[(INTUNE_A, &[])], &[]));
    let without_intune = request(&[(EMS, &[PLAN_INTUNE_A])], &[]);
    assign(&mut office, &users[..100], without_intune);
    let staff = office.group("staff");
    office.join(staff, &users[900..]);
    office.license(staff, &[EMS], &[]).unwrap();
    enroll_all(&mut office, &users);
    (Desk::of(office), users)
}

fn enroll_all(office: &mut Office, users: &[Uuid]) {
    for (place, user) in (0..).zip(users) {
        for device in 0..DEVICES_EACH {
            let number = place * DEVICES_EACH + device;
            let next = users[(place as usize + 1) % users.len()];
            if number.is_multiple_of(50) {
                office.enroll(shared(&[*user, next], number));
            } else {
                office.enroll(of(*user, number));
            }
        }
    }
    let kiosk = device(USERS * DEVICES_EACH, EnrollmentType::AndroidDedicated);
    office.enroll(kiosk);
}

fn judge(desk: &Desk) -> u64 {
    digest(&desk.office.tenant, desk.office.now)
}

/// Takes everything that manages devices from everybody who has it as their own: the guard stops it, and it is confirmed.
fn unlicense(desk: &mut Desk, users: &[Uuid]) {
    let command = Command::AssignLicensesInBulk {
        users: users[..900].iter().copied().map(UserKey::Id).collect(),
        request: request(&[], &[INTUNE_A]),
    };
    confirm(desk, &command);
    let (_, group) = desk.office.tenant.groups().iter().next().unwrap();
    let command = Command::AssignGroupLicenses {
        group: group.id,
        request: request(&[], &[EMS]),
    };
    confirm(desk, &command);
}

fn confirm(desk: &mut Desk, command: &Command) {
    let stopped = match desk.attempt(command) {
        Err(Rejection::Guarded { token, .. }) => Some(token),
        Ok(_) => None,
        other => panic!("neither done nor stopped: {other:?}"),
    };
    if let Some(token) = stopped {
        desk.attempt_with(command, Some(token)).unwrap();
    }
}

fn noncompliant(desk: &Desk) -> usize {
    let devices = desk.office.tenant.devices().iter();
    devices
        .filter(|device| !desk.office.is_compliant(device.id))
        .count()
}

#[test]
fn an_undo_of_each_change_restores_everything() {
    let (mut desk, users) = organization();
    let before = judge(&desk);
    unlicense(&mut desk, &users);
    let last = desk.last();
    assert_ne!(judge(&desk), before);
    assert!(noncompliant(&desk) > 2_900);
    for generation in [last, last - 1] {
        let left = desk.undo(generation);
        assert_eq!(left, []);
    }
    assert_eq!(noncompliant(&desk), 0);
    assert_eq!(judge(&desk), before, "users, plans, seats and devices");
}

#[test]
fn one_undo_restores_what_one_change_took() {
    let (mut desk, users) = organization();
    let staff = users[900..].to_vec();
    // All thousand have it directly for this one.
    let users_with_seats = desk.office.seats(INTUNE_A);
    assert_eq!(
        (users_with_seats.consumed, users_with_seats.enabled),
        (900, 900)
    );
    desk.office.buy(INTUNE_A, 100);
    desk.assign_in_bulk(&staff, &[(INTUNE_A, &[])], &[]);
    let (_, group) = desk.office.tenant.groups().iter().next().unwrap();
    let group = group.id;
    confirm(
        &mut desk,
        &Command::AssignGroupLicenses {
            group,
            request: request(&[], &[EMS]),
        },
    );
    let before = judge(&desk);
    let command = Command::AssignLicensesInBulk {
        users: users.iter().copied().map(UserKey::Id).collect(),
        request: request(&[], &[INTUNE_A]),
    };
    assert!(matches!(
        desk.attempt(&command),
        Err(Rejection::Guarded { users: 1_000, .. })
    ));
    confirm(&mut desk, &command);
    assert_eq!(desk.office.seats(INTUNE_A).consumed, 0);
    assert!(desk.office.tenant.enrollers().is_empty());
    assert!(noncompliant(&desk) > 2_900);
    desk.undo_all_of_last();
    assert_eq!(judge(&desk), before, "users, plans, seats and devices");
}

#[test]
fn licenses_as_they_were_at_an_instant_restore_everything() {
    let (mut desk, users) = organization();
    desk.does(Command::SyncDevice {
        device: super::device_id(1),
    });
    let generation = desk.last();
    let before = judge(&desk);
    unlicense(&mut desk, &users);
    assert!(noncompliant(&desk) > 2_900);
    let left = desk.restore(generation, RestoreScope::Tenant);
    assert_eq!(left, []);
    assert_eq!(judge(&desk), before, "users, plans, seats and devices");
}
