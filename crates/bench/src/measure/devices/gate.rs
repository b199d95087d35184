//! The enrollment gate over plain HTTP on loopback, beside a bare answer of the same framework.

use serde_json::Value;
use uuid::Uuid;

use super::estate::serial;
use crate::{
    client::ZetelServer,
    error::BenchError,
    measure::{
        Kind, Run,
        http::{Bench, CLIENTS, Rows, generation},
        open,
    },
    population::{self, Draw, Site},
    report::{Figure, Goal, Unit},
    wrk::Requests,
};

/// Different questions.
const QUESTIONS: usize = 10_000;
/// Devices that can register within a second; more than any server here registers.
const REGISTRATIONS: usize = 80_000;
/// Devices that somebody may have.
const MOST: u32 = 15;
/// Answers looked at one by one.
const SAMPLE: usize = 20;

/// The figures of the gate.
struct Gate {
    checks: Rows,
    tail: Figure,
    registrations: Rows,
}

/// Questions and registrations on SQLite.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let mut gate = Gate {
        checks: Rows::new(
            "POST /enrollment/v1/checks",
            "hello",
            Goal::RatioAtLeast(0.75),
        ),
        tail: Figure::new(
            "POST /enrollment/v1/checks: 99 of 100 answers within",
            Unit::Seconds,
            "hello",
            Goal::RatioAtMost(2.0),
        ),
        registrations: Rows::new(
            &format!("PUT /enrollment/v1/devices/{{id}}, new devices, {CLIENTS} clients, SQLite"),
            "hello",
            Goal::RatioAtLeast(0.4),
        ),
    };
    for site in run.sites_of(Kind::Sqlite) {
        crate::progress(&format!("the gate, {} users", site.users));
        let mut users = without_devices(&site)?;
        Draw::new(41).shuffle(&mut users);
        let server = ZetelServer::start(&run.zetel, &site.target, &site.keys, site.tenant)?;
        gate.ask(run, &server, &site, &users)?;
        let needed = REGISTRATIONS * run.seconds as usize;
        if users.len() >= needed && run.rounds < MOST {
            users.truncate(needed);
            let told = gate.register(run, &server, &site, &users)?;
            drop(server);
            check_registered(&site, told)?;
        }
    }
    let Gate {
        checks,
        tail,
        registrations,
    } = gate;
    run.report.figures.extend([
        checks.rate,
        checks.processor,
        tail,
        registrations.rate,
        registrations.processor,
    ]);
    Ok(())
}

impl Gate {
    /// Whether users may enroll a device that nobody knows: they may.
    fn ask(
        &mut self,
        run: &Run,
        server: &ZetelServer,
        site: &Site,
        users: &[Uuid],
    ) -> Result<(), BenchError> {
        const PATH: &str = "/enrollment/v1/checks";
        let bench = Bench::start(run, QUESTIONS)?;
        let mut draw = Draw::new(43);
        let mut bodies = Vec::new();
        for user in users.iter().cycle().take(QUESTIONS) {
            let (device, serial) = (draw.id(), serial(&mut draw));
            bodies.push(format!(
                r#"{{"user":"{user}","deviceId":"{device}","serial":"{serial}","platform":"Windows"}}"#
            ));
        }
        for body in bodies.iter().take(SAMPLE) {
            let answer = server.post(PATH, body)?;
            if answer.get("verdict").and_then(Value::as_str) != Some("allow") {
                return Err(BenchError::failed("a question was answered by", answer));
            }
        }
        let texts = bodies.iter().map(|body| server.request("POST", PATH, body));
        let requests = Requests::write(bench.file("checks"), texts)?;
        bench.load(server.aim(), &requests)?;
        for _ in 0..run.rounds {
            let load = bench.load(server.aim(), &requests)?;
            let hello = bench.hello()?;
            self.checks.push(site.users, &load, hello.rate, &hello);
            self.tail.push(site.users, load.tail, Some(hello.tail));
        }
        Ok(())
    }

    /// Every user enrolls one new device in each round. Returns how many devices the server said it enrolled.
    fn register(
        &mut self,
        run: &Run,
        server: &ZetelServer,
        site: &Site,
        users: &[Uuid],
    ) -> Result<u64, BenchError> {
        let bench = Bench::start(run, users.len())?;
        let mut draw = Draw::new(47);
        let mut told = 0;
        // The first round warms up and is not counted.
        for round in 0..=run.rounds {
            let texts = users.iter().map(|user| {
                let path = format!("/enrollment/v1/devices/{}", draw.id());
                let (name, serial) = (draw.below(1 << 32), serial(&mut draw));
                let model = draw.below(300);
                server.request("PUT", &path, &format!(
                    r#"{{"user":"{user}","serial":"{serial}","platform":"Windows","deviceName":"LAPTOP-{name:08X}","manufacturer":"Maker","model":"Notebook {model}","osVersion":"10.0.26100.1"}}"#
                ))
            });
            let requests = Requests::write(bench.file("registrations"), texts)?;
            let before = generation(site)?;
            let load = bench.load(server.aim(), &requests)?;
            let changes = generation(site)? - before;
            if changes < load.requests {
                return Err(BenchError::Failed(format!(
                    "{} registrations made {changes} changes",
                    load.requests
                )));
            }
            told += load.requests;
            let hello = bench.hello()?;
            if round > 0 {
                self.registrations
                    .push(site.users, &load, hello.rate, &hello);
            }
        }
        Ok(told)
    }
}

/// Object ids of everybody who has no device.
fn without_devices(site: &Site) -> Result<Vec<Uuid>, BenchError> {
    let state = population::snapshot(&open(site)?, site.tenant)?;
    let users = state.users().iter();
    let users = users.filter(|user| state.devices().enrolled_by(user.ordinal) == 0);
    Ok(users.map(|user| user.id).collect())
}

/// After the server has ended, the devices that it said it enrolled are there.
fn check_registered(site: &Site, told: u64) -> Result<(), BenchError> {
    let devices = population::snapshot(&open(site)?, site.tenant)?
        .devices()
        .live()
        .len();
    if u64::from(devices) < told {
        return Err(BenchError::Failed(format!(
            "{told} devices were registered, {devices} are there"
        )));
    }
    Ok(())
}
