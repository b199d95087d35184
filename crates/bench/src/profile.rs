//! Work in a loop, to be looked at with a profiler.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use zetel_store::{Store, Target};

use crate::{error::BenchError, measure::single::Changer, population};

/// What to do in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// One client assigns, each change durable.
    Assign,
    /// 64 changes are under way at once.
    AssignTogether,
    /// Both products are assigned to everybody, once.
    BulkAssign,
    /// The tenant is loaded again and again.
    Load,
}

/// Makes a tenant with so many users in an empty folder, licensed or not.
pub fn populate(folder: &Path, users: u32, licensed: bool) -> Result<(), BenchError> {
    let engine = population::open(&Target::Sqlite(folder.to_owned()))?;
    let tenant = population::create_tenant(&engine)?;
    let rate = population::create_users(&engine, tenant, 0..users)?;
    crate::progress(&format!("created {rate:.0} users per second"));
    if licensed {
        let rate =
            population::assign_to_all(&engine, tenant, &population::user_ids(&engine, tenant)?)?;
        crate::progress(&format!("licensed {rate:.0} users per second"));
    }
    Ok(())
}

/// Does a part's work for a time on a populated folder.
pub fn run(part: Part, folder: &Path, time: Duration) -> Result<(), BenchError> {
    let target = Target::Sqlite(folder.to_owned());
    let begun = Instant::now();
    match part {
        Part::Load => {
            let store = Store::open(&target)?;
            while begun.elapsed() < time {
                for head in store.heads()? {
                    drop(store.load(head.tenant_id)?);
                }
            }
        }
        Part::Assign => {
            let engine = population::open(&target)?;
            let tenant = population::only_tenant(&engine)?;
            let mut changer = Changer::new(engine, tenant)?;
            let count = changer.change_for(time)?.len();
            crate::progress(&format!("{count} changes in {time:?}"));
        }
        Part::AssignTogether => {
            let engine = population::open(&target)?;
            let tenant = population::only_tenant(&engine)?;
            let count = Changer::new(engine, tenant)?.change_together(64, time)?;
            crate::progress(&format!("{count} changes in {time:?}"));
        }
        Part::BulkAssign => {
            let engine = population::open(&target)?;
            let tenant = population::only_tenant(&engine)?;
            let rate = population::assign_to_all(
                &engine,
                tenant,
                &population::user_ids(&engine, tenant)?,
            )?;
            crate::progress(&format!("licensed {rate:.0} users per second"));
        }
    }
    Ok(())
}
