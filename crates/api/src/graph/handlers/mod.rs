//! What answers each path: convert, call the engine, render.

pub(crate) mod applications;
pub(crate) mod assignment;
pub(crate) mod audits;
pub(crate) mod deleted_items;
pub(crate) mod devices;
pub(crate) mod directory_objects;
pub(crate) mod domains;
pub(crate) mod groups;
pub(crate) mod licenses;
pub(crate) mod memberships;
pub(crate) mod organization;
pub(crate) mod products;
pub(crate) mod related;
pub(crate) mod roles;
pub(crate) mod service_principals;
pub(crate) mod sessions;
pub(crate) mod troubleshooting;
pub(crate) mod users;
pub(crate) mod writes;
pub(crate) mod zetel;

mod assignment_body;
mod entities;
mod expanded;
mod few;
mod group_body;
mod pages;
mod principals;
mod sorting;
mod user_body;
mod user_lists;

use zetel_domain::{Outcome, user::UserView};
use zetel_engine::Applied;

use super::error::GraphError;

/// The user whom a command concerned, as of after it.
fn user_of(applied: &Applied) -> Result<UserView<'_>, GraphError> {
    let ordinal = match &applied.outcome {
        Outcome::User(user) | Outcome::Reprocessed { user, .. } => Some(*user),
        Outcome::Users(users) => users.first().copied(),
        _ => None,
    };
    ordinal
        .and_then(|ordinal| applied.after.users().view(ordinal))
        .ok_or_else(|| GraphError::not_found("user"))
}
