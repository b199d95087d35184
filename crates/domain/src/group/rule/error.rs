//! What can be wrong with a membership rule, in words for the person who wrote it.

use std::{borrow::Cow, fmt};

use super::{MAX_CHARACTERS, MAX_COMPARISONS, MAX_DEPTH, MAX_PATTERNS, operator::COMPARISONS};

/// The first thing that is wrong with a rule, where it is, and (in its text) what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The membership rule has an error at character {position}: {problem}. {}", .problem.hint())]
pub struct RuleError {
    /// The character at which it is, counted from 1.
    pub position: usize,
    /// What is wrong.
    pub problem: RuleProblem,
}

impl RuleError {
    /// What to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        self.problem.hint()
    }
}

/// A problem and the byte of the rule at which it is.
#[derive(Debug)]
pub(super) struct Located {
    offset: usize,
    problem: RuleProblem,
}

impl Located {
    /// The error for people, who count characters.
    pub(super) fn in_text(self, text: &str) -> RuleError {
        let before = text
            .char_indices()
            .take_while(|(start, _)| *start < self.offset);
        RuleError {
            position: before.count() + 1,
            problem: self.problem,
        }
    }
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// The rule is too long.
    #[error("the rule has {length} characters, and at most {MAX_CHARACTERS} are allowed")]
    TooLong {
        /// Its characters.
        length: usize,
    },
    /// Too many things inside each other.
    #[error("parentheses and -not are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// Too many comparisons.
    #[error("the rule has more than {MAX_COMPARISONS} comparisons")]
    TooManyComparisons,
    /// Too many regular expressions.
    #[error("the rule has more than {MAX_PATTERNS} uses of -match and -notMatch")]
    TooManyPatterns,
    /// A character that the language does not have.
    #[error("the character {0:?} has no meaning here")]
    UnexpectedCharacter(char),
    /// A text without its closing quote.
    #[error("the text that starts here has no closing quote")]
    UnclosedText,
    /// A parenthesis that is never closed.
    #[error("the parenthesis that opens here is never closed")]
    UnclosedParenthesis,
    /// A closing parenthesis too many.
    #[error("this parenthesis closes nothing")]
    UnopenedParenthesis,
    /// Something else should be here.
    #[error("{expected} should be here, not {found}")]
    Unexpected {
        /// What should be here.
        expected: Expected,
        /// What is here, as written.
        found: String,
    },
    /// A list without values.
    #[error("the list has no values")]
    EmptyList,
    /// No such operator.
    #[error("{name:?} is not an operator")]
    UnknownOperator {
        /// As written.
        name: String,
        /// The operator that it looks like.
        closest: Option<&'static str>,
    },
    /// No such property.
    #[error("{name:?} is not a property that rules know")]
    UnknownProperty {
        /// As written.
        name: String,
        /// The property that it looks like, with its `user.` or `assignedPlan.`.
        closest: Option<String>,
    },
    /// A property of a kind that cannot be compared.
    #[error("the property {name} cannot be used in rules")]
    UnusableProperty {
        /// Graph's name.
        name: &'static str,
    },
    /// A custom extension property.
    #[error("{name:?} is a custom extension property, which users here do not have")]
    CustomExtension {
        /// As written.
        name: String,
    },
    /// A rule on groups.
    #[error("rules on memberOf are not supported")]
    MemberOf,
    /// A rule on devices.
    #[error("rules on devices are not supported")]
    Device,
    /// A rule on managers.
    #[error("rules on direct reports are not supported")]
    DirectReports,
    /// A rule whose result changes by time alone.
    #[error("rules on the present time (system.now) are not supported")]
    PresentTime,
    /// The operator does not fit the property.
    #[error("{operator} cannot be used on {kind}")]
    UnsuitableOperator {
        /// With its hyphen.
        operator: &'static str,
        /// What the property is.
        kind: ValueKind,
    },
    /// `-any` or `-all` on a single value.
    #[error("-any and -all need a property with several values, and {name} has one")]
    NotCollection {
        /// As written.
        name: String,
    },
    /// `user.assignedPlans` compared with a value.
    #[error("assignedPlans cannot be compared as a whole")]
    QuantifierNeeded,
    /// `-any` inside `-any`.
    #[error("-any and -all cannot be used inside each other")]
    NestedQuantifier,
    /// `-any x -and y`: what belongs to `-any`?
    #[error("it is not clear how much belongs to -any or -all")]
    UnclearQuantifier,
    /// `_` or `assignedPlan.` outside the list that it stands for.
    #[error("{name:?} means one value of a list, and has no meaning outside its -any or -all")]
    OutsideQuantifier {
        /// As written.
        name: String,
    },
    /// Not a regular expression.
    #[error("the pattern is not a regular expression: {reason}")]
    InvalidPattern {
        /// What is wrong with it.
        reason: String,
    },
    /// A regular expression that would take too much memory.
    #[error("the pattern is too complex")]
    PatternTooComplex,
}

impl RuleProblem {
    /// The problem at a byte of the rule.
    pub(super) const fn at(self, offset: usize) -> Located {
        Located {
            offset,
            problem: self,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::UnknownOperator { closest, .. } => return operator_hint(*closest),
            Self::UnknownProperty { closest, .. } => return property_hint(closest.as_deref()),
            Self::UnexpectedCharacter(character) => character_hint(*character),
            Self::Unexpected { expected, .. } => expected.hint(),
            Self::TooLong { .. } | Self::TooManyComparisons => {
                "Compare one property with many values by -in [\"a\", \"b\"], or split the rule over several groups."
            }
            Self::TooDeep => {
                "Leave out parentheses that change nothing; -and binds tighter than -or."
            }
            Self::TooManyPatterns => {
                "Use -in, -startsWith or -endsWith, or join patterns as \"one|other\"."
            }
            Self::UnclosedText => {
                "Add the quote; a quote inside the text is written with a backtick before it."
            }
            Self::UnclosedParenthesis => "Add the closing parenthesis.",
            Self::UnopenedParenthesis => "Remove it, or add the opening one.",
            Self::EmptyList => {
                "Write values between the brackets, such as [\"Sales\", \"Marketing\"]."
            }
            Self::UnusableProperty { .. } => {
                "Only texts, lists of texts, true or false, and dates can be compared."
            }
            Self::CustomExtension { .. } => {
                "Use extensionAttribute1 to extensionAttribute15 instead."
            }
            Self::MemberOf => {
                "Write the condition of the other group into this rule, or make that group a member."
            }
            Self::Device => "Write a rule on users, such as user.department -eq \"Sales\".",
            Self::DirectReports => {
                "Use a property that the manager's reports share, such as user.department."
            }
            Self::PresentTime => {
                "Compare with a date, such as user.employeeHireDate -le 2030-01-31T00:00:00Z."
            }
            Self::UnsuitableOperator { kind, .. } => kind.hint(),
            Self::NotCollection { .. } => {
                "Compare the property itself, such as user.department -eq \"Sales\"."
            }
            Self::QuantifierNeeded => {
                "Write user.assignedPlans -any (assignedPlan.servicePlanId -eq \"...\" -and assignedPlan.capabilityStatus -eq \"Enabled\")."
            }
            Self::NestedQuantifier => "Join two conditions with -and or -or instead.",
            Self::UnclearQuantifier => {
                "Put its condition in parentheses: user.otherMails -any (_ -endsWith \"@contoso.com\")."
            }
            Self::OutsideQuantifier { .. } => {
                "Use _ in user.proxyAddresses -any (...), and assignedPlan. in user.assignedPlans -any (...)."
            }
            Self::InvalidPattern { .. } => {
                "Correct the pattern; -contains and -startsWith compare plain text."
            }
            Self::PatternTooComplex => "Use smaller repetitions, or -contains and -startsWith.",
        })
    }
}

fn operator_hint(closest: Option<&'static str>) -> Cow<'static, str> {
    if let Some(closest) = closest {
        return format!("Did you mean -{closest}?").into();
    }
    let names: Vec<_> = COMPARISONS.iter().map(|operator| operator.name).collect();
    format!(
        "Operators are {}, -and, -or, -not, -any and -all.",
        names.join(", ")
    )
    .into()
}

fn property_hint(closest: Option<&str>) -> Cow<'static, str> {
    closest.map_or(
        Cow::Borrowed("Write a property of the user, such as user.department."),
        |closest| format!("Did you mean {closest}?").into(),
    )
}

const fn character_hint(character: char) -> &'static str {
    match character {
        '=' => "Write -eq for equal and -ne for not equal.",
        '!' => "Write -ne for not equal and -not for the opposite.",
        '&' => "Write -and.",
        '|' => "Write -or.",
        '<' | '>' => "Write -le for at most and -ge for at least.",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{ab}' | '\u{bb}' => {
            "Write straight quotes: \"Sales\"."
        }
        '-' | '\u{2013}' | '\u{2014}' | '\u{2212}' => {
            "Write the operator directly after the hyphen: -eq."
        }
        '{' | '}' => "Write a list between brackets: [\"a\", \"b\"].",
        _ => "Remove it, or put the text that it belongs to in quotes.",
    }
}

/// What the language wants at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A whole condition.
    Condition,
    /// A comparing operator.
    Operator,
    /// Any value.
    Value,
    /// One text in quotes.
    Text,
    /// One text in quotes, or null.
    TextOrNull,
    /// A list of texts.
    List,
    /// A comma or the end of a list.
    ListEnd,
    /// True or false.
    Flag,
    /// A date and time.
    Time,
    /// Something that joins conditions, or the end.
    Connective,
}

impl Expected {
    const fn hint(self) -> &'static str {
        match self {
            Self::Condition => {
                "Write property, operator and value, such as user.department -eq \"Sales\"."
            }
            Self::Operator => {
                "Write an operator after the property, such as -eq; for null there are -eq null and -ne null."
            }
            Self::Value => "Put a text in quotes; true, false and null go without.",
            Self::Text | Self::TextOrNull => "Put the text in quotes: \"Sales\".",
            Self::List => "Write the values between brackets: [\"Sales\", \"Marketing\"].",
            Self::ListEnd => "Put commas between the values and ] after the last.",
            Self::Flag => "Write true or false without quotes.",
            Self::Time => "Write the date as 2030-01-31T00:00:00Z or 2030-01-31.",
            Self::Connective => "Join conditions with -and or -or.",
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Condition => "a condition",
            Self::Operator => "an operator",
            Self::Value => "a value",
            Self::Text => "a text",
            Self::TextOrNull => "a text or null",
            Self::List => "a list of texts",
            Self::ListEnd => "a comma or ]",
            Self::Flag => "true, false or null",
            Self::Time => "a date or null",
            Self::Connective => "-and, -or or the end",
        })
    }
}

/// What the values of a property are, as far as comparing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Text, or any of several texts.
    Text,
    /// True or false.
    Flag,
    /// A point in time.
    Time,
}

impl ValueKind {
    const fn hint(self) -> &'static str {
        match self {
            Self::Text => {
                "Texts have no order; use -eq, -in, -startsWith, -endsWith, -contains or -match."
            }
            Self::Flag => "Use -eq or -ne with true or false.",
            Self::Time => "Use -eq, -ne, -le or -ge with a date.",
        }
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "a text",
            Self::Flag => "a property that is true or false",
            Self::Time => "a date",
        })
    }
}
