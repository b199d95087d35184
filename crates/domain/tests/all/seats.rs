//! The cap is exact: assigning never gives more seats than there are, and gives every one that there is.

use proptest::{collection::vec, prelude::*, test_runner::Config};
use uuid::Uuid;
use zetel_domain::{Command, Rejection, user::UserKey};

use crate::office::{Office, SUITE_1, request};

const USERS: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    Assign(usize),
    AssignInBulk(Vec<usize>),
    Remove(usize),
    Delete(usize),
    Restore(usize),
    ChangeQuantity(u32),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..USERS).prop_map(Step::Assign),
        3 => vec(0..USERS, 0..USERS).prop_map(Step::AssignInBulk),
        2 => (0..USERS).prop_map(Step::Remove),
        2 => (0..USERS).prop_map(Step::Delete),
        2 => (0..USERS).prop_map(Step::Restore),
        1 => (1_u32..8).prop_map(Step::ChangeQuantity),
        1 => (0_i64..90).prop_map(Step::Wait),
    ]
}

fn command(step: Step, users: &[Uuid], subscription: Uuid) -> Command {
    let key = |place: usize| UserKey::Id(users[place]);
    match step {
        Step::Assign(user) => Command::AssignLicenses {
            user: key(user),
            request: request(&[(SUITE_1, &[])], &[]),
        },
        Step::AssignInBulk(places) => Command::AssignLicensesInBulk {
            users: places.into_iter().map(key).collect(),
            request: request(&[(SUITE_1, &[])], &[]),
        },
        Step::Remove(user) => Command::AssignLicenses {
            user: key(user),
            request: request(&[], &[SUITE_1]),
        },
        Step::Delete(user) => Command::DeleteUser { user: key(user) },
        Step::Restore(user) => Command::RestoreUser { id: users[user] },
        Step::ChangeQuantity(quantity) => Command::ChangeQuantity {
            id: subscription,
            quantity,
            on_behalf_of_manager: true,
        },
        Step::Wait(_) => Command::Tick,
    }
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    #[test]
    fn assigning_never_exceeds_what_was_bought(steps in vec(step(), 1..80), bought in 1_u32..8) {
        let mut office = Office::new();
        let users: Vec<Uuid> = (0..USERS).map(|number| office.hire(&format!("user-{number}"))).collect();
        let subscription = office.buy(SUITE_1, bought);
        for step in steps {
            if let Step::Wait(days) = step {
                office.now = office.now.plus_days(days);
            }
            let before = office.seats(SUITE_1);
            let is_restore = matches!(step, Step::Restore(_));
            let result = office.attempt(command(step, &users, subscription));
            let after = office.seats(SUITE_1);
            if after.consumed > before.consumed && !is_restore {
                prop_assert!(after.consumed <= after.enabled + after.warning);
            }
            if result == Err(Rejection::NoSeats { sku_id: SUITE_1 }) {
                prop_assert!(before.consumed >= before.enabled + before.warning, "a seat was left");
            }
        }
    }
}
