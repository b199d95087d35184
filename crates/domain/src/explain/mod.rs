//! Why a user has a license, or has it not: derived from the same facts as what is read, never stored.
//!
//! [`explain`] looks at one user and the groups above it. Only where seats are given by themselves and one is lacking it
//! looks at all who wait for it.

mod actions;
mod causes;
mod model;
mod paths;
mod remedies;
mod trial;

pub use model::{
    Action, Cause, Explanation, Path, PlanAnswer, PlanStatus, Problem, ProductAnswer, ProductPlan,
    ProductVerdict, Question, Remedy, Sibling, Side, SourceAnswer, SourceKind, Waiting,
};

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    assignment::{LicenseSource, LicenseState, Violation},
    group::GroupOrdinal,
    product::{OwnedProduct, ProductOrdinal},
    tenant::Tenant,
    user::UserView,
};
use causes::Case;

/// Products that are proposed at most for a plan that nothing gives.
const MOST_OFFERED: usize = 3;

/// Explains what a user has and has not: every assignment with its way to the user, and for everything that is not as it
/// is meant the exact cause and what can be done, the cheapest first.
pub fn explain(tenant: &Tenant, user: &UserView<'_>, question: Question) -> Explanation {
    let sources = tenant.sources(user);
    let case = Case {
        tenant,
        user,
        sources: &sources,
    };
    let asked = asked_products(tenant, &sources, question);
    let mut problems = Vec::new();
    let places = add_errors(&case, &asked, &mut problems);
    let products: Vec<ProductAnswer> = asked
        .iter()
        .filter_map(|product| answer(&case, *product, question, &places))
        .collect();
    let plan = plan_answer(tenant, &products, question);
    add_absences(&case, question, &products, plan.as_ref(), &mut problems);
    for problem in &mut problems {
        remedies::add(&case, problem);
    }
    Explanation {
        user: user.ordinal,
        question,
        deleted: user.head.deleted,
        plan,
        products,
        problems,
    }
}

/// The products that the answer is about.
fn asked_products(
    tenant: &Tenant,
    sources: &[LicenseSource],
    question: Question,
) -> BTreeSet<ProductOrdinal> {
    let has_plan = |product: ProductOrdinal, plan| {
        tenant
            .product(product)
            .is_some_and(|product| product.plan_bit(plan).is_some())
    };
    let products = sources.iter();
    match question {
        Question::All => products.map(|source| source.product).collect(),
        Question::Product(asked) => products
            .filter(|source| source.instead_of == Some(asked))
            .map(|source| source.product)
            .chain([asked])
            .collect(),
        Question::Plan(plan) => products
            .map(|source| source.product)
            .filter(|product| has_plan(*product, plan))
            .collect(),
    }
}

/// Notes each error that has to do with what was asked. Returns the place of its problem for every source that has one.
fn add_errors(
    case: &Case<'_>,
    asked: &BTreeSet<ProductOrdinal>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<usize, usize> {
    let heads = heads(case.sources);
    let mut places = BTreeMap::new();
    for head in heads.values().copied().collect::<BTreeSet<usize>>() {
        let members: Vec<usize> = heads
            .iter()
            .filter(|(_, leader)| **leader == head)
            .map(|(member, _)| *member)
            .collect();
        let product_at = |place: &usize| case.sources.get(*place).map(|source| source.product);
        let is_asked = members
            .iter()
            .filter_map(product_at)
            .any(|product| asked.contains(&product));
        let Some(source) = case.sources.get(head).filter(|_| is_asked) else {
            continue;
        };
        places.extend(members.iter().map(|member| (*member, problems.len())));
        problems.push(Problem {
            product: source.product,
            group: source.group,
            violation: source.state.violation(),
            is_kept: source.state.is_applied(),
            cause: case.cause_of(source),
            siblings: members
                .iter()
                .filter(|member| **member != head)
                .filter_map(product_at)
                .collect(),
            heals: false,
            remedies: Vec::new(),
        });
    }
    places
}

/// For each source with an error the one that tells the cause: itself, or for a sibling the one of its group that failed,
/// first of those that failed in the same way.
fn heads(sources: &[LicenseSource]) -> BTreeMap<usize, usize> {
    let leads = |source: &LicenseSource| {
        source
            .state
            .violation()
            .is_some_and(|violation| violation != Violation::Other)
    };
    let mut heads = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        if source.state.violation().is_none() {
            continue;
        }
        let of_group = || {
            sources
                .iter()
                .enumerate()
                .filter(|(_, other)| other.group == source.group && leads(other))
        };
        let head = if leads(source) {
            None
        } else {
            of_group()
                .find(|(_, other)| other.state.is_applied() == source.state.is_applied())
                .or_else(|| of_group().next())
        };
        heads.insert(place, head.map_or(place, |(head, _)| head));
    }
    heads
}

/// What became of one product.
fn answer(
    case: &Case<'_>,
    product: ProductOrdinal,
    question: Question,
    places: &BTreeMap<usize, usize>,
) -> Option<ProductAnswer> {
    let owned = case.tenant.product(product)?;
    let own: Vec<(usize, &LicenseSource)> = case
        .sources
        .iter()
        .enumerate()
        .filter(|(_, source)| source.product == product)
        .collect();
    let off = own
        .iter()
        .filter(|(_, source)| source.state.is_applied())
        .map(|(_, source)| source.disabled)
        .reduce(|some, more| some & more);
    let off_in_all = own
        .iter()
        .map(|(_, source)| source.disabled)
        .reduce(|some, more| some & more);
    let verdict = match (off, off_in_all) {
        (_, None) => ProductVerdict::NotMeant,
        (None, _) => ProductVerdict::Missing,
        (Some(off), _) if owned.disabled_plans(off).next().is_none() => ProductVerdict::Full,
        _ => ProductVerdict::Partial,
    };
    let sources = own.into_iter().map(|(place, source)| SourceAnswer {
        source: *source,
        paths: paths::of_source(case.tenant, case.user, source),
        ends: source.is_ending.then(|| {
            let days = i64::from(case.tenant.policy().grace_days());
            source.at.plus_days(days)
        }),
        problem: places.get(&place).copied(),
    });
    Some(ProductAnswer {
        product,
        verdict,
        status: case.tenant.seats(product).status(),
        sources: sources.collect(),
        plans: plans(owned, off, off_in_all, question),
    })
}

/// The plans of a product that were asked for; `off` as all applied assignments have it together, `off_in_all` as all
/// assignments have it.
fn plans(
    product: &OwnedProduct,
    off: Option<u128>,
    off_in_all: Option<u128>,
    question: Question,
) -> Vec<ProductPlan> {
    let is_asked = |id: Uuid| match question {
        Question::Plan(asked) => asked == id,
        _ => true,
    };
    (0_u32..)
        .zip(&product.plans)
        .filter(|(_, owned)| !owned.retired && is_asked(owned.plan.id))
        .map(|(place, owned)| {
            let bit = 1_u128.checked_shl(place).unwrap_or(0);
            let status = match (off, off_in_all) {
                (_, None) => PlanStatus::NotMeant,
                (Some(off), _) if off & bit == 0 => PlanStatus::On,
                (_, Some(all)) if all & bit == 0 => PlanStatus::Blocked,
                _ => PlanStatus::SwitchedOff,
            };
            ProductPlan {
                plan: owned.plan.id,
                bit,
                status,
            }
        })
        .collect()
}

/// What became of the plan that was asked for: the best that any product gives.
fn plan_answer(
    tenant: &Tenant,
    products: &[ProductAnswer],
    question: Question,
) -> Option<PlanAnswer> {
    let Question::Plan(plan) = question else {
        return None;
    };
    let statuses = products
        .iter()
        .flat_map(|answer| &answer.plans)
        .map(|plan| plan.status);
    Some(PlanAnswer {
        plan,
        status: statuses.max().unwrap_or(PlanStatus::NotMeant),
        offered_by: tenant
            .products()
            .filter(|(ordinal, product)| tenant.owns(*ordinal) && product.plan_bit(plan).is_some())
            .map(|(ordinal, _)| ordinal)
            .collect(),
    })
}

/// Notes what is not there though no assignment failed: seats that cannot be used, plans switched off, products that
/// nothing gives.
fn add_absences(
    case: &Case<'_>,
    question: Question,
    products: &[ProductAnswer],
    plan: Option<&PlanAnswer>,
    problems: &mut Vec<Problem>,
) {
    let problem = |product, group, cause| Problem {
        product,
        group,
        violation: None,
        is_kept: false,
        cause,
        siblings: Vec::new(),
        heals: false,
        remedies: Vec::new(),
    };
    for answer in products {
        let has = matches!(
            answer.verdict,
            ProductVerdict::Full | ProductVerdict::Partial
        );
        if has && !answer.status.is_assignable() {
            let status = answer.status;
            problems.push(problem(answer.product, None, Cause::Inactive { status }));
        }
    }
    if let Some(PlanAnswer {
        plan,
        status: PlanStatus::SwitchedOff,
        ..
    }) = plan
    {
        for answer in products {
            problems.push(problem(
                answer.product,
                None,
                Cause::SwitchedOff { plan: *plan },
            ));
        }
    }
    let wanted: Option<Vec<ProductOrdinal>> = match question {
        Question::All => None,
        Question::Product(product) => Some(vec![product]),
        Question::Plan(_) => match plan {
            Some(answer) if answer.status == PlanStatus::NotMeant => {
                Some(nearest(case.tenant, &answer.offered_by))
            }
            _ => Some(Vec::new()),
        },
    };
    let is_given = |product: ProductOrdinal| {
        case.sources
            .iter()
            .any(|source| source.product == product || source.instead_of == Some(product))
    };
    let nested = paths::nested_licenses(case.tenant, case.user);
    let above: Vec<&(ProductOrdinal, GroupOrdinal, Path)> = nested
        .iter()
        .filter(|(product, ..)| !is_given(*product))
        .filter(|(product, ..)| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.contains(product))
        })
        .collect();
    for (product, group, path) in &above {
        let path = path.clone();
        problems.push(problem(*product, Some(*group), Cause::OnlyNested { path }));
    }
    for product in wanted.unwrap_or_default() {
        if !is_given(product) && !above.iter().any(|(nested, ..)| *nested == product) {
            problems.push(problem(product, None, Cause::NotMeant));
        }
    }
}

/// The products that are easiest to give: with a free seat first, then with the fewest plans.
fn nearest(tenant: &Tenant, products: &[ProductOrdinal]) -> Vec<ProductOrdinal> {
    let mut products = products.to_vec();
    products.sort_by_key(|ordinal| {
        let plans = tenant.product(*ordinal).map(|product| product.plans.len());
        (tenant.seats(*ordinal).available() == 0, plans, *ordinal)
    });
    products.truncate(MOST_OFFERED);
    products
}

/// Whether an assignment is recorded and not applied.
const fn is_open(source: &LicenseSource) -> bool {
    matches!(source.state, LicenseState::Error(_))
}
