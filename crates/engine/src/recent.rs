//! The record of what recent generations touched. Spans of generations join as they grow old, so that it stays small: what
//! it then names too much is told to a client once more, which does no harm.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use zetel_domain::{Timestamp, delta::Touched};
use zetel_store::{Change, Head};

use crate::delta::Mark;

/// For so many seconds a mark is good.
pub const MARK_SECONDS: i64 = 7 * 86_400;
/// How much longer the record reaches back, because clocks of nodes differ.
const SLACK_SECONDS: i64 = 86_400;
/// Spans kept apart.
const SPANS: usize = 4_096;
/// Bytes that all spans but the oldest may take together, about.
const WEIGHT: usize = 32 << 20;
/// Confirmed marks that are remembered.
const CONFIRMED: usize = 1_024;

/// What consecutive generations touched.
#[derive(Clone)]
pub(crate) struct Span {
    /// The last of them.
    pub up_to: u64,
    /// The mark's check of the last one, where it is known.
    pub check: Option<u64>,
    /// When the newest of them was made.
    pub at: Timestamp,
    /// What they touched.
    pub touched: Touched,
    /// About how many bytes that takes.
    weight: usize,
}

/// What the record knows of the changes after a mark.
pub(crate) enum Known {
    /// All of them are in these spans.
    Spans(Vec<Arc<Span>>),
    /// The journal must be asked.
    Unread,
    /// The mark is none of this history.
    Foreign,
}

/// What was touched from some generation on.
pub(crate) struct Recent {
    begins: Mark,
    /// In order, without gaps, the first after `begins`.
    spans: VecDeque<Arc<Span>>,
    weight: usize,
    /// Marks within spans, which the journal confirmed.
    confirmed: BTreeMap<u64, u64>,
}

impl Recent {
    /// Nothing, from a state on.
    pub fn new(head: &Head) -> Self {
        Self {
            begins: Mark::of(head),
            spans: VecDeque::new(),
            weight: 0,
            confirmed: BTreeMap::new(),
        }
    }

    /// After which generation it begins.
    pub const fn begins(&self) -> Mark {
        self.begins
    }

    /// Adds the next generations; those that it has already are left out.
    pub fn add(&mut self, spans: Vec<Span>) {
        let known = self.ends();
        for span in spans.into_iter().filter(|span| span.up_to > known) {
            self.weight += span.weight;
            self.spans.push_back(Arc::new(span));
        }
        self.shrink();
    }

    /// Adds what was before; nothing if it does not end where this begins.
    pub fn put_before(&mut self, begins: Mark, span: Span) {
        if span.up_to == self.begins.generation && begins.generation < span.up_to {
            self.weight += span.weight;
            self.spans.push_front(Arc::new(span));
            self.begins = begins;
        }
    }

    /// Remembers that the journal has a mark.
    pub fn confirm(&mut self, mark: Mark) {
        if self.confirmed.len() >= CONFIRMED {
            self.confirmed.clear();
        }
        self.confirmed.insert(mark.generation, mark.check);
    }

    /// What was touched after a mark.
    pub fn since(&self, mark: Mark) -> Known {
        if !(self.begins.generation..=self.ends()).contains(&mark.generation) {
            return Known::Unread;
        }
        let first = self
            .spans
            .partition_point(|span| span.up_to <= mark.generation);
        match self.check_at(mark.generation, first) {
            None => Known::Unread,
            Some(check) if check != mark.check => Known::Foreign,
            Some(_) => Known::Spans(self.spans.range(first..).cloned().collect()),
        }
    }

    fn ends(&self) -> u64 {
        let last = self.spans.back();
        last.map_or(self.begins.generation, |span| span.up_to)
    }

    /// The check of a generation, before the span at a place.
    fn check_at(&self, generation: u64, place: usize) -> Option<u64> {
        if generation == self.begins.generation {
            return Some(self.begins.check);
        }
        let before = place.checked_sub(1).and_then(|place| self.spans.get(place));
        let known = before.filter(|span| span.up_to == generation);
        known
            .and_then(|span| span.check)
            .or_else(|| self.confirmed.get(&generation).copied())
    }

    /// Lets go what no mark needs any more, and joins old spans where there are too many.
    fn shrink(&mut self) {
        let newest = self.spans.back().map_or(Timestamp(0), |span| span.at);
        let oldest = newest.0 - MARK_SECONDS - SLACK_SECONDS;
        while let Some(span) = self.spans.front()
            && span.at.0 < oldest
            && let Some(check) = span.check
        {
            self.begins = Mark {
                generation: span.up_to,
                check,
            };
            self.weight = self.weight.saturating_sub(span.weight);
            self.spans.pop_front();
        }
        while self.is_large() {
            self.join_older_half();
        }
        let begins = self.begins.generation;
        self.confirmed = self.confirmed.split_off(&begins);
    }

    fn is_large(&self) -> bool {
        let oldest = self.spans.front();
        let oldest = oldest.map_or(0, |span| span.weight);
        let is_heavy = self.weight.saturating_sub(oldest) > WEIGHT;
        self.spans.len() > 1 && (self.spans.len() > SPANS || is_heavy)
    }

    /// Joins each span of the older half with its neighbor.
    fn join_older_half(&mut self) {
        let older = (self.spans.len() / 2).max(2);
        let mut joined: Vec<Arc<Span>> = Vec::with_capacity(older.div_ceil(2));
        for (place, span) in self.spans.drain(..older).enumerate() {
            match joined.last_mut() {
                Some(last) if place % 2 == 1 => Arc::make_mut(last).extend(&span),
                _ => joined.push(span),
            }
        }
        for span in joined.into_iter().rev() {
            self.spans.push_front(span);
        }
        self.weight = self.spans.iter().map(|span| span.weight).sum();
    }
}

impl Span {
    /// What the generations up to one touched, the newest of which was made at a time.
    pub fn new(up_to: u64, check: Option<u64>, at: Timestamp, touched: Touched) -> Self {
        Self {
            weight: touched.weight(),
            up_to,
            check,
            at,
            touched,
        }
    }

    /// What one change touched.
    pub fn of(change: &Change, touched: Touched) -> Self {
        Self::new(change.generation, None, change.at, touched)
    }

    /// Notes the hash of the generation with which some spans end.
    pub fn end_at(spans: &mut [Self], head: &Head) {
        if let Some(last) = spans.last_mut() {
            last.check = Some(Mark::of(head).check);
        }
    }

    /// Takes up the generations after it.
    fn extend(&mut self, next: &Self) {
        self.up_to = next.up_to;
        self.check = next.check;
        self.at = self.at.max(next.at);
        self.touched.merge(&next.touched);
        self.weight = self.touched.weight();
    }
}
