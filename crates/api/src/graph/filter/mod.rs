//! `$filter`: read once, then asked of every object that could fit.
//!
//! What there is: comparisons with `eq`, `ne` and `in`, of times with `gt`, `ge`, `lt` and `le`, `startswith`, `endswith`, `any` on collections, `$count` of
//! licenses, and these joined with `and`, `or`, `not` and parentheses. Everything else is refused with its position.

mod clause;
mod device;
mod few;
mod group;
mod lexer;
mod object;
mod parser;
mod text;
mod user;

pub(crate) use device::DeviceTest;
pub(crate) use few::{FewTest, FilteredByText};
pub(crate) use group::{GroupTest, users_with_errors};
pub(crate) use object::ObjectFilter;
pub(crate) use user::UserTest;

use axum::http::StatusCode;
use zetel_domain::state::Bits;

use super::error::GraphError;
use clause::Clause;

/// How deep parentheses, `not` and `any` may be nested.
const MAXIMUM_DEPTH: usize = 32;
/// How many comparisons there may be, each value of an `in` counted.
const MAXIMUM_CLAUSES: usize = 256;

/// A condition made of questions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Condition<T> {
    /// All must hold.
    And(Vec<Self>),
    /// One must hold.
    Or(Vec<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// A question.
    Test(T),
}

impl<T> Condition<T> {
    /// Whether the condition holds, by the answers to its questions.
    pub fn holds(&self, answer: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::And(conditions) => conditions.iter().all(|condition| condition.holds(answer)),
            Self::Or(conditions) => conditions.iter().any(|condition| condition.holds(answer)),
            Self::Not(condition) => !condition.holds(answer),
            Self::Test(test) => answer(test),
        }
    }

    /// A set outside of which the condition cannot hold, if the questions tell one.
    pub fn candidates(&self, of: &impl Fn(&T) -> Option<Bits>) -> Option<Bits> {
        match self {
            Self::And(conditions) => conditions
                .iter()
                .filter_map(|condition| condition.candidates(of))
                .min_by_key(Bits::len),
            Self::Or(conditions) => {
                conditions
                    .iter()
                    .try_fold(Bits::new(), |mut all, condition| {
                        all.union_with(&condition.candidates(of)?);
                        Some(all)
                    })
            }
            Self::Not(_) => None,
            Self::Test(test) => of(test),
        }
    }
}

/// What may be asked of one type of objects.
pub(crate) trait Test: Sized {
    /// Graph's name of the type, such as `user`.
    const TYPE: &'static str;

    /// The question that a clause asks, or why it cannot be asked.
    fn of(clause: &Clause) -> Result<Condition<Self>, GraphError>;
}

/// Reads a `$filter` on objects of one type.
///
/// Some operators are for clients only that accept an eventual answer and ask for a count (licensing.md 7.2).
pub(crate) fn parse<T: Test>(text: &str, is_advanced: bool) -> Result<Condition<T>, GraphError> {
    convert(&read(text, is_advanced)?)
}

/// Reads a `$filter` without a type.
fn read(text: &str, is_advanced: bool) -> Result<Condition<Clause>, GraphError> {
    let parsed = parser::parse(text)?;
    match parsed.advanced {
        Some(operator) if !is_advanced => Err(unsupported(format!(
            "Operator '{operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
        ))),
        _ => Ok(parsed.condition),
    }
}

fn convert<T: Test>(condition: &Condition<Clause>) -> Result<Condition<T>, GraphError> {
    let all = |conditions: &[Condition<Clause>]| -> Result<Vec<Condition<T>>, GraphError> {
        conditions.iter().map(convert).collect()
    };
    Ok(match condition {
        Condition::And(conditions) => Condition::And(all(conditions)?),
        Condition::Or(conditions) => Condition::Or(all(conditions)?),
        Condition::Not(condition) => Condition::Not(Box::new(convert(condition)?)),
        Condition::Test(clause) => T::of(clause)?,
    })
}

/// 400 `Request_UnsupportedQuery`.
fn unsupported(message: String) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused<T: Test>(text: &str) -> String {
        match parse::<T>(text, true) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => format!(
                "{} {}: {}",
                error.status.as_u16(),
                error.code,
                error.message
            ),
        }
    }

    #[test]
    fn what_clients_send_is_read() {
        for text in [
            "assignedLicenses/any(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
            "assignedLicenses/any(s: s/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e or s/skuId eq 6fd2c87f-b296-42f0-b197-1e91e994b900)",
            "not assignedLicenses/any(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
            "assignedPlans/any(p:p/servicePlanId eq c1ec4a95-1f05-45b3-a911-aa3fa01094f5 and p/capabilityStatus eq 'Enabled')",
            "assignedLicenses/$count ne 0 and userType eq 'Member'",
            "(userPrincipalName eq 'o''brien@contoso.example')",
            "startsWith(displayName,'a') or startswith( displayName , 'b' )",
            "id in ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000a3')",
            "accountEnabled eq true AND usageLocation EQ 'NL' and department ne null",
            "usageLocation in ('NL','BE') and not(endsWith(mail,'@contoso.nl'))",
            "proxyAddresses/any(x:startswith(x,'smtp:a'))",
        ] {
            assert_eq!(refused::<UserTest>(text), "accepted", "{text}");
        }
        for text in [
            "hasMembersWithLicenseErrors eq true",
            "groupTypes/any(c:c eq 'Unified') and NOT groupTypes/any(c:c+eq+'DynamicMembership')",
            "displayName eq 'x' and mailNickname eq 'y'",
            "securityEnabled eq true and mailEnabled eq false",
            "assignedLicenses/any(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
            "isAssignableToRole eq true",
        ] {
            let text = text.replace('+', " ");
            assert_eq!(refused::<GroupTest>(&text), "accepted", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        let shown: Vec<String> = [
            "",
            "displayName",
            "displayName eq",
            "displayName eq 'x",
            "displayName eq 'x' displayName",
            "displayName eq 'x' and",
            "(displayName eq 'x'",
            "displayName eq 'x')",
            "displayName like 'x'",
            "displayName eq x",
            "displayName eq 7",
            "displayName gt 'x'",
            "displayName in ()",
            "displayName in ('x'",
            "contains(displayName,'x')",
            "startswith(displayName)",
            "startswith(displayName,'x'",
            "lower(displayName) eq 'x'",
            "favoriteColor eq 'x'",
            "employeeHireDate eq 'x'",
            "accountEnabled eq 'true'",
            "startswith(accountEnabled,'t')",
            "id eq 'x'",
            "assignedLicenses/all(x:x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
            "assignedLicenses/any(x:x/skuId eq 'efccb6f7-5641-4e0e-bd10-b4976e1bf68e')",
            "assignedLicenses/any(x:x/color eq 1)",
            "assignedLicenses/any(x:y/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
            "assignedLicenses/any(x/skuId eq efccb6f7-5641-4e0e-bd10-b4976e1bf68e)",
            "assignedLicenses/any(",
            "assignedLicenses/$count eq 7",
            "licenseAssignmentStates/any(x:x/state eq 'Error')",
            "displayName eq 'x' & 1",
            "€ eq 'x'",
        ]
        .iter()
        .map(|text| format!("{text}\n  {}", refused::<UserTest>(text)))
        .collect();
        insta::assert_snapshot!("refusals", shown.join("\n"));
    }

    #[test]
    fn advanced_operators_need_what_graph_needs() {
        for text in [
            "not startswith(displayName,'x')",
            "displayName ne 'x'",
            "endswith(mail,'x')",
            "assignedLicenses/$count ne 0",
        ] {
            let error = parse::<UserTest>(text, false).unwrap_err();
            assert_eq!(error.code, "Request_UnsupportedQuery", "{text}");
            assert!(parse::<UserTest>(text, true).is_ok(), "{text}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = |opening: &str, times: usize| {
            let inside = "accountEnabled eq true";
            format!("{}{inside}{}", opening.repeat(times), ")".repeat(times))
        };
        assert_eq!(refused::<UserTest>(&deep("not (", 15)), "accepted");
        for text in [
            deep("(", 10_000),
            deep("not (", 10_000),
            "not ".repeat(10_000),
            "x/any(x:".repeat(10_000),
            vec!["accountEnabled eq true"; 300].join(" or "),
        ] {
            assert!(refused::<UserTest>(&text).starts_with("400 BadRequest: "));
        }
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_reader(text in "[a-z/$(),: 'é]{0,60}", more in any::<String>()) {
            let _ = parse::<UserTest>(&text, true);
            let _ = parse::<GroupTest>(&more, true);
        }
    }
}
