//! Queries: filters with their numbers, prefixes, pages in the order of names; as sets in process, and over HTTP.

mod sets;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Kind, Run,
    http::{Bench, Rows},
};
use crate::{
    client::ZetelServer,
    error::BenchError,
    population::{Draw, EMS_PLANS, MICROSOFT_365_E3, Site},
    report::{Figure, Goal},
    wrk::Requests,
};

/// Requests sent, over and over.
const REQUESTS: usize = 1_000;
/// Pages through which links are followed, each of a hundred users.
const PAGES: usize = 100;
/// The first letters of names, in two spellings.
const PREFIXES: [&str; 6] = ["Anna", "c", "EMMA", "Hannah W", "jas", "Pieter"];
/// A part of everybody.
const DEPARTMENT: &str = "Finance";

/// The figures of queries over HTTP.
struct Queries {
    filter: Rows,
    prefix: Rows,
    pages: Rows,
}

/// Queries on SQLite; where a tenant is stored makes no difference to what is read from memory.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let mut sets = sets::Sets::new();
    let mut queries = Queries::new();
    for site in run.sites_of(Kind::Sqlite) {
        crate::progress(&format!("queries, {} users", site.users));
        sets.measure(run, &site)?;
        queries.measure(run, &site)?;
    }
    run.report.figures.extend(sets.into_figures());
    run.report.figures.extend(queries.into_figures());
    Ok(())
}

impl Queries {
    fn new() -> Self {
        let at_most = |name: &str, seconds| {
            let mut rows = Rows::new(name, "hello", Goal::None);
            rows.processor.goal = Goal::AtMost(seconds);
            rows
        };
        Self {
            filter: at_most(
                "GET /users filtered by license, plan, department and flag, $count, $top=1",
                200e-6,
            ),
            prefix: at_most(
                "GET /users by first letters of the name, $count, $top=1",
                1e-3,
            ),
            pages: Rows::new(
                "GET /users filtered by department and flag, by name, pages of 100",
                "hello",
                Goal::RatioAtLeast(0.2),
            ),
        }
    }

    fn measure(&mut self, run: &Run, site: &Site) -> Result<(), BenchError> {
        let server = ZetelServer::start(&run.zetel, &site.target, &site.keys, site.tenant)?;
        let [plan, ..] = EMS_PLANS;
        let filters = ["Finance", "Sales", "Legal", "Marketing"].map(|department| {
            query(&[
                ("$filter", &format!("assignedLicenses/any(x:x/skuId eq {MICROSOFT_365_E3}) and assignedPlans/any(p:p/servicePlanId eq {plan}) and department eq '{department}' and accountEnabled eq true")),
                ("$count", "true"),
                ("$top", "1"),
            ])
        });
        let prefixes = PREFIXES.map(|prefix| {
            query(&[
                ("$filter", &format!("startswith(displayName,'{prefix}')")),
                ("$count", "true"),
                ("$top", "1"),
            ])
        });
        for path in filters.iter().chain(&prefixes) {
            let answer = server.get_eventual(path)?;
            let count = answer.get("@odata.count").and_then(Value::as_u64);
            if count.is_none_or(|count| count > u64::from(site.users)) {
                return Err(BenchError::failed(path, answer));
            }
        }
        let pages = pages(&server)?;
        let bench = Bench::start(run, REQUESTS)?;
        for (paths, rows) in [
            (&filters[..], &mut self.filter),
            (&prefixes[..], &mut self.prefix),
            (&pages[..], &mut self.pages),
        ] {
            let paths = paths.iter().cycle().take(REQUESTS);
            let texts = paths.map(|path| server.eventual(path));
            let requests = Requests::write(bench.file("queries"), texts)?;
            bench.load(server.aim(), &requests)?;
            for _ in 0..run.rounds {
                let load = bench.load(server.aim(), &requests)?;
                let hello = bench.hello()?;
                rows.push(site.users, &load, hello.rate, &hello);
            }
        }
        Ok(())
    }

    fn into_figures(self) -> [Figure; 6] {
        let Self {
            filter,
            prefix,
            pages,
        } = self;
        [
            filter.processor,
            filter.rate,
            prefix.processor,
            prefix.rate,
            pages.rate,
            pages.processor,
        ]
    }
}

/// The path of users with these options.
fn query(options: &[(&str, &str)]) -> String {
    let options: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "%20")))
        .collect();
    format!("/v1.0/users?{}", options.join("&"))
}

/// Pages of a department by name, one after the other, in random order; nobody may be on two of them.
fn pages(server: &ZetelServer) -> Result<Vec<String>, BenchError> {
    let first = query(&[
        (
            "$filter",
            &format!("department eq '{DEPARTMENT}' and accountEnabled eq true"),
        ),
        ("$orderby", "displayName"),
        ("$count", "true"),
        ("$top", "100"),
    ]);
    let (mut pages, mut seen) = (vec![first], BTreeSet::new());
    while let Some(path) = pages.last().filter(|_| pages.len() < PAGES) {
        let answer = server.get_eventual(path)?;
        let users = answer.get("value").and_then(Value::as_array);
        for user in users.into_iter().flatten() {
            let id = user.get("id").and_then(Value::as_str).unwrap_or_default();
            if !seen.insert(id.to_owned()) {
                return Err(BenchError::failed("somebody is on two pages", id));
            }
        }
        let link = answer.get("@odata.nextLink").and_then(Value::as_str);
        let Some((_, rest)) = link.and_then(|link| link.split_once("/v1.0")) else {
            break;
        };
        pages.push(format!("/v1.0{rest}"));
    }
    Draw::new(53).shuffle(&mut pages);
    Ok(pages)
}
