//! The licensing policy: `/zetel/licensingPolicy`.

use zetel_domain::{Command, access::Action};

use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    policy::{POLICY, changed},
    reply::Reply,
    settings::write_members,
};

/// `GET /zetel/licensingPolicy`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadOrganization, None)?;
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["zetel/licensingPolicy"]);
        write_members(out, &POLICY, tenant.policy());
    });
    Ok(Reply::json(out))
}

/// `PATCH /zetel/licensingPolicy`
pub(crate) async fn update(call: &Call<'_>) -> Result<Reply, GraphError> {
    let policy = {
        let tenant = call.read(Action::ManagePolicy, None)?;
        changed(tenant.policy(), &call.members()?)?
    };
    call.submit(Command::ChangePolicy { policy }, None).await?;
    Ok(Reply::no_content())
}
