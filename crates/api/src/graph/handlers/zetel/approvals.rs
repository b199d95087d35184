//! Approving what the guard stopped: `/zetel/approvals`.

use zetel_domain::{Command, access::Action};

use super::{done, fields::Fields};
use crate::graph::{call::Call, error::GraphError, reply::Reply};

/// `POST /zetel/approvals`
pub(crate) async fn approve(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::RevertChanges, None)?;
    let mut fields = Fields::of(call, "approvals")?;
    let token = fields
        .text("token")?
        .ok_or_else(|| fields.missing("token"))?;
    fields.finish()?;
    let applied = call.submit(Command::ApproveChange { token }, None).await?;
    done(call, &applied, &[]).await
}
