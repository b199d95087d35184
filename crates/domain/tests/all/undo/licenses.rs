//! Direct licenses, seats, the guard and the grace period.

use zetel_domain::{
    Command, Event, Rejection,
    assignment::{LicenseState, Source},
    command::{RestoreScope, SwapScope},
    decide::RemainderReason,
    policy::{Policy, Semantics},
    subscription::Channel,
    user::UserKey,
};

use super::{Desk, refused};
use crate::office::{
    AGREEMENT, EXCHANGE, INTUNE_USER, PHONE_SYSTEM, SUITE_1, SUITE_3, TEAMS, purchase, request,
};

#[test]
fn an_assignment_is_taken_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let generation = desk.last();
    desk.undo_all_of_last();
    assert_eq!(desk.sources(ada), []);
    assert_eq!(desk.office.seats(SUITE_1).consumed, 0);
    assert_eq!(
        desk.last_events()[0],
        Event::Reverted {
            generation: Some(generation as u64),
            to: None
        }
    );
}

#[test]
fn a_removal_is_taken_back_with_the_plans_that_were_off() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[EXCHANGE, TEAMS])], &[]);
    let before = desk.sources(ada);
    desk.assign(ada, &[], &[SUITE_1]);
    desk.undo_all_of_last();
    assert_eq!(desk.sources(ada), before);
    let direct = (SUITE_1, None, LicenseState::Active, vec![EXCHANGE, TEAMS]);
    assert_eq!(before, [direct]);
}

#[test]
fn other_plans_are_taken_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[EXCHANGE])], &[]);
    let before = desk.sources(ada);
    desk.assign(ada, &[(SUITE_1, &[TEAMS])], &[]);
    desk.undo_all_of_last();
    assert_eq!(desk.sources(ada), before);
}

#[test]
fn a_swap_of_everybody_without_a_spare_seat_is_taken_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 3);
    desk.office.buy(SUITE_3, 3);
    let users = desk.hire(["ada", "bob", "cy"]);
    desk.assign_in_bulk(&users, &[(SUITE_1, &[TEAMS])], &[]);
    let before = desk.snapshot();
    desk.does(Command::SwapProduct {
        scope: SwapScope::AllUsers,
        from: SUITE_1,
        to: SUITE_3,
        disabled_plans: Vec::new(),
    });
    assert!(desk.snapshot() != before);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn what_was_changed_since_stays() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 3);
    let users @ [ada, bob, cy] = desk.hire(["ada", "bob", "cy"]);
    desk.assign_in_bulk(&users, &[(SUITE_1, &[])], &[]);
    let generation = desk.last();
    desk.assign(ada, &[(SUITE_1, &[TEAMS])], &[]);
    desk.assign(bob, &[], &[SUITE_1]);
    let left = desk.undo(generation);
    assert_eq!(left, [(Some(ada), None, RemainderReason::ChangedSince)]);
    assert_eq!(desk.sources(ada)[0].3, [TEAMS]);
    assert_eq!((desk.sources(bob), desk.sources(cy)), (vec![], vec![]));
}

/// The same value again is somebody's later decision.
#[test]
fn what_was_changed_there_and_back_since_stays() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let generation = desk.last();
    desk.assign(ada, &[], &[SUITE_1]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let left = desk.undo(generation);
    assert_eq!(left, [(Some(ada), None, RemainderReason::ChangedSince)]);
    assert_eq!(desk.last_events(), []);
    assert_eq!(desk.sources(ada).len(), 1);
}

#[test]
fn an_undo_can_be_undone_and_not_repeated() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[TEAMS])], &[]);
    let (generation, before) = (desk.last(), desk.sources(ada));
    desk.undo_all_of_last();
    assert_eq!(
        desk.try_undo(generation),
        Err(Rejection::NothingToUndo {
            generation: generation as u64
        })
    );
    desk.undo_all_of_last();
    assert_eq!(desk.sources(ada), before);
}

#[test]
fn a_seat_that_was_lost_meanwhile_does_not_come_back() {
    let mut desk = Desk::new();
    let invoice = desk
        .office
        .try_buy(purchase(SUITE_1, Channel::Invoice, 2))
        .unwrap();
    let users @ [ada, bob] = desk.hire(["ada", "bob"]);
    desk.assign_in_bulk(&users, &[(SUITE_1, &[])], &[]);
    desk.assign_in_bulk(&users, &[], &[SUITE_1]);
    let generation = desk.last();
    desk.does(Command::ChangeQuantity {
        id: invoice,
        quantity: 1,
        on_behalf_of_manager: false,
    });
    let no_seats = refused(Rejection::NoSeats { sku_id: SUITE_1 });
    assert_eq!(desk.undo(generation), [(Some(bob), None, no_seats)]);
    assert_eq!(desk.office.held(ada), [SUITE_1]);
    assert_eq!(desk.office.seats(SUITE_1).consumed, 1);
}

#[test]
fn rules_are_asked_as_for_any_assignment() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 3);
    desk.office.buy(SUITE_3, 3);
    desk.office.buy(PHONE_SYSTEM, 3);
    let users @ [ada, bob, cy] = desk.hire(["ada", "bob", "cy"]);
    desk.assign_in_bulk(&users, &[(SUITE_1, &[])], &[]);
    let given = desk.last();
    desk.assign(bob, &[(PHONE_SYSTEM, &[])], &[]);
    let left = desk.undo(given);
    let is_missing = |reason: &RemainderReason| {
        matches!(
            reason,
            RemainderReason::Refused(Rejection::DependencyMissing { .. })
        )
    };
    assert!(left.len() == 1 && left[0].0 == Some(bob) && is_missing(&left[0].2));

    desk.assign(ada, &[(SUITE_3, &[])], &[]);
    desk.office.locate(cy, None);
    let left = desk.undo(desk.last() - 1);
    assert!(matches!(
        left[0].2,
        RemainderReason::Refused(Rejection::MutuallyExclusive { .. })
    ));
    assert_eq!(
        left[1],
        (Some(cy), None, refused(Rejection::UsageLocationMissing))
    );
    assert_eq!(left.len(), 2);
}

#[test]
fn users_in_the_recycle_bin_are_gone() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 2);
    let users @ [ada, bob] = desk.hire(["ada", "bob"]);
    desk.assign_in_bulk(&users, &[(SUITE_1, &[])], &[]);
    let generation = desk.last();
    desk.delete(ada);
    let left = desk.undo(generation);
    assert_eq!(left, [(Some(ada), None, RemainderReason::Gone)]);
    assert_eq!(desk.sources(bob), []);
}

#[test]
fn a_product_that_is_gone_is_not_given_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    for _ in 0..4 {
        desk.wait(400);
    }
    let deletion = (0..=desk.last())
        .rev()
        .find(|generation| {
            desk.journal[*generation]
                .iter()
                .any(|event| matches!(event, Event::AssignmentsChanged { .. }))
        })
        .unwrap();
    let left = desk.undo(deletion);
    let not_owned = refused(Rejection::ProductNotOwned { sku_id: SUITE_1 });
    assert!(left.contains(&(Some(ada), None, not_owned)));
    assert!(
        left.iter()
            .any(|(_, _, reason)| matches!(reason, RemainderReason::NotReversible(_)))
    );
}

#[test]
fn the_policy_may_refuse_direct_licenses() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    desk.assign(ada, &[], &[SUITE_1]);
    let generation = desk.last();
    desk.does(Command::ChangePolicy {
        policy: Policy {
            semantics: Semantics::Extended,
            no_direct_assignments: true,
            ..Policy::default()
        },
    });
    let off = refused(Rejection::DirectAssignmentsOff);
    assert_eq!(desk.undo(generation), [(Some(ada), None, off)]);
}

#[test]
fn a_mass_removal_is_undone_and_the_undo_of_mass_giving_is_guarded() {
    let mut desk = Desk::new();
    desk.office.buy(INTUNE_USER, 60);
    let names: Vec<String> = (0..60).map(|number| format!("user{number}")).collect();
    let users: Vec<_> = names.iter().map(|name| desk.hire([name])[0]).collect();
    desk.assign_in_bulk(&users, &[(INTUNE_USER, &[])], &[]);
    let given = desk.undoing(desk.last());
    let before = desk.snapshot();

    let stopped = desk.attempt(&given);
    let Err(Rejection::Guarded {
        token, users: 60, ..
    }) = stopped
    else {
        panic!("the guard stops what takes services from many: {stopped:?}");
    };
    let removal = Command::AssignLicensesInBulk {
        users: users.iter().copied().map(UserKey::Id).collect(),
        request: request(&[], &[INTUNE_USER]),
    };
    desk.attempt_with(&removal, Some(token.clone())).unwrap();
    assert!(desk.snapshot() != before);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
    let again = desk.attempt(&given);
    assert!(again.is_ok(), "later decisions stay: nothing is taken");
}

#[test]
fn what_an_undo_takes_has_no_grace_period() {
    let mut desk = Desk::extended(|policy| policy.grace_days = 30);
    desk.office.buy(SUITE_1, 2);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    desk.undo_all_of_last();
    assert_eq!(desk.sources(ada), []);

    let sales = desk.group("sales", &[]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.join(sales, &[bob]);
    desk.undo_all_of_last();
    assert_eq!(desk.sources(bob), []);
    assert_eq!(desk.office.tenant.policy().grace_days, 30);
}

#[test]
fn a_license_in_its_grace_period_comes_back_whole() {
    let mut desk = Desk::extended(|policy| policy.grace_days = 30);
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[TEAMS])], &[]);
    let before = desk.office.user(ada).sources[0].is_ending;
    desk.assign(ada, &[], &[SUITE_1]);
    let removal = desk.last();
    assert!(desk.office.user(ada).sources[0].is_ending && !before);
    desk.undo_all_of_last();
    let source = desk.office.user(ada).sources;
    assert!(source.len() == 1 && !source[0].is_ending);

    // The same after the grace period.
    desk.undo_all_of_last();
    assert!(desk.office.user(ada).sources[0].is_ending);
    desk.wait(31);
    assert_eq!(desk.sources(ada), []);
    let end = desk.last();
    assert_eq!(desk.undo(end), []);
    assert!(desk.office.user(ada).sources[0].is_ending, "it begins anew");
    desk.wait(31);
    assert_eq!(
        desk.try_undo(removal),
        Ok(vec![]),
        "the license itself is as the removal made it"
    );
    assert_eq!(desk.sources(ada)[0].3, [TEAMS]);
}

#[test]
fn giving_again_what_was_in_its_grace_period_is_taken_back_to_that() {
    let mut desk = Desk::extended(|policy| policy.grace_days = 30);
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[TEAMS])], &[]);
    desk.assign(ada, &[], &[SUITE_1]);
    let before = desk.snapshot();
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
    assert!(desk.office.user(ada).sources[0].is_ending);
}

#[test]
fn kept_licenses_follow() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    desk.office.buy(PHONE_SYSTEM, 1);
    let [ada] = desk.hire(["ada"]);
    let sales = desk.group("sales", &[ada]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.assign(ada, &[(PHONE_SYSTEM, &[])], &[]);
    let before = desk.snapshot();
    desk.leave(sales, &[ada]);
    let is_kept = desk.office.tenant.users().iter().any(|user| {
        let mut licenses = desk.office.tenant.licenses(&user);
        licenses.any(|(_, shape, _)| matches!(shape.source, Source::Kept { .. }))
    });
    assert!(is_kept, "the phone needs the suite");
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn restoring_gives_seats_that_others_give_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    desk.office.buy(SUITE_3, 1);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    desk.assign(bob, &[(SUITE_3, &[])], &[]);
    let (then, before) = (desk.last(), desk.snapshot());
    desk.assign(ada, &[], &[SUITE_1]);
    desk.assign(bob, &[(SUITE_1, &[])], &[SUITE_3]);
    desk.assign(ada, &[(SUITE_3, &[])], &[]);
    assert_eq!(desk.restore(then, RestoreScope::Tenant), []);
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn a_purchase_that_others_manage_keeps_its_quantity() {
    let mut desk = Desk::new();
    let agreement = desk
        .office
        .try_buy(purchase(SUITE_1, AGREEMENT, 5))
        .unwrap();
    let invoice = desk
        .office
        .try_buy(purchase(SUITE_1, Channel::Invoice, 5))
        .unwrap();
    let mut change = |id, quantity| {
        desk.does(Command::ChangeQuantity {
            id,
            quantity,
            on_behalf_of_manager: true,
        });
        let left = desk.undo_last();
        (left, desk.office.subscription(id).quantity)
    };
    assert_eq!(change(invoice, 9), (vec![], 5));
    let (left, quantity) = change(agreement, 9);
    assert!(matches!(
        left[0].2,
        RemainderReason::Refused(Rejection::QuantityManagedElsewhere { .. })
    ));
    assert_eq!(quantity, 9);

    desk.does(Command::ChangeQuantity {
        id: invoice,
        quantity: 7,
        on_behalf_of_manager: false,
    });
    let generation = desk.last();
    desk.does(Command::ChangeQuantity {
        id: invoice,
        quantity: 8,
        on_behalf_of_manager: false,
    });
    let left = desk.undo(generation);
    assert_eq!(left, [(None, None, RemainderReason::ChangedSince)]);
}
