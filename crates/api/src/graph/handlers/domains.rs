//! `/domains`.

use zetel_domain::access::Action;

use super::entities;
use crate::graph::{call::Call, error::GraphError, render::domain::DomainEntity, reply::Reply};

/// `GET /domains`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadOrganization, None)?;
    entities::list::<DomainEntity>(call, "domains", tenant.domains().iter())
}

/// `GET /domains/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadOrganization, None)?;
    let mut domains = tenant.domains().iter();
    let domain = domains.find(|domain| domain.name.eq_ignore_ascii_case(call.key(0)));
    let domain = domain.ok_or_else(|| GraphError::not_found(call.key(0)))?;
    entities::single::<DomainEntity>(call, "domains", &domain)
}
