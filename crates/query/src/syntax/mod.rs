//! `$filter` as it is written: a tree that knows no properties and no types.

mod lexer;
mod literal;
mod parser;
mod print;

#[cfg(test)]
pub(crate) mod arbitrary;
#[cfg(test)]
mod tests;

pub use literal::Literal;
pub use parser::parse;

/// The character at which something begins, counted from 0.
///
/// All positions are equal, so that two trees are equal if they say the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position(pub usize);

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Position {}

/// A condition as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Joined with `and`; two or more.
    And(Vec<Self>),
    /// Joined with `or`; two or more.
    Or(Vec<Self>),
    /// After `not`.
    Not(Box<Self>),
    /// A question on a property.
    Clause(Clause),
}

/// A question on a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Where it begins.
    pub position: Position,
    /// What is asked, such as `displayName` or `assignedLicenses/$count`; inside `any` it begins with the variable.
    pub path: String,
    /// How.
    pub question: Question,
}

/// How a property is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// `path operator value`
    Compare(Operator, Literal),
    /// `path in (value, …)`
    In(Vec<Literal>),
    /// `function(path,'text')`
    Call(Function, String),
    /// `path/any()`: there is a value at all.
    Exists,
    /// `path/any(variable:condition)`
    Any(String, Box<Expression>),
}

/// An operator between a property and a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
    /// `has`
    Has,
}

impl Operator {
    const ALL: [Self; 7] = [
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Has,
    ];

    /// The operator of this name, in any case.
    fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
            Self::Has => "has",
        }
    }

    /// As the messages of `OData` name it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Equal => "Equal",
            Self::NotEqual => "NotEqual",
            Self::Greater => "GreaterThan",
            Self::GreaterOrEqual => "GreaterThanOrEqual",
            Self::Less => "LessThan",
            Self::LessOrEqual => "LessThanOrEqual",
            Self::Has => "Has",
        }
    }
}

/// A function of a text property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `contains`
    Contains,
}

impl Function {
    const ALL: [Self; 3] = [Self::StartsWith, Self::EndsWith, Self::Contains];

    /// The function of this name, in any case.
    fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Contains => "contains",
        }
    }
}
