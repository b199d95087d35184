//! Who may give which command. The table of roles, permissions and actions itself is compared in the crate.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Tenant,
    access::{
        Action, Caller, Denial, Permission, Role, Scopes, anybody_may, authorize,
        authorize_command, permission_allows, role_allows,
    },
    application::ApplicationPatch,
    device::{DeviceSettings, LimitPolicyChange, Report},
    location::Location,
    user::{UserKey, UserPatch, UserProperty, UserType},
};

use crate::office::{AGREEMENT, Office, SUITE_1, new_user, purchase, request};

/// A user who signed in through Microsoft's command line tools.
fn signed_in(id: Uuid) -> Caller {
    Caller::User {
        id,
        scopes: Scopes::All,
    }
}

/// A user through an application with these delegated permissions.
fn through(id: Uuid, permissions: &[Permission]) -> Caller {
    let scopes = Scopes::Only(Arc::new(permissions.iter().copied().collect()));
    Caller::User { id, scopes }
}

struct People {
    office: Office,
    /// Holds the License Administrator role: any role makes an account one of an administrator.
    administrator: Uuid,
    plain: Uuid,
}

fn people() -> People {
    let mut office = Office::new();
    let administrator = office.hire("administrator");
    let plain = office.hire("plain");
    office.give_role(administrator, Role::LicenseAdministrator);
    People {
        office,
        administrator,
        plain,
    }
}

impl People {
    fn with_role(&mut self, role: Role) -> Caller {
        let name = format!("person-{}", self.office.tenant.users().len());
        let id = self.office.hire(&name);
        self.office.give_role(id, role);
        signed_in(id)
    }

    fn application(&mut self, permissions: &[Permission]) -> Caller {
        let made = self.office.does(Command::AddApplication {
            client_id: None,
            display_name: "Sync".to_owned(),
            permissions: permissions.to_vec(),
            public_client: false,
            redirect_uris: Vec::new(),
            dormant: false,
            properties: BTreeMap::new(),
            owners: Vec::new(),
        });
        let Outcome::Created(id) = made else {
            panic!("{made:?}")
        };
        Caller::Application {
            client_id: self.office.tenant.applications()[&id].client_id,
        }
    }

    fn judge(&self, caller: &Caller, command: &Command) -> Result<(), Denial> {
        authorize_command(&self.office.tenant, caller, command)
    }
}

fn update(user: Uuid, patch: UserPatch) -> Command {
    Command::UpdateUser {
        user: UserKey::Id(user),
        patch,
    }
}

fn set(property: UserProperty) -> UserPatch {
    UserPatch {
        properties: [(property, Some("x".into()))].into(),
        ..UserPatch::default()
    }
}

fn location() -> UserPatch {
    UserPatch {
        usage_location: Some(Location::parse("NL")),
        ..UserPatch::default()
    }
}

fn disabling() -> UserPatch {
    UserPatch {
        account_enabled: Some(false),
        ..UserPatch::default()
    }
}

fn commands_on_subscriptions(tenant: &Tenant, id: Uuid) -> Vec<Command> {
    vec![
        Command::ChangeProfile {
            profile: tenant.profile().clone(),
        },
        Command::AddDomain {
            name: "fabrikam.test".to_owned(),
            is_default: false,
        },
        Command::AdoptCatalog {
            catalog: tenant.catalog().clone(),
            digest: [9; 32],
        },
        Command::AddSubscription(purchase(SUITE_1, AGREEMENT, 1)),
        Command::ChangeQuantity {
            id,
            quantity: 1,
            on_behalf_of_manager: false,
        },
        Command::Reactivate { id, renews: true },
        Command::SetRenewal { id, renews: true },
        Command::Cancel { id },
        Command::Tick,
    ]
}

fn commands_on_applications(id: Uuid) -> Vec<(Command, Action)> {
    let role = Role::GlobalReader;
    vec![
        (
            Command::AddApplication {
                client_id: None,
                display_name: "Sync".to_owned(),
                permissions: Vec::new(),
                public_client: false,
                redirect_uris: Vec::new(),
                dormant: false,
                properties: BTreeMap::new(),
                owners: Vec::new(),
            },
            Action::ManageApplications,
        ),
        (
            Command::RemoveApplication { id },
            Action::ManageApplications,
        ),
        (
            Command::UpdateApplication {
                id,
                patch: ApplicationPatch::default(),
            },
            Action::ManageApplications,
        ),
        (
            Command::NoteCredentials {
                id,
                added: Vec::new(),
                removed: Vec::new(),
            },
            Action::ManageApplications,
        ),
        (
            Command::SetPermissions {
                id,
                permissions: Vec::new(),
            },
            Action::GrantPermissions,
        ),
        (
            Command::AssignRole {
                principal: id,
                role,
            },
            Action::AssignRoles,
        ),
        (
            Command::RemoveRole {
                principal: id,
                role,
            },
            Action::AssignRoles,
        ),
    ]
}

fn commands_on_users(id: Uuid) -> Vec<(Command, Action)> {
    let user = UserKey::Id(id);
    vec![
        (
            Command::CreateUsers(vec![new_user("eve")]),
            Action::WriteUsers,
        ),
        (update(id, set(UserProperty::City)), Action::WriteUsers),
        (update(id, location()), Action::SetUsageLocation),
        (
            Command::NotePasswordChange { user: user.clone() },
            Action::WriteUsers,
        ),
        (
            Command::RevokeSessions { user: user.clone() },
            Action::RevokeSessions,
        ),
        (
            Command::DeleteUser { user: user.clone() },
            Action::DeleteUsers,
        ),
        (Command::RestoreUser { id }, Action::DeleteUsers),
        (Command::PurgeUser { id }, Action::PurgeUsers),
        (
            Command::AssignLicenses {
                user: user.clone(),
                request: request(&[], &[]),
            },
            Action::AssignLicenses,
        ),
        (
            Command::AssignLicensesInBulk {
                users: vec![user],
                request: request(&[], &[]),
            },
            Action::AssignLicenses,
        ),
    ]
}

fn commands_on_devices(user: Uuid) -> Vec<(Command, Action)> {
    let device = Uuid::from_u128(0xd0);
    let key = UserKey::Id(user);
    let settings = DeviceSettings::default();
    vec![
        (Command::EnrollDevice(Box::default()), Action::EnrollDevices),
        (
            Command::CheckIn {
                device,
                report: Report::default(),
            },
            Action::EnrollDevices,
        ),
        (Command::RetireDevice { device }, Action::ManageDevices),
        (Command::SyncDevice { device }, Action::ManageDevices),
        (Command::RemoveDevice { device }, Action::ManageDevices),
        (
            Command::ChangeDeviceSettings { settings },
            Action::ManageDeviceSettings,
        ),
        (
            Command::ChangeLimitPolicies(LimitPolicyChange::Delete { id: device }),
            Action::ManageDeviceSettings,
        ),
        (
            Command::AddEnrollmentManager { user: key.clone() },
            Action::ManageDeviceSettings,
        ),
        (
            Command::RemoveEnrollmentManager { user: key },
            Action::ManageDeviceSettings,
        ),
    ]
}

/// For each command the action that a caller without rights lacks.
#[test]
fn every_command_needs_its_action() {
    let mut people = people();
    people
        .office
        .manage(|settings| settings.unlicensed_administrators = true);
    let caller = people.application(&[]);
    let global = people.with_role(Role::GlobalAdministrator);
    let mut all = commands_on_users(people.plain);
    all.extend(commands_on_devices(people.plain));
    all.extend(
        commands_on_subscriptions(&people.office.tenant, people.plain)
            .into_iter()
            .map(|command| (command, Action::ManageSubscriptions)),
    );
    all.extend(commands_on_applications(people.plain));
    for (command, action) in all {
        let name = command.name();
        assert_eq!(
            people.judge(&caller, &command),
            Err(Denial::Forbidden(action)),
            "{name}"
        );
        assert_eq!(people.judge(&global, &command), Ok(()), "{name}");
        assert_eq!(
            people.judge(&Caller::System("test"), &command),
            Ok(()),
            "{name}"
        );
    }
}

#[test]
fn only_the_system_begins_tenants() {
    let mut people = people();
    let command = Command::CreateTenant {
        id: None,
        profile: people.office.tenant.profile().clone(),
        domain: "fabrikam.test".to_owned(),
    };
    let global = people.with_role(Role::GlobalAdministrator);
    assert!(people.judge(&global, &command).is_err());
    assert_eq!(people.judge(&Caller::System("init"), &command), Ok(()));
}

#[test]
fn somebody_who_is_gone_or_disabled_may_nothing() {
    let mut people = people();
    people.with_role(Role::GlobalAdministrator); // so that the next is not the last
    let caller = people.with_role(Role::GlobalAdministrator);
    let Caller::User { id, .. } = caller else {
        panic!("a user")
    };
    let may = |people: &People| {
        authorize(
            &people.office.tenant,
            &caller,
            Action::ReadOrganization,
            None,
        )
    };
    assert_eq!(may(&people), Ok(()));
    people.office.does(update(id, disabling()));
    assert_eq!(may(&people), Err(Denial::UnknownCaller));
    people.office.does(update(
        id,
        UserPatch {
            account_enabled: Some(true),
            ..UserPatch::default()
        },
    ));
    assert_eq!(may(&people), Ok(()));
    people.office.delete(id);
    assert_eq!(may(&people), Err(Denial::UnknownCaller));

    let application = people.application(Permission::ALL);
    let may =
        |people: &People| authorize(&people.office.tenant, &application, Action::ListUsers, None);
    assert_eq!(may(&people), Ok(()));
    let id = *people.office.tenant.applications().keys().next().unwrap();
    let set_dormant = |dormant| Command::UpdateApplication {
        id,
        patch: ApplicationPatch {
            dormant: Some(dormant),
            ..ApplicationPatch::default()
        },
    };
    people.office.does(set_dormant(true));
    assert_eq!(may(&people), Err(Denial::UnknownCaller));
    // With its service principal it lost its permissions, which do not come back with another.
    people.office.does(set_dormant(false));
    assert_eq!(may(&people), Err(Denial::Forbidden(Action::ListUsers)));
    people.office.does(Command::RemoveApplication { id });
    assert_eq!(may(&people), Err(Denial::UnknownCaller));
}

#[test]
fn sessions_of_administrators_are_ended_by_themselves_and_by_global_administrators() {
    let mut people = people();
    let helper = people.with_role(Role::UserAdministrator);
    let administrator = people.with_role(Role::LicenseAdministrator);
    let global = people.with_role(Role::GlobalAdministrator);
    let Caller::User { id, .. } = administrator else {
        panic!("a user")
    };
    let of = |id| Command::RevokeSessions {
        user: UserKey::Id(id),
    };
    assert_eq!(people.judge(&helper, &of(people.plain)), Ok(()));
    assert_eq!(
        people.judge(&helper, &of(id)),
        Err(Denial::Forbidden(Action::WriteAdministrators))
    );
    assert_eq!(people.judge(&administrator, &of(id)), Ok(()));
    assert_eq!(people.judge(&global, &of(id)), Ok(()));
    let plain = signed_in(people.plain);
    assert_eq!(people.judge(&plain, &of(people.plain)), Ok(()));
    assert_eq!(
        people.judge(&plain, &of(id)),
        Err(Denial::Forbidden(Action::RevokeSessions))
    );
}

#[test]
fn granting_at_registration_needs_the_right_to_grant() {
    let mut people = people();
    let registrar = people.application(&[Permission::ApplicationReadWriteAll]);
    let register = |permissions: &[Permission]| Command::AddApplication {
        client_id: None,
        display_name: "Sync".to_owned(),
        permissions: permissions.to_vec(),
        public_client: false,
        redirect_uris: Vec::new(),
        dormant: false,
        properties: BTreeMap::new(),
        owners: Vec::new(),
    };
    assert_eq!(people.judge(&registrar, &register(&[])), Ok(()));
    assert_eq!(
        people.judge(&registrar, &register(&[Permission::UserReadAll])),
        Err(Denial::Forbidden(Action::GrantPermissions))
    );
}

#[test]
fn an_application_may_what_its_permissions_or_its_roles_allow() {
    let mut people = people();
    let caller = people.application(&[Permission::UserReadAll]);
    let may =
        |people: &People, action| authorize(&people.office.tenant, &caller, action, None).is_ok();
    assert!(may(&people, Action::ListUsers));
    assert!(!may(&people, Action::AssignLicenses));
    let principal = people
        .office
        .tenant
        .applications()
        .values()
        .next()
        .unwrap()
        .service_principal_id;
    people
        .office
        .give_role(principal, Role::LicenseAdministrator);
    assert!(may(&people, Action::AssignLicenses));
}

#[test]
fn everybody_sees_the_organization_and_themselves() {
    let people = people();
    let caller = signed_in(people.plain);
    let may = |action, target| authorize(&people.office.tenant, &caller, action, target).is_ok();
    assert!(may(Action::ReadOrganization, None));
    assert!(may(Action::ReadUser, Some(people.plain)));
    assert!(!may(Action::ReadUser, Some(people.administrator)));
    assert!(!may(Action::ReadUser, None));
    assert!(!may(Action::WriteUsers, Some(people.plain)));
    assert!(!may(Action::ListUsers, None));
}

/// Neither a role nor a scope is enough alone, except for what everybody may.
#[test]
fn a_user_may_what_a_role_and_a_scope_allow() {
    let mut people = people();
    // Who has a license is another question.
    people
        .office
        .manage(|settings| settings.unlicensed_administrators = true);
    for role in Role::ALL {
        let Caller::User { id, .. } = people.with_role(*role) else {
            panic!("a user")
        };
        for permission in Permission::ALL {
            let caller = through(id, &[*permission]);
            for action in Action::ALL {
                for (target, on_self) in [(id, true), (people.plain, false)] {
                    let may = authorize(&people.office.tenant, &caller, *action, Some(target));
                    let both =
                        role_allows(*role, *action) && permission_allows(*permission, *action);
                    assert_eq!(
                        may.is_ok(),
                        both || anybody_may(*action, on_self),
                        "{role:?} through {permission:?}: {action:?}, on self: {on_self}"
                    );
                }
            }
        }
    }
    let without_role = through(people.plain, Permission::ALL);
    for action in Action::ALL {
        let may = authorize(&people.office.tenant, &without_role, *action, None);
        assert_eq!(may.is_ok(), anybody_may(*action, false), "{action:?}");
    }
}

#[test]
fn a_global_administrator_assigns_licenses_only_through_an_application_that_may() {
    let mut people = people();
    let Caller::User { id, .. } = people.with_role(Role::GlobalAdministrator) else {
        panic!("a user")
    };
    let command = Command::AssignLicenses {
        user: UserKey::Id(people.plain),
        request: request(&[(SUITE_1, &[])], &[]),
    };
    let reader = through(id, &[Permission::UserReadAll]);
    assert_eq!(
        people.judge(&reader, &command),
        Err(Denial::Forbidden(Action::AssignLicenses))
    );
    let writer = through(id, &[Permission::LicenseAssignmentReadWriteAll]);
    assert_eq!(people.judge(&writer, &command), Ok(()));
    assert_eq!(people.judge(&signed_in(id), &command), Ok(()));
    for caller in [reader, writer, signed_in(id)] {
        assert_eq!(caller.to_string(), format!("user:{id}"));
    }
}

/// What could take an administrator's account over or lock it out needs a Global Administrator; the rest does not.
#[test]
fn administrators_are_protected_from_user_administrators() {
    let mut people = people();
    let (administrator, plain) = (people.administrator, people.plain);
    let global = people.with_role(Role::GlobalAdministrator);
    let users = people.with_role(Role::UserAdministrator);
    let application = people.application(Permission::ALL);
    let sensitive = |id: Uuid| {
        let user = UserKey::Id(id);
        vec![
            Command::NotePasswordChange { user: user.clone() },
            Command::DeleteUser { user },
            Command::RestoreUser { id },
            Command::PurgeUser { id },
            update(id, disabling()),
            update(
                id,
                UserPatch {
                    user_type: Some(UserType::Guest),
                    ..UserPatch::default()
                },
            ),
            update(id, set(UserProperty::UserPrincipalName)),
            update(id, set(UserProperty::Mail)),
            update(id, set(UserProperty::OtherMails)),
            update(id, set(UserProperty::MobilePhone)),
            update(id, set(UserProperty::BusinessPhones)),
            update(id, set(UserProperty::OnPremisesImmutableId)),
        ]
    };
    let protected = Err(Denial::Forbidden(Action::WriteAdministrators));
    for command in sensitive(administrator) {
        assert_eq!(people.judge(&global, &command), Ok(()), "{command:?}");
        assert_eq!(people.judge(&users, &command), protected, "{command:?}");
        assert_eq!(
            people.judge(&application, &command),
            protected,
            "{command:?}"
        );
    }
    for command in sensitive(plain) {
        assert_eq!(people.judge(&users, &command), Ok(()), "{command:?}");
    }
    let request = request(&[(SUITE_1, &[])], &[]);
    let harmless = [
        update(administrator, set(UserProperty::City)),
        update(administrator, location()),
        Command::AssignLicenses {
            user: UserKey::Id(administrator),
            request,
        },
    ];
    for command in harmless {
        assert_eq!(people.judge(&users, &command), Ok(()), "{command:?}");
    }
    // Named by principal name it is the same person.
    let by_name = UserKey::PrincipalName("ADMINISTRATOR@contoso.test".to_owned());
    assert_eq!(
        people.judge(&users, &Command::DeleteUser { user: by_name }),
        protected
    );
    // Still an administrator in the recycle bin.
    people.office.delete(administrator);
    assert_eq!(
        people.judge(&users, &Command::RestoreUser { id: administrator }),
        protected
    );
}

#[test]
fn a_license_administrator_sets_usage_locations_and_nothing_else_of_a_user() {
    let mut people = people();
    let licenses = people.with_role(Role::LicenseAdministrator);
    let plain = people.plain;
    assert_eq!(people.judge(&licenses, &update(plain, location())), Ok(()));
    let more = UserPatch {
        usage_location: Some(None),
        ..set(UserProperty::City)
    };
    let forbidden = Err(Denial::Forbidden(Action::WriteUsers));
    assert_eq!(people.judge(&licenses, &update(plain, more)), forbidden);
    assert_eq!(
        people.judge(&licenses, &update(plain, UserPatch::default())),
        forbidden
    );
}

#[test]
fn administrators_of_devices_need_a_license_but_not_to_say_that_they_need_none() {
    let mut people = people();
    let caller = people.with_role(Role::IntuneAdministrator);
    let Caller::User { id, .. } = caller else {
        panic!("a user")
    };
    let unlicensed = Err(Denial::UnlicensedAdministrator);
    for (command, action) in commands_on_devices(people.plain) {
        let expected = if action == Action::ManageDeviceSettings {
            Ok(())
        } else {
            unlicensed
        };
        assert_eq!(people.judge(&caller, &command), expected);
        // Without the rights, the rights are what is told to be lacking.
        let plain = people.judge(&signed_in(people.plain), &command);
        assert_eq!(plain, Err(Denial::Forbidden(action)));
    }
    // Everybody sees their own devices, and an application needs no license.
    let application = people.application(&[Permission::DeviceManagementManagedDevicesReadAll]);
    let plain = signed_in(people.plain);
    for (caller, target, expected) in [
        (&caller, Some(people.plain), unlicensed),
        (&caller, Some(id), Ok(())),
        (&plain, Some(people.plain), Ok(())),
        (&application, None, Ok(())),
    ] {
        let read = authorize(&people.office.tenant, caller, Action::ReadDevices, target);
        assert_eq!(read, expected);
    }
}

#[test]
fn applications_are_owned_by_people_and_service_principals() {
    let mut people = people();
    people.application(&[]);
    let tenant = &people.office.tenant;
    let application = tenant.applications().values().next().unwrap().clone();
    let (id, principal, plain) = (
        application.id,
        application.service_principal_id,
        people.plain,
    );
    let add = |owner| Command::UpdateApplication {
        id,
        patch: ApplicationPatch {
            add_owners: vec![owner],
            ..ApplicationPatch::default()
        },
    };
    let remove = |owner| Command::UpdateApplication {
        id,
        patch: ApplicationPatch {
            remove_owners: vec![owner],
            ..ApplicationPatch::default()
        },
    };
    let list = "owners";
    let owners = |people: &People| people.office.tenant.applications()[&id].owners.clone();
    people.office.does(add(plain));
    people.office.does(add(principal));
    assert_eq!(owners(&people), [plain, principal]);
    for (command, rejection) in [
        (add(plain), Rejection::MemberExists { id: plain, list }),
        (add(id), Rejection::MemberNotFound { id }),
        (remove(id), Rejection::NotMember { id, list }),
    ] {
        assert_eq!(people.office.attempt(command), Err(rejection));
    }
    people.office.does(remove(plain));
    assert_eq!(owners(&people), [principal]);

    for place in 1..100 {
        let more = people.office.hire(&format!("owner{place}"));
        people.office.does(add(more));
    }
    let refused = people.office.attempt(add(plain));
    assert_eq!(
        refused,
        Err(Rejection::LimitReached {
            what: "owners of an application",
            limit: 100
        })
    );
    let newest = owners(&people)[99];
    people.office.does(remove(newest));

    // An owner who is deleted stays one until removed; nobody who is deleted becomes one.
    people.office.does(add(plain));
    people.office.delete(plain);
    assert!(owners(&people).contains(&plain));
    people.office.does(remove(plain));
    assert_eq!(
        people.office.attempt(add(plain)),
        Err(Rejection::MemberNotFound { id: plain })
    );
}
