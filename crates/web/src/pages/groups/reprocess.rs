//! Deciding a group's licenses again.

use axum::{extract::Path, response::Response};
use uuid::Uuid;
use zetel_domain::{Command, access::Action};

use crate::{ROOT, failure::Failure, sign_in::away, visit::Visit};

/// `POST /admin/groups/{id}/reprocess`: leads back to the group with how many errors are gone.
pub(crate) async fn reprocess(visit: Visit, Path(key): Path<String>) -> Result<Response, Failure> {
    let before = visit.read(Action::ReadGroups)?;
    let id = Uuid::try_parse(&key).ok();
    let found = id.and_then(|id| before.find_group(id));
    let Some((ordinal, group)) = found else {
        return Err(Failure::nothing_there(&visit));
    };
    let command = Command::ReprocessGroup { group: group.id };
    let applied = visit.submit(command, None).await;
    let after = applied.map_err(|error| Failure::of(&visit, error))?.after;
    let failed = before.users_with_group_errors(ordinal);
    let healed = failed.difference_len(&after.users_with_group_errors(ordinal));
    Ok(away(&format!("{ROOT}/groups/{}?healed={healed}", group.id)))
}
