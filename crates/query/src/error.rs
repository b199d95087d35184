//! Why a query is refused.

/// Which of Graph's codes says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `BadRequest`: the query cannot be read.
    Unreadable,
    /// `BadRequest`: the query names a property that the type does not have.
    UnknownProperty,
    /// `Request_BadRequest`: a value cannot be one of its property.
    Invalid,
    /// `Request_UnsupportedQuery`: the query can be read, but this cannot be asked.
    Unsupported,
}

/// A refusal in Graph's words; where there is a place to point at, the message names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Which code.
    pub kind: ErrorKind,
    /// The sentence.
    pub message: String,
}

impl QueryError {
    /// The query cannot be read.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Unreadable,
            message: message.into(),
        }
    }

    /// The type does not have a property.
    pub fn unknown_property(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::UnknownProperty,
            message: message.into(),
        }
    }

    /// A value cannot be one of its property.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Invalid,
            message: message.into(),
        }
    }

    /// This cannot be asked.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Unsupported,
            message: message.into(),
        }
    }

    /// An operator needs the header and `$count=true` (licensing.md 7.2).
    pub fn needs_parameters(operator: &str) -> Self {
        Self::unsupported(format!(
            "Operator '{operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
        ))
    }

    /// The property cannot be asked in this way (licensing.md 7.2).
    pub fn clause(property: &str, entity: &str) -> Self {
        Self::unsupported(format!(
            "Unsupported or invalid query filter clause specified for property '{property}' of resource '{}'.",
            capitalized(entity)
        ))
    }

    /// The operator is not for this property.
    pub fn operator(operator: &str, property: &str) -> Self {
        Self::unsupported(format!(
            "The operator '{operator}' is not supported on property '{property}'."
        ))
    }
}

/// `User`, `Group`.
fn capitalized(entity: &str) -> String {
    let (first, rest) = entity.split_at_checked(1).unwrap_or_default();
    format!("{}{rest}", first.to_ascii_uppercase())
}
