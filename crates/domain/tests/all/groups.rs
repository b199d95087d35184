//! Each rule of group licensing by example (licensing.md 3).

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection, assignment::Violation, group::GroupPatch, policy::FallbackChain,
    user::UserKey,
};

use crate::{
    group_office::{ACTIVE, error, kept, security_group},
    office::{
        EXCHANGE, OFFICE_WEB, Office, PHONE, PHONE_SYSTEM, SHAREPOINT_1, SHAREPOINT_2, SUITE_1,
        SUITE_3, TEAMS, request,
    },
};

/// Two seats of everything, a user and a group.
fn office() -> (Office, Uuid, Uuid) {
    let mut office = Office::new();
    for product in [SUITE_1, SUITE_3, PHONE_SYSTEM] {
        office.buy(product, 2);
    }
    let ada = office.hire("ada");
    let staff = office.group("staff");
    (office, ada, staff)
}

#[test]
fn members_have_what_their_group_has_and_lose_it_when_they_leave() {
    let (mut office, ada, staff) = office();
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    assert_eq!(office.states(ada), [(SUITE_1, Some(staff), ACTIVE)]);
    assert_eq!(office.seats(SUITE_1).consumed, 1);
    office.leave(staff, &[ada]);
    assert!(office.states(ada).is_empty());
    assert_eq!(office.seats(SUITE_1).consumed, 0);
}

#[test]
fn plans_are_the_union_over_all_assignments_and_take_one_seat() {
    let (mut office, ada, staff) = office();
    office
        .license_partly(staff, &[(SUITE_1, &[TEAMS, EXCHANGE])], &[])
        .unwrap();
    office.join(staff, &[ada]);
    office
        .assign_partly(ada, &[(SUITE_1, &[EXCHANGE])], &[])
        .unwrap();
    let on = office.enabled(ada);
    assert!(on.contains(&TEAMS) && !on.contains(&EXCHANGE), "{on:?}");
    assert_eq!(office.seats(SUITE_1).consumed, 1);
    // E7: what is only inherited cannot be removed; what is direct as well goes, and the inherited stays.
    office.assign(ada, &[], &[SUITE_1]).unwrap();
    let refused = office.assign(ada, &[], &[SUITE_1]);
    assert_eq!(
        refused,
        Err(Rejection::LicenseInherited { sku_id: SUITE_1 })
    );
    assert!(!office.enabled(ada).contains(&TEAMS));
}

#[test]
fn a_unit_is_applied_whole_or_not_at_all() {
    let (mut office, ada, staff) = office();
    let (bob, eve) = (office.hire("bob"), office.hire("eve"));
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    office.assign(eve, &[SUITE_1], &[]).unwrap();
    office
        .license(staff, &[SUITE_1, PHONE_SYSTEM], &[])
        .unwrap();
    office.join(staff, &[ada]);
    let expected = [
        (SUITE_1, Some(staff), error(Violation::Count)),
        (PHONE_SYSTEM, Some(staff), error(Violation::Other)),
    ];
    assert_eq!(office.states(ada), expected);
    // A freed seat heals nothing by itself (licensing.md 0, rule 11).
    office.assign(bob, &[], &[SUITE_1]).unwrap();
    assert_eq!(office.states(ada), expected);
    assert_eq!(office.reprocess(ada), None);
    assert_eq!(office.enabled(ada).len(), 5);
}

#[test]
fn reprocessing_tells_what_stands_in_the_way() {
    let (mut office, ada, staff) = office();
    office.license(staff, &[SUITE_3], &[]).unwrap();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    assert_eq!(
        office.states(ada),
        [
            (SUITE_1, None, ACTIVE),
            (SUITE_3, Some(staff), error(Violation::MutuallyExclusive))
        ]
    );
    let conflict = Rejection::MutuallyExclusive {
        plan_ids: vec![SHAREPOINT_1, SHAREPOINT_2],
    };
    assert_eq!(office.reprocess(ada), Some(conflict));
    // Removing the other source heals the conflict.
    office.assign(ada, &[], &[SUITE_1]).unwrap();
    assert_eq!(office.states(ada), [(SUITE_3, Some(staff), ACTIVE)]);
}

#[test]
fn what_another_plan_needs_stays_until_that_is_solved_and_the_user_reprocessed() {
    let (mut office, ada, staff) = office();
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    office.assign(ada, &[PHONE_SYSTEM], &[]).unwrap(); // needs Teams
    office.leave(staff, &[ada]);
    let stays = (SUITE_1, Some(staff), kept(Violation::Dependency));
    assert_eq!(office.states(ada), [stays, (PHONE_SYSTEM, None, ACTIVE)]);
    assert_eq!(office.seats(SUITE_1).consumed, 1);
    assert_eq!(
        office.reprocess(ada),
        Some(Rejection::DependencyMissing {
            plan_id: PHONE,
            requires: vec![TEAMS]
        })
    );
    office.assign(ada, &[], &[PHONE_SYSTEM]).unwrap();
    assert_eq!(office.states(ada), [stays]);
    assert_eq!(office.reprocess(ada), None);
    assert!(office.states(ada).is_empty());
    assert_eq!(office.seats(SUITE_1).consumed, 0);
}

#[test]
fn the_tenants_location_stands_in_for_a_missing_one() {
    let (mut office, ada, staff) = office();
    office.license(staff, &[SUITE_3], &[]).unwrap();
    office.locate(ada, None);
    office.join(staff, &[ada]); // neither has a location
    assert_eq!(office.states(ada), [(SUITE_3, Some(staff), ACTIVE)]);
    office.leave(staff, &[ada]);
    let mut profile = office.tenant.profile().clone();
    profile.default_usage_location = zetel_domain::location::Location::parse("CU");
    office.does(Command::ChangeProfile { profile });
    office.join(staff, &[ada]);
    let prohibited = error(Violation::ProhibitedInUsageLocation);
    assert_eq!(office.states(ada), [(SUITE_3, Some(staff), prohibited)]);
    office.locate(ada, Some("NL"));
    assert_eq!(office.states(ada), [(SUITE_3, Some(staff), prohibited)]);
    assert_eq!(office.reprocess(ada), None);
    assert_eq!(office.held(ada), [SUITE_3]);
}

#[test]
fn a_group_swaps_products_without_a_gap_and_per_user_whole_or_not_at_all() {
    let (mut office, ada, staff) = office();
    let bob = office.hire("bob");
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada, bob]);
    office.assign(ada, &[PHONE_SYSTEM], &[]).unwrap();
    office.license(staff, &[SUITE_3], &[SUITE_1]).unwrap();
    assert!(office.enabled(ada).contains(&PHONE));
    assert_eq!(office.held(bob), [SUITE_3]);
    // Back, with one seat only: one of the two keeps what it has.
    let eve = office.hire("eve");
    office.assign(eve, &[SUITE_1], &[]).unwrap();
    office.license(staff, &[SUITE_1], &[SUITE_3]).unwrap();
    assert_eq!(office.held(ada), [SUITE_1, PHONE_SYSTEM]);
    assert_eq!(
        office.states(bob),
        [
            (SUITE_1, Some(staff), error(Violation::Count)),
            (SUITE_3, Some(staff), kept(Violation::Other)),
        ]
    );
    office.delete(eve);
    assert_eq!(office.reprocess(bob), None);
    assert_eq!(office.states(bob), [(SUITE_1, Some(staff), ACTIVE)]);
}

#[test]
fn deleted_users_free_their_seats_and_come_back_without_any() {
    let (mut office, ada, staff) = office();
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    office.delete(ada);
    assert_eq!(office.seats(SUITE_1).consumed, 0);
    for name in ["bob", "eve"] {
        let user = office.hire(name);
        office.assign(user, &[SUITE_1], &[]).unwrap();
    }
    office.does(Command::RestoreUser { id: ada });
    assert_eq!(office.states(ada), [(SUITE_1, Some(staff), ACTIVE)]);
    assert_eq!(office.seats(SUITE_1).consumed, 3);
}

#[test]
fn a_group_with_licenses_stays() {
    let (mut office, _, staff) = office();
    office.license(staff, &[SUITE_1], &[]).unwrap();
    let refused = office.attempt(Command::DeleteGroup { group: staff });
    assert_eq!(
        refused,
        Err(Rejection::GroupHasLicenses {
            group: "staff".to_owned()
        })
    );
    office.license(staff, &[], &[SUITE_1]).unwrap();
    office.does(Command::DeleteGroup { group: staff });
    assert!(office.tenant.find_group(staff).is_none());
}

#[test]
fn prerequisites_must_be_in_the_same_group() {
    let (mut office, _, staff) = office();
    let refused = office.license(staff, &[PHONE_SYSTEM], &[]);
    let missing = Rejection::DependencyMissing {
        plan_id: PHONE,
        requires: vec![TEAMS],
    };
    assert_eq!(refused, Err(missing.clone()));
    office
        .license(staff, &[PHONE_SYSTEM, SUITE_1], &[])
        .unwrap();
    assert_eq!(office.license(staff, &[], &[SUITE_1]), Err(missing));
}

#[test]
fn rules_put_users_in_and_out_at_once() {
    let (mut office, ada, _) = office();
    let cloud = office.dynamic_group("cloud", "user.department -eq \"Cloud\"");
    office.license(cloud, &[SUITE_1], &[]).unwrap();
    assert!(office.members(cloud).is_empty());
    let move_to = |office: &mut Office, department: &str| {
        office.does(Command::UpdateUser {
            user: UserKey::Id(ada),
            patch: zetel_domain::user::UserPatch {
                properties: [(
                    zetel_domain::user::UserProperty::Department,
                    Some(department.into()),
                )]
                .into(),
                ..zetel_domain::user::UserPatch::default()
            },
        });
    };
    move_to(&mut office, "cloud");
    assert_eq!(office.members(cloud), [ada]);
    assert_eq!(office.held(ada), [SUITE_1]);
    move_to(&mut office, "Ground");
    assert!(office.held(ada).is_empty());
    let refused = office.attempt(Command::AddMembers {
        group: cloud,
        members: vec![ada],
    });
    assert!(matches!(refused, Err(Rejection::MembersFollowRule { .. })));
}

#[test]
fn a_rule_that_oscillates_is_stopped_and_reported() {
    let (mut office, ada, _) = office();
    let rule =
        format!("-not (user.assignedPlans -any (assignedPlan.servicePlanId -eq \"{TEAMS}\"))");
    let shy = office.dynamic_group("shy", &rule);
    assert_eq!(office.members(shy), [ada]);
    office.license(shy, &[SUITE_1], &[]).unwrap();
    let (_, group) = office.tenant.find_group(shy).unwrap();
    assert!(group.definition.rule_paused);
}

#[test]
fn nested_groups_count_where_the_policy_says_so_and_cycles_do_no_harm() {
    let (mut office, ada, staff) = office();
    let team = office.group("team");
    office.join(staff, &[team]);
    office.join(team, &[staff, ada]);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    assert!(office.states(ada).is_empty());
    office.extend(|policy| policy.nested_groups = true);
    assert_eq!(office.states(ada), [(SUITE_1, Some(staff), ACTIVE)]);
    office.leave(staff, &[team]);
    assert!(office.states(ada).is_empty());
}

#[test]
fn seats_go_to_those_who_wait_by_priority_and_time() {
    let (mut office, ada, staff) = office();
    let board = office.group("board");
    office.extend(|policy| {
        policy.automatic_reprocessing = true;
        policy.priority = true;
    });
    let (bob, eve, zoe) = (office.hire("bob"), office.hire("eve"), office.hire("zoe"));
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.license(board, &[SUITE_1], &[]).unwrap();
    office
        .rename(
            board,
            GroupPatch {
                priority: Some(9),
                ..GroupPatch::default()
            },
        )
        .unwrap();
    for member in [ada, bob, eve] {
        office.wait(1);
        office.join(staff, &[member]);
    }
    office.wait(1);
    office.join(board, &[zoe]);
    let waits = |office: &Office, user| office.held(user).is_empty();
    assert!(!waits(&office, ada) && !waits(&office, bob));
    assert!(waits(&office, eve) && waits(&office, zoe));
    office.leave(staff, &[ada]);
    assert!(waits(&office, eve) && !waits(&office, zoe));
    office.buy(SUITE_1, 1);
    assert!(!waits(&office, eve));
}

#[test]
fn another_product_is_given_where_seats_lack_and_given_back_when_there_are() {
    let (mut office, ada, staff) = office();
    office.extend(|policy| {
        policy.automatic_reprocessing = true;
        policy.fallback = vec![FallbackChain(vec![SUITE_3, SUITE_1])];
    });
    for name in ["bob", "eve"] {
        let user = office.hire(name);
        office.assign(user, &[SUITE_3], &[]).unwrap();
    }
    office
        .license_partly(staff, &[(SUITE_3, &[EXCHANGE])], &[])
        .unwrap();
    office.join(staff, &[ada]);
    assert_eq!(
        office.states(ada),
        [
            (SUITE_1, Some(staff), ACTIVE),
            (SUITE_3, Some(staff), error(Violation::Count)),
        ]
    );
    assert!(!office.enabled(ada).contains(&EXCHANGE)); // what is off stays off
    office.buy(SUITE_3, 1);
    assert_eq!(office.states(ada), [(SUITE_3, Some(staff), ACTIVE)]);
    assert_eq!(office.seats(SUITE_1).consumed, 0);
}

#[test]
fn a_grace_period_keeps_what_was_taken_away() {
    let (mut office, ada, staff) = office();
    office.extend(|policy| policy.grace_days = 10);
    office.license(staff, &[SUITE_1], &[]).unwrap();
    office.join(staff, &[ada]);
    office.assign(ada, &[PHONE_SYSTEM], &[]).unwrap();
    office.assign(ada, &[], &[PHONE_SYSTEM]).unwrap();
    office.leave(staff, &[ada]);
    assert_eq!(office.held(ada), [SUITE_1, PHONE_SYSTEM]);
    office.wait(9);
    assert_eq!(office.held(ada), [SUITE_1, PHONE_SYSTEM]);
    office.wait(1);
    assert!(office.held(ada).is_empty());
}

#[test]
fn licenses_may_be_wanted_from_groups_alone() {
    let (mut office, ada, _) = office();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.extend(|policy| policy.no_direct_assignments = true);
    assert_eq!(
        office.assign(ada, &[PHONE_SYSTEM], &[]),
        Err(Rejection::DirectAssignmentsOff)
    );
    office.assign(ada, &[], &[SUITE_1]).unwrap();
}

#[test]
fn partial_success_decides_each_product_alone() {
    let (mut office, ada, staff) = office();
    office.extend(|policy| policy.partial_success = true);
    for name in ["bob", "eve"] {
        let user = office.hire(name);
        office.assign(user, &[SUITE_1, PHONE_SYSTEM], &[]).unwrap();
    }
    office.buy(SUITE_1, 1);
    office
        .license(staff, &[SUITE_1, PHONE_SYSTEM], &[])
        .unwrap();
    office.join(staff, &[ada]);
    assert_eq!(
        office.states(ada),
        [
            (SUITE_1, Some(staff), ACTIVE),
            (PHONE_SYSTEM, Some(staff), error(Violation::Count)),
        ]
    );
}

#[test]
fn a_group_without_security_gives_nothing() {
    let (mut office, _, _) = office();
    let mut new = security_group("news");
    new.definition.unified = true;
    new.definition.mail_enabled = true;
    new.definition.security_enabled = false;
    let news = office.try_group(new).unwrap();
    assert!(matches!(
        office.license(news, &[SUITE_1], &[]),
        Err(Rejection::GroupNotLicensable { .. })
    ));
}

#[test]
fn bulk_and_single_decisions_of_a_large_group_agree() {
    let mut office = Office::new();
    office.buy(SUITE_1, 500);
    office.buy(SUITE_3, 500);
    office.buy(PHONE_SYSTEM, 90);
    let users: Vec<Uuid> = (0..100)
        .map(|number| office.hire(&format!("user{number}")))
        .collect();
    let staff = office.group("staff");
    office.join(staff, &users);
    for (place, user) in users.iter().enumerate() {
        match place % 10 {
            0 => drop(
                office
                    .assign_partly(*user, &[(SUITE_1, &[TEAMS])], &[])
                    .unwrap(),
            ),
            1 => drop(office.assign(*user, &[SUITE_3], &[]).unwrap()),
            2 => office.delete(*user),
            3 => office.locate(*user, Some("AE")),
            _ => {}
        }
    }
    let mut singly = office.tenant.clone();
    office.does(Command::AssignGroupLicenses {
        group: staff,
        request: request(&[(SUITE_1, &[OFFICE_WEB]), (PHONE_SYSTEM, &[])], &[]),
    });
    let states =
        |office: &Office| -> Vec<_> { users.iter().map(|user| office.states(*user)).collect() };
    let bulk = states(&office);
    // The same, one member after the other.
    std::mem::swap(&mut singly, &mut office.tenant);
    let present: Vec<Uuid> = users
        .iter()
        .copied()
        .enumerate()
        .filter(|(place, _)| place % 10 != 2)
        .map(|(_, user)| user)
        .collect();
    office.leave(staff, &present);
    office
        .license_partly(staff, &[(SUITE_1, &[OFFICE_WEB]), (PHONE_SYSTEM, &[])], &[])
        .unwrap();
    for user in &present {
        office.join(staff, &[*user]);
    }
    assert_eq!(bulk, states(&office));
    assert_eq!(
        singly.seats(singly.find_product(SUITE_1).unwrap()),
        office.seats(SUITE_1)
    );
}
