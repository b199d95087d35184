//! `/users/{id}/revokeSignInSessions`.

use zetel_domain::{Command, access::Action, user::UserKey};
use zetel_engine::Also;
use zetel_identity::revoke_sessions;

use crate::graph::{call::Call, error::GraphError, json, reply::Reply};

/// `POST /users/{id}/revokeSignInSessions`, `POST /me/revokeSignInSessions`
pub(crate) async fn revoke(call: &Call<'_>) -> Result<Reply, GraphError> {
    let key = call.user_key()?;
    let id = {
        let tenant = call.read_of(Action::RevokeSessions, &key)?;
        let user = tenant.find_user(&key);
        user.ok_or_else(|| GraphError::not_found(call.key(0)))?.id
    };
    let also: Also =
        Box::new(move |transaction, applied| revoke_sessions(transaction, applied.tenant_id, id));
    let user = UserKey::Id(id);
    call.submit(Command::RevokeSessions { user }, Some(also))
        .await?;
    let mut out = Vec::with_capacity(128);
    json::object(&mut out, |out| {
        call.write_context(out, &["Edm.Boolean"]);
        json::key(out, "value");
        json::flag(out, true);
    });
    Ok(Reply::json(out))
}
