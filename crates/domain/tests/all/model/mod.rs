//! The reference model: a tenant as plain maps, every rule written as naively as licensing.md states it, everything
//! derived computed anew each time. It shares commands, refusals, ids and catalog data with the real code and nothing
//! else. Slow and simple on purpose: where the two disagree, one of them is wrong.
//!
//! How to read it: this file has what is stored and what each command goes through; `rules` the plan rules;
//! `assignment` direct licenses; `groups` the directory of groups; `sources` what a user has; `settle` what becomes of group licenses for one user;
//! `follow` everything that a change sets off; `guard` what stops a change; `devices` who is licensed to enroll devices
//! and how these are judged, `enroll` whether one may enroll, `device_life` what becomes of it.

mod access;
mod assignment;
mod device_life;
mod devices;
mod enroll;
mod follow;
mod groups;
mod guard;
mod observe;
mod rules;
mod settle;
mod sources;
mod subscriptions;
mod users;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection, Timestamp,
    access::Role,
    assignment::Violation,
    catalog::Catalog,
    device::{DeviceSettings, LimitPolicy},
    directory::Profile,
    group::{GroupDefinition, GroupState},
    location::Location,
    policy::{Policy, Semantics},
    subscription::{Channel, Status},
    user::{Properties, UserOrdinal, UserState, UserType},
};

use crate::picture::ApplicationPicture;

/// What a decision is given besides the command.
pub struct Given<'a> {
    pub now: Timestamp,
    pub is_system: bool,
    /// Whether the caller confirms what the guard would stop.
    pub is_confirmed: bool,
    pub new_id: &'a mut dyn FnMut() -> Uuid,
}

#[derive(Clone, Default)]
pub struct Model {
    id: Uuid,
    created: Timestamp,
    profile: Profile,
    /// Name and whether it is the default; the first is the initial one.
    domains: Vec<(String, bool)>,
    catalog: Arc<Catalog>,
    digest: [u8; 32],
    policy: Policy,
    products: BTreeMap<Uuid, Product>,
    subscriptions: BTreeMap<Uuid, Subscription>,
    users: Vec<User>,
    groups: Vec<Group>,
    /// By user, group and product of the group: what became of it.
    decisions: BTreeMap<(usize, usize, Uuid), Verdict>,
    /// While a change is followed: what users whose turn has not come yet had before; their seats are not free yet.
    unsettled: BTreeMap<usize, BTreeSet<Uuid>>,
    /// In the order of their first enrollment.
    devices: Vec<devices::Device>,
    device_settings: DeviceSettings,
    /// By priority, the default one last.
    limit_policies: Vec<LimitPolicy>,
    enrollment_managers: BTreeSet<usize>,
    applications: BTreeMap<Uuid, ApplicationPicture>,
    roles: BTreeMap<Uuid, BTreeSet<Role>>,
}

/// A product ever bought.
#[derive(Clone)]
struct Product {
    /// Its place in the order of first purchases.
    order: usize,
    is_device: bool,
    is_company: bool,
    plans: BTreeMap<Uuid, Plan>,
}

/// A plan that a product has or once had.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own"
)]
struct Plan {
    is_current: bool,
    gives_mailbox: bool,
    /// Whether it lets its user enroll devices.
    manages_devices: bool,
    /// Whether it is Basic Mobility and Security.
    is_basic: bool,
}

#[derive(Clone)]
struct Subscription {
    sku_id: Uuid,
    channel: Channel,
    quantity: u32,
    months: u16,
    renews: bool,
    created: Timestamp,
    ends: Timestamp,
    status: Status,
    since: Timestamp,
}

#[derive(Clone)]
struct User {
    id: Uuid,
    state: UserState,
    account_enabled: bool,
    kind: UserType,
    usage_location: Option<Location>,
    created: Timestamp,
    deleted: Option<Timestamp>,
    properties: Properties,
    /// The direct intents: by product what was asked for last, and when.
    licenses: BTreeMap<Uuid, License>,
    /// By product and group: what the group gave and could not be taken away.
    kept: BTreeMap<(Uuid, usize), Kept>,
    /// By product and source: what was taken away and goes when the grace is over; `at` is when it was taken away.
    ending: BTreeMap<(Uuid, Option<usize>), License>,
    /// By group: when its licenses were last decided for this user alone.
    decided: BTreeMap<usize, Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
struct License {
    disabled: BTreeSet<Uuid>,
    at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    disabled: BTreeSet<Uuid>,
    violation: Violation,
    at: Timestamp,
}

#[derive(Clone)]
struct Group {
    id: Uuid,
    state: GroupState,
    created: Timestamp,
    deleted: Option<Timestamp>,
    definition: GroupDefinition,
    /// Users of the first level, deleted ones included, and since when.
    members: BTreeMap<usize, Timestamp>,
    subgroups: BTreeSet<usize>,
    owners: BTreeSet<usize>,
    licenses: BTreeMap<Uuid, License>,
    had_licenses: bool,
}

/// What became of a product of a group for a user.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Active,
    /// This product is given instead.
    Fallback(Uuid),
    Failed(Violation),
}

/// A product that a user has, and through what.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    sku_id: Uuid,
    disabled: BTreeSet<Uuid>,
    from: From,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum From {
    Direct,
    /// A group gives it, in place of the intended product if that is another.
    Group {
        group: usize,
        intended: Uuid,
    },
    Kept(usize, Violation),
    Ending(Option<usize>),
}

impl Model {
    /// Does a command or refuses it; a refused command changes nothing.
    pub fn run(&mut self, command: &Command, given: &mut Given<'_>) -> Result<Outcome, Rejection> {
        if matches!(command, Command::Tick) && !self.id.is_nil() {
            return Ok(self.run_tick(given.now));
        }
        let mut next = self.clone();
        let outcome = next.attempt(command, given)?;
        next.follow(self, command, given.now);
        self.guard(&next, given.is_confirmed)?;
        *self = next;
        Ok(outcome)
    }

    /// Time passes; a subscription whose end the guard stops stays as it is.
    fn run_tick(&mut self, now: Timestamp) -> Outcome {
        let after = |held: &BTreeSet<Uuid>| {
            let mut next = self.clone();
            next.tick(now, held);
            next.follow(self, &Command::Tick, now);
            next
        };
        let mut held = self.ends_by(now);
        let mut refused = Vec::new();
        for id in held.clone() {
            held.remove(&id);
            if let Err(rejection) = self.guard(&after(&held), false) {
                held.insert(id);
                refused.push((id, rejection));
            }
        }
        *self = after(&held);
        if refused.is_empty() {
            Outcome::Done
        } else {
            Outcome::Held(refused)
        }
    }

    /// The command's own facts, without what follows from them.
    fn attempt(&mut self, command: &Command, given: &mut Given<'_>) -> Result<Outcome, Rejection> {
        let is_creation = matches!(command, Command::CreateTenant { .. });
        if self.id.is_nil() && !is_creation {
            return Err(Rejection::TenantNotFound);
        }
        match command {
            Command::CreateTenant { .. }
            | Command::ChangeProfile { .. }
            | Command::AddDomain { .. }
            | Command::AdoptCatalog { .. }
            | Command::ChangePolicy { .. } => self.on_directory(command, given),
            Command::AddSubscription(_)
            | Command::ChangeQuantity { .. }
            | Command::Reactivate { .. }
            | Command::SetRenewal { .. }
            | Command::Cancel { .. } => self.on_subscriptions(command, given),
            Command::AssignLicenses { user, request } => {
                let user = self.live(user)?;
                self.judge_request(request)?;
                self.assign(user, request, given.now)?;
                Ok(user_outcome(user))
            }
            Command::AssignLicensesInBulk { users, request } => {
                self.assign_in_bulk(users, request, given.now)
            }
            Command::CreateUsers(users) => {
                let first = self.users.len();
                for user in users {
                    self.create_user(user, given)?;
                }
                let created = (first..self.users.len()).map(ordinal).collect();
                Ok(Outcome::Users(created))
            }
            Command::ReprocessUser { user } => Ok(user_outcome(self.live(user)?)),
            Command::UpdateUser { .. }
            | Command::DeleteUser { .. }
            | Command::RestoreUser { .. }
            | Command::PurgeUser { .. }
            | Command::NotePasswordChange { .. }
            | Command::RevokeSessions { .. } => self.on_user(command, given),
            Command::AddApplication { .. }
            | Command::UpdateApplication { .. }
            | Command::NoteCredentials { .. }
            | Command::RemoveApplication { .. }
            | Command::SetPermissions { .. }
            | Command::AssignRole { .. }
            | Command::RemoveRole { .. } => self.on_access(command, given),
            Command::EnrollDevice(_)
            | Command::CheckIn { .. }
            | Command::RetireDevice { .. }
            | Command::SyncDevice { .. }
            | Command::RemoveDevice { .. }
            | Command::ChangeDeviceSettings { .. }
            | Command::ChangeLimitPolicies(_)
            | Command::AddEnrollmentManager { .. }
            | Command::RemoveEnrollmentManager { .. } => self.on_devices(command, given),
            _ => self.on_groups(command, given),
        }
    }

    fn on_directory(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::CreateTenant {
                id,
                profile,
                domain,
            } => {
                if !self.id.is_nil() {
                    return Err(Rejection::TenantExists);
                }
                judge_profile(profile)?;
                self.domains.push((judge_domain(domain)?, true));
                self.id = id.unwrap_or_else(|| (given.new_id)());
                self.created = given.now;
                self.profile = profile.clone();
                self.limit_policies = vec![LimitPolicy::default_of(15, given.now)];
                return Ok(Outcome::Created(self.id));
            }
            Command::ChangeProfile { profile } => {
                judge_profile(profile)?;
                self.profile = profile.clone();
            }
            Command::AddDomain { name, is_default } => {
                let domain = judge_domain(name)?;
                if self.domains.iter().any(|(other, _)| *other == domain) {
                    return Err(Rejection::DomainExists { domain });
                }
                if *is_default {
                    self.domains.iter_mut().for_each(|other| other.1 = false);
                }
                self.domains.push((domain, *is_default));
            }
            Command::AdoptCatalog { catalog, digest } if *digest != self.digest => {
                self.judge_catalog(catalog)?;
                self.adopt(catalog, *digest);
            }
            Command::AdoptCatalog { .. } => {}
            Command::ChangePolicy { policy } => self.policy = policy.clone(),
            _ => unreachable!(),
        }
        Ok(Outcome::Done)
    }

    /// Whether a switch of the policy counts.
    fn is_on(&self, switch: bool) -> bool {
        self.policy.semantics == Semantics::Extended && switch
    }
}

fn ordinal(place: usize) -> UserOrdinal {
    UserOrdinal(u32::try_from(place).unwrap())
}

fn user_outcome(place: usize) -> Outcome {
    Outcome::User(ordinal(place))
}

fn judge_profile(profile: &Profile) -> Result<(), Rejection> {
    if profile.display_name.is_empty() {
        return Err(Rejection::RequiredPropertyMissing {
            name: "displayName",
        });
    }
    Ok(())
}

fn judge_domain(name: &str) -> Result<String, Rejection> {
    if name.contains('.') && !name.starts_with('-') {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(Rejection::InvalidDomain {
            domain: name.to_owned(),
        })
    }
}
