//! Conditions made of questions, and the sets that indexes know of them.

use uuid::Uuid;
use zetel_domain::state::{Bits, SetExpression};

use crate::{Property, TextMatch, TimeMatch};

/// A condition made of questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition<T> {
    /// All must hold.
    And(Vec<Self>),
    /// One must hold.
    Or(Vec<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// A question.
    Test(T),
}

/// A question on a property, as the table of its entity type allows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The property.
    pub property: &'static Property,
    /// What is asked of it.
    pub asked: Asked,
}

/// What is asked of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Of a text or a word.
    Text(TextMatch),
    /// Of an object id or a GUID: it is one of these.
    Guid(Vec<Uuid>),
    /// Of something true or false: it is one of these; nothing stands for `null`.
    Flag(Vec<Option<bool>>),
    /// Of a point in time.
    Time(TimeMatch),
    /// Of a collection: it has at least one value.
    Exists,
    /// Of a collection: it has exactly one value.
    IsSingle,
    /// Of a collection of texts: this holds for one of them.
    AnyText(Condition<TextMatch>),
    /// Of a collection of complex values: this holds for one of them.
    AnyItem(Box<Condition<Test>>),
}

impl<T> Condition<T> {
    /// Whether the condition holds, by the answers to its questions.
    pub fn holds(&self, answer: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::And(all) => all.iter().all(|condition| condition.holds(answer)),
            Self::Or(all) => all.iter().any(|condition| condition.holds(answer)),
            Self::Not(condition) => !condition.holds(answer),
            Self::Test(test) => answer(test),
        }
    }

    /// Whether something is true of all its questions.
    pub fn every(&self, is_true: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().all(|one| one.every(is_true)),
            Self::Not(inner) => inner.every(is_true),
            Self::Test(test) => is_true(test),
        }
    }

    /// The same condition of other questions, if each can be made.
    pub fn try_map<U, E>(&self, question: &impl Fn(&T) -> Result<U, E>) -> Result<Condition<U>, E> {
        let each = |all: &[Self]| -> Result<Vec<_>, E> {
            all.iter().map(|one| one.try_map(question)).collect()
        };
        Ok(match self {
            Self::And(all) => Condition::And(each(all)?),
            Self::Or(all) => Condition::Or(each(all)?),
            Self::Not(inner) => Condition::Not(Box::new(inner.try_map(question)?)),
            Self::Test(test) => Condition::Test(question(test)?),
        })
    }

    /// The set of objects for which the condition holds, as far as indexes know those of its questions.
    ///
    /// `universe` are the objects that there are; sets of questions may have members outside of it.
    pub fn reach(&self, universe: &Bits, of: &impl Fn(&T) -> Reach) -> Reach<Bits> {
        let cut = |set: SetExpression| set.and(universe.clone().into()).evaluate();
        match self.reach_anywhere(universe, of) {
            Reach::Exactly(set) => Reach::Exactly(cut(set)),
            Reach::Within(set) => Reach::Within(cut(set)),
            Reach::Unknown => Reach::Unknown,
        }
    }

    /// The same with members outside of the universe, so that sets need not be cut to it one by one.
    fn reach_anywhere(&self, universe: &Bits, of: &impl Fn(&T) -> Reach) -> Reach {
        let each = |all: &[Self], join: fn(Reach, Reach) -> Reach| {
            let all = all.iter().map(|one| one.reach_anywhere(universe, of));
            all.reduce(join)
        };
        let everything = || SetExpression::Set(universe.clone());
        match self {
            Self::And(all) => each(all, Reach::and).unwrap_or_else(|| Reach::Exactly(everything())),
            Self::Or(all) => {
                each(all, Reach::or).unwrap_or_else(|| Reach::Exactly(Bits::new().into()))
            }
            Self::Not(inner) => match inner.reach_anywhere(universe, of) {
                Reach::Exactly(set) => Reach::Exactly(everything().without(set)),
                Reach::Within(_) | Reach::Unknown => Reach::Unknown,
            },
            Self::Test(test) => of(test),
        }
    }
}

/// What indexes know of the objects for which something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach<S = SetExpression> {
    /// It holds for these and no others.
    Exactly(S),
    /// It holds for no others; these must be asked.
    Within(S),
    /// All must be asked.
    Unknown,
}

impl Reach {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exactly(left), Self::Exactly(right)) => Self::Exactly(left.and(right)),
            (Self::Unknown, Self::Unknown) => Self::Unknown,
            (Self::Unknown, Self::Exactly(set) | Self::Within(set))
            | (Self::Exactly(set) | Self::Within(set), Self::Unknown) => Self::Within(set),
            (
                Self::Exactly(left) | Self::Within(left),
                Self::Exactly(right) | Self::Within(right),
            ) => Self::Within(left.and(right)),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exactly(left), Self::Exactly(right)) => Self::Exactly(left.or(right)),
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (
                Self::Exactly(left) | Self::Within(left),
                Self::Exactly(right) | Self::Within(right),
            ) => Self::Within(left.or(right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Questions are sets; how much an index knows of each is drawn, too.
    #[derive(Clone, Debug)]
    struct Question {
        members: Bits,
        known: Reach,
    }

    fn bits() -> impl Strategy<Value = Bits> {
        prop::collection::vec(0_u32..40, 0..30).prop_map(|all| all.into_iter().collect())
    }

    fn question() -> impl Strategy<Value = Question> {
        (bits(), bits(), 0..3).prop_map(|(members, more, known)| Question {
            known: match known {
                0 => Reach::Exactly(members.clone().into()),
                1 => Reach::Within(members.union(&more).into()),
                _ => Reach::Unknown,
            },
            members,
        })
    }

    fn condition() -> impl Strategy<Value = Condition<Question>> {
        question()
            .prop_map(Condition::Test)
            .prop_recursive(4, 24, 4, |inner| {
                prop_oneof![
                    prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::And),
                    prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::Or),
                    inner.prop_map(|inner| Condition::Not(Box::new(inner))),
                ]
            })
    }

    proptest! {
        #[test]
        fn what_indexes_know_is_what_asking_everybody_finds(
            condition in condition(),
            universe in bits(),
        ) {
            let holds = |ordinal: &u32| {
                condition.holds(&|question: &Question| question.members.contains(*ordinal))
            };
            let asked: Bits = universe.iter().filter(holds).collect();
            match condition.reach(&universe, &|question| question.known.clone()) {
                Reach::Exactly(set) => prop_assert_eq!(set, asked),
                Reach::Within(set) => {
                    prop_assert!(asked.is_subset(&set) && set.is_subset(&universe));
                }
                Reach::Unknown => {}
            }
        }
    }
}
