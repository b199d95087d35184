//! Readers at work while something else happens.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use uuid::Uuid;
use zetel_domain::{
    access::{Action, Caller},
    user::UserOrdinal,
};
use zetel_engine::Engine;

use crate::{error::BenchError, population::Draw};

/// The time under which ninety-nine of a hundred reads stay while some work goes on, in seconds, and what the work gave.
/// A read asks for the newest state and for what a random user has.
pub fn p99<T>(
    engine: &Engine,
    tenant: Uuid,
    work: impl FnOnce() -> Result<T, BenchError>,
) -> Result<(f64, T), BenchError> {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut latencies = Vec::new();
            let mut draw = Draw::new(3);
            let caller = Caller::System("benchmark");
            while !ended.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let state = engine.read(tenant, &caller, Action::ReadUser, None)?;
                let place = draw.below(state.users().len() as usize);
                let user = u32::try_from(place)
                    .ok()
                    .and_then(|place| state.users().view(UserOrdinal(place)));
                if let Some(user) = user {
                    std::hint::black_box(state.effective(&user));
                }
                drop(state);
                latencies.push(begun.elapsed().as_secs_f64());
            }
            Ok::<_, BenchError>(latencies)
        });
        let done = work();
        ended.store(true, Ordering::Relaxed);
        let mut latencies = reader
            .join()
            .map_err(|_| BenchError::failed("reading", "the reader ended early"))??;
        latencies.sort_by(f64::total_cmp);
        let place = latencies.len() * 99 / 100;
        let p99 = latencies.get(place).copied().unwrap_or(f64::NAN);
        Ok((p99, done?))
    })
}
