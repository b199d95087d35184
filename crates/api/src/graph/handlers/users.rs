//! Reading users.

use zetel_domain::access::Action;

use super::user_lists;
use crate::graph::{call::Call, error::GraphError, reply::Reply, schema::UserSelection};

/// `GET /users`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    user_lists::live_page(call, &tenant)
}

/// `GET /users/$count`
pub(crate) fn count(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ListUsers, None)?;
    user_lists::live_count(call, &tenant)
}

/// `GET /users/{id}`, `GET /me`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let key = call.user_key()?;
    let tenant = call.read_user(&key)?;
    let user = tenant
        .find_user(&key)
        .ok_or_else(|| GraphError::not_found(call.key(0)))?;
    let selection = UserSelection::parse(call.options.select.as_deref())?;
    Ok(Reply::json(call.user_body(&tenant, user, &selection)))
}
