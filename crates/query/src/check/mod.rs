//! Judging what is asked by the table of an entity type (licensing.md 7.1, 7.2).

mod collections;
mod scope;
mod values;

#[cfg(test)]
mod tests;

use scope::Scope;

use crate::{
    Asked, Condition, Entity, Kind, Level, Property, QueryError, Test, TextMatch, folded,
    search::{Search, Words},
    syntax::Expression,
};

/// The properties in which `$search` looks for words; in others it looks at the beginning.
const WITH_WORDS: [&str; 2] = ["displayName", "description"];

/// Makes conditions on the objects of one type of what is asked.
pub struct Reader<'a> {
    /// What can be asked.
    pub entity: &'static Entity,
    /// Whether Graph has a property of this name that cannot be asked.
    pub is_known: &'a dyn Fn(&str) -> bool,
    /// Whether the client sent what advanced queries need.
    pub is_advanced: bool,
}

impl Reader<'_> {
    /// The condition of a `$filter`.
    pub fn filter(&self, expression: &Expression) -> Result<Condition<Test>, QueryError> {
        let scope = Scope {
            reader: self,
            entity: self.entity,
            variable: None,
        };
        scope.filter(expression)
    }

    /// The condition of a `$search`. It is for advanced queries, which the caller judges: they need no `$count`.
    pub fn search(&self, search: &Search) -> Result<Condition<Test>, QueryError> {
        let each = |all: &[Search]| -> Result<Vec<_>, QueryError> {
            all.iter().map(|one| self.search(one)).collect()
        };
        match search {
            Search::And(all) => Ok(Condition::And(each(all)?)),
            Search::Or(all) => Ok(Condition::Or(each(all)?)),
            Search::Clause { property, text, .. } => self.search_clause(property, text.trim()),
        }
    }

    fn search_clause(&self, path: &str, text: &str) -> Result<Condition<Test>, QueryError> {
        let property = self.entity.find(path).ok_or_else(|| {
            if (self.is_known)(path) {
                not_searchable(path)
            } else {
                unknown("search", path, self.entity)
            }
        })?;
        let has_start = property.support.start > Level::Never;
        let start = || TextMatch::StartsWith(folded(text));
        let asked = match property.kind {
            Kind::Text if WITH_WORDS.contains(&property.name) => {
                Asked::Text(TextMatch::Words(Words::of(text)))
            }
            Kind::Text if has_start => Asked::Text(start()),
            Kind::Texts if has_start => Asked::AnyText(Condition::Test(start())),
            _ => return Err(not_searchable(property.name)),
        };
        Ok(test(property, asked))
    }
}

fn not_searchable(property: &str) -> QueryError {
    QueryError::unsupported(format!(
        "Searching in the property '{property}' is not supported."
    ))
}

/// There is no such property.
fn unknown(what: &str, path: &str, entity: &Entity) -> QueryError {
    QueryError::unknown_property(format!(
        "Invalid {what} clause: Could not find a property named '{path}' on type 'microsoft.graph.{}'.",
        entity.name
    ))
}

fn test(property: &'static Property, asked: Asked) -> Condition<Test> {
    Condition::Test(Test { property, asked })
}
