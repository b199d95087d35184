//! The body of `assignLicense`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
};
use uuid::Uuid;
use zetel_domain::assignment::{AssignmentRequest, ProductRequest};

use crate::graph::{body::unreadable, error::GraphError};

/// Reads the body: first its form, then what is missing (licensing.md 2.2 E9, E10).
pub(super) fn parse(body: &[u8]) -> Result<AssignmentRequest, GraphError> {
    let body: Option<AssignmentBody> = if body.is_empty() {
        None
    } else {
        serde_json::from_slice(body).map_err(|_| unreadable())?
    };
    let body = body.unwrap_or_default();
    if let Some(name) = body.unknown {
        return Err(GraphError::refused(format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation 'assignLicense'."
        )));
    }
    let add = body.add.map(products).transpose()?;
    let remove = body.remove.map(guids).transpose()?;
    let missing: Vec<&str> = [
        ("addLicenses", add.is_none()),
        ("removeLicenses", remove.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, is_missing)| is_missing.then_some(name))
    .collect();
    if !missing.is_empty() {
        return Err(GraphError::refused(format!(
            "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: {}.",
            missing.join(", ")
        )));
    }
    Ok(AssignmentRequest {
        add: add.unwrap_or_default(),
        remove: remove.unwrap_or_default(),
    })
}

fn products(bodies: Vec<ProductBody>) -> Result<Vec<ProductRequest>, GraphError> {
    bodies
        .into_iter()
        .map(|body| {
            if let Some(name) = body.unknown {
                return Err(GraphError::refused(format!(
                    "The property '{name}' does not exist on type 'microsoft.graph.assignedLicense'. Make sure to only use property names that are defined by the type."
                )));
            }
            Ok(ProductRequest {
                sku_id: body.sku_id.0.ok_or_else(no_guid)?,
                disabled_plans: guids(body.disabled_plans)?,
            })
        })
        .collect()
}

fn guids(ids: Vec<Guid>) -> Result<Vec<Uuid>, GraphError> {
    ids.into_iter().map(|id| id.0.ok_or_else(no_guid)).collect()
}

fn no_guid() -> GraphError {
    GraphError::refused(
        "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
    )
}

/// A GUID in its hyphenated form and any letter case, or something else.
#[derive(Clone, Copy, Default)]
struct Guid(Option<Uuid>);

impl<'de> Deserialize<'de> for Guid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GuidVisitor)
    }
}

struct GuidVisitor;

impl Visitor<'_> for GuidVisitor {
    type Value = Guid;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a GUID")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Guid, E> {
        let hyphenated = Some(text).filter(|text| text.len() == 36);
        Ok(Guid(hyphenated.and_then(|text| Uuid::try_parse(text).ok())))
    }

    fn visit_unit<E: Error>(self) -> Result<Guid, E> {
        Ok(Guid(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Guid, E> {
        Ok(Guid(None))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Guid, E> {
        Ok(Guid(None))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Guid, E> {
        Ok(Guid(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Guid, E> {
        Ok(Guid(None))
    }
}

/// The name of a member: one of ours in any case, an annotation (neither), or something else.
struct Name {
    place: Option<usize>,
    other: Option<String>,
}

/// Reads a name by comparing it with ours.
struct NameReader(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for NameReader {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameReader {
    type Value = Name;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
        let place = self
            .0
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text));
        let is_annotation = text.contains('@');
        Ok(Name {
            place,
            other: (place.is_none() && !is_annotation).then(|| text.to_owned()),
        })
    }
}

const PARAMETERS: &[&str] = &["addLicenses", "removeLicenses"];
const PRODUCT_PROPERTIES: &[&str] = &["skuId", "disabledPlans"];

#[derive(Default)]
struct AssignmentBody {
    add: Option<Vec<ProductBody>>,
    remove: Option<Vec<Guid>>,
    unknown: Option<String>,
}

impl<'de> Deserialize<'de> for AssignmentBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AssignmentVisitor)
    }
}

struct AssignmentVisitor;

impl<'de> Visitor<'de> for AssignmentVisitor {
    type Value = AssignmentBody;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the parameters of assignLicense")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<AssignmentBody, A::Error> {
        let mut body = AssignmentBody::default();
        while let Some(name) = members.next_key_seed(NameReader(PARAMETERS))? {
            match name.place {
                Some(0) => body.add = members.next_value()?,
                Some(_) => body.remove = members.next_value()?,
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
            body.unknown = body.unknown.or(name.other);
        }
        Ok(body)
    }
}

#[derive(Default)]
struct ProductBody {
    sku_id: Guid,
    disabled_plans: Vec<Guid>,
    unknown: Option<String>,
}

impl<'de> Deserialize<'de> for ProductBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ProductVisitor)
    }
}

struct ProductVisitor;

impl<'de> Visitor<'de> for ProductVisitor {
    type Value = ProductBody;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an assignedLicense")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<ProductBody, A::Error> {
        let mut body = ProductBody::default();
        while let Some(name) = members.next_key_seed(NameReader(PRODUCT_PROPERTIES))? {
            match name.place {
                Some(0) => body.sku_id = members.next_value()?,
                Some(_) => {
                    body.disabled_plans = members
                        .next_value::<Option<Vec<Guid>>>()?
                        .unwrap_or_default();
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
            body.unknown = body.unknown.or(name.other);
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKU: &str = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e";

    fn message(body: &str) -> String {
        match parse(body.as_bytes()) {
            Ok(request) => format!(
                "{} added, {} removed",
                request.add.len(),
                request.remove.len()
            ),
            Err(error) => format!("{}: {}", error.code, error.message),
        }
    }

    #[test]
    fn names_are_known_in_any_case_and_annotations_mean_nothing() {
        let body = format!(
            r##"{{"@odata.type":"#x","AddLicenses":[{{"SkuId":"{}","disabledPlans":null,"@odata.type":"#y"}}],"removelicenses":["{SKU}"]}}"##,
            SKU.to_uppercase()
        );
        assert_eq!(message(&body), "1 added, 1 removed");
    }

    #[test]
    fn what_is_wrong_is_said_in_graphs_words() {
        let missing = "Request_BadRequest: One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: ";
        let guid = "Request_BadRequest: Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.";
        let unreadable = "BadRequest: Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
        for (body, expected) in [
            ("", format!("{missing}addLicenses, removeLicenses.")),
            ("null", format!("{missing}addLicenses, removeLicenses.")),
            ("{}", format!("{missing}addLicenses, removeLicenses.")),
            (r#"{"addLicenses":[]}"#, format!("{missing}removeLicenses.")),
            (r#"{"addLicenses":null,"removeLicenses":[]}"#, format!("{missing}addLicenses.")),
            (r#"{"addLicenses":[],"removeLicenses":["EMS"]}"#, guid.to_owned()),
            (r#"{"addLicenses":[],"removeLicenses":[7]}"#, guid.to_owned()),
            (r#"{"addLicenses":[{}],"removeLicenses":[]}"#, guid.to_owned()),
            (r#"{"addLicenses":[{"skuId":null}],"removeLicenses":[]}"#, guid.to_owned()),
            (r#"{"addLicenses":[],"removeLicenses":["efccb6f756414e0ebd10b4976e1bf68e"]}"#, guid.to_owned()),
            ("[]", unreadable.to_owned()),
            ("{", unreadable.to_owned()),
            (r#""text""#, unreadable.to_owned()),
            (r#"{"addLicenses":"EMS","removeLicenses":[]}"#, unreadable.to_owned()),
            (r#"{"addLicenses":[],"removeLicenses":[]} trailing"#, unreadable.to_owned()),
            (r#"{"addLicenses":[],"removeLicenses":[],"color":1}"#, "Request_BadRequest: The parameter 'color' in the request payload is not a valid parameter for the operation 'assignLicense'.".to_owned()),
        ] {
            assert_eq!(message(body), expected, "{body}");
        }
    }
}
