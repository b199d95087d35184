//! Products that a tenant owns: the catalog's products in the tenant's own dense numbering.

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::{
    assignment::{RuleBook, RuleSet},
    catalog::{AppliesTo, Catalog, LicenseBase, MAX_PLANS_PER_PRODUCT, ServicePlan},
    codec,
};

/// The place of a product among those that a tenant ever owned; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct ProductOrdinal(#[n(0)] pub u16);

/// What a subscription says of its product. The catalog's word goes before it where the catalog knows the product.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ProductDefinition {
    /// Graph's `skuId`.
    #[cbor(n(0), with = "codec::guid")]
    pub sku_id: Uuid,
    /// Graph's `skuPartNumber`.
    #[n(1)]
    pub part_number: String,
    /// The name that people know.
    #[n(2)]
    pub name: String,
    /// Whether it is licensed per device and thus never assigned.
    #[n(3)]
    pub per_device: bool,
    /// Service plan ids and names.
    #[n(4)]
    pub plans: Vec<PlanDefinition>,
}

/// A service plan as a [`ProductDefinition`] names it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PlanDefinition {
    /// Graph's `servicePlanId`.
    #[cbor(n(0), with = "codec::guid")]
    pub id: Uuid,
    /// Graph's `servicePlanName`.
    #[n(1)]
    pub name: String,
}

/// A service plan in a product that a tenant owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedPlan {
    /// What the catalog says of it.
    pub plan: ServicePlan,
    /// The catalog no longer has the plan in this product. Its bit in shapes stays taken.
    pub retired: bool,
}

/// A product that a tenant owns or owned.
#[derive(Clone, Debug)]
pub struct OwnedProduct {
    /// Graph's `skuId`.
    pub sku_id: Uuid,
    /// Graph's `skuPartNumber`; not unique.
    pub part_number: String,
    /// The name that people know.
    pub name: String,
    /// Per user or per device.
    pub base: LicenseBase,
    /// Whether users can have it, or the whole company has it.
    pub applies_to: AppliesTo,
    /// Service plans; a plan's place is its bit in [`crate::assignment::Shape::disabled`].
    pub plans: Vec<OwnedPlan>,
    /// For plans that some rule names: place in `plans` and bit in the rule book.
    rule_bits: Vec<(u8, u16)>,
    /// Bits of the plans that give a mailbox.
    mailbox_plans: u128,
    /// Bits of the plans that let their user enroll devices.
    pub(crate) management_plans: u128,
}

/// The service name of plans that give a mailbox.
const MAILBOX_SERVICE: &str = "exchange";

impl OwnedProduct {
    /// A product by its definition, before a catalog was consulted.
    pub fn new(definition: &ProductDefinition) -> Self {
        let plans = definition
            .plans
            .iter()
            .take(MAX_PLANS_PER_PRODUCT)
            .map(|plan| OwnedPlan {
                plan: ServicePlan {
                    id: plan.id,
                    name: plan.name.clone(),
                    display_name: plan.name.clone(),
                    service: String::new(),
                    applies_to: AppliesTo::User,
                    device_management: false,
                    pending_activation: false,
                },
                retired: false,
            });
        Self {
            sku_id: definition.sku_id,
            part_number: definition.part_number.clone(),
            name: definition.name.clone(),
            base: if definition.per_device {
                LicenseBase::Device
            } else {
                LicenseBase::User
            },
            applies_to: AppliesTo::User,
            plans: plans.collect(),
            rule_bits: Vec::new(),
            mailbox_plans: 0,
            management_plans: 0,
        }
    }

    /// The definition that makes this product again: plans in their places, retired ones too.
    pub fn definition(&self) -> ProductDefinition {
        let plan = |owned: &OwnedPlan| PlanDefinition {
            id: owned.plan.id,
            name: owned.plan.name.clone(),
        };
        ProductDefinition {
            sku_id: self.sku_id,
            part_number: self.part_number.clone(),
            name: self.name.clone(),
            per_device: self.base == LicenseBase::Device,
            plans: self.plans.iter().map(plan).collect(),
        }
    }

    /// Takes over what a catalog says: names, flags, new plans at the end (switched on for everybody), vanished plans
    /// retired. A product that the catalog does not know keeps its definition.
    pub fn adopt(&mut self, catalog: &Catalog, rules: &RuleBook) {
        if let Some(product) = catalog.products.get(&self.sku_id) {
            self.part_number.clone_from(&product.part_number);
            self.name.clone_from(&product.name);
            self.base = product.base;
            self.applies_to = product.applies_to;
            for id in &product.plans {
                let is_new = !self.plans.iter().any(|owned| owned.plan.id == *id);
                if is_new
                    && self.plans.len() < MAX_PLANS_PER_PRODUCT
                    && let Some(plan) = catalog.plans.get(id)
                {
                    self.plans.push(OwnedPlan {
                        plan: plan.clone(),
                        retired: false,
                    });
                }
            }
            for owned in &mut self.plans {
                owned.retired = !product.plans.contains(&owned.plan.id);
            }
        }
        for owned in &mut self.plans {
            if let Some(plan) = catalog.plans.get(&owned.plan.id) {
                owned.plan.clone_from(plan);
            }
        }
        self.rule_bits = (0_u8..)
            .zip(&self.plans)
            .filter(|(_, owned)| !owned.retired)
            .filter_map(|(place, owned)| Some((place, rules.bit(owned.plan.id)?)))
            .collect();
        self.mailbox_plans =
            self.user_plans(|plan| plan.service.eq_ignore_ascii_case(MAILBOX_SERVICE));
        self.management_plans = self.user_plans(|plan| plan.device_management);
    }

    /// Bits of the plans of some kind that serve single users.
    fn user_plans(&self, is_wanted: impl Fn(&ServicePlan) -> bool) -> u128 {
        (0_u32..)
            .zip(&self.plans)
            .filter(|(_, owned)| !owned.retired && owned.plan.applies_to == AppliesTo::User)
            .filter(|(_, owned)| is_wanted(&owned.plan))
            .fold(0, |mask, (place, _)| {
                mask | 1_u128.checked_shl(place).unwrap_or(0)
            })
    }

    /// The bit of a plan of this product.
    pub fn plan_bit(&self, plan: Uuid) -> Option<u128> {
        let place = self
            .plans
            .iter()
            .position(|owned| owned.plan.id == plan && !owned.retired)?;
        1_u128.checked_shl(u32::try_from(place).ok()?)
    }

    /// The plans that a mask of disabled plans names.
    pub fn disabled_plans(&self, disabled: u128) -> impl Iterator<Item = &OwnedPlan> {
        self.plans_with_state(disabled)
            .filter(|(_, enabled)| !enabled)
            .map(|(owned, _)| owned)
    }

    /// All plans that are not retired, and whether a mask of disabled plans leaves them on.
    pub fn plans_with_state(&self, disabled: u128) -> impl Iterator<Item = (&OwnedPlan, bool)> {
        (0_u32..)
            .zip(&self.plans)
            .filter(|(_, owned)| !owned.retired)
            .map(move |(place, owned)| (owned, disabled.checked_shr(place).unwrap_or(0) & 1 == 0))
    }

    /// Whether a mask of disabled plans leaves a plan on that gives a mailbox.
    pub const fn enables_mailbox(&self, disabled: u128) -> bool {
        self.mailbox_plans & !disabled != 0
    }

    /// Adds the enabled plans that rules name to a set.
    pub fn add_rule_plans(&self, disabled: u128, set: &mut RuleSet) {
        for (place, bit) in &self.rule_bits {
            if disabled.checked_shr(u32::from(*place)).unwrap_or(0) & 1 == 0 {
                set.insert(*bit);
            }
        }
    }
}
