//! Who may do what with groups, with what they give, and with the past.

use std::sync::Arc;

use uuid::Uuid;
use zetel_domain::{
    Command, Event, Outcome, Timestamp,
    access::{Action, Caller, Denial, Permission, Role, Scopes, authorize, authorize_command},
    command::{RestoreScope, SwapScope},
    event::{Grant, UserSet},
    group::{GroupOrdinal, GroupPatch},
    policy::Policy,
    product::ProductOrdinal,
    user::{UserKey, UserOrdinal},
};

use crate::{
    group_office::security_group,
    office::{Office, SUITE_1, request},
};

const FORBIDDEN: fn(Action) -> Result<(), Denial> = |action| Err(Denial::Forbidden(action));

struct People {
    office: Office,
    plain: Uuid,
    group: Uuid,
    role_assignable: Uuid,
}

fn people() -> People {
    let mut office = Office::new();
    let plain = office.hire("plain");
    let group = office.group("sales");
    let mut new = security_group("admins");
    new.definition.role_assignable = true;
    let role_assignable = office.try_group(new).unwrap();
    People {
        office,
        plain,
        group,
        role_assignable,
    }
}

fn signed_in(id: Uuid) -> Caller {
    Caller::User {
        id,
        scopes: Scopes::All,
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
            properties: std::collections::BTreeMap::new(),
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

    fn ordinal(&self, group: Uuid) -> GroupOrdinal {
        self.office.tenant.find_group(group).unwrap().0
    }
}

fn undo(event: Event) -> Command {
    Command::Undo {
        generation: 7,
        events: Arc::new(vec![event]),
        earlier: Arc::default(),
    }
}

fn renaming() -> GroupPatch {
    GroupPatch {
        display_name: Some("Sales".to_owned()),
        ..GroupPatch::default()
    }
}

fn members_of(group: Uuid, member: Uuid) -> Vec<Command> {
    let members = vec![member];
    let patch = GroupPatch {
        add_members: members.clone(),
        ..GroupPatch::default()
    };
    vec![
        Command::AddMembers {
            group,
            members: members.clone(),
        },
        Command::RemoveMembers { group, members },
        Command::UpdateGroup { group, patch },
    ]
}

fn definition_of(group: Uuid, user: Uuid) -> Vec<Command> {
    let patch = renaming();
    vec![
        Command::UpdateGroup { group, patch },
        Command::UpdateGroup {
            group,
            patch: GroupPatch::default(),
        },
        Command::DeleteGroup { group },
        Command::RestoreGroup { group },
        Command::PurgeGroup { group },
        Command::AddOwner { group, user },
        Command::RemoveOwner { group, user },
    ]
}

fn licenses_of(group: Uuid) -> Vec<Command> {
    vec![
        Command::AssignGroupLicenses {
            group,
            request: request(&[], &[]),
        },
        Command::ReprocessGroup { group },
        Command::SwapProduct {
            scope: SwapScope::Group(group),
            from: SUITE_1,
            to: SUITE_1,
            disabled_plans: Vec::new(),
        },
    ]
}

fn licenses_of_users(user: Uuid) -> Vec<Command> {
    let swap = |scope| Command::SwapProduct {
        scope,
        from: SUITE_1,
        to: SUITE_1,
        disabled_plans: Vec::new(),
    };
    vec![
        Command::ReprocessUser {
            user: UserKey::Id(user),
        },
        Command::MigrateToGroups {
            users: None,
            accept_lost_plans: false,
        },
        swap(SwapScope::AllUsers),
        swap(SwapScope::Users(vec![UserKey::Id(user)])),
    ]
}

#[test]
fn every_command_on_groups_needs_its_action() {
    let mut people = people();
    let (group, plain) = (people.group, people.plain);
    let nobody = people.application(&[]);
    let global = people.with_role(Role::GlobalAdministrator);
    let creation = Command::CreateGroup(security_group("new"));
    let policy = Policy::default();
    let all = [
        (vec![creation], Action::WriteGroups),
        (definition_of(group, plain), Action::WriteGroups),
        (members_of(group, plain), Action::WriteGroupMembers),
        (licenses_of(group), Action::AssignGroupLicenses),
        (licenses_of_users(plain), Action::AssignLicenses),
        (vec![Command::ChangePolicy { policy }], Action::ManagePolicy),
        (
            vec![
                Command::ApproveChange {
                    token: String::new(),
                },
                Command::Undo {
                    generation: 1,
                    earlier: Arc::default(),
                    events: Arc::default(),
                },
                Command::RestoreLicenses {
                    at: Timestamp(0),
                    events: Arc::default(),
                    scope: RestoreScope::Tenant,
                },
            ],
            Action::RevertChanges,
        ),
    ];
    for (commands, action) in all {
        for command in commands {
            assert_eq!(
                people.judge(&nobody, &command),
                FORBIDDEN(action),
                "{command:?}"
            );
            assert_eq!(people.judge(&global, &command), Ok(()), "{command:?}");
        }
    }
}

#[test]
fn roles_and_permissions_on_groups_are_those_of_graph() {
    let mut people = people();
    let (group, plain) = (people.group, people.plain);
    let groups = people.with_role(Role::GroupsAdministrator);
    let licenses = people.with_role(Role::LicenseAdministrator);
    let members_only = people.application(&[Permission::GroupMemberReadWriteAll]);
    let writer = people.application(&[Permission::GroupReadWriteAll]);
    for command in members_of(group, plain) {
        for caller in [&groups, &members_only, &writer] {
            assert_eq!(people.judge(caller, &command), Ok(()), "{command:?}");
        }
        let denied = FORBIDDEN(Action::WriteGroupMembers);
        assert_eq!(people.judge(&licenses, &command), denied);
    }
    for command in definition_of(group, plain) {
        assert_eq!(people.judge(&groups, &command), Ok(()), "{command:?}");
        assert_eq!(people.judge(&writer, &command), Ok(()), "{command:?}");
        let denied = FORBIDDEN(Action::WriteGroups);
        assert_eq!(people.judge(&members_only, &command), denied);
        assert_eq!(people.judge(&licenses, &command), denied);
    }
    for command in licenses_of(group) {
        for caller in [&groups, &licenses, &writer] {
            assert_eq!(people.judge(caller, &command), Ok(()), "{command:?}");
        }
        let denied = FORBIDDEN(Action::AssignGroupLicenses);
        assert_eq!(people.judge(&members_only, &command), denied);
    }
    let direct = &licenses_of_users(plain)[0];
    assert_eq!(people.judge(&licenses, direct), Ok(()));
    assert_eq!(
        people.judge(&groups, direct),
        FORBIDDEN(Action::AssignLicenses)
    );
}

#[test]
fn owners_read_their_group_and_change_its_members() {
    let mut people = people();
    let (group, plain) = (people.group, people.plain);
    people.office.does(Command::AddOwner { group, user: plain });
    let other = people.office.group("others");
    let owner = signed_in(plain);
    let reads = |people: &People, caller: &Caller, id| {
        authorize(&people.office.tenant, caller, Action::ReadGroups, Some(id)).is_ok()
    };
    assert!(reads(&people, &owner, group) && !reads(&people, &owner, other));
    for command in members_of(group, plain) {
        assert_eq!(people.judge(&owner, &command), Ok(()), "{command:?}");
    }
    for command in definition_of(group, plain) {
        assert_eq!(
            people.judge(&owner, &command),
            FORBIDDEN(Action::WriteGroups)
        );
    }
    for command in members_of(other, plain) {
        assert_eq!(
            people.judge(&owner, &command),
            FORBIDDEN(Action::WriteGroupMembers)
        );
    }
    // Only through an application that may.
    let scopes = Scopes::Only(Arc::new([Permission::UserReadAll].into()));
    let through = Caller::User { id: plain, scopes };
    assert!(!reads(&people, &through, group));
    assert!(
        people
            .judge(&through, &members_of(group, plain)[0])
            .is_err()
    );
    people
        .office
        .does(Command::RemoveOwner { group, user: plain });
    assert!(!reads(&people, &owner, group));
}

#[test]
fn groups_that_can_hold_roles_are_for_global_administrators() {
    let mut people = people();
    let (group, plain) = (people.role_assignable, people.plain);
    people.office.does(Command::AddOwner { group, user: plain });
    let protected = FORBIDDEN(Action::WriteRoleAssignableGroups);
    let groups = people.with_role(Role::GroupsAdministrator);
    let writer = people.application(&[Permission::GroupReadWriteAll]);
    let privileged = people.application(&[
        Permission::GroupReadWriteAll,
        Permission::RoleManagementReadWriteDirectory,
    ]);
    let global = people.with_role(Role::GlobalAdministrator);
    let mut creation = security_group("more");
    creation.definition.role_assignable = true;
    let mut commands = definition_of(group, plain);
    commands.push(Command::CreateGroup(creation));
    commands.extend(members_of(group, plain));
    for command in &commands {
        assert_eq!(people.judge(&groups, command), protected, "{command:?}");
        assert_eq!(people.judge(&writer, command), protected, "{command:?}");
        assert_eq!(people.judge(&privileged, command), Ok(()), "{command:?}");
        assert_eq!(people.judge(&global, command), Ok(()), "{command:?}");
    }
    for command in members_of(group, plain) {
        assert_eq!(people.judge(&signed_in(plain), &command), protected);
    }
    for command in licenses_of(group) {
        assert_eq!(people.judge(&groups, &command), Ok(()), "{command:?}");
    }
}

#[test]
fn undoing_needs_the_right_to_do() {
    let mut people = people();
    let licenses = people.with_role(Role::LicenseAdministrator);
    let groups = people.with_role(Role::GroupsAdministrator);
    let users = people.with_role(Role::UserAdministrator);
    let group = people.ordinal(people.group);
    let dynamic = people
        .office
        .dynamic_group("dynamic", "user.city -eq \"Delft\"");
    let dynamic = people.ordinal(dynamic);
    let protected = people.ordinal(people.role_assignable);
    let one = UserSet::One(UserOrdinal(0));
    let left = |group| Event::MembersRemoved {
        group,
        users: one.clone(),
        at: Timestamp(0),
    };
    let given = Event::GroupLicensesChanged {
        group,
        removed: Vec::new(),
        added: Vec::new(),
        at: Timestamp(0),
    };
    let direct = Event::AssignmentsChanged {
        users: one.clone(),
        removed: vec![Grant {
            product: ProductOrdinal(0),
            disabled: 0,
            source: zetel_domain::assignment::Source::Direct,
        }],
        added: Vec::new(),
        at: Timestamp(0),
    };
    let role = Event::RoleRemoved {
        principal: people.plain,
        role: Role::GlobalAdministrator,
    };
    let policy = Event::PolicyChanged {
        before: Policy::default(),
        after: Policy::default(),
    };
    let deleted = Event::UserDeleted {
        user: UserOrdinal(0),
        at: Timestamp(0),
    };
    for (event, allowed, denied) in [
        (
            left(group),
            &groups,
            Some((&licenses, Action::WriteGroupMembers)),
        ),
        (left(dynamic), &licenses, None),
        (given, &licenses, None),
        (direct, &licenses, Some((&groups, Action::AssignLicenses))),
        (deleted, &users, Some((&licenses, Action::DeleteUsers))),
        (left(group), &users, None),
    ] {
        let command = undo(event);
        assert_eq!(people.judge(allowed, &command), Ok(()), "{command:?}");
        if let Some((caller, action)) = denied {
            assert_eq!(
                people.judge(caller, &command),
                FORBIDDEN(action),
                "{command:?}"
            );
        }
    }
    for (event, action) in [
        (left(protected), Action::WriteRoleAssignableGroups),
        (role, Action::AssignRoles),
        (policy, Action::ManagePolicy),
    ] {
        assert_eq!(people.judge(&users, &undo(event)), FORBIDDEN(action));
    }
}

/// Whoever may assign licenses may put them back, but for memberships that somebody changed by hand.
#[test]
fn putting_licenses_back_needs_the_right_to_put_members_back() {
    let mut people = people();
    let licenses = people.with_role(Role::LicenseAdministrator);
    let users = people.with_role(Role::UserAdministrator);
    let (group, other) = (people.group, people.office.group("other"));
    let plain = people.office.tenant.find_user(&UserKey::Id(people.plain));
    let plain = plain.unwrap().ordinal;
    let left = |users| Event::MembersRemoved {
        group: people.ordinal(group),
        users: UserSet::One(users),
        at: Timestamp(0),
    };
    let renamed = Event::ProfileChanged {
        profile: people.office.tenant.profile().clone(),
    };
    let restore = |scope, event: Event| Command::RestoreLicenses {
        at: Timestamp(0),
        events: Arc::new(vec![event, renamed.clone()]),
        scope,
    };
    let user = || RestoreScope::User(UserKey::Id(people.plain));
    let elsewhere = UserOrdinal(99);
    for (command, by_licenses) in [
        (restore(RestoreScope::Tenant, renamed.clone()), true),
        (restore(RestoreScope::Tenant, left(plain)), false),
        (restore(RestoreScope::Group(group), left(plain)), false),
        (restore(RestoreScope::Group(other), left(plain)), true),
        (restore(user(), left(plain)), false),
        (restore(user(), left(elsewhere)), true),
    ] {
        assert_eq!(
            people.judge(&licenses, &command).is_ok(),
            by_licenses,
            "{command:?}"
        );
        assert_eq!(people.judge(&users, &command), Ok(()), "{command:?}");
    }
}
