//! One comparison of a `$filter`, before anything is known of the property.

use uuid::Uuid;
use zetel_domain::Timestamp;

use super::{Condition, text::TextMatch, unsupported};
use crate::graph::{error::GraphError, time};

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    /// What is compared, such as `displayName` or `assignedLicenses/$count`; inside `any` without its variable.
    pub path: String,
    /// How.
    pub question: Question,
}

/// How something is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// `eq`, `in`: it is one of these.
    Is(Vec<Literal>),
    /// `ne`: it is not this.
    IsNot(Literal),
    /// `gt`, `ge`, `lt`, `le`
    Compare(Order, Literal),
    /// `startswith`
    StartsWith(String),
    /// `endswith`
    EndsWith(String),
    /// `any`: for one of its values this holds.
    Any(Vec<Alternative>),
}

/// Where a value is from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `gt`
    After,
    /// `ge`
    From,
    /// `lt`
    Before,
    /// `le`
    Until,
}

impl Order {
    /// Whether a value is there from another one.
    pub fn holds<T: Ord>(self, value: &T, other: &T) -> bool {
        match self {
            Self::After => value > other,
            Self::From => value >= other,
            Self::Before => value < other,
            Self::Until => value <= other,
        }
    }

    const fn operator(self) -> &'static str {
        match self {
            Self::After => "gt",
            Self::From => "ge",
            Self::Before => "lt",
            Self::Until => "le",
        }
    }
}

/// Comparisons on one value of a collection that must all hold.
pub(crate) type Alternative = Vec<Clause>;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// In quotes.
    Text(String),
    /// Without quotes.
    Word(String),
}

impl Literal {
    fn guid(&self) -> Option<Uuid> {
        match self {
            Self::Word(word) if word.len() == 36 => Uuid::try_parse(word).ok(),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case("null"))
    }

    fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Word(word) => time::parse(word),
            Self::Text(_) => None,
        }
    }

    /// The name of its type.
    fn edm(&self) -> &'static str {
        match self {
            Self::Text(_) => "Edm.String",
            Self::Word(word) if ["true", "false"].contains(&word.as_str()) => "Edm.Boolean",
            Self::Word(_) if self.guid().is_some() => "Edm.Guid",
            Self::Word(_) if self.time().is_some() => "Edm.DateTimeOffset",
            Self::Word(_) => "Edm.Int32",
        }
    }
}

impl Clause {
    /// Makes a condition of one that holds for these values, or for all but this one.
    pub fn test<V, T>(
        &self,
        entity: &str,
        expected: &str,
        value: impl Fn(&Literal) -> Option<V>,
        test: impl Fn(Vec<V>) -> T,
    ) -> Result<Condition<T>, GraphError> {
        let read = |literal: &Literal| value(literal).ok_or_else(|| mismatch(expected, literal));
        match &self.question {
            Question::Is(literals) => {
                let values: Result<Vec<V>, GraphError> = literals.iter().map(read).collect();
                Ok(Condition::Test(test(values?)))
            }
            Question::IsNot(literal) => {
                let condition = Condition::Test(test(vec![read(literal)?]));
                Ok(Condition::Not(Box::new(condition)))
            }
            _ => Err(self.unsupported(entity)),
        }
    }

    /// A condition on a text.
    pub fn text<T>(
        &self,
        entity: &str,
        test: impl Fn(TextMatch) -> T,
    ) -> Result<Condition<T>, GraphError> {
        let value = |literal: &Literal| match literal {
            Literal::Text(value) => Some(Some(value.clone())),
            Literal::Word(_) => literal.is_null().then_some(None),
        };
        let matched = match &self.question {
            Question::StartsWith(start) => TextMatch::starts_with(start),
            Question::EndsWith(end) => TextMatch::ends_with(end),
            _ => {
                let equal = |values| test(TextMatch::equal(values));
                return self.test(entity, "Edm.String", value, equal);
            }
        };
        Ok(Condition::Test(test(matched)))
    }

    /// A condition on a text that is one of a few words.
    pub fn word<T>(
        &self,
        entity: &str,
        words: &[&'static str],
        test: impl Fn(TextMatch) -> T,
    ) -> Result<Condition<T>, GraphError> {
        let value = |literal: &Literal| match literal {
            Literal::Text(value) => Some(Some(value.clone())),
            Literal::Word(_) => None,
        };
        let named: &[Literal] = match &self.question {
            Question::Is(literals) => literals,
            Question::IsNot(literal) => std::slice::from_ref(literal),
            _ => &[],
        };
        for literal in named {
            if let Literal::Text(text) = literal
                && !words.iter().any(|word| word.eq_ignore_ascii_case(text))
            {
                return Err(GraphError::unreadable(format!(
                    "Invalid filter clause: '{text}' is no value of '{}'. There are {}.",
                    self.path,
                    words.join(", ")
                )));
            }
        }
        self.test(entity, "Edm.String", value, |values| {
            test(TextMatch::equal(values))
        })
    }

    /// A condition on a point in time.
    pub fn time<T>(
        &self,
        entity: &str,
        test: impl Fn(Order, Timestamp) -> T,
    ) -> Result<Condition<T>, GraphError> {
        let Question::Compare(order, literal) = &self.question else {
            return Err(self.unsupported(entity));
        };
        let at = literal
            .time()
            .ok_or_else(|| mismatch("Edm.DateTimeOffset", literal))?;
        Ok(Condition::Test(test(*order, at)))
    }

    /// A condition on something that is true or false.
    pub fn flag<T>(
        &self,
        entity: &str,
        test: impl Fn(bool) -> T,
    ) -> Result<Condition<T>, GraphError> {
        let value = |literal: &Literal| match literal {
            Literal::Word(word) => word.to_ascii_lowercase().parse::<bool>().ok(),
            Literal::Text(_) => None,
        };
        match &self.question {
            Question::Is(values) if values.len() > 1 => Err(self.unsupported(entity)),
            _ => self.test(entity, "Edm.Boolean", value, |values| {
                test(values.contains(&true))
            }),
        }
    }

    /// A condition on an object id, which is a text.
    pub fn id<T>(
        &self,
        entity: &str,
        test: impl Fn(Vec<Uuid>) -> T,
    ) -> Result<Condition<T>, GraphError> {
        let literals = match &self.question {
            Question::Is(literals) => literals.as_slice(),
            Question::IsNot(literal) => std::slice::from_ref(literal),
            _ => return Err(self.unsupported(entity)),
        };
        let id = |literal: &Literal| match literal {
            Literal::Text(value) => Uuid::try_parse(value).map_err(|_| {
                GraphError::refused(format!(
                    "Invalid object identifier '{value}' in the filter clause on 'id'."
                ))
            }),
            Literal::Word(_) => Err(mismatch("Edm.String", literal)),
        };
        let ids: Result<Vec<Uuid>, GraphError> = literals.iter().map(id).collect();
        let condition = Condition::Test(test(ids?));
        Ok(match self.question {
            Question::IsNot(_) => Condition::Not(Box::new(condition)),
            _ => condition,
        })
    }

    /// A condition on the number of a collection's items: only none, or at least one (licensing.md 7.1).
    pub fn count<T>(&self, entity: &str, any: T) -> Result<Condition<T>, GraphError> {
        let is_zero = |literal: &Literal| *literal == Literal::Word("0".to_owned());
        match &self.question {
            Question::Is(values) if values.iter().all(is_zero) => {
                Ok(Condition::Not(Box::new(Condition::Test(any))))
            }
            Question::IsNot(value) if is_zero(value) => Ok(Condition::Test(any)),
            _ => Err(self.unsupported(entity)),
        }
    }

    /// The GUID with which a member of a collection's value is compared.
    pub fn guids(&self, entity: &str) -> Result<Vec<Uuid>, GraphError> {
        match &self.question {
            Question::Is(literals) => literals
                .iter()
                .map(|literal| literal.guid().ok_or_else(|| mismatch("Edm.Guid", literal)))
                .collect(),
            _ => Err(self.unsupported(entity)),
        }
    }

    /// The property cannot be filtered on in this way.
    pub fn unsupported(&self, entity: &str) -> GraphError {
        if let Question::Compare(order, _) = &self.question {
            return unsupported_operator(order.operator(), &self.path);
        }
        let property = self.path.split('/').next().unwrap_or_default();
        unsupported(format!(
            "Unsupported or invalid query filter clause specified for property '{property}' of resource '{}'.",
            capitalized(entity)
        ))
    }

    /// There is no such property.
    pub fn unknown(&self, entity: &str) -> GraphError {
        GraphError::unreadable(format!(
            "Invalid filter clause: Could not find a property named '{}' on type 'microsoft.graph.{entity}'.",
            self.path
        ))
    }
}

/// The operator is not for this property.
pub(super) fn unsupported_operator(operator: &str, property: &str) -> GraphError {
    unsupported(format!(
        "The operator '{operator}' is not supported on property '{property}'."
    ))
}

/// `User`, `Group`.
fn capitalized(entity: &str) -> String {
    let (first, rest) = entity.split_at_checked(1).unwrap_or_default();
    format!("{}{rest}", first.to_ascii_uppercase())
}

fn mismatch(expected: &str, found: &Literal) -> GraphError {
    GraphError::unreadable(format!(
        "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '{expected}' and '{}' for operator kind 'Equal'.",
        found.edm()
    ))
}
