//! What becomes of the licenses of groups for one user (licensing.md 3): every unit is a group, tried on the end state of
//! the user, whole or not at all; what the user loses by it but another plan needs is kept with an error.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{Timestamp, assignment::Violation};

use super::{From, Kept, License, Model, Source, Verdict};

/// Which of a user's units are tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Retry {
    /// All.
    All,
    /// One group's, and those that failed for a conflict.
    Group(usize),
    /// Those that failed for a conflict.
    Conflicts,
}

/// A settlement in the making.
#[derive(Clone, Default)]
struct Draft {
    /// What the user has by now.
    work: Vec<Source>,
    verdicts: BTreeMap<(usize, Uuid), Verdict>,
    /// What is kept of what was to go, by its place in the list of that.
    kept: BTreeMap<usize, Violation>,
}

/// One user's settlement: the same for all attempts.
struct Case<'m> {
    model: &'m Model,
    place: usize,
    /// What the user had before the change.
    before: Vec<Source>,
    /// What stays whatever comes of the rest.
    base: Vec<Source>,
    /// What is no longer meant for the user.
    leaving: Vec<Source>,
    /// By group and product: the place in `leaving` of what is given instead as of now; it leaves unless that is what is
    /// decided again.
    instead: BTreeMap<(usize, Uuid), usize>,
    verdicts: BTreeMap<(usize, Uuid), Verdict>,
    retried: Vec<usize>,
    /// Groups and products that they give since this change, or otherwise than before.
    changed: BTreeSet<(usize, Uuid)>,
}

impl Model {
    /// Decides a user's group licenses after a change; `old` is the tenant before it, `expired` what must go now.
    pub(super) fn settle(
        &mut self,
        old: &Self,
        place: usize,
        retry: Retry,
        expired: &BTreeSet<(Uuid, Option<usize>)>,
        now: Timestamp,
    ) {
        let case = Case::new(self, old, place, retry);
        let draft = case.decide();
        let base = case.base.clone();
        let leaving = case.leaving_after(&draft);
        self.note_verdicts(place, &draft.verdicts, now);

        let was = self.users[place].kept.clone();
        let mut kept = BTreeMap::new();
        let stays = base.iter().filter_map(|source| match source.from {
            From::Kept(group, violation) => Some((source, group, violation)),
            _ => None,
        });
        let keeps = leaving
            .iter()
            .filter_map(|(index, source)| Some((source, source.group()?, *draft.kept.get(index)?)));
        for (source, group, violation) in stays.chain(keeps) {
            let key = (source.sku_id, group);
            let same = was
                .get(&key)
                .filter(|was| was.disabled == source.disabled && was.violation == violation);
            let at = same.map_or(now, |was| was.at);
            let disabled = source.disabled.clone();
            kept.insert(
                key,
                Kept {
                    disabled,
                    violation,
                    at,
                },
            );
        }
        self.users[place].kept = kept;
        for key in expired {
            self.users[place].ending.remove(key);
        }
        for (index, source) in &leaving {
            if !draft.kept.contains_key(index) {
                let (sku_id, disabled) = (source.sku_id, source.disabled.clone());
                self.let_end(place, sku_id, source.group(), disabled, &draft.work, now);
            }
        }
        let active: BTreeSet<(Uuid, Option<usize>)> = draft
            .work
            .iter()
            .filter(|source| !matches!(source.from, From::Ending(_)))
            .map(|source| (source.sku_id, source.group()))
            .collect();
        let has = self.plans(&draft.work);
        let mut ending = std::mem::take(&mut self.users[place].ending);
        ending.retain(|(sku_id, group), license| {
            let source = Source::new(*sku_id, &license.disabled, From::Ending(*group));
            let with = &has | &self.plans([&source]);
            !active.contains(&(*sku_id, *group)) && self.excluded(&has, &with).is_none()
        });
        self.users[place].ending = ending;
    }

    fn note_verdicts(
        &mut self,
        place: usize,
        verdicts: &BTreeMap<(usize, Uuid), Verdict>,
        now: Timestamp,
    ) {
        for ((group, sku_id), verdict) in verdicts {
            let was = self.decisions.get(&(place, *group, *sku_id));
            if was != Some(verdict) {
                self.note_decided(place, *group, *sku_id, now);
            }
        }
        self.decisions.retain(|(user, _, _), _| *user != place);
        let new = verdicts.iter();
        self.decisions
            .extend(new.map(|((group, sku_id), verdict)| ((place, *group, *sku_id), *verdict)));
    }

    /// When a verdict changed, where that does not follow from the times of license and membership.
    pub(super) fn note_decided(
        &mut self,
        place: usize,
        group: usize,
        sku_id: Uuid,
        now: Timestamp,
    ) {
        let known = &self.groups[group];
        let joined = known.members.get(&place);
        if known.licenses[&sku_id].at < now && joined.is_some_and(|joined| *joined < now) {
            self.users[place].decided.insert(group, now);
        }
    }

    /// Something was taken away: with a grace period it goes later, unless it would exclude what is there now.
    pub(super) fn let_end(
        &mut self,
        place: usize,
        sku_id: Uuid,
        group: Option<usize>,
        disabled: BTreeSet<Uuid>,
        now_has: &[Source],
        now: Timestamp,
    ) {
        if !self.is_on(self.policy.grace_days > 0) {
            return;
        }
        let ending = Source::new(sku_id, &disabled, From::Ending(group));
        let without = self.plans(now_has);
        let with = &self.plans([&ending]) | &without;
        if self.excluded(&without, &with).is_none() {
            let license = License { disabled, at: now };
            self.users[place].ending.insert((sku_id, group), license);
        }
    }
}

impl<'m> Case<'m> {
    fn new(model: &'m Model, old: &Model, place: usize, retry: Retry) -> Self {
        let before = old.sources(place);
        let units = model.units(place);
        // Verdicts that still count: on what is still meant for the user.
        let verdicts: BTreeMap<(usize, Uuid), Verdict> = model
            .decisions
            .iter()
            .filter(|((user, group, sku_id), _)| {
                let is_meant = model.groups[*group].licenses.contains_key(sku_id);
                *user == place && units.contains_key(group) && is_meant
            })
            .map(|((_, group, sku_id), verdict)| ((*group, *sku_id), *verdict))
            .collect();
        let conflict = Verdict::Failed(Violation::MutuallyExclusive);
        let has_conflict = |unit: usize| {
            verdicts
                .iter()
                .any(|((group, _), verdict)| *group == unit && *verdict == conflict)
        };
        let mut retried: Vec<usize> = units
            .keys()
            .copied()
            .filter(|group| {
                retry == Retry::All || retry == Retry::Group(*group) || has_conflict(*group)
            })
            .collect();
        retried.sort_by_key(|group| model.rank(*group, units[group], model.groups[*group].id));
        let mut case = Self {
            model,
            place,
            before,
            base: model
                .sources(place)
                .into_iter()
                .filter(|source| source.from == From::Direct)
                .collect(),
            leaving: Vec::new(),
            instead: BTreeMap::new(),
            verdicts,
            retried,
            changed: model.changed_licenses(old),
        };
        for source in old.sources(place) {
            case.sort_in(old, source, retry);
        }
        // Who holds something and is to hold it otherwise comes before those who hold nothing.
        let holds = |group: &usize| {
            let mut leaving = case.leaving.iter();
            leaving.any(|source| source.group() == Some(*group))
        };
        let (holders, others) = case
            .retried
            .iter()
            .partition::<Vec<usize>, _>(|group| holds(group));
        case.retried = [holders, others].concat();
        case
    }

    /// Where something that the user had goes: it stays, it is decided again, or it leaves.
    fn sort_in(&mut self, old: &Model, source: Source, retry: Retry) {
        if !self.model.owns(source.sku_id) {
            return; // gone with its subscription
        }
        match source.from {
            // What ends yields to everything, and nothing may rest on it.
            From::Direct | From::Ending(_) => {}
            From::Kept(group, _) => {
                let is_meant_again = self.verdicts_meant(group, source.sku_id, &source.disabled);
                if is_meant_again {
                    let key = (group, source.sku_id);
                    self.verdicts.insert(key, Verdict::Active);
                    self.base
                        .push(self.model.given(group, source.sku_id, source.sku_id));
                } else if retry == Retry::All || retry == Retry::Group(group) {
                    self.leaving.push(source);
                } else {
                    self.base.push(source);
                }
            }
            From::Group { group, intended } => {
                let old_mask = &old.groups[group].licenses[&intended].disabled;
                if !self.verdicts_meant(group, intended, old_mask) {
                    self.verdicts.remove(&(group, intended));
                    self.leaving.push(source);
                } else if source.sku_id != intended && self.retried.contains(&group) {
                    self.instead.insert((group, intended), self.leaving.len());
                    self.leaving.push(source);
                } else {
                    self.base.push(source);
                }
            }
        }
    }

    /// Whether a group still, or again, means a product with these plans off for the user.
    fn verdicts_meant(&self, group: usize, sku_id: Uuid, disabled: &BTreeSet<Uuid>) -> bool {
        let meant = self.model.groups[group].licenses.get(&sku_id);
        self.model.units(self.place).contains_key(&group)
            && meant.is_some_and(|license| license.disabled == *disabled)
    }

    fn decide(&self) -> Draft {
        let mut needed: BTreeMap<usize, Violation> = BTreeMap::new();
        loop {
            let mut draft = Draft {
                work: self.base.clone(),
                verdicts: self.verdicts.clone(),
                kept: needed.clone(),
            };
            let kept = needed.keys().map(|index| self.leaving[*index].clone());
            draft.work.extend(kept);
            let instead = self.instead.values();
            draft
                .work
                .extend(instead.map(|index| self.leaving[*index].clone()));
            for group in &self.retried {
                self.try_unit(*group, &mut draft);
            }
            let more = self.still_needed(&draft);
            if more.is_empty() {
                return draft;
            }
            needed.extend(more);
        }
    }

    /// What leaves by a draft, by its place.
    fn leaving_after(&self, draft: &Draft) -> BTreeMap<usize, Source> {
        let goes_on = |index: usize| {
            let mut instead = self.instead.iter();
            let place = instead
                .find(|(_, place)| **place == index)
                .map(|(key, _)| key);
            let given = Verdict::Fallback(self.leaving[index].sku_id);
            place.is_some_and(|key| draft.verdicts.get(key) == Some(&given))
        };
        let all = self.leaving.iter().cloned().enumerate();
        all.filter(|(index, _)| !goes_on(*index)).collect()
    }

    /// Plans that are on now and lack what they did not lack before: what gave that is kept, and unless products count
    /// on their own, everything else that leaves the same group.
    fn still_needed(&self, draft: &Draft) -> BTreeMap<usize, Violation> {
        let model = self.model;
        let (before, after) = (model.plans(&self.before), model.plans(&draft.work));
        let mut leaving = self.leaving_after(draft);
        leaving.retain(|index, _| !draft.kept.contains_key(index));
        let mut more = BTreeMap::new();
        for (_, needed) in model.lacking(&before, &after) {
            for (index, source) in &leaving {
                if !model.plans([source]).is_disjoint(&needed) {
                    more.insert(*index, Violation::Dependency);
                }
            }
        }
        if !model.is_on(model.policy.partial_success) {
            let groups: BTreeSet<Option<usize>> = more
                .keys()
                .map(|index| self.leaving[*index].group())
                .collect();
            for (index, source) in &leaving {
                if source.group().is_some() && groups.contains(&source.group()) {
                    more.entry(*index).or_insert(Violation::Other);
                }
            }
        }
        more
    }

    /// Products of a group that are meant for the user and that the user does not have through it, in product order.
    fn candidates(&self, group: usize) -> Vec<Uuid> {
        let has = |sku_id: &Uuid| {
            let from = From::Group {
                group,
                intended: *sku_id,
            };
            self.base.iter().any(|source| source.from == from)
        };
        let mut candidates: Vec<Uuid> = self.model.groups[group].licenses.keys().copied().collect();
        candidates.retain(|sku_id| !has(sku_id));
        candidates.sort_by_key(|sku_id| self.model.products[sku_id].order);
        candidates
    }

    fn try_unit(&self, group: usize, draft: &mut Draft) {
        let candidates = self.candidates(group);
        if self.model.is_on(self.model.policy.partial_success) {
            self.try_each(group, &candidates, draft);
        } else {
            self.try_whole(group, &candidates, draft);
        }
    }

    fn try_whole(&self, group: usize, candidates: &[Uuid], draft: &mut Draft) {
        let mut trial = draft.clone();
        for (place, intended) in candidates.iter().enumerate() {
            // What comes with it; what came before it is in the trial already.
            let company: Vec<Source> = candidates[place + 1..]
                .iter()
                .map(|sku_id| self.model.given(group, *sku_id, *sku_id))
                .collect();
            let result = self.try_product(group, *intended, &company, &mut trial);
            if let Err(violation) = result {
                for sku_id in candidates {
                    let is_culprit = sku_id == intended;
                    let violation = if is_culprit {
                        violation
                    } else {
                        Violation::Other
                    };
                    self.fail(group, *sku_id, violation, draft);
                }
                self.keep_all_of(group, (*intended, violation), candidates, draft);
                return;
            }
        }
        *draft = trial;
    }

    /// Each product on its own. Where a change of the group's licenses failed, what it would have replaced stays, and the
    /// others are tried again beside that.
    fn try_each(&self, group: usize, candidates: &[Uuid], draft: &mut Draft) {
        let mut failed: BTreeMap<Uuid, Violation> = BTreeMap::new();
        let mut start = draft.clone();
        loop {
            let mut trial = start.clone();
            let mut reasons = failed.clone();
            self.try_once(group, candidates, &mut reasons, &mut trial);
            for (intended, violation) in &reasons {
                self.fail(group, *intended, *violation, &mut trial);
            }
            let kept = start.kept.len();
            for (intended, violation) in &reasons {
                self.keep_all_of(group, (*intended, *violation), &[*intended], &mut start);
                if start.kept.len() > kept {
                    failed.insert(*intended, *violation);
                }
            }
            if start.kept.len() == kept {
                *draft = trial;
                return;
            }
        }
    }

    /// One pass over products that did not fail yet; what lacks something may find it with a product that comes later.
    fn try_once(
        &self,
        group: usize,
        candidates: &[Uuid],
        failed: &mut BTreeMap<Uuid, Violation>,
        draft: &mut Draft,
    ) {
        let mut left: Vec<Uuid> = candidates.to_vec();
        left.retain(|intended| !failed.contains_key(intended));
        loop {
            let count = left.len();
            left.retain(|intended| {
                let why = failed.get(intended);
                if why.is_some_and(|why| *why != Violation::Dependency) {
                    return true;
                }
                let result = self.try_product(group, *intended, &[], draft);
                failed.remove(intended);
                failed.extend(result.err().map(|violation| (*intended, violation)));
                result.is_err()
            });
            if left.len() == count {
                return;
            }
        }
    }

    /// A failed product: what was given instead so far goes on.
    fn fail(&self, group: usize, intended: Uuid, violation: Violation, draft: &mut Draft) {
        let key = (group, intended);
        let verdict = match self.instead.get(&key) {
            Some(index) => {
                let instead = &self.leaving[*index];
                if !draft.work.contains(instead) {
                    draft.work.push(instead.clone());
                }
                Verdict::Fallback(instead.sku_id)
            }
            None => Verdict::Failed(violation),
        };
        draft.verdicts.insert(key, verdict);
    }

    /// A change of the group's licenses failed for the user, so what it would have replaced stays; and so does what was
    /// kept before. Where the change only removed products, or what failed had failed before, nothing is kept for that.
    fn keep_all_of(
        &self,
        group: usize,
        culprit: (Uuid, Violation),
        failed: &[Uuid],
        draft: &mut Draft,
    ) {
        let model = self.model;
        let is_change = failed
            .iter()
            .any(|sku_id| self.changed.contains(&(group, *sku_id)));
        for (index, source) in self.leaving.iter().enumerate() {
            let on = model.plans(&draft.work);
            let with = &on | &model.plans([source]);
            let is_meant = match source.from {
                From::Kept(of, _) => of == group,
                From::Group { group: of, .. } => of == group && is_change,
                From::Direct | From::Ending(_) => false,
            };
            let intended = match source.from {
                From::Group { intended, .. } => intended,
                _ => source.sku_id,
            };
            // What is given otherwise from now on needs not be kept as it was.
            let is_replaced =
                model.groups[group].licenses.contains_key(&intended) && !failed.contains(&intended);
            let is_candidate = is_meant
                && !is_replaced
                && !draft.kept.contains_key(&index)
                && !self.instead.values().any(|place| *place == index);
            if !is_candidate || model.excluded(&on, &with).is_some() {
                continue;
            }
            let is_culprit = culprit.0 == source.sku_id;
            let violation = if is_culprit {
                culprit.1
            } else {
                Violation::Other
            };
            draft.kept.insert(index, violation);
            draft.work.push(source.clone());
        }
    }

    /// Gives a product if all rules allow it, or where seats are short, the next of its chain that they allow.
    fn try_product(
        &self,
        group: usize,
        intended: Uuid,
        company: &[Source],
        draft: &mut Draft,
    ) -> Result<(), Violation> {
        let wanted = self.model.given(group, intended, intended);
        let own = self.instead.get(&(group, intended));
        let own = own.map(|index| self.leaving[*index].clone());
        let mut rest = draft.clone();
        rest.work.retain(|source| Some(source) != own.as_ref());
        let mut result = self.judge(&wanted, company, &rest);
        if own.is_some() && result.is_ok() {
            let all = rest.work.iter().chain(company).chain([&wanted]);
            let (before, after) = (self.model.plans(&self.before), self.model.plans(all));
            // Nothing that others need may go with what was given instead.
            if !self.model.lacking(&before, &after).is_empty() {
                result = Err(Violation::Count);
            }
        }
        let mut found = result.is_ok().then_some((wanted, Verdict::Active));
        if found.is_none() && (own.is_some() || result == Err(Violation::Count)) {
            for given in self.model.chain(intended) {
                if own.as_ref().is_some_and(|own| own.sku_id == given) {
                    break; // nothing better than what is there
                }
                let instead = self.model.given(group, intended, given);
                let is_held = rest.work.iter().any(|source| source.sku_id == given);
                let is_own = self.model.groups[group].licenses.contains_key(&given);
                let all = rest.work.iter().chain(company).chain([&instead]);
                let (before, after) = (self.model.plans(&self.before), self.model.plans(all));
                // Nothing may count on what it stands in for.
                let is_missed = !self.model.lacking(&before, &after).is_empty();
                if !(is_held || is_own || is_missed) && self.judge(&instead, company, &rest).is_ok()
                {
                    found = Some((instead, Verdict::Fallback(given)));
                    break;
                }
            }
        }
        match (found, own, result) {
            (Some((source, verdict)), _, _) => {
                rest.work.push(source);
                rest.verdicts.insert((group, intended), verdict);
                *draft = rest;
                Ok(())
            }
            (None, Some(own), _) => {
                let verdict = Verdict::Fallback(own.sku_id);
                draft.verdicts.insert((group, intended), verdict);
                Ok(())
            }
            (None, None, result) => result,
        }
    }

    /// Whether a product can be given besides what the user has by now; `company` comes with it and may have what it needs.
    fn judge(&self, wanted: &Source, company: &[Source], draft: &Draft) -> Result<(), Violation> {
        let (model, sku_id) = (self.model, wanted.sku_id);
        if !model.is_assignable(sku_id) {
            return Err(Violation::Other);
        }
        let mut had = self.before.iter();
        let is_new = !model.owns(sku_id) || !had.any(|source| source.sku_id == sku_id);
        let location = model.users[self.place]
            .usage_location
            .or(model.profile.default_usage_location);
        let is_prohibited = |location| model.is_prohibited(sku_id, &wanted.disabled, location);
        if is_new && location.is_some_and(is_prohibited) {
            return Err(Violation::ProhibitedInUsageLocation);
        }
        let before = model.plans(&self.before);
        let after = model.plans(draft.work.iter().chain([wanted]));
        if model.excluded(&before, &after).is_some() {
            return Err(Violation::MutuallyExclusive);
        }
        let to_come = model.plans(company);
        let mut lacking = model.lacking(&before, &after).into_iter();
        if lacking.any(|(_, needed)| needed.is_disjoint(&to_come)) {
            return Err(Violation::Dependency);
        }
        let mut work = draft.work.iter();
        let needs_seat = is_new && !work.any(|source| source.sku_id == sku_id);
        if needs_seat && !model.has_free_seat(sku_id) {
            return Err(Violation::Count);
        }
        if model.gives_mailbox(sku_id, &wanted.disabled)
            && model.shared_address(self.place).is_some()
        {
            return Err(Violation::Uniqueness);
        }
        Ok(())
    }
}
