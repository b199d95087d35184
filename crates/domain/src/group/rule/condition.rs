//! What a rule is once it is parsed, and how a comparison is made from its operator and its value.

use regex::{Regex, RegexBuilder};

use super::{
    error::{Expected, RuleProblem, ValueKind},
    names::Subject,
    operator::{Comparing, Quantifier, Relation},
};
use crate::{time::Timestamp, user::UserProperty};

/// A condition on a user.
#[derive(Debug)]
pub(super) enum Condition {
    /// All must hold.
    And(Vec<Condition>),
    /// One must hold.
    Or(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    Compare(Comparison),
    /// A condition on the values of a list.
    Each {
        quantifier: Quantifier,
        collection: Collection,
        condition: Box<Condition>,
    },
}

/// A list to look through.
#[derive(Clone, Copy, Debug)]
pub(super) enum Collection {
    Texts(UserProperty),
    Plans,
}

/// A question about one property.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) subject: Subject,
    pub(super) test: Test,
    /// Whether the comparison holds exactly where its test does not.
    pub(super) negated: bool,
}

/// A question about the values of a property. All but the first are false where there is no value.
#[derive(Debug)]
pub(super) enum Test {
    IsNull,
    Equals(String),
    In(Vec<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    Is(bool),
    At(Timestamp),
    AtLeast(Timestamp),
    AtMost(Timestamp),
}

/// A value as a rule writes it.
#[derive(Debug)]
pub(super) enum Literal<'t> {
    Null,
    Flag(bool),
    Text(String),
    /// A number or date without quotes.
    Number(&'t str),
    List(Vec<String>),
}

/// Why an operator and a value do not make a test.
pub(super) enum Misfit {
    /// The operator does not fit the property.
    Operator(RuleProblem),
    /// The value does not fit the operator.
    Value(Expected),
    /// The pattern is wrong.
    Pattern(RuleProblem),
}

/// Makes the test that an operator and a value ask for.
pub(super) fn test(
    kind: ValueKind,
    comparing: &Comparing,
    literal: Literal<'_>,
) -> Result<Test, Misfit> {
    let unsuitable = || {
        Misfit::Operator(RuleProblem::UnsuitableOperator {
            operator: comparing.name,
            kind,
        })
    };
    if comparing.relation == Relation::Equals && matches!(literal, Literal::Null) {
        return Ok(Test::IsNull);
    }
    match (kind, comparing.relation) {
        (ValueKind::Text, Relation::AtLeast | Relation::AtMost) => Err(unsuitable()),
        (ValueKind::Text, relation) => text_test(relation, literal),
        (ValueKind::Flag, Relation::Equals) => flag(&literal).map(Test::Is),
        (ValueKind::Time, Relation::Equals) => time(&literal).map(Test::At),
        (ValueKind::Time, Relation::AtLeast) => time(&literal).map(Test::AtLeast),
        (ValueKind::Time, Relation::AtMost) => time(&literal).map(Test::AtMost),
        (ValueKind::Flag | ValueKind::Time, _) => Err(unsuitable()),
    }
}

fn text_test(relation: Relation, literal: Literal<'_>) -> Result<Test, Misfit> {
    match (relation, literal) {
        (Relation::In, Literal::List(texts)) => Ok(Test::In(texts)),
        (Relation::In, _) => Err(Misfit::Value(Expected::List)),
        (Relation::Contains, Literal::Text(text)) => Ok(Test::Contains(text)),
        (Relation::StartsWith, Literal::Text(text)) => Ok(Test::StartsWith(text)),
        (Relation::EndsWith, Literal::Text(text)) => Ok(Test::EndsWith(text)),
        (Relation::Matches, Literal::Text(text)) => {
            pattern(&text).map(Test::Matches).map_err(Misfit::Pattern)
        }
        (Relation::Equals, Literal::Text(text)) => Ok(Test::Equals(text)),
        (Relation::Equals, _) => Err(Misfit::Value(Expected::TextOrNull)),
        _ => Err(Misfit::Value(Expected::Text)),
    }
}

/// Entra's regular expressions ignore case and match anywhere in the text.
fn pattern(text: &str) -> Result<Regex, RuleProblem> {
    /// Bytes of a compiled pattern; an ordinary one takes some thousands.
    const LARGEST: usize = 512 * 1024;
    RegexBuilder::new(text)
        .case_insensitive(true)
        .size_limit(LARGEST)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => RuleProblem::PatternTooComplex,
            // The message shows the pattern in several lines and says what is wrong in the last.
            other => RuleProblem::InvalidPattern {
                reason: other
                    .to_string()
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned(),
            },
        })
}

fn flag(literal: &Literal<'_>) -> Result<bool, Misfit> {
    match literal {
        Literal::Flag(flag) => Some(*flag),
        Literal::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Literal::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
    .ok_or(Misfit::Value(Expected::Flag))
}

fn time(literal: &Literal<'_>) -> Result<Timestamp, Misfit> {
    let text = match literal {
        Literal::Text(text) => text.as_str(),
        Literal::Number(text) => text,
        _ => return Err(Misfit::Value(Expected::Time)),
    };
    let instant = text.parse::<jiff::Timestamp>().ok();
    let start_of_day = || {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        let midnight = day.to_datetime(jiff::civil::Time::midnight());
        jiff::tz::TimeZone::UTC.to_timestamp(midnight).ok()
    };
    instant
        .or_else(start_of_day)
        .map(|time| Timestamp(time.as_second()))
        .ok_or(Misfit::Value(Expected::Time))
}
