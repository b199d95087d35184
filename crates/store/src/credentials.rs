//! Credentials go with whom they belong to: in the transaction that purges a user or removes an application.

use zetel_domain::{Tenant, user::UserOrdinal};

use crate::{
    facts::Touched,
    sql::{DatabaseError, Statement, Transaction, Value},
};

/// What is forgotten of a purged user.
const OF_USER: [Statement; 4] = [
    Statement::new(
        "forget password",
        "DELETE FROM user_password WHERE tenant_id = $1 AND user_id = $2",
    ),
    Statement::new(
        "forget refresh tokens of user",
        "DELETE FROM refresh_token WHERE tenant_id = $1 AND user_id = $2",
    ),
    Statement::new(
        "forget authorization codes of user",
        "DELETE FROM authorization_code WHERE tenant_id = $1 AND user_id = $2",
    ),
    Statement::new(
        "forget device codes of user",
        "DELETE FROM device_code WHERE tenant_id = $1 AND user_id = $2",
    ),
];

/// What is forgotten of a removed application.
const OF_APPLICATION: [Statement; 2] = [
    Statement::new(
        "forget secrets of application",
        "DELETE FROM application_secret WHERE tenant_id = $1 AND client_id = $2",
    ),
    Statement::new(
        "forget certificates of application",
        "DELETE FROM application_certificate WHERE tenant_id = $1 AND client_id = $2",
    ),
];

/// The statements of this module.
pub fn statements() -> impl Iterator<Item = Statement> {
    OF_USER.into_iter().chain(OF_APPLICATION)
}

/// Deletes the credentials of users that a batch purged and of applications that it removed.
pub fn forget(
    transaction: &mut Transaction<'_>,
    touched: &Touched,
    after: &Tenant,
) -> Result<(), DatabaseError> {
    let tenant_id: Value = after.id().into();
    let purged = touched
        .purged_users
        .iter()
        .filter_map(|user| Some(after.users().view(UserOrdinal(user))?.id))
        .filter(|id| after.users().find_id(*id).is_none());
    for id in purged {
        for statement in &OF_USER {
            transaction.execute(statement, &[tenant_id.clone(), id.into()])?;
        }
    }
    let removed = touched
        .client_ids
        .iter()
        .filter(|client_id| after.find_application(**client_id).is_none());
    for client_id in removed {
        for statement in &OF_APPLICATION {
            transaction.execute(statement, &[tenant_id.clone(), client_id.into()])?;
        }
    }
    Ok(())
}
