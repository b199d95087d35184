//! What simulated clients want, and how they go about it.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Tenant, Timestamp,
    assignment::LicenseSource,
    command::RestoreScope,
    group::{Group, GroupState},
    user::{UserKey, UserView},
};
use zetel_engine::{Engine, EngineError, Submission};
use zetel_testkit::Random;

use crate::support::TENANT;

/// A command that a client gives on one of the nodes.
pub struct Wish {
    pub node: usize,
    pub command: Command,
    pub request_id: Uuid,
    /// Whether the client confirms what the guard stops, with whatever approval that needs.
    pub confirms: bool,
}

impl Wish {
    pub fn submission(&self) -> Submission {
        Submission {
            request_id: self.request_id,
            ..Submission::of_system("simulator", self.command.clone())
        }
    }

    /// Carries the wish out; nothing else than a refusal may come in between.
    pub fn fulfil(&self, engine: &Engine) -> Result<Outcome, Rejection> {
        let submit = |submission| match engine.submit_blocking(TENANT, submission) {
            Ok(applied) => Ok(applied.outcome),
            Err(EngineError::Rejected(rejection)) => Err(rejection),
            Err(error) => panic!("{error}"),
        };
        match submit(self.submission()) {
            Err(Rejection::Guarded {
                token,
                needs_approval,
                ..
            }) if self.confirms => {
                if needs_approval {
                    let approval = Command::ApproveChange {
                        token: token.clone(),
                    };
                    submit(Submission::of_system("approver", approval)).unwrap();
                }
                submit(Submission {
                    confirmation: Some(token),
                    ..self.submission()
                })
            }
            other => other,
        }
    }
}

/// Whose licenses are put back.
pub fn scope(random: &mut Random, tenant: &Tenant) -> RestoreScope {
    let users: Vec<Uuid> = tenant.users().iter().map(|user| user.id).collect();
    let groups: Vec<Uuid> = tenant
        .groups()
        .iter()
        .filter(|(_, group)| group.state() == GroupState::Live)
        .map(|(_, group): (_, &Group)| group.id)
        .collect();
    let mut one_of = |ids: &[Uuid]| {
        let place = random.below(ids.len().max(1) as u64);
        ids.get(usize::try_from(place).unwrap()).copied()
    };
    let (user, group) = (one_of(&users), one_of(&groups));
    match (random.below(3), user, group) {
        (0, Some(user), _) => RestoreScope::User(UserKey::Id(user)),
        (1, _, Some(group)) => RestoreScope::Group(group),
        _ => RestoreScope::Tenant,
    }
}

/// A time not long ago.
pub fn recently(random: &mut Random, now: Timestamp) -> Timestamp {
    Timestamp(now.0 - i64::try_from(random.below(400)).unwrap())
}

/// Who has what, through what, and what groups give, by ids and without times.
pub fn licensing(tenant: &Tenant) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for user in tenant.users().iter().filter(UserView::is_live) {
        for source in tenant.sources(&user) {
            let without_time = LicenseSource {
                at: Timestamp(0),
                ..source
            };
            all.insert(format!("{:?} has {without_time:?}", user.ordinal));
        }
        let is_live = |group| tenant.groups().get(group).is_some_and(Group::is_live);
        let memberships = user.memberships.iter();
        for membership in memberships.filter(|membership| is_live(membership.group)) {
            all.insert(format!("{:?} is in {:?}", user.ordinal, membership.group));
        }
    }
    for (ordinal, group) in tenant.groups().iter() {
        for license in &group.licenses {
            let grant = (license.product, license.disabled);
            all.insert(format!("{ordinal:?} gives {grant:?}"));
        }
    }
    all
}
