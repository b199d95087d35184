//! Creating, changing and deleting users.

use zetel_domain::{Command, access::Action, user::UserKey};
use zetel_engine::Also;

use super::{user_body, user_of};
use crate::graph::{
    call::Call,
    error::GraphError,
    passwords::{self, NewPassword},
    refusals::required,
    reply::Reply,
    schema::UserSelection,
};

/// `POST /users`
pub(crate) async fn create(call: &Call<'_>) -> Result<Reply, GraphError> {
    call.read(Action::WriteUsers, None)?;
    let mut members = call.members()?;
    let password = passwords::take_profile(&mut members)?;
    let user = user_body::new_user(&members)?;
    let password = password.ok_or_else(|| GraphError::refused(required("passwordProfile")))?;
    let command = Command::CreateUsers(vec![user]);
    // Hashing costs a thousand times what judging the command costs.
    call.plan(&command)?;
    let also = hash(call, password).await?;
    let applied = call.submit(command, Some(also)).await?;
    let user = user_of(&applied)?;
    let location = format!("{}/v1.0/users/{}", call.origin.text(), user.id);
    let body = call.user_body(&applied.after, user, UserSelection::by_default());
    Ok(Reply::created(body, location))
}

/// `PATCH /users/{id}`, `PATCH /me`
pub(crate) async fn update(call: &Call<'_>) -> Result<Reply, GraphError> {
    let user = call.user_key()?;
    // Whoever may change anything may set the usage location; the engine judges the change itself.
    check_target(call, Action::SetUsageLocation, &user)?;
    let mut members = call.members()?;
    let password = passwords::take_profile(&mut members)?;
    let patch = user_body::patch(&members)?;
    let update = Command::UpdateUser {
        user: user.clone(),
        patch,
    };
    let Some(password) = password else {
        call.submit(update, None).await?;
        return Ok(Reply::no_content());
    };
    // Two commands: both are judged before either is carried out.
    let set_password = Command::NotePasswordChange { user };
    let has_other_changes = members.keys().any(|name| !name.contains('@'));
    call.plan(&set_password)?;
    if has_other_changes {
        call.plan(&update)?;
    }
    let also = hash(call, password).await?;
    if has_other_changes {
        let applied = call.submit(update, None).await?;
        // The change may have been to the name by which the client found the user.
        let user = UserKey::Id(user_of(&applied)?.id);
        call.submit(Command::NotePasswordChange { user }, Some(also))
            .await?;
    } else {
        call.submit(set_password, Some(also)).await?;
    }
    Ok(Reply::no_content())
}

/// `DELETE /users/{id}`
pub(crate) async fn delete(call: &Call<'_>) -> Result<Reply, GraphError> {
    let user = call.user_key()?;
    call.submit(Command::DeleteUser { user }, None).await?;
    Ok(Reply::no_content())
}

/// Rights first, then the user, then the body (licensing.md 2.1).
fn check_target(call: &Call<'_>, action: Action, user: &UserKey) -> Result<(), GraphError> {
    match call.read(action, None)?.find_user(user) {
        Some(_) => Ok(()),
        None => Err(GraphError::not_found(call.key(0))),
    }
}

async fn hash(call: &Call<'_>, password: NewPassword) -> Result<Also, GraphError> {
    call.graph
        .passwords
        .storing(password, call.graph.engine.now())
        .await
}
