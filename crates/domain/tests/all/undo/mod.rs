//! Undoing changes, and putting licenses back as they were: what comes back, what does not, and why.

mod directory;
mod groups;
mod instant;
mod laws;
mod licenses;

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Outcome, Rejection, Timestamp,
    assignment::LicenseState,
    command::RestoreScope,
    decide,
    decide::{Earlier, Remainder, RemainderReason},
    group::{GroupDefinition, NewGroup},
    policy::{Guard, Policy, Semantics},
    user::UserKey,
};

use crate::office::{Office, request};

/// An organization whose changes are on record. A minute passes before each.
pub struct Desk {
    pub office: Office,
    /// What happened, by generation.
    journal: Vec<Vec<Event>>,
    last_id: u128,
}

/// Something that was not put back: whose, of which group, and why.
pub type Left = (Option<Uuid>, Option<Uuid>, RemainderReason);

impl Desk {
    pub fn new() -> Self {
        Self::of(Office::new())
    }

    /// One whose past is not on record.
    pub const fn of(office: Office) -> Self {
        Self {
            office,
            journal: Vec::new(),
            last_id: 0x000a_0000,
        }
    }

    /// The same under the extended semantics.
    pub fn extended(change: impl FnOnce(&mut Policy)) -> Self {
        let mut desk = Self::new();
        let mut policy = Policy {
            semantics: Semantics::Extended,
            ..Policy::default()
        };
        change(&mut policy);
        desk.does(Command::ChangePolicy { policy });
        desk
    }

    pub fn attempt(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.attempt_with(command, None)
    }

    pub fn attempt_with(
        &mut self,
        command: &Command,
        confirmation: Option<String>,
    ) -> Result<Outcome, Rejection> {
        let now = Timestamp(self.office.now.0 + 60);
        let mut last_id = self.last_id;
        let mut new_id = || {
            last_id += 1;
            Uuid::from_u128(last_id)
        };
        let mut context = Context {
            now,
            new_id: &mut new_id,
            is_system: false,
            actor: "somebody".to_owned(),
            confirmation,
        };
        let plan = decide(&self.office.tenant, command, &mut context)?;
        for event in &plan.events {
            self.office.tenant.apply(event);
        }
        self.office.now = now;
        self.last_id = last_id;
        self.journal.push(plan.events);
        Ok(plan.outcome)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "examples read better without borrows"
    )]
    pub fn does(&mut self, command: Command) -> Outcome {
        self.attempt(&command).unwrap()
    }

    pub fn wait(&mut self, days: i64) {
        self.office.now = self.office.now.plus_days(days);
        self.does(Command::Tick);
    }

    /// What happened last.
    pub fn last_events(&self) -> &[Event] {
        self.journal.last().unwrap()
    }

    /// The generation of the last change.
    pub fn last(&self) -> usize {
        self.journal.len() - 1
    }

    pub fn undoing(&self, generation: usize) -> Command {
        let mut earlier = Earlier::new();
        for event in self.journal[..generation].iter().flatten() {
            if let Event::UserCreated { user, .. } | Event::UserUpdated { user, .. } = event {
                earlier.insert(*user, event.clone());
            }
        }
        Command::Undo {
            generation: generation as u64,
            events: Arc::new(self.journal[generation].clone()),
            earlier: Arc::new(earlier),
        }
    }

    pub fn try_undo(&mut self, generation: usize) -> Result<Vec<Left>, Rejection> {
        let command = self.undoing(generation);
        self.attempt(&command).map(|outcome| self.left(outcome))
    }

    pub fn undo(&mut self, generation: usize) -> Vec<Left> {
        self.try_undo(generation).unwrap()
    }

    pub fn undo_last(&mut self) -> Vec<Left> {
        self.undo(self.last())
    }

    /// Undoes the last change and asserts that nothing of it was left.
    pub fn undo_all_of_last(&mut self) {
        assert_eq!(self.undo_last(), []);
    }

    /// Puts licenses back as they were after a generation.
    pub fn restore(&mut self, generation: usize, scope: RestoreScope) -> Vec<Left> {
        let events: Vec<Event> = self.journal[generation + 1..]
            .iter()
            .flatten()
            .cloned()
            .collect();
        let outcome = self.does(Command::RestoreLicenses {
            at: self.office.now,
            events: Arc::new(events),
            scope,
        });
        self.left(outcome)
    }

    fn left(&self, outcome: Outcome) -> Vec<Left> {
        let Outcome::Reverted(remainders) = outcome else {
            panic!("a way back tells what it left, not {outcome:?}");
        };
        let tenant = &self.office.tenant;
        let left = |remainder: Remainder| {
            let user = remainder
                .user
                .map(|user| tenant.users().view(user).unwrap().id);
            let group = remainder
                .group
                .map(|group| tenant.groups().get(group).unwrap().id);
            (user, group, remainder.reason)
        };
        remainders.into_iter().map(left).collect()
    }

    // ---- People, groups, licenses -----------------------------------------------------------------------------------

    pub fn hire<const COUNT: usize>(&mut self, names: [&str; COUNT]) -> [Uuid; COUNT] {
        let users = names.map(crate::office::new_user).to_vec();
        let Outcome::Users(created) = self.does(Command::CreateUsers(users)) else {
            panic!("creating users tells which");
        };
        let mut ids = created
            .into_iter()
            .map(|user| self.office.tenant.users().view(user).unwrap().id);
        names.map(|_| ids.next().unwrap())
    }

    pub fn group(&mut self, name: &str, members: &[Uuid]) -> Uuid {
        self.group_with(name, members, |_| {})
    }

    pub fn group_with(
        &mut self,
        name: &str,
        members: &[Uuid],
        change: impl FnOnce(&mut GroupDefinition),
    ) -> Uuid {
        let mut definition = GroupDefinition {
            display_name: name.to_owned(),
            mail_nickname: name.to_owned(),
            security_enabled: true,
            ..GroupDefinition::default()
        };
        change(&mut definition);
        let outcome = self.does(Command::CreateGroup(NewGroup {
            definition,
            members: members.to_vec(),
            ..NewGroup::default()
        }));
        let Outcome::Group(group) = outcome else {
            panic!("creating a group tells which");
        };
        self.office.tenant.groups().get(group).unwrap().id
    }

    pub fn assign(&mut self, user: Uuid, add: &[(Uuid, &[Uuid])], remove: &[Uuid]) {
        self.does(Command::AssignLicenses {
            user: UserKey::Id(user),
            request: request(add, remove),
        });
    }

    pub fn assign_in_bulk(&mut self, users: &[Uuid], add: &[(Uuid, &[Uuid])], remove: &[Uuid]) {
        self.does(Command::AssignLicensesInBulk {
            users: users.iter().copied().map(UserKey::Id).collect(),
            request: request(add, remove),
        });
    }

    pub fn license(&mut self, group: Uuid, add: &[(Uuid, &[Uuid])], remove: &[Uuid]) {
        self.does(Command::AssignGroupLicenses {
            group,
            request: request(add, remove),
        });
    }

    pub fn join(&mut self, group: Uuid, members: &[Uuid]) {
        self.does(Command::AddMembers {
            group,
            members: members.to_vec(),
        });
    }

    pub fn leave(&mut self, group: Uuid, members: &[Uuid]) {
        self.does(Command::RemoveMembers {
            group,
            members: members.to_vec(),
        });
    }

    pub fn delete(&mut self, user: Uuid) {
        self.does(Command::DeleteUser {
            user: UserKey::Id(user),
        });
    }

    /// What a user has, through what, and how: product, group, state, plans switched off. Without times.
    pub fn sources(&self, user: Uuid) -> Vec<(Uuid, Option<Uuid>, LicenseState, Vec<Uuid>)> {
        self.office
            .user(user)
            .sources
            .into_iter()
            .map(|source| {
                let disabled = source.disabled.into_iter().collect();
                (source.sku_id, source.group, source.state, disabled)
            })
            .collect()
    }

    /// All users' sources, and who is in which group.
    pub fn snapshot(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let tenant = &self.office.tenant;
        let users: BTreeMap<Uuid, _> = tenant
            .users()
            .iter()
            .map(|user| {
                let groups: Vec<_> = user
                    .memberships
                    .iter()
                    .map(|membership| membership.group)
                    .collect();
                (user.id, (self.sources(user.id), groups))
            })
            .collect();
        users
    }

    pub fn members(&self, group: Uuid) -> Vec<Uuid> {
        let tenant = &self.office.tenant;
        let (_, group) = tenant.groups().find_id(group).unwrap();
        let mut members: Vec<Uuid> = group
            .members
            .iter()
            .map(|user| {
                let user = zetel_domain::user::UserOrdinal(user);
                tenant.users().view(user).unwrap().id
            })
            .collect();
        members.sort();
        members
    }
}

/// Stops nothing.
pub fn no_guard() -> Guard {
    Guard {
        enabled: false,
        ..Guard::default()
    }
}

pub fn refused(rejection: Rejection) -> RemainderReason {
    RemainderReason::Refused(rejection)
}
