//! Decisions about the organization itself.

use std::sync::Arc;

use uuid::Uuid;

use super::{Context, Outcome, Plan, consequences::Work};
use crate::{
    catalog::Catalog,
    directory::{Domain, Profile, is_domain_name},
    event::{Apart, Event},
    product::OwnedProduct,
    rejection::Rejection,
    tenant::Tenant,
};

fn check_domain(name: &str) -> Result<String, Rejection> {
    if is_domain_name(name) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(Rejection::InvalidDomain {
            domain: name.to_owned(),
        })
    }
}

fn check_profile(profile: &Profile) -> Result<(), Rejection> {
    if profile.display_name.is_empty() {
        Err(Rejection::RequiredPropertyMissing {
            name: "displayName",
        })
    } else {
        Ok(())
    }
}

pub fn create(
    id: Option<Uuid>,
    profile: &Profile,
    domain: &str,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    check_profile(profile)?;
    let domain = check_domain(domain)?;
    let id = id.unwrap_or_else(|| (context.new_id)());
    let event = Event::TenantCreated {
        id,
        at: context.now,
        profile: profile.clone(),
        domain,
    };
    Ok(Plan {
        events: vec![event],
        outcome: Outcome::Created(id),
    })
}

pub fn change_profile(tenant: &Tenant, profile: &Profile) -> Result<Plan, Rejection> {
    check_profile(profile)?;
    if tenant.profile() == profile {
        return Ok(Plan::default());
    }
    Ok(Plan::of(vec![Event::ProfileChanged {
        profile: profile.clone(),
    }]))
}

pub fn add_domain(tenant: &Tenant, name: &str, is_default: bool) -> Result<Plan, Rejection> {
    let name = check_domain(name)?;
    if tenant.domains().iter().any(|domain| domain.name == name) {
        return Err(Rejection::DomainExists { domain: name });
    }
    Ok(Plan::of(vec![Event::DomainAdded {
        domain: Domain {
            name,
            is_initial: false,
            is_default,
        },
    }]))
}

/// Whether a catalog lacks what an older one says of a product or of its plans, retired ones included.
fn forgets(old: &Catalog, new: &Catalog, owned: &OwnedProduct) -> bool {
    let is_product_lost =
        old.products.contains_key(&owned.sku_id) && !new.products.contains_key(&owned.sku_id);
    let is_plan_lost = |id| old.plans.contains_key(id) && !new.plans.contains_key(id);
    is_product_lost || owned.plans.iter().any(|plan| is_plan_lost(&plan.plan.id))
}

pub fn adopt_catalog(
    tenant: &Tenant,
    catalog: &Arc<Catalog>,
    digest: [u8; 32],
    context: &Context<'_>,
) -> Result<Plan, Rejection> {
    // Of a product and its plans only ids and names are kept as facts, the rest is read from the catalog at each start.
    let forgotten = tenant
        .products()
        .filter(|(_, owned)| forgets(tenant.catalog(), catalog, owned))
        .map(|(_, owned)| owned.sku_id)
        .min();
    if let Some(sku_id) = forgotten {
        return Err(Rejection::CatalogForgets { sku_id });
    }
    // Bits of retired plans stay taken, so a product can run out of them although its new list is short enough.
    let crowded = tenant.products().find(|(_, owned)| {
        catalog.products.get(&owned.sku_id).is_some_and(|product| {
            let new = product
                .plans
                .iter()
                .filter(|id| !owned.plans.iter().any(|plan| plan.plan.id == **id))
                .count();
            owned.plans.len() + new > crate::catalog::MAX_PLANS_PER_PRODUCT
        })
    });
    if let Some((_, owned)) = crowded {
        return Err(Rejection::TooManyPlans {
            sku_id: owned.sku_id,
        });
    }
    if tenant.catalog_digest() == digest {
        return Ok(Plan::default());
    }
    let mut work = Work::new(tenant, context);
    work.record(Event::CatalogAdopted {
        digest,
        catalog: Apart::Here(Arc::clone(catalog)),
    });
    if tenant.policy().switches_new_plans_off() {
        switch_new_plans_off(tenant, &mut work);
    }
    Ok(work.finish().into())
}

/// Switches plans off that a new catalog added to products, in all assignments that there are.
fn switch_new_plans_off(tenant: &Tenant, work: &mut Work<'_>) {
    for (product, owned) in tenant.products() {
        let known = owned.plans.len();
        let added = work
            .state
            .product(product)
            .map_or(known, |after| after.plans.len());
        let plans = (known..added)
            .filter_map(|place| 1_u128.checked_shl(u32::try_from(place).ok()?))
            .fold(0, |mask, bit| mask | bit);
        if plans != 0 {
            work.record(Event::PlansSwitchedOff { product, plans });
        }
    }
}
