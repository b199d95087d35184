//! Groups, their members and what they give.

use uuid::Uuid;
use zetel_domain::{
    Command, Rejection,
    assignment::{LicenseState, Violation},
    decide::RemainderReason,
    group::{GroupPatch, GroupState},
    subscription::Channel,
    user::{PropertyValue, UserKey, UserPatch, UserProperty},
};

use super::{Desk, refused};
use crate::office::{EXCHANGE, INTUNE_USER, PHONE_SYSTEM, SUITE_1, SUITE_3, TEAMS, purchase};

const SALES_RULE: &str = r#"user.department -eq "Sales""#;

fn transfer(desk: &mut Desk, user: Uuid, department: &str) {
    desk.does(Command::UpdateUser {
        user: UserKey::Id(user),
        patch: UserPatch {
            properties: [(
                UserProperty::Department,
                Some(PropertyValue::from(department)),
            )]
            .into(),
            ..UserPatch::default()
        },
    });
}

fn patch(desk: &mut Desk, group: Uuid, patch: GroupPatch) {
    desk.does(Command::UpdateGroup { group, patch });
}

#[test]
fn what_a_group_gives_is_taken_back_and_given_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 2);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[ada, bob]);
    let without = desk.snapshot();
    desk.license(sales, &[(SUITE_1, &[EXCHANGE])], &[]);
    let with = desk.snapshot();
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), without);
    assert_eq!(desk.office.seats(SUITE_1).consumed, 0);

    desk.license(sales, &[(SUITE_1, &[EXCHANGE])], &[]);
    desk.license(sales, &[], &[SUITE_1]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), with);
    desk.license(sales, &[(SUITE_1, &[TEAMS])], &[]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), with);
}

#[test]
fn what_a_group_gives_otherwise_since_stays() {
    let mut desk = Desk::new();
    for product in [SUITE_1, PHONE_SYSTEM, INTUNE_USER] {
        desk.office.buy(product, 2);
    }
    let [ada] = desk.hire(["ada"]);
    let sales = desk.group("sales", &[ada]);
    desk.license(sales, &[(SUITE_1, &[]), (INTUNE_USER, &[])], &[]);
    let generation = desk.last();
    desk.license(sales, &[(INTUNE_USER, &[])], &[SUITE_1]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    let left = desk.undo(generation);
    assert_eq!(left, [(None, Some(sales), RemainderReason::ChangedSince)]);
    assert_eq!(desk.office.held(ada), [SUITE_1]);

    let generation = desk.last() - 1;
    desk.license(sales, &[(PHONE_SYSTEM, &[])], &[]);
    let left = desk.undo(generation);
    assert!(matches!(
        left[..],
        [(
            None,
            Some(_),
            RemainderReason::Refused(Rejection::DependencyMissing { .. })
        )]
    ));
    assert_eq!(desk.office.held(ada), [SUITE_1, PHONE_SYSTEM]);
}

#[test]
fn members_come_back_and_go_again() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 3);
    let [ada, bob, cy] = desk.hire(["ada", "bob", "cy"]);
    let sales = desk.group("sales", &[ada]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    let before = desk.snapshot();
    desk.join(sales, &[bob, cy]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
    desk.leave(sales, &[ada]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);

    desk.join(sales, &[bob, cy]);
    let generation = desk.last();
    desk.leave(sales, &[bob]);
    desk.join(sales, &[bob]);
    desk.delete(cy);
    let left = desk.undo(generation);
    assert_eq!(
        left,
        [
            (Some(bob), Some(sales), RemainderReason::ChangedSince),
            (Some(cy), Some(sales), RemainderReason::Gone)
        ]
    );
    assert_eq!(desk.office.held(bob), [SUITE_1]);
}

#[test]
fn a_seat_that_a_member_lost_does_not_come_back() {
    let mut desk = Desk::new();
    let invoice = desk
        .office
        .try_buy(purchase(SUITE_1, Channel::Invoice, 2))
        .unwrap();
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[ada, bob]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.leave(sales, &[ada]);
    let generation = desk.last();
    desk.does(Command::ChangeQuantity {
        id: invoice,
        quantity: 1,
        on_behalf_of_manager: false,
    });
    let no_seats = refused(Rejection::NoSeats { sku_id: SUITE_1 });
    assert_eq!(desk.undo(generation), [(Some(ada), Some(sales), no_seats)]);
    let failed = LicenseState::Error(Violation::Count);
    assert_eq!(desk.sources(ada), [(SUITE_1, Some(sales), failed, vec![])]);
    assert_eq!(desk.members(sales).len(), 2);
}

#[test]
fn who_waited_for_a_seat_keeps_it() {
    let mut desk = Desk::extended(|policy| policy.automatic_reprocessing = true);
    desk.office.buy(SUITE_1, 1);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.join(sales, &[ada]);
    desk.join(sales, &[bob]);
    desk.leave(sales, &[ada]);
    assert_eq!(desk.office.held(bob), [SUITE_1]);
    let left = desk.undo_last();
    let no_seats = refused(Rejection::NoSeats { sku_id: SUITE_1 });
    assert_eq!(left[0], (Some(ada), Some(sales), no_seats));
    assert!(matches!(
        left[1],
        (Some(user), Some(_), RemainderReason::NotReversible(_)) if user == bob
    ));
    assert_eq!((left.len(), desk.office.held(bob)), (2, vec![SUITE_1]));
}

#[test]
fn members_of_a_dynamic_group_follow_from_what_is_put_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 2);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group_with("sales", &[], |definition| {
        definition.rule = Some(SALES_RULE.to_owned());
    });
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    let before = desk.snapshot();
    transfer(&mut desk, ada, "Sales");
    assert_eq!(desk.office.held(ada), [SUITE_1]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);

    // By hand first, by a rule since: the rule decides.
    let pilots = desk.group("pilots", &[]);
    desk.join(pilots, &[bob]);
    let generation = desk.last();
    transfer(&mut desk, bob, "Sales");
    let rule = GroupPatch {
        rule: Some(Some(SALES_RULE.to_owned())),
        ..GroupPatch::default()
    };
    patch(&mut desk, pilots, rule);
    let follow = refused(Rejection::MembersFollowRule {
        group: "pilots".to_owned(),
    });
    assert_eq!(desk.undo(generation), [(Some(bob), Some(pilots), follow)]);
}

#[test]
fn a_group_becomes_static_again_with_its_members() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 3);
    let [ada, bob, cy] = desk.hire(["ada", "bob", "cy"]);
    transfer(&mut desk, cy, "Sales");
    let nested = desk.group("nested", &[]);
    let sales = desk.group("sales", &[ada, bob, nested]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    let before = desk.snapshot();
    let rule = GroupPatch {
        rule: Some(Some(SALES_RULE.to_owned())),
        ..GroupPatch::default()
    };
    patch(&mut desk, sales, rule);
    assert_eq!(desk.members(sales), [cy]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
    let (_, group) = desk.office.tenant.find_group(sales).unwrap();
    assert_eq!(group.subgroups.len(), 1);
    desk.undo_all_of_last();
    assert_eq!(desk.members(sales), [cy]);
}

#[test]
fn values_of_a_group_that_were_changed_since_stay() {
    let mut desk = Desk::new();
    let sales = desk.group("sales", &[]);
    patch(
        &mut desk,
        sales,
        GroupPatch {
            display_name: Some("Sales team".to_owned()),
            description: Some(Some("All of them".to_owned())),
            ..GroupPatch::default()
        },
    );
    let generation = desk.last();
    patch(
        &mut desk,
        sales,
        GroupPatch {
            description: Some(Some("Most of them".to_owned())),
            ..GroupPatch::default()
        },
    );
    let left = desk.undo(generation);
    assert_eq!(left, [(None, Some(sales), RemainderReason::ChangedSince)]);
    let (_, group) = desk.office.tenant.find_group(sales).unwrap();
    assert_eq!(group.definition.display_name, "sales");
    assert_eq!(
        group.definition.description.as_deref(),
        Some("Most of them")
    );
}

#[test]
fn a_new_group_goes_unless_it_is_used() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 3);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let first = desk.group("first", &[ada]);
    desk.undo_all_of_last();
    assert!(desk.office.tenant.find_group(first).is_none());
    assert!(desk.office.user(ada).memberships.is_empty());

    let licensed = desk.group("licensed", &[ada]);
    let generation = desk.last();
    desk.license(licensed, &[(SUITE_1, &[])], &[]);
    let has_licenses = refused(Rejection::GroupHasLicenses {
        group: "licensed".to_owned(),
    });
    assert_eq!(
        desk.undo(generation),
        [(None, Some(licensed), has_licenses)]
    );
    assert_eq!(desk.members(licensed), [ada]);

    let filled = desk.group("filled", &[ada]);
    let generation = desk.last();
    desk.join(filled, &[bob]);
    let left = desk.undo(generation);
    assert_eq!(left, [(None, Some(filled), RemainderReason::ChangedSince)]);
}

#[test]
fn a_microsoft_365_group_comes_back_and_goes_again() {
    let mut desk = Desk::new();
    let [ada] = desk.hire(["ada"]);
    let team = desk.group_with("team", &[ada], |definition| {
        definition.unified = true;
        definition.mail_enabled = true;
    });
    let creation = desk.last();
    let state = |desk: &Desk| desk.office.tenant.groups().find_id(team).unwrap().1.state();
    desk.does(Command::DeleteGroup { group: team });
    let deletion = desk.last();
    desk.undo_all_of_last();
    assert_eq!(
        (state(&desk), desk.members(team)),
        (GroupState::Live, vec![ada])
    );
    desk.undo_all_of_last();
    assert_eq!(state(&desk), GroupState::Deleted);
    let left = desk.undo(deletion);
    assert_eq!(
        left,
        [(None, Some(team), RemainderReason::ChangedSince)],
        "it was deleted by another change"
    );
    desk.does(Command::RestoreGroup { group: team });
    assert_eq!(desk.undo(creation), []);
    assert_eq!(state(&desk), GroupState::Deleted);

    desk.group_with("team", &[], |_| {});
    let taken = refused(Rejection::MailNicknameTaken {
        mail_nickname: "team".to_owned(),
    });
    let generation = desk.last() - 1;
    assert_eq!(desk.undo(generation), [(None, Some(team), taken)]);
}

#[test]
fn owners_come_back_and_go_again() {
    let mut desk = Desk::new();
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[]);
    let owners = |desk: &Desk| desk.office.tenant.find_group(sales).unwrap().1.owners.len();
    desk.does(Command::AddOwner {
        group: sales,
        user: ada,
    });
    desk.does(Command::AddOwner {
        group: sales,
        user: bob,
    });
    desk.undo_all_of_last();
    assert_eq!(owners(&desk), 1);
    desk.does(Command::RemoveOwner {
        group: sales,
        user: ada,
    });
    desk.undo_all_of_last();
    assert_eq!(owners(&desk), 1);
    desk.does(Command::RemoveOwner {
        group: sales,
        user: ada,
    });
    let generation = desk.last();
    desk.delete(ada);
    assert_eq!(
        desk.undo(generation),
        [(Some(ada), Some(sales), RemainderReason::Gone)]
    );
}

#[test]
fn nested_groups_come_back_with_what_they_give() {
    let mut desk = Desk::extended(|policy| policy.nested_groups = true);
    desk.office.buy(SUITE_1, 2);
    let [ada] = desk.hire(["ada"]);
    let inner = desk.group("inner", &[ada]);
    let outer = desk.group("outer", &[]);
    desk.license(outer, &[(SUITE_1, &[])], &[]);
    let without = desk.snapshot();
    desk.join(outer, &[inner]);
    let with = desk.snapshot();
    assert_eq!(desk.office.held(ada), [SUITE_1]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), without);
    desk.join(outer, &[inner]);
    desk.leave(outer, &[inner]);
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), with);
}

#[test]
fn a_conflict_that_healed_since_is_told() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    desk.office.buy(SUITE_3, 1);
    let [ada] = desk.hire(["ada"]);
    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let sales = desk.group("sales", &[ada]);
    desk.license(sales, &[(SUITE_3, &[])], &[]);
    desk.assign(ada, &[], &[SUITE_1]);
    assert_eq!(desk.office.held(ada), [SUITE_3], "the conflict is over");
    let left = desk.undo_last();
    assert!(matches!(
        left[..],
        [(
            Some(_),
            None,
            RemainderReason::Refused(Rejection::MutuallyExclusive { .. })
        )]
    ));
    assert_eq!(desk.office.held(ada), [SUITE_3]);
}
