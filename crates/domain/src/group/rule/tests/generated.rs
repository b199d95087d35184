//! Rules made at random: they never break the parser, and mean what a plain reading of them means.

use proptest::prelude::*;

use super::{super::MAX_CHARACTERS, Rule, Someone};
use crate::user::UserProperty;

/// A rule as a tree, evaluated in the most obvious way.
#[derive(Clone, Debug)]
enum Tree {
    City(Operator, &'static str),
    CityIn(bool, Vec<&'static str>),
    CityIsNull(bool),
    Enabled(bool),
    Mail(bool, &'static str),
    Plan(bool, bool),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

#[derive(Clone, Copy, Debug)]
struct Operator {
    name: &'static str,
    holds: fn(&str, &str) -> bool,
    negated: bool,
}

const fn operator(name: &'static str, negated: bool, holds: fn(&str, &str) -> bool) -> Operator {
    Operator {
        name,
        holds,
        negated,
    }
}

const OPERATORS: [Operator; 10] = [
    operator("-eq", false, |text, wanted| text == wanted),
    operator("ne", true, |text, wanted| text == wanted),
    operator("-Contains", false, |text, wanted| text.contains(wanted)),
    operator("-notContains", true, |text, wanted| text.contains(wanted)),
    operator("startswith", false, |text, wanted| text.starts_with(wanted)),
    operator("-notStartsWith", true, |text, wanted| {
        text.starts_with(wanted)
    }),
    operator("-endsWith", false, |text, wanted| text.ends_with(wanted)),
    operator("-NOTENDSWITH", true, |text, wanted| text.ends_with(wanted)),
    operator("-match", false, |text, wanted| text.contains(wanted)),
    operator("notMatch", true, |text, wanted| text.contains(wanted)),
];

const TEXTS: [&str; 7] = ["", "a", "b", "ab", "aba", "a'b", "a\"`b"];

/// What a user of a generated test has.
#[derive(Clone, Debug)]
struct Values {
    city: Option<&'static str>,
    mails: Vec<&'static str>,
    enabled: bool,
    plans: Vec<bool>,
}

fn text() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(TEXTS.as_slice())
}

fn stored_text() -> impl Strategy<Value = &'static str> {
    text().prop_filter("stored texts are not empty", |text| !text.is_empty())
}

fn values() -> impl Strategy<Value = Values> {
    (
        proptest::option::of(stored_text()),
        proptest::collection::vec(stored_text(), 0..3),
        any::<bool>(),
        proptest::collection::vec(any::<bool>(), 0..3),
    )
        .prop_map(|(city, mails, enabled, plans)| Values {
            city,
            mails,
            enabled,
            plans,
        })
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        (proptest::sample::select(OPERATORS.as_slice()), text())
            .prop_map(|(operator, text)| Tree::City(operator, text)),
        (any::<bool>(), proptest::collection::vec(text(), 1..4))
            .prop_map(|(negated, texts)| Tree::CityIn(negated, texts)),
        any::<bool>().prop_map(Tree::CityIsNull),
        any::<bool>().prop_map(Tree::Enabled),
        (any::<bool>(), text()).prop_map(|(all, text)| Tree::Mail(all, text)),
        (any::<bool>(), any::<bool>()).prop_map(|(all, enabled)| Tree::Plan(all, enabled)),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            proptest::collection::vec(inner, 2..4).prop_map(Tree::Or),
        ]
    })
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('`', "``")
        .replace('"', "`\"")
        .replace('\'', "''");
    format!("\"{escaped}\"")
}

impl Tree {
    /// How tightly the outermost operator binds.
    const fn rank(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::And(_) => 1,
            Self::Not(_) => 2,
            _ => 3,
        }
    }

    /// The rule, with parentheses only where the precedence asks for them.
    fn print(&self) -> String {
        let inner = |tree: &Self, rank: u8| {
            let text = tree.print();
            if tree.rank() < rank {
                format!("({text})")
            } else {
                text
            }
        };
        let joined = |trees: &[Self], rank: u8, with: &str| {
            let texts: Vec<_> = trees.iter().map(|tree| inner(tree, rank)).collect();
            texts.join(with)
        };
        let quantifier = |all: &bool| if *all { "-all" } else { "any" };
        match self {
            Self::City(operator, text) => format!("user.city {} {}", operator.name, quoted(text)),
            Self::CityIn(negated, texts) => {
                let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
                let operator = if *negated { "-notIn" } else { "in" };
                format!("user.city {operator}[{}]", texts.join(" ,"))
            }
            Self::CityIsNull(negated) => {
                format!("user.city {} null", if *negated { "-ne" } else { "-eq" })
            }
            Self::Enabled(flag) => format!("user.accountEnabled -eq {flag}"),
            Self::Mail(all, text) => {
                format!(
                    "user.otherMails {}(_ -contains {})",
                    quantifier(all),
                    quoted(text)
                )
            }
            Self::Plan(all, enabled) => {
                let status = if *enabled { "Enabled" } else { "Deleted" };
                format!(
                    "user.assignedPlans {} (assignedPlan.capabilityStatus -eq '{status}')",
                    quantifier(all)
                )
            }
            Self::Not(tree) => format!("-not {}", inner(tree, 2)),
            Self::And(trees) => joined(trees, 2, " -and "),
            Self::Or(trees) => joined(trees, 1, " or "),
        }
    }

    fn holds(&self, user: &Values) -> bool {
        match self {
            Self::City(operator, text) => {
                user.city.is_some_and(|city| (operator.holds)(city, text)) != operator.negated
            }
            Self::CityIn(negated, texts) => {
                user.city.is_some_and(|city| texts.contains(&city)) != *negated
            }
            Self::CityIsNull(negated) => user.city.is_none() != *negated,
            Self::Enabled(flag) => user.enabled == *flag,
            Self::Mail(true, text) => user.mails.iter().all(|mail| mail.contains(text)),
            Self::Mail(false, text) => user.mails.iter().any(|mail| mail.contains(text)),
            Self::Plan(true, enabled) => user.plans.iter().all(|plan| plan == enabled),
            Self::Plan(false, enabled) => user.plans.contains(enabled),
            Self::Not(tree) => !tree.holds(user),
            Self::And(trees) => trees.iter().all(|tree| tree.holds(user)),
            Self::Or(trees) => trees.iter().any(|tree| tree.holds(user)),
        }
    }
}

impl Values {
    fn someone(&self) -> Someone {
        let mut someone = Someone::default();
        someone.head.account_enabled = self.enabled;
        if let Some(city) = self.city {
            someone = someone.with(UserProperty::City, city);
        }
        if !self.mails.is_empty() {
            someone = someone.with_texts(UserProperty::OtherMails, &self.mails);
        }
        for enabled in &self.plans {
            someone = someone.with_plan(super::EXCHANGE, "exchange", *enabled);
        }
        someone
    }
}

/// Pieces of rules in any order.
fn fragments() -> impl Strategy<Value = String> {
    let pieces: &[&str] = &[
        "user.city",
        "user.otherMails",
        "user.assignedPlans",
        "assignedPlan.service",
        "_",
        "-eq",
        "ne",
        "-in",
        "-match",
        "-and",
        "or",
        "-not",
        "-any",
        "all",
        "(",
        ")",
        "[",
        "]",
        ",",
        "\"a\"",
        "'b",
        "''",
        "`",
        "null",
        "true",
        "2030-01-01",
        "$",
        "é",
        "-",
        "user.",
        ".",
        "user.employeeHireDate",
        "-ge",
        "\"(\"",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..40)
        .prop_map(|pieces| pieces.join(" "))
}

fn check_any(text: &str) -> Result<(), TestCaseError> {
    match Rule::parse(text) {
        Ok(rule) => {
            super::anna().ask(&rule);
        }
        Err(error) => {
            prop_assert!((1..=text.chars().count() + 1).contains(&error.position));
            prop_assert!(!error.hint().is_empty());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_rule_means_what_its_tree_means(tree in tree(), users in proptest::collection::vec(values(), 1..5)) {
        let text = tree.print();
        prop_assume!(text.len() <= MAX_CHARACTERS && text.matches("atch").count() <= 20);
        let rule = Rule::parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        for user in &users {
            prop_assert_eq!(user.someone().ask(&rule).0, tree.holds(user), "{} of {:?}", text, user);
        }
    }

    #[test]
    fn any_text_is_a_rule_or_an_error(text in ".{0,300}") {
        check_any(&text)?;
    }

    #[test]
    fn any_pieces_are_a_rule_or_an_error(text in fragments()) {
        check_any(&text)?;
    }

    #[test]
    fn a_damaged_rule_is_a_rule_or_an_error(tree in tree(), place in any::<proptest::sample::Index>(), damage in ".?") {
        let mut text: Vec<char> = tree.print().chars().collect();
        let place = place.index(text.len());
        text.splice(place..=place, damage.chars());
        check_any(&text.into_iter().collect::<String>())?;
    }
}
