//! Random sequences of commands on devices: the tenant is always what the reference model is.

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    device_world::{beginning, catalog, steps},
    machine::Machine,
    world::Step,
};

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    }
}

type Sequence = (Vec<Step>, Vec<(Step, bool)>);

fn sequence() -> impl Strategy<Value = Sequence> {
    (beginning(), steps(1..70))
}

fn play((beginning, steps): Sequence) -> Machine {
    let mut machine = Machine::new([catalog(0), catalog(1), catalog(0)]);
    for step in beginning {
        machine.take(&step, true);
    }
    for (step, is_system) in steps {
        machine.take(&step, is_system);
    }
    machine.assert_replayable();
    machine
}

/// The same sequences every time, so that a run says something about the change that it tests.
#[test]
fn tenant_is_what_the_model_is() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::XorShift);
    let result = TestRunner::new_with_rng(config(120), rng).run(&sequence(), |sequence| {
        play(sequence);
        Ok(())
    });
    result.unwrap();
}

/// The sequences reach every rule; otherwise the comparison above would say little.
#[test]
fn sequences_meet_every_refusal() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let met = RefCell::new(BTreeMap::<String, u32>::new());
    let result = TestRunner::new_with_rng(config(120), rng).run(&sequence(), |sequence| {
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
    "MdmAuthorityNotSet",
    "UserRequired",
    "UserNotFound",
    "UserDeleted",
    "UserDisabled",
    "NotEnrollmentManager",
    "NotForEnrollmentManagers",
    "UserNotLicensed",
    "UsersNotLicensed",
    "DeviceLicenseNotAccepted",
    "NoDeviceLicense",
    "DeviceLimitReached",
    "AgentLimitReached",
    "EnrollmentManagerLimitReached",
    "ManagedOtherwise",
    "DeviceOfAnotherUser",
    "DeviceNotFound",
    "MustEnrollAgain",
    "DeviceDiffers",
    "InvalidProperty",
    "InvalidDeviceSetting",
    "LimitPolicyNotFound",
    "DefaultLimitPolicy",
    "LimitReached",
    "GroupNotFound",
];
