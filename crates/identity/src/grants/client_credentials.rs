//! An application asks for itself (RFC 6749 section 4.4).

use crate::scope::Resource;
use crate::service::{Authority, issuer};
use crate::token::{self, ACCESS_TOKEN_SECONDS, Caller, ClientProof, Principal};
use crate::{TokenError, TokenRequest, TokenResponse, TokenService};

impl TokenService {
    pub(super) fn client_credentials(
        &self,
        request: &TokenRequest<'_>,
        authority: Authority,
    ) -> Result<TokenResponse, TokenError> {
        let tenant = authority.tenant().ok_or(TokenError::TenantMissing)?;
        let client = self.authenticate_client(tenant, request)?;
        let account = match &client.account {
            Some(account) if client.proof != ClientProof::Public => account,
            _ => return Err(TokenError::CredentialMissing),
        };
        let scope = self
            .requested_scope(request)?
            .ok_or(TokenError::MissingParameter("scope"))?;
        if !scope.default || !scope.permissions.is_empty() {
            return Err(TokenError::ScopeNotDefault(scope.text));
        }
        let roles = match scope.resource {
            Resource::Graph => account.permissions.clone(),
            Resource::ResourceManager => Vec::new(),
        };
        let issuer = issuer(request.origin, tenant);
        let claims = token::access_claims(
            &self.subject(&issuer, tenant, client.id)?,
            &scope.audience,
            (&client.display_name, client.proof),
            &Caller::Application { roles },
            Principal::Service(account.service_principal_id),
        );
        Ok(TokenResponse {
            token_type: "Bearer",
            scope: scope.text,
            expires_in: ACCESS_TOKEN_SECONDS,
            ext_expires_in: ACCESS_TOKEN_SECONDS,
            access_token: self.sign(&claims)?,
            refresh_token: None,
            id_token: None,
            client_info: None,
        })
    }
}
