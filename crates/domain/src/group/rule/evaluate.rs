//! Asks a compiled rule about one user. Nothing is copied: it runs for every changed user and every rule.

use std::{cell::OnceCell, str};

use uuid::{Uuid, fmt::Hyphenated};

use super::{
    AssignedPlan,
    condition::{Collection, Comparison, Condition, Test},
    extension,
    names::Subject,
    operator::Quantifier,
};
use crate::{
    time::Timestamp,
    user::{
        PropertyValue, UserProperty, UserView,
        property::PropertyKind,
        record::{texts, unpack},
    },
};

/// Whether a condition holds of a user.
pub(super) fn matches<'p>(
    condition: &Condition,
    user: &UserView<'_>,
    plans: &dyn Fn() -> Vec<AssignedPlan<'p>>,
) -> bool {
    let evaluation = Evaluation {
        user,
        ask_plans: plans,
        plans: OnceCell::new(),
    };
    evaluation.holds(condition, Item::None)
}

struct Evaluation<'e, 'p> {
    user: &'e UserView<'e>,
    ask_plans: &'e dyn Fn() -> Vec<AssignedPlan<'p>>,
    plans: OnceCell<Vec<AssignedPlan<'p>>>,
}

/// The value of a list that is looked at.
#[derive(Clone, Copy)]
enum Item<'i> {
    None,
    Text(&'i str),
    Plan(&'i AssignedPlan<'i>),
}

/// A value to be tested.
#[derive(Clone, Copy)]
enum Value<'v> {
    Text(&'v str),
    Flag(bool),
    Time(Timestamp),
}

impl Evaluation<'_, '_> {
    fn holds(&self, condition: &Condition, item: Item<'_>) -> bool {
        match condition {
            Condition::And(all) => all.iter().all(|one| self.holds(one, item)),
            Condition::Or(some) => some.iter().any(|one| self.holds(one, item)),
            Condition::Not(negated) => !self.holds(negated, item),
            Condition::Compare(comparison) => self.compares(comparison, item),
            Condition::Each {
                quantifier,
                collection,
                condition,
            } => self.each(*quantifier, *collection, condition),
        }
    }

    fn each(&self, quantifier: Quantifier, collection: Collection, condition: &Condition) -> bool {
        match collection {
            Collection::Texts(property) => {
                let packed = self.user.record.packed(property).unwrap_or_default();
                quantified(quantifier, texts(packed), |text| {
                    self.holds(condition, Item::Text(text))
                })
            }
            Collection::Plans => {
                let plans = self.plans.get_or_init(self.ask_plans);
                quantified(quantifier, plans.iter(), |plan| {
                    self.holds(condition, Item::Plan(plan))
                })
            }
        }
    }

    fn compares(&self, comparison: &Comparison, item: Item<'_>) -> bool {
        let Comparison {
            subject,
            test,
            negated,
        } = comparison;
        let holds = match test {
            Test::IsNull => !self.any_value(*subject, item, &mut |_| true),
            test => self.any_value(*subject, item, &mut |value| accepts(test, value)),
        };
        holds != *negated
    }

    /// Whether one of a subject's values is accepted.
    fn any_value(
        &self,
        subject: Subject,
        item: Item<'_>,
        accept: &mut dyn FnMut(Value<'_>) -> bool,
    ) -> bool {
        let head = &self.user.head;
        match (subject, item) {
            (Subject::Property(property), _) => self.any_of_property(property, accept),
            (Subject::AccountEnabled, _) => accept(Value::Flag(head.account_enabled)),
            (Subject::UserType, _) => accept(Value::Text(head.user_type.as_str())),
            (Subject::UsageLocation, _) => head
                .usage_location
                .is_some_and(|location| accept(Value::Text(location.as_str()))),
            (Subject::ObjectId, _) => accept_id(self.user.id, accept),
            (Subject::Extension(name), _) => {
                let json = self
                    .user
                    .record
                    .text(UserProperty::OnPremisesExtensionAttributes);
                extension::has(json, name, &mut |text| accept(Value::Text(text)))
            }
            (Subject::Item, Item::Text(text)) => accept(Value::Text(text)),
            (Subject::PlanId, Item::Plan(plan)) => accept_id(plan.service_plan_id, accept),
            (Subject::PlanService, Item::Plan(plan)) => {
                !plan.service.is_empty() && accept(Value::Text(plan.service))
            }
            (Subject::PlanStatus, Item::Plan(plan)) => accept(Value::Text(if plan.enabled {
                "Enabled"
            } else {
                "Deleted"
            })),
            // The parser lets these stand only inside their list.
            (
                Subject::Item | Subject::PlanId | Subject::PlanService | Subject::PlanStatus,
                Item::None | Item::Text(_) | Item::Plan(_),
            ) => false,
        }
    }

    fn any_of_property(
        &self,
        property: UserProperty,
        accept: &mut dyn FnMut(Value<'_>) -> bool,
    ) -> bool {
        let Some(packed) = self.user.record.packed(property) else {
            return false;
        };
        match property.schema().kind {
            PropertyKind::Text { .. } => {
                str::from_utf8(packed).is_ok_and(|text| accept(Value::Text(text)))
            }
            PropertyKind::Texts { .. } => texts(packed).any(|text| accept(Value::Text(text))),
            _ => match unpack(property, packed) {
                Some(PropertyValue::Flag(flag)) => accept(Value::Flag(flag)),
                Some(PropertyValue::Time(time)) => accept(Value::Time(time)),
                _ => false,
            },
        }
    }
}

fn quantified<T>(
    quantifier: Quantifier,
    mut values: impl Iterator<Item = T>,
    holds: impl FnMut(T) -> bool,
) -> bool {
    match quantifier {
        Quantifier::Any => values.any(holds),
        Quantifier::All => values.all(holds),
    }
}

fn accept_id(id: Uuid, accept: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
    let mut buffer = [0; Hyphenated::LENGTH];
    accept(Value::Text(id.hyphenated().encode_lower(&mut buffer)))
}

fn accepts(test: &Test, value: Value<'_>) -> bool {
    match value {
        Value::Text(found) => accepts_text(test, found),
        Value::Flag(flag) => matches!(test, Test::Is(wanted) if *wanted == flag),
        Value::Time(time) => match test {
            Test::At(wanted) => time == *wanted,
            Test::AtLeast(wanted) => time >= *wanted,
            Test::AtMost(wanted) => time <= *wanted,
            _ => false,
        },
    }
}

fn accepts_text(test: &Test, found: &str) -> bool {
    let bytes = found.as_bytes();
    match test {
        Test::Equals(wanted) => found.eq_ignore_ascii_case(wanted),
        Test::In(wanted) => wanted
            .iter()
            .any(|wanted| found.eq_ignore_ascii_case(wanted)),
        Test::Contains(wanted) => {
            wanted.is_empty()
                || bytes
                    .windows(wanted.len())
                    .any(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
        }
        Test::StartsWith(wanted) => bytes
            .get(..wanted.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(wanted.as_bytes())),
        Test::EndsWith(wanted) => bytes
            .len()
            .checked_sub(wanted.len())
            .and_then(|start| bytes.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(wanted.as_bytes())),
        Test::Matches(pattern) => pattern.is_match(found),
        Test::IsNull | Test::Is(_) | Test::At(_) | Test::AtLeast(_) | Test::AtMost(_) => false,
    }
}
