//! Membership rules of dynamic groups: Entra's documented language for attributes of users, parsed once and evaluated on
//! every change of a user.
//!
//! ```text
//! user.department -eq "Sales" -and -not (user.jobTitle -startsWith "SDE")
//! user.proxyAddresses -any (_ -startsWith "smtp:info")
//! user.assignedPlans -any (assignedPlan.service -eq "SCO" -and assignedPlan.capabilityStatus -eq "Enabled")
//! ```
//!
//! Comparisons bind tightest, then `-not`, `-and`, `-or`. Names, operators and texts are compared without regard to
//! case, and an operator may go without its hyphen. A property without a value equals `null` and nothing else: every
//! positive comparison is false of it and every negative one true. A list compared as one value stands for any of its
//! values: `-startsWith` holds if one of them starts so, `-notStartsWith` if none does.

mod condition;
mod error;
mod evaluate;
mod extension;
mod lexer;
mod names;
mod nearest;
mod operator;
mod parser;

#[cfg(test)]
mod tests;

pub use error::{Expected, RuleError, RuleProblem, ValueKind};

use std::{fmt, sync::Arc};

use uuid::Uuid;

use crate::user::{UserProperty, UserView};
use parser::Parsed;

/// How many characters a rule may have, as Entra documents it.
pub const MAX_CHARACTERS: usize = 3072;

/// How deep parentheses, `-not`, `-any` and `-all` may be nested.
pub const MAX_DEPTH: usize = 32;

/// How many comparisons a rule may have.
pub const MAX_COMPARISONS: usize = 256;

/// How many `-match` and `-notMatch` a rule may have: a compiled pattern is the one thing here that takes much memory.
pub const MAX_PATTERNS: usize = 20;

/// A membership rule, ready to be evaluated. Copies share one compiled rule; rules are equal if their texts are.
#[derive(Clone)]
pub struct Rule(Arc<Compiled>);

struct Compiled {
    text: String,
    parsed: Parsed,
}

/// A service plan that a user has, as rules on `user.assignedPlans` see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignedPlan<'p> {
    /// Graph's `servicePlanId`.
    pub service_plan_id: Uuid,
    /// Graph's `service`, such as `exchange`; empty if it is not known, which rules see as `null`.
    pub service: &'p str,
    /// Whether Graph's `capabilityStatus` is `Enabled`; otherwise rules see `Deleted`.
    pub enabled: bool,
}

impl Rule {
    /// Parses and compiles a rule. The error names the first thing that is wrong, where it is and what to do.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if let Some((too_far, _)) = text.char_indices().nth(MAX_CHARACTERS) {
            let length = text.chars().count();
            return Err(RuleProblem::TooLong { length }.at(too_far).in_text(text));
        }
        let parsed = parser::parse(text).map_err(|located| located.in_text(text))?;
        let text = text.to_owned();
        Ok(Self(Arc::new(Compiled { text, parsed })))
    }

    /// The rule as it was given.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether the rule asks for service plans, so that a change of licenses may change its result.
    pub fn depends_on_plans(&self) -> bool {
        self.0.parsed.reads.plans
    }

    /// Whether a change of this property may change the result.
    pub fn depends_on(&self, property: UserProperty) -> bool {
        self.0.parsed.reads.has(property)
    }

    /// Whether a change of `accountEnabled`, `userType` or `usageLocation` may change the result.
    pub fn depends_on_head(&self) -> bool {
        self.0.parsed.reads.head
    }

    /// Whether the rule takes a user in. `plans` answers with the user's service plans; it is asked at most once, and
    /// only if the result depends on it. Whether the user is live is the caller's business.
    pub fn matches<'p>(
        &self,
        user: &UserView<'_>,
        plans: &dyn Fn() -> Vec<AssignedPlan<'p>>,
    ) -> bool {
        evaluate::matches(&self.0.parsed.root, user, plans)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Rule {}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Rule").field(&self.text()).finish()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}
