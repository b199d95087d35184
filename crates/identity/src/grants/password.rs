//! A user's name and password, sent by the client (RFC 6749 section 4.3).

use crate::service::Authority;
use crate::{TokenError, TokenRequest, TokenResponse, TokenService};

use super::{Refresh, UserGrant};

impl TokenService {
    pub(super) fn password(
        &self,
        request: &TokenRequest<'_>,
        authority: Authority,
    ) -> Result<TokenResponse, TokenError> {
        let upn = request.form.required("username")?;
        let password = request.form.required("password")?;
        let scope = self
            .requested_scope(request)?
            .ok_or(TokenError::MissingParameter("scope"))?;
        // Where no tenant is named the client cannot be looked up before the user's domain is known; for an unknown
        // domain the password is checked against nobody, and takes as long.
        let client = match authority
            .tenant()
            .or_else(|| self.directory.tenant_of_upn(upn))
        {
            Some(tenant) => Some(self.authenticate_client(tenant, request)?),
            None => None,
        };
        let signed_in = self.sign_in(request.authority, upn, password)?;
        let client = client.ok_or(TokenError::TenantMissing)?;
        self.user_tokens(
            request,
            &UserGrant {
                origin: request.origin,
                tenant_id: signed_in.tenant_id,
                user: &signed_in.user,
                client: &client,
                scope: &scope,
                nonce: None,
                refresh: Refresh::IfAsked,
            },
        )
    }
}
