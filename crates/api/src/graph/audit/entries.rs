//! The audit records of one change, as few entries that stand for many records.

use std::ops::Range;

use uuid::Uuid;
use zetel_domain::{
    Event, Tenant,
    assignment::{Source, Verdict},
    event::{Grant, UserSet},
    group::GroupOrdinal,
    state::Bits,
    user::UserOrdinal,
};
use zetel_engine::Change;

use super::{activity::Activity, target::Target};
use crate::graph::actor::Actor;

/// The audit records of one change, in the order in which things happened; each has a number from 0.
pub(crate) struct Entries<'a> {
    /// The change.
    pub change: &'a Change,
    /// What its records are.
    pub entries: Vec<Entry<'a>>,
}

/// Records that are alike but for their user.
pub(crate) struct Entry<'a> {
    /// What happened.
    pub activity: Activity,
    /// To what.
    pub subject: Subject<'a>,
    /// The number of the first record.
    pub start: u64,
    /// How many records there are.
    pub count: u64,
}

/// What an entry is about.
pub(crate) enum Subject<'a> {
    /// One event.
    Event(&'a Event),
    /// One event, for each of its users.
    EachUser(&'a Event, Bits),
    /// The licenses of a group begin to be applied; the event says which.
    Start(GroupOrdinal, &'a Event),
    /// The licenses of a group were applied.
    Finish {
        /// The group.
        group: GroupOrdinal,
        /// For so many users.
        applied: u32,
        /// And failed for so many.
        failed: u32,
    },
    /// The licenses of users changed.
    Licenses(LicenseKind, Bits),
}

/// How the licenses of users changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LicenseKind {
    /// By whoever made the change.
    Direct,
    /// As follows from their groups.
    Inherited,
    /// They did not, although they should by their groups.
    Failed,
}

/// One record of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Record<'e, 'a> {
    /// The change.
    pub change: &'a Change,
    /// The entry.
    pub entry: &'e Entry<'a>,
    /// Its number in the change.
    pub number: u64,
    /// The user whom it concerns, if the entry is about users.
    pub user: Option<UserOrdinal>,
}

impl<'a> Entries<'a> {
    /// The records of a change.
    pub fn of(tenant: &'a Tenant, change: &'a Change) -> Self {
        let mut entries = Builder {
            tenant,
            change,
            entries: Vec::new(),
            next: 0,
        };
        for event in &change.events {
            entries.add_event(event);
        }
        entries.add_licensing();
        Self {
            change,
            entries: entries.entries,
        }
    }

    /// How many records there are.
    pub fn len(&self) -> u64 {
        self.entries
            .last()
            .map_or(0, |last| last.start + last.count)
    }

    /// The record with a number.
    pub fn get(&self, number: u64) -> Option<Record<'_, 'a>> {
        let entry = self
            .entries
            .iter()
            .find(|entry| (entry.start..entry.start + entry.count).contains(&number))?;
        entry.records(self.change, number..number + 1).pop()
    }
}

impl<'a> Entry<'a> {
    /// Records of the entry with numbers in a range, in their order.
    pub fn records<'e>(&'e self, change: &'a Change, numbers: Range<u64>) -> Vec<Record<'e, 'a>> {
        let first = numbers.start.max(self.start);
        let last = numbers.end.min(self.start + self.count);
        let skipped = usize::try_from(first - self.start).unwrap_or(usize::MAX);
        let record = |number, user| Record {
            change,
            entry: self,
            number,
            user,
        };
        match self.users() {
            None => (first..last).map(|number| record(number, None)).collect(),
            Some(users) => (first..last)
                .zip(users.iter().skip(skipped))
                .map(|(number, user)| record(number, Some(UserOrdinal(user))))
                .collect(),
        }
    }

    /// The users of whom each has a record.
    pub const fn users(&self) -> Option<&Bits> {
        match &self.subject {
            Subject::EachUser(_, users) | Subject::Licenses(_, users) => Some(users),
            _ => None,
        }
    }

    /// Whether every record of the entry is about an object.
    pub fn concerns_all(&self, tenant: &Tenant, id: Uuid) -> bool {
        let targets = match &self.subject {
            Subject::Event(event) | Subject::EachUser(event, _) => Target::of(event),
            Subject::Start(group, _) | Subject::Finish { group, .. } => vec![Target::Group(*group)],
            Subject::Licenses(..) => Vec::new(),
        };
        targets.iter().any(|target| target.id(tenant) == Some(id))
    }

    /// The number of the record about a user.
    pub fn number_of(&self, tenant: &Tenant, id: Uuid) -> Option<u64> {
        let users = self.users()?;
        let user = tenant.users().find_id(id)?.ordinal.0;
        let before = || users.iter().take_while(|other| *other < user).count() as u64;
        users.contains(user).then(|| self.start + before())
    }

    /// Whether licensing itself did it, not whoever made the change.
    pub const fn is_by_licensing(&self) -> bool {
        matches!(
            self.subject,
            Subject::Start(..)
                | Subject::Finish { .. }
                | Subject::Licenses(LicenseKind::Inherited | LicenseKind::Failed, _)
        )
    }
}

struct Builder<'a> {
    tenant: &'a Tenant,
    change: &'a Change,
    entries: Vec<Entry<'a>>,
    next: u64,
}

impl<'a> Builder<'a> {
    fn add(&mut self, activity: Activity, subject: Subject<'a>) {
        let count = match &subject {
            Subject::EachUser(_, users) | Subject::Licenses(_, users) => u64::from(users.len()),
            _ => 1,
        };
        if count == 0 {
            return;
        }
        self.entries.push(Entry {
            activity,
            subject,
            start: self.next,
            count,
        });
        self.next += count;
    }

    fn add_event(&mut self, event: &'a Event) {
        use Activity as A;
        let activity = match event {
            Event::TenantCreated { .. } => A::CreateCompany,
            Event::ProfileChanged { .. } => A::SetCompanyInformation,
            Event::DomainAdded { .. } => A::AddVerifiedDomain,
            Event::SubscriptionAdded { .. }
            | Event::QuantityChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Renewed { .. } => A::UpdateCompany,
            Event::CatalogAdopted { .. }
            | Event::PolicyChanged { .. }
            | Event::PlansSwitchedOff { .. } => A::UpdateCompanySettings,
            Event::UserCreated { .. } => A::AddUser,
            Event::UserUpdated { .. } => A::UpdateUser,
            Event::UserDeleted { .. } => A::DeleteUser,
            Event::UserRestored { .. } => A::RestoreUser,
            Event::UserPurged { .. } => A::HardDeleteUser,
            Event::PasswordChanged { user, .. } => self.password_activity(*user),
            Event::SessionsRevoked { .. } => A::RevokeSessions,
            Event::ApplicationAdded { .. } => A::AddApplication,
            Event::ApplicationRemoved { .. } => A::DeleteApplication,
            Event::PermissionsChanged { .. }
            | Event::ApplicationChanged { .. }
            | Event::CredentialsChanged { .. } => A::UpdateApplication,
            Event::RoleAssigned { .. } => A::AddMemberToRole,
            Event::RoleRemoved { .. } => A::RemoveMemberFromRole,
            Event::GroupCreated { .. } => A::AddGroup,
            Event::GroupUpdated { .. } | Event::RuleOscillated { .. } => A::UpdateGroup,
            Event::GroupDeleted { .. } => A::DeleteGroup,
            Event::GroupRestored { .. } => A::RestoreGroup,
            Event::GroupPurged { .. } => A::HardDeleteGroup,
            Event::MembersAdded { users, .. } => {
                return self.add(
                    A::AddMemberToGroup,
                    Subject::EachUser(event, users.to_bits()),
                );
            }
            Event::MembersRemoved { users, .. } => {
                let subject = Subject::EachUser(event, users.to_bits());
                return self.add(A::RemoveMemberFromGroup, subject);
            }
            Event::SubgroupAdded { .. } => A::AddMemberToGroup,
            Event::SubgroupRemoved { .. } => A::RemoveMemberFromGroup,
            Event::OwnerAdded { .. } => A::AddOwnerToGroup,
            Event::OwnerRemoved { .. } => A::RemoveOwnerFromGroup,
            Event::GroupLicensesChanged { .. } => A::SetGroupLicense,
            Event::GroupReprocessed { .. } => A::TriggerRecalculation,
            Event::UserReprocessed { .. } => A::TriggerUserRecalculation,
            Event::DeviceEnrolled { .. } => A::AddDevice,
            Event::DeviceChanged { .. } => A::UpdateDevice,
            Event::DeviceRemoved { .. } => A::DeleteDevice,
            Event::DeviceSettingsChanged { .. }
            | Event::LimitPoliciesChanged { .. }
            | Event::EnrollmentManagerAdded { .. }
            | Event::EnrollmentManagerRemoved { .. } => A::UpdateDeviceSettings,
            Event::ChangeApproved { .. } => A::ApproveChange,
            Event::Reverted { .. } => A::RevertChange,
            // A part of a purchase, what is told per user, and what happens all day.
            Event::DeviceContacted { .. }
            | Event::ProductAdded { .. }
            | Event::AssignmentsChanged { .. }
            | Event::Decided { .. } => return,
        };
        self.add(activity, Subject::Event(event));
    }

    /// Users change their own passwords; others reset them.
    fn password_activity(&self, user: UserOrdinal) -> Activity {
        let owner = self.tenant.users().view(user).map(|user| user.id);
        match Actor::parse(&self.change.actor) {
            Actor::User(id) if Some(id) == owner => Activity::ChangeUserPassword,
            _ => Activity::ResetUserPassword,
        }
    }

    /// What became of licenses: the groups that began, the users, the groups that are done.
    fn add_licensing(&mut self) {
        let mut groups: Vec<GroupOrdinal> = Vec::new();
        for event in &self.change.events {
            if let Event::GroupLicensesChanged { group, .. } | Event::GroupReprocessed { group } =
                event
                && !groups.contains(group)
            {
                groups.push(*group);
                let subject = Subject::Start(*group, event);
                self.add(Activity::StartApplyingLicense, subject);
            }
        }
        for kind in [
            LicenseKind::Direct,
            LicenseKind::Inherited,
            LicenseKind::Failed,
        ] {
            let users = users_of(&self.change.events, kind);
            self.add(Activity::ChangeUserLicense, Subject::Licenses(kind, users));
        }
        for group in groups {
            let (applied, failed) = result_of(&self.change.events, group);
            let subject = Subject::Finish {
                group,
                applied,
                failed,
            };
            self.add(Activity::FinishApplyingLicense, subject);
        }
    }
}

/// Users whose licenses changed in some way.
fn users_of(events: &[Event], kind: LicenseKind) -> Bits {
    let mut all = Bits::default();
    for event in events {
        if let Some(users) = event_users(event, kind) {
            all.union_with(&users.to_bits());
        }
    }
    all
}

/// The users of an event, if it changes their licenses in this way.
pub(super) fn event_users(event: &Event, kind: LicenseKind) -> Option<&UserSet> {
    match event {
        Event::AssignmentsChanged {
            users,
            removed,
            added,
            ..
        } => grants_are(removed, added, kind).then_some(users),
        Event::Decided { users, after, .. } => {
            let failed = matches!(after, Some(Verdict::Failed(_)));
            let is_it = match kind {
                LicenseKind::Direct => false,
                LicenseKind::Inherited => !failed,
                LicenseKind::Failed => failed,
            };
            is_it.then_some(users)
        }
        _ => None,
    }
}

fn grants_are(removed: &[Grant], added: &[Grant], kind: LicenseKind) -> bool {
    let is_kept = |grant: &Grant| matches!(grant.source, Source::Kept { .. });
    let is_own = |grant: &Grant| {
        matches!(
            grant.source,
            Source::Direct | Source::Ending { group: None }
        )
    };
    match kind {
        LicenseKind::Failed => added.iter().any(is_kept),
        LicenseKind::Direct => removed.iter().chain(added).any(is_own),
        LicenseKind::Inherited => {
            let changes = |grant: &Grant| !is_own(grant);
            !added.iter().any(is_kept) && removed.iter().chain(added).any(changes)
        }
    }
}

/// For how many users the licenses of a group were applied in a change, and for how many that failed.
fn result_of(events: &[Event], of: GroupOrdinal) -> (u32, u32) {
    let (mut all, mut failed) = (Bits::default(), Bits::default());
    for event in events {
        match event {
            Event::Decided {
                group,
                users,
                after,
                ..
            } if *group == of => {
                all.union_with(&users.to_bits());
                if matches!(after, Some(Verdict::Failed(_))) {
                    failed.union_with(&users.to_bits());
                }
            }
            Event::AssignmentsChanged { users, added, .. }
                if added.iter().any(
                    |grant| matches!(grant.source, Source::Kept { group, .. } if group == of),
                ) =>
            {
                failed.union_with(&users.to_bits());
            }
            _ => {}
        }
    }
    (all.difference_len(&failed), failed.len())
}

impl Record<'_, '_> {
    /// Graph's `id`.
    pub fn id(&self) -> String {
        format!("{}_{}", self.change.generation, self.number)
    }
}

/// Reads an id that [`Record::id`] made: the generation and the number of the record.
pub(crate) fn parse_id(id: &str) -> Option<(u64, u64)> {
    let (generation, number) = id.split_once('_')?;
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(generation) || !is_plain(number) {
        return None;
    }
    Some((generation.parse().ok()?, number.parse().ok()?))
}
