//! Devices: the decision, the gate, what a license change costs with devices, memory per device.

mod decision;
mod estate;
mod gate;
mod licenses;
pub mod memory;
#[cfg(feature = "peers")]
mod peers;

use estate::{Estate, Kit};

use super::Run;
use crate::error::BenchError;

/// All that needs no store.
pub fn measure_in_memory(run: &mut Run) -> Result<(), BenchError> {
    let mut decisions = decision::Decisions::new();
    #[cfg(feature = "peers")]
    let mut others = peers::Peers::new();
    let mut changes = licenses::in_memory();
    for users in run.sizes.clone() {
        crate::progress(&format!("decisions, {users} users"));
        let mut estate = Estate::new(users, Kit::of)?;
        decisions.measure(run, &estate)?;
        #[cfg(feature = "peers")]
        others.measure(run, &estate)?;
        licenses::measure(run, &mut estate, &mut changes)?;
    }
    run.report.figures.extend(decisions.into_figures());
    #[cfg(feature = "peers")]
    run.report.figures.extend(others.into_figures());
    run.report.figures.push(changes);
    memory::measure(run)
}

/// What needs a store.
pub fn measure(run: &mut Run) -> Result<(), BenchError> {
    licenses::measure_durable(run)?;
    gate::measure(run)
}
