//! New access tokens without the user, also for another resource (RFC 6749 section 6).

use uuid::Uuid;

use crate::encoding::{read_reference, reference, sha256};
use crate::service::Authority;
use crate::sql::{self, RefreshRow};
use crate::{IdentityError, TokenError, TokenRequest, TokenResponse, TokenService};

use super::{Refresh, UserGrant};

/// A refresh token lives for 90 days after its last use.
const LIFETIME_SECONDS: i64 = 90 * DAY_SECONDS;

/// The last use is noted once a day.
const DAY_SECONDS: i64 = 24 * 3600;

impl TokenService {
    pub(super) fn refresh_token(
        &self,
        request: &TokenRequest<'_>,
        authority: Authority,
    ) -> Result<TokenResponse, TokenError> {
        let token = request.form.required("refresh_token")?;
        let unknown = || {
            TokenError::InvalidGrant("the refresh token is unknown or was revoked; sign in again")
        };
        let (tenant, digest) = read_reference(token).ok_or_else(unknown)?;
        let tenant = Self::same_tenant(authority, tenant)?;
        let client = self.authenticate_client(tenant, request)?;
        let row = sql::find_refresh(&self.database, tenant, &digest)?.ok_or_else(unknown)?;
        if row.client_id != client.id {
            return Err(TokenError::InvalidGrant(
                "the refresh token was issued to another client",
            ));
        }
        let now = self.now();
        if row.expires_at <= now {
            return Err(TokenError::RefreshTokenExpired);
        }
        let user = self.user_of_grant(tenant, row.user_id)?;
        let scope = match self.requested_scope(request)? {
            Some(scope) => scope,
            None => self.scope(&row.scope, request.origin)?,
        };
        let response = self.user_tokens(
            request,
            &UserGrant {
                origin: request.origin,
                tenant_id: tenant,
                user: &user,
                client: &client,
                scope: &scope,
                nonce: None,
                refresh: Refresh::Keep(token),
            },
        )?;
        if row.expires_at < now + LIFETIME_SECONDS - DAY_SECONDS {
            sql::extend_refresh(&self.database, tenant, &digest, now + LIFETIME_SECONDS)?;
        }
        Ok(response)
    }

    /// Ends what a refresh token gives; one that is not known, or is none, changes nothing.
    pub fn forget_refresh_token(&self, token: &str) -> Result<(), IdentityError> {
        if let Some((tenant, digest)) = read_reference(token) {
            sql::delete_refresh(&self.database, tenant, &digest)?;
        }
        Ok(())
    }

    /// Makes and stores a refresh token.
    pub(super) fn new_refresh_token(
        &self,
        tenant: Uuid,
        user_id: Uuid,
        client_id: Uuid,
        scope: &str,
    ) -> Result<String, IdentityError> {
        let token = reference(tenant, self.environment.random()?);
        let expires_at = self.now() + LIFETIME_SECONDS;
        let row = RefreshRow {
            user_id,
            client_id,
            scope: scope.to_owned(),
            expires_at,
        };
        sql::insert_refresh(&self.database, tenant, &sha256(&token), &row)?;
        Ok(token)
    }
}
