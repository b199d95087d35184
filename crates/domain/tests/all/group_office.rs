//! What examples do with groups, on top of the small organization.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    assignment::{LicenseSource, LicenseState, Violation},
    group::{GroupDefinition, GroupPatch, NewGroup},
    policy::{Policy, Semantics},
    user::UserKey,
};

use crate::office::{Office, request};

pub const ACTIVE: LicenseState = LicenseState::Active;

pub const fn error(violation: Violation) -> LicenseState {
    LicenseState::Error(violation)
}

pub const fn kept(violation: Violation) -> LicenseState {
    LicenseState::ActiveWithError(violation)
}

pub fn security_group(name: &str) -> NewGroup {
    NewGroup {
        definition: GroupDefinition {
            display_name: name.to_owned(),
            mail_nickname: name.to_owned(),
            security_enabled: true,
            ..GroupDefinition::default()
        },
        ..NewGroup::default()
    }
}

impl Office {
    pub fn try_group(&mut self, new: NewGroup) -> Result<Uuid, Rejection> {
        match self.attempt(Command::CreateGroup(new))? {
            Outcome::Group(group) => Ok(self.tenant.groups().get(group).unwrap().id),
            other => panic!("creating a group tells which, not {other:?}"),
        }
    }

    pub fn group(&mut self, name: &str) -> Uuid {
        self.try_group(security_group(name)).unwrap()
    }

    pub fn dynamic_group(&mut self, name: &str, rule: &str) -> Uuid {
        let mut new = security_group(name);
        new.definition.rule = Some(rule.to_owned());
        self.try_group(new).unwrap()
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

    pub fn license(
        &mut self,
        group: Uuid,
        add: &[Uuid],
        remove: &[Uuid],
    ) -> Result<Outcome, Rejection> {
        let add: Vec<_> = add.iter().map(|sku_id| (*sku_id, &[][..])).collect();
        self.license_partly(group, &add, remove)
    }

    pub fn license_partly(
        &mut self,
        group: Uuid,
        add: &[(Uuid, &[Uuid])],
        remove: &[Uuid],
    ) -> Result<Outcome, Rejection> {
        self.attempt(Command::AssignGroupLicenses {
            group,
            request: request(add, remove),
        })
    }

    pub fn rename(&mut self, group: Uuid, patch: GroupPatch) -> Result<Outcome, Rejection> {
        self.attempt(Command::UpdateGroup { group, patch })
    }

    /// Decides a user's group licenses again; what still stands in the way.
    pub fn reprocess(&mut self, user: Uuid) -> Option<Rejection> {
        match self.does(Command::ReprocessUser {
            user: UserKey::Id(user),
        }) {
            Outcome::Reprocessed { violation, .. } => violation,
            other => panic!("reprocessing tells what stands in the way, not {other:?}"),
        }
    }

    pub fn extend(&mut self, switch: impl FnOnce(&mut Policy)) {
        let mut policy = self.tenant.policy().clone();
        policy.semantics = Semantics::Extended;
        switch(&mut policy);
        self.does(Command::ChangePolicy { policy });
    }

    /// A user's assignments: product, group if it comes from one, state.
    pub fn states(&self, user: Uuid) -> Vec<(Uuid, Option<Uuid>, LicenseState)> {
        self.sources(user)
            .into_iter()
            .map(|source| {
                let group = source
                    .group
                    .map(|group| self.tenant.groups().get(group).unwrap().id);
                let product = self.tenant.product(source.product).unwrap().sku_id;
                (product, group, source.state)
            })
            .collect()
    }

    pub fn sources(&self, user: Uuid) -> Vec<LicenseSource> {
        let view = self.tenant.users().find_id(user).unwrap();
        self.tenant.sources(&view)
    }

    pub fn members(&self, group: Uuid) -> Vec<Uuid> {
        let (_, group) = self.tenant.find_group(group).unwrap();
        let users = self.tenant.users();
        group
            .members
            .iter()
            .map(|user| {
                users
                    .view(zetel_domain::user::UserOrdinal(user))
                    .unwrap()
                    .id
            })
            .collect()
    }
}
