//! Purchases, their life and their seats by example (licensing.md 6).

use zetel_domain::{
    Command, Rejection,
    product::PlanDefinition,
    subscription::{Channel, ManagedBy, Status, Term},
};

use crate::office::{
    AGREEMENT, EXCHANGE, INTUNE_DEVICE, OFFICE_WEB, Office, START, SUITE_1, UNKNOWN, purchase,
};

const PARTNER: Channel = Channel::CloudSolutionProvider {
    partner_tenant_id: uuid::Uuid::from_u128(0x99),
};

/// Days until 31 January 2027 and 2029, where terms of 12 and 36 months end.
const YEAR: i64 = 365;
const THREE_YEARS: i64 = 365 + 365 + 366;

#[test]
fn each_state_lasts_as_long_as_the_purchase_says() {
    let cases = [
        (AGREEMENT, 12, YEAR, 90, 60),
        (AGREEMENT, 36, THREE_YEARS, 90, 60),
        (PARTNER, 12, YEAR, 30, 90),
        (PARTNER, 36, THREE_YEARS, 30, 90),
        (Channel::Card, 12, YEAR, 30, 90),
        (Channel::Card, 36, THREE_YEARS, 90, 90),
        (Channel::Invoice, 12, YEAR, 30, 90),
        (Channel::Invoice, 36, THREE_YEARS, 90, 90),
    ];
    for (channel, months, term, grace, disabled) in cases {
        let mut office = Office::new();
        let mut wanted = purchase(SUITE_1, channel, 5);
        wanted.term = Term { months };
        let id = office.try_buy(wanted).unwrap();
        office.wait(term - 1);
        assert_eq!(office.status(id), Status::Enabled, "{channel:?}");
        office.wait(1);
        assert_eq!(office.status(id), Status::Warning, "{channel:?}");
        office.wait(grace - 1);
        assert_eq!(office.status(id), Status::Warning, "{channel:?}");
        office.wait(1);
        assert_eq!(office.status(id), Status::Suspended, "{channel:?}");
        office.wait(disabled - 1);
        assert_eq!(office.status(id), Status::Suspended, "{channel:?}");
        office.wait(1);
        assert_eq!(office.status(id), Status::Deleted, "{channel:?}");
    }
}

#[test]
fn a_trial_goes_from_grace_to_deleted() {
    let mut office = Office::new();
    let mut wanted = purchase(SUITE_1, Channel::Trial, 5);
    wanted.term = Term { months: 1 };
    let id = office.try_buy(wanted).unwrap();
    office.wait(28); // 28 February
    assert_eq!(office.status(id), Status::Warning);
    office.wait(29);
    assert_eq!(office.status(id), Status::Warning);
    office.wait(1);
    assert_eq!(office.status(id), Status::Deleted);
}

#[test]
fn one_late_tick_does_what_many_would_have_done() {
    let mut slow = Office::new();
    let mut fast = Office::new();
    let id = slow.buy(SUITE_1, 5);
    fast.buy(SUITE_1, 5);
    slow.wait(500);
    for _ in 0..500 {
        fast.wait(1);
    }
    assert_eq!(slow.subscription(id), fast.subscription(id));
    assert_eq!(
        slow.subscription(id).status_since,
        START.plus_days(YEAR + 90)
    );
}

#[test]
fn a_renewing_subscription_starts_its_next_term() {
    let mut office = Office::new();
    let mut wanted = purchase(SUITE_1, Channel::Card, 5);
    wanted.renews = true;
    let id = office.try_buy(wanted).unwrap();
    office.wait(YEAR * 2 + 10);
    assert_eq!(office.status(id), Status::Enabled);
    assert_eq!(office.subscription(id).ends, START.plus_days(THREE_YEARS)); // 31 January 2029
    office.does(Command::SetRenewal { id, renews: false });
    office.wait(YEAR);
    assert_eq!(office.status(id), Status::Warning);
}

#[test]
fn a_cancelled_subscription_can_be_brought_back_until_it_is_deleted() {
    let mut office = Office::new();
    let id = office.buy(SUITE_1, 5);
    office.does(Command::Cancel { id });
    assert_eq!(office.seats(SUITE_1).locked_out, 5);
    assert_eq!(office.seats(SUITE_1).status(), Status::LockedOut);
    let again = office.attempt(Command::Cancel { id });
    let wrong = |status| Err(Rejection::WrongSubscriptionStatus { status });
    assert_eq!(again, wrong(Status::LockedOut));
    office.wait(10);
    office.does(Command::Reactivate { id, renews: true });
    assert_eq!(office.status(id), Status::Enabled);
    assert_eq!(office.subscription(id).ends, office.now.plus_months(12));
    office.does(Command::Cancel { id });
    office.wait(60);
    assert_eq!(office.status(id), Status::Deleted);
    assert_eq!(
        office.attempt(Command::Reactivate { id, renews: true }),
        wrong(Status::Deleted)
    );
}

#[test]
fn seats_in_grace_are_assignable_and_suspended_ones_are_not() {
    let mut office = Office::new();
    let [ada, bob] = ["ada", "bob"].map(|name| office.hire(name));
    office.buy(SUITE_1, 2);
    office.wait(YEAR);
    assert_eq!(office.seats(SUITE_1).status(), Status::Warning);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.wait(90);
    let seats = office.seats(SUITE_1);
    assert_eq!(
        (seats.suspended, seats.consumed, seats.status()),
        (2, 1, Status::Suspended)
    );
    assert_eq!(
        office.assign(bob, &[SUITE_1], &[]),
        Err(Rejection::NoSeats { sku_id: SUITE_1 })
    );
    assert_eq!(office.held(ada), [SUITE_1]);
}

#[test]
fn subscriptions_of_one_product_are_one_pool() {
    let mut office = Office::new();
    let first = office.buy(SUITE_1, 2);
    office.try_buy(purchase(SUITE_1, Channel::Card, 3)).unwrap();
    office.does(Command::Cancel { id: first });
    let seats = office.seats(SUITE_1);
    assert_eq!(
        (seats.enabled, seats.locked_out, seats.available()),
        (3, 2, 3)
    );
    assert_eq!(seats.status(), Status::Enabled);
}

#[test]
fn licenses_fall_away_with_the_last_subscription_of_a_product() {
    let mut office = Office::new();
    let [ada, bob] = ["ada", "bob"].map(|name| office.hire(name));
    let first = office.buy(SUITE_1, 2);
    office.try_buy(purchase(SUITE_1, PARTNER, 1)).unwrap();
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    office.does(Command::Cancel { id: first });
    office.wait(60);
    assert_eq!(office.status(first), Status::Deleted);
    let seats = office.seats(SUITE_1);
    assert_eq!((seats.enabled, seats.consumed), (1, 2)); // over, and nobody loses anything
    office.delete(bob);
    office.wait(YEAR - 60 + 30 + 90 - 1);
    assert_eq!(office.held(ada), [SUITE_1]);
    office.wait(1);
    assert!(office.held(ada).is_empty());
    assert_eq!(office.seats(SUITE_1).consumed, 0);
    assert_eq!(
        office.assign(ada, &[SUITE_1], &[]),
        Err(Rejection::ProductNotOwned { sku_id: SUITE_1 })
    );
}

#[test]
fn a_deleted_users_licenses_fall_away_too() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    let id = office.buy(SUITE_1, 2);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.does(Command::Cancel { id });
    office.wait(50);
    office.delete(ada);
    office.wait(10);
    office.does(Command::RestoreUser { id: ada });
    assert!(office.held(ada).is_empty());
    office.buy(SUITE_1, 1);
    assert_eq!(office.seats(SUITE_1).consumed, 0);
}

#[test]
fn card_and_invoice_buy_no_device_products() {
    let mut office = Office::new();
    for channel in [Channel::Card, Channel::Invoice] {
        let refused = office.try_buy(purchase(INTUNE_DEVICE, channel, 5));
        let expected = Rejection::DeviceProductNeedsAgreement {
            sku_id: INTUNE_DEVICE,
        };
        assert_eq!(refused, Err(expected));
    }
    for channel in [AGREEMENT, PARTNER, Channel::Trial] {
        office.try_buy(purchase(INTUNE_DEVICE, channel, 5)).unwrap();
    }
    // A product that no catalog knows is what its first purchase said.
    let mut own = purchase(UNKNOWN, AGREEMENT, 5);
    own.product.per_device = true;
    office.try_buy(own).unwrap();
    let refused = office.try_buy(purchase(UNKNOWN, Channel::Card, 5));
    assert_eq!(
        refused,
        Err(Rejection::DeviceProductNeedsAgreement { sku_id: UNKNOWN })
    );
}

#[test]
fn quantities_are_changed_by_whoever_manages_them() {
    let mut office = Office::new();
    let cases = [
        (AGREEMENT, Some(ManagedBy::VolumeLicensingPortal)),
        (
            PARTNER,
            Some(ManagedBy::Partner(uuid::Uuid::from_u128(0x99))),
        ),
        (Channel::Card, None),
        (Channel::Invoice, None),
        (Channel::Trial, None),
    ];
    for (channel, elsewhere) in cases {
        let id = office.try_buy(purchase(SUITE_1, channel, 5)).unwrap();
        let change = |on_behalf_of_manager| Command::ChangeQuantity {
            id,
            quantity: 7,
            on_behalf_of_manager,
        };
        let own = office.attempt(change(false)).map(|_| ());
        let expected = elsewhere.map_or(Ok(()), |managed_by| {
            Err(Rejection::QuantityManagedElsewhere { managed_by })
        });
        assert_eq!(own, expected);
        office.does(change(true));
        assert_eq!(office.subscription(id).quantity, 7);
    }
}

#[test]
fn fewer_seats_than_holders_take_nothing_away() {
    let mut office = Office::new();
    let [ada, bob, cy] = ["ada", "bob", "cy"].map(|name| office.hire(name));
    let id = office.buy(SUITE_1, 2);
    office.assign(ada, &[SUITE_1], &[]).unwrap();
    office.assign(bob, &[SUITE_1], &[]).unwrap();
    office.change_quantity(id, 1);
    let seats = office.seats(SUITE_1);
    assert_eq!(
        (seats.enabled, seats.consumed, seats.available()),
        (1, 2, 0)
    );
    office.assign(ada, &[], &[SUITE_1]).unwrap();
    assert_eq!(
        office.assign(cy, &[SUITE_1], &[]),
        Err(Rejection::NoSeats { sku_id: SUITE_1 })
    );
}

#[test]
fn nonsense_is_not_bought() {
    let mut office = Office::new();
    for quantity in [0, 0x8000_0000] {
        let refused = office.try_buy(purchase(SUITE_1, AGREEMENT, quantity));
        assert_eq!(refused, Err(Rejection::InvalidQuantity));
    }
    let mut no_term = purchase(SUITE_1, AGREEMENT, 1);
    no_term.term = Term { months: 0 };
    assert_eq!(office.try_buy(no_term), Err(Rejection::InvalidQuantity));
    let mut too_wide = purchase(UNKNOWN, AGREEMENT, 1);
    let plan = |number| PlanDefinition {
        id: uuid::Uuid::from_u128(number),
        name: String::new(),
    };
    too_wide.product.plans = (0..129).map(plan).collect();
    assert_eq!(
        office.try_buy(too_wide),
        Err(Rejection::TooManyPlans { sku_id: UNKNOWN })
    );
}

/// A product that no catalog knows can be owned and assigned, its plans switched off one by one.
#[test]
fn an_unknown_product_is_assignable() {
    let mut office = Office::new();
    let ada = office.hire("ada");
    let mut own = purchase(UNKNOWN, AGREEMENT, 1);
    let plan = |id| PlanDefinition {
        id,
        name: "OWN_PLAN".to_owned(),
    };
    let own_plan = uuid::Uuid::from_u128(0x777);
    own.product.plans = vec![plan(own_plan), plan(EXCHANGE), plan(own_plan)];
    office.try_buy(own).unwrap();
    office
        .assign_partly(ada, &[(UNKNOWN, &[own_plan])], &[])
        .unwrap();
    assert_eq!(office.enabled(ada), [EXCHANGE].into());
    let refused = office.assign_partly(ada, &[(UNKNOWN, &[OFFICE_WEB])], &[]);
    assert!(matches!(refused, Err(Rejection::PlanNotInProduct { .. })));
}

/// However far ahead the clock is, a tick ends.
#[test]
fn the_calendar_ends_and_so_does_a_tick() {
    let mut office = Office::new();
    let mut wanted = purchase(SUITE_1, AGREEMENT, 1);
    wanted.term = Term { months: u16::MAX };
    wanted.renews = true;
    office.try_buy(wanted).unwrap();
    office.now = zetel_domain::Timestamp(i64::MAX);
    office.does(Command::Tick);
}
