//! Building a tenant from its stored facts instead of its events.

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    access::Role,
    application::Application,
    assignment::{Holding, Shape, Source},
    catalog::Catalog,
    directory::{Domain, Profile},
    product::{ProductDefinition, ProductOrdinal},
    subscription::Subscription,
    tenant::Tenant,
    time::Timestamp,
    user::{UserHead, UserOrdinal, UserState},
};

/// Takes stored facts in the order organization, domains, products, subscriptions, users, licenses, the rest, and
/// makes the tenant that replaying its events would make.
#[derive(Debug, Default)]
pub struct TenantBuilder {
    tenant: Tenant,
    /// Licenses of the user being read.
    user: Option<UserOrdinal>,
    /// Whether that user's licenses take seats.
    takes_seats: bool,
    holdings: Vec<Holding>,
}

impl TenantBuilder {
    /// The organization and the catalog that it follows.
    pub fn organization(
        &mut self,
        id: Uuid,
        created: Timestamp,
        profile: Profile,
        catalog: &Arc<Catalog>,
        catalog_digest: [u8; 32],
    ) {
        self.tenant.id = id;
        self.tenant.created = created;
        self.tenant.profile = Arc::new(profile);
        self.tenant.adopt_catalog(catalog, catalog_digest);
    }

    /// The next domain.
    pub fn domain(&mut self, domain: Domain) {
        Arc::make_mut(&mut self.tenant.domains).push(domain);
    }

    /// The next product in the order of ordinals.
    pub fn product(&mut self, definition: &ProductDefinition) {
        let ordinal = ProductOrdinal(u16::try_from(self.tenant.products.len()).unwrap_or(u16::MAX));
        let event = crate::Event::ProductAdded {
            product: ordinal,
            definition: definition.clone(),
        };
        self.tenant.apply(&event);
    }

    /// A subscription.
    pub fn subscription(&mut self, subscription: Subscription) {
        Arc::make_mut(&mut self.tenant.subscriptions).insert(subscription.id, subscription);
    }

    /// The next user in the order of ordinals, with its packed property values.
    pub fn user(&mut self, id: Uuid, head: UserHead, record: &[u8]) {
        self.tenant.users.push(id, head, record);
    }

    /// A license, in the order of users and then of products.
    pub fn license(
        &mut self,
        user: UserOrdinal,
        product: ProductOrdinal,
        disabled: u128,
        at: Timestamp,
    ) {
        if self.user != Some(user) {
            self.flush();
            self.user = Some(user);
            let view = self.tenant.users.view(user);
            self.takes_seats = view.is_some_and(|view| view.head.state() == UserState::Live);
        }
        let shape = Shape {
            product,
            source: Source::Direct,
            disabled,
        };
        let holding = Holding::new(self.tenant.shapes.intern(shape), at);
        self.holdings.push(holding);
        if self.takes_seats {
            self.tenant.count_seat(product, true);
        }
    }

    fn flush(&mut self) {
        if let Some(user) = self.user.take() {
            self.tenant.users.set_holdings(user, &self.holdings);
            self.holdings.clear();
        }
    }

    /// An application.
    pub fn application(&mut self, application: Application) {
        Arc::make_mut(&mut self.tenant.applications).insert(application.id, application);
    }

    /// A role of a user or service principal.
    pub fn role(&mut self, principal: Uuid, role: Role) {
        Arc::make_mut(&mut self.tenant.roles)
            .entry(principal)
            .or_default()
            .insert(role);
    }

    /// How many products and users there are so far; the next ones must have these ordinals.
    pub fn lengths(&self) -> (usize, u32) {
        (self.tenant.products.len(), self.tenant.users.len())
    }

    /// The tenant.
    pub fn finish(mut self) -> Tenant {
        self.flush();
        self.tenant.sum_pools();
        self.tenant
    }
}
