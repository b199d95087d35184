//! A whole explanation as JSON: ids, names and sentences.

use serde_json::{Map, Value, json};
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    explain::{
        Action, Cause, Explanation, Path, PlanStatus, Problem, ProductAnswer, ProductPlan,
        Question, Remedy, Sibling, Side, SourceAnswer, SourceKind,
    },
    group::GroupOrdinal,
    product::ProductOrdinal,
    user::UserOrdinal,
};

use super::{Language, Speaker, explanation_text, remedy::plans_of};

/// An explanation as JSON, with ids and names of everything and its sentences in a language. Absent members do not apply.
pub fn explanation_json(explanation: &Explanation, tenant: &Tenant, language: Language) -> Value {
    let writer = Writer(Speaker { tenant, language });
    let text = explanation_text(explanation, tenant, language);
    object([
        ("language", Some(language.tag().into())),
        ("user", Some(writer.user(explanation.user))),
        ("question", Some(writer.question(explanation.question))),
        ("deletedDateTime", explanation.deleted.map(time)),
        (
            "servicePlan",
            explanation.plan.as_ref().map(|answer| {
                let mut value = writer.plan(answer.plan);
                value["status"] = answer.status.as_str().into();
                let products = answer.offered_by.iter();
                value["offeredBy"] = products.map(|product| writer.product(*product)).collect();
                value
            }),
        ),
        (
            "products",
            Some(
                explanation
                    .products
                    .iter()
                    .map(|answer| writer.answer(answer))
                    .collect(),
            ),
        ),
        (
            "problems",
            Some(
                explanation
                    .problems
                    .iter()
                    .map(|problem| writer.problem(problem))
                    .collect(),
            ),
        ),
        ("text", Some(text.into())),
    ])
}

/// An object of the members that are there.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let members = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn time(at: Timestamp) -> Value {
    jiff::Timestamp::from_second(at.0)
        .map(|time| time.to_string().into())
        .unwrap_or_default()
}

struct Writer<'a>(Speaker<'a>);

impl Writer<'_> {
    fn user(&self, user: UserOrdinal) -> Value {
        let Some(view) = self.0.tenant.users().view(user) else {
            return Value::Null;
        };
        json!({
            "id": view.id.to_string(),
            "userPrincipalName": view.principal_name(),
            "displayName": view.display_name(),
        })
    }

    fn group(&self, group: GroupOrdinal) -> Value {
        let id = self
            .0
            .tenant
            .groups()
            .get(group)
            .map(|group| group.id.to_string());
        json!({"id": id, "displayName": self.0.group(group)})
    }

    fn product(&self, product: ProductOrdinal) -> Value {
        let Some(product) = self.0.tenant.product(product) else {
            return Value::Null;
        };
        json!({
            "skuId": product.sku_id.to_string(),
            "skuPartNumber": product.part_number,
            "displayName": product.name,
        })
    }

    fn plan(&self, plan: Uuid) -> Value {
        let catalog = self.0.tenant.catalog();
        object([
            ("servicePlanId", Some(plan.to_string().into())),
            (
                "servicePlanName",
                catalog
                    .plans
                    .get(&plan)
                    .map(|known| known.name.clone().into()),
            ),
            ("displayName", Some(self.0.plan(plan).into())),
        ])
    }

    fn plans<'p>(&self, plans: impl IntoIterator<Item = &'p Uuid>) -> Value {
        plans.into_iter().map(|plan| self.plan(*plan)).collect()
    }

    fn path(&self, path: &Path) -> Value {
        let groups: Value = path.groups.iter().map(|group| self.group(*group)).collect();
        json!({"groups": groups, "joinedDateTime": time(path.joined)})
    }

    fn question(&self, question: Question) -> Value {
        match question {
            Question::All => json!({}),
            Question::Product(product) => self.product(product),
            Question::Plan(plan) => self.plan(plan),
        }
    }

    fn answer(&self, answer: &ProductAnswer) -> Value {
        let mut value = self.product(answer.product);
        value["verdict"] = answer.verdict.as_str().into();
        value["capabilityStatus"] = answer.status.as_str().into();
        let sources = answer.sources.iter();
        value["sources"] = sources.map(|source| self.source(source)).collect();
        let plans = answer.plans.iter();
        value["servicePlans"] = plans.map(|plan| self.product_plan(answer, plan)).collect();
        value
    }

    /// A plan with the places of the sources through which it is on, or would be on.
    fn product_plan(&self, answer: &ProductAnswer, plan: &ProductPlan) -> Value {
        let through: Vec<usize> = answer
            .sources_of(plan)
            .filter_map(|source| answer.sources.iter().position(|known| known == source))
            .collect();
        let mut value = self.plan(plan.plan);
        value["status"] = plan.status.as_str().into();
        if matches!(plan.status, PlanStatus::On | PlanStatus::Blocked) {
            value["sources"] = through.into();
        }
        value
    }

    fn source(&self, answer: &SourceAnswer) -> Value {
        let source = &answer.source;
        let product = self.0.tenant.product(source.product);
        let off: Vec<Uuid> = product
            .into_iter()
            .flat_map(|product| product.disabled_plans(source.disabled))
            .map(|owned| owned.plan.id)
            .collect();
        let error = source
            .state
            .violation()
            .map(|violation| violation.as_str().into());
        let instead_of = match answer.kind() {
            SourceKind::Fallback(product) => Some(self.product(product)),
            _ => None,
        };
        let paths: Value = answer.paths.iter().map(|path| self.path(path)).collect();
        object([
            ("kind", Some(answer.kind().as_str().into())),
            ("state", Some(source.state.as_str().into())),
            ("error", error),
            ("group", source.group.map(|group| self.group(group))),
            ("paths", source.group.map(|_| paths)),
            ("insteadOf", instead_of),
            ("lastUpdatedDateTime", Some(time(source.at))),
            ("endsDateTime", answer.ends.map(time)),
            ("disabledPlans", Some(self.plans(&off))),
            ("problem", answer.problem.map(Value::from)),
        ])
    }

    fn problem(&self, problem: &Problem) -> Value {
        let error = problem.violation.map(|violation| violation.as_str().into());
        let siblings = problem
            .siblings
            .iter()
            .map(|product| self.product(*product));
        let remedies = problem.remedies.iter().map(|remedy| self.remedy(remedy));
        object([
            ("product", Some(self.product(problem.product))),
            ("group", problem.group.map(|group| self.group(group))),
            ("error", error),
            ("isKept", Some(problem.is_kept.into())),
            ("cause", Some(self.cause(&problem.cause, problem.product))),
            ("siblings", Some(siblings.collect())),
            ("healsNow", Some(problem.heals.into())),
            ("text", Some(self.0.obstacle(problem).into())),
            ("remedies", Some(remedies.collect())),
        ])
    }

    fn cause(&self, cause: &Cause, product: ProductOrdinal) -> Value {
        let mut value = self.facts(cause);
        value["kind"] = cause.as_str().into();
        value["text"] = self.0.cause(cause, product).into();
        value
    }

    /// What a cause names.
    fn facts(&self, cause: &Cause) -> Value {
        match cause {
            Cause::NoSeat {
                product,
                bought,
                used,
                waiting,
            } => object([
                ("product", Some(self.product(*product))),
                ("bought", Some((*bought).into())),
                ("used", Some((*used).into())),
                (
                    "waitingBefore",
                    waiting.map(|waiting| waiting.before.into()),
                ),
                ("waitingTotal", waiting.map(|waiting| waiting.total.into())),
            ]),
            Cause::Excluded {
                plan,
                other_plan,
                other,
            } => json!({
                "servicePlan": self.plan(*plan),
                "otherServicePlan": self.plan(*other_plan),
                "other": self.side(other),
            }),
            Cause::Lacks {
                plan,
                requires,
                sibling,
            } => self.lacks(*plan, requires, sibling.as_ref()),
            Cause::NeededBy { plan, other, needs } => json!({
                "servicePlan": self.plan(*plan),
                "other": self.side(other),
                "needs": self.plan(*needs),
            }),
            Cause::Location {
                location,
                is_default,
                product,
                plan,
            } => object([
                ("location", Some(location.as_str().into())),
                ("isDefault", Some((*is_default).into())),
                ("product", Some(self.product(*product))),
                ("servicePlan", plan.map(|plan| self.plan(plan))),
            ]),
            Cause::Address { address, owner } => {
                json!({"address": address, "owner": self.user(*owner)})
            }
            Cause::Sibling(sibling) => json!({"sibling": self.product(sibling.product)}),
            Cause::Past(violation) => json!({"error": violation.as_str()}),
            Cause::Inactive { status } => json!({"capabilityStatus": status.as_str()}),
            Cause::SwitchedOff { plan } => json!({"servicePlan": self.plan(*plan)}),
            Cause::OnlyNested { path } => json!({"path": self.path(path)}),
            Cause::NotMeant => json!({}),
        }
    }

    fn lacks(&self, plan: Uuid, requires: &[Uuid], sibling: Option<&Sibling>) -> Value {
        let cause = |sibling: &Sibling| {
            let cause = sibling.cause.as_ref()?;
            Some(self.cause(cause, sibling.product))
        };
        object([
            ("servicePlan", Some(self.plan(plan))),
            ("requiresAnyOf", Some(self.plans(requires))),
            (
                "sibling",
                sibling.map(|sibling| self.product(sibling.product)),
            ),
            ("siblingCause", sibling.and_then(cause)),
        ])
    }

    fn side(&self, side: &Side) -> Value {
        object([
            ("product", Some(self.product(side.product))),
            ("group", side.group.map(|group| self.group(group))),
        ])
    }

    fn remedy(&self, remedy: &Remedy) -> Value {
        let mut value = self.action(&remedy.action);
        value["kind"] = remedy.action.as_str().into();
        value["seatsNeeded"] = remedy.seats_needed.into();
        value["peopleAffected"] = remedy.people_affected.into();
        value["suffices"] = remedy.suffices.into();
        value["givesUp"] = remedy.gives_up.into();
        value["needsReprocessing"] = remedy.needs_reprocessing.into();
        value["text"] = self.0.remedy(remedy).into();
        value
    }

    fn action(&self, action: &Action) -> Value {
        let plans = plans_of(action);
        let (product, group, count) = match action {
            Action::SwitchPlanOn { product, group, .. }
            | Action::SwitchPlanOff { product, group, .. } => (Some(*product), *group, None),
            Action::AssignDirect { product }
            | Action::RemoveDirect { product }
            | Action::Renew { product } => (Some(*product), None, None),
            Action::FreeSeats { product, count } | Action::BuySeats { product, count } => {
                (Some(*product), None, Some(*count))
            }
            Action::AddToGroup { group } | Action::RemoveFromGroup { group } => {
                (None, Some(*group), None)
            }
            _ => (None, None, None),
        };
        let (address, owner) = match action {
            Action::FixAddress { address, owner } => {
                (Some(address.as_str().into()), Some(self.user(*owner)))
            }
            _ => (None, None),
        };
        object([
            ("product", product.map(|product| self.product(product))),
            ("group", group.map(|group| self.group(group))),
            (
                "servicePlans",
                (!plans.is_empty()).then(|| self.plans(&plans)),
            ),
            ("count", count.map(Value::from)),
            ("address", address),
            ("owner", owner),
        ])
    }
}
