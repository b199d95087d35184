//! Random worlds: small catalogs and sequences of steps that meet each other often.

use std::{collections::BTreeSet, sync::Arc};

use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;
use zetel_domain::{
    access::Role,
    catalog::{
        AppliesTo, Catalog, Dependency, Exclusion, LicenseBase, Product, ProhibitedSubject,
        Prohibition, ServicePlan,
    },
    location::Location,
    subscription::Channel,
    user::{PropertyValue, UserPatch, UserProperty, UserType},
};

use crate::{device_world::DeviceStep, group_world::GroupStep};

pub const PLANS: u8 = 8;
/// The last product is unknown to most catalogs.
pub const PRODUCTS: u8 = 6;
pub const LOCATIONS: [&str; 3] = ["NL", "US", "DE"];

pub const fn plan_id(number: u8) -> Uuid {
    Uuid::from_u128(0x1000 + number as u128)
}

pub const fn sku_id(number: u8) -> Uuid {
    Uuid::from_u128(0x2000 + number as u128)
}

pub const fn user_id(number: u8) -> Uuid {
    Uuid::from_u128(0x3000 + number as u128)
}

pub const fn subscription_id(number: u8) -> Uuid {
    Uuid::from_u128(0x4000 + number as u128)
}

/// The plans whose bits are set.
pub fn plans_of(mask: u8) -> impl Iterator<Item = Uuid> {
    (0..PLANS)
        .filter(move |number| mask & (1 << number) != 0)
        .map(plan_id)
}

pub fn texts(list: Vec<&str>) -> PropertyValue {
    PropertyValue::Texts(list.into_iter().map(str::to_owned).collect())
}

/// A command in terms of small numbers, made concrete when it is its turn.
#[derive(Clone, Debug)]
pub enum Step {
    Create(Vec<UserSpec>),
    Update(UserRef, UserPatch),
    Delete(UserRef),
    Restore(u8),
    Purge(u8),
    NotePassword(UserRef),
    RevokeSessions(UserRef),
    Assign(UserRef, RequestSpec),
    AssignInBulk(Vec<UserRef>, RequestSpec),
    Buy(PurchaseSpec),
    ChangeQuantity(u8, u32, bool),
    Reactivate(u8, bool),
    SetRenewal(u8, bool),
    Cancel(u8),
    Tick(i64),
    Adopt(usize),
    AddDomain(&'static str, bool),
    ChangeProfile(&'static str),
    CreateTenant,
    /// With a client id; from 4 on one that something else may have.
    AddApplication(Option<u8>, &'static str),
    RemoveApplication(u8),
    /// Its name, whether it is dormant, and its notes.
    UpdateApplication(u8, Option<&'static str>, Option<bool>, Option<u8>),
    /// Somebody becomes an owner, or is one no longer.
    OwnApplication(u8, u8, bool),
    NoteCredentials(u8),
    SetPermissions(u8, u8),
    AssignRole(u8, Role),
    RemoveRole(u8, Role),
    Group(GroupStep),
    Device(DeviceStep),
}

/// A user by id or, in capitals, by name.
#[derive(Clone, Copy, Debug)]
pub enum UserRef {
    Id(u8),
    Name(&'static str),
}

#[derive(Clone, Debug)]
pub struct UserSpec {
    /// From 8 on the id of an application.
    pub id: Option<u8>,
    pub name: &'static str,
    pub account_enabled: bool,
    pub is_guest: bool,
    pub location: Option<&'static str>,
    pub mail: Option<&'static str>,
    pub proxies: Option<Vec<&'static str>>,
    pub has_nickname: bool,
    pub department: Option<String>,
}

#[derive(Clone, Debug)]
pub struct RequestSpec {
    /// Product, plans to switch off, and whether plans of other products may be among them.
    pub add: Vec<(u8, u8, bool)>,
    pub remove: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct PurchaseSpec {
    pub id: Option<u8>,
    pub product: u8,
    /// For a product that the catalog does not know.
    pub plans: u8,
    pub per_device: bool,
    pub channel: Channel,
    pub quantity: u32,
    pub months: u16,
    pub renews: bool,
}

const NAMES: &[&str] = &[
    "ada@contoso.test",
    "bob@contoso.test",
    "Cy@contoso.test",
    "dee@contoso.test",
    "eve@contoso.test",
    "fay@fabrikam.test",
];
const BAD_NAMES: &[&str] = &["nobody", "a b@contoso.test", "ada@elsewhere.test"];
const ADDRESSES: &[&str] = &[
    "shared@contoso.test",
    "Shared@contoso.test",
    "own@contoso.test",
];
const PROXIES: &[&str] = &[
    "SMTP:shared@contoso.test",
    "smtp:other@contoso.test",
    "X500:cn=shared",
];

pub fn user_ref() -> impl Strategy<Value = UserRef> {
    prop_oneof![
        8 => (0_u8..7).prop_map(UserRef::Id),
        1 => select(NAMES).prop_map(UserRef::Name),
    ]
}

pub fn location() -> impl Strategy<Value = Option<&'static str>> {
    option::weighted(0.8, select(&LOCATIONS[..]))
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => select(NAMES), 1 => select(BAD_NAMES)]
}

fn proxies() -> impl Strategy<Value = Option<Vec<&'static str>>> {
    option::weighted(0.15, vec(select(PROXIES), 0..3))
}

fn department() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        12 => Just(None),
        4 => Just(Some("Sales".to_owned())),
        1 => Just(Some(String::new())),
        1 => Just(Some("é".repeat(65))),
        1 => Just(Some("\0".to_owned())),
    ]
}

pub fn user_spec() -> impl Strategy<Value = UserSpec> {
    (
        (
            option::weighted(0.9, prop_oneof![20 => 0_u8..8, 1 => 8_u8..11]),
            name(),
            any::<bool>(),
            any::<bool>(),
            location(),
        ),
        (
            option::weighted(0.4, select(ADDRESSES)),
            proxies(),
            prop::bool::weighted(0.97),
            department(),
        ),
    )
        .prop_map(
            |(
                (id, name, account_enabled, is_guest, location),
                (mail, proxies, has_nickname, department),
            )| {
                UserSpec {
                    id,
                    name,
                    account_enabled,
                    is_guest,
                    location,
                    mail,
                    proxies,
                    has_nickname,
                    department,
                }
            },
        )
}

/// Users to begin with, all well-formed, and a purchase of each product.
pub fn beginning() -> impl Strategy<Value = Vec<Step>> {
    let users = vec(
        (location(), option::weighted(0.4, select(ADDRESSES))),
        NAMES.len() - 1,
    );
    let purchases = vec(purchase_spec(), usize::from(PRODUCTS));
    (users, purchases).prop_map(|(users, purchases)| {
        let mut steps = vec![Step::AddApplication(Some(0), "Sync")];
        for (number, ((location, mail), name)) in (0..).zip(users.into_iter().zip(NAMES)) {
            steps.push(Step::Create(vec![UserSpec {
                id: Some(number),
                name,
                account_enabled: true,
                is_guest: false,
                location,
                mail,
                proxies: None,
                has_nickname: true,
                department: None,
            }]));
        }
        for (number, purchase) in (0..).zip(purchases) {
            let id = Some(number);
            steps.push(Step::Buy(PurchaseSpec {
                id,
                product: number,
                ..purchase
            }));
        }
        steps
    })
}

/// `Some(None)` clears a value.
fn patch() -> impl Strategy<Value = UserPatch> {
    let text = |text: &'static str| PropertyValue::from(text);
    let values = (
        option::weighted(0.3, name().prop_map(move |name| Some(text(name)))),
        option::weighted(0.3, option::of(select(ADDRESSES).prop_map(text))),
        option::weighted(0.15, proxies().prop_map(|list| list.map(texts))),
        option::weighted(0.1, option::of(Just("Somebody").prop_map(text))),
    );
    (
        option::of(any::<bool>()),
        option::weighted(0.2, select(vec![UserType::Member, UserType::Guest])),
        option::weighted(0.4, location()),
        values,
    )
        .prop_map(
            |(account_enabled, user_type, location, (name, mail, proxies, display_name))| {
                let optional = [
                    (UserProperty::UserPrincipalName, name),
                    (UserProperty::Mail, mail),
                    (UserProperty::ProxyAddresses, proxies),
                    (UserProperty::DisplayName, display_name),
                ];
                let present = |(property, value): (_, Option<_>)| Some((property, value?));
                UserPatch {
                    account_enabled,
                    user_type,
                    usage_location: location.map(|location| location.and_then(Location::parse)),
                    properties: optional.into_iter().filter_map(present).collect(),
                }
            },
        )
}

fn mask() -> impl Strategy<Value = u8> {
    prop_oneof![2 => Just(0_u8), 3 => any::<u8>()]
}

pub fn request_spec() -> impl Strategy<Value = RequestSpec> {
    (
        prop_oneof![
            1 => Just(Vec::new()),
            9 => vec((0..PRODUCTS, mask(), prop::bool::weighted(0.05)), 1..3),
        ],
        prop_oneof![3 => Just(Vec::new()), 2 => vec(0..PRODUCTS, 0..3)],
    )
        .prop_map(|(add, remove)| RequestSpec { add, remove })
}

pub fn purchase_spec() -> impl Strategy<Value = PurchaseSpec> {
    let channel = select(vec![
        Channel::EnterpriseAgreement,
        Channel::CloudSolutionProvider {
            partner_tenant_id: Uuid::from_u128(0x77),
        },
        Channel::Card,
        Channel::Invoice,
        Channel::Trial,
    ]);
    (
        (
            option::weighted(0.9, 0_u8..8),
            0..PRODUCTS,
            any::<u8>(),
            prop::bool::weighted(0.2),
        ),
        (
            channel,
            prop_oneof![1 => Just(0_u32), 20 => 1_u32..5],
            prop_oneof![1 => Just(0_u16), 6 => Just(1), 6 => Just(12), 6 => Just(36)],
        ),
        prop::bool::weighted(0.3),
    )
        .prop_map(
            |((id, product, plans, per_device), (channel, quantity, months), renews)| {
                PurchaseSpec {
                    id,
                    product,
                    plans,
                    per_device,
                    channel,
                    quantity,
                    months,
                    renews,
                }
            },
        )
}

fn user_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(user_spec(), 1..3).prop_map(Step::Create),
        4 => (user_ref(), patch()).prop_map(|(user, patch)| Step::Update(user, patch)),
        3 => user_ref().prop_map(Step::Delete),
        3 => (0_u8..8).prop_map(Step::Restore),
        1 => (0_u8..8).prop_map(Step::Purge),
        1 => user_ref().prop_map(Step::NotePassword),
        1 => user_ref().prop_map(Step::RevokeSessions),
    ]
}

fn subscription_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => purchase_spec().prop_map(Step::Buy),
        2 => (0_u8..8, 0_u32..5, any::<bool>()).prop_map(|(id, quantity, manager)| Step::ChangeQuantity(id, quantity, manager)),
        1 => (0_u8..8, any::<bool>()).prop_map(|(id, renews)| Step::Reactivate(id, renews)),
        1 => (0_u8..8, any::<bool>()).prop_map(|(id, renews)| Step::SetRenewal(id, renews)),
        1 => (0_u8..8).prop_map(Step::Cancel),
        3 => prop_oneof![0_i64..5, 0_i64..366].prop_map(Step::Tick),
        2 => (0_usize..3).prop_map(Step::Adopt),
    ]
}

fn other_step() -> impl Strategy<Value = Step> {
    let role = || select(&[Role::GlobalAdministrator, Role::UserAdministrator][..]);
    let domain = select(&["Fabrikam.test", "contoso.test", "-bad.test", "nodots"][..]);
    prop_oneof![
        1 => (domain, any::<bool>()).prop_map(|(name, is_default)| Step::AddDomain(name, is_default)),
        1 => select(&["", "Contoso", "Fabrikam"][..]).prop_map(Step::ChangeProfile),
        1 => Just(Step::CreateTenant),
        2 => (option::of(prop_oneof![4 => 0_u8..2, 1 => 4_u8..15]), select(&["", "Sync"][..])).prop_map(|(client, name)| Step::AddApplication(client, name)),
        1 => (0_u8..2).prop_map(Step::RemoveApplication),
        2 => (0_u8..2, option::of(select(&["", "Mover"][..])), any::<Option<bool>>(), option::of(0_u8..3))
            .prop_map(|(place, name, dormant, notes)| Step::UpdateApplication(place, name, dormant, notes)),
        2 => (0_u8..2, 0_u8..10, any::<bool>())
            .prop_map(|(place, owner, is_added)| Step::OwnApplication(place, owner, is_added)),
        1 => (0_u8..2).prop_map(Step::NoteCredentials),
        1 => (0_u8..2, any::<u8>()).prop_map(|(place, mask)| Step::SetPermissions(place, mask)),
        4 => (0_u8..10, role()).prop_map(|(principal, role)| Step::AssignRole(principal, role)),
        2 => (0_u8..10, role()).prop_map(|(principal, role)| Step::RemoveRole(principal, role)),
    ]
}

/// Steps, each with whether the system itself takes it.
pub fn steps(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(Step, bool)>> {
    let step = prop_oneof![
        4 => user_step(),
        6 => (user_ref(), request_spec()).prop_map(|(user, request)| Step::Assign(user, request)),
        2 => (vec(user_ref(), 0..7), request_spec()).prop_map(|(users, request)| Step::AssignInBulk(users, request)),
        4 => subscription_step(),
        1 => other_step(),
    ];
    vec((step, prop::bool::weighted(0.2)), length)
}

/// A catalog over the common plans and products, now and then without some of them.
pub fn catalog() -> impl Strategy<Value = Arc<Catalog>> {
    let plans = vec(
        (
            prop::bool::weighted(0.3),
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.97),
        ),
        usize::from(PLANS),
    );
    let products = vec(
        (any::<u8>(), 0_u8..8, prop::bool::weighted(0.93)),
        usize::from(PRODUCTS),
    );
    let exclusions = vec(any::<u8>(), 0..3);
    let dependencies = vec((0..PLANS, any::<u8>()), 0..4);
    let prohibitions = vec(
        (0..PLANS + PRODUCTS, vec(select(&LOCATIONS[..]), 1..3)),
        0..3,
    );
    (plans, products, exclusions, dependencies, prohibitions).prop_map(
        |(plans, products, exclusions, dependencies, prohibitions)| {
            let mut catalog = Catalog::default();
            for (number, (has_mailbox, is_company, is_known)) in (0..PLANS).zip(plans) {
                if is_known {
                    let plan = service_plan(number, has_mailbox, is_company);
                    catalog.plans.insert(plan.id, plan);
                }
            }
            for (number, (plans, kind, is_known)) in (0..PRODUCTS).zip(products) {
                if is_known && (number + 1 < PRODUCTS || kind == 7) {
                    let mut product = product(number, plans, kind);
                    product.plans.retain(|id| catalog.plans.contains_key(id));
                    catalog.products.insert(product.id, product);
                }
            }
            catalog.rules.exclusions = exclusions
                .into_iter()
                .map(|mask| Exclusion {
                    name: format!("set {mask}"),
                    plans: plans_of(mask & mask.rotate_left(3)).collect(),
                })
                .collect();
            catalog.rules.dependencies = dependencies
                .into_iter()
                .map(|(plan, mask)| Dependency {
                    plan: plan_id(plan),
                    requires_any: plans_of(mask & mask.rotate_left(3)).collect(),
                })
                .collect();
            catalog.rules.prohibited_locations = prohibitions
                .into_iter()
                .map(|(subject, locations)| prohibition(subject, &locations))
                .collect();
            Arc::new(catalog)
        },
    )
}

fn service_plan(number: u8, has_mailbox: bool, is_company: bool) -> ServicePlan {
    ServicePlan {
        id: plan_id(number),
        name: format!("PLAN_{number}"),
        display_name: format!("Plan {number}"),
        service: if has_mailbox { "exchange" } else { "SCO" }.to_owned(),
        applies_to: if is_company {
            AppliesTo::Company
        } else {
            AppliesTo::User
        },
        device_management: false,
        pending_activation: false,
    }
}

/// One kind in eight is for the whole company, one for devices.
fn product(number: u8, plans: u8, kind: u8) -> Product {
    Product {
        id: sku_id(number),
        part_number: format!("PRODUCT_{number}"),
        name: format!("Product {number}"),
        base: if kind == 0 {
            LicenseBase::Device
        } else {
            LicenseBase::User
        },
        applies_to: if kind == 1 {
            AppliesTo::Company
        } else {
            AppliesTo::User
        },
        plans: plans_of(plans).collect(),
    }
}

fn prohibition(subject: u8, locations: &[&str]) -> Prohibition {
    let code = |name: &&str| -> [u8; 2] { name.as_bytes().try_into().unwrap() };
    Prohibition {
        subject: if subject < PLANS {
            ProhibitedSubject::Plan(plan_id(subject))
        } else {
            ProhibitedSubject::Product(sku_id(subject - PLANS))
        },
        locations: locations.iter().map(code).collect::<BTreeSet<_>>(),
    }
}
