//! Twenty reads in a batch beside twenty single reads.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Kind, Run,
    http::{Bench, CLIENTS},
    open,
};
use crate::{
    client::ZetelServer,
    error::BenchError,
    population::{self, Draw, Site},
    report::{Figure, Goal, Unit},
    wrk::Requests,
};

/// Reads of a batch: as many as Graph takes.
const READS: u32 = 20;
/// Batches sent, over and over.
const BATCHES: usize = 500;

/// Measures at all sizes, on SQLite: reads do not depend on the database.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let mut figure = Figure::new(
        format!("reads in `$batch`, {READS} each, {CLIENTS} clients"),
        Unit::PerSecond,
        "single GET /users/{id}",
        Goal::RatioAtLeast(0.5),
    );
    for site in run.sites_of(Kind::Sqlite) {
        crate::progress(&format!("batches, {} users", site.users));
        measure_site(run, &site, &mut figure)?;
    }
    run.report.figures.push(figure);
    Ok(())
}

fn measure_site(run: &Run, site: &Site, figure: &mut Figure) -> Result<(), BenchError> {
    let users = {
        let engine = open(site)?;
        let mut users = population::user_ids(&engine, site.tenant)?;
        Draw::new(17).shuffle(&mut users);
        users
    };
    let users: Vec<Uuid> = users
        .iter()
        .copied()
        .cycle()
        .take(BATCHES * READS as usize)
        .collect();
    let server = ZetelServer::start(&run.zetel, &site.target, &site.keys, site.tenant)?;
    let bodies: Vec<String> = users.chunks(READS as usize).map(batch).collect();
    if let Some(body) = bodies.first() {
        check(&server, body)?;
    }
    let bench = Bench::start(run, BATCHES)?;
    let batches = bodies
        .iter()
        .map(|body| server.request("POST", "/v1.0/$batch", body));
    let batches = Requests::write(bench.file("batches"), batches)?;
    let singles = users
        .iter()
        .map(|user| server.request("GET", &path(*user), ""));
    let singles = Requests::write(bench.file("singles"), singles)?;
    // The first round warms up and is not counted.
    for round in 0..=run.rounds {
        let together = bench.load(server.aim(), &batches)?;
        let alone = bench.load(server.aim(), &singles)?;
        if round > 0 {
            let reads = together.rate * f64::from(READS);
            figure.push(site.users, reads, Some(alone.rate));
        }
    }
    Ok(())
}

fn path(user: Uuid) -> String {
    format!("/v1.0/users/{user}")
}

fn batch(users: &[Uuid]) -> String {
    let requests = users.iter().enumerate().map(|(place, user)| {
        json!({"id": place.to_string(), "method": "GET", "url": format!("/users/{user}")})
    });
    json!({"requests": requests.collect::<Vec<_>>()}).to_string()
}

/// All reads of a batch succeed.
fn check(server: &ZetelServer, body: &str) -> Result<(), BenchError> {
    let answer = server.post("/v1.0/$batch", body)?;
    let answers = answer.get("responses").and_then(Value::as_array);
    let is_read = |answer: &&Value| answer.get("status").and_then(Value::as_u64) == Some(200);
    let read = answers.map_or(0, |answers| answers.iter().filter(is_read).count());
    if read == READS as usize {
        return Ok(());
    }
    Err(BenchError::failed(
        "a batch was not answered as a whole",
        answer,
    ))
}
