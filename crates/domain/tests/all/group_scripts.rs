//! Sequences in which the tenant and the model once disagreed.

use zetel_domain::policy::{FallbackChain, Guard, Policy, Semantics};

use crate::{
    group_machine::play_followed,
    group_world::{GroupSpec, GroupStep, HAS_TEAMS, Kind, MemberRef, hire, purchase},
    world::{RequestSpec, Step, UserRef, sku_id},
};

/// Six products with one seat each, but for five of Project, bought in this order; eight users in the Netherlands; a group.
fn beginning(order: [u8; 6]) -> Vec<Step> {
    let seats = |number| if number == 3 { 5 } else { 1 };
    let mut steps: Vec<Step> = order.map(|number| purchase(number, seats(number))).to_vec();
    steps.extend((0..8).rev().map(|number| hire(number, Some("NL"))));
    steps.push(group(0));
    steps
}

fn group(number: u8) -> Step {
    Step::Group(GroupStep::Create(GroupSpec {
        number,
        kind: Kind::Security,
        rule: None,
        members: Vec::new(),
        priority: 0,
    }))
}

fn strict() -> Step {
    Step::Group(GroupStep::Policy(Policy {
        semantics: Semantics::Entra,
        guard: Guard {
            enabled: true,
            max_users: 0,
            max_percent: 0,
            min_users_for_percent: 0,
            second_approver: false,
        },
        ..Policy::default()
    }))
}

fn join(group: u8, user: u8) -> Step {
    Step::Group(GroupStep::AddMembers(group, vec![MemberRef::User(user)]))
}

fn leave(group: u8, user: u8) -> Step {
    Step::Group(GroupStep::RemoveMembers(group, vec![MemberRef::User(user)]))
}

fn give(group: u8, products: &[(u8, u8)]) -> Step {
    Step::Group(GroupStep::Assign(group, request(products, &[])))
}

fn request(add: &[(u8, u8)], remove: &[u8]) -> RequestSpec {
    RequestSpec {
        add: add
            .iter()
            .map(|(product, mask)| (*product, *mask, false))
            .collect(),
        remove: remove.to_vec(),
    }
}

fn assign(user: u8, add: &[(u8, u8)], remove: &[u8]) -> Step {
    Step::Assign(UserRef::Id(user), request(add, remove))
}

fn run(order: [u8; 6], steps: Vec<Step>) {
    let steps = steps.into_iter().map(|step| (step, false)).collect();
    play_followed((beginning(order), steps));
}

const BASES_FIRST: [u8; 6] = [1, 0, 5, 2, 4, 3];
const BASES_LAST: [u8; 6] = [3, 4, 2, 5, 0, 1];

/// A sibling without a seat is the culprit, not the product that needs the sibling.
#[test]
fn the_culprit_is_what_fails_by_itself() {
    // Project needs E3; the second member has no seat of either.
    let steps = |policy: Option<Step>| {
        let mut steps: Vec<Step> = policy.into_iter().collect();
        steps.extend([join(0, 1), give(0, &[(1, 0), (3, 0)]), join(0, 2)]);
        steps
    };
    run(BASES_LAST, steps(None));
    run(BASES_LAST, steps(Some(strict())));
    // E1 in the way of E3.
    run(
        BASES_LAST,
        vec![
            assign(1, &[(0, 0)], &[]),
            join(0, 1),
            give(0, &[(1, 0), (3, 0)]),
        ],
    );
}

/// The guard asks what people lose, not by which command.
#[test]
fn the_guard_counts_whom_is_deleted() {
    let direct = vec![
        strict(),
        assign(1, &[(0, 0)], &[]),
        Step::Delete(UserRef::Id(1)),
    ];
    run(BASES_FIRST, direct);
}

#[test]
fn the_guard_counts_members_who_are_deleted() {
    let member = vec![
        strict(),
        join(0, 1),
        give(0, &[(0, 0)]),
        Step::Delete(UserRef::Id(1)),
    ];
    run(BASES_FIRST, member);
}

#[test]
fn the_guard_counts_direct_removals() {
    run(
        BASES_FIRST,
        vec![strict(), assign(1, &[(0, 0)], &[]), assign(1, &[], &[0])],
    );
}

#[test]
fn the_guard_counts_who_leaves() {
    run(
        BASES_FIRST,
        vec![strict(), join(0, 1), give(0, &[(0, 0)]), leave(0, 1)],
    );
}

/// Who joined the group first is served first, whatever else the others are in and since when.
#[test]
fn the_line_for_a_group_is_that_of_its_members() {
    let mut steps = vec![group(1), join(1, 5), give(1, &[(5, 0)])];
    steps.extend([join(0, 1), join(0, 5), give(0, &[(1, 0)])]);
    run(BASES_FIRST, steps);
}

#[test]
fn the_line_for_a_group_does_not_see_quarrels_elsewhere() {
    let quarrel = [(2, 0), (0, 0)]; // F3 and E1 exclude each other
    let together = vec![MemberRef::User(6), MemberRef::User(2)];
    let mut steps = vec![group(1), join(1, 6), give(1, &quarrel)];
    steps.extend([
        Step::Group(GroupStep::AddMembers(0, together)),
        give(0, &[(1, 0)]),
    ]);
    run(BASES_FIRST, steps);
}

/// A fallback's seat is offered to those who wait for the product that it stands in for.
#[test]
fn the_waiting_are_offered_the_fallback() {
    let policy = Policy {
        semantics: Semantics::Extended,
        automatic_reprocessing: true,
        fallback: vec![FallbackChain(vec![sku_id(1), sku_id(2)])],
        ..Policy::default()
    };
    let mut steps = vec![Step::Group(GroupStep::Policy(policy)), give(0, &[(1, 0)])];
    steps.extend([join(0, 1), join(0, 2), join(0, 3), leave(0, 2)]);
    run(BASES_FIRST, steps);
}

/// A dynamic group follows the plans of everybody, also of those who are in no group.
#[test]
fn rules_see_direct_licenses() {
    let dynamic = Step::Group(GroupStep::Create(GroupSpec {
        number: 1,
        kind: Kind::Security,
        rule: Some(HAS_TEAMS),
        members: Vec::new(),
        priority: 0,
    }));
    run(
        BASES_FIRST,
        vec![dynamic, assign(1, &[(0, 0)], &[]), assign(1, &[], &[0])],
    );
}

/// What stands in for a product goes on when the policy no longer names it.
#[test]
fn a_fallback_outlives_the_policy() {
    let fallback = vec![FallbackChain(vec![sku_id(1), sku_id(2)])];
    let policy = |fallback| {
        Step::Group(GroupStep::Policy(Policy {
            semantics: Semantics::Extended,
            fallback,
            ..Policy::default()
        }))
    };
    let mut steps = vec![policy(fallback), give(0, &[(1, 0)])];
    steps.extend([join(0, 1), join(0, 2), policy(Vec::new())]);
    run(BASES_FIRST, steps);
}

/// When a product that stood in the way expires, what conflicted with it is tried again.
#[test]
fn an_expiry_heals_a_conflict() {
    let mut steps = vec![group(1), join(0, 1), join(1, 1)];
    steps.extend([give(0, &[(1, 0)]), give(1, &[(0, 0)])]);
    steps.extend([Step::Cancel(1), Step::Tick(100)]);
    run(BASES_FIRST, steps);
}

/// A fallback that works goes on where the group is given something that conflicts with it.
#[test]
fn a_fallback_outlives_a_failure_of_its_group() {
    let policy = Policy {
        semantics: Semantics::Extended,
        fallback: vec![FallbackChain(vec![sku_id(5), sku_id(1)])],
        ..Policy::default()
    };
    let mut steps = vec![
        Step::Group(GroupStep::Policy(policy)),
        join(0, 1),
        join(0, 2),
    ];
    steps.extend([give(0, &[(5, 0)]), give(0, &[(0, 0)])]);
    run(BASES_FIRST, steps);
}

/// What was kept because its swap failed is simply given when the group means it again.
#[test]
fn what_was_kept_is_given_again() {
    let swap = Step::Group(GroupStep::Assign(0, request(&[(1, 0)], &[4])));
    let steps = vec![
        join(0, 2),
        give(0, &[(0, 0), (4, 0)]),
        swap,
        give(0, &[(4, 0)]),
    ];
    run(BASES_FIRST, steps);
}
