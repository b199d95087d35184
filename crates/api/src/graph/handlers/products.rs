//! `/subscribedSkus` and `/directory/subscriptions`.

use zetel_domain::access::Action;

use super::entities;
use crate::graph::{
    call::Call,
    error::GraphError,
    render::product::{CompanySubscription, ProductRow, SubscribedSku, SubscriptionRow},
    reply::Reply,
};

const SUBSCRIPTIONS: &str = "directory/subscriptions";

/// `GET /subscribedSkus`
pub(crate) fn list(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadSubscriptions, None)?;
    entities::list::<SubscribedSku>(call, "subscribedSkus", ProductRow::all(&tenant))
}

/// `GET /subscribedSkus/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadSubscriptions, None)?;
    let row = ProductRow::find(&tenant, call.key(0));
    let row = row.ok_or_else(|| GraphError::not_found(call.key(0)))?;
    entities::single::<SubscribedSku>(call, "subscribedSkus", &row)
}

/// `GET /directory/subscriptions`
pub(crate) fn list_subscriptions(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadSubscriptions, None)?;
    entities::list::<CompanySubscription>(call, SUBSCRIPTIONS, SubscriptionRow::all(&tenant))
}

/// `GET /directory/subscriptions/{id}`
pub(crate) fn get_subscription(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadSubscriptions, None)?;
    let row = SubscriptionRow::find(&tenant, call.key(0));
    let row = row.ok_or_else(|| GraphError::not_found(call.key(0)))?;
    entities::single::<CompanySubscription>(call, SUBSCRIPTIONS, &row)
}

/// `GET /directory/subscriptions(commerceSubscriptionId='{id}')`
pub(crate) fn get_subscription_by_commerce_id(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ReadSubscriptions, None)?;
    let row = SubscriptionRow::find_commerce_id(&tenant, call.key(0));
    let row = row.ok_or_else(|| GraphError::not_found(call.key(0)))?;
    entities::single::<CompanySubscription>(call, SUBSCRIPTIONS, &row)
}
