//! The ticks of a form, and what they ask for.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    assignment::{AssignmentRequest, ProductRequest},
};

use super::holder::Holder;
use crate::view::plans_of;

/// What is ticked.
#[derive(Clone, Debug, Default)]
pub(super) struct Ticks {
    /// Products, each with the plans that are off.
    pub products: BTreeMap<Uuid, BTreeSet<Uuid>>,
    /// The assignments that the form was made from, as a digest.
    seen: String,
    /// Whether only what would change is asked for.
    pub is_preview: bool,
    /// The token of a plan that the guard would stop.
    pub confirmation: Option<String>,
}

impl Ticks {
    /// Those of what is assigned.
    pub fn of(tenant: &Tenant, holder: &Holder<'_>) -> Self {
        Self {
            products: holder.assigned(tenant),
            seen: holder.digest(tenant),
            ..Self::default()
        }
    }

    /// Those of a form: `product` is a product's id, `on` is `{product}:{plan}`, `known` is a product of whose plans
    /// the form had ticks.
    pub fn parse(tenant: &Tenant, body: &[u8]) -> Option<Self> {
        let mut ticks = Self::default();
        let mut on: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                "product" => {
                    ticks
                        .products
                        .insert(Uuid::try_parse(&value).ok()?, BTreeSet::new());
                }
                "on" => {
                    let (product, plan) = value.split_once(':')?;
                    on.insert((Uuid::try_parse(product).ok()?, Uuid::try_parse(plan).ok()?));
                }
                "seen" => ticks.seen = value.into_owned(),
                "step" => ticks.is_preview = value == "preview",
                "confirm" => ticks.confirmation = Some(value.into_owned()),
                _ => {}
            }
        }
        for (sku_id, off) in &mut ticks.products {
            let product = tenant
                .find_product(*sku_id)
                .and_then(|product| tenant.product(product))?;
            let plans = plans_of(product);
            *off = plans
                .map(|plan| plan.id)
                .filter(|plan| !on.contains(&(*sku_id, *plan)))
                .collect();
            // A tick on a product whose services are all off would assign nothing: it means all of them.
            if off.len() == plans_of(product).count() {
                off.clear();
            }
        }
        Some(ticks)
    }

    /// The assignments that the form was made from.
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// Whether somebody else changed the assignments since the form was made.
    pub fn is_stale(&self, tenant: &Tenant, holder: &Holder<'_>) -> bool {
        self.seen != holder.digest(tenant) && self.request(tenant, holder).is_some()
    }

    /// What has to be changed; nothing if all is as it is ticked.
    pub fn request(&self, tenant: &Tenant, holder: &Holder<'_>) -> Option<AssignmentRequest> {
        let now = holder.assigned(tenant);
        let add = self
            .products
            .iter()
            .filter(|(sku_id, off)| now.get(sku_id) != Some(off));
        let add = add.map(|(sku_id, off)| ProductRequest {
            sku_id: *sku_id,
            disabled_plans: off.iter().copied().collect(),
        });
        let remove = now
            .keys()
            .filter(|sku_id| !self.products.contains_key(sku_id));
        let request = AssignmentRequest {
            add: add.collect(),
            remove: remove.copied().collect(),
        };
        (!request.add.is_empty() || !request.remove.is_empty()).then_some(request)
    }
}
