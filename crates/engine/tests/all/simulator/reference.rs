//! Compares a simulated tenant at rest with the reference model of the domain: whatever two nodes did at the same time,
//! and whatever crashed, it must be as if somebody had given the commands one after the other.

use std::fmt::Write;

use uuid::Uuid;
use zetel_domain::{
    Command, Context, Event, Tenant, Timestamp, decide,
    policy::Policy,
    subscription::Status,
    user::{UserProperty, UserState},
};
use zetel_store::{Change, Store};
use zetel_testkit::World;

use super::watch::{Asked, ids_given};
use crate::{
    model::{Given, Model},
    picture::{self, Picture},
    support::TENANT,
};

/// Whether the model knows a command.
pub fn knows(command: &Command) -> bool {
    let knows_rule =
        |rule: Option<&String>| rule.is_none_or(|rule| !rule.contains("usageLocation"));
    match command {
        Command::SwapProduct { .. }
        | Command::MigrateToGroups { .. }
        | Command::ApproveChange { .. }
        | Command::Undo { .. }
        | Command::RestoreLicenses { .. }
        | Command::EnrollDevice(_)
        | Command::CheckIn { .. }
        | Command::RetireDevice { .. }
        | Command::SyncDevice { .. }
        | Command::RemoveDevice { .. }
        | Command::ChangeDeviceSettings { .. }
        | Command::ChangeLimitPolicies(_)
        | Command::AddEnrollmentManager { .. }
        | Command::RemoveEnrollmentManager { .. } => false,
        Command::CreateGroup(new) => knows_rule(new.definition.rule.as_ref()),
        Command::UpdateGroup { patch, .. } => {
            knows_rule(patch.rule.as_ref().and_then(Option::as_ref))
        }
        _ => true,
    }
}

/// Leaves out of a command what the model does not know.
pub fn simplify(command: &mut Command) {
    match command {
        // Where products are decided each alone or have others in their place, the domain's own tests say what is right.
        Command::ChangePolicy { policy } => {
            policy.guard.enabled = false;
            policy.partial_success = false;
            policy.fallback.clear();
        }
        Command::UpdateGroup { patch, .. } => patch.other.clear(),
        Command::CreateUsers(users) => {
            for user in users {
                user.properties.remove(&UserProperty::ShowInAddressList);
            }
        }
        _ => {}
    }
}

/// Writes the ids that were made for what a command made into the command, so that it can be given again.
fn note_ids(command: &mut Command, change: &Change) {
    let mut created = 0;
    for event in &change.events {
        match (event, &mut *command) {
            (Event::UserCreated { id, .. }, Command::CreateUsers(users)) => {
                users[created].id = Some(*id);
                created += 1;
            }
            (Event::GroupCreated { id, .. }, Command::CreateGroup(new)) => new.id = Some(*id),
            (Event::SubscriptionAdded { subscription }, Command::AddSubscription(purchase)) => {
                purchase.id = Some(subscription.id);
            }
            _ => {}
        }
    }
}

/// A command at a time.
type Step = (Timestamp, Command);

/// Gives the model the commands that were accepted, in the order of the journal, and asserts that it becomes what the
/// tenant is, after each of them.
pub fn assert_same(store: &Store, world: &World, asked: &Asked) {
    let (head, end) = store.load(TENANT).unwrap().unwrap();
    let mut beginning = world.beginning(TENANT).into_iter();
    let (mut model, mut tenant) = (Model::default(), Tenant::default());
    let mut script: Vec<Step> = Vec::new();
    for change in store.journal(head.key, 0, u32::MAX).unwrap() {
        let mut command = match asked.get(&change.request_id) {
            Some(command) => command.clone(),
            None if change.command == "tick" => Command::Tick,
            None => beginning.next().unwrap(),
        };
        assert_eq!(command.name(), change.command);
        note_ids(&mut command, &change);
        let mut ids = ids_given(&command, &change).into_iter();
        let step = (change.at, command);
        // What falls away with a product while members wait or keep something: the domain's own sequences compare it.
        let ends = |event: &Event| matches!(event, Event::StatusChanged { status, .. } if *status == Status::Deleted);
        if change.events.iter().any(ends) {
            return;
        }
        let is_accepted = give(&mut model, &step, &mut || ids.next().unwrap());
        change.events.iter().for_each(|event| tenant.apply(event));
        script.push(step);
        let [is, shall] =
            [Picture::of(&tenant), model.picture()].map(|picture| without_purged(picture, &end));
        if !is_accepted || is != shall {
            let (_, command) = script.last().unwrap();
            assert!(is_accepted, "the model refuses {command:?}");
            show_shortest(&script);
            picture::assert_same(&is, &shall, command);
        }
    }
}

/// Gives a command to the model. Returns whether it was accepted.
fn give(model: &mut Model, (now, command): &Step, new_id: &mut dyn FnMut() -> Uuid) -> bool {
    let mut given = Given {
        now: *now,
        is_system: true,
        is_confirmed: true,
        new_id,
    };
    model.run(command, &mut given).is_ok()
}

/// A picture without the personal details of those who are purged in the end: the journal no longer knows them.
fn without_purged(mut picture: Picture, end: &Tenant) -> Picture {
    for (user, at_end) in picture.users.iter_mut().zip(end.users().iter()) {
        if at_end.head.state() == UserState::Purged {
            user.properties.clear();
        }
    }
    picture
}

/// Where tenant and model first differ when they are given some commands, without any engine; and how.
fn difference(script: &[Step]) -> Option<(Picture, Picture)> {
    let (mut model, mut tenant) = (Model::default(), Tenant::default());
    // The first policy is always there: it is without a guard.
    let mut policy = Policy::default();
    policy.guard.enabled = false;
    let (first, rest) = script.split_at(script.len().min(1));
    let now = first
        .first()
        .map_or_else(Timestamp::default, |(now, _)| *now);
    let begun = (now, Command::ChangePolicy { policy });
    for step in first.iter().chain([&begun]).chain(rest) {
        let new_ids = || {
            let mut last = u128::from(step.0.0.unsigned_abs()) << 64;
            move || {
                last += 1;
                Uuid::from_u128(last)
            }
        };
        let mut context = Context {
            now: step.0,
            new_id: &mut new_ids(),
            is_system: true,
            actor: String::new(),
            confirmation: None,
        };
        if let Ok(plan) = decide(&tenant, &step.1, &mut context) {
            plan.events.iter().for_each(|event| tenant.apply(event));
        }
        give(&mut model, step, &mut new_ids());
        let (is, shall) = (Picture::of(&tenant), model.picture());
        if is != shall {
            return Some((is, shall));
        }
    }
    None
}

/// Fails with the shortest script that was found on which tenant and model differ.
fn show_shortest(script: &[Step]) {
    let mut script = script.to_vec();
    let mut size = script.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < script.len() {
            let mut shorter = script.clone();
            shorter.drain(start..script.len().min(start + size));
            if difference(&shorter).is_some() {
                script = shorter;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    if let Some((is, shall)) = difference(&script) {
        let mut text = String::new();
        for (now, command) in &script {
            match command {
                Command::AdoptCatalog { .. } => writeln!(text, "at {}: a catalog", now.0),
                Command::CreateUsers(users) => {
                    writeln!(text, "at {}: {} users", now.0, users.len())
                }
                other => writeln!(text, "at {}: {other:?}", now.0),
            }
            .unwrap();
        }
        eprintln!("tenant and model differ after\n{text}");
        let (_, last) = script.last().unwrap();
        picture::assert_same(&is, &shall, last);
    }
}
