//! What follows from the state, made when it is first asked for and brought up to date when it is asked for again.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use super::Bits;

/// A value that follows from the rest of the state, of which only what somebody asks for is ever made.
///
/// The state says which ordinals change ([`Lazy::note`]). The first question makes the value from the whole state; a
/// question after changes makes it from the value of a former state and the ordinals that changed since. Clones share
/// the value until one of them changes. While a value is being made, clones may change: theirs is made from it, once it
/// is there. What a question answers never depends on which values were made before.
pub struct Lazy<T> {
    cell: Arc<Cell<T>>,
}

struct Cell<T> {
    value: OnceLock<Arc<T>>,
    /// Whether the value was made or is being made.
    is_asked: AtomicBool,
    origin: Origin<T>,
}

/// What a value is made from.
enum Origin<T> {
    /// The whole state.
    State,
    /// The value of a former state, and what changed since.
    Former(Arc<T>, Bits),
    /// A value that is being made for a former state, and what changed since.
    Pending(Arc<Cell<T>>, Bits),
}

impl<T> Lazy<T> {
    /// The value. `make` makes it: from the value of a former state and the ordinals that changed since, at least, or
    /// without them from the whole state.
    pub fn get(&self, make: impl FnOnce(Option<(&T, &Bits)>) -> T) -> &T {
        if let Some(value) = self.cell.value.get() {
            return value;
        }
        self.cell.is_asked.store(true, Ordering::Relaxed);
        self.cell.value.get_or_init(|| {
            let former = self.cell.origin.former();
            let former = former.as_ref().map(|(value, changed)| (&**value, changed));
            Arc::new(make(former))
        })
    }

    /// Notes that something changed that the value may depend on.
    pub fn note(&mut self, ordinal: u32) {
        if let Some(changed) = self.changed() {
            changed.insert(ordinal);
        }
    }

    /// Notes that something changed for many.
    pub fn note_all(&mut self, ordinals: &Bits) {
        if let Some(changed) = self.changed() {
            changed.union_with(ordinals);
        }
    }

    /// Notes that anything may have changed.
    pub fn note_everything(&mut self) {
        *self = Self::default();
    }

    /// What changed since the value from which the next one is made; none if that is made from the whole state.
    fn changed(&mut self) -> Option<&mut Bits> {
        let is_own = Arc::get_mut(&mut self.cell).is_some_and(|cell| !*cell.is_asked.get_mut());
        if !is_own {
            let origin = Cell::next(&self.cell);
            self.cell = Arc::new(Cell::new(origin));
        }
        match &mut Arc::get_mut(&mut self.cell)?.origin {
            Origin::State => None,
            Origin::Former(_, changed) | Origin::Pending(_, changed) => Some(changed),
        }
    }
}

impl<T> Cell<T> {
    const fn new(origin: Origin<T>) -> Self {
        Self {
            value: OnceLock::new(),
            is_asked: AtomicBool::new(false),
            origin,
        }
    }

    /// What the value of the next state is made from.
    fn next(self: &Arc<Self>) -> Origin<T> {
        if let Some(value) = self.value.get() {
            Origin::Former(Arc::clone(value), Bits::new())
        } else if self.is_asked.load(Ordering::Relaxed) {
            Origin::Pending(Arc::clone(self), Bits::new())
        } else {
            self.origin.clone()
        }
    }
}

impl<T> Origin<T> {
    /// The nearest value that was made for a former state, and what changed since.
    fn former(&self) -> Option<(Arc<T>, Bits)> {
        match self {
            Self::State => None,
            Self::Former(value, changed) => Some((Arc::clone(value), changed.clone())),
            Self::Pending(cell, changed) => {
                if let Some(value) = cell.value.get() {
                    return Some((Arc::clone(value), changed.clone()));
                }
                let (value, before) = cell.origin.former()?;
                Some((value, before.union(changed)))
            }
        }
    }
}

impl<T> Clone for Origin<T> {
    /// The same origin; a value that has been made meanwhile is no longer waited for.
    fn clone(&self) -> Self {
        match self {
            Self::State => Self::State,
            Self::Former(value, changed) => Self::Former(Arc::clone(value), changed.clone()),
            Self::Pending(cell, changed) => match cell.value.get() {
                Some(value) => Self::Former(Arc::clone(value), changed.clone()),
                None => Self::Pending(Arc::clone(cell), changed.clone()),
            },
        }
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self {
            cell: Arc::new(Cell::new(Origin::State)),
        }
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self {
            cell: Arc::clone(&self.cell),
        }
    }
}

impl<T> fmt::Debug for Lazy<T> {
    /// Whether there is a value; the state from which it follows is told elsewhere.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_made = self.cell.value.get().is_some();
        formatter.write_str(if is_made { "Lazy(made)" } else { "Lazy" })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Numbers by ordinal, and their squares as what follows from them.
    #[derive(Clone, Default)]
    struct State {
        numbers: Vec<u64>,
        squares: Lazy<Vec<u64>>,
    }

    impl State {
        fn set(&mut self, ordinal: usize, number: u64) {
            let length = self.numbers.len().max(ordinal + 1);
            self.numbers.resize(length, 0);
            self.numbers[ordinal] = number;
            self.squares.note(u32::try_from(ordinal).unwrap());
        }

        /// The squares; `meanwhile` runs while they are made, if they have to be, and learns from what.
        fn squares(&self, meanwhile: impl FnOnce(Option<u32>)) -> &[u64] {
            self.squares.get(|former| {
                meanwhile(former.map(|(_, changed)| changed.len()));
                let (mut squares, changed) = match former {
                    Some((squares, changed)) => (squares.clone(), changed.clone()),
                    None => (
                        Vec::new(),
                        Bits::from_range(0..u32::try_from(self.numbers.len()).unwrap()),
                    ),
                };
                squares.resize(self.numbers.len(), 0);
                for ordinal in changed.iter() {
                    let number = self.numbers[ordinal as usize];
                    squares[ordinal as usize] = number * number;
                }
                squares
            })
        }

        fn check(&self) {
            let squares: Vec<u64> = self.numbers.iter().map(|number| number * number).collect();
            assert_eq!(self.squares(|_| {}), squares);
        }
    }

    proptest! {
        #[test]
        fn whatever_was_asked_before_the_answer_is_that_of_the_state(
            steps in vec((0_usize..8, 0_u64..9, 0_u8..6), 1..40),
        ) {
            let mut states = vec![State::default()];
            for (ordinal, number, what) in steps {
                let mut next = states.last().unwrap().clone();
                next.set(ordinal, number);
                match what {
                    0 => next.check(),
                    1 => states[ordinal % states.len()].check(),
                    2 => next.squares.note_everything(),
                    _ => {}
                }
                states.push(next);
            }
            for state in states.iter().rev() {
                state.check();
            }
        }
    }

    #[test]
    fn a_question_after_a_change_looks_at_what_changed() {
        let mut state = State::default();
        for number in 0..10 {
            state.set(9 - number, 3);
        }
        let known = RefCell::new(Vec::new());
        let ask = |state: &State| {
            state.squares(|changed| known.borrow_mut().push(changed));
            state.check();
        };
        ask(&state);
        ask(&state); // answered already
        let mut changed = state.clone();
        changed.set(3, 7);
        changed.set(4, 8);
        ask(&changed);
        let mut again = changed.clone();
        again.set(3, 1);
        ask(&again);
        again.squares.note_everything();
        ask(&again);
        ask(&state);
        assert_eq!(known.into_inner(), [None, Some(2), Some(1), None]);
    }

    #[test]
    fn what_is_being_made_is_known_to_states_that_come_meanwhile() {
        let mut state = State::default();
        state.set(5, 2);
        let (mut second, mut third) = (State::default(), State::default());
        state.squares(|_| {
            second = state.clone();
            second.set(1, 4);
            second.squares(|changed| {
                assert_eq!(changed, None, "nothing is there yet");
                third = second.clone();
                third.set(0, 9);
            });
        });
        second.check();
        let mut known = None;
        third.squares(|changed| known = changed);
        assert_eq!(known, Some(1), "what changed since the second state");
        third.check();

        // The same, asked before the second one is made: the first one is nearer than nothing.
        let mut state = State::default();
        state.set(5, 2);
        let mut second = state.clone();
        state.squares(|_| {
            second = state.clone();
            second.set(1, 4);
        });
        second.squares(|_| {
            let mut third = second.clone();
            third.set(0, 9);
            let mut known = None;
            third.squares(|changed| known = changed);
            assert_eq!(known, Some(2), "what changed since the first state");
            third.check();
        });
    }
}
