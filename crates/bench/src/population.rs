//! The tenant that is measured: people with ordinary names, two products each.

use std::{path::PathBuf, time::Instant};

use uuid::{Builder, Uuid};
use zetel_domain::{
    Command, Outcome,
    access::{Action, Caller},
    assignment::{AssignmentRequest, ProductRequest},
    catalog::Catalog,
    command::NewSubscription,
    directory::Profile,
    location::Location,
    product::ProductDefinition,
    subscription::{Channel, Term},
    user::{NewUser, UserKey, UserProperty},
};
use zetel_engine::{Engine, Options, Snapshot, Submission, system_clock};
use zetel_store::{Store, Target, catalog_digest};

use crate::{
    error::BenchError,
    stats::{Samples, figure},
};

/// Enterprise Mobility + Security E3.
pub const EMS: Uuid = Uuid::from_u128(0xefcc_b6f7_5641_4e0e_bd10_b497_6e1b_f68e);
/// Microsoft 365 E3.
pub const MICROSOFT_365_E3: Uuid = Uuid::from_u128(0x05e9_a617_0261_4cee_bb44_138d_3ef5_d965);
/// A plan of Microsoft 365 E3 that everybody goes without.
const YAMMER: Uuid = Uuid::from_u128(0x7547_a3fe_08ee_4ccb_b430_5077_c504_1653);
/// Plans of [`EMS`] that nothing depends on, so that any one of them can be off.
pub const EMS_PLANS: [Uuid; 5] = [
    Uuid::from_u128(0x4178_1fb2_bc02_4b7c_bd55_b576_c07b_b09d),
    Uuid::from_u128(0x6c57_d4b6_3b23_47a5_9bc9_69f1_7b49_47b3),
    Uuid::from_u128(0x932a_d362_64a8_4783_9106_9784_9a1a_30b9),
    Uuid::from_u128(0x8a25_6a2b_b617_496d_b51b_e764_66e8_8db0),
    Uuid::from_u128(0xc1ec_4a95_1f05_45b3_a911_aa3f_a010_94f5),
];
/// The domain of all tenants.
pub const DOMAIN: &str = "contoso.example";
/// Users per command when creating and assigning.
const BATCH: u32 = 10_000;
const SEATS: u32 = 10_000_000;
const SYSTEM: Caller = Caller::System("benchmark");

const GIVEN_NAMES: [&str; 16] = [
    "Anna",
    "Bram",
    "Charlotte",
    "Daan",
    "Emma",
    "Femke",
    "George",
    "Hannah",
    "Isaac",
    "Jasper",
    "Karin",
    "Lotte",
    "Maarten",
    "Olivia",
    "Pieter",
    "Sanne",
];
const SURNAMES: [&str; 16] = [
    "Bakker", "Clarke", "Dijkstra", "Edwards", "Fletcher", "Hoekstra", "Jansen", "Kingsley",
    "Mulder", "Postma", "Roberts", "Schouten", "Thompson", "Veenstra", "Walker", "Willems",
];
const DEPARTMENTS: [&str; 8] = [
    "Sales",
    "Engineering",
    "Finance",
    "Human Resources",
    "Operations",
    "Service Desk",
    "Legal",
    "Marketing",
];
const LOCATIONS: [&str; 4] = ["NL", "GB", "US", "BE"];

/// A database with one tenant of a certain size.
#[derive(Clone, Debug)]
pub struct Site {
    /// Users.
    pub users: u32,
    /// The database.
    pub target: Target,
    /// Where `zetel` keeps the keys for it.
    pub keys: PathBuf,
    /// The tenant.
    pub tenant: Uuid,
}

/// Users per second while a tenant was filled, by rounds.
#[derive(Debug, Default)]
pub struct Filling {
    /// Creation.
    pub created: Samples,
    /// Assignment of two products.
    pub assigned: Samples,
}

/// Opens the engine on a database, without work of its own in the background.
pub fn open(target: &Target) -> Result<Engine, BenchError> {
    let options = Options {
        background: false,
        ..Options::default()
    };
    Ok(Engine::new(Store::open(target)?, system_clock(), options)?)
}

/// Carries out a command.
pub fn submit(engine: &Engine, tenant: Uuid, command: Command) -> Result<Outcome, BenchError> {
    let submission = Submission::of_system("benchmark", command);
    Ok(engine.submit_blocking(tenant, submission)?.outcome)
}

/// The newest state.
pub fn snapshot(engine: &Engine, tenant: Uuid) -> Result<Snapshot, BenchError> {
    Ok(engine.read(tenant, &SYSTEM, Action::ListUsers, None)?)
}

/// Object ids of all users, in the order of their creation.
pub fn user_ids(engine: &Engine, tenant: Uuid) -> Result<Vec<Uuid>, BenchError> {
    Ok(snapshot(engine, tenant)?
        .users()
        .iter()
        .map(|user| user.id)
        .collect())
}

/// The only tenant of a database.
pub fn only_tenant(engine: &Engine) -> Result<Uuid, BenchError> {
    match engine.tenant_ids()?.as_slice() {
        [only] => Ok(*only),
        tenants => Err(BenchError::Failed(format!(
            "one tenant was expected, there are {}",
            tenants.len()
        ))),
    }
}

/// Begins a tenant with the built-in catalog and seats enough.
pub fn create_tenant(engine: &Engine) -> Result<Uuid, BenchError> {
    let profile = Profile {
        display_name: "Contoso".to_owned(),
        ..Profile::default()
    };
    let tenant = engine.create_tenant(None, profile, DOMAIN.to_owned())?;
    for command in equipment() {
        submit(engine, tenant, command)?;
    }
    Ok(tenant)
}

/// What a new tenant begins with: the built-in catalog and seats enough.
pub fn equipment() -> [Command; 3] {
    let catalog = Catalog::builtin();
    let digest = catalog_digest(&catalog.to_text());
    [
        Command::AdoptCatalog { catalog, digest },
        purchase(EMS),
        purchase(MICROSOFT_365_E3),
    ]
}

/// Buys more seats of a product of the catalog than anybody needs.
pub fn buy(engine: &Engine, tenant: Uuid, sku_id: Uuid) -> Result<(), BenchError> {
    submit(engine, tenant, purchase(sku_id)).map(drop)
}

fn purchase(sku_id: Uuid) -> Command {
    Command::AddSubscription(NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id,
            part_number: String::new(), // the catalog knows it
            name: String::new(),
            per_device: false,
            plans: Vec::new(),
        },
        channel: Channel::EnterpriseAgreement,
        quantity: SEATS,
        term: Term { months: 36 },
        renews: true,
        owner_id: None,
    })
}

/// Creates users with licenses in `rounds` equal parts and tells how fast each part went. `meanwhile` runs before each
/// part: what it measures is interleaved with the parts.
pub fn fill(
    engine: &Engine,
    tenant: Uuid,
    users: u32,
    rounds: u32,
    mut meanwhile: impl FnMut(),
) -> Result<Filling, BenchError> {
    let mut filling = Filling::default();
    for round in 0..rounds {
        meanwhile();
        let part = part_of(users, rounds, round);
        filling.created.push(create_users(engine, tenant, part)?);
    }
    let ids = user_ids(engine, tenant)?;
    for round in 0..rounds {
        let part = part_of(users, rounds, round);
        let ids = ids
            .get(part.start as usize..part.end as usize)
            .unwrap_or(&[]);
        filling.assigned.push(assign_to_all(engine, tenant, ids)?);
    }
    Ok(filling)
}

fn part_of(users: u32, rounds: u32, round: u32) -> std::ops::Range<u32> {
    let at = |round: u32| {
        u32::try_from(u64::from(users) * u64::from(round) / u64::from(rounds)).unwrap_or(users)
    };
    at(round)..at(round + 1)
}

/// Creates users by batches; users per second. What the commands say is prepared before the clock starts.
pub fn create_users(
    engine: &Engine,
    tenant: Uuid,
    part: std::ops::Range<u32>,
) -> Result<f64, BenchError> {
    let count = part.len() as u64;
    let numbers: Vec<u32> = part.collect();
    let commands: Vec<Command> = numbers
        .chunks(BATCH as usize)
        .map(|batch| Command::CreateUsers(batch.iter().map(|number| person(*number)).collect()))
        .collect();
    let begun = Instant::now();
    for command in commands {
        submit(engine, tenant, command)?;
    }
    Ok(figure(count) / begun.elapsed().as_secs_f64())
}

/// Assigns both products by batches; users per second.
pub fn assign_to_all(engine: &Engine, tenant: Uuid, ids: &[Uuid]) -> Result<f64, BenchError> {
    assign_in_bulk(engine, tenant, ids, &products())
}

/// Gives both products.
pub fn products() -> AssignmentRequest {
    AssignmentRequest {
        add: vec![
            ProductRequest {
                sku_id: EMS,
                disabled_plans: Vec::new(),
            },
            ProductRequest {
                sku_id: MICROSOFT_365_E3,
                disabled_plans: vec![YAMMER],
            },
        ],
        remove: Vec::new(),
    }
}

/// Gives users all plans of [`EMS`] again, whatever was measured before.
pub fn reset_licenses(engine: &Engine, tenant: Uuid, ids: &[Uuid]) -> Result<(), BenchError> {
    let request = AssignmentRequest {
        add: vec![ProductRequest {
            sku_id: EMS,
            disabled_plans: Vec::new(),
        }],
        remove: Vec::new(),
    };
    assign_in_bulk(engine, tenant, ids, &request).map(|_| ())
}

fn assign_in_bulk(
    engine: &Engine,
    tenant: Uuid,
    ids: &[Uuid],
    request: &AssignmentRequest,
) -> Result<f64, BenchError> {
    let commands: Vec<Command> = ids
        .chunks(BATCH as usize)
        .map(|batch| Command::AssignLicensesInBulk {
            users: batch.iter().copied().map(UserKey::Id).collect(),
            request: request.clone(),
        })
        .collect();
    let begun = Instant::now();
    for command in commands {
        match submit(engine, tenant, command)? {
            Outcome::Bulk(refused) if refused.is_empty() => {}
            other => {
                return Err(BenchError::Failed(format!(
                    "a bulk assignment was refused: {other:?}"
                )));
            }
        }
    }
    Ok(figure(ids.len() as u64) / begun.elapsed().as_secs_f64())
}

/// One of the people.
pub fn person(number: u32) -> NewUser {
    let pick = |list: &[&'static str], shift: u32| {
        let place = (number >> shift) as usize % list.len();
        list.get(place).copied().unwrap_or_default()
    };
    let (given_name, surname) = (pick(&GIVEN_NAMES, 0), pick(&SURNAMES, 4));
    let alias = format!("{given_name}.{surname}{number}").to_ascii_lowercase();
    NewUser {
        account_enabled: true,
        usage_location: Location::parse(pick(&LOCATIONS, 11)),
        properties: [
            (
                UserProperty::DisplayName,
                format!("{given_name} {surname}").as_str().into(),
            ),
            (UserProperty::GivenName, given_name.into()),
            (UserProperty::Surname, surname.into()),
            (UserProperty::MailNickname, alias.as_str().into()),
            (
                UserProperty::UserPrincipalName,
                format!("{alias}@{DOMAIN}").as_str().into(),
            ),
            (UserProperty::Department, pick(&DEPARTMENTS, 8).into()),
        ]
        .into(),
        ..NewUser::default()
    }
}

/// Numbers that look random and are the same in every run.
pub struct Draw(u64);

impl Draw {
    /// A sequence.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lower half is as random as the whole"
    )]
    pub const fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    /// An object id.
    pub fn id(&mut self) -> Uuid {
        let number = u128::from(self.next()) << 64 | u128::from(self.next());
        Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
    }

    /// Puts a list into random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in 0..list.len() {
            let other = place + self.below(list.len() - place);
            list.swap(place, other);
        }
    }

    /// The next number, by `SplitMix64`.
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_tenant_is_filled() {
        let folder = tempfile::tempdir().unwrap();
        let engine = open(&Target::Sqlite(folder.path().to_owned())).unwrap();
        let tenant = create_tenant(&engine).unwrap();
        let filling = fill(&engine, tenant, 23, 5, || {}).unwrap();
        assert!(filling.created.min() > 0.0 && filling.assigned.min() > 0.0);
        let state = snapshot(&engine, tenant).unwrap();
        assert_eq!(state.users().len(), 23);
        assert!(state.users().iter().all(|user| user.holdings.len() == 2));
        for plan in EMS_PLANS {
            assert!(
                state
                    .product(state.find_product(EMS).unwrap())
                    .unwrap()
                    .plan_bit(plan)
                    .is_some()
            );
        }
    }
}
