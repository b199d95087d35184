//! What a server does now and then: lets expired grants go, and gives tokens a fresh signing key.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use zetel_domain::time::DAY_SECONDS;
use zetel_identity::{IdentityError, TokenService};

/// How often a server looks.
pub const PERIOD: Duration = Duration::from_hours(1);
/// The age at which a signing key is replaced. Tokens that it signed stay valid until they expire.
const KEY_DAYS: i64 = 90;

/// Keeps the token service tidy, once every period, for as long as this is polled.
pub async fn keep(tokens: Arc<TokenService>, period: Duration) {
    let mut due = interval(period);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        let tokens = Arc::clone(&tokens);
        let done = tokio::task::spawn_blocking(move || tidy(&tokens)).await;
        if let Ok(Err(error)) = done {
            tracing::warn!(%error, "expired tokens and keys could not be tidied up; the next attempt is later");
        }
    }
}

/// Deletes what expired, and replaces a signing key that is too old.
fn tidy(tokens: &TokenService) -> Result<(), IdentityError> {
    tokens.purge_expired()?;
    if tokens.rotate_old_signing_key(KEY_DAYS * DAY_SECONDS)? {
        tracing::info!("tokens are signed with a new key");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use zetel_domain::Timestamp;
    use zetel_identity::{Origin, Parameters, TokenRequest};
    use zetel_store::sql::Statement;

    use super::*;
    use crate::server::{Parts, Settings};

    const COUNT_CODES: Statement =
        Statement::new("count device codes", "SELECT count(*) FROM device_code");

    /// A token service in a folder, with the time that the test sets.
    fn service(folder: &std::path::Path) -> (Parts, Arc<AtomicI64>) {
        let time = Arc::new(AtomicI64::new(1_800_000_000));
        let clock = Arc::clone(&time);
        let parts = Parts::open_with_clock(
            &Settings::in_folder(folder),
            false,
            Arc::new(move || Timestamp(clock.load(Ordering::Relaxed))),
        );
        (parts.unwrap(), time)
    }

    fn keys(parts: &Parts) -> usize {
        let set = serde_json::to_value(parts.tokens.key_set().unwrap()).unwrap();
        set["keys"].as_array().unwrap().len()
    }

    fn newest_key(parts: &Parts) -> String {
        let set = serde_json::to_value(parts.tokens.key_set().unwrap()).unwrap();
        set["keys"][0]["kid"].to_string()
    }

    #[test]
    fn an_old_signing_key_is_replaced_and_stays_published() {
        let folder = tempfile::tempdir().unwrap();
        let (parts, time) = service(folder.path());
        tidy(&parts.tokens).unwrap();
        assert_eq!(keys(&parts), 1);
        time.fetch_add(KEY_DAYS * DAY_SECONDS - 1, Ordering::Relaxed);
        tidy(&parts.tokens).unwrap();
        assert_eq!(keys(&parts), 1);
        time.fetch_add(1, Ordering::Relaxed);
        tidy(&parts.tokens).unwrap();
        assert_eq!(keys(&parts), 2);
        tidy(&parts.tokens).unwrap();
        assert_eq!(keys(&parts), 2, "the new key is young");
    }

    #[test]
    fn expired_codes_go() {
        let folder = tempfile::tempdir().unwrap();
        let (parts, time) = service(folder.path());
        let azure_cli = uuid::Uuid::from_u128(0x04b0_7795_8ddb_461a_bbee_02f9_e1bf_7b46);
        let origin = Origin::new("https", "localhost:8443").unwrap();
        let form = format!("client_id={azure_cli}&scope=openid");
        let request = TokenRequest {
            authority: "organizations",
            origin: &origin,
            form: &Parameters::parse(form.as_bytes()).unwrap(),
            basic: None,
        };
        parts.tokens.start_device_code(&request).unwrap();
        let left = || {
            let database = parts.engine.store().database();
            database.query(&COUNT_CODES, &[]).unwrap()[0]
                .int(0)
                .unwrap()
        };
        tidy(&parts.tokens).unwrap();
        assert_eq!(left(), 1);
        time.fetch_add(DAY_SECONDS, Ordering::Relaxed);
        tidy(&parts.tokens).unwrap();
        assert_eq!(left(), 0);
    }

    #[tokio::test]
    async fn it_happens_again_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let (parts, time) = service(folder.path());
        let keeping = tokio::spawn(keep(Arc::clone(&parts.tokens), Duration::from_millis(1)));
        let begun = std::time::Instant::now();
        for _ in 0..2 {
            let before = newest_key(&parts);
            time.fetch_add(KEY_DAYS * DAY_SECONDS, Ordering::Relaxed);
            while newest_key(&parts) == before {
                assert!(begun.elapsed() < Duration::from_mins(1));
                tokio::task::yield_now().await;
            }
        }
        keeping.abort();
    }
}
