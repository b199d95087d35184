//! A tenant as plain values: what can be observed of it, for comparing two tenants, or a tenant with the model.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant, Timestamp,
    access::{Permission, Role},
    assignment::{LicenseSource, LicenseState},
    catalog::{AppliesTo, LicenseBase},
    directory::Profile,
    group::{Group, GroupDefinition, GroupLicense, GroupOrdinal, GroupState},
    location::Location,
    policy::Policy,
    product::OwnedProduct,
    subscription::{Channel, SeatTotals, Status},
    user::{Properties, UserOrdinal, UserState, UserType, UserView},
};

use crate::device_picture::DevicesPicture;

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
    /// In the order of creation.
    pub groups: Vec<GroupPicture>,
    pub policy: Policy,
    pub devices: DevicesPicture,
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
    /// What the user has through all sources together.
    pub licenses: BTreeMap<Uuid, LicensePicture>,
    /// What Graph's `licenseAssignmentStates` says, sorted.
    pub sources: Vec<SourcePicture>,
    /// Groups of the first level, and since when.
    pub memberships: BTreeMap<Uuid, Timestamp>,
    /// Plans that any license leaves on.
    pub entitlements: BTreeSet<Uuid>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LicensePicture {
    pub disabled: BTreeSet<Uuid>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePicture {
    pub sku_id: Uuid,
    pub group: Option<Uuid>,
    pub state: LicenseState,
    pub disabled: BTreeSet<Uuid>,
    pub at: Timestamp,
    pub instead_of: Option<Uuid>,
    pub is_ending: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GroupPicture {
    pub id: Uuid,
    pub state: GroupState,
    pub created: Timestamp,
    pub deleted: Option<Timestamp>,
    pub definition: GroupDefinition,
    /// Users of the first level, deleted ones included.
    pub members: BTreeSet<Uuid>,
    pub subgroups: BTreeSet<Uuid>,
    pub owners: BTreeSet<Uuid>,
    pub licenses: BTreeMap<Uuid, LicensePicture>,
    pub had_licenses: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationPicture {
    pub client_id: Uuid,
    pub service_principal_id: Uuid,
    pub display_name: String,
    pub permissions: BTreeSet<Permission>,
    pub dormant: bool,
    pub properties: BTreeMap<String, String>,
    pub owners: Vec<Uuid>,
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
            groups: tenant
                .groups()
                .iter()
                .map(|(_, known)| group(tenant, known))
                .collect(),
            policy: tenant.policy().clone(),
            devices: DevicesPicture::of(tenant),
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
    let picture = |(ordinal, owned): (_, &OwnedProduct)| {
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
    for (license, product) in tenant.effective_products(view) {
        let disabled = plan_ids(product, license.disabled);
        let all = product.plans_with_state(0).map(|(owned, _)| owned.plan.id);
        entitlements.extend(all.filter(|plan| !disabled.contains(plan)));
        let at = license.at;
        let twice = licenses.insert(product.sku_id, LicensePicture { disabled, at });
        assert_eq!(twice, None, "one effective license per product");
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
        sources: sources(tenant, view),
        memberships: view
            .memberships
            .iter()
            .map(|membership| (group_id(tenant, membership.group), membership.joined()))
            .collect(),
        entitlements,
    }
}

fn sources(tenant: &Tenant, view: &UserView<'_>) -> Vec<SourcePicture> {
    let sku_id = |product| tenant.product(product).unwrap().sku_id;
    let picture = |source: &LicenseSource| SourcePicture {
        sku_id: sku_id(source.product),
        group: source.group.map(|group| group_id(tenant, group)),
        state: source.state,
        disabled: plan_ids(tenant.product(source.product).unwrap(), source.disabled),
        at: source.at,
        instead_of: source.instead_of.map(sku_id),
        is_ending: source.is_ending,
    };
    let mut sources: Vec<SourcePicture> = tenant.sources(view).iter().map(picture).collect();
    sources.sort();
    sources
}

fn plan_ids(product: &OwnedProduct, disabled: u128) -> BTreeSet<Uuid> {
    let disabled = product.disabled_plans(disabled);
    disabled.map(|owned| owned.plan.id).collect()
}

fn group_id(tenant: &Tenant, group: GroupOrdinal) -> Uuid {
    tenant.groups().get(group).unwrap().id
}

fn group(tenant: &Tenant, known: &Group) -> GroupPicture {
    let user_id = |user: u32| tenant.users().view(UserOrdinal(user)).unwrap().id;
    let license = |license: &GroupLicense| {
        let product = tenant.product(license.product).unwrap();
        let (disabled, at) = (plan_ids(product, license.disabled), license.at);
        (product.sku_id, LicensePicture { disabled, at })
    };
    GroupPicture {
        id: known.id,
        state: known.state(),
        created: known.created,
        deleted: known.deleted,
        definition: known.definition.as_ref().clone(),
        members: known.members.iter().map(user_id).collect(),
        subgroups: known
            .subgroups
            .iter()
            .map(|group| group_id(tenant, *group))
            .collect(),
        owners: known.owners.iter().map(|user| user_id(user.0)).collect(),
        licenses: known.licenses.iter().map(license).collect(),
        had_licenses: known.had_licenses,
    }
}

fn applications(tenant: &Tenant) -> BTreeMap<Uuid, ApplicationPicture> {
    let picture = |application: &zetel_domain::application::Application| ApplicationPicture {
        client_id: application.client_id,
        service_principal_id: application.service_principal_id,
        display_name: application.display_name.clone(),
        permissions: application.permissions.clone(),
        dormant: application.dormant,
        properties: application.properties.clone(),
        owners: application.owners.clone(),
    };
    tenant
        .applications()
        .iter()
        .map(|(id, application)| (*id, picture(application)))
        .collect()
}

/// Asserts that two pictures are the same, and otherwise shows what is not, with ids made short.
pub fn assert_same(real: &Picture, model: &Picture, command: &Command) {
    let mut differences = String::new();
    let mut compare = |name: &str, real: String, model: String| {
        if real != model {
            let text = format!("{name}\n   is {real}\n  not {model}\n");
            differences += &text.replace("00000000-0000-0000-0000-00000000", "");
        }
    };
    for (real, model) in real.users.iter().zip(&model.users) {
        let id = real.id;
        let lines = |user: &UserPicture| -> String {
            let sources = user
                .sources
                .iter()
                .map(|source| format!("\n      {source:?}"));
            sources.collect()
        };
        compare(&format!("sources of {id}"), lines(real), lines(model));
        let rest = |user: &UserPicture| format!("{user:?}");
        if real.sources == model.sources {
            compare("a user", rest(real), rest(model));
        }
    }
    for (real, model) in real.groups.iter().zip(&model.groups) {
        compare("a group", format!("{real:?}"), format!("{model:?}"));
    }
    for (real, model) in real.products.values().zip(model.products.values()) {
        compare("a product", format!("{real:?}"), format!("{model:?}"));
    }
    let devices = |picture: &Picture| format!("{:#?}", picture.devices);
    compare("devices", devices(real), devices(model));
    assert!(differences.is_empty(), "after {command:?}:\n{differences}");
    assert_eq!(real, model, "{command:?}");
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
