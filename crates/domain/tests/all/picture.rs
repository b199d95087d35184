//! A tenant as plain values: what can be observed of it, for comparing two tenants, or a tenant with the model.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    access::{Permission, Role},
    catalog::{AppliesTo, LicenseBase},
    directory::Profile,
    location::Location,
    subscription::{Channel, SeatTotals, Status},
    user::{Properties, UserState, UserType, UserView},
};

/// A whole tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub id: Uuid,
    pub created: Timestamp,
    pub profile: Profile,
    /// Name, whether it is the initial one, whether it is the default.
    pub domains: Vec<(String, bool, bool)>,
    pub products: BTreeMap<Uuid, ProductPicture>,
    pub subscriptions: BTreeMap<Uuid, SubscriptionPicture>,
    /// In the order of creation.
    pub users: Vec<UserPicture>,
    pub applications: BTreeMap<Uuid, ApplicationPicture>,
    pub roles: BTreeMap<Uuid, BTreeSet<Role>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ProductPicture {
    pub is_device: bool,
    pub is_company: bool,
    pub is_owned: bool,
    pub plans: BTreeSet<Uuid>,
    pub seats: SeatTotals,
    pub status: Status,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionPicture {
    pub sku_id: Uuid,
    pub channel: Channel,
    pub quantity: u32,
    pub months: u16,
    pub renews: bool,
    pub created: Timestamp,
    pub ends: Timestamp,
    pub status: Status,
    pub since: Timestamp,
    pub next_change: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct UserPicture {
    pub id: Uuid,
    pub state: UserState,
    pub account_enabled: bool,
    pub user_type: UserType,
    pub usage_location: Option<Location>,
    pub created: Timestamp,
    pub deleted: Option<Timestamp>,
    pub properties: Properties,
    pub licenses: BTreeMap<Uuid, LicensePicture>,
    /// Plans that any license leaves on.
    pub entitlements: BTreeSet<Uuid>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LicensePicture {
    pub disabled: BTreeSet<Uuid>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationPicture {
    pub client_id: Uuid,
    pub service_principal_id: Uuid,
    pub display_name: String,
    pub permissions: BTreeSet<Permission>,
}

impl Picture {
    pub fn of(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id(),
            created: tenant.created(),
            profile: tenant.profile().clone(),
            domains: tenant
                .domains()
                .iter()
                .map(|domain| (domain.name.clone(), domain.is_initial, domain.is_default))
                .collect(),
            products: products(tenant),
            subscriptions: subscriptions(tenant),
            users: tenant
                .users()
                .iter()
                .map(|view| user(tenant, &view))
                .collect(),
            applications: applications(tenant),
            roles: tenant.role_assignments().clone(),
        }
    }

    pub fn live_users(&self) -> impl Iterator<Item = &UserPicture> {
        self.users
            .iter()
            .filter(|user| user.state == UserState::Live)
    }
}

fn products(tenant: &Tenant) -> BTreeMap<Uuid, ProductPicture> {
    let picture = |(ordinal, owned): (_, &zetel_domain::product::OwnedProduct)| {
        let seats = tenant.seats(ordinal);
        let picture = ProductPicture {
            is_device: owned.base == LicenseBase::Device,
            is_company: owned.applies_to == AppliesTo::Company,
            is_owned: tenant.owns(ordinal),
            plans: owned
                .plans_with_state(0)
                .map(|(plan, _)| plan.plan.id)
                .collect(),
            seats,
            status: seats.status(),
        };
        assert_eq!(tenant.find_product(owned.sku_id), Some(ordinal));
        (owned.sku_id, picture)
    };
    tenant.products().map(picture).collect()
}

fn subscriptions(tenant: &Tenant) -> BTreeMap<Uuid, SubscriptionPicture> {
    let picture = |subscription: &zetel_domain::subscription::Subscription| SubscriptionPicture {
        sku_id: tenant.product(subscription.product).unwrap().sku_id,
        channel: subscription.channel,
        quantity: subscription.quantity,
        months: subscription.term.months,
        renews: subscription.renews,
        created: subscription.created,
        ends: subscription.ends,
        status: subscription.status,
        since: subscription.status_since,
        next_change: subscription.next_change().map(|(at, _)| at),
    };
    tenant
        .subscriptions()
        .iter()
        .map(|(id, subscription)| (*id, picture(subscription)))
        .collect()
}

fn user(tenant: &Tenant, view: &UserView<'_>) -> UserPicture {
    let mut licenses = BTreeMap::new();
    let mut entitlements = BTreeSet::new();
    for (holding, shape, product) in tenant.licenses(view) {
        let mut disabled = BTreeSet::new();
        for (plan, enabled) in product.plans_with_state(shape.disabled) {
            if enabled {
                entitlements.insert(plan.plan.id);
            } else {
                disabled.insert(plan.plan.id);
            }
        }
        let license = LicensePicture {
            disabled,
            at: holding.at(),
        };
        let twice = licenses.insert(product.sku_id, license);
        assert_eq!(twice, None, "one license per product");
    }
    UserPicture {
        id: view.id,
        state: view.head.state(),
        account_enabled: view.head.account_enabled,
        user_type: view.head.user_type,
        usage_location: view.head.usage_location,
        created: view.head.created,
        deleted: view.head.deleted,
        properties: view.record.properties(),
        licenses,
        entitlements,
    }
}

fn applications(tenant: &Tenant) -> BTreeMap<Uuid, ApplicationPicture> {
    let picture = |application: &zetel_domain::application::Application| ApplicationPicture {
        client_id: application.client_id,
        service_principal_id: application.service_principal_id,
        display_name: application.display_name.clone(),
        permissions: application.permissions.clone(),
    };
    tenant
        .applications()
        .iter()
        .map(|(id, application)| (*id, picture(application)))
        .collect()
}

/// Asserts that the indexes of a tenant find exactly the users that its picture shows, for every id, name and address
/// that any of its users has or that is given besides.
pub fn assert_indexes(tenant: &Tenant, picture: &Picture, probes: &[&str]) {
    use zetel_domain::user::{PropertyValue, UserProperty};
    let text = |user: &UserPicture, property| match user.properties.get(&property) {
        Some(PropertyValue::Text(text)) => Some(text.to_ascii_lowercase()),
        _ => None,
    };
    let addresses = |user: &UserPicture| {
        let mut all: BTreeSet<String> = text(user, UserProperty::Mail).into_iter().collect();
        if let Some(PropertyValue::Texts(proxies)) =
            user.properties.get(&UserProperty::ProxyAddresses)
        {
            all.extend(proxies.iter().filter_map(|proxy| {
                let lower = proxy.to_ascii_lowercase();
                lower.strip_prefix("smtp:").map(str::to_owned)
            }));
        }
        all
    };
    let mut texts: BTreeSet<String> = probes.iter().map(|probe| (*probe).to_owned()).collect();
    for user in &picture.users {
        texts.extend(text(user, UserProperty::UserPrincipalName));
        texts.extend(addresses(user));
        let known = picture
            .users
            .iter()
            .any(|other| other.id == user.id && other.state != UserState::Purged);
        let found = tenant.users().find_id(user.id);
        assert_eq!(found.is_some(), known, "by id {}", user.id);
        assert!(found.is_none_or(|found| found.id == user.id));
        assert!(tenant.users().has_id(user.id), "an id is never free again");
    }
    for probe in &texts {
        let by_name: Vec<Uuid> = picture
            .live_users()
            .filter(|user| text(user, UserProperty::UserPrincipalName).as_ref() == Some(probe))
            .map(|user| user.id)
            .collect();
        assert!(by_name.len() < 2, "{probe} is one user's name");
        let found = tenant
            .users()
            .find_principal_name(&probe.to_ascii_uppercase());
        assert_eq!(
            found.map(|user| user.id),
            by_name.first().copied(),
            "by name {probe}"
        );
        let mut by_address: Vec<Uuid> = picture
            .live_users()
            .filter(|user| addresses(user).contains(probe))
            .map(|user| user.id)
            .collect();
        let mut found: Vec<Uuid> = tenant
            .users()
            .find_address(&probe.to_ascii_uppercase())
            .map(|user| user.id)
            .collect();
        by_address.sort();
        found.sort();
        assert_eq!(found, by_address, "by address {probe}");
    }
    assert_eq!(
        tenant.users().live_count() as usize,
        picture.live_users().count()
    );
    assert_eq!(tenant.users().len() as usize, picture.users.len());
}
