//! What can be asked of types of which there are few objects: their texts. All objects are looked at.

use std::marker::PhantomData;

use super::{
    Condition, Test,
    clause::{Clause, Question},
    text::TextMatch,
    user::any_text,
};
use crate::graph::{
    error::GraphError,
    schema::{Entity, properties_of},
};

/// A type whose texts can be asked for.
pub(crate) trait FilteredByText: Entity {
    /// Properties that are a text, an id or a word.
    const SINGLE: &'static [&'static str];
    /// Properties that are lists of texts.
    const MANY: &'static [&'static str];

    /// The texts of one of these properties.
    fn texts(row: &Self::Row<'_>, name: &str) -> Vec<String>;
}

/// A question about a text of an object.
pub(crate) struct FewTest<E> {
    property: &'static str,
    matched: TextMatch,
    of: PhantomData<E>,
}

impl<E: FilteredByText> FewTest<E> {
    /// Whether it holds for an object.
    pub fn holds(&self, row: &E::Row<'_>) -> bool {
        E::texts(row, self.property)
            .iter()
            .any(|text| self.matched.fits(text))
    }
}

impl<E: FilteredByText> Test for FewTest<E> {
    const TYPE: &'static str = E::NAME;

    fn of(clause: &Clause) -> Result<Condition<Self>, GraphError> {
        let find = |names: &[&'static str]| {
            let mut names = names.iter().copied();
            names.find(|name| name.eq_ignore_ascii_case(&clause.path))
        };
        let test = |property| {
            move |matched| Self {
                property,
                matched,
                of: PhantomData,
            }
        };
        if let Some(property) = find(E::SINGLE) {
            return clause.text(E::NAME, test(property));
        }
        if let (Some(property), Question::Any(alternatives)) = (find(E::MANY), &clause.question) {
            return any_text(clause, alternatives, E::NAME, test(property));
        }
        let name = clause.path.split('/').next().unwrap_or_default();
        let known = properties_of::<E>();
        let known = known.iter().map(|property| property.name);
        let mut known = known.chain(E::NOT_IMPLEMENTED.iter().copied());
        Err(if known.any(|known| known.eq_ignore_ascii_case(name)) {
            clause.unsupported(E::NAME)
        } else {
            clause.unknown(E::NAME)
        })
    }
}
