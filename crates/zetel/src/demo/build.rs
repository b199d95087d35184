//! Builds Contoso: the same for the same seed and number of users.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome,
    access::Permission,
    assignment::{AssignmentRequest, ProductRequest},
    catalog::{Catalog, ProhibitedSubject, Prohibition},
    directory::Profile,
    location::Location,
    time::DAY_SECONDS,
    user::{NewUser, UserKey, UserProperty},
};
use zetel_engine::{Engine, EngineError};
use zetel_store::catalog_digest;

use super::{
    device_refusals,
    device_stories::{self, DEVICE_PEOPLE, Stories},
    draw::Draw,
    groups::{GROUP_PEOPLE, Groups, NO_PROJECT_IN},
    people::{named, person},
    products::{
        Bought, EMS, EMS_E5, INTUNE, MICROSOFT_365_E3, MICROSOFT_365_E5, MICROSOFT_365_F3,
        OFFICE_365_E1, POWER_BI, PROJECT, PURCHASES, VISIO,
    },
};
use crate::{error::CliError, server::Parts, setup};

/// Contoso's domain.
pub const DOMAIN: &str = "contoso.example";
/// Contoso's administrator.
pub const ADMINISTRATOR: &str = "admin@contoso.example";
/// Where sign-in of the demonstration's application may return to.
const REDIRECT_URI: &str = "http://localhost";

pub(super) const INTUNE_PLAN: Uuid = Uuid::from_u128(0xc1ec_4a95_1f05_45b3_a911_aa3f_a010_94f5);
/// Users created by one command.
const CHUNK: u32 = 10_000;

/// The time of the demonstration's past.
pub struct TimeMachine(Arc<AtomicI64>);

impl TimeMachine {
    /// A clock that can be set back, and what sets it.
    pub fn new(clock: zetel_engine::Clock) -> (Self, zetel_engine::Clock) {
        let offset = Arc::new(AtomicI64::new(0));
        let machine = Self(Arc::clone(&offset));
        let shifted = move || {
            let now = clock();
            zetel_domain::Timestamp(now.0 - offset.load(Ordering::Relaxed))
        };
        (machine, Arc::new(shifted))
    }

    /// Goes to so many days ago.
    pub(super) fn go(&self, days_ago: i64) {
        self.0.store(days_ago * DAY_SECONDS, Ordering::Relaxed);
    }
}

/// The ids of a demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Contoso {
    /// The tenant.
    pub tenant: Uuid,
    /// The client id of the application.
    pub client_id: Uuid,
}

/// Builds the tenant.
pub fn build(
    parts: &Parts,
    time: &TimeMachine,
    users: u32,
    seed: u64,
    password: &str,
) -> Result<Contoso, CliError> {
    let mut draw = Draw::new(seed);
    let (tenant, client_id, administrator) = (draw.id(), draw.id(), draw.id());
    let engine = &parts.engine;
    time.go(460);
    let location = Location::parse("NL");
    let profile = Profile {
        display_name: "Contoso".to_owned(),
        default_usage_location: location,
        preferred_language: Some("en".to_owned()),
        technical_notification_mails: vec![format!("it@{DOMAIN}")],
    };
    engine.create_tenant(Some(tenant), profile, DOMAIN.to_owned())?;
    adopt_catalog(engine, tenant)?;
    setup::create_administrator(
        parts,
        tenant,
        Some(administrator),
        ADMINISTRATOR,
        location,
        password,
    )?;
    let application = setup::NewApplication {
        client_id: Some(client_id),
        name: "Contoso Automation",
        permissions: Permission::ALL.to_vec(),
        is_public: false,
        redirect_uris: vec![REDIRECT_URI.to_owned()],
    };
    setup::add_application(engine, tenant, application)?;

    for (bought, days_ago) in [(Bought::LongAgo, 400), (Bought::Lately, 300)] {
        time.go(days_ago);
        for purchase in PURCHASES
            .iter()
            .filter(|purchase| purchase.bought == bought)
        {
            let order = purchase.order(users, draw.id());
            setup::submit(engine, tenant, Command::AddSubscription(order))?;
        }
    }
    time.go(290);
    let people = create_people(engine, tenant, &mut draw, users)?;
    time.go(200);
    assign_to_people(engine, tenant, &people)?;
    tell_stories(engine, tenant, &mut draw)?;
    let mut devices = Stories {
        engine,
        tenant,
        time,
        draw: &mut draw,
    };
    let lives = devices.begin(&people)?;
    time.go(100);
    let mut groups = Groups {
        engine,
        tenant,
        draw: &mut draw,
    };
    groups.build(&people)?;
    device_stories::end(engine, tenant, time, &lives)?;
    time.go(3);
    groups.remove_and_undo(part_of(&people, 72, 85))?;
    device_refusals::refuse(engine, tenant, time, &mut draw)?;
    time.go(0);
    setup::submit(engine, tenant, Command::Tick)?;
    Ok(Contoso { tenant, client_id })
}

/// Contoso's catalog is the program's, with one rule of its own: no Project in some country.
fn adopt_catalog(engine: &Engine, tenant: Uuid) -> Result<(), EngineError> {
    let mut catalog = Catalog::clone(&Catalog::builtin());
    catalog.rules.prohibited_locations.push(Prohibition {
        subject: ProhibitedSubject::Product(PROJECT),
        locations: NO_PROJECT_IN.as_bytes().try_into().into_iter().collect(),
    });
    let digest = catalog_digest(&catalog.to_text());
    let catalog = Arc::new(catalog);
    setup::submit(engine, tenant, Command::AdoptCatalog { catalog, digest }).map(|_| ())
}

/// The people from one hundredth of them to another.
fn part_of(people: &[Uuid], from: usize, to: usize) -> &[Uuid] {
    people
        .get(people.len() * from / 100..people.len() * to / 100)
        .unwrap_or(&[])
}

/// Creates the crowd; returns their ids.
fn create_people(
    engine: &Engine,
    tenant: Uuid,
    draw: &mut Draw,
    users: u32,
) -> Result<Vec<Uuid>, EngineError> {
    let mut ids = Vec::with_capacity(users as usize);
    // The administrator and the people of the stories are among the number asked for.
    let crowd = users.saturating_sub(1 + STORY_PEOPLE + GROUP_PEOPLE + DEVICE_PEOPLE);
    for first in (0..crowd).step_by(CHUNK as usize) {
        let batch: Vec<NewUser> = (first..crowd.min(first + CHUNK))
            .map(|number| person(draw, number + 1, DOMAIN))
            .collect();
        ids.extend(batch.iter().filter_map(|user| user.id));
        setup::submit(engine, tenant, Command::CreateUsers(batch))?;
    }
    Ok(ids)
}

fn keys(ids: &[Uuid]) -> Vec<UserKey> {
    ids.iter().copied().map(UserKey::Id).collect()
}

fn add(products: &[(Uuid, &[Uuid])]) -> AssignmentRequest {
    let product = |(sku_id, off): &(Uuid, &[Uuid])| ProductRequest {
        sku_id: *sku_id,
        disabled_plans: off.to_vec(),
    };
    AssignmentRequest {
        add: products.iter().map(product).collect(),
        remove: Vec::new(),
    }
}

/// Licenses for most of the crowd, by hundredths of it.
fn assign_to_people(engine: &Engine, tenant: Uuid, people: &[Uuid]) -> Result<(), EngineError> {
    let part = |from: usize, to: usize| part_of(people, from, to);
    let shares: [(&[Uuid], AssignmentRequest); 7] = [
        (part(0, 30), add(&[(EMS, &[]), (MICROSOFT_365_E3, &[])])),
        (part(30, 34), add(&[(MICROSOFT_365_E5, &[]), (EMS_E5, &[])])),
        (part(34, 54), add(&[(MICROSOFT_365_F3, &[])])),
        (
            part(54, 64),
            add(&[(OFFICE_365_E1, &[]), (EMS, &[INTUNE_PLAN])]),
        ),
        (part(64, 72), add(&[(INTUNE, &[])])),
        (part(72, 85), add(&[(EMS, &[])])),
        (
            people.get(..(people.len() / 100).max(1)).unwrap_or(&[]),
            add(&[(POWER_BI, &[])]),
        ),
    ];
    for (users, request) in shares {
        let command = Command::AssignLicensesInBulk {
            users: keys(users),
            request,
        };
        setup::submit(engine, tenant, command)?;
    }
    Ok(())
}

/// People in the stories below.
const STORY_PEOPLE: u32 = 8;

/// One of each situation that an administrator meets; `docs/guides/demo.md` says what to try with whom.
fn tell_stories(engine: &Engine, tenant: Uuid, draw: &mut Draw) -> Result<(), EngineError> {
    let mut story = |alias: &str, name: &str, location: Option<&str>, mail: Option<&str>| {
        let mut user = named(alias, name, DOMAIN, location);
        user.id = Some(draw.id());
        user.properties
            .extend(mail.map(|mail| (UserProperty::Mail, mail.into())));
        user
    };
    let shared_mail = format!("info@{DOMAIN}");
    let people = vec![
        story("nova.nowhere", "Nova Nowhere", None, None),
        story("colin.conflict", "Colin Conflict", Some("GB"), None),
        story("fleur.full", "Fleur Full", Some("NL"), None),
        story("rob.returned", "Rob Returned", Some("NL"), None),
        story("vera.visio", "Vera Visio", Some("NL"), None),
        story("ida.info", "Ida Info", Some("GB"), Some(&shared_mail)),
        story("igor.info", "Igor Info", Some("GB"), Some(&shared_mail)),
        story("dean.deleted", "Dean Deleted", Some("US"), None),
    ];
    let ids: Vec<Uuid> = people.iter().filter_map(|person| person.id).collect();
    setup::submit(engine, tenant, Command::CreateUsers(people))?;
    let [_, conflict, full, returned, visio, _, _, deleted] = ids.as_slice() else {
        return Ok(());
    };

    let assign = |user: Uuid, request: AssignmentRequest| {
        setup::submit(
            engine,
            tenant,
            Command::AssignLicenses {
                user: UserKey::Id(user),
                request,
            },
        )
    };
    assign(*conflict, add(&[(OFFICE_365_E1, &[])]))?;
    assign(*deleted, add(&[(EMS, &[])]))?;
    // Visio has two seats. Rob was deleted, his seat went to Fleur, and he came back with his license.
    for user in [visio, returned] {
        assign(*user, add(&[(VISIO, &[])]))?;
    }
    let delete = |user: Uuid| -> Result<Outcome, EngineError> {
        setup::submit(
            engine,
            tenant,
            Command::DeleteUser {
                user: UserKey::Id(user),
            },
        )
    };
    delete(*returned)?;
    assign(*full, add(&[(VISIO, &[])]))?;
    setup::submit(engine, tenant, Command::RestoreUser { id: *returned })?;
    Ok(())
}

/// The user who waits in the recycle bin; deleted last, so that the time in the bin begins now.
pub fn delete_last(engine: &Engine, tenant: Uuid) -> Result<(), EngineError> {
    let user = UserKey::PrincipalName(format!("dean.deleted@{DOMAIN}"));
    setup::submit(engine, tenant, Command::DeleteUser { user }).map(|_| ())
}
