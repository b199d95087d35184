//! Decisions: a command becomes a plan of events or a refusal. All rules are here and in what this calls.

mod access;
mod directory;
mod licenses;
mod subscriptions;
mod users;

use uuid::Uuid;

use crate::{
    command::Command, event::Event, rejection::Rejection, tenant::Tenant, time::Timestamp,
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
    /// The users created, in the order of the command.
    Users(Vec<UserOrdinal>),
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

/// Judges a command on a tenant: everything that it would do, or why it is refused.
pub fn decide(
    tenant: &Tenant,
    command: &Command,
    context: &mut Context<'_>,
) -> Result<Plan, Rejection> {
    let is_creation = matches!(command, Command::CreateTenant { .. });
    match (tenant.id().is_nil(), is_creation) {
        (true, false) => return Err(Rejection::TenantNotFound),
        (false, true) => return Err(Rejection::TenantExists),
        _ => {}
    }
    match command {
        Command::CreateTenant {
            id,
            profile,
            domain,
        } => directory::create(*id, profile, domain, context),
        Command::ChangeProfile { profile } => directory::change_profile(tenant, profile),
        Command::AddDomain { name, is_default } => directory::add_domain(tenant, name, *is_default),
        Command::AdoptCatalog { catalog, digest } => {
            directory::adopt_catalog(tenant, catalog, *digest)
        }
        Command::AddSubscription(purchase) => subscriptions::add(tenant, purchase, context),
        Command::ChangeQuantity {
            id,
            quantity,
            on_behalf_of_manager,
        } => subscriptions::change_quantity(tenant, *id, *quantity, *on_behalf_of_manager),
        Command::Reactivate { id, renews } => {
            subscriptions::reactivate(tenant, *id, *renews, context)
        }
        Command::SetRenewal { id, renews } => {
            subscriptions::set_renewal(tenant, *id, *renews, context)
        }
        Command::Cancel { id } => subscriptions::cancel(tenant, *id, context),
        Command::Tick => Ok(Plan::of(
            subscriptions::due(tenant, context.now)
                .into_iter()
                .chain(users::due(tenant, context.now))
                .collect(),
        )),
        Command::CreateUsers(users) => users::create(tenant, users, context),
        Command::UpdateUser { user, patch } => users::update(tenant, user, patch, context),
        Command::DeleteUser { user } => users::delete(tenant, user, context),
        Command::RestoreUser { id } => users::restore(tenant, *id),
        Command::PurgeUser { id } => users::purge(tenant, *id),
        Command::NotePasswordChange { user } => users::note_password_change(tenant, user, context),
        Command::AssignLicenses { user, request } => {
            licenses::assign(tenant, user, request, context)
        }
        Command::AssignLicensesInBulk { users, request } => {
            licenses::assign_in_bulk(tenant, users, request, context)
        }
        Command::AddApplication {
            client_id,
            display_name,
            permissions,
            public_client,
            redirect_uris,
        } => {
            let wanted = access::NewApplication {
                client_id: *client_id,
                display_name,
                permissions,
                public_client: *public_client,
                redirect_uris,
            };
            access::add_application(tenant, &wanted, context)
        }
        Command::RemoveApplication { id } => access::remove_application(tenant, *id),
        Command::SetPermissions { id, permissions } => {
            access::set_permissions(tenant, *id, permissions)
        }
        Command::AssignRole { principal, role } => access::assign_role(tenant, *principal, *role),
        Command::RemoveRole { principal, role } => access::remove_role(tenant, *principal, *role),
    }
}
