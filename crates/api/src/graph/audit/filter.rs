//! `$filter` on audit records: comparisons joined with `and`.

use uuid::Uuid;
use zetel_domain::{Tenant, Timestamp};
use zetel_engine::Change;
use zetel_query::syntax::{self, Expression, Literal, Operator, Question};

use super::entries::{Entries, Entry, LicenseKind, Record, Subject};
use crate::graph::{actor::Actor, error::GraphError, filter::refusal, time};

/// Clocks of nodes differ by less; beyond that, older changes were made earlier.
const CLOCKS_DIFFER_DAYS: i64 = 1;
/// More comparisons than anybody needs.
const MAXIMUM_CLAUSES: usize = 16;

/// What audit records must be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AuditFilter {
    clauses: Vec<Clause>,
}

/// One comparison. Texts are compared without regard to case, as Graph does.
#[derive(Debug, PartialEq, Eq)]
enum Clause {
    Activity(String),
    Category(String),
    Service(String),
    IsSuccess(bool),
    Correlation(Uuid),
    InitiatedByUser(Uuid),
    Target(Uuid),
    /// Not before.
    From(Timestamp),
    /// Not after.
    Until(Timestamp),
}

impl AuditFilter {
    /// Reads a `$filter`.
    pub fn parse(text: &str) -> Result<Self, GraphError> {
        let clauses = match syntax::parse(text).map_err(refusal)? {
            Expression::And(all) => all,
            one => vec![one],
        };
        if clauses.len() > MAXIMUM_CLAUSES {
            return Err(invalid(
                text,
                &format!("it may have at most {MAXIMUM_CLAUSES} comparisons"),
            ));
        }
        let clauses = clauses.iter().map(|one| match one {
            Expression::Clause(one) => clause(one, text),
            _ => Err(invalid(
                text,
                "comparisons can be joined with 'and' only, without parentheses",
            )),
        });
        Ok(Self {
            clauses: clauses.collect::<Result<_, _>>()?,
        })
    }

    /// Whether neither a change nor any before it can fit.
    pub fn is_past(&self, change: &Change) -> bool {
        self.clauses.iter().any(|clause| match clause {
            Clause::From(from) => change.at.plus_days(CLOCKS_DIFFER_DAYS) < *from,
            _ => false,
        })
    }

    fn fits_change(&self, change: &Change) -> bool {
        self.clauses.iter().all(|clause| match clause {
            Clause::From(from) => change.at >= *from,
            Clause::Until(until) => change.at <= *until,
            Clause::Correlation(id) => change.request_id == *id,
            Clause::InitiatedByUser(id) => Actor::parse(&change.actor) == Actor::User(*id),
            _ => true,
        })
    }

    fn fits_entry(&self, entry: &Entry<'_>) -> bool {
        let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
        self.clauses.iter().all(|clause| match clause {
            Clause::Activity(name) => is(entry.activity.name(), name),
            Clause::Category(category) => is(entry.activity.category(), category),
            Clause::Service(service) => is("Core Directory", service),
            Clause::IsSuccess(success) => *success != is_failure(entry),
            Clause::InitiatedByUser(_) => !entry.is_by_licensing(),
            _ => true,
        })
    }

    fn targets(&self) -> impl Iterator<Item = Uuid> {
        self.clauses.iter().filter_map(|clause| match clause {
            Clause::Target(id) => Some(*id),
            _ => None,
        })
    }

    /// The records of a change that fit, below a number, the last ones first, at most so many.
    pub fn records<'e, 'a>(
        &self,
        tenant: &Tenant,
        entries: &'e Entries<'a>,
        below: u64,
        most: usize,
    ) -> Vec<Record<'e, 'a>> {
        let mut found = Vec::new();
        if !self.fits_change(entries.change) {
            return found;
        }
        for entry in entries.entries.iter().rev() {
            let room = most - found.len();
            if room == 0 {
                break;
            }
            if entry.start < below && self.fits_entry(entry) {
                found.extend(self.records_of(tenant, entries.change, entry, below, room));
            }
        }
        found
    }

    /// The records of one entry that fit, the last ones first.
    fn records_of<'e, 'a>(
        &self,
        tenant: &Tenant,
        change: &'a Change,
        entry: &'e Entry<'a>,
        below: u64,
        most: usize,
    ) -> Vec<Record<'e, 'a>> {
        let end = below.min(entry.start + entry.count);
        let mut wanted: Option<Vec<u64>> = None;
        for target in self.targets() {
            if entry.concerns_all(tenant, target) {
                continue;
            }
            let number = entry
                .number_of(tenant, target)
                .filter(|number| *number < end);
            let numbers = number.into_iter().filter(|number| {
                let earlier = wanted.as_ref();
                earlier.is_none_or(|wanted| wanted.contains(number))
            });
            wanted = Some(numbers.collect());
        }
        if let Some(numbers) = wanted {
            return numbers
                .into_iter()
                .flat_map(|number| entry.records(change, number..number + 1))
                .collect();
        }
        let first = end.saturating_sub(most as u64);
        let mut records = entry.records(change, first..end);
        records.reverse();
        records
    }
}

fn is_failure(entry: &Entry<'_>) -> bool {
    match &entry.subject {
        Subject::Licenses(kind, _) => *kind == LicenseKind::Failed,
        Subject::Event(event) => matches!(event, zetel_domain::Event::RuleOscillated { .. }),
        _ => false,
    }
}

fn clause(clause: &syntax::Clause, whole: &str) -> Result<Clause, GraphError> {
    let path = clause.path.to_ascii_lowercase();
    let (operator, value) = match &clause.question {
        Question::Any(variable, condition) if path == "targetresources" => {
            return target(variable, condition).ok_or_else(|| {
                invalid(
                    whole,
                    "write targetResources/any(t:t/id eq '{id}') with the id of an object",
                )
            });
        }
        Question::Compare(operator, value) => (*operator, value),
        _ => {
            return Err(invalid(
                whole,
                "a comparison is a property, an operator and a value",
            ));
        }
    };
    if path == "activitydatetime" {
        return time_clause(operator, value).ok_or_else(|| {
            invalid(
                whole,
                "compare activityDateTime by ge, le, gt or lt with a time such as 2026-11-21T08:00:00Z",
            )
        });
    }
    if operator != Operator::Equal {
        return Err(invalid(
            whole,
            "only activityDateTime can be compared by anything but eq",
        ));
    }
    let Literal::Text(text) = value else {
        return Err(invalid(whole, "put the value in quotes"));
    };
    let id = || {
        let id = Uuid::try_parse(text);
        id.map_err(|_| invalid(whole, &format!("'{text}' is not an id")))
    };
    match path.as_str() {
        "activitydisplayname" => Ok(Clause::Activity(text.clone())),
        "category" => Ok(Clause::Category(text.clone())),
        "loggedbyservice" => Ok(Clause::Service(text.clone())),
        "result" if ["success", "failure"].contains(&text.as_str()) => {
            Ok(Clause::IsSuccess(text == "success"))
        }
        "correlationid" => id().map(Clause::Correlation),
        "initiatedby/user/id" => id().map(Clause::InitiatedByUser),
        _ => Err(invalid(
            whole,
            "there are activityDisplayName, activityDateTime, category, loggedByService, result, correlationId, initiatedBy/user/id and targetResources/any(t:t/id eq '…')",
        )),
    }
}

/// `t/id eq '{id}'`
fn target(variable: &str, condition: &Expression) -> Option<Clause> {
    let Expression::Clause(clause) = condition else {
        return None;
    };
    let member = clause.path.strip_prefix(variable)?;
    match &clause.question {
        Question::Compare(Operator::Equal, Literal::Text(id))
            if member.eq_ignore_ascii_case("/id") =>
        {
            Uuid::try_parse(id).ok().map(Clause::Target)
        }
        _ => None,
    }
}

/// Changes are made in whole seconds. A time may be in quotes.
fn time_clause(operator: Operator, value: &Literal) -> Option<Clause> {
    const SECOND: i128 = 1_000_000_000;
    let nanoseconds = match value {
        Literal::Text(text) => i128::from(time::parse(text)?.0) * SECOND,
        value => value.nanoseconds()?,
    };
    let before = i64::try_from(nanoseconds.div_euclid(SECOND)).ok()?;
    let after = before + i64::from(nanoseconds.rem_euclid(SECOND) > 0);
    match operator {
        Operator::GreaterOrEqual => Some(Clause::From(Timestamp(after))),
        Operator::LessOrEqual => Some(Clause::Until(Timestamp(before))),
        Operator::Greater => Some(Clause::From(Timestamp(before + 1))),
        Operator::Less => Some(Clause::Until(Timestamp(after - 1))),
        _ => None,
    }
}

fn invalid(text: &str, what: &str) -> GraphError {
    GraphError::unreadable(format!("Invalid filter clause in '{text}': {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_scripts() {
        let id = "00000000-0000-0000-0000-0000000000a2";
        let target = Clause::Target(Uuid::from_u128(0xa2));
        for (text, expected) in [
            (
                "activityDisplayName eq 'Change user license'".to_owned(),
                vec![Clause::Activity("Change user license".to_owned())],
            ),
            (
                "category eq 'A and B' AND activityDateTime ge 1970-01-01T00:00:07Z and activityDateTime lt 1970-01-01T00:00:09Z".to_owned(),
                vec![
                    Clause::Category("A and B".to_owned()),
                    Clause::From(Timestamp(7)),
                    Clause::Until(Timestamp(8)),
                ],
            ),
            (format!("targetResources/any(t:t/id eq '{id}')"), vec![target]),
            (
                "activityDateTime gt 1970-01-01T00:00:07.5Z and activityDateTime le 1970-01-02".to_owned(),
                vec![Clause::From(Timestamp(8)), Clause::Until(Timestamp(86_400))],
            ),
            ("result eq 'failure'".to_owned(), vec![Clause::IsSuccess(false)]),
        ] {
            assert_eq!(AuditFilter::parse(&text).unwrap().clauses, expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_said() {
        for text in [
            "",
            "x",
            "activityDisplayName ne 'x'",
            "activityDisplayName eq x",
            "activityDisplayName eq 'x' or category eq 'y'",
            "not (activityDisplayName eq 'x')",
            "activityDateTime eq 2026-11-21T08:00:00Z",
            "startswith(category,'x')",
            "targetResources/any(t:t/id ne '00000000-0000-0000-0000-0000000000a2')",
            "activityDateTime ge yesterday",
            "color eq 'x'",
            "correlationId eq 'x'",
            "targetResources/any(t:t/id eq 'x')",
            "targetResources/any(",
            "é and é",
            &["category eq 'x'"; 20].join(" and "),
        ] {
            assert!(AuditFilter::parse(text).is_err(), "{text}");
        }
    }
}
