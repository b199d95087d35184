//! Other stand-ins for a directory on the same machine in the same run: json-server and Prism (npm), and moto (`PyPI`).
//! `scripts/bench` installs them for this part.

mod programs;

use std::{fs::File, io::BufWriter};

use serde_json::{Value, json};

use super::{Kind, Run, http::Bench};
use crate::{
    client::ZetelServer,
    error::BenchError,
    population::Site,
    report::{Figure, Goal, Unit},
    wrk::{self, Aim, Requests},
};
use programs::{Program, StandIn};

/// Connections; with more of them the slowest stand-in does not answer in the two seconds that `wrk` waits.
const CONNECTIONS: u32 = 4;
/// Users up to which json-server is tried: it reads its file anew at each start and looks at all users for each filter.
const MOST_IN_JSON: u32 = 100_000;
/// Users that moto is given, one request each.
const USERS_IN_MOTO: usize = 1_000;
/// Texts sent, over and over.
const REQUESTS: usize = 1_000;

/// What is asked of everybody.
#[derive(Clone, Copy, Debug)]
enum Question {
    One,
    Filtered,
}

impl Question {
    const ALL: [Self; 2] = [Self::One, Self::Filtered];

    const fn name(self) -> &'static str {
        match self {
            Self::One => "one user by its id",
            Self::Filtered => "one user of a filter",
        }
    }
}

/// Measures all stand-ins beside Zetel. The figures are theirs; the limit is Zetel's. One that fails leaves the others
/// their figures.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let (mut figures, mut failures, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for program in Program::ALL {
        for question in Question::ALL {
            figures.push(Figure::new(
                format!(
                    "{} ({CONNECTIONS} clients): {}",
                    program.name(),
                    question.name()
                ),
                Unit::PerSecond,
                "Zetel",
                Goal::None,
            ));
        }
    }
    for site in run.sites_of(Kind::Sqlite) {
        crate::progress(&format!("stand-ins, {} users", site.users));
        let server = ZetelServer::start(&run.zetel, &site.target, &site.keys, site.tenant)?;
        let bench = Bench::start(run, REQUESTS)?;
        for (program, figures) in Program::ALL.into_iter().zip(figures.chunks_mut(2)) {
            let is_too_many = match program {
                Program::JsonServer => site.users > MOST_IN_JSON,
                // Those do not depend on the tenant: once is enough.
                Program::Prism | Program::Moto => run.sizes.first() != Some(&site.users),
            };
            if is_too_many {
                if program == Program::JsonServer {
                    notes.push(format!(
                        "- {} was not tried with {} users.",
                        program.name(),
                        site.users
                    ));
                }
                continue;
            }
            if let Err(error) = measure_one(&bench, &server, &site, program, figures) {
                crate::progress(&format!("error: standins: {error}"));
                failures.push(format!("standins: {error}"));
            }
        }
    }
    figures.retain(|figure| !figure.cells.is_empty());
    run.report.figures.extend(figures);
    run.report.notes.extend(notes);
    run.report.failures.extend(failures);
    Ok(())
}

fn measure_one(
    bench: &Bench<'_>,
    server: &ZetelServer,
    site: &Site,
    program: Program,
    figures: &mut [Figure],
) -> Result<(), BenchError> {
    let users = users(
        server,
        USERS_IN_MOTO.min(site.users as usize),
        program,
        site,
    )?;
    let data = bench.run.folder.join("users.json");
    if program == Program::JsonServer {
        serde_json::to_writer(
            BufWriter::new(File::create(&data)?),
            &json!({"users": users}),
        )
        .map_err(|error| BenchError::failed("writing users", error))?;
    }
    let stand_in = StandIn::start(program, &data)?;
    let users = stand_in.take(&users)?;
    for (question, figure) in Question::ALL.into_iter().zip(figures) {
        let of = |user: &Value, name: &str| {
            let text = user.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let wanted = match question {
            Question::One => "id",
            Question::Filtered => program.filtered(),
        };
        let asked = users.iter().cycle().take(REQUESTS);
        let theirs = asked.clone().map(|user| match question {
            Question::One => stand_in.one(&of(user, wanted), server),
            Question::Filtered => stand_in.filtered(&of(user, wanted), server),
        });
        if let (Some(request), Some(user)) = (theirs.clone().next(), users.first()) {
            stand_in.check(&request, &of(user, wanted))?;
        }
        let theirs = Requests::write(bench.file("theirs"), theirs)?;
        let ours = asked.map(|user| match question {
            Question::One => {
                let path = format!("/v1.0/users/{}", of(user, "zetelId"));
                server.request("GET", &path, "")
            }
            Question::Filtered => {
                let value = of(user, program.filtered()).replace(' ', "%20");
                let name = program.filtered();
                server.eventual(&format!(
                    "/v1.0/users?$filter={name}%20eq%20%27{value}%27&$count=true&$top=1"
                ))
            }
        });
        let ours = Requests::write(bench.file("ours"), ours)?;
        for round in 0..=bench.run.rounds {
            let load = |aim: Aim, requests: &Requests| {
                wrk::run(
                    bench.script(),
                    aim,
                    requests,
                    CONNECTIONS,
                    bench.run.seconds,
                )
            };
            let theirs = load(stand_in.aim(), &theirs)?;
            let ours = load(server.aim(), &ours)?;
            if round > 0 {
                figure.push(site.users, theirs.rate, Some(ours.rate));
            }
        }
    }
    Ok(())
}

/// Users as Zetel tells them: all for the stand-in that keeps them in a file, some for the others.
fn users(
    server: &ZetelServer,
    some: usize,
    program: Program,
    site: &Site,
) -> Result<Vec<Value>, BenchError> {
    let wanted = match program {
        Program::JsonServer => site.users as usize,
        Program::Prism | Program::Moto => some,
    };
    let mut users = Vec::with_capacity(wanted);
    let select = "id,displayName,userPrincipalName,department,accountEnabled";
    let mut path = format!("/v1.0/users?$top=999&$select={select}");
    while users.len() < wanted {
        let mut answer = server.get(&path)?;
        if let Some(Value::Array(page)) = answer.get_mut("value").map(Value::take) {
            users.extend(page);
        }
        let link = answer.get("@odata.nextLink").and_then(Value::as_str);
        let Some(place) = link.and_then(|link| link.find("/v1.0")) else {
            break;
        };
        path = link.map_or_else(String::new, |link| link[place..].to_owned());
    }
    users.truncate(wanted);
    for user in &mut users {
        user["zetelId"] = user["id"].clone();
    }
    Ok(users)
}
