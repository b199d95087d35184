//! What is contradictory in a catalog.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::model::{Catalog, MAX_PLANS_PER_PRODUCT, Product, ProhibitedSubject};

/// A contradiction in a catalog. Such a catalog works, but not as its author may expect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A plan or product is filed under another id than its own.
    #[error("`{name}` has the id {id} but is filed under {filed}")]
    WrongKey {
        /// The plan or product.
        name: String,
        /// Its own id.
        id: Uuid,
        /// The key in the catalog.
        filed: Uuid,
    },
    /// A product lists a plan that the catalog does not know.
    #[error(
        "product `{product}` lists the service plan {plan}, which the catalog does not know; add the plan"
    )]
    UnknownPlan {
        /// Part number of the product.
        product: String,
        /// The unknown plan.
        plan: Uuid,
    },
    /// A product lists a plan twice.
    #[error("product `{product}` lists the service plan {plan} twice; remove one of the two")]
    RepeatedPlan {
        /// Part number of the product.
        product: String,
        /// The plan.
        plan: Uuid,
    },
    /// A product has more than [`MAX_PLANS_PER_PRODUCT`] plans.
    #[error(
        "product `{product}` has {count} service plans; at most {MAX_PLANS_PER_PRODUCT} are possible"
    )]
    TooManyPlans {
        /// Part number of the product.
        product: String,
        /// How many it has.
        count: usize,
    },
    /// A product has two plans that exclude each other, so that nobody can have it whole.
    #[error("product `{product}` has service plans that exclude each other ({exclusion}): {}", plans.join(", "))]
    SelfExclusion {
        /// Part number of the product.
        product: String,
        /// Name of the set.
        exclusion: String,
        /// Names of the plans.
        plans: Vec<String>,
    },
    /// A rule names a plan or product that the catalog does not know.
    #[error("{rule} names {id}, which the catalog does not know; correct the id or add the {kind}")]
    UnknownInRule {
        /// The rule.
        rule: String,
        /// `service plan` or `product`.
        kind: &'static str,
        /// The unknown id.
        id: Uuid,
    },
    /// A rule that names too little to have an effect, or to be met.
    #[error("{rule} names too little: {reason}")]
    EmptyRule {
        /// The rule.
        rule: String,
        /// What follows.
        reason: &'static str,
    },
}

impl Catalog {
    /// Everything in the catalog that contradicts itself; empty for a sound catalog. Rules may name plans that no
    /// product has, if the plans are known.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (filed, plan) in self.plans.iter().filter(|(filed, plan)| **filed != plan.id) {
            problems.push(Problem::WrongKey {
                name: plan.name.clone(),
                id: plan.id,
                filed: *filed,
            });
        }
        for (filed, product) in &self.products {
            if *filed != product.id {
                let name = product.part_number.clone();
                problems.push(Problem::WrongKey {
                    name,
                    id: product.id,
                    filed: *filed,
                });
            }
            self.check_plan_list(product, &mut problems);
            self.check_exclusions(product, &mut problems);
        }
        self.check_rules(&mut problems);
        problems
    }

    fn check_plan_list(&self, product: &Product, problems: &mut Vec<Problem>) {
        let name = || product.part_number.clone();
        let mut seen = BTreeSet::new();
        for plan in &product.plans {
            if !self.plans.contains_key(plan) {
                problems.push(Problem::UnknownPlan {
                    product: name(),
                    plan: *plan,
                });
            }
            if !seen.insert(plan) {
                problems.push(Problem::RepeatedPlan {
                    product: name(),
                    plan: *plan,
                });
            }
        }
        if product.plans.len() > MAX_PLANS_PER_PRODUCT {
            problems.push(Problem::TooManyPlans {
                product: name(),
                count: product.plans.len(),
            });
        }
    }

    fn check_exclusions(&self, product: &Product, problems: &mut Vec<Problem>) {
        let own: BTreeSet<Uuid> = product.plans.iter().copied().collect();
        for exclusion in &self.rules.exclusions {
            let plans: Vec<String> = exclusion
                .plans
                .iter()
                .filter(|id| own.contains(id))
                .map(|id| self.plan_title(*id))
                .collect();
            if plans.len() > 1 {
                let (product, exclusion) = (product.part_number.clone(), exclusion.name.clone());
                problems.push(Problem::SelfExclusion {
                    product,
                    exclusion,
                    plans,
                });
            }
        }
    }

    fn check_rules(&self, problems: &mut Vec<Problem>) {
        for exclusion in &self.rules.exclusions {
            let rule = format!("the exclusion `{}`", exclusion.name);
            self.check_known(&rule, exclusion.plans.iter(), problems);
            if exclusion.plans.len() < 2 {
                problems.push(Problem::EmptyRule {
                    rule,
                    reason: "one plan alone excludes nothing",
                });
            }
        }
        for dependency in &self.rules.dependencies {
            let rule = format!("the dependency of `{}`", self.plan_title(dependency.plan));
            let named = std::iter::once(&dependency.plan).chain(&dependency.requires_any);
            self.check_known(&rule, named, problems);
            if dependency.requires_any.is_empty() {
                problems.push(Problem::EmptyRule {
                    rule,
                    reason: "without a plan to meet it, the plan can never be on",
                });
            }
        }
        for prohibition in &self.rules.prohibited_locations {
            let rule = "a prohibited location".to_owned();
            match prohibition.subject {
                ProhibitedSubject::Plan(id) => {
                    self.check_known(&rule, std::iter::once(&id), problems);
                }
                ProhibitedSubject::Product(id) if !self.products.contains_key(&id) => {
                    problems.push(Problem::UnknownInRule {
                        rule,
                        kind: "product",
                        id,
                    });
                }
                ProhibitedSubject::Product(_) => {}
            }
        }
    }

    fn check_known<'a>(
        &self,
        rule: &str,
        plans: impl Iterator<Item = &'a Uuid>,
        problems: &mut Vec<Problem>,
    ) {
        for id in plans.filter(|id| !self.plans.contains_key(id)) {
            problems.push(Problem::UnknownInRule {
                rule: rule.to_owned(),
                kind: "service plan",
                id: *id,
            });
        }
    }

    /// The plan's name, or its id if the catalog does not know it.
    fn plan_title(&self, id: Uuid) -> String {
        self.plans
            .get(&id)
            .map_or_else(|| id.to_string(), |plan| plan.name.clone())
    }
}
