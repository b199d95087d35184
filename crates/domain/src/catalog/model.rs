//! What a catalog holds: service plans, products and plan rules.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// Most service plans that one product may have: the plans which an assignment turns off are a `u128` mask over
/// [`Product::plans`]. Microsoft's largest product had 111 plans in June 2026.
pub const MAX_PLANS_PER_PRODUCT: usize = 128;

/// A country or area as two upper-case ASCII letters (ISO 3166-1 alpha-2), for example `*b"NL"`.
pub type Location = [u8; 2];

/// Products, their service plans and the rules between plans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Every known service plan by its id.
    pub plans: BTreeMap<Uuid, ServicePlan>,
    /// Every known product by its id (Graph's `skuId`).
    pub products: BTreeMap<Uuid, Product>,
    /// What may not, or must, be on together.
    pub rules: Rules,
}

/// One part of a product that can be turned on and off on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePlan {
    /// Graph's `servicePlanId`.
    pub id: Uuid,
    /// Graph's `servicePlanName`, for example `INTUNE_A`. Unique in the built-in catalog; Microsoft's list gives one
    /// name to two plans now and then.
    pub name: String,
    /// The name for people, for example `Microsoft Intune`.
    pub display_name: String,
    /// Graph's `service` of `assignedPlans`, for example `exchange`, `SCO` or `AADPremiumService`. Empty if unknown.
    pub service: String,
    /// Whether the plan is turned on for single users or for the whole tenant.
    pub applies_to: AppliesTo,
    /// The plan lets its user enroll devices for management.
    pub device_management: bool,
    /// Tenants see the plan as `PendingActivation` until an administrator activates its service.
    pub pending_activation: bool,
}

impl ServicePlan {
    /// Whether the plan is Basic Mobility and Security: device management by the service that must be activated first,
    /// which stands back where Intune is licensed (devices-and-sync.md 1.5, number 4).
    pub fn is_basic_mobility(&self) -> bool {
        self.pending_activation
            && !self.device_management
            && self.service.eq_ignore_ascii_case("SCO")
    }
}

/// Whom a plan or product serves: Graph's `appliesTo`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AppliesTo {
    /// Assigned to users.
    #[default]
    User,
    /// For the whole tenant. A product of this kind cannot be assigned to a user; a plan of this kind can be part of a
    /// product that is.
    Company,
}

/// What one seat of a product covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LicenseBase {
    /// A seat is assigned to a user.
    #[default]
    User,
    /// A seat covers a device; it cannot be assigned to a user.
    Device,
}

/// Something that is bought by the seat: Graph's SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Graph's `skuId`: the identity of the product.
    pub id: Uuid,
    /// Graph's `skuPartNumber`, for example `EMS`. **Not unique**: Microsoft gives `MCOPSTN5` to two products.
    pub part_number: String,
    /// The name for people, for example `Enterprise Mobility + Security E3`.
    pub name: String,
    /// Whether a seat is for a user or for a device.
    pub base: LicenseBase,
    /// Whether the product serves single users or the whole tenant.
    pub applies_to: AppliesTo,
    /// The service plans, each once, at most [`MAX_PLANS_PER_PRODUCT`]. The order is stable: imports append and never
    /// sort, because masks of disabled plans count positions in this list.
    pub plans: Vec<Uuid>,
}

/// What may not, or must, be on together. Rules may name plans that no product has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Sets of which at most one plan may be on for a user.
    pub exclusions: Vec<Exclusion>,
    /// Plans that need another plan.
    pub dependencies: Vec<Dependency>,
    /// Plans and products that are forbidden in places.
    pub prohibited_locations: Vec<Prohibition>,
}

/// At most one of these plans may be on for a user. The same plan from several products is no conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The name of the set for people, for example `SharePoint Online`.
    pub name: String,
    /// Ids of the plans.
    pub plans: Vec<Uuid>,
}

/// A plan that is on needs at least one of some others on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Id of the plan that needs another.
    pub plan: Uuid,
    /// Ids of the plans of which one, from any product, is enough.
    pub requires_any: Vec<Uuid>,
}

/// A plan or product that may not be used in some places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prohibition {
    /// What is forbidden.
    pub subject: ProhibitedSubject,
    /// The usage locations in which it is forbidden.
    pub locations: BTreeSet<Location>,
}

/// What a [`Prohibition`] forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProhibitedSubject {
    /// One service plan, in every product.
    Plan(Uuid),
    /// A whole product.
    Product(Uuid),
}

impl Catalog {
    /// All service plans with this name, ASCII letter case ignored, in order of their ids.
    pub fn find_plan_name(&self, name: &str) -> Vec<&ServicePlan> {
        self.plans
            .values()
            .filter(|plan| plan.name.eq_ignore_ascii_case(name))
            .collect()
    }

    /// All products with this part number, ASCII letter case ignored, in order of their ids.
    pub fn find_part_number(&self, part_number: &str) -> Vec<&Product> {
        self.products
            .values()
            .filter(|product| product.part_number.eq_ignore_ascii_case(part_number))
            .collect()
    }
}
