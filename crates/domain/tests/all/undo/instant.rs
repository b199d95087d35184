//! Licenses as they were at a time: seen, and put back.

use std::sync::Arc;

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Rejection,
    catalog::{AppliesTo, LicenseBase},
    command::RestoreScope,
    decide::{RemainderReason, as_of},
    user::UserKey,
};

use super::{Desk, no_guard, refused};
use crate::office::{EXCHANGE, INTUNE, INTUNE_USER, SUITE_1, SUITE_3, TEAMS, catalog, product};

/// Ada has a direct license, Bob one from a group; then all of that is changed.
fn changed_since() -> (Desk, usize, [Uuid; 3], Uuid) {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 5);
    desk.office.buy(SUITE_3, 5);
    desk.office.buy(INTUNE_USER, 5);
    let [ada, bob, cy] = desk.hire(["ada", "bob", "cy"]);
    let sales = desk.group("sales", &[bob]);
    desk.license(sales, &[(SUITE_1, &[TEAMS])], &[]);
    desk.assign(ada, &[(SUITE_1, &[EXCHANGE])], &[]);
    let then = desk.last();
    desk.assign(ada, &[(SUITE_3, &[])], &[SUITE_1]);
    desk.license(sales, &[(SUITE_3, &[])], &[SUITE_1]);
    desk.leave(sales, &[bob]);
    desk.join(sales, &[cy]);
    desk.assign(bob, &[(INTUNE_USER, &[])], &[]);
    (desk, then, [ada, bob, cy], sales)
}

#[test]
fn a_tenant_is_seen_as_it_was() {
    let (desk, then, [ada, bob, cy], _) = changed_since();
    let events: Vec<Event> = desk.journal[then + 1..].iter().flatten().cloned().collect();
    let past = as_of(&desk.office.tenant, &events);
    let held = |user: Uuid| {
        let view = past.users().find_id(user).unwrap();
        let effective = past.effective_products(&view);
        effective
            .map(|(license, product)| (product.sku_id, license.disabled.count_ones()))
            .collect::<Vec<_>>()
    };
    assert_eq!(held(ada), [(SUITE_1, 1)]);
    assert_eq!(held(bob), [(SUITE_1, 1)]);
    assert_eq!(held(cy), []);
    let suite = past.find_product(SUITE_1).unwrap();
    assert_eq!(past.seats(suite).consumed, 2);
}

#[test]
fn a_tenant_is_put_back() {
    let (mut desk, then, [ada, bob, cy], sales) = changed_since();
    assert_eq!(desk.restore(then, RestoreScope::Tenant), []);
    assert_eq!(desk.office.held(ada), [SUITE_1]);
    assert_eq!(desk.sources(ada)[0].3, [EXCHANGE]);
    assert_eq!(desk.office.held(bob), [SUITE_1]);
    assert_eq!(desk.sources(bob)[0].1, Some(sales));
    assert_eq!(desk.sources(bob)[0].3, [TEAMS]);
    assert_eq!(desk.sources(cy), []);
    let at = desk.office.now;
    assert!(matches!(
        desk.last_events()[0],
        Event::Reverted { generation: None, to: Some(to) } if to < at
    ));
    let again = desk.last();
    assert_eq!(desk.restore(again, RestoreScope::Tenant), []);
    assert_eq!(desk.last_events(), [], "nothing to do, nothing done");
}

#[test]
fn a_user_is_put_back_alone() {
    let (mut desk, then, [ada, bob, cy], sales) = changed_since();
    let left = desk.restore(then, RestoreScope::User(UserKey::Id(bob)));
    assert_eq!(left.len(), 1, "the group gives another suite now: {left:?}");
    assert_eq!(left[0].0, Some(bob));
    assert_eq!(desk.office.held(bob), [SUITE_3]);
    assert_eq!(desk.office.held(ada), [SUITE_3]);
    assert_eq!(desk.members(sales).len(), 2);
    assert_eq!(desk.restore(then, RestoreScope::User(UserKey::Id(ada))), []);
    assert_eq!(desk.office.held(ada), [SUITE_1]);
    assert_eq!(desk.office.held(cy), [SUITE_3]);
}

#[test]
fn a_group_is_put_back_alone() {
    let (mut desk, then, [ada, bob, cy], sales) = changed_since();
    assert_eq!(desk.restore(then, RestoreScope::Group(sales)), []);
    assert_eq!(desk.members(sales), [bob]);
    assert_eq!(desk.office.held(bob), [SUITE_1, INTUNE_USER]);
    assert_eq!(
        (desk.office.held(ada), desk.office.held(cy)),
        (vec![SUITE_3], vec![])
    );
}

#[test]
fn who_is_gone_is_told() {
    let (mut desk, then, [ada, bob, cy], sales) = changed_since();
    desk.delete(ada);
    desk.delete(cy);
    desk.does(Command::PurgeUser { id: cy });
    let left = desk.restore(then, RestoreScope::Tenant);
    let gone = |user| (Some(user), None, RemainderReason::Gone);
    assert_eq!(left, [gone(ada), gone(cy)]);
    assert_eq!(desk.office.held(bob), [SUITE_1]);
    let scope = RestoreScope::User(UserKey::Id(ada));
    assert_eq!(desk.restore(then, scope), [gone(ada)]);

    desk.license(sales, &[], &[SUITE_1]);
    desk.does(Command::DeleteGroup { group: sales });
    let left = desk.restore(then, RestoreScope::Tenant);
    assert!(left.contains(&(None, Some(sales), RemainderReason::Gone)));
}

#[test]
fn who_came_since_had_nothing() {
    let (mut desk, then, ..) = changed_since();
    let [dee] = desk.hire(["dee"]);
    let pilots = desk.group("pilots", &[dee]);
    desk.license(pilots, &[(SUITE_1, &[])], &[]);
    desk.assign(dee, &[(INTUNE_USER, &[])], &[]);
    assert_eq!(desk.restore(then, RestoreScope::Tenant), []);
    assert_eq!(desk.sources(dee), []);
    assert!(desk.office.tenant.find_group(pilots).is_some());
}

#[test]
fn a_seat_that_is_gone_is_told() {
    let mut desk = Desk::new();
    let bought = desk.office.buy(SUITE_1, 2);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[bob]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let then = desk.last();
    desk.assign(ada, &[], &[SUITE_1]);
    desk.leave(sales, &[bob]);
    desk.office.change_quantity(bought, 1);
    let left = desk.restore(then, RestoreScope::Tenant);
    let no_seats = refused(Rejection::NoSeats { sku_id: SUITE_1 });
    assert_eq!(left, [(Some(ada), None, no_seats)]);
    assert_eq!(desk.office.held(bob), [SUITE_1]);
}

#[test]
fn members_of_a_dynamic_group_stay() {
    let mut desk = Desk::new();
    let [ada] = desk.hire(["ada"]);
    let all = desk.group_with("all", &[], |definition| {
        definition.rule = Some("user.accountEnabled -eq true".to_owned());
    });
    let then = desk.last();
    let [bob] = desk.hire(["bob"]);
    let left = desk.restore(then, RestoreScope::Tenant);
    let follow = refused(Rejection::MembersFollowRule {
        group: "all".to_owned(),
    });
    assert_eq!(left, [(None, Some(all), follow)]);
    let mut everybody = vec![ada, bob];
    everybody.sort();
    assert_eq!(desk.members(all), everybody);
}

/// Plans that a catalog added since were not there then, and the policy wants them off.
#[test]
fn plans_switched_off_since_stay_off() {
    let mut desk = Desk::extended(|policy| {
        policy.new_plans_off = true;
        policy.guard = no_guard();
    });
    desk.office.buy(SUITE_1, 2);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[bob]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let (then, before) = (
        desk.last(),
        [ada, bob].map(|user| desk.office.enabled(user)),
    );
    let mut edition = catalog();
    let (id, suite) = product(
        SUITE_1,
        LicenseBase::User,
        AppliesTo::User,
        &[&edition.products[&SUITE_1].plans[..], &[INTUNE]].concat(),
    );
    edition.products.insert(id, suite);
    desk.does(Command::AdoptCatalog {
        catalog: Arc::new(edition),
        digest: [7; 32],
    });
    let mask = |desk: &Desk, user| desk.sources(user)[0].3.clone();
    assert_eq!(mask(&desk, ada), [INTUNE]);
    let events = desk.last_events().to_vec();
    let past = as_of(&desk.office.tenant, &events);
    for user in past.users().iter() {
        assert_eq!(past.effective(&user)[0].disabled, 0);
    }
    desk.assign(ada, &[], &[SUITE_1]);
    desk.license(sales, &[], &[SUITE_1]);
    assert_eq!(desk.restore(then, RestoreScope::Tenant), []);
    assert_eq!([ada, bob].map(|user| desk.office.enabled(user)), before);
    assert_eq!(mask(&desk, bob), [INTUNE]);
}
