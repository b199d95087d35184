//! What one process commits wakes another one that waits.

use std::time::Duration;

use zetel_store::sql::Change;

use crate::support::{INSERT, in_both, on_both, thing};

const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_commit_elsewhere_wakes_a_waiter() {
    in_both(|place| {
        let here = place.open();
        let elsewhere = place.open();
        let mut changes = here.changes();
        changes.listen().unwrap();
        assert_eq!(changes.wait(Duration::ZERO), Ok(Change::None));
        for round in 0..3 {
            let waiter = std::thread::spawn(move || {
                let change = changes.wait(LONG);
                (changes, change)
            });
            elsewhere
                .transaction(|transaction| {
                    transaction.execute(&INSERT, &thing(&format!("round {round}"), 1))?;
                    transaction.notify(7)
                })
                .unwrap();
            let (back, change) = waiter.join().unwrap();
            changes = back;
            assert!(
                [Ok(Change::Any), Ok(Change::Tenants(vec![7]))].contains(&change),
                "{change:?}"
            );
        }
        assert_eq!(changes.wait(Duration::ZERO), Ok(Change::None));
    });
}

#[test]
fn what_is_undone_wakes_nobody() {
    in_both(|place| {
        let here = place.open();
        let elsewhere = place.open();
        let mut changes = here.changes();
        changes.listen().unwrap();
        elsewhere.execute(&INSERT, &thing("a", 1)).unwrap();
        while changes.wait(Duration::ZERO).unwrap() != Change::None {}
        let refused = elsewhere.transaction(|transaction| {
            transaction.notify(7)?;
            transaction.execute(&INSERT, &thing("a", 2))
        });
        assert!(refused.is_err());
        assert_eq!(changes.wait(Duration::from_millis(60)), Ok(Change::None));
    });
}

#[test]
fn stopping_ends_a_wait() {
    on_both(|database| {
        let mut changes = database.changes();
        let stop = changes.stop();
        let waiter = std::thread::spawn(move || changes.wait(LONG));
        stop.stop();
        assert_eq!(waiter.join().unwrap(), Ok(Change::Stopped));
    });
}
