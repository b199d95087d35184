//! Undoing a change, and putting licenses back as they were.
//!
//! An undo is three-way: what the change made and what still is as it made it goes back to what it was before; what is
//! as before already is left alone; everything else is told as a [`Remainder`]. Only what somebody decided is put back:
//! objects, memberships, what groups give, licenses of users' own. What follows from it (verdicts on the licenses of
//! groups, members of dynamic groups, seats that waiting users get) is drawn anew, by the rules of the present, and
//! where it does not come out as it was before, that is told, too.
//!
//! The grace period does not apply to what a way back removes, neither directly nor through groups: it takes back what
//! was given, and the seats are needed where they were before. The guard looks at it as at any other change.

mod devices;
mod groups;
mod inverse;
mod members;
mod objects;
mod own;
mod restore;
mod three_way;
mod verify;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use inverse::as_of;
pub use restore::restore;

use super::{Context, Outcome, Plan, consequences::Work};
use crate::{
    assignment::Retry, event::Event, group::GroupOrdinal, rejection::Rejection, tenant::Tenant,
    time::Timestamp, user::UserOrdinal,
};
use members::Memberships;
use own::Cases;
use verify::{Decisions, Report};

/// Something that was not put back as it had been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The user whom it concerns, if it is one.
    pub user: Option<UserOrdinal>,
    /// The group that it concerns, if it is one.
    pub group: Option<GroupOrdinal>,
    /// Why.
    pub reason: RemainderReason,
}

/// Why something was not put back as it had been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemainderReason {
    /// It was changed again since.
    ChangedSince,
    /// The user or group no longer exists, or is in the recycle bin; restore it first.
    Gone,
    /// A rule refuses it now.
    Refused(Rejection),
    /// Changes of this kind cannot be undone; what to do instead.
    NotReversible(&'static str),
}

/// The last event before a change that tells a user's values, by user.
pub type Earlier = BTreeMap<UserOrdinal, Event>;

/// Takes a change back as far as it still is as it was made.
pub fn undo(
    tenant: &Tenant,
    generation: u64,
    events: &[Event],
    earlier: &Earlier,
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    let mut reversal = Reversal::new(tenant, Some(generation), None, context);
    let created = created_groups(events);
    let memberships = Memberships::of(events, &created);
    reversal.put_objects_back(events, earlier);
    reversal.put_owners_and_subgroups_back(events, &created);
    reversal.put_members_back(&memberships);
    reversal.put_group_licenses_back(events);
    reversal.remove_objects(events);

    let decisions = Decisions::of(events);
    let own = own::classes(events);
    if !reversal.has_events() && decisions.is_empty() && memberships.is_empty() {
        // Nothing but direct licenses: what follows is what follows from assigning them.
        let cases = own::undone(&reversal.work.state, &own, &mut reversal.remainders);
        let more = reversal.judge(cases);
        return reversal.plan_of(more, generation, context);
    }
    if reversal.has_events() {
        reversal.settle(context);
    }
    let cases = own::undone(&reversal.work.state, &own, &mut reversal.remainders);
    reversal.put_own_back(cases, context);
    reversal.report_members(&memberships);
    let everything = Report {
        past: None,
        members: &|_, users| users,
    };
    reversal.report_licenses(events, &decisions, &everything);
    let Reversal {
        work, remainders, ..
    } = reversal;
    finished(work.events, remainders, generation)
}

/// Groups that a change created; what else it did to them goes with them.
fn created_groups(events: &[Event]) -> BTreeSet<GroupOrdinal> {
    let created = |event: &Event| match event {
        Event::GroupCreated { group, .. } => Some(*group),
        _ => None,
    };
    events.iter().filter_map(created).collect()
}

fn finished(
    events: Vec<Event>,
    remainders: Vec<Remainder>,
    generation: u64,
) -> Result<Plan, Rejection> {
    // The first event only says that a change is undone.
    let events = if events.len() > 1 { events } else { Vec::new() };
    if events.is_empty() && remainders.is_empty() {
        return Err(Rejection::NothingToUndo { generation });
    }
    Ok(Plan {
        events,
        outcome: Outcome::Reverted(remainders),
    })
}

/// A way back in the making.
struct Reversal<'t> {
    /// The tenant as it is.
    now: &'t Tenant,
    work: Work<'t>,
    remainders: Vec<Remainder>,
    is_system: bool,
}

impl<'t> Reversal<'t> {
    fn new(
        tenant: &'t Tenant,
        generation: Option<u64>,
        to: Option<Timestamp>,
        context: &Context<'_>,
    ) -> Self {
        let mut work = Work::new(tenant, context);
        work.record(Event::Reverted { generation, to });
        Self {
            now: tenant,
            work,
            remainders: Vec::new(),
            is_system: context.is_system,
        }
    }

    /// Whether anything was put back so far.
    fn has_events(&self) -> bool {
        self.work.events.len() > 1
    }

    fn leave(
        &mut self,
        user: Option<UserOrdinal>,
        group: Option<GroupOrdinal>,
        reason: RemainderReason,
    ) {
        self.remainders.push(Remainder {
            user,
            group,
            reason,
        });
    }

    /// Draws the consequences of what was put back so far. What goes, goes without a grace period.
    fn settle(&mut self, context: &Context<'_>) {
        let mut work = std::mem::replace(&mut self.work, Work::new(self.now, context));
        if work.state.policy.grace_days() > 0 {
            Arc::make_mut(&mut work.state.policy).grace_days = 0;
        }
        let finished = work.finish();
        if finished.events.len() > 1 {
            self.work.settled = Some(finished.state.clone());
        }
        self.work.state = finished.state;
        self.work.events = finished.events;
    }

    /// Changes licenses of users' own that the rules allow, and draws the consequences.
    fn put_own_back(&mut self, cases: Cases, context: &Context<'_>) {
        let events = self.judge(cases);
        if events.is_empty() {
            return;
        }
        if self.has_events() {
            // What groups could not give, or take away, may only have needed what is put back now.
            let mut users = verify::failed_by(&self.work.events);
            for some in events.iter().filter_map(Event::users) {
                users.union_with(&some.to_bits());
            }
            for user in users.iter() {
                self.work.retry(UserOrdinal(user), Retry::All);
            }
        }
        for event in events {
            self.work.record(event);
        }
        self.settle(context);
    }

    fn judge(&mut self, cases: Cases) -> Vec<Event> {
        own::judge(&self.work.state, cases, self.work.now, &mut self.remainders)
    }

    /// The plan of what was put back and some more events, with what follows.
    fn plan_of(
        self,
        more: Vec<Event>,
        generation: u64,
        context: &Context<'_>,
    ) -> Result<Plan, Rejection> {
        let mut events = self.work.events;
        if more.is_empty() {
            return finished(events, self.remainders, generation);
        }
        events.extend(more);
        Ok(Plan {
            outcome: Outcome::Reverted(self.remainders),
            ..super::follow(self.now, events, context)
        })
    }
}
