//! What holds for any change in any small world.

use std::sync::Arc;

use proptest::{prelude::*, test_runner::Config};
use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Outcome, Plan, Rejection, Tenant, Timestamp,
    assignment::{LicenseSource, LicenseState},
    command::RestoreScope,
    decide,
    decide::{Earlier, Remainder, as_of},
    group::{GroupOrdinal, GroupState},
    user::{UserState, UserView},
};

use crate::{
    group_world::{GroupStep, PatchSpec, beginning, catalog, steps},
    machine::Machine,
    world::Step,
};

/// Makes commands of steps and records what they do. No guard: what it stops would only stop the comparison.
struct Records {
    machine: Machine,
    now: Timestamp,
    last_id: u128,
    journal: Vec<Vec<Event>>,
}

impl Records {
    fn begin(beginning: &[Step], steps: &[(Step, bool)]) -> Self {
        let mut records = Self {
            machine: Machine::new([catalog(0), catalog(1), catalog(0)]),
            now: Timestamp(1_800_000_000),
            last_id: 0x00ee_0000,
            journal: Vec::new(),
        };
        let all = beginning.iter().chain(steps.iter().map(|(step, _)| step));
        for step in all {
            let _ = records.take(step);
        }
        records
    }

    fn tenant(&self) -> &Tenant {
        &self.machine.tenant
    }

    fn take(&mut self, step: &Step) -> Result<Outcome, Rejection> {
        if shows_later(step) {
            return Ok(Outcome::Done);
        }
        if let Step::Tick(days) = step {
            self.now = self.now.plus_days(*days);
        }
        let command = without_guard(self.machine.command(step));
        self.run(&command)
    }

    fn run(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now = Timestamp(self.now.0 + 7);
        let plan = self.decide(command)?;
        let mut next = self.machine.tenant.clone();
        plan.events.iter().for_each(|event| next.apply(event));
        self.machine.tenant = next;
        self.journal.push(plan.events);
        Ok(plan.outcome)
    }

    fn decide(&mut self, command: &Command) -> Result<Plan, Rejection> {
        let mut new_id = || {
            self.last_id += 1;
            Uuid::from_u128(self.last_id)
        };
        let mut context = Context {
            now: self.now,
            new_id: &mut new_id,
            is_system: true,
            actor: "somebody".to_owned(),
            confirmation: None,
        };
        decide(&self.machine.tenant, command, &mut context)
    }

    /// The plan of undoing the last change, and the tenant that it leads to; nothing is recorded.
    fn undo_last(&mut self) -> Result<(Tenant, Plan), Rejection> {
        let last = self.journal.len() - 1;
        let mut earlier = Earlier::new();
        for event in self.journal[..last].iter().flatten() {
            if let Event::UserCreated { user, .. } | Event::UserUpdated { user, .. } = event {
                earlier.insert(*user, event.clone());
            }
        }
        self.now = Timestamp(self.now.0 + 7);
        let plan = self.decide(&Command::Undo {
            generation: last as u64,
            events: Arc::new(self.journal[last].clone()),
            earlier: Arc::new(earlier),
        })?;
        let mut after = self.machine.tenant.clone();
        plan.events.iter().for_each(|event| after.apply(event));
        Ok((after, plan))
    }
}

fn remainders(outcome: Outcome) -> Vec<Remainder> {
    match outcome {
        Outcome::Reverted(remainders) => remainders,
        other => panic!("a way back tells what it left, not {other:?}"),
    }
}

/// Rules that ask for licenses, and rules of restored groups, are not asked until something else changes, which then
/// shows more than that change.
fn shows_later(step: &Step) -> bool {
    let asks_for_licenses =
        |rule: Option<&str>| rule.is_some_and(|rule| rule.contains("assignedPlans"));
    match step {
        Step::Group(GroupStep::Restore(_)) => true,
        Step::Group(GroupStep::Create(spec)) => asks_for_licenses(spec.rule),
        Step::Group(GroupStep::Patch(_, PatchSpec::Rule(rule))) => asks_for_licenses(*rule),
        _ => false,
    }
}

fn without_guard(mut command: Command) -> Command {
    if let Command::ChangePolicy { policy } = &mut command {
        policy.guard.enabled = false;
    }
    command
}

/// Where what a user has is from, and the user's groups, without times. What a user effectively has follows from that.
type Seen = (Vec<LicenseSource>, Vec<GroupOrdinal>);

fn seen(tenant: &Tenant, user: &UserView<'_>) -> Seen {
    let mut sources = tenant.sources(user);
    for source in &mut sources {
        source.at = Timestamp::default();
    }
    sources.sort();
    let is_live = |group: &GroupOrdinal| {
        let group = tenant.groups().get(*group);
        group.is_some_and(|group| group.state() == GroupState::Live)
    };
    let groups = user.memberships.iter().map(|known| known.group);
    (sources, groups.filter(is_live).collect())
}

/// What follows from a way back is decided anew, so what failed before may be applied now, and what could not be taken
/// away may have to stay for another reason. Makes that what it was.
fn note_healing(is: &mut Seen, was: &Seen) {
    for failed in was.0.iter().filter(|source| !source.state.is_applied()) {
        let is_same = |source: &LicenseSource| {
            let intended = source.instead_of.unwrap_or(source.product);
            (intended, source.group) == (failed.product, failed.group)
        };
        let of = |seen: &Seen| seen.0.iter().copied().filter(is_same).collect::<Vec<_>>();
        let (old, new) = (of(was), of(is));
        let gives =
            |sources: &[LicenseSource]| sources.iter().any(|source| source.state.is_applied());
        let is_healed = new.iter().any(|source| {
            *source
                == LicenseSource {
                    state: LicenseState::Active,
                    ..*failed
                }
        });
        if is_healed || (!new.is_empty() && !gives(&old)) {
            is.0.retain(|source| !is_same(source));
            is.0.extend(old);
        }
    }
    for new in &mut is.0 {
        let is_kept =
            |source: &LicenseSource| matches!(source.state, LicenseState::ActiveWithError(_));
        let with_state_of_new = |old: &LicenseSource| LicenseSource {
            state: new.state,
            ..*old
        };
        let old = was.0.iter().find(|old| with_state_of_new(old) == *new);
        if let Some(old) = old.filter(|old| is_kept(old) && is_kept(new)) {
            *new = *old;
        }
    }
    is.0.sort();
}

/// All users who are there in a later tenant, too, and whose groups all are, with what they have in this one.
fn compared(tenant: &Tenant, later: &Tenant) -> Vec<(Uuid, UserState, Seen)> {
    let is_purged = |group: &GroupOrdinal| {
        later
            .groups()
            .get(*group)
            .is_some_and(|group| group.state() == GroupState::Purged)
    };
    let all_groups: Vec<GroupOrdinal> = later
        .groups()
        .iter()
        .map(|(group, _)| group)
        .filter(is_purged)
        .collect();
    tenant
        .users()
        .iter()
        .filter(|user| {
            let then = later.users().view(user.ordinal);
            then.is_some_and(|then| then.head.state() != UserState::Purged)
        })
        .map(|user| (user.id, user.head.state(), seen(tenant, &user)))
        .filter(|(_, _, (sources, groups))| {
            let of_purged = |source: &LicenseSource| {
                source
                    .group
                    .is_some_and(|group| all_groups.contains(&group))
            };
            !groups.iter().any(|group| all_groups.contains(group)) && !sources.iter().any(of_purged)
        })
        .collect()
}

/// Fallbacks show plans by what the catalog is now.
fn adopts(events: &[Event]) -> bool {
    events
        .iter()
        .any(|event| matches!(event, Event::CatalogAdopted { .. }))
}

type Sequence = (Vec<Step>, Vec<(Step, bool)>, Vec<(Step, bool)>);

fn sequence(more: std::ops::Range<usize>) -> impl Strategy<Value = Sequence> {
    (beginning(), steps(0..40), steps(more))
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 5_000,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_tenant_is_seen_as_it_was((beginning, first, then) in sequence(1..15)) {
        let mut records = Records::begin(&beginning, &first);
        let before = records.tenant().clone();
        let mark = records.journal.len();
        for (step, _) in &then {
            let _ = records.take(step);
        }
        let events: Vec<Event> = records.journal[mark..].iter().flatten().cloned().collect();
        let past = as_of(records.tenant(), &events);
        let compared = |tenant: &Tenant| {
            let mut all = compared(tenant, records.tenant());
            for (_, _, (sources, _)) in all.iter_mut().filter(|_| adopts(&events)) {
                sources.retain(|source| source.instead_of.is_none());
            }
            all
        };
        let was = compared(&before);
        let is: Vec<_> = compared(&past)
            .into_iter()
            .filter(|(id, ..)| was.iter().any(|(known, ..)| known == id))
            .collect();
        prop_assert_eq!(is, was);
        let nobody_is_gone = !events.iter().any(|event| {
            matches!(event, Event::UserPurged { .. } | Event::GroupPurged { .. })
        });
        for (product, _) in before.products().filter(|_| nobody_is_gone) {
            prop_assert_eq!(past.holders(product), before.holders(product));
        }
    }

    #[test]
    fn an_undo_at_once_takes_everything_back_or_says_what_not((beginning, first, then) in sequence(1..20)) {
        let mut records = Records::begin(&beginning, &first);
        for (step, _) in &then {
            let before = records.tenant().clone();
            let known = records.journal.len();
            let _ = records.take(step);
            if records.journal.get(known).is_none_or(Vec::is_empty) {
                continue;
            }
            let was = compared(&before, &before);
            let is_changed = was != compared(records.tenant(), &before);
            let undone = records.undo_last();
            let did = || format!("{step:?} did {:?}", records.journal.last());
            match undone {
                Err(rejection) => {
                    prop_assert!(matches!(rejection, Rejection::NothingToUndo { .. }), "{rejection:?}");
                    prop_assert!(!is_changed, "{}", did());
                }
                Ok((after, plan)) if remainders(plan.outcome.clone()).is_empty() => {
                    let mut is = compared(&after, &before);
                    is.truncate(was.len());
                    for (is, was) in is.iter_mut().zip(&was) {
                        if is.1 == UserState::Live {
                            note_healing(&mut is.2, &was.2);
                        } else {
                            is.2.clone_from(&was.2); // decided anew when it is restored
                        }
                    }
                    prop_assert_eq!(is, was, "{}\nundone by {:?}", did(), plan.events);
                }
                Ok(_) => {}
            }
        }
    }

    #[test]
    fn a_tenant_is_put_back_or_it_is_said_what_not((beginning, first, then) in sequence(1..15)) {
        let mut records = Records::begin(&beginning, &first);
        let before = records.tenant().clone();
        let (mark, at) = (records.journal.len(), records.now);
        for (step, _) in &then {
            let _ = records.take(step);
        }
        let events: Vec<Event> = records.journal[mark..].iter().flatten().cloned().collect();
        let command = Command::RestoreLicenses {
            at,
            events: Arc::new(events.clone()),
            scope: RestoreScope::Tenant,
        };
        let left = records.run(&command).map(remainders).unwrap();
        if left.is_empty() && !adopts(&events) {
            // What was given instead of something else may have become that.
            let lost = |user: &UserView<'_>| {
                let now = records.tenant().users().view(user.ordinal).unwrap();
                let has = records.tenant().effective(&now);
                before
                    .sources(user)
                    .into_iter()
                    .filter(|had| had.state.is_applied() && had.instead_of.is_none())
                    .find(|had| !has.iter().any(|has| has.product == had.product))
            };
            for user in before.users().iter().filter(UserView::is_live) {
                prop_assert_eq!(lost(&user), None, "{:?} in {:?}", user.id, records.journal.last());
            }
        }
    }
}
