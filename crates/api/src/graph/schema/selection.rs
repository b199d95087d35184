//! `$select`: which properties a client wants.

use super::{Column, Entity, Property};
use crate::graph::{error::GraphError, json};

/// What `$select` resolves to.
pub(crate) struct Resolved {
    /// Places among the properties, in their order.
    pub places: Vec<usize>,
    /// What `$select` adds to the context URL, such as `(id,displayName)`; empty without `$select`.
    pub context: String,
}

/// Finds the properties that a `$select` names, in any letter case. Without one they are those returned by default.
pub(crate) fn resolve(
    select: Option<&str>,
    entity: &str,
    properties: &[Property],
    not_implemented: &[&str],
) -> Result<Resolved, GraphError> {
    let names: Vec<&str> = select
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let by_default = |places: &mut Vec<usize>| {
        places.extend(
            (0..)
                .zip(properties)
                .filter(|(_, property)| property.by_default)
                .map(|(place, _)| place),
        );
    };
    let mut places = Vec::new();
    if names.is_empty() {
        by_default(&mut places);
        return Ok(Resolved {
            places,
            context: String::new(),
        });
    }
    let mut canonical = Vec::new();
    for name in names {
        if name == "*" {
            by_default(&mut places);
            canonical.push("*");
            continue;
        }
        let place = find(name, entity, properties, not_implemented)?;
        if !places.contains(&place) {
            places.push(place);
            canonical.extend(properties.get(place).map(|property| property.name));
        }
    }
    places.sort_unstable();
    places.dedup();
    Ok(Resolved {
        places,
        context: format!("({})", canonical.join(",")),
    })
}

fn find(
    name: &str,
    entity: &str,
    properties: &[Property],
    not_implemented: &[&str],
) -> Result<usize, GraphError> {
    let found = properties
        .iter()
        .position(|property| property.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        if not_implemented
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            // Graph's own words for properties that live outside the directory (licensing.md 1.3).
            GraphError::not_implemented("This operation target is not yet supported.")
        } else {
            GraphError::unreadable(format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{entity}'."
            ))
        }
    })
}

/// The columns of an entity that a client wants.
pub(crate) struct Selection<E: Entity> {
    places: Vec<usize>,
    /// What `$select` adds to the context URL.
    pub context: String,
    entity: std::marker::PhantomData<E>,
}

impl<E: Entity> Selection<E> {
    /// Reads a `$select`.
    pub fn parse(select: Option<&str>) -> Result<Self, GraphError> {
        let resolved = resolve(
            select,
            E::NAME,
            &super::properties_of::<E>(),
            E::NOT_IMPLEMENTED,
        )?;
        Ok(Self {
            places: resolved.places,
            context: resolved.context,
            entity: std::marker::PhantomData,
        })
    }

    /// All properties that are returned by default, except some.
    pub fn without(names: &[&str]) -> Self {
        let places = (0..).zip(E::COLUMNS).filter(|(_, column)| {
            column.property.by_default && !names.contains(&column.property.name)
        });
        Self {
            places: places.map(|(place, _)| place).collect(),
            context: String::new(),
            entity: std::marker::PhantomData,
        }
    }

    /// Whether one of some properties is among them.
    pub fn has_one_of(&self, names: &[&str]) -> bool {
        self.columns()
            .any(|column| names.contains(&column.property.name))
    }

    /// The selected columns.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column<E>> {
        self.places
            .iter()
            .filter_map(|place| E::COLUMNS.get(*place))
    }

    /// Appends the selected members of an entity, a comma before each.
    pub fn write(&self, out: &mut Vec<u8>, row: &E::Row<'_>) {
        for column in self.columns() {
            json::key(out, column.property.name);
            (column.write)(row, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::schema::Type;

    const PROPERTIES: [Property; 3] = [
        Property::new("id", Type::Text),
        Property::new("displayName", Type::Text),
        Property::new("usageLocation", Type::Text).on_request(),
    ];

    fn selected(select: &str) -> Result<(Vec<usize>, String), u16> {
        resolve(Some(select), "user", &PROPERTIES, &["aboutMe"])
            .map(|resolved| (resolved.places, resolved.context))
            .map_err(|error| error.status.as_u16())
    }

    #[test]
    fn names_are_known_in_any_case_and_answered_as_graph_writes_them() {
        assert_eq!(selected(""), Ok((vec![0, 1], String::new())));
        assert_eq!(
            selected("USAGElocation, Id ,id"),
            Ok((vec![0, 2], "(usageLocation,id)".to_owned()))
        );
        assert_eq!(
            selected("*,usageLocation"),
            Ok((vec![0, 1, 2], "(*,usageLocation)".to_owned()))
        );
        assert_eq!(selected("id,color"), Err(400));
        assert_eq!(selected("AboutMe"), Err(501));
    }
}
