//! Random sequences of commands on random worlds: the tenant is always what the reference model is.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use zetel_domain::catalog::Catalog;

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

type Sequence = ([Arc<Catalog>; 3], Vec<Step>, Vec<(Step, bool)>);

fn sequence() -> impl Strategy<Value = Sequence> {
    (
        [world::catalog(), world::catalog(), world::catalog()],
        world::beginning(),
        world::steps(1..80),
    )
}

fn play((catalogs, beginning, steps): Sequence) -> Machine {
    let mut machine = Machine::new(catalogs);
    for step in beginning {
        machine.take(&step, true);
    }
    for (step, is_system) in steps {
        machine.take(&step, is_system);
    }
    machine.assert_replayable();
    machine
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn tenant_is_what_the_model_is(sequence in sequence()) {
        play(sequence);
    }
}

/// The sequences reach every rule; otherwise the comparison above would say little.
#[test]
fn sequences_meet_every_refusal() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let met = RefCell::new(BTreeMap::<String, u32>::new());
    let result = TestRunner::new_with_rng(config(200), rng).run(&sequence(), |sequence| {
        for (name, times) in play(sequence).refusals {
            *met.borrow_mut().entry(name).or_default() += times;
        }
        Ok(())
    });
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
    "CatalogForgets",
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
