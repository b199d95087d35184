//! Random changes while clients follow them, with restarts in between: in the end every copy is what the lists show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use zetel_domain::{
    Command,
    access::{Action, Caller},
    policy::{Guard, Policy},
    user::property::SCHEMA,
};
use zetel_engine::Submission;
use zetel_store::catalog_digest;
use zetel_testkit::Random;

use super::client::{Copy, with_values};
use crate::world::{ANNA, BEN, TENANT, World};

/// Commands about applications and their rights, which would lock the clients out.
const ABOUT_ACCESS: std::ops::RangeInclusive<u8> = 24..=27;
const KINDS: u8 = 66;

const DAY: i64 = 86_400;

/// Computed properties of users.
const COMPUTED: &str = "accountEnabled,assignedLicenses,assignedPlans,createdDateTime,id,licenseAssignmentStates,passwordProfile,provisionedPlans,serviceProvisioningErrors,usageLocation,userType";
/// Properties of groups that are returned with `$select` only.
const ON_REQUEST: &str = "assignedLicenses,licenseProcessingState,zetelPriority";

/// A client with the list that its copy must be equal to.
struct Follower {
    copy: Copy,
    list: String,
    /// Whether it follows the members of groups.
    has_members: bool,
}

impl Follower {
    fn new(set: &str, options: &[(&str, &str)], prefer: &str) -> Self {
        let options: Vec<String> = options
            .iter()
            .map(|(name, value)| format!("${name}={value}"))
            .collect();
        let query = options.join("&");
        let listed = query.replace(",members", "");
        Self {
            copy: Copy::new(&format!("/{set}/delta?{query}"), prefer),
            list: format!("/{set}?$top=999&{listed}"),
            has_members: set == "groups"
                && (query.contains("members") || !query.contains("select")),
        }
    }

    fn assert_equal(&self, world: &World, context: &str) {
        let listed = world.get(&self.list.replace(' ', "%20")).json();
        assert!(listed.get("@odata.nextLink").is_none());
        let objects = listed["value"].as_array().unwrap().iter();
        let objects: BTreeMap<String, Map<String, Value>> = objects
            .map(|object| {
                let mut object = with_values(object.as_object().unwrap());
                let id = object["id"].as_str().unwrap().to_owned();
                object.remove("@odata.type");
                (id, object)
            })
            .collect();
        let copied = self.copy.values();
        for (id, object) in &objects {
            assert_eq!(copied.get(id), Some(object), "{context}: {}", self.list);
        }
        assert_eq!(copied.len(), objects.len(), "{context}: {}", self.list);
        if self.has_members {
            let members = |id: &String| -> BTreeSet<String> {
                let listed = world.get(&format!("/groups/{id}/members?$top=999&$select=id"));
                listed.ids().into_iter().collect()
            };
            let all: BTreeMap<_, _> = objects.keys().map(|id| (id.clone(), members(id))).collect();
            let some: BTreeMap<_, _> = all
                .into_iter()
                .filter(|(_, members)| !members.is_empty())
                .collect();
            assert_eq!(
                self.copy.all_members(),
                some,
                "{context}: members of {}",
                self.list
            );
        }
    }
}

fn followers() -> Vec<Follower> {
    let stored: Vec<&str> = SCHEMA
        .iter()
        .map(|schema| schema.name)
        .filter(|name| *name != "deviceEnrollmentLimit")
        .collect();
    let everything = format!("{},{COMPUTED}", stored.join(","));
    let groups = format!("*,{ON_REQUEST},members");
    let two = format!("id eq '{ANNA}' or id eq '{BEN}'");
    vec![
        Follower::new("users", &[("select", &everything)], "odata.maxpagesize=7"),
        Follower::new(
            "users",
            &[("select", &everything)],
            "return=minimal,odata.maxpagesize=4",
        ),
        Follower::new("users", &[], "odata.maxpagesize=10"),
        Follower::new(
            "users",
            &[("select", "id,city,licenseAssignmentStates")],
            "return=minimal",
        ),
        Follower::new("users", &[("select", &everything), ("filter", &two)], ""),
        Follower::new("groups", &[], "odata.maxpagesize=3"),
        Follower::new(
            "groups",
            &[("select", &groups)],
            "return=minimal,odata.maxpagesize=5",
        ),
        Follower::new(
            "groups",
            &[("select", "id,displayName,assignedLicenses")],
            "return=minimal",
        ),
    ]
}

/// The random command of some bytes, but none that changes who may do what.
fn command(world: &World, commands: &zetel_testkit::World, random: &mut Random) -> Command {
    let caller = Caller::System("test");
    let tenant = world
        .engine
        .read(TENANT, &caller, Action::ListUsers, None)
        .unwrap();
    loop {
        let step = random.step();
        if !ABOUT_ACCESS.contains(&(step[0] % KINDS)) {
            return commands.command(step, &tenant);
        }
    }
}

fn walk(seed: u64, steps: u32) -> u32 {
    let mut world = World::new();
    let commands = zetel_testkit::World::new(catalog_digest);
    let mut random = Random::new(seed);
    let policy = Policy {
        guard: Guard {
            enabled: false,
            ..Guard::default()
        },
        ..Policy::default()
    };
    world.command(Command::ChangePolicy { policy });
    let mut followers = followers();
    for step in 0..steps {
        let command = command(&world, &commands, &mut random);
        // Refusals are as good as anything.
        let _ = world
            .engine
            .submit_blocking(TENANT, Submission::of_system("test", command));
        let which = usize::try_from(random.next() >> 8).unwrap() % followers.len();
        let follower = &mut followers[which];
        match random.below(16) {
            0 => world.restart(),
            1 => world.pass(i64::try_from(random.below(3)).unwrap() * DAY),
            2 => follower
                .copy
                .go_back(usize::try_from(random.below(1_000)).unwrap()),
            3..9 => drop(follower.copy.read_page(&world)),
            9..11 => {
                follower.copy.catch_up(&world);
                follower.assert_equal(&world, &format!("seed {seed}, step {step}"));
            }
            _ => {}
        }
    }
    for follower in &mut followers {
        follower.copy.catch_up(&world);
        follower.assert_equal(&world, &format!("seed {seed}, at the end"));
    }
    followers.iter().map(|follower| follower.copy.resets).sum()
}

#[test]
fn copies_are_what_the_lists_show() {
    let resets: u32 = (0..10).map(|seed| walk(seed, 250)).sum();
    // Time passes and journals are read again, but nearly always the changes are enough.
    assert!((1..=200).contains(&resets), "{resets}");
}
