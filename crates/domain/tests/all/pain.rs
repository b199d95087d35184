//! Public complaints about group licensing elsewhere, each replayed and passed. The numbers are those of the complaints.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, assignment::Violation, command::SwapScope, decide::waiting,
    user::UserKey,
};

use crate::{
    group_office::{ACTIVE, error},
    office::{
        EXCHANGE, OFFICE_WEB, Office, PHONE_SYSTEM, SHAREPOINT_1, SHAREPOINT_2, SUITE_1, SUITE_3,
        TEAMS,
    },
};

fn hire(office: &mut Office, count: usize) -> Vec<Uuid> {
    (0..count)
        .map(|number| office.hire(&format!("user{number}")))
        .collect()
}

/// azure-docs 53210: 200 users, 100 seats. Who wins is known: who joined first, then by id.
#[test]
fn azure_docs_53210_who_wins_when_seats_run_out() {
    let mut office = Office::new();
    office.buy(SUITE_1, 100);
    let staff = office.group("staff");
    let users = hire(&mut office, 200);
    let (late, early) = users.split_at(100);
    office.join(staff, early);
    office.wait(1);
    office.join(staff, late);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    assert!(
        early
            .iter()
            .all(|user| office.states(*user) == [(SUITE_1, Some(staff), ACTIVE)])
    );
    let lacking = [(SUITE_1, Some(staff), error(Violation::Count))];
    assert!(late.iter().all(|user| office.states(*user) == lacking));
    // The others wait in an order that can be looked at.
    let product = office.tenant.find_product(SUITE_1).unwrap();
    let order: Vec<Uuid> = waiting(&office.tenant, product)
        .into_iter()
        .map(|user| office.tenant.users().view(user).unwrap().id)
        .collect();
    let mut by_id = late.to_vec();
    by_id.sort_unstable();
    assert_eq!(order, by_id);
}

/// azure-docs 109703: one exhausted product blocks the rest. With partial success it does not.
#[test]
fn azure_docs_109703_an_exhausted_product_need_not_block_the_rest() {
    let mut office = Office::new();
    office.buy(SUITE_1, 10);
    office.buy(PHONE_SYSTEM, 1);
    let staff = office.group("staff");
    let users = hire(&mut office, 3);
    office.join(staff, &users);
    office
        .license(staff, &[SUITE_1, PHONE_SYSTEM], &[])
        .unwrap();
    assert_eq!(office.seats(SUITE_1).consumed, 1); // as Entra has it
    office.extend(|policy| policy.partial_success = true);
    assert_eq!(office.seats(SUITE_1).consumed, 3);
    assert_eq!(office.seats(PHONE_SYSTEM).consumed, 1);
}

/// azure-docs 25368: members of nested groups get nothing. Where the policy says so, they do, through any depth.
#[test]
fn azure_docs_25368_nested_groups() {
    let mut office = Office::new();
    office.buy(SUITE_1, 10);
    let groups: Vec<Uuid> = ["all", "europe", "dutch", "delft"]
        .map(|name| office.group(name))
        .to_vec();
    let ada = office.hire("ada");
    for pair in groups.windows(2) {
        office.join(pair[0], &pair[1..]);
    }
    office.join(groups[3], &[ada]);
    office.license(groups[0], &[SUITE_1], &[]).unwrap();
    assert!(office.held(ada).is_empty());
    office.extend(|policy| policy.nested_groups = true);
    assert_eq!(office.states(ada), [(SUITE_1, Some(groups[0]), ACTIVE)]);
    office.leave(groups[1], &[groups[2]]);
    assert!(office.held(ada).is_empty());
}

/// azure-docs 32496: find the errors of a group and have them processed again.
#[test]
fn azure_docs_32496_find_errors_and_reprocess() {
    let mut office = Office::new();
    let subscription = office.buy(SUITE_1, 1);
    let staff = office.group("staff");
    let users = hire(&mut office, 3);
    office.join(staff, &users);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    let failed = |office: &Office| office.tenant.find_group(staff).unwrap().1.failed().len();
    assert_eq!(failed(&office), 2);
    office.change_quantity(subscription, 3);
    assert_eq!(failed(&office), 2);
    office.does(Command::ReprocessGroup { group: staff });
    assert_eq!(failed(&office), 0);
    assert_eq!(office.seats(SUITE_1).consumed, 3);
}

/// azure-docs 58599: moving from direct to group licenses loses plans. It is said beforehand, and nothing is lost.
#[test]
fn azure_docs_58599_migration_loses_no_plans() {
    let mut office = Office::new();
    office.buy(SUITE_1, 2);
    let staff = office.group("staff");
    let (ada, bob) = (office.hire("ada"), office.hire("bob"));
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office
        .assign_partly(bob, &[(SUITE_1, &[TEAMS])], &[])
        .unwrap();
    office.join(staff, &[ada, bob]);
    office
        .license_partly(staff, &[(SUITE_1, &[TEAMS])], &[])
        .unwrap();
    let before = office.enabled(ada);
    let Outcome::Migrated(kept) = office.does(Command::MigrateToGroups {
        users: None,
        accept_lost_plans: false,
    }) else {
        panic!("a migration tells what it left");
    };
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].lost_plans, [TEAMS]);
    assert_eq!(office.enabled(ada), before);
    assert_eq!(office.states(bob), [(SUITE_1, Some(staff), ACTIVE)]);
    // Whoever accepts the loss gets it done.
    office.does(Command::MigrateToGroups {
        users: Some(vec![UserKey::Id(ada)]),
        accept_lost_plans: true,
    });
    assert_eq!(office.states(ada), [(SUITE_1, Some(staff), ACTIVE)]);
    assert!(!office.enabled(ada).contains(&TEAMS));
    assert_eq!(office.seats(SUITE_1).consumed, 2);
}

/// azure-docs 30058: block direct assignments.
#[test]
fn azure_docs_30058_direct_assignments_can_be_blocked() {
    let mut office = Office::new();
    office.buy(SUITE_1, 2);
    let ada = office.hire("ada");
    office.extend(|policy| policy.no_direct_assignments = true);
    assert_eq!(
        office.assign(ada, &[SUITE_1], &[]),
        Err(Rejection::DirectAssignmentsOff)
    );
    let bulk = office.attempt(Command::AssignLicensesInBulk {
        users: vec![UserKey::Id(ada)],
        request: crate::office::request(&[(SUITE_1, &[])], &[]),
    });
    assert_eq!(bulk, Err(Rejection::DirectAssignmentsOff));
}

/// azure-docs 26723: a product that was deleted while a group has it breaks the group. Here it can be removed.
#[test]
fn azure_docs_26723_a_product_deleted_under_a_group() {
    let mut office = Office::new();
    office.buy(SUITE_1, 2);
    let staff = office.group("staff");
    let ada = office.hire("ada");
    office.join(staff, &[ada]);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.wait(3_650);
    assert!(
        !office
            .tenant
            .owns(office.tenant.find_product(SUITE_1).unwrap())
    );
    assert_eq!(
        office.states(ada),
        [(SUITE_1, Some(staff), error(Violation::Count))]
    );
    assert!(office.reprocess(ada).is_some());
    office.license(staff, &[], &[SUITE_1]).unwrap();
    assert!(office.states(ada).is_empty());
    office.does(Command::DeleteGroup { group: staff });
}

/// OfficeDocs-O365ITPro 743: swap without a gap, in a single operation, with what is off staying off.
#[test]
fn office_docs_743_a_swap_has_no_gap() {
    let mut office = Office::new();
    office.buy(SUITE_1, 3);
    office.buy(SUITE_3, 2);
    let users = hire(&mut office, 3);
    for user in &users {
        office
            .assign_partly(*user, &[(SUITE_1, &[TEAMS])], &[])
            .unwrap();
    }
    let Outcome::Bulk(refused) = office.does(Command::SwapProduct {
        scope: SwapScope::AllUsers,
        from: SUITE_1,
        to: SUITE_3,
        disabled_plans: Vec::new(),
    }) else {
        panic!("a swap tells whom it did not reach");
    };
    // There are two seats: the third user keeps all that it has.
    assert_eq!(refused, [(2, Rejection::NoSeats { sku_id: SUITE_3 })]);
    let after = BTreeSet::from([SHAREPOINT_2, EXCHANGE, OFFICE_WEB]);
    assert_eq!(office.enabled(users[0]), after);
    assert_eq!(
        office.enabled(users[2]),
        BTreeSet::from([SHAREPOINT_1, EXCHANGE, OFFICE_WEB])
    );
}

/// CIPP 6014: replacing a license removes everything else and forgets which plans were off. It does neither.
#[test]
fn cipp_6014_replacing_destroys_nothing() {
    let mut office = Office::new();
    for product in [SUITE_1, SUITE_3, PHONE_SYSTEM] {
        office.buy(product, 1);
    }
    let ada = office.hire("ada");
    office
        .assign_partly(ada, &[(SUITE_1, &[EXCHANGE]), (PHONE_SYSTEM, &[])], &[])
        .unwrap();
    office.does(Command::SwapProduct {
        scope: SwapScope::Users(vec![UserKey::Id(ada)]),
        from: SUITE_1,
        to: SUITE_3,
        disabled_plans: Vec::new(),
    });
    assert_eq!(office.held(ada), [SUITE_3, PHONE_SYSTEM]);
    assert!(!office.enabled(ada).contains(&EXCHANGE));
    assert!(office.enabled(ada).contains(&TEAMS));
}
