//! The one place that reads the time.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use zetel_domain::Timestamp;

/// Tells the time. Tests and demos hand in their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
        let now = SystemTime::now();
        let seconds = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
    })
}
