//! Canonical texts: what is printed is read as the same tree.

use std::fmt::{self, Display, Formatter};

use super::{Clause, Expression, Question};

impl Display for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(all) => joined(formatter, all, " and "),
            Self::Or(all) => joined(formatter, all, " or "),
            Self::Not(inner) if inner.is_single() => write!(formatter, "not {inner}"),
            Self::Not(inner) => write!(formatter, "not ({inner})"),
            Self::Clause(clause) => clause.fmt(formatter),
        }
    }
}

impl Expression {
    /// Whether it needs no parentheses after `not`.
    const fn is_single(&self) -> bool {
        !matches!(self, Self::And(_) | Self::Or(_))
    }
}

fn joined(formatter: &mut Formatter<'_>, all: &[Expression], word: &str) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        if place > 0 {
            formatter.write_str(word)?;
        }
        if matches!(one, Expression::And(_) | Expression::Or(_)) {
            write!(formatter, "({one})")?;
        } else {
            one.fmt(formatter)?;
        }
    }
    Ok(())
}

impl Display for Clause {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.question {
            Question::Compare(operator, value) => {
                write!(formatter, "{path} {} {value}", operator.as_str())
            }
            Question::In(values) => {
                write!(formatter, "{path} in (")?;
                for (place, value) in values.iter().enumerate() {
                    let comma = if place > 0 { ", " } else { "" };
                    write!(formatter, "{comma}{value}")?;
                }
                formatter.write_str(")")
            }
            Question::Call(function, text) => {
                let text = text.replace('\'', "''");
                write!(formatter, "{}({path},'{text}')", function.as_str())
            }
            Question::Exists => write!(formatter, "{path}/any()"),
            Question::Any(variable, condition) => {
                write!(formatter, "{path}/any({variable}:{condition})")
            }
        }
    }
}
