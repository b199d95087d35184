//! What can be asked of types of which there are few objects: their texts. All objects are looked at.

use uuid::Uuid;
use zetel_query::Asked;

use super::{Filtered, PropertyTest};

/// A type whose texts can be asked for.
pub(crate) trait FilteredByText: Filtered {
    /// The texts of one of these properties: one of a text, an id or a word, all of a list of texts.
    fn texts(row: &Self::Row<'_>, name: &str) -> Vec<String>;
}

impl<E: FilteredByText> PropertyTest<E> {
    /// Whether it holds for an object.
    pub fn holds(&self, row: &E::Row<'_>) -> bool {
        let texts = E::texts(row, self.name);
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
