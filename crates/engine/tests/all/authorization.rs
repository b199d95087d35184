//! Who may give which command, asked through the engine: the whole matrix, compared with the stored one.

use std::{fmt::Write, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Timestamp,
    access::{Action, Caller, Permission, Role, Scopes},
    application::ApplicationPatch,
    assignment::AssignmentRequest,
    command::{RestoreScope, SwapScope},
    device::{DeviceSettings, Enrollment, LimitPolicyChange, Report},
    group::{GroupDefinition, GroupPatch, NewGroup},
    policy::Policy,
    user::{NewUser, UserKey, UserPatch, UserProperty},
};
use zetel_engine::{Engine, EngineError, Submission};

use crate::support::{Place, TENANT, TestClock, begin, open, snapshot, submit};

/// The user that commands are about; it has no role.
const TARGET: Uuid = Uuid::from_u128(0x3000);
/// Another one, with a role.
const ADMINISTRATOR: Uuid = Uuid::from_u128(0x3001);
const DISABLED: Uuid = Uuid::from_u128(0x3002);
const DELETED: Uuid = Uuid::from_u128(0x3003);
/// Owns both groups.
const OWNER: Uuid = Uuid::from_u128(0x3005);
const GROUP: Uuid = Uuid::from_u128(0x4000);
/// Directory roles can be assigned to it.
const ROLE_GROUP: Uuid = Uuid::from_u128(0x4001);

fn patch(change: impl FnOnce(&mut UserPatch)) -> UserPatch {
    let mut patch = UserPatch::default();
    change(&mut patch);
    patch
}

/// A command of every kind, and of the variants that need other rights.
fn commands(engine: &Engine) -> Vec<(String, Command)> {
    let state = snapshot(engine);
    let world = crate::support::world();
    let mut commands: Vec<(String, Command)> = (0..28)
        .filter(|kind| !matches!(kind, 2 | 3 | 9..=12 | 15))
        .map(|kind| world.command([kind, 0, 1, 1], &state))
        .map(|command| (command.name().to_owned(), command))
        .collect();
    commands.push(("createTenant".to_owned(), world.beginning(TENANT).remove(0)));
    commands.push((
        "removeApplication".to_owned(),
        Command::RemoveApplication { id: Uuid::nil() },
    ));
    commands.push((
        "addApplication (with a permission)".to_owned(),
        Command::AddApplication {
            client_id: None,
            display_name: "Sync".to_owned(),
            permissions: vec![Permission::UserReadAll],
            public_client: false,
            redirect_uris: Vec::new(),
            dormant: false,
            properties: std::collections::BTreeMap::new(),
            owners: Vec::new(),
        },
    ));
    for command in [
        Command::UpdateApplication {
            id: Uuid::nil(),
            patch: ApplicationPatch::default(),
        },
        Command::NoteCredentials {
            id: Uuid::nil(),
            added: Vec::new(),
            removed: Vec::new(),
        },
        Command::RevokeSessions {
            user: UserKey::Id(TARGET),
        },
    ] {
        commands.push((command.name().to_owned(), command));
    }
    let updates = [
        (
            "its city",
            patch(|patch| drop(patch.properties.insert(UserProperty::City, None))),
        ),
        (
            "its usage location",
            patch(|patch| patch.usage_location = Some(None)),
        ),
        (
            "whether it is enabled",
            patch(|patch| patch.account_enabled = Some(false)),
        ),
        (
            "its mail",
            patch(|patch| drop(patch.properties.insert(UserProperty::Mail, None))),
        ),
    ];
    for (whom, id) in [("user", TARGET), ("administrator", ADMINISTRATOR)] {
        let user = UserKey::Id(id);
        for (what, patch) in &updates {
            let command = Command::UpdateUser {
                user: user.clone(),
                patch: patch.clone(),
            };
            commands.push((format!("updateUser {what} ({whom})"), command));
        }
    }
    let user = UserKey::Id(ADMINISTRATOR);
    for command in [
        Command::DeleteUser { user: user.clone() },
        Command::NotePasswordChange { user: user.clone() },
        Command::RevokeSessions { user },
    ] {
        commands.push((format!("{} (administrator)", command.name()), command));
    }
    commands
}

/// A command of every kind on groups, on what they give, and on the past.
fn group_commands(members_changed: u64) -> Vec<(String, Command)> {
    let mut commands = vec![
        (
            "createGroup".to_owned(),
            Command::CreateGroup(group(None, false)),
        ),
        (
            "createGroup (for roles)".to_owned(),
            Command::CreateGroup(group(None, true)),
        ),
        (
            "changePolicy".to_owned(),
            Command::ChangePolicy {
                policy: Policy::default(),
            },
        ),
        (
            "approveChange".to_owned(),
            Command::ApproveChange {
                token: String::new(),
            },
        ),
        (
            "undo (members of a group)".to_owned(),
            Command::Undo {
                generation: members_changed,
                earlier: Arc::default(),
                events: Arc::default(),
            },
        ),
    ];
    for (whom, group) in [("group", GROUP), ("group for roles", ROLE_GROUP)] {
        for (what, command) in commands_on(group) {
            commands.push((format!("{} {what}({whom})", command.name()), command));
        }
    }
    let user = UserKey::Id(TARGET);
    for (what, scope) in [
        ("tenant", RestoreScope::Tenant),
        ("user", RestoreScope::User(user.clone())),
        ("group", RestoreScope::Group(GROUP)),
    ] {
        let command = Command::RestoreLicenses {
            at: Timestamp(i64::from(u32::MAX)),
            events: Arc::default(),
            scope,
        };
        commands.push((format!("restoreLicenses ({what})"), command));
    }
    for (what, scope) in [
        ("all users", SwapScope::AllUsers),
        ("users", SwapScope::Users(vec![user.clone()])),
        ("group", SwapScope::Group(GROUP)),
    ] {
        let command = Command::SwapProduct {
            scope,
            from: TARGET,
            to: TARGET,
            disabled_plans: Vec::new(),
        };
        commands.push((format!("swapProduct ({what})"), command));
    }
    for command in [
        Command::ReprocessUser { user },
        Command::MigrateToGroups {
            users: None,
            accept_lost_plans: false,
        },
    ] {
        commands.push((command.name().to_owned(), command));
    }
    commands
}

/// Commands on one group.
fn commands_on(group: Uuid) -> Vec<(&'static str, Command)> {
    let members = vec![TARGET];
    let patch = GroupPatch {
        add_members: members.clone(),
        ..GroupPatch::default()
    };
    let renaming = GroupPatch {
        display_name: Some("New".to_owned()),
        ..GroupPatch::default()
    };
    vec![
        ("its members ", Command::UpdateGroup { group, patch }),
        (
            "its name ",
            Command::UpdateGroup {
                group,
                patch: renaming,
            },
        ),
        ("", Command::DeleteGroup { group }),
        ("", Command::RestoreGroup { group }),
        ("", Command::PurgeGroup { group }),
        (
            "",
            Command::AddMembers {
                group,
                members: members.clone(),
            },
        ),
        ("", Command::RemoveMembers { group, members }),
        (
            "",
            Command::AddOwner {
                group,
                user: TARGET,
            },
        ),
        (
            "",
            Command::RemoveOwner {
                group,
                user: TARGET,
            },
        ),
        (
            "",
            Command::AssignGroupLicenses {
                group,
                request: AssignmentRequest::default(),
            },
        ),
        ("", Command::ReprocessGroup { group }),
    ]
}

fn group(id: Option<Uuid>, role_assignable: bool) -> NewGroup {
    let name = id.map_or("new".to_owned(), |id| format!("group{:x}", id.as_u128()));
    NewGroup {
        id,
        definition: GroupDefinition {
            display_name: name.clone(),
            mail_nickname: name,
            security_enabled: true,
            role_assignable,
            ..GroupDefinition::default()
        },
        owners: vec![OWNER],
        ..NewGroup::default()
    }
}

/// A command of every kind on devices. The change before that of members was one of their settings.
fn device_commands(members_changed: u64) -> Vec<(String, Command)> {
    let device = Uuid::from_u128(0xd0);
    let user = UserKey::Id(TARGET);
    let mut commands: Vec<(String, Command)> = [
        Command::EnrollDevice(Box::new(Enrollment {
            id: device,
            user: Some(user.clone()),
            ..Enrollment::default()
        })),
        Command::CheckIn {
            device,
            report: Report::default(),
        },
        Command::RetireDevice { device },
        Command::SyncDevice { device },
        Command::RemoveDevice { device },
        Command::ChangeDeviceSettings {
            settings: DeviceSettings::default(),
        },
        Command::ChangeLimitPolicies(LimitPolicyChange::Delete { id: device }),
        Command::AddEnrollmentManager { user: user.clone() },
        Command::RemoveEnrollmentManager { user },
    ]
    .into_iter()
    .map(|command| (command.name().to_owned(), command))
    .collect();
    commands.push((
        "undo (settings of devices)".to_owned(),
        Command::Undo {
            generation: members_changed.max(2) - 1,
            earlier: Arc::default(),
            events: Arc::default(),
        },
    ));
    commands
}

fn all_commands(engine: &Engine, members_changed: u64) -> Vec<(String, Command)> {
    let mut all = commands(engine);
    all.extend(group_commands(members_changed));
    all.extend(device_commands(members_changed));
    all
}

/// A user through an application that may do all that the user may.
fn signed_in(id: Uuid) -> Caller {
    Caller::User {
        id,
        scopes: Scopes::All,
    }
}

/// Every kind of caller.
fn callers(engine: &Engine) -> Vec<(String, Caller)> {
    let mut callers = vec![("the system".to_owned(), Caller::System("test"))];
    for (number, role) in (0..).zip(Role::ALL) {
        let id = Uuid::from_u128(0x7000 + number);
        let name = format!("role{number}");
        let user = NewUser {
            id: Some(id),
            account_enabled: true,
            properties: [
                (UserProperty::DisplayName, name.as_str().into()),
                (UserProperty::MailNickname, name.as_str().into()),
                (
                    UserProperty::UserPrincipalName,
                    format!("{name}@contoso.example").as_str().into(),
                ),
            ]
            .into(),
            ..NewUser::default()
        };
        submit(engine, Command::CreateUsers(vec![user])).unwrap();
        submit(
            engine,
            Command::AssignRole {
                principal: id,
                role: *role,
            },
        )
        .unwrap();
        callers.push((role.display_name().to_owned(), signed_in(id)));
    }
    callers.push(("the user itself".to_owned(), signed_in(TARGET)));
    let nobody = Uuid::from_u128(0x3004);
    callers.push(("another user".to_owned(), signed_in(nobody)));
    callers.push(("the owner of the group".to_owned(), signed_in(OWNER)));
    let grants = Permission::ALL.iter().map(|permission| vec![*permission]);
    for permissions in grants.chain([Vec::new()]) {
        let client_id = Uuid::from_u128(0x8000 + callers.len() as u128);
        let name = permissions
            .first()
            .map_or("an application without permissions", |one| one.as_str());
        let command = Command::AddApplication {
            client_id: Some(client_id),
            display_name: name.to_owned(),
            permissions: permissions.clone(),
            public_client: false,
            redirect_uris: Vec::new(),
            dormant: false,
            properties: std::collections::BTreeMap::new(),
            owners: Vec::new(),
        };
        assert!(matches!(submit(engine, command), Ok(Outcome::Created(_))));
        callers.push((name.to_owned(), Caller::Application { client_id }));
    }
    callers
}

fn prepared() -> (Place, Engine) {
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    let role = Role::UserAdministrator;
    submit(
        &engine,
        Command::AssignRole {
            principal: ADMINISTRATOR,
            role,
        },
    )
    .unwrap();
    let disable = patch(|patch| patch.account_enabled = Some(false));
    for id in [TARGET, Uuid::from_u128(0x3004), OWNER] {
        let enable = patch(|patch| patch.account_enabled = Some(true));
        submit(
            &engine,
            Command::UpdateUser {
                user: UserKey::Id(id),
                patch: enable,
            },
        )
        .unwrap();
    }
    submit(
        &engine,
        Command::UpdateUser {
            user: UserKey::Id(DISABLED),
            patch: disable,
        },
    )
    .unwrap();
    submit(
        &engine,
        Command::DeleteUser {
            user: UserKey::Id(DELETED),
        },
    )
    .unwrap();
    for (id, role_assignable) in [(ROLE_GROUP, true), (GROUP, false)] {
        let new = group(Some(id), role_assignable);
        submit(&engine, Command::CreateGroup(new)).unwrap();
    }
    // Who has a license is another question.
    let settings = DeviceSettings {
        unlicensed_administrators: true,
        ..DeviceSettings::default()
    };
    submit(&engine, Command::ChangeDeviceSettings { settings }).unwrap();
    let (group, members) = (GROUP, vec![TARGET]);
    submit(&engine, Command::AddMembers { group, members }).unwrap();
    (place, engine)
}

/// A refusal by a rule comes after the question who asks, so it counts as allowed.
fn may(engine: &Engine, caller: &Caller, command: &Command) -> bool {
    match engine.plan(TENANT, caller, command) {
        Ok(_) | Err(EngineError::Rejected(_)) => true,
        Err(EngineError::Forbidden(_)) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_matrix_is_the_stored_one() {
    let (_place, engine) = prepared();
    let members_changed = snapshot(&engine).generation();
    let callers = callers(&engine);
    let mut matrix = String::new();
    let mut names = std::collections::BTreeSet::new();
    for (name, command) in all_commands(&engine, members_changed) {
        names.insert(command.name());
        let allowed: Vec<&str> = callers
            .iter()
            .filter(|(_, caller)| may(&engine, caller, &command))
            .map(|(name, _)| name.as_str())
            .collect();
        writeln!(matrix, "{name}\n  {}", allowed.join(", ")).unwrap();
    }
    assert_eq!(names.len(), 53, "every command is asked: {names:?}");
    assert_eq!(
        matrix,
        include_str!("authorization.txt"),
        "the matrix became:\n{matrix}"
    );
}

#[test]
fn whoever_is_gone_or_disabled_may_nothing() {
    let (_place, engine) = prepared();
    let gone = [
        signed_in(DISABLED),
        signed_in(DELETED),
        signed_in(Uuid::from_u128(0x9999)),
        Caller::Application {
            client_id: Uuid::from_u128(0x9999),
        },
    ];
    for caller in gone {
        for (name, command) in all_commands(&engine, 1)
            .into_iter()
            .filter(|(name, _)| name != "createTenant")
        {
            let submission = Submission {
                caller: caller.clone(),
                ..Submission::of_system("test", command)
            };
            let result = engine.submit_blocking(TENANT, submission);
            assert_eq!(
                result.map(drop),
                Err(EngineError::UnknownCaller),
                "{caller}: {name}"
            );
        }
        for action in Action::ALL {
            let read = engine.read(TENANT, &caller, *action, None);
            assert_eq!(
                read.map(drop),
                Err(EngineError::UnknownCaller),
                "{caller}: {action:?}"
            );
        }
    }
}

#[test]
fn what_is_forbidden_is_not_done() {
    let (_place, engine) = prepared();
    let before = snapshot(&engine).generation();
    let caller = signed_in(TARGET);
    let command = Command::DeleteUser {
        user: UserKey::Id(ADMINISTRATOR),
    };
    let submission = Submission {
        caller,
        ..Submission::of_system("test", command)
    };
    let result = engine.submit_blocking(TENANT, submission);
    assert_eq!(
        result.map(drop),
        Err(EngineError::Forbidden(Action::DeleteUsers))
    );
    assert_eq!(snapshot(&engine).generation(), before);
}

#[test]
fn administrators_of_devices_need_a_license() {
    let place = Place::folder();
    let engine = open(&place.target(), &TestClock::new());
    begin(&engine);
    let (principal, role) = (TARGET, Role::IntuneAdministrator);
    submit(&engine, Command::AssignRole { principal, role }).unwrap();
    let enable = patch(|patch| patch.account_enabled = Some(true));
    let user = UserKey::Id(TARGET);
    submit(
        &engine,
        Command::UpdateUser {
            user,
            patch: enable,
        },
    )
    .unwrap();
    let read = |action| {
        let answer = engine.read(TENANT, &signed_in(TARGET), action, None);
        answer.map(drop)
    };
    let refused = Err(EngineError::UnlicensedAdministrator);
    for action in Action::ALL {
        let expected = match action {
            Action::ReadDevices | Action::EnrollDevices | Action::ManageDevices => refused.clone(),
            // So that somebody can turn the switch on.
            Action::ReadDeviceSettings | Action::ManageDeviceSettings => Ok(()),
            _ => continue,
        };
        assert_eq!(read(*action), expected, "{action:?}");
    }
    let settings = DeviceSettings {
        unlicensed_administrators: true,
        ..DeviceSettings::default()
    };
    let submission = Submission {
        caller: signed_in(TARGET),
        ..Submission::of_system("test", Command::ChangeDeviceSettings { settings })
    };
    engine.submit_blocking(TENANT, submission).unwrap();
    assert_eq!(read(Action::ManageDevices), Ok(()));
}
