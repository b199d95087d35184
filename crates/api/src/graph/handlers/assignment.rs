//! `assignLicense`.

use zetel_domain::{Command, access::Action};

use super::{assignment_body, user_of};
use crate::graph::{call::Call, error::GraphError, reply::Reply, schema::UserSelection};

/// `POST /users/{id}/assignLicense`, `POST /me/assignLicense`
///
/// Refusals come in the order of licensing.md 2.1: rights, user, body, and then the rules of the domain.
pub(crate) async fn assign_license(call: &Call<'_>) -> Result<Reply, GraphError> {
    let user = call.user_key()?;
    if call
        .read(Action::AssignLicenses, None)?
        .find_user(&user)
        .is_none()
    {
        return Err(GraphError::not_found(call.key(0)));
    }
    let request = assignment_body::parse(call.body.as_ref().map_err(Clone::clone)?)?;
    let applied = call
        .submit(Command::AssignLicenses { user, request }, None)
        .await?;
    // Without licenses, as Graph answers: the client reads them again with `$select`.
    let selection = UserSelection::by_default();
    let body = call.user_body(&applied.after, user_of(&applied)?, selection);
    Ok(Reply::json(body))
}
