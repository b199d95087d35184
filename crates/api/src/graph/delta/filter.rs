//! `$filter` of delta queries: which objects are followed, by id, and nothing else (licensing.md 7.7).

use uuid::Uuid;
use zetel_query::syntax::{self, Clause, Expression, Literal, Operator, Question};

use crate::graph::{error::GraphError, filter::refusal};

/// Ids that a filter may name.
const MAXIMUM_IDS: usize = 50;

/// Reads `id eq '…' or id in ('…', '…')`. The ids come in their order, each once.
pub(super) fn parse(text: &str) -> Result<Vec<Uuid>, GraphError> {
    let expression = syntax::parse(text).map_err(refusal)?;
    let ids = named(&expression).filter(|ids| ids.len() <= MAXIMUM_IDS);
    let mut ids = ids.ok_or_else(|| {
        GraphError::refused(format!(
            "The $filter '{text}' is not supported: changes can be followed of all objects, or of up to {MAXIMUM_IDS} of them by id, as in \"id eq '{{id}}' or id eq '{{id}}'\"."
        ))
    })?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The ids that a condition names; nothing if it asks for anything else.
fn named(expression: &Expression) -> Option<Vec<Uuid>> {
    match expression {
        Expression::Or(each) => {
            let each: Option<Vec<Vec<Uuid>>> = each.iter().map(named).collect();
            each.map(|ids| ids.concat())
        }
        Expression::Clause(Clause { path, question, .. }) if path.eq_ignore_ascii_case("id") => {
            match question {
                Question::Compare(Operator::Equal, value) => id_of(value).map(|id| vec![id]),
                Question::In(values) => values.iter().map(id_of).collect(),
                _ => None,
            }
        }
        _ => None,
    }
}

fn id_of(value: &Literal) -> Option<Uuid> {
    match value {
        Literal::Text(text) => Uuid::try_parse(text).ok(),
        Literal::Guid(id) => Some(*id),
        _ => None,
    }
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
        assert_eq!(
            parse(&format!("(id in ('{two}', {one})) or (id eq '{one}')")),
            Ok(vec![one, two])
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
            &format!("not (id eq '{one}')"),
            &format!("id in ('{one}', 'x')"),
            &format!("startswith(id, '{one}')"),
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
