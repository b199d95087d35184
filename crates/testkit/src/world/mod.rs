//! A small world, and commands in it made from four bytes each, so that random sequences meet each other often.

mod devices;
mod events;
mod groups;

pub use events::{EVENT_KINDS, event_kind};

use devices::{FOR_DEVICES, FOR_USERS};

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;
use zetel_domain::{
    Command, Tenant,
    access::{Permission, Role},
    application::ApplicationPatch,
    assignment::{AssignmentRequest, ProductRequest},
    catalog::{AppliesTo, Catalog, LicenseBase, Rules},
    command::NewSubscription,
    directory::Profile,
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{NewUser, PropertyValue, UserKey, UserPatch, UserProperty},
};

/// Users that single commands name.
const USERS: u8 = 8;
/// Products that are bought and assigned.
const PRODUCTS: u8 = 3;

/// How many kinds of commands there are, some of them several times, and from which on they are about devices.
const KINDS: u8 = 66;
const FIRST_ON_DEVICES: u8 = 49;

/// Four catalogs of one world: the second has other names and fewer plans, the third and the fourth have more plans.
/// Products that let users or devices enroll are in all of them.
#[derive(Clone, Debug)]
pub struct World {
    /// The catalogs, each with the digest of its text.
    pub catalogs: [(Arc<Catalog>, [u8; 32]); 4],
}

impl World {
    /// A world; `digest` is how catalogs are digested.
    pub fn new(digest: impl Fn(&str) -> [u8; 32]) -> Self {
        let small = small_catalog();
        let more = with_more_plans(&small);
        let most = with_more_plans(&more);
        let mut catalogs = [small.clone(), small, more, most].map(with_devices);
        let [_, changed, ..] = &mut catalogs;
        for product in changed.products.values_mut() {
            product.name.push_str(" (new)");
            if product.plans.len() > 1 {
                product.plans.pop();
            }
        }
        Self {
            catalogs: catalogs.map(|catalog| {
                let digest = digest(&catalog.to_text());
                (Arc::new(catalog), digest)
            }),
        }
    }

    /// Commands that make the tenant: organization, catalog, users and seats.
    pub fn beginning(&self, tenant_id: Uuid) -> Vec<Command> {
        let mut commands = vec![
            Command::CreateTenant {
                id: Some(tenant_id),
                profile: profile("Contoso"),
                domain: "contoso.example".to_owned(),
            },
            self.adopt(0),
            Command::CreateUsers((0..USERS).map(|number| new_user(number, 0)).collect()),
        ];
        commands.extend((0..PRODUCTS).map(|product| self.buy([12, product, 0, 5])));
        commands
    }

    /// The command that four bytes mean in a tenant: its kind, whom, what, how.
    pub fn command(&self, [kind, who, what, how]: [u8; 4], tenant: &Tenant) -> Command {
        let user = UserKey::Id(user_id(who % USERS));
        let id = user_id(who % USERS);
        let kind = kind % KINDS;
        match kind {
            0 => Command::CreateUsers(vec![new_user(who % USERS, how)]),
            1 => Command::CreateUsers((0..20).map(|more| crowd_user(who % 4, more)).collect()),
            2 | 3 => Command::UpdateUser {
                user,
                patch: patch(what, how),
            },
            4 => Command::DeleteUser { user },
            5 => Command::RestoreUser { id },
            6 => Command::PurgeUser { id },
            7 if how.is_multiple_of(2) => Command::RevokeSessions { user },
            7 => Command::NotePasswordChange { user },
            8..=12 => Command::AssignLicenses {
                user,
                request: self.request(what, how),
            },
            13 => Command::AssignLicensesInBulk {
                users: everybody(tenant),
                request: self.request(what, how),
            },
            14 | 15 => self.buy([kind, who, what, how]),
            16..=19 => subscription_command([kind, who, what, how], tenant),
            20 => Command::Tick,
            21 => self.adopt(usize::from(who) % self.catalogs.len()),
            22 => Command::AddDomain {
                name: format!("d{}.example", who % 4),
                is_default: how.is_multiple_of(2),
            },
            23 => Command::ChangeProfile {
                profile: profile(["Contoso", "Fabrikam", "Łódź"][usize::from(who % 3)]),
            },
            24..=27 => access_command([kind, who, what, how], tenant),
            28..FIRST_ON_DEVICES => self.group_command([kind, who, what, how], tenant),
            _ => self.device_command([kind, who, what, how], tenant),
        }
    }

    fn adopt(&self, which: usize) -> Command {
        let (catalog, digest) = &self.catalogs[which];
        Command::AdoptCatalog {
            catalog: Arc::clone(catalog),
            digest: *digest,
        }
    }

    fn product(&self, number: u8) -> Uuid {
        let ids = self.catalogs[0].0.products.keys();
        ids.copied()
            .filter(|id| ![FOR_USERS, FOR_DEVICES].contains(id))
            .nth(usize::from(number % PRODUCTS))
            .unwrap_or_default()
    }

    fn request(&self, what: u8, how: u8) -> AssignmentRequest {
        let sku_id = self.product(what);
        if how.is_multiple_of(4) {
            return AssignmentRequest {
                add: Vec::new(),
                remove: vec![sku_id],
            };
        }
        let plans = self.catalogs[0].0.products.get(&sku_id);
        let first = plans.and_then(|product| product.plans.first().copied());
        AssignmentRequest {
            add: vec![ProductRequest {
                sku_id,
                disabled_plans: first
                    .filter(|_| how.is_multiple_of(2))
                    .into_iter()
                    .collect(),
            }],
            remove: Vec::new(),
        }
    }

    fn buy(&self, [_, which, channel, quantity]: [u8; 4]) -> Command {
        let channel = match channel % 4 {
            0 => Channel::Card,
            1 => Channel::CloudSolutionProvider {
                partner_tenant_id: Uuid::from_u128(0x77),
            },
            2 => Channel::EnterpriseAgreement,
            _ => Channel::Trial,
        };
        Command::AddSubscription(NewSubscription {
            id: None,
            product: ProductDefinition {
                sku_id: self.product(which),
                part_number: "UNKNOWN".to_owned(),
                name: "Unknown".to_owned(),
                per_device: false,
                plans: Vec::new(),
            },
            channel,
            quantity: u32::from(quantity % 8) + 1,
            term: Term {
                months: [1, 12, 36][usize::from(quantity % 3)],
            },
            renews: quantity.is_multiple_of(2),
            owner_id: (quantity.is_multiple_of(5)).then(|| user_id(0)),
        })
    }
}

const fn user_id(number: u8) -> Uuid {
    Uuid::from_u128(0x3000 + number as u128)
}

/// Three products with their plans out of the built-in catalog, without rules.
fn small_catalog() -> Catalog {
    let builtin = Catalog::builtin();
    let is_plain = |id: &Uuid| {
        let plan = builtin.plans.get(id);
        plan.is_some_and(|plan| plan.applies_to == AppliesTo::User)
    };
    let products: BTreeMap<_, _> = builtin
        .products
        .iter()
        .filter(|(_, product)| product.base == LicenseBase::User)
        .filter(|(_, product)| product.applies_to == AppliesTo::User && product.plans.len() > 2)
        .filter(|(_, product)| product.plans.iter().all(is_plain))
        .take(usize::from(PRODUCTS))
        .map(|(id, product)| (*id, product.clone()))
        .collect();
    let used = |id: &Uuid| products.values().any(|product| product.plans.contains(id));
    let plans = builtin.plans.iter().filter(|(id, _)| used(id));
    Catalog {
        plans: plans.map(|(id, plan)| (*id, plan.clone())).collect(),
        products,
        rules: Rules::default(),
    }
}

/// Gives every product one more plan, which another product has too.
fn with_more_plans(catalog: &Catalog) -> Catalog {
    let mut more = catalog.clone();
    for product in more.products.values_mut() {
        let new = catalog.plans.keys().find(|id| !product.plans.contains(id));
        product.plans.extend(new);
    }
    more
}

/// Adds a product that lets users enroll devices, and a pool of device licenses.
fn with_devices(mut catalog: Catalog) -> Catalog {
    let builtin = Catalog::builtin();
    for (id, product) in [FOR_USERS, FOR_DEVICES]
        .iter()
        .filter_map(|id| builtin.products.get_key_value(id))
    {
        let plans = builtin.plans.iter();
        let used = plans.filter(|(id, _)| product.plans.contains(id));
        catalog
            .plans
            .extend(used.map(|(id, plan)| (*id, plan.clone())));
        catalog.products.insert(*id, product.clone());
    }
    catalog
}

fn profile(name: &str) -> Profile {
    Profile {
        display_name: name.to_owned(),
        default_usage_location: Location::parse("NL"),
        preferred_language: Some("nl".to_owned()),
        technical_notification_mails: vec!["it@contoso.example".to_owned()],
    }
}

fn new_user(number: u8, how: u8) -> NewUser {
    let mut user = named_user(&format!("user{number}"), how);
    user.id = Some(user_id(number));
    user
}

fn crowd_user(crowd: u8, number: u8) -> NewUser {
    named_user(&format!("crowd{crowd}.{number}"), number)
}

fn named_user(name: &str, how: u8) -> NewUser {
    let mut user = NewUser {
        account_enabled: how % 3 != 1,
        usage_location: Location::parse(if how.is_multiple_of(2) { "NL" } else { "US" }),
        properties: [
            (UserProperty::DisplayName, format!("Ünïcode {name}")),
            (UserProperty::MailNickname, name.to_owned()),
            (
                UserProperty::UserPrincipalName,
                format!("{name}@contoso.example"),
            ),
        ]
        .map(|(property, text)| (property, PropertyValue::Text(text)))
        .into(),
        ..NewUser::default()
    };
    if how % 4 == 3 {
        let phones = PropertyValue::Texts(vec!["+31 15 123".to_owned()]);
        user.properties.insert(UserProperty::BusinessPhones, phones);
        user.properties
            .insert(UserProperty::ShowInAddressList, PropertyValue::Flag(false));
    }
    user
}

fn patch(what: u8, how: u8) -> UserPatch {
    let mut patch = UserPatch::default();
    match what % 4 {
        0 => patch.account_enabled = Some(how.is_multiple_of(2)),
        1 => patch.usage_location = Some(Location::parse(["NL", "US", "DE"][usize::from(how % 3)])),
        2 => {
            let city = (!how.is_multiple_of(3)).then(|| PropertyValue::Text(format!("City {how}")));
            patch.properties.insert(UserProperty::City, city);
        }
        _ => {
            let department = PropertyValue::Text(format!("Department {}", how % 5));
            patch
                .properties
                .insert(UserProperty::Department, Some(department));
        }
    }
    patch
}

fn everybody(tenant: &Tenant) -> Vec<UserKey> {
    tenant
        .users()
        .iter()
        .map(|user| UserKey::Id(user.id))
        .collect()
}

fn subscription_command([kind, who, _, how]: [u8; 4], tenant: &Tenant) -> Command {
    let ids: Vec<Uuid> = tenant.subscriptions().keys().copied().collect();
    let id = ids
        .get(usize::from(who) % ids.len().max(1))
        .copied()
        .unwrap_or_default();
    match kind {
        16 => Command::ChangeQuantity {
            id,
            quantity: u32::from(how % 9),
            on_behalf_of_manager: true,
        },
        17 => Command::Reactivate {
            id,
            renews: how.is_multiple_of(2),
        },
        18 => Command::SetRenewal {
            id,
            renews: how.is_multiple_of(2),
        },
        _ => Command::Cancel { id },
    }
}

fn access_command([kind, who, what, how]: [u8; 4], tenant: &Tenant) -> Command {
    let ids: Vec<Uuid> = tenant.applications().keys().copied().collect();
    let id = ids
        .get(usize::from(who) % ids.len().max(1))
        .copied()
        .unwrap_or_default();
    let permissions = || {
        let all = Permission::ALL.iter().copied();
        all.skip(usize::from(what % 8))
            .take(usize::from(how % 4))
            .collect()
    };
    let principal = if how.is_multiple_of(3) {
        let application = tenant.applications().get(&id);
        application.map_or(id, |application| application.service_principal_id)
    } else {
        user_id(who % USERS)
    };
    let first_owner = || {
        let application = tenant.applications().get(&id)?;
        application.owners.first().copied()
    };
    let role = Role::ALL[usize::from(what) % Role::ALL.len()];
    match (kind, how % 4) {
        (24, 0) => Command::RemoveApplication { id },
        (24, 2) => Command::UpdateApplication {
            id,
            patch: ApplicationPatch {
                dormant: Some(what.is_multiple_of(2)),
                properties: [(
                    "notes".to_owned(),
                    what.is_multiple_of(3).then(|| format!("\"{what}\"")),
                )]
                .into(),
                add_owners: (what % 5 == 1)
                    .then(|| user_id(what % USERS))
                    .into_iter()
                    .collect(),
                remove_owners: first_owner()
                    .filter(|_| what % 5 == 2)
                    .into_iter()
                    .collect(),
                ..ApplicationPatch::default()
            },
        },
        (25, 0) => Command::NoteCredentials {
            id,
            added: vec![id],
            removed: Vec::new(),
        },
        (24, _) => Command::AddApplication {
            client_id: None,
            display_name: format!("Application {who}"),
            permissions: permissions(),
            public_client: what.is_multiple_of(2),
            redirect_uris: vec!["https://contoso.example/\"signin\"".to_owned()],
            dormant: how % 4 == 3,
            properties: BTreeMap::new(),
            owners: Vec::new(),
        },
        (25, _) => Command::SetPermissions {
            id,
            permissions: permissions(),
        },
        (26, _) => Command::AssignRole { principal, role },
        _ => {
            // Of somebody who has one, if anybody has.
            let held = tenant.role_assignments().iter();
            let held: Vec<(Uuid, Role)> = held
                .flat_map(|(principal, roles)| roles.iter().map(|role| (*principal, *role)))
                .collect();
            let chosen = held.get(usize::from(what) % held.len().max(1)).copied();
            let (principal, role) = chosen.unwrap_or((principal, role));
            Command::RemoveRole { principal, role }
        }
    }
}
