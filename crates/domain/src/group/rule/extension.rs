//! Reads one text out of the JSON object `onPremisesExtensionAttributes`, without a copy of the others.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

/// Whether the member with this name is a text of which `accept` holds.
pub(super) fn has(json: &str, name: &str, accept: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let search = Search { name, accept };
    deserializer.deserialize_map(search).unwrap_or(false)
}

struct Search<'s> {
    name: &'s str,
    accept: &'s mut dyn FnMut(&str) -> bool,
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of extension attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut accepted = false;
        while let Some(is_wanted) = members.next_key_seed(TextSeed(&mut |key| key == self.name))? {
            if is_wanted {
                accepted = members.next_value_seed(TextSeed(&mut *self.accept))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(accepted)
    }
}

/// Asks a question of a text wherever the parser holds it; `null` answers no.
struct TextSeed<'s>(&'s mut dyn FnMut(&str) -> bool);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for TextSeed<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(!text.is_empty() && self.0(text))
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_is_found() {
        let json = r#"{"extensionAttribute1":"a","extensionAttribute2":"b\"é\u0041","extensionAttribute3":null,"extensionAttribute4":"","x":{"extensionAttribute1":"no"}}"#;
        let has = |name, wanted| has(json, name, &mut |text: &str| text == wanted);
        assert!(has("extensionAttribute1", "a"));
        assert!(has("extensionAttribute2", "b\"éA"));
        assert!(!has("extensionAttribute3", ""));
        assert!(!has("extensionAttribute4", ""));
        assert!(!has("extensionAttribute15", "a"));
    }

    #[test]
    fn other_json_has_nothing() {
        for json in ["", "[]", "null", "{", r#"{"a":1}"#, r#"{"a":["x"]}"#] {
            assert!(!has(json, "a", &mut |_| true), "{json}");
        }
    }
}
