//! The grants of the token endpoint. Each file is one of them; this one is what they share.

mod authorization_code;
mod client_credentials;
mod device_code;
mod password;
mod refresh_token;

pub use device_code::{DeviceCodeResponse, PendingDevice};

use uuid::Uuid;

use crate::scope::{Resource, ScopeRequest};
use crate::service::{Authority, Client, issuer};
use crate::token::{self, ACCESS_TOKEN_SECONDS, Caller, Principal};
use crate::{Origin, TokenError, TokenRequest, TokenResponse, TokenService, UserAccount};

/// Permission that every application has for the user who signs in.
const BASIC_PERMISSION: &str = "User.Read";

/// Delegated permissions of Microsoft's own tools, which administrators trust without having registered them.
/// What a user may really do is decided by the user's roles.
const KNOWN_CLIENT_PERMISSIONS: [&str; 9] = [
    "AuditLog.Read.All",
    "Application.ReadWrite.All",
    "Device.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Directory.ReadWrite.All",
    "Group.ReadWrite.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "User.ReadWrite.All",
];

/// The user tokens that a grant leads to.
pub(crate) struct UserGrant<'a> {
    pub origin: &'a Origin,
    pub tenant_id: Uuid,
    pub user: &'a UserAccount,
    pub client: &'a Client,
    pub scope: &'a ScopeRequest,
    pub nonce: Option<&'a str>,
    pub refresh: Refresh<'a>,
}

/// What becomes of the refresh token.
pub(crate) enum Refresh<'a> {
    /// A new one if the scope asks for `offline_access`.
    IfAsked,
    /// The one that was redeemed; it stays valid, since clients redeem it for one resource after the other.
    Keep(&'a str),
}

impl TokenService {
    /// Answers a token request: one of the grants client credentials, password, refresh token, authorization code and
    /// device code. Blocks on the database; the password grant hashes a password as well (see
    /// [`sign_in`](Self::sign_in)).
    pub fn token(&self, request: &TokenRequest<'_>) -> Result<TokenResponse, TokenError> {
        let authority = self.authority(request.authority)?;
        match request.form.required("grant_type")? {
            "client_credentials" => self.client_credentials(request, authority),
            "password" => self.password(request, authority),
            "refresh_token" => self.refresh_token(request, authority),
            "authorization_code" => self.authorization_code(request, authority),
            // msal-node and CLI for Microsoft 365 send the short name.
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
                self.device_code(request, authority)
            }
            other => Err(TokenError::UnsupportedGrantType(other.to_owned())),
        }
    }

    /// The scope of a request, in one of its two spellings: `scope`, or `resource` of the older endpoint.
    pub(crate) fn requested_scope(
        &self,
        request: &TokenRequest<'_>,
    ) -> Result<Option<ScopeRequest>, TokenError> {
        if let Some(scope) = request.form.get("scope")
            && request.form.get("resource").is_none()
        {
            return self.scope(scope, request.origin).map(Some);
        }
        let Some(resource) = request.form.get("resource") else {
            return Ok(None);
        };
        // The older endpoint always gave an ID token and a refresh token.
        let text = format!("{resource}/.default openid offline_access");
        let mut scope = self.scope(&text, request.origin)?;
        resource.clone_into(&mut scope.audience);
        Ok(Some(scope))
    }

    /// The tenant that a stored grant belongs to must be the one that the endpoint names.
    pub(crate) fn same_tenant(authority: Authority, tenant: Uuid) -> Result<Uuid, TokenError> {
        match authority.tenant() {
            Some(named) if named != tenant => {
                Err(TokenError::InvalidGrant("it was issued for another tenant"))
            }
            _ => Ok(tenant),
        }
    }

    /// The user of a stored grant, who must still exist and be enabled.
    pub(crate) fn user_of_grant(
        &self,
        tenant: Uuid,
        user_id: Uuid,
    ) -> Result<UserAccount, TokenError> {
        let user = self.directory.user_by_id(tenant, user_id);
        let user = user.ok_or(TokenError::InvalidGrant("its user does not exist any more"))?;
        if user.enabled {
            Ok(user)
        } else {
            Err(TokenError::UserDisabled)
        }
    }

    /// Makes the tokens of a user.
    pub(crate) fn user_tokens(
        &self,
        request: &TokenRequest<'_>,
        grant: &UserGrant<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let UserGrant {
            tenant_id,
            user,
            client,
            scope,
            ..
        } = *grant;
        let caller = Caller::User {
            user_principal_name: user.user_principal_name.clone(),
            scopes: granted_scopes(client, scope)?,
            role_template_ids: user.role_template_ids.clone(),
        };
        let issuer = issuer(grant.origin, tenant_id);
        let subject = self.subject(&issuer, tenant_id, client.id)?;
        let application = (client.display_name.as_str(), client.proof);
        let claims = token::access_claims(
            &subject,
            &scope.audience,
            application,
            &caller,
            Principal::User(user),
        );
        let id_token = if scope.openid {
            Some(self.sign(&token::id_claims(&subject, user, grant.nonce))?)
        } else {
            None
        };
        let refresh_token = match grant.refresh {
            Refresh::Keep(token) => Some(token.to_owned()),
            Refresh::IfAsked if scope.offline_access => {
                Some(self.new_refresh_token(tenant_id, user.id, client.id, &scope.text)?)
            }
            Refresh::IfAsked => None,
        };
        let wants_info = request.form.get("client_info").is_some();
        Ok(TokenResponse {
            token_type: "Bearer",
            scope: scope.text.clone(),
            expires_in: ACCESS_TOKEN_SECONDS,
            ext_expires_in: ACCESS_TOKEN_SECONDS,
            access_token: self.sign(&claims)?,
            refresh_token,
            id_token,
            client_info: wants_info.then(|| token::client_info(tenant_id, user.id)),
        })
    }
}

/// Delegated permissions for `scp`. `/.default` means all that the application has; one that is asked for by name
/// must be among them.
fn granted_scopes(client: &Client, scope: &ScopeRequest) -> Result<Vec<String>, TokenError> {
    if scope.resource == Resource::ResourceManager {
        return Ok(vec!["user_impersonation".to_owned()]);
    }
    let known = || {
        KNOWN_CLIENT_PERMISSIONS
            .iter()
            .map(|name| (*name).to_owned())
            .collect()
    };
    let available: Vec<String> = client
        .account
        .as_ref()
        .map_or_else(known, |account| account.permissions.clone());
    let mut granted = if scope.default {
        available.clone()
    } else {
        Vec::new()
    };
    for asked in &scope.permissions {
        let found = available
            .iter()
            .find(|name| name.eq_ignore_ascii_case(asked))
            .cloned();
        let basic = asked
            .eq_ignore_ascii_case(BASIC_PERMISSION)
            .then(|| BASIC_PERMISSION.to_owned());
        granted.push(found.or(basic).ok_or_else(|| TokenError::ConsentRequired {
            application: client.display_name.clone(),
            scope: asked.clone(),
        })?);
    }
    granted.push(BASIC_PERMISSION.to_owned());
    granted.sort_unstable();
    granted.dedup();
    Ok(granted)
}
