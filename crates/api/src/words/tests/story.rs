//! A small organization with products of the built-in catalog, for texts as people would read them.

use std::sync::Arc;

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Outcome, Tenant, Timestamp,
    assignment::{AssignmentRequest, ProductRequest},
    catalog::{Catalog, ProhibitedSubject, Prohibition},
    command::NewSubscription,
    decide,
    directory::Profile,
    explain::{Explanation, Question, explain},
    group::{GroupDefinition, NewGroup},
    location::Location,
    policy::{Policy, Semantics},
    product::{ProductDefinition, ProductOrdinal},
    subscription::{Channel, Term},
    user::{NewUser, UserKey, UserPatch, UserProperty},
};

pub const E1: &str = "STANDARDPACK";
pub const E3: &str = "ENTERPRISEPACK";
pub const F3: &str = "DESKLESSPACK";
pub const PROJECT: &str = "PROJECTPROFESSIONAL";
pub const PHONE: &str = "MCOEV";

pub struct Story {
    pub tenant: Tenant,
    pub now: Timestamp,
    last_id: u128,
}

impl Story {
    /// An organization in the Netherlands on 2 March 2026.
    pub fn new() -> Self {
        let mut story = Self {
            tenant: Tenant::default(),
            now: Timestamp(1_772_445_600),
            last_id: 0xf000,
        };
        story.does(Command::CreateTenant {
            id: None,
            profile: Profile {
                display_name: "Contoso".to_owned(),
                default_usage_location: Location::parse("NL"),
                ..Profile::default()
            },
            domain: "contoso.example".to_owned(),
        });
        story.does(Command::AdoptCatalog {
            catalog: Catalog::builtin(),
            digest: [1; 32],
        });
        story
    }

    /// Makes it so that a plan may not be used somewhere.
    pub fn prohibit(&mut self, plan: &str, location: [u8; 2]) {
        let mut catalog = Catalog::clone(self.tenant.catalog());
        catalog.rules.prohibited_locations.push(Prohibition {
            subject: ProhibitedSubject::Plan(self.plan(plan)),
            locations: [location].into(),
        });
        self.does(Command::AdoptCatalog {
            catalog: Arc::new(catalog),
            digest: [2; 32],
        });
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "examples read better without borrows"
    )]
    pub fn does(&mut self, command: Command) -> Outcome {
        let mut last_id = self.last_id;
        let mut new_id = || {
            last_id += 1;
            Uuid::from_u128(last_id)
        };
        let mut context = Context {
            now: self.now,
            new_id: &mut new_id,
            is_system: true,
            actor: "somebody".to_owned(),
            confirmation: None,
        };
        let plan = decide(&self.tenant, &command, &mut context).unwrap();
        for event in &plan.events {
            self.tenant.apply(event);
        }
        self.last_id = last_id;
        plan.outcome
    }

    pub fn wait(&mut self, days: i64) {
        self.now = self.now.plus_days(days);
        self.does(Command::Tick);
    }

    pub fn sku_id(&self, part_number: &str) -> Uuid {
        self.tenant.catalog().find_part_number(part_number)[0].id
    }

    pub fn product(&self, part_number: &str) -> ProductOrdinal {
        self.tenant.find_product(self.sku_id(part_number)).unwrap()
    }

    pub fn plan(&self, name: &str) -> Uuid {
        self.tenant.catalog().find_plan_name(name)[0].id
    }

    pub fn buy(&mut self, part_number: &str, quantity: u32) {
        let sku_id = self.sku_id(part_number);
        self.does(Command::AddSubscription(NewSubscription {
            id: None,
            product: ProductDefinition {
                sku_id,
                part_number: part_number.to_owned(),
                name: part_number.to_owned(),
                per_device: false,
                plans: Vec::new(),
            },
            channel: Channel::EnterpriseAgreement,
            quantity,
            term: Term { months: 12 },
            renews: false,
            owner_id: None,
        }));
    }

    pub fn hire(&mut self, name: &str) -> Uuid {
        self.hire_with(name, &[])
    }

    pub fn hire_with(&mut self, name: &str, more: &[(UserProperty, &str)]) -> Uuid {
        let nickname = name.split(' ').next().unwrap().to_lowercase();
        let principal_name = format!("{nickname}@contoso.example");
        let mut user = NewUser {
            account_enabled: true,
            usage_location: Location::parse("NL"),
            ..NewUser::default()
        };
        user.properties.extend([
            (UserProperty::DisplayName, name.into()),
            (UserProperty::MailNickname, nickname.as_str().into()),
            (
                UserProperty::UserPrincipalName,
                principal_name.as_str().into(),
            ),
        ]);
        user.properties.extend(
            more.iter()
                .map(|(property, text)| (*property, (*text).into())),
        );
        match self.does(Command::CreateUsers(vec![user])) {
            Outcome::Users(created) => self.tenant.users().view(created[0]).unwrap().id,
            other => panic!("creating users tells which, not {other:?}"),
        }
    }

    pub fn update(&mut self, user: Uuid, patch: UserPatch) {
        let user = UserKey::Id(user);
        self.does(Command::UpdateUser { user, patch });
    }

    /// A group that gives products, each without some plans.
    pub fn group(&mut self, name: &str, products: &[(&str, &[&str])], members: &[Uuid]) -> Uuid {
        let new = NewGroup {
            definition: GroupDefinition {
                display_name: name.to_owned(),
                mail_nickname: name.replace(' ', "-"),
                security_enabled: true,
                ..GroupDefinition::default()
            },
            ..NewGroup::default()
        };
        let Outcome::Group(group) = self.does(Command::CreateGroup(new)) else {
            panic!("creating a group tells which");
        };
        let group = self.tenant.groups().get(group).unwrap().id;
        if !products.is_empty() {
            let request = self.request(products);
            self.does(Command::AssignGroupLicenses { group, request });
        }
        self.join(group, members);
        group
    }

    pub fn join(&mut self, group: Uuid, members: &[Uuid]) {
        if !members.is_empty() {
            let members = members.to_vec();
            self.does(Command::AddMembers { group, members });
        }
    }

    pub fn leave(&mut self, group: Uuid, member: Uuid) {
        let members = vec![member];
        self.does(Command::RemoveMembers { group, members });
    }

    pub fn assign(&mut self, user: Uuid, products: &[(&str, &[&str])]) {
        let request = self.request(products);
        let user = UserKey::Id(user);
        self.does(Command::AssignLicenses { user, request });
    }

    fn request(&self, products: &[(&str, &[&str])]) -> AssignmentRequest {
        let wanted = products.iter().map(|(product, off)| ProductRequest {
            sku_id: self.sku_id(product),
            disabled_plans: off.iter().map(|plan| self.plan(plan)).collect(),
        });
        AssignmentRequest {
            add: wanted.collect(),
            remove: Vec::new(),
        }
    }

    pub fn extend(&mut self, switch: impl FnOnce(&mut Policy)) {
        let mut policy = self.tenant.policy().clone();
        policy.semantics = Semantics::Extended;
        switch(&mut policy);
        self.does(Command::ChangePolicy { policy });
    }

    pub fn explain(&self, user: Uuid, question: Question) -> Explanation {
        let view = self.tenant.users().find_id(user).unwrap();
        explain(&self.tenant, &view, question)
    }
}
