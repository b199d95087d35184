//! What answers each path: convert, call the engine, render.

pub(crate) mod assignment;
pub(crate) mod deleted_items;
pub(crate) mod licenses;
pub(crate) mod organization;
pub(crate) mod products;
pub(crate) mod users;
pub(crate) mod writes;

mod assignment_body;
mod entities;
mod pages;
mod user_body;

use zetel_domain::{Outcome, user::UserView};
use zetel_engine::Applied;

use super::error::GraphError;

/// The user whom a command concerned, as of after it.
fn user_of(applied: &Applied) -> Result<UserView<'_>, GraphError> {
    let ordinal = match &applied.outcome {
        Outcome::User(user) => Some(*user),
        Outcome::Users(users) => users.first().copied(),
        _ => None,
    };
    ordinal
        .and_then(|ordinal| applied.after.users().view(ordinal))
        .ok_or_else(|| GraphError::not_found("user"))
}
