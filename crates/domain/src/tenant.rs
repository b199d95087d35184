//! A tenant: everything that one organization's decisions depend on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    access::Role,
    application::Application,
    assignment::{Holding, PlansOff, RuleBook, RuleSet, Shape, ShapeId, Shapes, Source},
    catalog::{Catalog, Rules},
    device::{DeviceSettings, Devices, LimitPolicy, ManagementProducts},
    directory::{Domain, Profile},
    group::{Group, GroupOrdinal, Groups},
    policy::{Approval, Policy},
    product::{OwnedProduct, ProductOrdinal},
    state::{Bits, Lazy},
    subscription::{SeatTotals, Status, Subscription},
    time::Timestamp,
    user::{UserKey, UserOrdinal, UserView, Users},
};

/// The state of one tenant. A clone takes microseconds and shares everything that does not change afterwards.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub(crate) id: Uuid,
    pub(crate) created: Timestamp,
    pub(crate) profile: Arc<Profile>,
    pub(crate) domains: Arc<Vec<Domain>>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) catalog_digest: [u8; 32],
    pub(crate) rules: Arc<RuleBook>,
    pub(crate) products: Arc<Vec<Arc<OwnedProduct>>>,
    pub(crate) by_sku_id: Arc<BTreeMap<Uuid, ProductOrdinal>>,
    pub(crate) subscriptions: Arc<BTreeMap<Uuid, Subscription>>,
    /// Bought seats by product, nothing where every subscription is deleted; follows from `subscriptions`.
    pub(crate) pools: Arc<Vec<Option<SeatTotals>>>,
    /// Live users who have a product from any source, by product.
    pub(crate) holders: Vec<Bits>,
    /// Holders for whom a plan is off, by product.
    pub(crate) plans_off: Vec<Lazy<PlansOff>>,
    /// Live users who have any product.
    pub(crate) licensed: Bits,
    /// Users, deleted ones included, who have a product as their own, by product.
    pub(crate) assigned: Vec<Bits>,
    /// Users who have a license that could not be taken away.
    pub(crate) kept: Bits,
    /// Users who have a license that goes when its grace period is over.
    pub(crate) ending: Bits,
    /// Groups that give or gave a product to anybody, by product.
    pub(crate) givers: Arc<BTreeMap<ProductOrdinal, BTreeSet<GroupOrdinal>>>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) approvals: Arc<Vec<Approval>>,
    pub(crate) groups: Groups,
    pub(crate) users: Users,
    pub(crate) shapes: Shapes,
    /// Products that matter for device management; follows from `products` and `subscriptions`.
    pub(crate) management: Arc<ManagementProducts>,
    /// Users, deleted ones included, whose own licenses of a product leave a plan of device management on, by product.
    pub(crate) own_management: Vec<Bits>,
    /// Live users who are licensed for device management.
    pub(crate) enrollers: Bits,
    pub(crate) devices: Devices,
    pub(crate) device_settings: Arc<DeviceSettings>,
    /// By priority, the default one last.
    pub(crate) limit_policies: Arc<Vec<LimitPolicy>>,
    pub(crate) enrollment_managers: Arc<BTreeSet<UserOrdinal>>,
    pub(crate) applications: Arc<BTreeMap<Uuid, Application>>,
    pub(crate) roles: Arc<BTreeMap<Uuid, BTreeSet<Role>>>,
}

impl Default for Tenant {
    /// The tenant before its first event.
    fn default() -> Self {
        Self {
            id: Uuid::nil(),
            created: Timestamp::default(),
            profile: Arc::default(),
            domains: Arc::default(),
            catalog: Arc::new(Catalog {
                plans: BTreeMap::new(),
                products: BTreeMap::new(),
                rules: Rules::default(),
            }),
            catalog_digest: [0; 32],
            rules: Arc::default(),
            products: Arc::default(),
            by_sku_id: Arc::default(),
            subscriptions: Arc::default(),
            pools: Arc::default(),
            holders: Vec::new(),
            plans_off: Vec::new(),
            licensed: Bits::default(),
            assigned: Vec::new(),
            kept: Bits::default(),
            ending: Bits::default(),
            givers: Arc::default(),
            policy: Arc::default(),
            approvals: Arc::default(),
            groups: Groups::default(),
            users: Users::default(),
            shapes: Shapes::default(),
            management: Arc::default(),
            own_management: Vec::new(),
            enrollers: Bits::default(),
            devices: Devices::default(),
            device_settings: Arc::default(),
            limit_policies: Arc::default(),
            enrollment_managers: Arc::default(),
            applications: Arc::default(),
            roles: Arc::default(),
        }
    }
}

impl Tenant {
    /// The tenant's id; nil before its first event.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// When the tenant was created.
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// Names and defaults.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Verified domains, the initial one first.
    pub fn domains(&self) -> &[Domain] {
        &self.domains
    }

    /// The domain offered for new users.
    pub fn default_domain(&self) -> &str {
        self.domains
            .iter()
            .find(|domain| domain.is_default)
            .or_else(|| self.domains.first())
            .map_or("", |domain| &domain.name)
    }

    /// The catalog that the tenant follows.
    pub const fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// SHA-256 of that catalog's text.
    pub const fn catalog_digest(&self) -> [u8; 32] {
        self.catalog_digest
    }

    /// Products ever owned, by ordinal.
    pub fn products(&self) -> impl Iterator<Item = (ProductOrdinal, &OwnedProduct)> {
        (0_u16..)
            .map(ProductOrdinal)
            .zip(self.products.iter().map(AsRef::as_ref))
    }

    /// A product ever owned.
    pub fn product(&self, ordinal: ProductOrdinal) -> Option<&OwnedProduct> {
        self.products.get(usize::from(ordinal.0)).map(AsRef::as_ref)
    }

    /// The product with an id, if it was ever owned.
    pub fn find_product(&self, sku_id: Uuid) -> Option<ProductOrdinal> {
        self.by_sku_id.get(&sku_id).copied()
    }

    /// All subscriptions ever bought, by id.
    pub fn subscriptions(&self) -> &BTreeMap<Uuid, Subscription> {
        &self.subscriptions
    }

    /// Subscriptions of a product that are not deleted.
    pub fn subscriptions_of(&self, product: ProductOrdinal) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.values().filter(move |subscription| {
            subscription.product == product && subscription.status != Status::Deleted
        })
    }

    /// Whether the tenant has any subscription of a product that is not deleted.
    pub fn owns(&self, product: ProductOrdinal) -> bool {
        self.pool(product).is_some()
    }

    /// Bought and used seats of a product.
    pub fn seats(&self, product: ProductOrdinal) -> SeatTotals {
        let consumed = self.holders(product).map_or(0, Bits::len);
        SeatTotals {
            consumed,
            ..self.pool(product).unwrap_or_default()
        }
    }

    /// Live users who have a product from any source; each takes one seat.
    pub fn holders(&self, product: ProductOrdinal) -> Option<&Bits> {
        self.holders.get(usize::from(product.0))
    }

    /// Users, deleted ones included, who have a product as their own.
    pub fn assigned(&self, product: ProductOrdinal) -> Option<&Bits> {
        self.assigned.get(usize::from(product.0))
    }

    /// Whether a live user has a product from any source.
    pub fn holds(&self, user: UserOrdinal, product: ProductOrdinal) -> bool {
        self.holders(product)
            .is_some_and(|holders| holders.contains(user.0))
    }

    /// Users who have a license that a group gave and that could not be taken away.
    pub const fn kept(&self) -> &Bits {
        &self.kept
    }

    /// Users who have a license that goes when its grace period is over.
    pub const fn ending(&self) -> &Bits {
        &self.ending
    }

    /// The licensing policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Approvals of changes that the guard stopped; old ones may no longer be valid.
    pub fn approvals(&self) -> &[Approval] {
        &self.approvals
    }

    /// All groups.
    pub const fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The live group with an object id.
    pub fn find_group(&self, id: Uuid) -> Option<(GroupOrdinal, &Group)> {
        self.groups.find_id(id).filter(|(_, group)| group.is_live())
    }

    fn pool(&self, product: ProductOrdinal) -> Option<SeatTotals> {
        self.pools.get(usize::from(product.0)).copied().flatten()
    }

    /// Sums up all subscriptions; called whenever one changed, which is seldom.
    pub(crate) fn sum_pools(&mut self) {
        let mut pools: Vec<Option<SeatTotals>> = vec![None; self.products.len()];
        for subscription in self
            .subscriptions
            .values()
            .filter(|bought| bought.status != Status::Deleted)
        {
            if let Some(pool) = pools.get_mut(usize::from(subscription.product.0)) {
                pool.get_or_insert_default()
                    .add(subscription.status, subscription.quantity);
            }
        }
        self.pools = Arc::new(pools);
        self.find_management_products();
    }

    /// All users.
    pub const fn users(&self) -> &Users {
        &self.users
    }

    /// The live user that a caller names.
    pub fn find_user(&self, key: &UserKey) -> Option<UserView<'_>> {
        match key {
            UserKey::Id(id) => self.users.find_id(*id).filter(UserView::is_live),
            UserKey::PrincipalName(name) => self.users.find_principal_name(name),
        }
    }

    /// The shape of a license.
    pub fn shape(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(id)
    }

    /// All shapes that licenses of users' own ever had.
    pub fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter()
    }

    /// A user's own licenses with their products, in product order; see [`Tenant::effective`] for all that it has.
    pub fn licenses<'a>(
        &'a self,
        user: &UserView<'a>,
    ) -> impl Iterator<Item = (Holding, &'a Shape, &'a OwnedProduct)> {
        user.holdings.iter().filter_map(|holding| {
            let shape = self.shapes.get(holding.shape)?;
            Some((*holding, shape, self.product(shape.product)?))
        })
    }

    /// The direct license of a user for a product.
    pub fn direct_license(
        &self,
        user: &UserView<'_>,
        product: ProductOrdinal,
    ) -> Option<(Holding, &Shape)> {
        user.holdings.iter().find_map(|holding| {
            let shape = self.shapes.get(holding.shape)?;
            (shape.product == product && shape.source == Source::Direct)
                .then_some((*holding, shape))
        })
    }

    /// All devices.
    pub const fn devices(&self) -> &Devices {
        &self.devices
    }

    /// How devices are managed.
    pub fn device_settings(&self) -> &DeviceSettings {
        &self.device_settings
    }

    /// Users who are device enrollment managers.
    pub fn enrollment_managers(&self) -> &BTreeSet<UserOrdinal> {
        &self.enrollment_managers
    }

    /// Whether a user is a device enrollment manager.
    pub fn is_enrollment_manager(&self, user: UserOrdinal) -> bool {
        !self.enrollment_managers.is_empty() && self.enrollment_managers.contains(&user)
    }

    /// Applications by object id.
    pub fn applications(&self) -> &BTreeMap<Uuid, Application> {
        &self.applications
    }

    /// The application with a client id.
    pub fn find_application(&self, client_id: Uuid) -> Option<&Application> {
        self.applications
            .values()
            .find(|application| application.client_id == client_id)
    }

    /// Directory roles by user or service principal.
    pub fn role_assignments(&self) -> &BTreeMap<Uuid, BTreeSet<Role>> {
        &self.roles
    }

    /// The directory roles of a user or service principal.
    pub fn roles_of(&self, principal: Uuid) -> impl Iterator<Item = Role> {
        self.roles.get(&principal).into_iter().flatten().copied()
    }

    /// The catalog's rules, compiled.
    pub fn rules(&self) -> &RuleBook {
        &self.rules
    }

    /// The enabled plans of some licenses, each a product with its disabled plans, that rules name.
    pub(crate) fn rule_plans(
        &self,
        licenses: impl Iterator<Item = (ProductOrdinal, u128)>,
    ) -> RuleSet {
        let mut set = RuleSet::default();
        for (product, disabled) in licenses {
            if let Some(product) = self.product(product) {
                product.add_rule_plans(disabled, &mut set);
            }
        }
        set
    }
}
