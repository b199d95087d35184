//! Loading a tenant at start: processor time and memory of a process that does nothing else.

use std::{io::Write, process::Command, str::FromStr, time::Instant};

use zetel_store::{Store, Target};

use super::{Kind, Run};
use crate::{
    error::BenchError,
    limits::MemoryCopy,
    process::{output_of, own_processor_seconds, resident_bytes},
    report::{Figure, Goal, Unit},
    stats::figure,
};

/// Loads every tenant of a database and prints processor seconds, seconds, resident bytes before and after, and users.
pub fn load(target: &str) -> Result<(), BenchError> {
    let own = std::process::id();
    let before = resident_bytes(own)?;
    let begun = Instant::now();
    let store = Store::open(&Target::from_str(target)?)?;
    let mut tenants = Vec::new();
    for head in store.heads()? {
        tenants.extend(store.load(head.tenant_id)?);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let users: u32 = tenants.iter().map(|(_, tenant)| tenant.users().len()).sum();
    let (used, after) = (own_processor_seconds()?, resident_bytes(own)?);
    writeln!(
        std::io::stdout(),
        "{used} {seconds} {before} {after} {users}"
    )?;
    Ok(())
}

/// The text by which [`load`] finds a database.
fn address(target: &Target) -> String {
    match target {
        Target::Sqlite(folder) => folder.display().to_string(),
        Target::Postgres(url) => url.clone(),
    }
}

/// Processor time and memory by size.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    for kind in Kind::ALL {
        let name = kind.name();
        crate::progress(&format!("start on {name}"));
        let (goal, memory_goal) = match kind {
            Kind::Sqlite => (Goal::AtMost(2.0), Goal::AtMost(300.0)),
            Kind::Postgres => (Goal::AtMost(3.0), Goal::AtMost(300.0)),
        };
        let mut processor = Figure::new(
            format!("start, processor time, {name}"),
            Unit::Seconds,
            "memcpy of what is resident",
            goal,
        );
        let mut elapsed = Figure::new(
            format!("start, elapsed, {name}"),
            Unit::Seconds,
            "",
            Goal::None,
        );
        let mut memory = Figure::new(
            format!("resident memory per user after start, {name}"),
            Unit::Bytes,
            "",
            memory_goal,
        );
        let mut copy = MemoryCopy::new();
        for _ in 0..run.rounds {
            for site in run.sites_of(kind) {
                let mut command = Command::new(std::env::current_exe()?);
                let output = output_of(command.arg("load").arg(address(&site.target)))?;
                let numbers: Vec<f64> = output
                    .split_whitespace()
                    .map_while(|number| number.parse().ok())
                    .collect();
                let &[used, seconds, _, resident, users] = numbers.as_slice() else {
                    return Err(BenchError::failed("loading", output));
                };
                if (users - f64::from(site.users)).abs() > 0.5 {
                    return Err(BenchError::Failed(format!(
                        "{users} of {} users were loaded",
                        site.users
                    )));
                }
                processor.push(site.users, used, Some(resident / copy.rate()));
                elapsed.push(site.users, seconds, None);
                memory.push(site.users, resident / figure(u64::from(site.users)), None);
            }
        }
        run.report.figures.extend([processor, elapsed, memory]);
    }
    Ok(())
}
