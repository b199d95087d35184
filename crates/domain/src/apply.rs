//! Events change the state. Nothing is judged here, and nothing can fail: an event that does not fit changes nothing.

use std::sync::Arc;

use crate::{
    assignment::{Holding, RuleBook, Shape, ShapeId},
    directory::Domain,
    event::{Event, Grant, UserSet},
    product::{OwnedProduct, ProductOrdinal},
    tenant::Tenant,
    time::Timestamp,
    user::{PropertyValue, UserHead, UserOrdinal, UserProperty, record},
};

impl Tenant {
    /// Changes the state by what happened.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::TenantCreated { .. }
            | Event::ProfileChanged { .. }
            | Event::DomainAdded { .. }
            | Event::CatalogAdopted { .. } => self.apply_to_directory(event),
            Event::ProductAdded { .. }
            | Event::SubscriptionAdded { .. }
            | Event::QuantityChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Renewed { .. } => {
                self.apply_to_subscriptions(event);
                self.sum_pools();
            }
            Event::UserCreated { .. }
            | Event::UserUpdated { .. }
            | Event::UserDeleted { .. }
            | Event::UserRestored { .. }
            | Event::UserPurged { .. }
            | Event::PasswordChanged { .. } => self.apply_to_users(event),
            Event::LicensesChanged {
                users,
                removed,
                added,
                at,
            } => self.change_licenses(users, removed, added, *at),
            Event::ApplicationAdded { .. }
            | Event::ApplicationRemoved { .. }
            | Event::PermissionsChanged { .. }
            | Event::RoleAssigned { .. }
            | Event::RoleRemoved { .. } => self.apply_to_access(event),
        }
    }

    fn apply_to_directory(&mut self, event: &Event) {
        match event {
            Event::TenantCreated {
                id,
                at,
                profile,
                domain,
            } => {
                self.id = *id;
                self.created = *at;
                self.profile = Arc::new(profile.clone());
                self.domains = Arc::new(vec![Domain {
                    name: domain.clone(),
                    is_initial: true,
                    is_default: true,
                }]);
            }
            Event::ProfileChanged { profile } => self.profile = Arc::new(profile.clone()),
            Event::DomainAdded { domain } => {
                let domains = Arc::make_mut(&mut self.domains);
                if domain.is_default {
                    for other in domains.iter_mut() {
                        other.is_default = false;
                    }
                }
                domains.push(domain.clone());
            }
            Event::CatalogAdopted { digest, catalog } => {
                if let Some(catalog) = catalog.get() {
                    self.adopt_catalog(catalog, *digest);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn adopt_catalog(
        &mut self,
        catalog: &Arc<crate::catalog::Catalog>,
        digest: [u8; 32],
    ) {
        self.catalog = Arc::clone(catalog);
        self.catalog_digest = digest;
        self.rules = Arc::new(RuleBook::new(&catalog.rules));
        for product in Arc::make_mut(&mut self.products) {
            Arc::make_mut(product).adopt(catalog, &self.rules);
        }
    }

    fn apply_to_subscriptions(&mut self, event: &Event) {
        match event {
            Event::ProductAdded {
                product,
                definition,
            } => {
                let mut owned = OwnedProduct::new(definition);
                owned.adopt(&self.catalog, &self.rules);
                Arc::make_mut(&mut self.by_sku_id).insert(definition.sku_id, *product);
                Arc::make_mut(&mut self.products).push(Arc::new(owned));
                self.consumed.push(0);
            }
            Event::SubscriptionAdded { subscription } => {
                Arc::make_mut(&mut self.subscriptions)
                    .insert(subscription.id, subscription.clone());
            }
            Event::QuantityChanged { id, quantity } => {
                if let Some(subscription) = Arc::make_mut(&mut self.subscriptions).get_mut(id) {
                    subscription.quantity = *quantity;
                }
            }
            Event::StatusChanged { id, status, since } => {
                if let Some(subscription) = Arc::make_mut(&mut self.subscriptions).get_mut(id) {
                    subscription.status = *status;
                    subscription.status_since = *since;
                }
            }
            Event::Renewed {
                id,
                ends,
                at,
                renews,
            } => {
                if let Some(subscription) = Arc::make_mut(&mut self.subscriptions).get_mut(id) {
                    if subscription.status != crate::subscription::Status::Enabled {
                        subscription.status = crate::subscription::Status::Enabled;
                        subscription.status_since = *at;
                    }
                    subscription.ends = *ends;
                    subscription.renews = *renews;
                }
            }
            _ => {}
        }
    }

    fn apply_to_users(&mut self, event: &Event) {
        match event {
            Event::UserCreated {
                user: _,
                id,
                at,
                account_enabled,
                user_type,
                usage_location,
                record,
            } => {
                let head = UserHead {
                    account_enabled: *account_enabled,
                    user_type: *user_type,
                    usage_location: *usage_location,
                    created: *at,
                    deleted: None,
                    purged: false,
                };
                self.users
                    .push(*id, head, record.get().map_or(&[], AsRef::as_ref));
            }
            Event::UserUpdated {
                user,
                account_enabled,
                user_type,
                usage_location,
                changed: _,
                record,
            } => {
                if let Some(old) = self.users.view(*user).map(|view| view.head) {
                    let head = UserHead {
                        account_enabled: *account_enabled,
                        user_type: *user_type,
                        usage_location: *usage_location,
                        ..old
                    };
                    self.users
                        .replace(*user, head, record.get().map_or(&[], AsRef::as_ref));
                }
            }
            Event::UserDeleted { user, at } => {
                self.count_seats(*user, false);
                self.change_head(*user, |head| head.deleted = Some(*at));
            }
            Event::UserRestored { user } => {
                self.change_head(*user, |head| head.deleted = None);
                self.count_seats(*user, true);
            }
            Event::UserPurged { user } => {
                if let Some((id, old)) = self.users.view(*user).map(|view| (view.id, view.head)) {
                    let head = UserHead {
                        purged: true,
                        usage_location: None,
                        account_enabled: false,
                        ..old
                    };
                    self.users.replace(*user, head, &[]);
                    self.users.set_holdings(*user, &[]);
                    Arc::make_mut(&mut self.roles).remove(&id);
                }
            }
            Event::PasswordChanged { user, at } => {
                if let Some((head, mut properties)) = self
                    .users
                    .view(*user)
                    .map(|view| (view.head, view.record.properties()))
                {
                    properties.insert(
                        UserProperty::LastPasswordChangeDateTime,
                        PropertyValue::Time(*at),
                    );
                    self.users.replace(*user, head, &record::pack(&properties));
                }
            }
            _ => {}
        }
    }

    fn change_head(&mut self, user: UserOrdinal, change: impl FnOnce(&mut UserHead)) {
        if let Some(mut head) = self.users.view(user).map(|view| view.head) {
            change(&mut head);
            self.users.replace_head(user, head);
        }
    }

    /// Counts the seats of all products that a user holds, in or out.
    fn count_seats(&mut self, user: UserOrdinal, taken: bool) {
        let products: Vec<ProductOrdinal> = self.users.view(user).map_or_else(Vec::new, |view| {
            view.holdings
                .iter()
                .filter_map(|holding| Some(self.shapes.get(holding.shape)?.product))
                .collect()
        });
        for product in products {
            self.count_seat(product, taken);
        }
    }

    pub(crate) fn count_seat(&mut self, product: ProductOrdinal, taken: bool) {
        if let Some(consumed) = self.consumed.get_mut(usize::from(product.0)) {
            *consumed = if taken {
                *consumed + 1
            } else {
                consumed.saturating_sub(1)
            };
        }
    }

    fn change_licenses(
        &mut self,
        users: &UserSet,
        removed: &[ProductOrdinal],
        added: &[Grant],
        at: Timestamp,
    ) {
        let added: Vec<(ProductOrdinal, Holding)> = added
            .iter()
            .map(|grant| {
                let shape = Shape {
                    product: grant.product,
                    source: grant.source,
                    disabled: grant.disabled,
                };
                (grant.product, Holding::new(self.shapes.intern(shape), at))
            })
            .collect();
        let mut holdings = Vec::new();
        for user in users.iter() {
            let Some(view) = self.users.view(user) else {
                continue;
            };
            let counts = view.is_live();
            holdings.clear();
            holdings.extend_from_slice(view.holdings);
            for product in removed {
                if let Ok(place) = self.place_of(&holdings, *product) {
                    holdings.remove(place);
                    if counts {
                        self.count_seat(*product, false);
                    }
                }
            }
            for (product, holding) in &added {
                match self.place_of(&holdings, *product) {
                    Ok(place) => {
                        // A license that is named but stays as it is keeps its time.
                        if let Some(old) = holdings.get_mut(place)
                            && old.shape != holding.shape
                        {
                            *old = *holding;
                        }
                    }
                    Err(place) => {
                        holdings.insert(place, *holding);
                        if counts {
                            self.count_seat(*product, true);
                        }
                    }
                }
            }
            self.users.set_holdings(user, &holdings);
        }
    }

    /// Where a product is among licenses in product order, or where it would go.
    fn place_of(&self, holdings: &[Holding], product: ProductOrdinal) -> Result<usize, usize> {
        let product_of = |shape: ShapeId| self.shapes.get(shape).map(|shape| shape.product);
        holdings.binary_search_by(|holding| product_of(holding.shape).cmp(&Some(product)))
    }

    fn apply_to_access(&mut self, event: &Event) {
        match event {
            Event::ApplicationAdded { application } => {
                Arc::make_mut(&mut self.applications).insert(application.id, application.clone());
            }
            Event::ApplicationRemoved { id } => {
                if let Some(application) = Arc::make_mut(&mut self.applications).remove(id) {
                    Arc::make_mut(&mut self.roles).remove(&application.service_principal_id);
                }
            }
            Event::PermissionsChanged { id, permissions } => {
                if let Some(application) = Arc::make_mut(&mut self.applications).get_mut(id) {
                    application.permissions = permissions.iter().copied().collect();
                }
            }
            Event::RoleAssigned { principal, role } => {
                Arc::make_mut(&mut self.roles)
                    .entry(*principal)
                    .or_default()
                    .insert(*role);
            }
            Event::RoleRemoved { principal, role } => {
                let roles = Arc::make_mut(&mut self.roles);
                if let Some(held) = roles.get_mut(principal) {
                    held.remove(role);
                    if held.is_empty() {
                        roles.remove(principal);
                    }
                }
            }
            _ => {}
        }
    }
}
