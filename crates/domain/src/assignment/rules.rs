//! Plan rules compiled for speed: plans that no rule names cost nothing.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::catalog::Rules;

/// A set of plans that rules name, as bits of a [`RuleBook`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet(Vec<u64>);

impl RuleSet {
    /// Adds a bit.
    pub fn insert(&mut self, bit: u16) {
        let word = usize::from(bit / 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << (bit % 64);
        }
    }

    /// Whether a bit is in the set.
    pub fn contains(&self, bit: u16) -> bool {
        self.0
            .get(usize::from(bit / 64))
            .is_some_and(|bits| bits & (1 << (bit % 64)) != 0)
    }

    /// The bits in both sets, in order.
    fn common<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u16> {
        self.0
            .iter()
            .zip(&other.0)
            .enumerate()
            .flat_map(|(word, (left, right))| {
                let mut bits = left & right;
                std::iter::from_fn(move || {
                    let bit = bits.trailing_zeros();
                    bits &= bits.checked_sub(1)?;
                    u16::try_from(word * 64 + bit as usize).ok()
                })
            })
    }

    /// The bits of both sets together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (long, short) = if self.0.len() < other.0.len() {
            (other, self)
        } else {
            (self, other)
        };
        let mut words = long.0.clone();
        for (word, more) in words.iter_mut().zip(&short.0) {
            *word |= more;
        }
        Self(words)
    }

    /// How many bits the sets have in common.
    pub fn count_common(&self, other: &Self) -> usize {
        self.common(other).count()
    }

    /// Whether all bits that this set has in common with another are in a third one.
    pub fn common_is_within(&self, other: &Self, third: &Self) -> bool {
        self.common(other).all(|bit| third.contains(bit))
    }

    /// Whether the sets have a bit in common.
    pub fn intersects(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .any(|(left, right)| left & right != 0)
    }
}

/// A broken plan rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleViolation {
    /// More than one plan of an exclusion set would be enabled.
    Exclusive {
        /// The plans of the set that would be enabled.
        plans: Vec<Uuid>,
    },
    /// A plan would be enabled without any of those that it needs.
    Missing {
        /// The dependent plan.
        plan: Uuid,
        /// Any of these would do.
        requires: Vec<Uuid>,
    },
}

/// The exclusions and dependencies of a catalog over numbered plans (licensing.md 4.1 and 4.2).
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    plans: Vec<Uuid>,
    bits: BTreeMap<Uuid, u16>,
    exclusions: Vec<RuleSet>,
    dependencies: Vec<(u16, RuleSet)>,
}

impl RuleBook {
    /// Compiles a catalog's rules.
    pub fn new(rules: &Rules) -> Self {
        let mut book = Self::default();
        for exclusion in &rules.exclusions {
            let set = book.set(exclusion.plans.iter().copied());
            book.exclusions.push(set);
        }
        for dependency in &rules.dependencies {
            let bit = book.number(dependency.plan);
            let set = book.set(dependency.requires_any.iter().copied());
            book.dependencies.push((bit, set));
        }
        book
    }

    /// The bit of a plan that some rule names.
    pub fn bit(&self, plan: Uuid) -> Option<u16> {
        self.bits.get(&plan).copied()
    }

    fn number(&mut self, plan: Uuid) -> u16 {
        let next = u16::try_from(self.plans.len()).unwrap_or(u16::MAX);
        *self.bits.entry(plan).or_insert_with(|| {
            self.plans.push(plan);
            next
        })
    }

    fn set(&mut self, plans: impl Iterator<Item = Uuid>) -> RuleSet {
        let mut set = RuleSet::default();
        for plan in plans {
            set.insert(self.number(plan));
        }
        set
    }

    fn plan(&self, bit: u16) -> Uuid {
        self.plans
            .get(usize::from(bit))
            .copied()
            .unwrap_or_default()
    }

    /// The first rule that the end state breaks and the state before did not break in the same way: exclusions first,
    /// then dependencies, each in the order of the catalog. An old violation (a rule that came later) blocks nothing.
    pub fn first_new_violation(&self, before: &RuleSet, after: &RuleSet) -> Option<RuleViolation> {
        if before == after {
            return None;
        }
        self.exclusions
            .iter()
            .find_map(|set| self.exclusion_violation(set, before, after))
            .or_else(|| {
                self.dependencies.iter().find_map(|(dependent, requires)| {
                    let broken =
                        |state: &RuleSet| state.contains(*dependent) && !state.intersects(requires);
                    (broken(after) && !broken(before)).then(|| RuleViolation::Missing {
                        plan: self.plan(*dependent),
                        requires: requires
                            .common(requires)
                            .map(|bit| self.plan(bit))
                            .collect(),
                    })
                })
            })
    }

    /// Plans that are on without any of those that they need, and did not lack them before; each with what it needs.
    pub(crate) fn newly_missing<'a>(
        &'a self,
        before: &'a RuleSet,
        after: &'a RuleSet,
    ) -> impl Iterator<Item = (u16, &'a RuleSet)> {
        self.dependencies
            .iter()
            .filter(|(dependent, requires)| {
                let broken =
                    |state: &RuleSet| state.contains(*dependent) && !state.intersects(requires);
                broken(after) && !broken(before)
            })
            .map(|(dependent, requires)| (*dependent, requires))
    }

    /// The first plan that is on without any of those that it needs, and did not lack them before, with what it needs.
    pub fn first_newly_missing(
        &self,
        before: &RuleSet,
        after: &RuleSet,
    ) -> Option<(Uuid, Vec<Uuid>)> {
        let (dependent, requires) = self.newly_missing(before, after).next()?;
        let requires = requires.common(requires).map(|bit| self.plan(bit));
        Some((self.plan(dependent), requires.collect()))
    }

    /// Whether an exclusion forbids the end state that did not forbid the state before.
    pub(crate) fn excludes(&self, before: &RuleSet, after: &RuleSet) -> bool {
        self.exclusions
            .iter()
            .any(|set| self.exclusion_violation(set, before, after).is_some())
    }

    /// The exclusions, as sets of plans of which one at most may be on.
    pub(crate) fn exclusions(&self) -> &[RuleSet] {
        &self.exclusions
    }

    /// The dependencies: a plan, and any of which it needs.
    pub(crate) fn dependencies(&self) -> &[(u16, RuleSet)] {
        &self.dependencies
    }

    fn exclusion_violation(
        &self,
        set: &RuleSet,
        before: &RuleSet,
        after: &RuleSet,
    ) -> Option<RuleViolation> {
        let mut enabled = after.common(set);
        let (first, second) = (enabled.next()?, enabled.next()?);
        let is_new = after.common(set).any(|bit| !before.contains(bit));
        is_new.then(|| RuleViolation::Exclusive {
            plans: [first, second]
                .into_iter()
                .chain(enabled)
                .map(|bit| self.plan(bit))
                .collect(),
        })
    }
}
