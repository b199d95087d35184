//! Changes of many users' licenses at once: swapping products, moving to groups, assigning in bulk.

use zetel_domain::{
    Command, Tenant,
    access::Action,
    assignment::AssignmentRequest,
    command::SwapScope,
    state::Bits,
    user::{UserKey, UserOrdinal},
};

use super::{done, fields::Fields};
use crate::graph::{
    call::Call, error::GraphError, handlers::assignment_body, not_done::keys_of, reply::Reply,
};

/// `POST /zetel/swapLicense`
pub(crate) async fn swap(call: &Call<'_>) -> Result<Reply, GraphError> {
    let command = {
        let mut fields = Fields::of(call, "swapLicense")?;
        let from = fields.guid("from")?.ok_or_else(|| fields.missing("from"))?;
        let to = fields.guid("to")?.ok_or_else(|| fields.missing("to"))?;
        let disabled_plans = fields.guids("disabledPlans")?;
        let users = fields.users("userIds")?;
        let group = fields.guid("groupId")?;
        let is_for_all = fields.flag("allUsers")?;
        fields.finish()?;
        let scope = match (users, group, is_for_all) {
            (Some(users), None, false) => {
                call.read(Action::AssignLicenses, None)?;
                SwapScope::Users(users)
            }
            (None, Some(group), false) => SwapScope::Group(group),
            (None, None, true) => {
                let tenant = call.read(Action::AssignLicenses, None)?;
                SwapScope::Users(holders(&tenant, from))
            }
            _ => {
                return Err(GraphError::refused(
                    "Say for whom the license is swapped, by one of the parameters 'userIds', 'groupId' and 'allUsers'.",
                ));
            }
        };
        Command::SwapProduct {
            scope,
            from,
            to,
            disabled_plans,
        }
    };
    submit(call, command).await
}

/// Everybody who has a product directly. Each is named, so that those who keep it can be told.
fn holders(tenant: &Tenant, sku_id: uuid::Uuid) -> Vec<UserKey> {
    let Some(product) = tenant.find_product(sku_id) else {
        return Vec::new();
    };
    tenant
        .assigned(product)
        .into_iter()
        .flat_map(Bits::iter)
        .filter_map(|user| tenant.users().view(UserOrdinal(user)))
        .filter(|user| user.is_live() && tenant.direct_license(user, product).is_some())
        .map(|user| UserKey::Id(user.id))
        .collect()
}

/// `POST /zetel/migrateToGroups`
pub(crate) async fn migrate(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::AssignLicenses, None)?;
    let mut fields = Fields::of(call, "migrateToGroups")?;
    let users = fields.users("userIds")?;
    let accept_lost_plans = fields.flag("acceptLostPlans")?;
    fields.finish()?;
    let command = Command::MigrateToGroups {
        users,
        accept_lost_plans,
    };
    submit(call, command).await
}

/// `POST /zetel/bulkAssignLicense`
pub(crate) async fn assign(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::AssignLicenses, None)?;
    let mut fields = Fields::of(call, "bulkAssignLicense")?;
    let users = fields
        .users("userIds")?
        .ok_or_else(|| fields.missing("userIds"))?;
    let request: AssignmentRequest = assignment_body::parse(&fields.rest()?)?;
    submit(call, Command::AssignLicensesInBulk { users, request }).await
}

/// `POST /zetel/removeMembers`
pub(crate) async fn remove_members(call: &Call<'_>) -> Result<Reply, GraphError> {
    let mut fields = Fields::of(call, "removeMembers")?;
    let group = fields
        .guid("groupId")?
        .ok_or_else(|| fields.missing("groupId"))?;
    let members = fields.guids("memberIds")?;
    if members.is_empty() {
        return Err(fields.missing("memberIds"));
    }
    fields.finish()?;
    submit(call, Command::RemoveMembers { group, members }).await
}

async fn submit(call: &Call<'_>, command: Command) -> Result<Reply, GraphError> {
    let keys = keys_of(&command).to_vec();
    let applied = call.submit(command, None).await?;
    done(call, &applied, &keys).await
}
