//! The sets and orders behind the queries, without a server.

use std::{hint::black_box, time::Instant};

use zetel_domain::{
    Tenant,
    state::{Bits, SetExpression},
    user::{Direction, UserProperty},
};

use super::{DEPARTMENT, PREFIXES};
use crate::{
    error::BenchError,
    measure::{Run, open},
    population::{self, EMS_PLANS, MICROSOFT_365_E3, Site},
    report::{Figure, Goal, Unit},
};

/// Questions in a round.
const QUESTIONS: u32 = 200;
/// Users of a page.
const PAGE: usize = 100;

/// The figures of sets.
pub struct Sets {
    first: Figure,
    filter: Figure,
    prefix: Figure,
    page: Figure,
}

impl Sets {
    /// Without samples.
    pub fn new() -> Self {
        let of = |name, goal| Figure::new(name, Unit::Seconds, "", goal);
        Self {
            first: of(
                "the first question for users by name, in process",
                Goal::None,
            ),
            filter: of(
                "users by license, plan, department, group and flag, and their number, in process",
                Goal::AtMost(200e-6),
            ),
            prefix: of(
                "users by the first letters of their names, in process",
                Goal::AtMost(1e-3),
            ),
            page: of(
                "a page of 100 of a department by name, in process",
                Goal::None,
            ),
        }
    }

    /// Measures a tenant.
    pub fn measure(&mut self, run: &Run, site: &Site) -> Result<(), BenchError> {
        let state = population::snapshot(&open(site)?, site.tenant)?;
        let tenant: &Tenant = &state;
        let begun = Instant::now();
        black_box(by_name(tenant, &tenant.users().live().clone())?);
        self.first
            .push(site.users, begun.elapsed().as_secs_f64(), None);
        let group: Bits = tenant.users().live().iter().step_by(10).collect();
        let department = department(tenant)?;
        check(tenant, &group, &department)?;
        for _ in 0..run.rounds {
            let filter = time(|| filter(tenant, &group).map(|users| users.len() as usize))?;
            let mut prefixes = PREFIXES.iter().cycle();
            let prefix = time(|| {
                let prefix = prefixes.next().copied().unwrap_or_default();
                let users = tenant
                    .users()
                    .with_prefix(UserProperty::DisplayName, prefix);
                users.map_or_else(|| Err(no_index()), |users| Ok(users.len() as usize))
            })?;
            let page = time(|| by_name(tenant, &department))?;
            self.filter.push(site.users, filter, None);
            self.prefix.push(site.users, prefix, None);
            self.page.push(site.users, page, None);
        }
        Ok(())
    }

    /// What came out.
    pub fn into_figures(self) -> [Figure; 4] {
        [self.first, self.filter, self.prefix, self.page]
    }
}

/// Seconds per answer.
fn time(mut ask: impl FnMut() -> Result<usize, BenchError>) -> Result<f64, BenchError> {
    let begun = Instant::now();
    for _ in 0..QUESTIONS {
        black_box(ask()?);
    }
    Ok(begun.elapsed().as_secs_f64() / f64::from(QUESTIONS))
}

fn filter(tenant: &Tenant, group: &Bits) -> Result<Bits, BenchError> {
    let [plan, ..] = EMS_PLANS;
    let department = SetExpression::Set(department(tenant)?);
    let plan = tenant.plan_grants(plan).map(|grant| grant.users());
    let plan = plan.reduce(SetExpression::or);
    let product = tenant.find_product(MICROSOFT_365_E3);
    let holders = product.and_then(|product| tenant.holders(product).cloned());
    let sets = [plan, holders.map(Into::into), Some(group.clone().into())];
    let all = sets
        .into_iter()
        .flatten()
        .fold(department, SetExpression::and);
    let disabled = tenant.users().disabled().clone();
    Ok(all.without(disabled.into()).evaluate())
}

fn department(tenant: &Tenant) -> Result<Bits, BenchError> {
    let users = tenant
        .users()
        .with_text(UserProperty::Department, DEPARTMENT);
    users.ok_or_else(no_index)
}

/// The number of users on the first page of a set by name.
fn by_name(tenant: &Tenant, among: &Bits) -> Result<usize, BenchError> {
    let by_name = tenant
        .users()
        .by_name(UserProperty::DisplayName)
        .ok_or_else(no_index)?;
    Ok(by_name.page(among, Direction::Ascending, None, PAGE).len())
}

fn no_index() -> BenchError {
    BenchError::failed("asking for users by a text", "there is no index")
}

/// The sets are what a look at everybody gives.
fn check(tenant: &Tenant, group: &Bits, department: &Bits) -> Result<(), BenchError> {
    let [plan, ..] = EMS_PLANS;
    let has_plan = |user: &_| {
        let mut products = tenant.effective_products(user);
        products.any(|(license, product)| {
            product
                .plan_bit(plan)
                .is_some_and(|bit| license.disabled & bit == 0)
        })
    };
    let users = tenant
        .users()
        .iter()
        .filter(zetel_domain::user::UserView::is_live);
    let there = users.filter(|user| user.record.text(UserProperty::Department) == DEPARTMENT);
    let (mut of_department, mut expected) = (0, 0);
    for user in there {
        of_department += 1;
        let is_in = user.head.account_enabled && group.contains(user.ordinal.0) && has_plan(&user);
        expected += u32::from(is_in);
    }
    let found = filter(tenant, group)?.len();
    if (found, department.len()) == (expected, of_department) {
        return Ok(());
    }
    Err(BenchError::Failed(format!(
        "{found} users were found, {expected} are there"
    )))
}
