//! Random sequences of commands on groups: the tenant is always what the reference model is.

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    group_world::{beginning, catalog, steps},
    machine::Machine,
    world::Step,
};

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 3_000,
        ..Config::default()
    }
}

pub type Sequence = (Vec<Step>, Vec<(Step, bool)>);

fn sequence() -> impl Strategy<Value = Sequence> {
    (beginning(), steps(1..60))
}

fn play(sequence: Sequence) -> Machine {
    let catalogs = [catalog(0), catalog(1), catalog(0)];
    play_on(Machine::new(catalogs), sequence)
}

/// Plays a sequence with a model that follows everywhere.
pub fn play_followed(sequence: Sequence) -> Machine {
    let catalogs = [catalog(0), catalog(1), catalog(0)];
    play_on(Machine::followed(catalogs), sequence)
}

fn play_on(mut machine: Machine, (beginning, steps): Sequence) -> Machine {
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
    let result = TestRunner::new_with_rng(config(250), rng).run(&sequence(), |sequence| {
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
    "GroupNotFound",
    "DeletedGroupNotFound",
    "MailNicknameTaken",
    "InvalidRule",
    "InvalidGroupProperty",
    "MembersFollowRule",
    "MemberNotFound",
    "MemberExists",
    "NotMember",
    "GroupCannotBeMember",
    "GroupHasLicenses",
    "GroupNotLicensable",
    "GroupLicenseNotHeld",
    "LicenseInherited",
    "DirectAssignmentsOff",
    "Guarded",
    "ProductNotOwned",
    "ProductNamedTwice",
    "PlanNotInProduct",
    "MutuallyExclusive",
    "DependencyMissing",
    "NoSeats",
    "AddressNotUnique",
];
