//! Signing users in by password, and their passwords and sessions.

use uuid::Uuid;
use zetel_store::sql::{DatabaseError, Transaction};

use crate::limiter::Account;
use crate::service::Authority;
use crate::{
    IdentityError, PasswordHash, TokenError, TokenService, UserAccount, check_password_rules,
    delete_password, sql, store_password,
};

/// A user who proved the password just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The user's tenant.
    pub tenant_id: Uuid,
    /// The user.
    pub user: UserAccount,
}

/// Whether a password that must be changed lets its user in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expired {
    Refused,
    Accepted,
}

/// Ends a user's sessions in the caller's transaction: refresh tokens, authorization codes and device codes. Access
/// tokens last until they expire.
pub fn revoke_sessions(
    transaction: &mut Transaction<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<(), DatabaseError> {
    sql::delete_user_grants(transaction, tenant_id, user_id)
}

impl TokenService {
    /// Checks a user's password. `authority` is a path segment: a tenant, or `organizations` or `common`, where the
    /// domain of the user principal name tells the tenant.
    ///
    /// Hashes a password in any case, also for users that do not exist: some 20 ms and 19 MiB. Bound how many run
    /// at once.
    ///
    /// # Errors
    /// [`TokenError::UserNotFound`], [`TokenError::InvalidCredentials`], [`TokenError::UserDisabled`],
    /// [`TokenError::PasswordExpired`] if the user must choose a new one, [`TokenError::AccountLocked`] after too many
    /// failures.
    pub fn sign_in(
        &self,
        authority: &str,
        upn: &str,
        password: &str,
    ) -> Result<SignedIn, TokenError> {
        self.check_password(authority, upn, password, Expired::Refused)
    }

    /// Replaces a user's own password, given the old one, and ends the user's earlier sessions.
    ///
    /// # Errors
    /// Those of [`sign_in`](Self::sign_in) except the expired password, and [`TokenError::NewPassword`] if the new
    /// password is the old one or breaks the rules.
    pub fn change_password(
        &self,
        authority: &str,
        upn: &str,
        old: &str,
        new: &str,
    ) -> Result<SignedIn, TokenError> {
        let signed_in = self.check_password(authority, upn, old, Expired::Accepted)?;
        if new == old {
            return Err(TokenError::NewPassword(
                "The new password must differ from the current one.",
            ));
        }
        check_password_rules(new).map_err(|_| TokenError::NewPassword(crate::password::RULES))?;
        let hash = PasswordHash::new(new, &self.environment)?;
        self.set_password(signed_in.tenant_id, signed_in.user.id, &hash, false)?;
        Ok(signed_in)
    }

    /// Stores a user's password in place of an earlier one and ends the user's sessions.
    pub fn set_password(
        &self,
        tenant_id: Uuid,
        user_id: Uuid,
        hash: &PasswordHash,
        must_change: bool,
    ) -> Result<(), IdentityError> {
        let now = self.now();
        Ok(self.database.transaction(|transaction| {
            store_password(transaction, tenant_id, user_id, hash, must_change, now)
        })?)
    }

    /// Removes a user's password and sessions.
    pub fn delete_password(&self, tenant_id: Uuid, user_id: Uuid) -> Result<(), IdentityError> {
        Ok(self
            .database
            .transaction(|transaction| delete_password(transaction, tenant_id, user_id))?)
    }

    /// Ends a user's sessions (see [`revoke_sessions`]).
    pub fn revoke_sessions(&self, tenant_id: Uuid, user_id: Uuid) -> Result<(), IdentityError> {
        Ok(self
            .database
            .transaction(|transaction| revoke_sessions(transaction, tenant_id, user_id))?)
    }

    fn check_password(
        &self,
        authority: &str,
        upn: &str,
        password: &str,
        expired: Expired,
    ) -> Result<SignedIn, TokenError> {
        let tenant = match self.authority(authority)? {
            Authority::Tenant(tenant) => Some(tenant),
            Authority::Any => self.directory.tenant_of_upn(upn),
        };
        let account = Account::User(tenant.unwrap_or_default(), upn.to_lowercase());
        if let Some(retry_after) = self.limiter.wait(&account, self.now()) {
            return Err(TokenError::AccountLocked { retry_after });
        }
        let user = tenant.and_then(|tenant| self.directory.user(tenant, upn));
        // A user that does not exist takes the same steps, so that the time of the answer tells nothing.
        let user_id = user.as_ref().map(|user| user.id).unwrap_or_default();
        let stored = sql::find_password(&self.database, tenant.unwrap_or_default(), user_id)?;
        let hash = stored.as_ref().map_or(&self.nobody, |(hash, _)| hash);
        let matches = hash.matches(password);
        let (Some(tenant_id), Some(user)) = (tenant, user) else {
            self.limiter.failed(account, self.now());
            return Err(TokenError::UserNotFound {
                upn: upn.to_owned(),
                tenant: authority.to_owned(),
            });
        };
        let Some((_, must_change)) = stored.filter(|_| matches) else {
            self.limiter.failed(account, self.now());
            return Err(TokenError::InvalidCredentials);
        };
        self.limiter.succeeded(&account);
        if !user.enabled {
            return Err(TokenError::UserDisabled);
        }
        if must_change && expired == Expired::Refused {
            return Err(TokenError::PasswordExpired);
        }
        Ok(SignedIn { tenant_id, user })
    }
}
