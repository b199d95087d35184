//! A change of the license of somebody with fifteen devices, beside the same for somebody without any.

use std::time::Instant;

use uuid::Uuid;
use zetel_domain::{Command, assignment::AssignmentRequest, user::UserKey};

use super::estate::{Estate, Kit, enrollment, license};
use crate::{
    error::BenchError,
    measure::{Kind, Run, open},
    population::{self, Draw, submit},
    report::{Figure, Goal, Unit},
    stats::median,
};

/// People of each kind whose license is taken and given back in a round.
const PEOPLE: usize = 500;
/// The same with a store.
const DURABLE: usize = 200;

/// The figure in memory: decided and applied, while readers hold the state before.
pub fn in_memory() -> Figure {
    Figure::new(
        "license change of a user with 15 devices, decided and applied",
        Unit::Seconds,
        "of a user without devices",
        Goal::RatioAtMost(2.0),
    )
}

/// Measures a tenant.
pub fn measure(run: &Run, estate: &mut Estate, figure: &mut Figure) -> Result<(), BenchError> {
    let users = estate.tenant.users().len();
    let [full, without] = [15, 0].map(|devices| choose(estate, devices));
    for round in 0..=run.rounds {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for (full, without) in full.iter().zip(&without).cycle().take(PEOPLE) {
            for gives in [false, true] {
                ours.push(time(estate, *full, gives)?);
                theirs.push(time(estate, *without, gives)?);
            }
        }
        if round > 0 {
            figure.push(users, median(&mut ours), Some(median(&mut theirs)));
        }
    }
    Ok(())
}

/// The same through the engine, until it is durable and visible. All that manages devices is taken and given back.
pub fn measure_durable(run: &mut Run) -> Result<(), BenchError> {
    let mut figure = Figure::new(
        "license change of a user with 15 devices, until durable, SQLite",
        Unit::Seconds,
        "of a user without devices",
        Goal::RatioAtMost(2.0),
    );
    for site in run.sites_of(Kind::Sqlite) {
        crate::progress(&format!("licenses and devices, {} users", site.users));
        let engine = open(&site)?;
        let mut draw = Draw::new(37);
        let mut users = population::user_ids(&engine, site.tenant)?;
        draw.shuffle(&mut users);
        let (full, others) = users.split_at(DURABLE.min(users.len() / 2));
        for (number, user) in full.iter().enumerate() {
            for device in 0..15 {
                let enrollment = enrollment(*user, 15 * number + device, &mut draw);
                let command = Command::EnrollDevice(Box::new(enrollment));
                submit(&engine, site.tenant, command)?;
            }
        }
        for round in 0..=run.rounds {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for (full, without) in full.iter().zip(others) {
                for request in [without_products(), population::products()] {
                    for (user, times) in [(full, &mut ours), (without, &mut theirs)] {
                        let user = UserKey::Id(*user);
                        let request = request.clone();
                        let begun = Instant::now();
                        submit(
                            &engine,
                            site.tenant,
                            Command::AssignLicenses { user, request },
                        )?;
                        times.push(begun.elapsed().as_secs_f64());
                    }
                }
            }
            if round > 0 {
                figure.push(site.users, median(&mut ours), Some(median(&mut theirs)));
            }
        }
    }
    run.report.figures.push(figure);
    Ok(())
}

/// Takes what [`population::products`] gives.
fn without_products() -> AssignmentRequest {
    let products = population::products().add;
    AssignmentRequest {
        add: Vec::new(),
        remove: products.iter().map(|product| product.sku_id).collect(),
    }
}

/// Licensed people with so many devices, in random order.
fn choose(estate: &Estate, devices: u32) -> Vec<Uuid> {
    let mut people: Vec<Uuid> = estate
        .ids()
        .into_iter()
        .zip(&estate.kits)
        .filter(|(_, kit)| **kit == Kit::with(devices))
        .map(|(id, _)| id)
        .collect();
    Draw::new(31).shuffle(&mut people);
    people.truncate(PEOPLE);
    people
}

fn time(estate: &mut Estate, user: Uuid, gives: bool) -> Result<f64, BenchError> {
    let command = Command::AssignLicenses {
        user: UserKey::Id(user),
        request: license(gives),
    };
    let before = estate.tenant.clone();
    let begun = Instant::now();
    estate.submit(&command)?;
    let taken = begun.elapsed().as_secs_f64();
    drop(before);
    Ok(taken)
}
