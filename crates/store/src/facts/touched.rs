//! Which facts a batch of events touched.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use uuid::Uuid;
use zetel_domain::{Event, access::Role, product::ProductOrdinal, user::UserOrdinal};

/// The facts whose rows must be written again.
#[derive(Debug, Default)]
pub struct Touched {
    pub tenant: bool,
    pub domains: bool,
    pub all_products: bool,
    pub products: BTreeSet<ProductOrdinal>,
    pub subscriptions: BTreeSet<Uuid>,
    pub created_users: RoaringBitmap,
    pub changed_users: RoaringBitmap,
    pub purged_users: RoaringBitmap,
    /// Users whose license of a product changed, by product.
    pub licenses: BTreeMap<ProductOrdinal, RoaringBitmap>,
    pub applications: BTreeSet<Uuid>,
    pub roles: BTreeSet<(Uuid, Role)>,
    /// Principals who lost all roles when they went.
    pub removed_principals: BTreeSet<Uuid>,
    /// Client ids of applications that came or went.
    pub client_ids: BTreeSet<Uuid>,
}

impl Touched {
    /// Adds what an event touches. `before` is the state before the batch.
    pub fn add(&mut self, event: &Event, before: &zetel_domain::Tenant) {
        match event {
            Event::TenantCreated { .. } => {
                self.tenant = true;
                self.domains = true;
            }
            Event::ProfileChanged { .. } => self.tenant = true,
            Event::DomainAdded { .. } => self.domains = true,
            Event::CatalogAdopted { .. } => {
                self.tenant = true;
                self.all_products = true;
            }
            Event::ProductAdded { product, .. } => {
                self.products.insert(*product);
            }
            Event::SubscriptionAdded { subscription } => {
                self.subscriptions.insert(subscription.id);
            }
            Event::QuantityChanged { id, .. }
            | Event::StatusChanged { id, .. }
            | Event::Renewed { id, .. } => {
                self.subscriptions.insert(*id);
            }
            Event::UserCreated { user, .. } => {
                self.created_users.insert(user.0);
            }
            Event::UserUpdated { user, .. }
            | Event::UserDeleted { user, .. }
            | Event::UserRestored { user }
            | Event::PasswordChanged { user, .. } => {
                self.changed_users.insert(user.0);
            }
            Event::UserPurged { user } => self.add_purged(*user, before),
            Event::LicensesChanged {
                users,
                removed,
                added,
                ..
            } => {
                for product in removed
                    .iter()
                    .copied()
                    .chain(added.iter().map(|grant| grant.product))
                {
                    let holders = self.licenses.entry(product).or_default();
                    holders.extend(users.iter().map(|user| user.0));
                }
            }
            Event::ApplicationAdded { application } => {
                self.applications.insert(application.id);
                self.client_ids.insert(application.client_id);
            }
            Event::PermissionsChanged { id, .. } => {
                self.applications.insert(*id);
            }
            Event::ApplicationRemoved { id } => {
                self.applications.insert(*id);
                if let Some(application) = before.applications().get(id) {
                    self.removed_principals
                        .insert(application.service_principal_id);
                    self.client_ids.insert(application.client_id);
                }
            }
            Event::RoleAssigned { principal, role } | Event::RoleRemoved { principal, role } => {
                self.roles.insert((*principal, *role));
            }
        }
    }

    fn add_purged(&mut self, user: UserOrdinal, before: &zetel_domain::Tenant) {
        self.changed_users.insert(user.0);
        self.purged_users.insert(user.0);
        if let Some(view) = before.users().view(user) {
            self.removed_principals.insert(view.id);
        }
    }
}
