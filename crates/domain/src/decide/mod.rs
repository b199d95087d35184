//! Decisions: a command becomes a plan of events or a refusal. All rules are here and in what this calls.

mod access;
mod bulk;
mod consequences;
mod device_settings;
mod devices;
mod directory;
mod group_licenses;
mod groups;
mod guard;
mod licenses;
mod migrate;
mod subscriptions;
mod swap;
mod undo;
mod users;

use uuid::Uuid;

pub use consequences::waiting;
pub use guard::token as plan_token;
pub use migrate::KeptDirect;
pub use undo::{Earlier, Remainder, RemainderReason, as_of};
pub use users::RECYCLE_BIN_DAYS;

use consequences::Work;

use crate::{
    command::Command,
    device::{DeviceOrdinal, Warning},
    event::Event,
    group::GroupOrdinal,
    rejection::Rejection,
    tenant::Tenant,
    time::Timestamp,
    user::UserOrdinal,
};

/// What a decision may know besides tenant and command.
pub struct Context<'a> {
    /// The time.
    pub now: Timestamp,
    /// Gives ids for new objects.
    pub new_id: &'a mut dyn FnMut() -> Uuid,
    /// Whether the caller is the system itself (synchronization, import, demo), which may set what clients may not.
    pub is_system: bool,
    /// Who asks, as the journal names it.
    pub actor: String,
    /// The token of the plan that the caller has seen, where it confirms a change that the guard would stop.
    pub confirmation: Option<String>,
}

/// Everything that a command would do, computed and not done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What would happen, in order.
    pub events: Vec<Event>,
    /// What to tell the caller.
    pub outcome: Outcome,
}

/// What a command leads to besides its events.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Outcome {
    /// Nothing more to tell.
    #[default]
    Done,
    /// The object that the command made.
    Created(Uuid),
    /// The user whom the command concerns.
    User(UserOrdinal),
    /// The group that the command concerns.
    Group(GroupOrdinal),
    /// The user whose group licenses were decided again, and what they still run into.
    Reprocessed {
        /// The user.
        user: UserOrdinal,
        /// What stands in the way of the first license that could not be applied.
        violation: Option<Rejection>,
    },
    /// The device that the command concerns.
    Device {
        /// Which.
        device: DeviceOrdinal,
        /// Whether it was not enrolled before.
        is_new: bool,
        /// What to know of an enrollment that was allowed.
        warnings: Vec<Warning>,
    },
    /// The users created, in the order of the command.
    Users(Vec<UserOrdinal>),
    /// Subscriptions that are due to be deleted, and the refusal by which the guard holds each back.
    Held(Vec<(Uuid, Rejection)>),
    /// Direct licenses that a group gives as well and that were left in place.
    Migrated(Vec<KeptDirect>),
    /// What was not put back as it had been, and why.
    Reverted(Vec<Remainder>),
    /// Per user of a bulk command what went wrong, by place in the command; all others succeeded.
    Bulk(Vec<(usize, Rejection)>),
}

impl Plan {
    fn of(events: Vec<Event>) -> Self {
        Self {
            events,
            outcome: Outcome::Done,
        }
    }
}

/// Events with what follows from them.
fn follow(tenant: &Tenant, events: Vec<Event>, context: &Context<'_>) -> Plan {
    let concerns_groups = |event: &Event| {
        event.users().is_some_and(|users| {
            users.iter().any(|user| {
                let view = tenant.users().view(user);
                view.is_some_and(|view| !view.memberships.is_empty())
                    || tenant.kept().contains(user.0)
            })
        })
    };
    let is_alone = tenant.groups().is_empty()
        || (!tenant.policy().is_extended()
            && tenant.groups().dynamic().next().is_none()
            && !events.iter().any(concerns_groups));
    if is_alone && tenant.policy().grace_days() == 0 {
        return Plan::of(events);
    }
    let mut work = Work::new(tenant, context);
    for event in events {
        work.record(event);
    }
    work.finish().into()
}

/// Judges a command on a tenant: everything that it would do, or why it is refused.
pub fn decide(
    tenant: &Tenant,
    command: &Command,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    let Preview { plan, guarded } = preview(tenant, command, context)?;
    guarded.map_or(Ok(plan), Err)
}

/// A command judged, without the guard's word on it.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Everything that the command would do.
    pub plan: Plan,
    /// The refusal by which the guard stops it, if it does.
    pub guarded: Option<Rejection>,
}

/// Judges a command on a tenant like [`decide`], but tells what it would do even if the guard stops it.
pub fn preview(
    tenant: &Tenant,
    command: &Command,
    context: &mut Context<'_>,
) -> Result<Preview, Rejection> {
    let is_creation = matches!(command, Command::CreateTenant { .. });
    match (tenant.id().is_nil(), is_creation) {
        (true, false) => return Err(Rejection::TenantNotFound),
        (false, true) => return Err(Rejection::TenantExists),
        _ => {}
    }
    let plan = judge(tenant, command, context)?;
    // What is due is guarded piece by piece.
    let guarded = if matches!(command, Command::Tick) {
        None
    } else {
        guard::check(tenant, &plan.events, context).err()
    };
    Ok(Preview { plan, guarded })
}

fn judge(tenant: &Tenant, command: &Command, context: &mut Context<'_>) -> Result<Plan, Rejection> {
    match command {
        Command::CreateTenant {
            id,
            profile,
            domain,
        } => directory::create(*id, profile, domain, context),
        Command::ChangeProfile { profile } => directory::change_profile(tenant, profile),
        Command::AddDomain { name, is_default } => directory::add_domain(tenant, name, *is_default),
        Command::AdoptCatalog { catalog, digest } => {
            directory::adopt_catalog(tenant, catalog, *digest, context)
        }
        Command::AddSubscription(purchase) => subscriptions::add(tenant, purchase, context),
        Command::ChangeQuantity {
            id,
            quantity,
            on_behalf_of_manager,
        } => subscriptions::change_quantity(tenant, *id, *quantity, *on_behalf_of_manager, context),
        Command::Reactivate { id, renews } => {
            subscriptions::reactivate(tenant, *id, *renews, context)
        }
        Command::SetRenewal { id, renews } => {
            subscriptions::set_renewal(tenant, *id, *renews, context)
        }
        Command::Cancel { id } => subscriptions::cancel(tenant, *id, context),
        Command::Tick => Ok(tick(tenant, context)),
        Command::CreateUsers(users) => users::create(tenant, users, context),
        Command::UpdateUser { user, patch } => users::update(tenant, user, patch, context),
        Command::DeleteUser { user } => users::delete(tenant, user, context),
        Command::RestoreUser { id } => users::restore(tenant, *id, context),
        Command::PurgeUser { id } => users::purge(tenant, *id),
        Command::NotePasswordChange { user } => users::note_password_change(tenant, user, context),
        Command::RevokeSessions { user } => users::revoke_sessions(tenant, user, context),
        Command::AssignLicenses { user, request } => {
            licenses::assign(tenant, user, request, context)
        }
        Command::AssignLicensesInBulk { users, request } => {
            licenses::assign_in_bulk(tenant, users, request, context)
        }
        Command::ReprocessUser { user } => licenses::reprocess(tenant, user, context),
        Command::CreateGroup(_)
        | Command::UpdateGroup { .. }
        | Command::DeleteGroup { .. }
        | Command::RestoreGroup { .. }
        | Command::PurgeGroup { .. }
        | Command::AddMembers { .. }
        | Command::RemoveMembers { .. }
        | Command::AddOwner { .. }
        | Command::RemoveOwner { .. } => decide_on_group(tenant, command, context),
        Command::AssignGroupLicenses { group, request } => {
            group_licenses::assign(tenant, *group, request, context)
        }
        Command::ReprocessGroup { group } => group_licenses::reprocess(tenant, *group, context),
        Command::ChangePolicy { policy } => group_licenses::change_policy(tenant, policy, context),
        Command::SwapProduct {
            scope,
            from,
            to,
            disabled_plans,
        } => swap::swap(tenant, scope, *from, *to, disabled_plans, context),
        Command::MigrateToGroups {
            users,
            accept_lost_plans,
        } => migrate::migrate(tenant, users.as_deref(), *accept_lost_plans, context),
        Command::ApproveChange { token } => guard::approve(token, context),
        Command::EnrollDevice(_)
        | Command::CheckIn { .. }
        | Command::RetireDevice { .. }
        | Command::SyncDevice { .. }
        | Command::RemoveDevice { .. }
        | Command::ChangeDeviceSettings { .. }
        | Command::ChangeLimitPolicies(_)
        | Command::AddEnrollmentManager { .. }
        | Command::RemoveEnrollmentManager { .. } => decide_on_device(tenant, command, context),
        Command::Undo {
            generation,
            events,
            earlier,
        } => undo::undo(tenant, *generation, events, earlier, context),
        Command::RestoreLicenses { at, events, scope } => {
            undo::restore(tenant, *at, events, scope, context)
        }
        Command::AddApplication { .. }
        | Command::RemoveApplication { .. }
        | Command::UpdateApplication { .. }
        | Command::NoteCredentials { .. }
        | Command::SetPermissions { .. }
        | Command::AssignRole { .. }
        | Command::RemoveRole { .. } => decide_on_access(tenant, command, context),
    }
}

fn decide_on_access(
    tenant: &Tenant,
    command: &Command,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    match command {
        Command::AddApplication {
            client_id,
            display_name,
            permissions,
            public_client,
            redirect_uris,
            dormant,
            properties,
            owners,
        } => {
            let wanted = access::NewApplication {
                client_id: *client_id,
                display_name,
                permissions,
                public_client: *public_client,
                redirect_uris,
                dormant: *dormant,
                properties,
                owners,
            };
            access::add_application(tenant, &wanted, context)
        }
        Command::RemoveApplication { id } => access::remove_application(tenant, *id),
        Command::UpdateApplication { id, patch } => access::update_application(tenant, *id, patch),
        Command::NoteCredentials { id, added, removed } => {
            access::note_credentials(tenant, *id, added, removed)
        }
        Command::SetPermissions { id, permissions } => {
            access::set_permissions(tenant, *id, permissions)
        }
        Command::AssignRole { principal, role } => access::assign_role(tenant, *principal, *role),
        Command::RemoveRole { principal, role } => access::remove_role(tenant, *principal, *role),
        _ => Ok(Plan::default()),
    }
}

fn decide_on_group(
    tenant: &Tenant,
    command: &Command,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    match command {
        Command::CreateGroup(new) => groups::create(tenant, new, context),
        Command::UpdateGroup { group, patch } => groups::update(tenant, *group, patch, context),
        Command::DeleteGroup { group } => groups::delete(tenant, *group, context),
        Command::RestoreGroup { group } => groups::restore(tenant, *group, context),
        Command::PurgeGroup { group } => groups::purge(tenant, *group),
        Command::AddMembers { group, members } => {
            groups::add_members(tenant, *group, members, context)
        }
        Command::RemoveMembers { group, members } => {
            groups::remove_members(tenant, *group, members, context)
        }
        Command::AddOwner { group, user } => groups::add_owner(tenant, *group, *user, context),
        Command::RemoveOwner { group, user } => groups::remove_owner(tenant, *group, *user),
        _ => Ok(Plan::default()),
    }
}

fn decide_on_device(
    tenant: &Tenant,
    command: &Command,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    match command {
        Command::EnrollDevice(enrollment) => devices::enroll(tenant, enrollment, context),
        Command::CheckIn { device, report } => devices::check_in(tenant, *device, report, context),
        Command::RetireDevice { device } => devices::retire(tenant, *device),
        Command::SyncDevice { device } => devices::sync(tenant, *device),
        Command::RemoveDevice { device } => devices::remove(tenant, *device, context),
        Command::ChangeDeviceSettings { settings } => device_settings::change(tenant, settings),
        Command::ChangeLimitPolicies(change) => {
            device_settings::change_limits(tenant, change, context)
        }
        Command::AddEnrollmentManager { user } => device_settings::add_manager(tenant, user),
        Command::RemoveEnrollmentManager { user } => device_settings::remove_manager(tenant, user),
        _ => Ok(Plan::default()),
    }
}

/// Does what is due. What the guard stops is left undone and reported.
fn tick(tenant: &Tenant, context: &Context<'_>) -> Plan {
    let mut work = Work::new(tenant, context);
    let held = subscriptions::due(&mut work, context);
    licenses::due(&mut work);
    users::due(&mut work);
    groups::due(&mut work);
    devices::due(&mut work);
    let plan = Plan::from(work.finish());
    if held.is_empty() {
        return plan;
    }
    Plan {
        outcome: Outcome::Held(held),
        ..plan
    }
}
