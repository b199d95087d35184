//! `$filter` of delta queries: which objects are followed, by id, and nothing else (licensing.md 7.7).

use uuid::Uuid;

use crate::graph::error::GraphError;

/// Ids that a filter may name.
const MAXIMUM_IDS: usize = 50;

/// Reads `id eq '…' or id eq '…'`. The ids come in their order, each once.
pub(super) fn parse(text: &str) -> Result<Vec<Uuid>, GraphError> {
    let refused = || {
        GraphError::refused(format!(
            "The $filter '{text}' is not supported: changes can be followed of all objects, or of up to {MAXIMUM_IDS} of them by id, as in \"id eq '{{id}}' or id eq '{{id}}'\"."
        ))
    };
    let mut words = text.split_whitespace();
    let mut ids = Vec::new();
    loop {
        let (Some(property), Some(operator), Some(value)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(refused());
        };
        let is_id = property.eq_ignore_ascii_case("id") && operator.eq_ignore_ascii_case("eq");
        let quoted = value.strip_prefix('\'');
        let value = quoted.map_or(Some(value), |rest| rest.strip_suffix('\''));
        let id = value.and_then(|value| Uuid::try_parse(value).ok());
        ids.push(id.filter(|_| is_id).ok_or_else(refused)?);
        match words.next() {
            None => break,
            Some(word) if word.eq_ignore_ascii_case("or") && ids.len() < MAXIMUM_IDS => {}
            Some(_) => return Err(refused()),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The filter that names some ids.
pub(super) fn text(ids: &[Uuid]) -> String {
    let each: Vec<String> = ids.iter().map(|id| format!("id eq '{id}'")).collect();
    each.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_nothing_else() {
        let ids: Vec<Uuid> = (1..=50).map(Uuid::from_u128).collect();
        assert_eq!(parse(&text(&ids)), Ok(ids.clone()));
        let [one, two] = [ids[0], ids[1]];
        assert_eq!(
            parse(&format!("ID EQ {two}  OR id eq '{one}'")),
            Ok(vec![one, two])
        );
        assert_eq!(
            parse(&format!("id eq '{one}' or id eq '{one}'")),
            Ok(vec![one])
        );
        let more: Vec<Uuid> = (1..=51).map(Uuid::from_u128).collect();
        for wrong in [
            "",
            "id",
            "id eq",
            "id eq 'x'",
            &format!("id eq '{one}"),
            &format!("id ne '{one}'"),
            &format!("displayName eq '{one}'"),
            &format!("id eq '{one}' and id eq '{two}'"),
            &format!("id eq '{one}' or"),
            &format!("id eq '{one}' id eq '{two}'"),
            &text(&more),
        ] {
            assert_eq!(
                parse(wrong).map_err(|error| error.status.as_u16()),
                Err(400),
                "{wrong}"
            );
        }
    }
}
