//! Redeeming the code that the sign-in page gave (RFC 6749 section 4.1.3, PKCE: RFC 7636).

use subtle::ConstantTimeEq as _;

use crate::authorize::challenge_of;
use crate::encoding::read_reference;
use crate::service::Authority;
use crate::sql::{self, CodeRow};
use crate::{TokenError, TokenRequest, TokenResponse, TokenService};

use super::{Refresh, UserGrant};

impl TokenService {
    pub(super) fn authorization_code(
        &self,
        request: &TokenRequest<'_>,
        authority: Authority,
    ) -> Result<TokenResponse, TokenError> {
        let code = request.form.required("code")?;
        let unknown =
            || TokenError::InvalidGrant("the authorization code is unknown or was revoked");
        let (tenant, digest) = read_reference(code).ok_or_else(unknown)?;
        let tenant = Self::same_tenant(authority, tenant)?;
        let client = self.authenticate_client(tenant, request)?;
        let row = sql::find_code(&self.database, tenant, &digest)?.ok_or_else(unknown)?;
        if row.client_id != client.id {
            return Err(TokenError::InvalidGrant(
                "the authorization code was issued to another client",
            ));
        }
        if row.redeemed {
            return Err(TokenError::CodeRedeemed);
        }
        if row.expires_at <= self.now() {
            return Err(TokenError::CodeExpired);
        }
        let redirect_uri = request.form.required("redirect_uri")?;
        if redirect_uri != row.redirect_uri {
            return Err(TokenError::RedirectMismatch(redirect_uri.to_owned()));
        }
        check_verifier(&row, request.form.get("code_verifier"))?;
        let user = self.user_of_grant(tenant, row.user_id)?;
        if !sql::redeem_code(&self.database, tenant, &digest)? {
            return Err(TokenError::CodeRedeemed);
        }
        let scope = match self.requested_scope(request)? {
            Some(scope) => scope,
            None => self.scope(&row.scope, request.origin)?,
        };
        self.user_tokens(
            request,
            &UserGrant {
                origin: request.origin,
                tenant_id: tenant,
                user: &user,
                client: &client,
                scope: &scope,
                nonce: row.nonce.as_deref(),
                refresh: Refresh::IfAsked,
            },
        )
    }
}

/// The verifier must fit the challenge, and there must be one exactly if there was a challenge (RFC 9700 section
/// 2.1.1: a code without challenge must not pass with a verifier).
fn check_verifier(row: &CodeRow, verifier: Option<&str>) -> Result<(), TokenError> {
    let (Some(challenge), Some(verifier)) = (&row.challenge, verifier) else {
        return match (&row.challenge, verifier) {
            (Some(_), None) => Err(TokenError::MissingParameter("code_verifier")),
            (None, Some(_)) => Err(TokenError::CodeVerifier),
            _ => Ok(()),
        };
    };
    let computed = match row.challenge_method.as_deref() {
        Some("S256") => challenge_of(verifier),
        _ => verifier.to_owned(),
    };
    if bool::from(computed.as_bytes().ct_eq(challenge.as_bytes())) {
        Ok(())
    } else {
        Err(TokenError::CodeVerifier)
    }
}
