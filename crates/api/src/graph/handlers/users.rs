//! Reading users.

use zetel_domain::access::Action;

use super::{expanded::Expanded, related::On, user_lists};
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    relations::Object,
    render::{license::LicenseBook, strip::Strip, user::UserRow},
    reply::Reply,
    schema::UserSelection,
};

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
    let Some(expanded) = Expanded::parse(call, &tenant, On::User)? else {
        return Ok(Reply::json(call.user_body(&tenant, user, &selection)));
    };
    let book = LicenseBook::new(&call.graph.texts);
    let row = UserRow {
        tenant: &tenant,
        user,
        book: &book,
    };
    let context = Expanded::context(Some(&expanded), &selection.context);
    let mut strip = Strip::new();
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &["users", &context, "/$entity"]);
        row.write(out, &selection, &mut strip);
        expanded.write(out, &Object::User(user), &mut strip);
    });
    Ok(Reply::json(out))
}
