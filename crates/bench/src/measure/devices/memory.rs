//! Memory per device: what a process holds with devices, less what it holds without them.

use std::{io::Write, process::Command};

use super::estate::{Estate, Kit};
use crate::{
    error::BenchError,
    measure::Run,
    process::{output_of, resident_bytes},
    report::{Figure, Goal, Unit},
};

/// Devices of everybody.
const EACH: u32 = 3;

/// Makes a tenant of so many people with so many devices each, and prints what this process holds.
pub fn hold(users: u32, each: u32) -> Result<(), BenchError> {
    let estate = Estate::new(users, |_| Kit::with(each))?;
    let devices = estate.tenant.devices().len();
    let bytes = resident_bytes(std::process::id())?;
    drop(estate);
    writeln!(std::io::stdout(), "{devices} {bytes}")?;
    Ok(())
}

/// Bytes per device, by devices.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    let mut memory = Figure::new(
        "resident memory per device, 3 per user, by devices",
        Unit::Bytes,
        "",
        Goal::AtMost(100.0),
    );
    // Where there are few devices, what the allocator keeps in reserve is more than they are.
    if let Some(size) = run.sizes.last().copied() {
        let users = size.div_ceil(EACH);
        for _ in 0..run.rounds.min(3) {
            let [(devices, with), (_, without)] = [held(users, EACH)?, held(users, 0)?];
            memory.push(size, (with - without) / devices, None);
        }
    }
    run.report.figures.push(memory);
    Ok(())
}

/// Devices and bytes of a process of its own.
fn held(users: u32, each: u32) -> Result<(f64, f64), BenchError> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["hold", &users.to_string(), &each.to_string()]);
    let output = output_of(&mut command)?;
    let numbers: Vec<f64> = output
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    match numbers.as_slice() {
        [devices, bytes] => Ok((*devices, *bytes)),
        _ => Err(BenchError::failed("holding devices", output)),
    }
}
