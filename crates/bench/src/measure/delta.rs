//! A delta query after a change of a hundred users, over plain HTTP on loopback, by one client.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Kind, Run, open};
use crate::{
    client::ZetelServer,
    error::BenchError,
    population::{self, EMS, EMS_PLANS, Site},
    report::{Figure, Goal, Unit},
    stats::median,
};

/// Users who are changed.
const CHANGED: usize = 100;
/// Requests of which the one in the middle counts.
const REQUESTS: usize = 100;
/// The most that it may take.
const GOAL: Duration = Duration::from_millis(1);
/// What is followed.
const SELECT: &str = "id,displayName,assignedLicenses,licenseAssignmentStates";

/// Measures at all sizes, on SQLite: nothing of it depends on the database.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let mut figure = Figure::new(
        format!("GET /users/delta after a change of {CHANGED} users"),
        Unit::Seconds,
        "GET /users/{id}",
        Goal::AtMost(GOAL.as_secs_f64()),
    );
    for site in run.sites_of(Kind::Sqlite) {
        crate::progress(&format!("delta, {} users", site.users));
        let users: Vec<Uuid> = {
            let engine = open(&site)?;
            let step = (site.users as usize / CHANGED).max(1);
            let all = population::user_ids(&engine, site.tenant)?;
            all.into_iter().step_by(step).take(CHANGED).collect()
        };
        let server = ZetelServer::start(&run.zetel, &site.target, &site.keys, site.tenant)?;
        for round in 0..=run.rounds {
            let (ours, limit) = measure_round(&server, &site, &users, round)?;
            // The first round fills caches.
            if round > 0 {
                figure.push(site.users, ours, Some(limit));
            }
        }
    }
    run.report.figures.push(figure);
    Ok(())
}

/// The seconds of a delta query that tells of all users, and those of a look at one user.
fn measure_round(
    server: &ZetelServer,
    site: &Site,
    users: &[Uuid],
    round: u32,
) -> Result<(f64, f64), BenchError> {
    let latest = format!("/v1.0/users/delta?$deltatoken=latest&$select={SELECT}");
    let link = server.get(&latest)?;
    let link = link.get("@odata.deltaLink").and_then(Value::as_str);
    let path = link
        .and_then(|link| link.get(link.find("/v1.0")?..))
        .ok_or_else(|| BenchError::failed(&latest, "it gave no link"))?;
    let plan = EMS_PLANS.get(round as usize % 2).map(Uuid::to_string);
    let body = json!({
        "addLicenses": [{"skuId": EMS.to_string(), "disabledPlans": [plan]}],
        "removeLicenses": [],
    });
    for user in users {
        server.post(
            &format!("/v1.0/users/{user}/assignLicense"),
            &body.to_string(),
        )?;
    }
    let told = server.get(path)?;
    let told = told
        .get("value")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if told != users.len() {
        return Err(BenchError::Failed(format!(
            "{} users were changed in a tenant of {}, and {told} were told",
            users.len(),
            site.users
        )));
    }
    let one = format!("/v1.0/users/{}", users.first().copied().unwrap_or_default());
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        ours.push(server.time(path)?);
        limit.push(server.time(&one)?);
    }
    Ok((median(&mut ours), median(&mut limit)))
}
