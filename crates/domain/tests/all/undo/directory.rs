//! Users, the policy, and what cannot be undone.

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Outcome, Rejection,
    access::Role,
    catalog::Catalog,
    decide::{Earlier, RemainderReason},
    directory::Profile,
    event::Apart,
    location::Location,
    policy::{Policy, Semantics},
    user::{PropertyValue, UserKey, UserPatch, UserProperty, UserState},
};

use super::{Desk, refused};
use crate::office::{SUITE_1, SUITE_3, catalog, new_user};

fn state(desk: &Desk, user: Uuid) -> UserState {
    desk.office.user(user).state
}

fn update(desk: &mut Desk, user: Uuid, values: &[(UserProperty, &str)]) {
    let text = |text: &str| Some(PropertyValue::from(text));
    desk.does(Command::UpdateUser {
        user: UserKey::Id(user),
        patch: UserPatch {
            properties: values
                .iter()
                .map(|(property, value)| (*property, text(value)))
                .collect(),
            ..UserPatch::default()
        },
    });
}

fn text(desk: &Desk, user: Uuid, property: UserProperty) -> Option<PropertyValue> {
    desk.office.user(user).properties.get(&property).cloned()
}

#[test]
fn users_go_and_come_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    desk.undo_all_of_last();
    assert_eq!(state(&desk, ada), UserState::Deleted);
    desk.undo_all_of_last();
    assert_eq!(state(&desk, bob), UserState::Live);

    desk.assign(ada, &[(SUITE_1, &[])], &[]);
    let before = desk.snapshot();
    desk.delete(ada);
    let deletion = desk.last();
    desk.undo_all_of_last();
    assert_eq!(desk.snapshot(), before);
    assert_eq!(desk.office.seats(SUITE_1).consumed, 1);
    desk.delete(ada);
    assert_eq!(
        desk.undo(deletion),
        [(Some(ada), None, RemainderReason::ChangedSince)],
        "it was deleted by another change"
    );

    desk.does(Command::CreateUsers(vec![new_user("ada")]));
    let again = desk.last() - 2;
    let taken = refused(Rejection::PrincipalNameTaken {
        principal_name: "ada@contoso.test".to_owned(),
    });
    assert_eq!(desk.undo(again), [(Some(ada), None, taken)]);
}

#[test]
fn a_restored_user_goes_again_but_not_the_last_administrator() {
    let mut desk = Desk::new();
    let [ada] = desk.hire(["ada"]);
    let creation = desk.last();
    desk.delete(ada);
    desk.does(Command::RestoreUser { id: ada });
    desk.undo_all_of_last();
    assert_eq!(state(&desk, ada), UserState::Deleted);
    desk.does(Command::RestoreUser { id: ada });
    desk.does(Command::AssignRole {
        principal: ada,
        role: Role::GlobalAdministrator,
    });
    let last = refused(Rejection::LastGlobalAdministrator);
    assert_eq!(desk.undo(creation), [(Some(ada), None, last.clone())]);
    assert_eq!(state(&desk, ada), UserState::Live);

    let enable = |account_enabled| Command::UpdateUser {
        user: UserKey::Id(ada),
        patch: UserPatch {
            account_enabled: Some(account_enabled),
            ..UserPatch::default()
        },
    };
    let [bob] = desk.hire(["bob"]);
    let role = Role::GlobalAdministrator;
    desk.does(Command::AssignRole {
        principal: bob,
        role,
    });
    desk.does(enable(false));
    desk.does(enable(true));
    let enabling = desk.last();
    desk.does(Command::RemoveRole {
        principal: bob,
        role,
    });
    assert_eq!(desk.undo(enabling), [(Some(ada), None, last)]);
}

#[test]
fn values_come_back_if_they_are_as_they_were_made() {
    let mut desk = Desk::new();
    let [ada] = desk.hire(["ada"]);
    update(
        &mut desk,
        ada,
        &[
            (UserProperty::Department, "Sales"),
            (UserProperty::DisplayName, "Ada L."),
        ],
    );
    let generation = desk.last();
    update(
        &mut desk,
        ada,
        &[(UserProperty::DisplayName, "Ada Lovelace")],
    );
    desk.office.locate(ada, Some("DE"));
    let left = desk.undo(generation);
    assert_eq!(left, [(Some(ada), None, RemainderReason::ChangedSince)]);
    assert_eq!(text(&desk, ada, UserProperty::Department), None);
    let name = text(&desk, ada, UserProperty::DisplayName);
    assert_eq!(name, Some("Ada Lovelace".into()));
    let location = desk.office.user(ada).usage_location;
    assert_eq!(location, Location::parse("DE"));

    let user = UserKey::Id(ada);
    let patch = UserPatch {
        account_enabled: Some(false),
        usage_location: Some(None),
        ..UserPatch::default()
    };
    desk.does(Command::UpdateUser { user, patch });
    assert!(!desk.office.user(ada).account_enabled);
    desk.undo_all_of_last();
    assert!(desk.office.user(ada).account_enabled);
}

#[test]
fn a_name_that_somebody_else_has_now_does_not_come_back() {
    let mut desk = Desk::new();
    let [ada] = desk.hire(["ada"]);
    update(
        &mut desk,
        ada,
        &[(UserProperty::UserPrincipalName, "lovelace@contoso.test")],
    );
    let generation = desk.last();
    desk.hire(["ada"]);
    let taken = refused(Rejection::PrincipalNameTaken {
        principal_name: "ada@contoso.test".to_owned(),
    });
    assert_eq!(desk.undo(generation), [(Some(ada), None, taken)]);
}

#[test]
fn values_that_are_not_on_record_do_not_come_back() {
    let mut desk = Desk::new();
    let [ada] = desk.hire(["ada"]);
    update(&mut desk, ada, &[(UserProperty::Department, "Sales")]);
    let Command::Undo {
        generation,
        events,
        earlier,
    } = desk.undoing(desk.last())
    else {
        panic!("a command to undo");
    };
    let mut erased = Earlier::clone(&earlier);
    for event in erased.values_mut() {
        *event.personal_mut().unwrap() = Apart::Away;
    }
    for earlier in [Earlier::new(), erased] {
        let outcome = desk.does(Command::Undo {
            generation,
            events: events.clone(),
            earlier: earlier.into(),
        });
        let Outcome::Reverted(remainders) = outcome else {
            panic!("a way back tells what it left");
        };
        assert!(matches!(
            remainders[0].reason,
            RemainderReason::NotReversible(_)
        ));
    }
    let department = text(&desk, ada, UserProperty::Department);
    assert_eq!(department, Some("Sales".into()));
}

#[test]
fn the_policy_comes_back_and_licenses_follow() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    let inner = desk.group("inner", &[ada]);
    let outer = desk.group("outer", &[inner]);
    desk.license(outer, &[(SUITE_1, &[])], &[]);
    let before = desk.snapshot();
    let policy = Policy {
        semantics: Semantics::Extended,
        nested_groups: true,
        grace_days: 5,
        ..Policy::default()
    };
    desk.does(Command::ChangePolicy {
        policy: policy.clone(),
    });
    let generation = desk.last();
    assert_eq!(desk.office.held(ada), [SUITE_1]);
    let changed = Policy {
        grace_days: 6,
        ..policy
    };
    desk.does(Command::ChangePolicy { policy: changed });
    let left = desk.undo(generation);
    assert_eq!(left, [(None, None, RemainderReason::ChangedSince)]);
    assert_eq!(desk.snapshot(), before);
    let policy = desk.office.tenant.policy();
    assert_eq!((policy.nested_groups, policy.grace_days), (false, 6));
}

#[test]
fn what_cannot_be_undone_says_what_to_do() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada, bob] = desk.hire(["ada", "bob"]);
    let sales = desk.group("sales", &[bob]);
    desk.delete(ada);
    let subscription = *desk.office.tenant.subscriptions().keys().next().unwrap();
    let mut edition = Catalog::clone(&catalog());
    edition.rules.exclusions.clear();
    let commands = [
        Command::PurgeUser { id: ada },
        Command::NotePasswordChange {
            user: UserKey::Id(bob),
        },
        Command::RevokeSessions {
            user: UserKey::Id(bob),
        },
        Command::ReprocessUser {
            user: UserKey::Id(bob),
        },
        Command::ReprocessGroup { group: sales },
        Command::DeleteGroup { group: sales },
        Command::AddSubscription(crate::office::purchase(
            SUITE_3,
            crate::office::AGREEMENT,
            1,
        )),
        Command::SetRenewal {
            id: subscription,
            renews: true,
        },
        Command::Cancel { id: subscription },
        Command::AdoptCatalog {
            catalog: edition.into(),
            digest: [9; 32],
        },
        Command::AddDomain {
            name: "fabrikam.test".to_owned(),
            is_default: false,
        },
        Command::ChangeProfile {
            profile: Profile {
                display_name: "Fabrikam".to_owned(),
                ..Profile::default()
            },
        },
        Command::AssignRole {
            principal: bob,
            role: Role::UserAdministrator,
        },
        Command::RemoveRole {
            principal: bob,
            role: Role::UserAdministrator,
        },
        Command::ApproveChange {
            token: "0".repeat(32),
        },
    ];
    for command in commands {
        desk.does(command.clone());
        let left = desk.undo_last();
        assert!(
            matches!(left[..], [(_, _, RemainderReason::NotReversible(_))]),
            "{command:?} left {left:?}"
        );
        assert_eq!(desk.last_events(), [], "{command:?}");
    }
}

#[test]
fn an_event_and_its_inverse_take_each_other_back() {
    let mut desk = Desk::new();
    desk.office.buy(SUITE_1, 1);
    let [ada] = desk.hire(["ada"]);
    let sales = desk.group("sales", &[]);
    desk.license(sales, &[(SUITE_1, &[])], &[]);
    desk.join(sales, &[ada]);
    desk.delete(ada);
    desk.does(Command::RestoreUser { id: ada });
    let invertible: Vec<Event> = desk
        .journal
        .iter()
        .flatten()
        .filter(|event| event.inverse().is_some())
        .cloned()
        .collect();
    assert!(invertible.len() >= 5);
    for event in invertible {
        let twice = event.inverse().and_then(|inverse| inverse.inverse());
        match (&event, twice.unwrap()) {
            (Event::UserDeleted { .. }, Event::UserDeleted { .. }) => {} // at another time
            (_, twice) => assert_eq!(twice, event),
        }
    }
}
