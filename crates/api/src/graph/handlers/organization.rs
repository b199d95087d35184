//! `/organization`.

use uuid::Uuid;
use zetel_domain::access::Action;

use super::entities;
use crate::graph::{
    call::Call, error::GraphError, render::organization::Organization, reply::Reply,
};

/// `GET /organization`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadOrganization, None)?;
    entities::list::<Organization>(call, "organization", std::iter::once(&*tenant))
}

/// `GET /organization/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadOrganization, None)?;
    if Uuid::try_parse(call.key(0)) != Ok(tenant.id()) {
        return Err(GraphError::not_found(call.key(0)));
    }
    entities::single::<Organization>(call, "organization", &&*tenant)
}
