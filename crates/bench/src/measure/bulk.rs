//! Filling a tenant by bulk commands, and what that takes on disk.

use rusqlite::Connection;
use zetel_store::Target;

use super::{Kind, Run};
use crate::{
    error::BenchError,
    limits::MemoryCopy,
    population::{self, Site},
    postgres,
    report::{Figure, Goal, Unit},
    stats::{Samples, figure},
};

/// Fills a tenant of every size on both engines; other parts measure on them.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    for kind in Kind::ALL {
        let (create, assign) = match kind {
            Kind::Sqlite => (Goal::AtLeast(100_000.0), Goal::AtLeast(300_000.0)),
            Kind::Postgres => (Goal::AtLeast(80_000.0), Goal::None),
        };
        let name = kind.name();
        let mut created = Figure::new(
            format!("create users in bulk, {name}"),
            Unit::PerSecond,
            "memcpy",
            create,
        );
        let mut assigned = Figure::new(
            format!("assign 2 products in bulk with history, users, {name}"),
            Unit::PerSecond,
            "memcpy",
            assign,
        );
        let disk_goal = if kind == Kind::Sqlite {
            Goal::AtMost(300.0)
        } else {
            Goal::None
        };
        let mut disk = Figure::new(format!("disk per user, {name}"), Unit::Bytes, "", disk_goal);
        for users in run.sizes.clone() {
            crate::progress(&format!("filling {users} users on {name}"));
            let (target, keys) = run.place(kind, users)?;
            let mut copies = Samples::default();
            let mut memory = MemoryCopy::new();
            let engine = population::open(&target)?;
            let tenant = population::create_tenant(&engine)?;
            let filling = population::fill(&engine, tenant, users, run.rounds, || {
                copies.push(memory.rate());
            })?;
            drop((engine, memory));
            let (bytes, tables) = disk_use(&target)?;
            let per_user = figure(bytes) / f64::from(users);
            disk.push(users, per_user, None);
            if !tables.is_empty() && Some(&users) == run.sizes.last() {
                run.report.notes.push(format!(
                    "- Disk at {users} users, bytes per user: {}.",
                    shares(&tables, users)
                ));
            }
            // The limit counts bytes: how many users' rows memory could copy.
            let rows: Samples = [per_user]
                .into_iter()
                .cycle()
                .take(run.rounds as usize)
                .collect();
            let limit = copies.over(&rows);
            created.set(users, filling.created, Some(limit.clone()));
            assigned.set(users, filling.assigned, Some(limit));
            run.sites.push((
                kind,
                Site {
                    users,
                    target,
                    keys,
                    tenant,
                },
            ));
        }
        run.report.figures.extend([created, assigned, disk]);
    }
    Ok(())
}

/// Bytes on disk with nothing left in a log, and where they are, the greatest first.
fn disk_use(target: &Target) -> Result<(u64, Vec<(String, u64)>), BenchError> {
    let folder = match target {
        Target::Postgres(url) => return Ok((postgres::disk_bytes(url)?, Vec::new())),
        Target::Sqlite(folder) => folder,
    };
    let file = folder.join("zetel.db");
    let connection = Connection::open(&file)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mut statement = connection
        .prepare("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 8")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, i64>(1)?.unsigned_abs(),
        ))
    })?;
    let tables = rows.collect::<Result<Vec<_>, _>>()?;
    Ok((std::fs::metadata(file)?.len(), tables))
}

fn shares(tables: &[(String, u64)], users: u32) -> String {
    let share = |(name, bytes): &(String, u64)| {
        format!("`{name}` {:.1}", figure(*bytes) / f64::from(users))
    };
    tables.iter().map(share).collect::<Vec<_>>().join(", ")
}
