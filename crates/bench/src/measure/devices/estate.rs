//! A tenant with devices in memory, without a store.

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Outcome, Tenant, Timestamp,
    assignment::{AssignmentRequest, ProductRequest},
    decide,
    device::{Build, DeviceDetails, Enrollment, Platform},
    directory::Profile,
    user::UserKey,
};

use crate::{
    error::BenchError,
    population::{DOMAIN, Draw, EMS, equipment, person},
};

/// Users per command when creating and assigning.
const BATCH: usize = 10_000;
/// Models that devices have.
const MODELS: usize = 300;
/// The characters of serial numbers.
const SERIAL: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// 2026-06-01.
pub const NOW: Timestamp = Timestamp(1_780_272_000);

/// What somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kit {
    /// Whether it may sign in.
    pub is_enabled: bool,
    /// Whether it has a product with device management.
    pub is_licensed: bool,
    /// Devices that it enrolled.
    pub devices: u32,
}

impl Kit {
    /// Somebody with everything, and so many devices.
    pub const fn with(devices: u32) -> Self {
        Self {
            is_enabled: true,
            is_licensed: true,
            devices,
        }
    }

    /// As people are: one of 16 has no license, one of 32 may not sign in, one of 64 has as many devices as it may, and
    /// a quarter has three.
    pub const fn of(number: u32) -> Self {
        let devices = match number % 64 {
            2 => 15,
            place if place % 4 == 1 => 3,
            _ => 0,
        };
        Self {
            is_enabled: number % 32 != 3,
            is_licensed: !number.is_multiple_of(16),
            devices,
        }
    }

    /// Whether one more device may enroll.
    pub const fn may_enroll(self) -> bool {
        self.is_enabled && self.is_licensed && self.devices < 15
    }
}

/// The tenant, and what its people have by their number.
pub struct Estate {
    /// The tenant.
    pub tenant: Tenant,
    /// By ordinal.
    pub kits: Vec<Kit>,
    draw: Draw,
}

impl Estate {
    /// Makes a tenant of so many people.
    pub fn new(users: u32, kit: impl Fn(u32) -> Kit) -> Result<Self, BenchError> {
        let mut estate = Self {
            tenant: Tenant::default(),
            kits: (0..users).map(kit).collect(),
            draw: Draw::new(23),
        };
        estate.submit(&Command::CreateTenant {
            id: None,
            profile: Profile {
                display_name: "Contoso".to_owned(),
                ..Profile::default()
            },
            domain: DOMAIN.to_owned(),
        })?;
        for command in equipment() {
            estate.submit(&command)?;
        }
        estate.employ()?;
        estate.enroll()?;
        Ok(estate)
    }

    /// Judges a command and does what it says.
    pub fn submit(&mut self, command: &Command) -> Result<Outcome, BenchError> {
        let mut context = Context {
            now: NOW,
            new_id: &mut || self.draw.id(),
            is_system: true,
            actor: "benchmark".to_owned(),
            confirmation: None,
        };
        let plan = decide(&self.tenant, command, &mut context)
            .map_err(|rejection| BenchError::failed(command.name(), rejection))?;
        for event in &plan.events {
            self.tenant.apply(event);
        }
        Ok(plan.outcome)
    }

    /// Object ids by ordinal.
    pub fn ids(&self) -> Vec<Uuid> {
        self.tenant.users().iter().map(|user| user.id).collect()
    }

    fn employ(&mut self) -> Result<(), BenchError> {
        let mut first = 0;
        for kits in self.kits.clone().chunks(BATCH) {
            let people = (first..).zip(kits).map(|(number, kit)| {
                let mut person = person(number);
                person.account_enabled = kit.is_enabled;
                person
            });
            let people: Vec<_> = people.collect();
            first += u32::try_from(people.len()).unwrap_or_default();
            self.submit(&Command::CreateUsers(people))?;
        }
        let ids = self.ids();
        let licensed: Vec<UserKey> = ids
            .iter()
            .zip(&self.kits)
            .filter(|(_, kit)| kit.is_licensed)
            .map(|(id, _)| UserKey::Id(*id))
            .collect();
        for users in licensed.chunks(BATCH) {
            let outcome = self.submit(&Command::AssignLicensesInBulk {
                users: users.to_vec(),
                request: license(true),
            })?;
            if outcome != Outcome::Bulk(Vec::new()) {
                return Err(BenchError::Failed(format!("not licensed: {outcome:?}")));
            }
        }
        Ok(())
    }

    /// Devices come in the order of life: everybody's first one, in random order, then everybody's second one.
    fn enroll(&mut self) -> Result<(), BenchError> {
        let ids = self.ids();
        let most = self.kits.iter().map(|kit| kit.devices).max().unwrap_or(0);
        let mut number = 0;
        for round in 0..most {
            let mut users: Vec<Uuid> = ids
                .iter()
                .zip(&self.kits)
                .filter(|(_, kit)| kit.devices > round)
                .map(|(id, _)| *id)
                .collect();
            self.draw.shuffle(&mut users);
            for user in users {
                let enrollment = enrollment(user, number, &mut self.draw);
                self.submit(&Command::EnrollDevice(Box::new(enrollment)))?;
                number += 1;
            }
        }
        Ok(())
    }
}

/// A device with an ordinary name and a serial number of ten characters.
pub fn enrollment(user: Uuid, number: usize, draw: &mut Draw) -> Enrollment {
    let model = number % MODELS;
    Enrollment {
        id: draw.id(),
        user: Some(UserKey::Id(user)),
        platform: Platform::Windows,
        build: Build {
            manufacturer: format!("Maker {}", model % 12),
            model: format!("Notebook {model}"),
            os_version: format!("10.0.26100.{}", model % 7),
        },
        details: DeviceDetails {
            name: format!("LAPTOP-{:08X}", draw.below(1 << 32)),
            serial: serial(draw),
            ..DeviceDetails::default()
        },
        ..Enrollment::default()
    }
}

/// A serial number.
pub fn serial(draw: &mut Draw) -> String {
    let character = |_| char::from(*SERIAL.get(draw.below(SERIAL.len())).unwrap_or(&b'0'));
    (0..10).map(character).collect()
}

/// Gives the product with device management, or takes it.
pub fn license(gives: bool) -> AssignmentRequest {
    let product = ProductRequest {
        sku_id: EMS,
        disabled_plans: Vec::new(),
    };
    AssignmentRequest {
        add: gives.then_some(product).into_iter().collect(),
        remove: (!gives).then_some(EMS).into_iter().collect(),
    }
}
