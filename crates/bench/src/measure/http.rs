//! The server over plain HTTP on loopback, beside a bare answer of the same framework.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;
use uuid::Uuid;
use zetel_store::Store;

use super::{Kind, Run, open};
use crate::{
    client::{Hello, ZetelServer},
    error::BenchError,
    population::{self, Draw, EMS, EMS_PLANS, Site},
    process::resident_bytes,
    report::{Figure, Goal, Unit},
    stats::figure,
    wrk::{self, Aim, Load, Requests},
};

/// Connections.
pub const CLIENTS: u32 = 64;
/// Users whose licenses are changed, and different reads.
const USERS: usize = 10_000;
/// Requests looked at one by one before and after load.
const SAMPLE: usize = 20;

/// What belongs to one kind of request.
pub struct Rows {
    /// Requests per second.
    pub rate: Figure,
    /// Seconds of the server's processor time per request.
    pub processor: Figure,
}

impl Rows {
    /// Without samples.
    pub fn new(name: &str, limit: &'static str, goal: Goal) -> Self {
        let processor = format!("{name}: server's processor time per request");
        Self {
            rate: Figure::new(name, Unit::PerSecond, limit, goal),
            processor: Figure::new(processor, Unit::Seconds, "hello", Goal::None),
        }
    }

    /// Adds a round.
    pub fn push(&mut self, users: u32, load: &Load, limit: f64, hello: &Load) {
        self.rate.push(users, load.rate, Some(limit));
        self.processor
            .push(users, load.processor, Some(hello.processor));
    }
}

/// The bare server, and requests to it.
pub struct Bench<'a> {
    /// What is measured.
    pub run: &'a Run,
    hello: Hello,
    hello_requests: Requests,
    script: PathBuf,
}

impl<'a> Bench<'a> {
    /// Starts the bare server. It gets as many different texts as the server that is measured, so that both sides pay
    /// for walking through them.
    pub fn start(run: &'a Run, requests: usize) -> Result<Self, BenchError> {
        let hello = Hello::start()?;
        let script = run.folder.join("requests.lua");
        std::fs::write(&script, include_str!("../requests.lua"))?;
        let request = || format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", hello.address);
        let hello_requests = Requests::write(
            run.folder.join("hello.requests"),
            (0..requests).map(|_| request()),
        )?;
        Ok(Self {
            run,
            hello,
            hello_requests,
            script,
        })
    }

    /// Sends requests to a server.
    pub fn load(&self, aim: Aim, requests: &Requests) -> Result<Load, BenchError> {
        wrk::run(&self.script, aim, requests, CLIENTS, self.run.seconds)
    }

    /// Sends requests to the bare server.
    pub fn hello(&self) -> Result<Load, BenchError> {
        let aim = Aim {
            address: self.hello.address,
            process: self.hello.process(),
        };
        self.load(aim, &self.hello_requests)
    }

    /// The script of `wrk`.
    pub fn script(&self) -> &Path {
        &self.script
    }

    /// Where requests are written.
    pub fn file(&self, name: &str) -> PathBuf {
        self.run.folder.join(format!("{name}.requests"))
    }
}

/// Writes and reads on both engines, at all sizes.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let mut figures = Vec::new();
    let mut notes = Vec::new();
    {
        let bench = Bench::start(run, USERS)?;
        for kind in Kind::ALL {
            let (new_figures, new_notes) = measure_kind(&bench, kind)?;
            figures.extend(new_figures);
            notes.extend(new_notes);
        }
    }
    run.report.figures.extend(figures);
    run.report.notes.extend(notes);
    Ok(())
}

fn measure_kind(bench: &Bench<'_>, kind: Kind) -> Result<(Vec<Figure>, Vec<String>), BenchError> {
    let name = kind.name();
    let (limit, goal) = match kind {
        Kind::Sqlite => ("hello", Goal::RatioAtLeast(0.4)),
        Kind::Postgres => (
            "pgbench one-row INSERT, 1 connection",
            Goal::RatioAtLeast(3.0),
        ),
    };
    let mut writes = Rows::new(
        &format!("POST assignLicense, {CLIENTS} clients, {name}"),
        limit,
        goal,
    );
    let mut reads = [
        Rows::new(
            "GET /users?$top=100, first page",
            "hello",
            Goal::RatioAtLeast(0.25),
        ),
        Rows::new(
            "GET /users?$top=100, any page",
            "hello",
            Goal::RatioAtLeast(0.25),
        ),
        Rows::new("GET /users/{id}", "hello", Goal::RatioAtLeast(0.7)),
        Rows::new(
            "GET /users/{id}/licenseDetails",
            "hello",
            Goal::RatioAtLeast(0.7),
        ),
    ];
    let mut memory = Figure::new(
        format!("resident memory of `zetel serve` per user after the first request, {name}"),
        Unit::Bytes,
        "",
        Goal::AtMost(300.0),
    );
    let mut notes = Vec::new();
    for site in bench.run.sites_of(kind) {
        crate::progress(&format!("HTTP, {} users on {name}", site.users));
        let users = choose_users(&site)?;
        let server = ZetelServer::start(&bench.run.zetel, &site.target, &site.keys, site.tenant)?;
        server.get("/v1.0/users?$top=1")?;
        let resident = figure(resident_bytes(server.process())?);
        memory.push(site.users, resident / f64::from(site.users), None);
        if kind == Kind::Sqlite {
            measure_reads(bench, &server, &site, &users, &mut reads)?;
        }
        notes.push(measure_writes(
            bench,
            kind,
            &server,
            &site,
            &users,
            &mut writes,
        )?);
    }
    let mut figures = vec![writes.rate, writes.processor];
    if kind == Kind::Sqlite {
        figures.extend(
            reads
                .into_iter()
                .flat_map(|rows| [rows.rate, rows.processor]),
        );
    }
    figures.push(memory);
    Ok((figures, notes))
}

/// Different users in random order, with all plans on.
fn choose_users(site: &Site) -> Result<Vec<Uuid>, BenchError> {
    let engine = open(site)?;
    let mut users = population::user_ids(&engine, site.tenant)?;
    let mut draw = Draw::new(11);
    let wanted = USERS.min(users.len());
    for place in 0..wanted {
        let other = place + draw.below(users.len() - place);
        users.swap(place, other);
    }
    users.truncate(wanted);
    population::reset_licenses(&engine, site.tenant, &users)?;
    Ok(users)
}

/// Every request turns off another plan than the one before for the same user: no request finds its work done.
fn measure_writes(
    bench: &Bench<'_>,
    kind: Kind,
    server: &ZetelServer,
    site: &Site,
    users: &[Uuid],
    rows: &mut Rows,
) -> Result<String, BenchError> {
    let aim = server.aim();
    let mut last = None;
    // The first round warms up and is not counted.
    for round in 0..=bench.run.rounds as usize {
        let plans = [EMS_PLANS[2 * round % 5], EMS_PLANS[(2 * round + 1) % 5]];
        let request = |plan: &Uuid, user: &Uuid| {
            let body = format!(
                r#"{{"addLicenses":[{{"skuId":"{EMS}","disabledPlans":["{plan}"]}}],"removeLicenses":[]}}"#
            );
            server.request("POST", &format!("/v1.0/users/{user}/assignLicense"), &body)
        };
        let texts = plans
            .iter()
            .flat_map(|plan| users.iter().map(move |user| request(plan, user)));
        let requests = Requests::write(bench.file("assign"), texts)?;
        let before = generation(site)?;
        let load = bench.load(aim, &requests)?;
        let changes = generation(site)? - before;
        if changes < load.requests {
            return Err(BenchError::Failed(format!(
                "{} requests made {changes} changes",
                load.requests
            )));
        }
        check_licenses(server, users, &plans)?;
        let hello = bench.hello()?;
        let limit = match kind {
            Kind::Sqlite => hello.rate,
            Kind::Postgres => bench
                .run
                .postgres
                .insert_rate(&bench.run.folder.join("insert.sql"), bench.run.seconds)?,
        };
        if round > 0 {
            rows.push(site.users, &load, limit, &hello);
            last = Some(load);
        }
    }
    let (middle, tail) = last.map_or((f64::NAN, f64::NAN), |load| {
        (load.middle * 1e3, load.tail * 1e3)
    });
    Ok(format!(
        "- POST assignLicense, {} users, {}: half of the answers within {middle:.2} ms, 99 of 100 within {tail:.2} ms (last round).",
        site.users,
        kind.name()
    ))
}

/// The generation of the only tenant: one more for every change.
pub fn generation(site: &Site) -> Result<u64, BenchError> {
    let head = Store::open(&site.target)?.head(site.tenant)?;
    Ok(head.map_or(0, |head| head.generation))
}

/// Users who were in the load have exactly one of the two plans off.
fn check_licenses(
    server: &ZetelServer,
    users: &[Uuid],
    plans: &[Uuid; 2],
) -> Result<(), BenchError> {
    // `wrk` looks at the first request and does not send it.
    for user in users.iter().skip(1).take(SAMPLE) {
        let answer = server.get(&format!("/v1.0/users/{user}/licenseDetails"))?;
        let of = |sku: &&Value| sku.get("skuId").and_then(Value::as_str) == Some(&EMS.to_string());
        let license = answer
            .get("value")
            .and_then(Value::as_array)
            .and_then(|list| list.iter().find(of));
        let off: BTreeSet<&str> = license
            .and_then(|license| license.get("servicePlans")?.as_array())
            .into_iter()
            .flatten()
            .filter(|plan| {
                plan.get("provisioningStatus").and_then(Value::as_str) == Some("Disabled")
            })
            .filter_map(|plan| plan.get("servicePlanId")?.as_str())
            .collect();
        let is_right = plans
            .iter()
            .any(|plan| off == BTreeSet::from([plan.to_string().as_str()]));
        if !is_right {
            return Err(BenchError::Failed(format!(
                "user {user} has these plans off after the load: {off:?}"
            )));
        }
    }
    Ok(())
}

fn measure_reads(
    bench: &Bench<'_>,
    server: &ZetelServer,
    site: &Site,
    users: &[Uuid],
    rows: &mut [Rows; 4],
) -> Result<(), BenchError> {
    let aim = server.aim();
    let page = usize::try_from(site.users.min(100)).unwrap_or(100);
    let paths = [
        vec!["/v1.0/users?$top=100".to_owned()],
        pages(server, site.users)?,
        users
            .iter()
            .map(|user| format!("/v1.0/users/{user}"))
            .collect(),
        users
            .iter()
            .map(|user| format!("/v1.0/users/{user}/licenseDetails"))
            .collect(),
    ];
    for (place, (paths, rows)) in paths.iter().zip(rows).enumerate() {
        for (path, user) in paths.iter().zip(users).take(SAMPLE) {
            let answer = server.get(path)?;
            let listed = answer
                .get("value")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            let is_right = match place {
                0 | 1 => listed == page,
                2 => answer.get("id").and_then(Value::as_str) == Some(&user.to_string()),
                _ => listed == 2,
            };
            if !is_right {
                return Err(BenchError::failed(
                    &format!("`{path}` answered wrongly"),
                    answer,
                ));
            }
        }
        let texts = paths
            .iter()
            .cycle()
            .take(USERS)
            .map(|path| server.request("GET", path, ""));
        let requests = Requests::write(bench.file("read"), texts)?;
        bench.load(aim, &requests)?;
        for _ in 0..bench.run.rounds {
            let load = bench.load(aim, &requests)?;
            let hello = bench.hello()?;
            rows.push(site.users, &load, hello.rate, &hello);
        }
    }
    Ok(())
}

/// Pages of 100 from everywhere in the tenant, in random order: links to the next page, taken from pages of 999.
fn pages(server: &ZetelServer, users: u32) -> Result<Vec<String>, BenchError> {
    const LARGE: &str = "top=999";
    let mut pages = vec!["/v1.0/users?$top=100".to_owned()];
    let mut path = format!("/v1.0/users?${LARGE}");
    while let Some(link) = server
        .get(&path)?
        .get("@odata.nextLink")
        .and_then(Value::as_str)
    {
        let Some(place) = link.find("/v1.0") else {
            break;
        };
        link[place..].clone_into(&mut path);
        let page = path.replace(LARGE, "top=100");
        if page == path {
            return Err(BenchError::failed(
                "a link to the next page lost its size",
                path,
            ));
        }
        pages.push(page);
    }
    // The rest of the tenant behind the last link may be shorter than a page.
    if users.is_multiple_of(999) || users % 999 < 100 {
        pages.truncate(pages.len().saturating_sub(1).max(1));
    }
    let mut draw = Draw::new(13);
    for place in 0..pages.len() {
        let other = place + draw.below(pages.len() - place);
        pages.swap(place, other);
    }
    Ok(pages)
}
