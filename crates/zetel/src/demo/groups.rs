//! Contoso's groups: those that work, and one for each error that a group license can run into.

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    assignment::{AssignmentRequest, ProductRequest},
    group::{GroupDefinition, NewGroup},
    user::{UserKey, UserProperty},
};
use zetel_engine::{Engine, EngineError};

use super::{
    build::DOMAIN,
    draw::Draw,
    people::named,
    products::{EMS, EMS_E5, MICROSOFT_365_E3, OFFICE_365_E1, PROJECT, TOOLBOX, VISIO},
};
use crate::setup;

/// People who are made for the groups.
pub const GROUP_PEOPLE: u32 = 4;
/// Where nobody may use Project, by Contoso's own catalog.
pub const NO_PROJECT_IN: &str = "AE";

const SHAREPOINT: Uuid = Uuid::from_u128(0x5dbe_027f_2339_4123_9542_606e_4d34_8a72);

/// What the groups are made with.
pub struct Groups<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The tenant.
    pub tenant: Uuid,
    /// Ids are drawn from it.
    pub draw: &'a mut Draw,
}

impl Groups<'_> {
    /// Makes the people and groups; `crowd` are the people of the demonstration who are in no story.
    pub fn build(&mut self, crowd: &[Uuid]) -> Result<(), EngineError> {
        let [waiting, next, prohibited, dependent] = self.create_people()?;
        let last = |from: usize, to: usize| {
            crowd
                .get(crowd.len().saturating_sub(from)..crowd.len().saturating_sub(to))
                .unwrap_or_default()
        };
        let interns = self.create("Sales Interns", Kind::Security, last(7, 5))?;
        let mut sales: Vec<Uuid> = last(5, 0).to_vec();
        sales.push(interns);
        let sales = self.create("Sales", Kind::Security, &sales)?;
        self.license(sales, &[give(TOOLBOX)], &[])?;
        self.create("Marketing Launch", Kind::Microsoft365, last(4, 1))?;
        let rule = r#"(user.jobTitle -eq "Team Lead") -and (user.country -eq "Netherlands")"#;
        let leads = self.create("Team Leads Netherlands", Kind::Dynamic(rule), &[])?;
        self.license(leads, &[give(EMS_E5)], &[])?;

        // No seat of Visio is left, so the toolbox of the same group waits as well.
        let visio = self.create("Visio Users", Kind::Security, &[waiting, next])?;
        self.license(visio, &[give(VISIO), give(TOOLBOX)], &[])?;
        let conflict = self.find("colin.conflict")?;
        let moving = self.create("Moving to E3", Kind::Security, &[conflict])?;
        self.license(moving, &[give(MICROSOFT_365_E3)], &[])?;
        let shared = self.find("ida.info")?;
        let desk = self.create("Front Desk", Kind::Security, &[shared])?;
        self.license(desk, &[give(OFFICE_365_E1)], &[])?;
        let gulf = self.create("Gulf Projects", Kind::Security, &[prohibited])?;
        self.license(gulf, &[give(PROJECT)], &[])?;
        // Her Project needs the SharePoint that this group gave, so it could not be taken away.
        let team = self.create("Project Team", Kind::Security, &[dependent])?;
        self.license(team, &[give(MICROSOFT_365_E3)], &[])?;
        let without_sharepoint = ProductRequest {
            sku_id: PROJECT,
            disabled_plans: vec![SHAREPOINT],
        };
        self.submit(Command::AssignLicenses {
            user: UserKey::Id(dependent),
            request: AssignmentRequest {
                add: vec![without_sharepoint],
                remove: Vec::new(),
            },
        })?;
        self.license(team, &[], &[MICROSOFT_365_E3])
    }

    /// Somebody takes a product from very many people, confirms it, and undoes it.
    pub fn remove_and_undo(&self, users: &[Uuid]) -> Result<(), EngineError> {
        let command = Command::AssignLicensesInBulk {
            users: users.iter().copied().map(UserKey::Id).collect(),
            request: AssignmentRequest {
                add: Vec::new(),
                remove: vec![EMS],
            },
        };
        let submit = |confirmed: &[String]| {
            setup::submit_confirmed(self.engine, self.tenant, &command, confirmed)
        };
        let removed = match submit(&[]) {
            Err(EngineError::Rejected(Rejection::Guarded { token, .. })) => submit(&[token])?,
            done => done?,
        };
        let change = removed.after.generation();
        self.submit(self.engine.undo_command(self.tenant, change)?)?;
        Ok(())
    }

    fn submit(&self, command: Command) -> Result<Outcome, EngineError> {
        setup::submit(self.engine, self.tenant, command)
    }

    fn create_people(&mut self) -> Result<[Uuid; GROUP_PEOPLE as usize], EngineError> {
        let people = [
            ("wanda.waiting", "Wanda Waiting", "NL"),
            ("wim.waiting", "Wim Waiting", "NL"),
            ("petra.prohibited", "Petra Prohibited", NO_PROJECT_IN),
            ("paula.project", "Paula Project", "NL"),
        ];
        let ids = people.map(|_| self.draw.id());
        let users = people.iter().zip(ids).map(|((alias, name, location), id)| {
            let mut user = named(alias, name, DOMAIN, Some(location));
            user.id = Some(id);
            user.properties
                .insert(UserProperty::Department, "Projects".into());
            user
        });
        self.submit(Command::CreateUsers(users.collect()))?;
        Ok(ids)
    }

    fn find(&self, alias: &str) -> Result<Uuid, EngineError> {
        let key = UserKey::PrincipalName(format!("{alias}@{DOMAIN}"));
        let state = setup::snapshot(self.engine, self.tenant)?;
        let found = state.find_user(&key).map(|user| user.id);
        found.ok_or_else(|| {
            EngineError::Rejected(Rejection::UserNotFound {
                key: alias.to_owned(),
            })
        })
    }

    fn create(&mut self, name: &str, kind: Kind, members: &[Uuid]) -> Result<Uuid, EngineError> {
        let id = self.draw.id();
        let unified = kind == Kind::Microsoft365;
        let rule = match kind {
            Kind::Dynamic(rule) => Some(rule.to_owned()),
            _ => None,
        };
        let definition = GroupDefinition {
            display_name: name.to_owned(),
            mail_nickname: name.to_ascii_lowercase().replace(' ', "-"),
            mail_enabled: unified,
            security_enabled: !unified,
            unified,
            visibility: unified.then(|| "Public".to_owned()),
            rule,
            ..GroupDefinition::default()
        };
        self.submit(Command::CreateGroup(NewGroup {
            id: Some(id),
            definition,
            members: members.to_vec(),
            owners: Vec::new(),
        }))?;
        Ok(id)
    }

    fn license(
        &self,
        group: Uuid,
        add: &[ProductRequest],
        remove: &[Uuid],
    ) -> Result<(), EngineError> {
        let request = AssignmentRequest {
            add: add.to_vec(),
            remove: remove.to_vec(),
        };
        self.submit(Command::AssignGroupLicenses { group, request })
            .map(|_| ())
    }
}

/// What a group of the demonstration is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Security,
    Microsoft365,
    Dynamic(&'static str),
}

fn give(sku_id: Uuid) -> ProductRequest {
    ProductRequest {
        sku_id,
        disabled_plans: Vec::new(),
    }
}
