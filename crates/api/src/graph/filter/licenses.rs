//! Questions on licenses and their plans.

use zetel_domain::{
    Tenant, catalog::ServicePlan, product::OwnedProduct, subscription::Status, user::UserView,
};
use zetel_query::{Asked, Condition, Test};

use crate::graph::render::license::{License, licenses_of};

/// Which collection of a user is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Items {
    /// `assignedLicenses`
    Licenses,
    /// `assignedPlans`
    Plans,
    /// `provisionedPlans`
    Provisioned,
}

impl Items {
    /// Whether a question holds for a user's collection.
    pub fn holds(self, tenant: &Tenant, user: &UserView<'_>, asked: &Asked) -> bool {
        let licenses = licenses_of(tenant, user);
        match asked {
            Asked::AnyItem(condition) => {
                let fits = |license: License<'_>| self.any_of(condition, &license);
                licenses.into_iter().any(fits)
            }
            Asked::Exists => self.number_of(licenses) > 0,
            Asked::IsSingle => self.number_of(licenses) == 1,
            _ => false,
        }
    }

    fn any_of(self, condition: &Condition<Test>, license: &License<'_>) -> bool {
        let status = license.status();
        match self {
            Self::Licenses => license_fits(condition, license.product),
            Self::Plans | Self::Provisioned => {
                plans_of(license).any(|plan| self.plan_fits(condition, plan, status))
            }
        }
    }

    /// Whether a plan of a product in this state fits, as an item of this collection.
    pub fn plan_fits(
        self,
        condition: &Condition<Test>,
        plan: &ServicePlan,
        status: Status,
    ) -> bool {
        // The items of `provisionedPlans` are services (licensing.md 1.8).
        let is_item = self == Self::Plans || !plan.service.is_empty();
        is_item
            && condition.holds(&|test| match (test.property.name, &test.asked) {
                ("servicePlanId", Asked::Guid(ids)) => ids.contains(&plan.id),
                ("capabilityStatus", Asked::Text(matched)) => matched.fits(Some(status.as_str())),
                ("provisioningStatus", Asked::Text(matched)) => matched.fits(Some("Success")),
                ("service", Asked::Text(matched)) => {
                    matched.fits(Some(plan.service.as_str()).filter(|text| !text.is_empty()))
                }
                _ => false,
            })
    }

    fn number_of<'a>(self, licenses: impl Iterator<Item = License<'a>>) -> usize {
        match self {
            Self::Licenses => licenses.count(),
            Self::Plans => licenses.map(|license| plans_of(&license).count()).sum(),
            Self::Provisioned => licenses
                .map(|license| {
                    let services = plans_of(&license).map(|plan| plan.service.as_str());
                    let services = services.filter(|service| !service.is_empty());
                    services.collect::<std::collections::BTreeSet<_>>().len()
                })
                .sum(),
        }
    }
}

/// The plans of a license that are on.
fn plans_of<'a>(license: &License<'a>) -> impl Iterator<Item = &'a ServicePlan> + use<'a> {
    let plans = license.product.plans_with_state(license.disabled);
    plans.filter_map(|(owned, enabled)| enabled.then_some(&owned.plan))
}

/// Whether a license for a product fits, as an item of `assignedLicenses`.
pub(super) fn license_fits(condition: &Condition<Test>, product: &OwnedProduct) -> bool {
    condition.holds(&|test| {
        matches!(&test.asked, Asked::Guid(ids) if test.property.name == "skuId" && ids.contains(&product.sku_id))
    })
}
