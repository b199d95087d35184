//! Operators by name.

/// A word that joins or compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
    Quantifier(Quantifier),
    Compares(&'static Comparing),
}

/// Over how many values of a list a condition must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantifier {
    /// At least one.
    Any,
    /// Every one; so it holds of an empty list.
    All,
}

/// A comparing operator.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comparing {
    /// With its hyphen, for messages.
    pub(super) name: &'static str,
    pub(super) relation: Relation,
    /// Whether the operator holds exactly where its relation does not.
    pub(super) negated: bool,
}

/// The relation between a property and a value that an operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equals,
    In,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    AtLeast,
    AtMost,
}

const fn comparing(name: &'static str, relation: Relation, negated: bool) -> Comparing {
    Comparing {
        name,
        relation,
        negated,
    }
}

/// All comparing operators.
pub(super) static COMPARISONS: [Comparing; 14] = [
    comparing("-eq", Relation::Equals, false),
    comparing("-ne", Relation::Equals, true),
    comparing("-in", Relation::In, false),
    comparing("-notIn", Relation::In, true),
    comparing("-contains", Relation::Contains, false),
    comparing("-notContains", Relation::Contains, true),
    comparing("-startsWith", Relation::StartsWith, false),
    comparing("-notStartsWith", Relation::StartsWith, true),
    comparing("-endsWith", Relation::EndsWith, false),
    comparing("-notEndsWith", Relation::EndsWith, true),
    comparing("-match", Relation::Matches, false),
    comparing("-notMatch", Relation::Matches, true),
    comparing("-ge", Relation::AtLeast, false),
    comparing("-le", Relation::AtMost, false),
];

const OTHERS: [(&str, Operator); 5] = [
    ("and", Operator::And),
    ("or", Operator::Or),
    ("not", Operator::Not),
    ("any", Operator::Quantifier(Quantifier::Any)),
    ("all", Operator::Quantifier(Quantifier::All)),
];

impl Operator {
    /// The operator with this name, without its hyphen and in any case.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let other = OTHERS
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, operator)| *operator);
        other.or_else(|| {
            COMPARISONS
                .iter()
                .find(|comparing| bare(comparing).eq_ignore_ascii_case(name))
                .map(Self::Compares)
        })
    }

    /// The names of all operators, without hyphens.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        let others = OTHERS.iter().map(|(name, _)| *name);
        COMPARISONS.iter().map(bare).chain(others)
    }
}

fn bare(comparing: &'static Comparing) -> &'static str {
    comparing.name.trim_start_matches('-')
}
