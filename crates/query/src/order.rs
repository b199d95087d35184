//! `$orderby` (licensing.md 7.3).

use crate::{Entity, Kind, Level, Property, QueryError};

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `asc`, or nothing
    Ascending,
    /// `desc`
    Descending,
}

/// One item of `$orderby`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// The property as it is written.
    pub path: String,
    /// Which way.
    pub direction: Direction,
}

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ordering {
    /// The property: a text or a point in time.
    pub property: &'static Property,
    /// Which way.
    pub direction: Direction,
}

impl OrderBy {
    /// Reads `$orderby`.
    pub fn parse(text: &str) -> Result<Vec<Self>, QueryError> {
        text.split(',').map(|item| Self::item(item, text)).collect()
    }

    fn item(item: &str, whole: &str) -> Result<Self, QueryError> {
        let mut words = item.split_whitespace();
        let path = words.next();
        let direction = match words.next() {
            None => Some(Direction::Ascending),
            Some(word) if word.eq_ignore_ascii_case("asc") => Some(Direction::Ascending),
            Some(word) if word.eq_ignore_ascii_case("desc") => Some(Direction::Descending),
            Some(_) => None,
        };
        match (path, direction, words.next()) {
            (Some(path), Some(direction), None) => Ok(Self {
                path: path.to_owned(),
                direction,
            }),
            _ => Err(QueryError::unreadable(format!(
                "Syntax error in '$orderby': '{}' in '{whole}' is not a property with 'asc' or 'desc' after it.",
                item.trim()
            ))),
        }
    }
}

impl Ordering {
    /// Judges `$orderby`. The directory orders by one property, and with a `$filter` only for advanced queries.
    pub fn check(
        items: &[OrderBy],
        entity: &Entity,
        is_known: &dyn Fn(&str) -> bool,
        has_filter: bool,
        is_advanced: bool,
    ) -> Result<Self, QueryError> {
        let [item] = items else {
            return Err(QueryError::unsupported(
                "Sorting by more than one property is not supported. Name one property in '$orderby'.",
            ));
        };
        let property = entity.find(&item.path);
        let Some(property) = property.filter(|known| known.support.order_by > Level::Never) else {
            let name = item.path.split('/').next().unwrap_or_default();
            return Err(if property.is_some() || is_known(name) {
                QueryError::unsupported(format!(
                    "Sorting by the property '{}' is not supported. Sort by {}.",
                    item.path,
                    sortable(entity)
                ))
            } else {
                QueryError::unreadable(format!(
                    "Could not find a property named '{}' on type 'microsoft.graph.{}'.",
                    item.path, entity.name
                ))
            });
        };
        debug_assert!(matches!(property.kind, Kind::Text | Kind::Time));
        if is_advanced || (property.support.order_by == Level::Always && !has_filter) {
            return Ok(Self {
                property,
                direction: item.direction,
            });
        }
        Err(QueryError::needs_parameters("$orderby"))
    }
}

/// The names of the properties by which a list can be ordered.
fn sortable(entity: &Entity) -> String {
    let names = entity
        .properties
        .iter()
        .filter(|property| property.support.order_by > Level::Never)
        .map(|property| format!("'{}'", property.name));
    names.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::USER;

    fn read(text: &str, has_filter: bool, is_advanced: bool) -> String {
        let items = OrderBy::parse(text);
        let order = items.and_then(|items| {
            let is_known = |name: &str| name == "aboutMe";
            Ordering::check(&items, &USER, &is_known, has_filter, is_advanced)
        });
        match order {
            Ok(order) => format!("{} {:?}", order.property.name, order.direction),
            Err(error) => error.message,
        }
    }

    #[test]
    fn orders_are_read() {
        for (text, expected) in [
            ("displayName", "displayName Ascending"),
            (" DISPLAYNAME  Desc ", "displayName Descending"),
            ("userPrincipalName asc", "userPrincipalName Ascending"),
        ] {
            assert_eq!(read(text, false, false), expected);
            assert_eq!(read(text, true, true), expected);
            assert!(read(text, true, false).starts_with("Operator '$orderby'"));
        }
        assert!(read("createdDateTime", false, false).starts_with("Operator '$orderby'"));
        assert_eq!(
            read("createdDateTime desc", false, true),
            "createdDateTime Descending"
        );
    }

    #[test]
    fn what_cannot_be_an_order_is_said() {
        let shown: Vec<String> = [
            "",
            ",",
            "displayName,",
            "displayName down",
            "displayName desc desc",
            "displayName,userPrincipalName",
            "department",
            "aboutMe",
            "color",
            "tolower(displayName)",
        ]
        .iter()
        .map(|text| format!("{text}\n  {}", read(text, false, true)))
        .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
