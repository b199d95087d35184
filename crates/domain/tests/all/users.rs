//! Users by example: creation, the recycle bin, and the last administrator (licensing.md 1.3 and 3.8).

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    access::Role,
    user::{NewUser, UserKey, UserPatch, UserProperty, UserState},
};

use crate::office::{Office, SUITE_1, new_user};

#[test]
fn a_deleted_user_frees_its_seats_and_comes_back_without_any() {
    let mut office = Office::new();
    let [ada, bob] = ["ada", "bob"].map(|name| office.hire(name));
    office.buy(SUITE_1, 1);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.delete(ada);
    assert_eq!(office.seats(SUITE_1).consumed, 0);
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    office.wait(29);
    office.does(Command::RestoreUser { id: ada });
    assert_eq!(office.held(ada), [SUITE_1]);
    let seats = office.seats(SUITE_1);
    assert_eq!(
        (seats.enabled, seats.consumed, seats.available()),
        (1, 2, 0)
    );
}

#[test]
fn the_recycle_bin_empties_after_30_days() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    office.delete(ada);
    office.wait(29);
    assert_eq!(office.user(ada).state, UserState::Deleted);
    office.wait(1);
    assert_eq!(office.user(ada).state, UserState::Purged);
    let gone = Err(Rejection::DeletedUserNotFound { id: ada });
    assert_eq!(office.attempt(Command::RestoreUser { id: ada }), gone);
}

#[test]
fn a_purged_user_leaves_nothing_behind() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    let bob = office.hire("bob");
    office.give_role(ada, Role::GlobalAdministrator);
    office.give_role(bob, Role::GlobalAdministrator);
    office.buy(SUITE_1, 1);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    let live = Err(Rejection::DeletedUserNotFound { id: ada });
    assert_eq!(office.attempt(Command::PurgeUser { id: ada }), live);
    office.delete(ada);
    office.does(Command::PurgeUser { id: ada });
    let user = office.user(ada);
    assert!(user.properties.is_empty() && user.licenses.is_empty());
    assert_eq!(user.usage_location, None);
    assert_eq!(office.seats(SUITE_1).consumed, 0);
    assert_eq!(office.tenant.roles_of(ada).count(), 0);
    assert!(office.tenant.users().find_id(ada).is_none());
    office.hire("ada"); // the name is free again
}

#[test]
fn a_name_belongs_to_one_live_user() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    let taken = |name: &str| {
        Err(Rejection::PrincipalNameTaken {
            principal_name: format!("{name}@contoso.test"),
        })
    };
    assert_eq!(
        office.attempt(Command::CreateUsers(vec![new_user("ADA")])),
        taken("ADA")
    );
    let twins = vec![new_user("bob"), new_user("Bob")];
    assert_eq!(office.attempt(Command::CreateUsers(twins)), taken("Bob"));
    assert_eq!(office.tenant.users().len(), 1, "all or none");
    let rename = |name: &str| Command::UpdateUser {
        user: UserKey::Id(ada),
        patch: UserPatch {
            properties: [(UserProperty::UserPrincipalName, Some(name.into()))].into(),
            ..UserPatch::default()
        },
    };
    office.does(rename("Ada@contoso.test")); // another case of one's own name
    office.delete(ada);
    office.hire("ada");
    assert_eq!(
        office.attempt(Command::RestoreUser { id: ada }),
        taken("Ada")
    );
}

#[test]
fn a_name_is_in_a_verified_domain() {
    let mut office = Office::new();
    let mut user = new_user("ada");
    user.properties
        .insert(UserProperty::UserPrincipalName, "ada@Fabrikam.test".into());
    let create = Command::CreateUsers(vec![user]);
    let refused = Rejection::DomainNotVerified {
        domain: "fabrikam.test".to_owned(),
    };
    assert_eq!(office.attempt(create.clone()), Err(refused));
    office.does(Command::AddDomain {
        name: "FABRIKAM.test".to_owned(),
        is_default: true,
    });
    office.does(create);
    assert_eq!(office.tenant.default_domain(), "fabrikam.test");
}

#[test]
fn one_address_in_two_properties_finds_its_user_once() {
    let mut office = Office::new();
    let mut user = new_user("ada");
    let proxies = vec!["SMTP:Ada@contoso.test".to_owned()];
    user.properties.extend([
        (UserProperty::Mail, "ada@contoso.test".into()),
        (
            UserProperty::ProxyAddresses,
            zetel_domain::user::PropertyValue::Texts(proxies),
        ),
    ]);
    let read_only = Rejection::ReadOnlyProperty {
        name: "proxyAddresses",
    };
    assert_eq!(
        office.attempt(Command::CreateUsers(vec![user.clone()])),
        Err(read_only)
    );
    let mut context = zetel_domain::Context {
        now: office.now,
        new_id: &mut || Uuid::from_u128(7),
        is_system: true,
        actor: "somebody".to_owned(),
        confirmation: None,
    };
    let plan = zetel_domain::decide(
        &office.tenant,
        &Command::CreateUsers(vec![user]),
        &mut context,
    );
    for event in plan.unwrap().events {
        office.tenant.apply(&event);
    }
    assert_eq!(
        office
            .tenant
            .users()
            .find_address("ADA@contoso.test")
            .count(),
        1
    );
    office.delete(Uuid::from_u128(7));
    assert_eq!(
        office
            .tenant
            .users()
            .find_address("ADA@contoso.test")
            .count(),
        0
    );
}

#[test]
fn a_disabled_user_keeps_its_seat() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    office.buy(SUITE_1, 1);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.does(enabling(ada, false));
    assert_eq!(office.held(ada), [SUITE_1]);
    assert_eq!(office.seats(SUITE_1).consumed, 1);
}

fn enabling(id: Uuid, account_enabled: bool) -> Command {
    Command::UpdateUser {
        user: UserKey::Id(id),
        patch: UserPatch {
            account_enabled: Some(account_enabled),
            ..UserPatch::default()
        },
    }
}

#[test]
fn the_last_global_administrator_stays() {
    let mut office = Office::new();
    let [ada, bob] = ["ada", "bob"].map(|name| office.hire(name));
    let role = Role::GlobalAdministrator;
    office.give_role(ada, role);
    let last = Err(Rejection::LastGlobalAdministrator);
    let delete = Command::DeleteUser {
        user: UserKey::Id(ada),
    };
    assert_eq!(office.attempt(delete.clone()), last);
    assert_eq!(
        office.attempt(Command::RemoveRole {
            principal: ada,
            role
        }),
        last
    );
    assert_eq!(office.attempt(enabling(ada, false)), last);
    office.give_role(bob, role);
    office.does(enabling(bob, false));
    for command in [enabling(ada, false), delete.clone()] {
        assert_eq!(
            office.attempt(command),
            last,
            "somebody disabled does not count"
        );
    }
    assert_eq!(
        office.attempt(Command::RemoveRole {
            principal: ada,
            role
        }),
        last
    );
    office.does(enabling(bob, false)); // nothing new
    office.does(enabling(bob, true));
    office.delete(bob);
    assert_eq!(
        office.attempt(delete.clone()),
        last,
        "somebody in the recycle bin does not count"
    );
    office.does(Command::RestoreUser { id: bob });
    office.does(delete);
    assert_eq!(
        office.attempt(Command::RemoveRole {
            principal: bob,
            role
        }),
        last
    );
}

#[test]
fn an_id_is_given_once() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    let register = |client_id| Command::AddApplication {
        client_id,
        display_name: "Sync".to_owned(),
        permissions: Vec::new(),
        public_client: false,
        redirect_uris: Vec::new(),
        dormant: false,
        properties: std::collections::BTreeMap::new(),
        owners: Vec::new(),
    };
    let Outcome::Created(application) = office.does(register(None)) else {
        panic!("registering tells the id")
    };
    let known = office.tenant.applications()[&application].clone();
    office.delete(ada);
    office.does(Command::PurgeUser { id: ada });
    let create = |id| {
        Command::CreateUsers(vec![NewUser {
            id: Some(id),
            ..new_user("bob")
        }])
    };
    for id in [ada, known.id, known.client_id, known.service_principal_id] {
        assert_eq!(office.attempt(create(id)), Err(Rejection::IdTaken { id }));
    }
    for id in [ada, known.id, known.service_principal_id] {
        let refused = Err(Rejection::IdTaken { id });
        assert_eq!(office.attempt(register(Some(id))), refused);
    }
    let free = Uuid::from_u128(0xabc);
    office.does(create(free));
    let refused = Err(Rejection::IdTaken { id: free });
    assert_eq!(office.attempt(register(Some(free))), refused);
}
