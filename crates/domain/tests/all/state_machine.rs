//! Random sequences of commands on random worlds: the tenant is always what the reference model is.

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    machine::Machine,
    world::{self, Step},
};

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

fn play(
    catalogs: [std::sync::Arc<zetel_domain::catalog::Catalog>; 2],
    users: Vec<world::UserSpec>,
    purchases: Vec<world::PurchaseSpec>,
    steps: &[(Step, bool)],
) -> Machine {
    let mut machine = Machine::new(catalogs);
    for user in users {
        machine.take(&Step::Create(vec![user]), true);
    }
    for purchase in purchases {
        machine.take(&Step::Buy(purchase), true);
    }
    for (step, is_system) in steps {
        machine.take(step, *is_system);
    }
    machine.assert_replayable();
    machine
}

fn sequence() -> impl Strategy<
    Value = (
        [std::sync::Arc<zetel_domain::catalog::Catalog>; 2],
        Vec<world::UserSpec>,
        Vec<world::PurchaseSpec>,
        Vec<(Step, bool)>,
    ),
> {
    (
        [world::catalog(), world::catalog()],
        prop::collection::vec(world::user_spec(), 0..6),
        prop::collection::vec(world::purchase_spec(), 0..6),
        world::steps(1..60),
    )
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn tenant_is_what_the_model_is((catalogs, users, purchases, steps) in sequence()) {
        play(catalogs, users, purchases, &steps);
    }
}

/// The sequences reach every rule; otherwise the comparison above would say little.
#[test]
fn sequences_meet_every_refusal() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let met = RefCell::new(BTreeMap::<String, u32>::new());
    let result = TestRunner::new_with_rng(config(120), rng).run(
        &sequence(),
        |(catalogs, users, purchases, steps)| {
            for (name, times) in play(catalogs, users, purchases, &steps).refusals {
                *met.borrow_mut().entry(name).or_default() += times;
            }
            Ok(())
        },
    );
    result.unwrap();
    let met = met.into_inner();
    for name in EXPECTED {
        assert!(
            met.contains_key(*name),
            "{name} was never met; met were {met:?}"
        );
    }
}

const EXPECTED: &[&str] = &[
    "TenantNotFound",
    "TenantExists",
    "UserNotFound",
    "DeletedUserNotFound",
    "IdTaken",
    "RequiredPropertyMissing",
    "InvalidProperty",
    "PropertyTooLong",
    "ReadOnlyProperty",
    "DomainNotVerified",
    "InvalidDomain",
    "DomainExists",
    "PrincipalNameTaken",
    "NoLicenseChanges",
    "ProductNamedTwice",
    "ProductNotOwned",
    "ProductNotAssignable",
    "PlanNotInProduct",
    "LicenseNotHeld",
    "UsageLocationMissing",
    "ProhibitedInLocation",
    "MutuallyExclusive",
    "DependencyMissing",
    "NoSeats",
    "AddressNotUnique",
    "SubscriptionNotFound",
    "QuantityManagedElsewhere",
    "InvalidQuantity",
    "DeviceProductNeedsAgreement",
    "WrongSubscriptionStatus",
    "ApplicationNotFound",
    "ApplicationExists",
    "PrincipalNotFound",
    "LastGlobalAdministrator",
];
