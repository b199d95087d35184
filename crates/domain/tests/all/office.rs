//! A small organization for examples: two office suites that exclude each other, an add-on that needs either, a device
//! product and one for the whole company.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Outcome, Rejection, Tenant, Timestamp,
    access::Role,
    assignment::{AssignmentRequest, ProductRequest},
    catalog::{
        AppliesTo, Catalog, Dependency, Exclusion, LicenseBase, Product, ProhibitedSubject,
        Prohibition, ServicePlan,
    },
    command::NewSubscription,
    decide,
    directory::Profile,
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, SeatTotals, Status, Subscription, Term},
    user::{NewUser, UserKey, UserPatch, UserProperty},
};

use crate::picture::{Picture, UserPicture};

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

// Plans.
pub const SHAREPOINT_1: Uuid = id(0x101);
pub const SHAREPOINT_2: Uuid = id(0x102);
pub const EXCHANGE: Uuid = id(0x103);
pub const OFFICE_WEB: Uuid = id(0x104);
pub const TEAMS: Uuid = id(0x105);
pub const PHONE: Uuid = id(0x106);
pub const INTUNE: Uuid = id(0x107);

// Products.
pub const SUITE_1: Uuid = id(0x201);
pub const SUITE_3: Uuid = id(0x202);
pub const PHONE_SYSTEM: Uuid = id(0x203);
pub const INTUNE_DEVICE: Uuid = id(0x204);
pub const COMPANY_WIDE: Uuid = id(0x205);
pub const INTUNE_USER: Uuid = id(0x206);
pub const UNKNOWN: Uuid = id(0x2ff);

/// 31 January 2026.
pub const START: Timestamp = Timestamp(1_769_817_600);

/// What the organization buys by default.
pub const AGREEMENT: Channel = Channel::EnterpriseAgreement;

fn plan(id: Uuid, service: &str) -> (Uuid, ServicePlan) {
    let plan = ServicePlan {
        id,
        name: format!("PLAN_{id}"),
        display_name: format!("Plan {id}"),
        service: service.to_owned(),
        applies_to: AppliesTo::User,
        device_management: false,
        pending_activation: false,
    };
    (id, plan)
}

pub fn product(
    id: Uuid,
    base: LicenseBase,
    applies_to: AppliesTo,
    plans: &[Uuid],
) -> (Uuid, Product) {
    let product = Product {
        id,
        part_number: format!("PRODUCT_{id}"),
        name: format!("Product {id}"),
        base,
        applies_to,
        plans: plans.to_vec(),
    };
    (id, product)
}

fn prohibited(subject: ProhibitedSubject, location: [u8; 2]) -> Prohibition {
    Prohibition {
        subject,
        locations: [location].into(),
    }
}

/// The phone plan is prohibited in AE, the third suite in CU.
pub fn catalog() -> Catalog {
    let mut catalog = Catalog {
        plans: BTreeMap::from([
            plan(SHAREPOINT_1, "SharePoint"),
            plan(SHAREPOINT_2, "SharePoint"),
            plan(EXCHANGE, "exchange"),
            plan(OFFICE_WEB, "SharePoint"),
            plan(TEAMS, "TeamspaceAPI"),
            plan(PHONE, "MicrosoftCommunicationsOnline"),
            plan(INTUNE, "SCO"),
        ]),
        products: BTreeMap::new(),
        rules: zetel_domain::catalog::Rules::default(),
    };
    let user = |id, plans: &[Uuid]| product(id, LicenseBase::User, AppliesTo::User, plans);
    catalog.products = BTreeMap::from([
        user(SUITE_1, &[SHAREPOINT_1, EXCHANGE, OFFICE_WEB, TEAMS]),
        user(SUITE_3, &[SHAREPOINT_2, EXCHANGE, OFFICE_WEB, TEAMS]),
        user(PHONE_SYSTEM, &[PHONE]),
        user(INTUNE_USER, &[INTUNE]),
        product(
            INTUNE_DEVICE,
            LicenseBase::Device,
            AppliesTo::User,
            &[INTUNE],
        ),
        product(
            COMPANY_WIDE,
            LicenseBase::User,
            AppliesTo::Company,
            &[INTUNE],
        ),
    ]);
    catalog.rules.exclusions = vec![Exclusion {
        name: "SharePoint".to_owned(),
        plans: vec![SHAREPOINT_1, SHAREPOINT_2],
    }];
    catalog.rules.dependencies = vec![
        Dependency {
            plan: OFFICE_WEB,
            requires_any: vec![SHAREPOINT_1, SHAREPOINT_2],
        },
        Dependency {
            plan: PHONE,
            requires_any: vec![TEAMS],
        },
    ];
    catalog.rules.prohibited_locations = vec![
        prohibited(ProhibitedSubject::Plan(PHONE), *b"AE"),
        prohibited(ProhibitedSubject::Product(SUITE_3), *b"CU"),
    ];
    catalog
}

pub struct Office {
    pub tenant: Tenant,
    pub now: Timestamp,
    last_id: u128,
}

impl Office {
    /// An organization without users and purchases.
    pub fn new() -> Self {
        let mut office = Self {
            tenant: Tenant::default(),
            now: START,
            last_id: 0xf000,
        };
        office.does(Command::CreateTenant {
            id: None,
            profile: Profile {
                display_name: "Contoso".to_owned(),
                ..Profile::default()
            },
            domain: "contoso.test".to_owned(),
        });
        office.adopt(catalog(), 1);
        office
    }

    /// Decides and applies, as a client.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "examples read better without borrows"
    )]
    pub fn attempt(&mut self, command: Command) -> Result<Outcome, Rejection> {
        let mut last_id = self.last_id;
        let mut new_id = || {
            last_id += 1;
            Uuid::from_u128(last_id)
        };
        let mut context = Context {
            now: self.now,
            new_id: &mut new_id,
            is_system: false,
            actor: "somebody".to_owned(),
            confirmation: None,
        };
        let plan = decide(&self.tenant, &command, &mut context)?;
        for event in &plan.events {
            self.tenant.apply(event);
        }
        self.last_id = last_id;
        Ok(plan.outcome)
    }

    pub fn does(&mut self, command: Command) -> Outcome {
        self.attempt(command).unwrap()
    }

    pub fn adopt(&mut self, catalog: Catalog, edition: u8) {
        self.does(Command::AdoptCatalog {
            catalog: Arc::new(catalog),
            digest: [edition; 32],
        });
    }

    /// Lets days pass and does what is due.
    pub fn wait(&mut self, days: i64) {
        self.now = self.now.plus_days(days);
        self.does(Command::Tick);
    }

    /// A user in the Netherlands.
    pub fn hire(&mut self, name: &str) -> Uuid {
        self.hire_with(name, &[])
    }

    pub fn hire_with(&mut self, name: &str, properties: &[(UserProperty, &str)]) -> Uuid {
        let mut user = new_user(name);
        let more = properties
            .iter()
            .map(|(property, text)| (*property, (*text).into()));
        user.properties.extend(more);
        let Outcome::Users(created) = self.does(Command::CreateUsers(vec![user])) else {
            panic!("creating users tells which");
        };
        self.tenant.users().view(created[0]).unwrap().id
    }

    pub fn locate(&mut self, user: Uuid, location: Option<&str>) {
        self.does(Command::UpdateUser {
            user: UserKey::Id(user),
            patch: UserPatch {
                usage_location: Some(location.and_then(Location::parse)),
                ..UserPatch::default()
            },
        });
    }

    /// Seats for a year, not renewing, under an enterprise agreement.
    pub fn buy(&mut self, sku_id: Uuid, quantity: u32) -> Uuid {
        self.try_buy(purchase(sku_id, AGREEMENT, quantity)).unwrap()
    }

    pub fn try_buy(&mut self, purchase: NewSubscription) -> Result<Uuid, Rejection> {
        match self.attempt(Command::AddSubscription(purchase))? {
            Outcome::Created(id) => Ok(id),
            other => panic!("a purchase tells its id, not {other:?}"),
        }
    }

    pub fn change_quantity(&mut self, id: Uuid, quantity: u32) {
        self.does(Command::ChangeQuantity {
            id,
            quantity,
            on_behalf_of_manager: true,
        });
    }

    /// Adds products, each with all plans on, and removes others.
    pub fn assign(
        &mut self,
        user: Uuid,
        add: &[Uuid],
        remove: &[Uuid],
    ) -> Result<Outcome, Rejection> {
        let add: Vec<_> = add.iter().map(|sku_id| (*sku_id, &[][..])).collect();
        self.assign_partly(user, &add, remove)
    }

    /// Adds products, each without some plans, and removes others.
    pub fn assign_partly(
        &mut self,
        user: Uuid,
        add: &[(Uuid, &[Uuid])],
        remove: &[Uuid],
    ) -> Result<Outcome, Rejection> {
        self.attempt(Command::AssignLicenses {
            user: UserKey::Id(user),
            request: request(add, remove),
        })
    }

    pub fn give_role(&mut self, principal: Uuid, role: Role) {
        self.does(Command::AssignRole { principal, role });
    }

    pub fn delete(&mut self, user: Uuid) {
        self.does(Command::DeleteUser {
            user: UserKey::Id(user),
        });
    }

    pub fn user(&self, user: Uuid) -> UserPicture {
        let picture = Picture::of(&self.tenant);
        picture
            .users
            .into_iter()
            .find(|known| known.id == user)
            .unwrap()
    }

    /// Products that a user holds.
    pub fn held(&self, user: Uuid) -> Vec<Uuid> {
        self.user(user).licenses.into_keys().collect()
    }

    /// Plans that are on for a user.
    pub fn enabled(&self, user: Uuid) -> BTreeSet<Uuid> {
        self.user(user).entitlements
    }

    pub fn seats(&self, sku_id: Uuid) -> SeatTotals {
        self.tenant.seats(self.tenant.find_product(sku_id).unwrap())
    }

    pub fn subscription(&self, id: Uuid) -> &Subscription {
        &self.tenant.subscriptions()[&id]
    }

    pub fn status(&self, id: Uuid) -> Status {
        self.subscription(id).status
    }
}

pub fn new_user(name: &str) -> NewUser {
    let mut user = NewUser {
        account_enabled: true,
        usage_location: Location::parse("NL"),
        ..NewUser::default()
    };
    let principal_name = format!("{name}@contoso.test");
    user.properties.extend([
        (UserProperty::DisplayName, name.into()),
        (UserProperty::MailNickname, name.into()),
        (
            UserProperty::UserPrincipalName,
            principal_name.as_str().into(),
        ),
    ]);
    user
}

pub fn request(add: &[(Uuid, &[Uuid])], remove: &[Uuid]) -> AssignmentRequest {
    let wanted = |(sku_id, disabled): &(Uuid, &[Uuid])| ProductRequest {
        sku_id: *sku_id,
        disabled_plans: disabled.to_vec(),
    };
    AssignmentRequest {
        add: add.iter().map(wanted).collect(),
        remove: remove.to_vec(),
    }
}

pub fn purchase(sku_id: Uuid, channel: Channel, quantity: u32) -> NewSubscription {
    NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: "OWN".to_owned(),
            name: "Own".to_owned(),
            per_device: false,
            plans: Vec::new(),
        },
        channel,
        quantity,
        term: Term { months: 12 },
        renews: false,
        owner_id: None,
    }
}
