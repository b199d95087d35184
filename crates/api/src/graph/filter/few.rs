//! What can be asked of types of which there are few objects: their texts. All objects are looked at.

use std::marker::PhantomData;

use uuid::Uuid;
use zetel_query::{Asked, Entity, Test};

use super::Question;
use crate::graph::schema::{self, properties_of};

/// A type whose texts can be asked for.
pub(crate) trait FilteredByText: schema::Entity {
    /// What can be asked.
    const ASKED: &'static Entity;

    /// The texts of one of these properties: one of a text, an id or a word, all of a list of texts.
    fn texts(row: &Self::Row<'_>, name: &str) -> Vec<String>;
}

/// A question about a text of an object.
pub(crate) struct FewTest<E> {
    property: &'static str,
    asked: Asked,
    of: PhantomData<E>,
}

impl<E: FilteredByText> FewTest<E> {
    /// Whether it holds for an object.
    pub fn holds(&self, row: &E::Row<'_>) -> bool {
        let texts = E::texts(row, self.property);
        let mut each = texts.iter().map(String::as_str);
        match &self.asked {
            Asked::Text(matched) => matched.fits(each.next().filter(|text| !text.is_empty())),
            Asked::Guid(ids) => each
                .filter_map(|text| Uuid::try_parse(text).ok())
                .any(|id| ids.contains(&id)),
            Asked::AnyText(condition) => {
                each.any(|text| condition.holds(&|matched| matched.fits(Some(text))))
            }
            Asked::Exists => !texts.is_empty(),
            Asked::IsSingle => texts.len() == 1,
            Asked::Flag(_) | Asked::Time(_) | Asked::AnyItem(_) => false,
        }
    }
}

impl<E: FilteredByText> Question for FewTest<E> {
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
        let property = test.property.name;
        Self::is_known(property).then(|| Self {
            property,
            asked: test.asked.clone(),
            of: PhantomData,
        })
    }
}
