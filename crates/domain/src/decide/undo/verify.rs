//! What follows from a way back is drawn anew. Where it does not come out as it had been, that is told.

use std::collections::{BTreeMap, BTreeSet};

use super::{Remainder, RemainderReason, Reversal, members::Memberships};
use crate::{
    assignment::{LicenseSource, LicenseState, Source, Verdict, Violation, refusal_of},
    event::Event,
    group::GroupOrdinal,
    product::ProductOrdinal,
    rejection::Rejection,
    state::Bits,
    tenant::Tenant,
    user::UserOrdinal,
};

/// What could be given only because of the change, or meanwhile.
const STAYS: &str = "A group's license that could be applied since is not taken away. Remove the license from the group or the user from the group if it must go.";

/// What a group did not mean to give any more.
const ENDED: &str = "A license that its group no longer gave, and that was only kept for something else, does not come back. Assign it again.";

/// Which differences are told.
pub struct Report<'r> {
    /// The tenant at the time that is put back: only what users had then and do not have again is told. Without it, all
    /// is told that is not as before.
    pub past: Option<&'r Tenant>,
    /// The members of a group, among some, about whom it is asked.
    pub members: &'r dyn Fn(GroupOrdinal, Bits) -> Bits,
}

/// Users with how something was decided for them, nothing where it was not meant for them.
type Verdicts = Vec<(Option<Verdict>, Bits)>;

/// How something was decided before and after an event, and for whom.
type Change = (Option<Verdict>, Option<Verdict>, Bits);

/// A product of a group.
type Key = (GroupOrdinal, ProductOrdinal);

/// How events decided products of groups.
#[derive(Default)]
pub struct Decisions(BTreeMap<Key, Decided>);

#[derive(Default)]
struct Decided {
    /// How it was decided before the first event about a user.
    before: Verdicts,
    /// How it was decided after the last event about a user.
    after: Verdicts,
}

impl Decisions {
    pub fn of(events: &[Event]) -> Self {
        let mut all: BTreeMap<Key, Vec<Change>> = BTreeMap::new();
        for event in events {
            if let Event::Decided {
                group,
                product,
                users,
                before,
                after,
                ..
            } = event
            {
                let decided = all.entry((*group, *product)).or_default();
                decided.push((*before, *after, users.to_bits()));
            }
        }
        let decisions = all.into_iter().map(|(key, decided)| {
            let before = decided.iter().map(|(before, _, users)| (*before, users));
            let after = decided.iter().map(|(_, after, users)| (*after, users));
            let decided = Decided {
                before: firsts(before),
                after: firsts(after.rev()),
            };
            (key, decided)
        });
        Self(decisions.collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Live users to whom a group gave something before the events that it does not give them now.
    pub fn losers(&self, tenant: &Tenant, members: impl Fn(GroupOrdinal, Bits) -> Bits) -> Bits {
        let mut losers = Bits::default();
        for ((group, product), decided) in &self.0 {
            for (before, users) in &decided.before {
                if before.and_then(|verdict| verdict.given(*product)).is_some() {
                    let same = with_verdict(tenant, *group, *product, *before, users);
                    losers.union_with(&members(*group, users.difference(&same)));
                }
            }
        }
        losers.intersection(tenant.users().live())
    }
}

/// Each user with the first of some verdicts.
fn firsts<'a>(verdicts: impl Iterator<Item = (Option<Verdict>, &'a Bits)>) -> Verdicts {
    let mut firsts = Verdicts::new();
    let mut seen = Bits::default();
    for (verdict, users) in verdicts {
        let users = if seen.is_empty() {
            users.clone()
        } else {
            users.difference(&seen)
        };
        seen.union_with(&users);
        firsts.push((verdict, users));
    }
    firsts
}

/// Those among users for whom a product of a group is decided in one way.
fn with_verdict(
    tenant: &Tenant,
    group: GroupOrdinal,
    product: ProductOrdinal,
    verdict: Option<Verdict>,
    among: &Bits,
) -> Bits {
    let mut rest = among.clone();
    let decided = tenant.groups().get(group);
    for (known, users) in decided
        .into_iter()
        .flat_map(|group| group.verdicts_of(product))
    {
        if verdict == Some(known) {
            return among.intersection(users);
        }
        rest.subtract(users);
    }
    if verdict.is_none() {
        rest
    } else {
        Bits::default()
    }
}

/// Users to whom some event refuses a license of a group.
pub fn failed_by(events: &[Event]) -> Bits {
    let mut failed = Bits::default();
    for event in events {
        if let Event::Decided {
            users,
            after: Some(after),
            ..
        } = event
            && after.violation().is_some()
        {
            failed.union_with(&users.to_bits());
        }
    }
    failed
}

impl Reversal<'_> {
    /// Tells for whom licenses of groups are not as they were before some events, though they were as these left them,
    /// and from whom they could not be taken.
    pub fn report_licenses(
        &mut self,
        events: &[Event],
        decisions: &Decisions,
        report: &Report<'_>,
    ) {
        let told = Told::by(&self.remainders);
        let mut found = Found::new();
        self.find_other_decisions(decisions, report, &told, &mut found);
        self.find_kept(events, report, &told, &mut found);
        self.find_failed(report, &told, &mut found);
        for ((user, group), reason) in found {
            self.leave(Some(user), Some(group), reason);
        }
    }

    fn find_other_decisions(
        &self,
        decisions: &Decisions,
        report: &Report<'_>,
        told: &Told,
        found: &mut Found,
    ) {
        let state = &self.work.state;
        for ((group, product), decided) in &decisions.0 {
            if told.groups.contains(group) {
                continue;
            }
            for (before, users) in &decided.before {
                let gave = before.and_then(|verdict| verdict.given(*product));
                if report.past.is_some() && gave.is_none() {
                    continue;
                }
                let same = with_verdict(state, *group, *product, *before, users);
                let mut other = users.difference(&same);
                if other.is_empty() {
                    continue; // nearly always
                }
                other = (report.members)(*group, other)
                    .intersection(state.users().live())
                    .difference(&told.users);
                if report.past.is_none() {
                    other.intersect_with(&self.unchanged_since(*group, *product, decided));
                }
                for user in other.iter().map(UserOrdinal) {
                    found
                        .entry((user, *group))
                        .or_insert_with(|| reason(state, user, *group, gave));
                }
            }
        }
    }

    /// Users for whom a product of a group is still decided as a change left it.
    fn unchanged_since(
        &self,
        group: GroupOrdinal,
        product: ProductOrdinal,
        decided: &Decided,
    ) -> Bits {
        let mut unchanged = Bits::default();
        for (after, users) in &decided.after {
            unchanged.union_with(&with_verdict(self.now, group, product, *after, users));
        }
        unchanged
    }

    /// Finds licenses that groups no longer gave and that had to be kept for something else: those that have to stay
    /// only now, and those that the change took away at last and that nothing gives again.
    fn find_kept(&self, events: &[Event], report: &Report<'_>, told: &Told, found: &mut Found) {
        let state = &self.work.state;
        let live = state.users().live().difference(&told.users);
        let had = kept(events.iter(), true);
        let had_then = |user, key| {
            report
                .past
                .is_none_or(|past| applied(past, user, key).is_some())
        };
        let mut note = |users: &Bits, key: Key, is_wrong: &dyn Fn(UserOrdinal) -> bool| {
            let users = (report.members)(key.0, users.intersection(&live));
            for user in users.iter().map(UserOrdinal) {
                if is_wrong(user) {
                    found
                        .entry((user, key.0))
                        .or_insert_with(|| reason(state, user, key.0, Some(key.1)));
                }
            }
        };
        for (key, users) in kept(self.work.events.iter(), false) {
            let users = had
                .get(&key)
                .map_or(users.clone(), |had| users.difference(had));
            note(&users, key, &|user| {
                let applied = applied(state, user, key);
                matches!(applied, Some(LicenseState::ActiveWithError(_)))
            });
        }
        for (key, users) in had {
            note(&users, key, &|user| {
                applied(state, user, key).is_none() && had_then(user, key)
            });
        }
    }

    /// Finds licenses that are still meant, and that fail only by the way back: whoever comes back, say, is decided anew.
    fn find_failed(&self, report: &Report<'_>, told: &Told, found: &mut Found) {
        let state = &self.work.state;
        let live = state.users().live().difference(&told.users);
        for event in &self.work.events {
            let Event::Decided {
                group,
                product,
                users,
                before: Some(before),
                after: Some(after),
                ..
            } = event
            else {
                continue;
            };
            if before.given(*product).is_none() || after.given(*product).is_some() {
                continue;
            }
            let users = with_verdict(self.now, *group, *product, Some(*before), &users.to_bits());
            let users = with_verdict(state, *group, *product, Some(*after), &users);
            let users = (report.members)(*group, users.intersection(&live));
            let key = (*group, *product);
            let had = |user: &UserOrdinal| {
                let mut past = report.past.into_iter();
                past.all(|past| applied(past, *user, key).is_some())
            };
            for user in users.iter().map(UserOrdinal).filter(had) {
                found
                    .entry((user, *group))
                    .or_insert_with(|| reason(state, user, *group, Some(*product)));
            }
        }
    }

    /// Tells whose membership in a group follows from its rule, and not as it was before the change.
    pub fn report_members(&mut self, memberships: &Memberships) {
        for (group, facts) in memberships.iter() {
            let state = &self.work.state;
            let Some(known) = state.groups().get(group).filter(|group| group.is_live()) else {
                continue;
            };
            if !known.definition.is_dynamic() {
                continue;
            }
            let was = self.now.groups().get(group).map(|group| &group.members);
            let untouched = |users: &Bits, is_member: bool| match was {
                Some(was) if is_member => users.intersection(was),
                Some(was) => users.difference(was),
                None => Bits::default(),
            };
            let stayed = untouched(&facts.joined, true).intersection(&known.members);
            let missing = untouched(&facts.left, false).difference(&known.members);
            let other = stayed.union(&missing).intersection(state.users().live());
            let name = known.definition.display_name.clone();
            for user in other.iter().map(UserOrdinal) {
                let rejection = Rejection::MembersFollowRule {
                    group: name.clone(),
                };
                self.leave(Some(user), Some(group), RemainderReason::Refused(rejection));
            }
        }
    }
}

/// Why something of a group is not as it was for a user.
type Found = BTreeMap<(UserOrdinal, GroupOrdinal), RemainderReason>;

/// Users from whom events could not take a license of a group, or took it at last.
fn kept<'a>(events: impl Iterator<Item = &'a Event>, is_taken: bool) -> BTreeMap<Key, Bits> {
    let mut kept: BTreeMap<Key, Bits> = BTreeMap::new();
    for event in events {
        let Event::AssignmentsChanged {
            users,
            removed,
            added,
            ..
        } = event
        else {
            continue;
        };
        for grant in if is_taken { removed } else { added } {
            if let Source::Kept { group, .. } = grant.source {
                let kept = kept.entry((group, grant.product)).or_default();
                kept.union_with(&users.to_bits());
            }
        }
    }
    kept
}

/// The state of the license by which a user has a product from a group.
fn applied(tenant: &Tenant, user: UserOrdinal, (group, product): Key) -> Option<LicenseState> {
    let view = tenant.users().view(user)?;
    let sources = tenant.sources(&view);
    let source = sources.iter().find(|source| {
        (source.group, source.product) == (Some(group), product) && source.state.is_applied()
    });
    source.map(|source| source.state)
}

/// About whom something was told already.
struct Told {
    users: Bits,
    groups: BTreeSet<GroupOrdinal>,
}

impl Told {
    fn by(remainders: &[Remainder]) -> Self {
        let users = remainders.iter().filter_map(|remainder| remainder.user);
        let groups = remainders
            .iter()
            .filter(|remainder| remainder.user.is_none())
            .filter_map(|remainder| remainder.group);
        Self {
            users: users.map(|user| user.0).collect(),
            groups: groups.collect(),
        }
    }
}

/// Why a group's license is not as it was for a user.
fn reason(
    state: &Tenant,
    user: UserOrdinal,
    group: GroupOrdinal,
    gave: Option<ProductOrdinal>,
) -> RemainderReason {
    let sources = state
        .users()
        .view(user)
        .map(|view| (view, state.sources(&view)));
    let refusal = sources.and_then(|(view, sources)| {
        let failed = |source: &&LicenseSource| {
            source.group == Some(group) && source.state.violation().is_some()
        };
        let is_own = |source: &&LicenseSource| source.state.violation() != Some(Violation::Other);
        let first = sources.iter().filter(failed).find(is_own);
        let source = first.or_else(|| sources.iter().find(failed))?;
        refusal_of(state, &view, source)
    });
    match (gave, refusal) {
        (_, Some(refusal)) => RemainderReason::Refused(refusal),
        (None, None) => RemainderReason::NotReversible(STAYS),
        (Some(_), None) => RemainderReason::NotReversible(ENDED),
    }
}
