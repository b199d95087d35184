//! Questions about a property by its name, of all types whose entity says what can be asked.

use std::marker::PhantomData;

use zetel_query::{Asked, Entity, Test};

use super::Question;
use crate::graph::schema::{self, properties_of};

/// A type that can be asked about.
pub(crate) trait Filtered: schema::Entity {
    /// What can be asked.
    const ASKED: &'static Entity;
}

/// A question about a property of an object. Whether it holds, each type says itself.
#[derive(Debug)]
pub(crate) struct PropertyTest<E> {
    /// The property's name in the table.
    pub name: &'static str,
    /// What is asked.
    pub asked: Asked,
    of: PhantomData<E>,
}

impl<E: Filtered> Question for PropertyTest<E> {
    fn entity() -> &'static Entity {
        E::ASKED
    }

    fn is_known(name: &str) -> bool {
        let known = properties_of::<E>();
        let known = known.iter().map(|property| property.name);
        let mut known = known.chain(E::NOT_IMPLEMENTED.iter().copied());
        known.any(|known| known.eq_ignore_ascii_case(name))
    }

    fn bind(test: &Test) -> Option<Self> {
        let name = test.property.name;
        Self::is_known(name).then(|| Self {
            name,
            asked: test.asked.clone(),
            of: PhantomData,
        })
    }
}
