//! Comparing a property with values.

use uuid::Uuid;

use super::{scope::Scope, test};
use crate::{
    Asked, Comparison, Condition, Kind, Level, Property, QueryError, Test, TextMatch, TimeMatch,
    folded,
    syntax::{Function, Literal, Operator},
};

impl Scope<'_> {
    /// `eq` and `in`.
    pub fn equal(
        &self,
        property: &'static Property,
        values: &[Literal],
        operator: Operator,
    ) -> Result<Condition<Test>, QueryError> {
        self.need_single(property)?;
        if values.contains(&Literal::Null) {
            self.need(property.support.null, property)?;
        }
        let asked = match property.kind {
            Kind::Text => Asked::Text(TextMatch::equal(texts(values, operator)?)),
            Kind::Word(words) => {
                let texts = texts(values, operator)?;
                for text in texts.iter().flatten() {
                    check_word(property, words, text)?;
                }
                Asked::Text(TextMatch::equal(texts))
            }
            Kind::Flag => Asked::Flag(each(values, |value| match value {
                Literal::Null => Ok(None),
                Literal::Flag(flag) => Ok(Some(*flag)),
                other => Err(mismatch("Edm.Boolean", other, operator)),
            })?),
            Kind::Time => Asked::Time(TimeMatch::Equal(each(values, |value| match value {
                Literal::Null => Ok(None),
                other => time(other, operator).map(Some),
            })?)),
            Kind::Guid => Asked::Guid(each(values, |value| match value {
                Literal::Guid(guid) => Ok(*guid),
                other => Err(mismatch("Edm.Guid", other, operator)),
            })?),
            Kind::Id => Asked::Guid(each(values, |value| id(property, value, operator))?),
            Kind::Texts | Kind::Items(_) => return Err(self.refusal(property)),
        };
        Ok(test(property, asked))
    }

    /// `gt`, `ge`, `lt` and `le`.
    pub fn ordered(
        &self,
        property: &'static Property,
        operator: Operator,
        comparison: Comparison,
        value: &Literal,
    ) -> Result<Condition<Test>, QueryError> {
        let level = match comparison {
            Comparison::GreaterOrEqual | Comparison::LessOrEqual => property.support.order,
            Comparison::Greater | Comparison::Less => property.support.strict_order,
        };
        if level == Level::Never {
            return Err(QueryError::operator(operator.as_str(), property.name));
        }
        self.need(level, property)?;
        let asked = match (property.kind, value) {
            (Kind::Time, value) => {
                Asked::Time(TimeMatch::Compare(comparison, time(value, operator)?))
            }
            (Kind::Text, Literal::Text(text)) => {
                Asked::Text(TextMatch::Compare(comparison, folded(text)))
            }
            (Kind::Text, other) => return Err(mismatch("Edm.String", other, operator)),
            _ => return Err(self.refusal(property)),
        };
        Ok(test(property, asked))
    }

    /// `startswith`, `endswith` and `contains`.
    pub fn call(
        &self,
        property: &Property,
        function: Function,
        text: &str,
    ) -> Result<TextMatch, QueryError> {
        let support = property.support;
        let text = folded(text);
        match function {
            Function::StartsWith => {
                self.need(support.start, property)?;
                Ok(TextMatch::StartsWith(text))
            }
            Function::EndsWith => {
                if support.end == Level::Advanced {
                    self.need_parameters("endsWith")?;
                }
                self.need(support.end, property)?;
                Ok(TextMatch::EndsWith(text))
            }
            Function::Contains if support.part == Level::Never => Err(QueryError::unsupported(
                "The function 'contains' is not supported. Use 'startswith'.",
            )),
            Function::Contains => {
                self.need(support.part, property)?;
                Ok(TextMatch::Contains(text))
            }
        }
    }
}

/// The value is of another type.
pub(super) fn mismatch(expected: &str, found: &Literal, operator: Operator) -> QueryError {
    QueryError::unreadable(format!(
        "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '{expected}' and '{}' for operator kind '{}'.",
        found.edm(),
        operator.kind()
    ))
}

fn each<T>(
    values: &[Literal],
    read: impl Fn(&Literal) -> Result<T, QueryError>,
) -> Result<Vec<T>, QueryError> {
    values.iter().map(read).collect()
}

/// Texts and `null`.
pub(super) fn texts(
    values: &[Literal],
    operator: Operator,
) -> Result<Vec<Option<String>>, QueryError> {
    each(values, |value| match value {
        Literal::Null => Ok(None),
        Literal::Text(text) => Ok(Some(text.clone())),
        other => Err(mismatch("Edm.String", other, operator)),
    })
}

fn time(value: &Literal, operator: Operator) -> Result<i128, QueryError> {
    let at = value.nanoseconds();
    at.ok_or_else(|| mismatch("Edm.DateTimeOffset", value, operator))
}

fn id(property: &Property, value: &Literal, operator: Operator) -> Result<Uuid, QueryError> {
    match value {
        Literal::Text(text) => Uuid::try_parse(text).map_err(|_| {
            QueryError::invalid(format!(
                "Invalid object identifier '{text}' in the filter clause on '{}'.",
                property.name
            ))
        }),
        other => Err(mismatch("Edm.String", other, operator)),
    }
}

fn check_word(property: &Property, words: &[&str], text: &str) -> Result<(), QueryError> {
    if words.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(());
    }
    Err(QueryError::unreadable(format!(
        "Invalid filter clause: '{text}' is no value of '{}'. There are {}.",
        property.name,
        words.join(", ")
    )))
}
