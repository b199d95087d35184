//! Signing in on another device (RFC 8628): the device polls, the user approves with a short code.

use serde::Serialize;
use uuid::Uuid;

use crate::client::client_id;
use crate::directory::known_client;
use crate::encoding::{base64url, sha256};
use crate::service::Authority;
use crate::sql::{self, DeviceRow, DeviceState};
use crate::{IdentityError, SignedIn, TokenError, TokenRequest, TokenResponse, TokenService};

use super::{Refresh, UserGrant};

/// Codes are good for 15 minutes.
const LIFETIME_SECONDS: i64 = 15 * 60;

/// Seconds that the device shall wait between two questions.
const INTERVAL_SECONDS: i64 = 5;

/// Consonants that are hard to confuse; without vowels no code is a word (RFC 8628 section 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Letters of a user code, without the hyphen in the middle.
const USER_CODE_LETTERS: usize = 8;

/// The answer of the device code endpoint (RFC 8628 section 3.2).
#[derive(Serialize)]
pub struct DeviceCodeResponse {
    /// What the device polls with.
    pub device_code: String,
    /// What the user types, such as `BCDF-GHJK`.
    pub user_code: String,
    /// Where the user types it.
    pub verification_uri: String,
    /// The older name of the same.
    pub verification_url: String,
    /// Seconds until both codes expire.
    pub expires_in: i64,
    /// Seconds between two questions.
    pub interval: i64,
    /// A sentence for the user; clients print it.
    pub message: String,
}

impl std::fmt::Debug for DeviceCodeResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[device code]")
    }
}

/// A device that waits for its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDevice {
    /// The user code as it is printed, with its hyphen.
    pub user_code: String,
    /// The tenant that the device asked for, if it named one.
    pub tenant_id: Option<Uuid>,
    /// The application on the device.
    pub client_id: Uuid,
    /// Its name; nothing if the tenant, and so the application, is not known before the user signed in.
    pub display_name: Option<String>,
}

impl TokenService {
    /// Starts a device sign-in: makes both codes.
    pub fn start_device_code(
        &self,
        request: &TokenRequest<'_>,
    ) -> Result<DeviceCodeResponse, TokenError> {
        let authority = self.authority(request.authority)?;
        let client_id = client_id(request)?;
        if let Some(tenant) = authority.tenant() {
            self.find_client(tenant, client_id, request.authority)?;
        }
        let scope = self
            .requested_scope(request)?
            .ok_or(TokenError::MissingParameter("scope"))?;
        let device_code = base64url(self.environment.random::<32>()?);
        let row = DeviceRow {
            digest: sha256(&device_code).to_vec(),
            user_code: self.new_user_code()?,
            tenant_id: authority.tenant(),
            user_id: None,
            client_id,
            scope: scope.text,
            state: DeviceState::Waiting,
            expires_at: self.now() + LIFETIME_SECONDS,
        };
        sql::insert_device(&self.database, &row)?;
        let verification_uri = format!("{}/devicelogin", request.origin.base());
        Ok(DeviceCodeResponse {
            device_code,
            message: format!(
                "To sign in, use a web browser to open the page {verification_uri} and enter the code {} to \
                 authenticate.",
                row.user_code
            ),
            user_code: row.user_code,
            verification_url: verification_uri.clone(),
            verification_uri,
            expires_in: LIFETIME_SECONDS,
            interval: INTERVAL_SECONDS,
        })
    }

    /// The device that waits under a user code, typed in any letter case, with or without hyphen.
    ///
    /// # Errors
    /// [`TokenError::DeviceCodeUnknown`] also for codes that were used or have expired.
    pub fn pending_device(&self, user_code: &str) -> Result<PendingDevice, TokenError> {
        let row = self.waiting(user_code)?;
        let application = |tenant| self.directory.application(tenant, row.client_id);
        let registered = row
            .tenant_id
            .and_then(application)
            .map(|account| account.display_name);
        let known = known_client(row.client_id).map(|known| known.display_name.to_owned());
        Ok(PendingDevice {
            user_code: row.user_code,
            tenant_id: row.tenant_id,
            client_id: row.client_id,
            display_name: known.or(registered),
        })
    }

    /// Lets a device in as a user who has just signed in.
    ///
    /// # Errors
    /// [`TokenError::DeviceCodeUnknown`], [`TokenError::InvalidGrant`] if the device asked for another tenant,
    /// [`TokenError::ApplicationNotFound`] if the user's tenant does not know the application.
    pub fn approve_device_code(
        &self,
        user_code: &str,
        signed_in: &SignedIn,
    ) -> Result<(), TokenError> {
        let row = self.waiting(user_code)?;
        if row
            .tenant_id
            .is_some_and(|tenant| tenant != signed_in.tenant_id)
        {
            return Err(TokenError::InvalidGrant(
                "the device asked for a user of another tenant",
            ));
        }
        self.find_client(
            signed_in.tenant_id,
            row.client_id,
            &signed_in.tenant_id.to_string(),
        )?;
        if sql::approve_device(
            &self.database,
            &row.digest,
            signed_in.tenant_id,
            signed_in.user.id,
        )? {
            return Ok(());
        }
        Err(TokenError::DeviceCodeUnknown("user_code"))
    }

    /// Lets a device in as a user, on the word of whoever may use the server's own machine.
    ///
    /// # Errors
    /// Those of [`approve_device_code`](Self::approve_device_code), [`TokenError::UserNotFound`],
    /// [`TokenError::UserDisabled`].
    pub fn approve_device_code_as(
        &self,
        user_code: &str,
        upn: &str,
    ) -> Result<SignedIn, TokenError> {
        let unknown = || TokenError::UserNotFound {
            upn: upn.to_owned(),
            tenant: "organizations".to_owned(),
        };
        let tenant_id = self.directory.tenant_of_upn(upn).ok_or_else(unknown)?;
        let user = self.directory.user(tenant_id, upn).ok_or_else(unknown)?;
        if !user.enabled {
            return Err(TokenError::UserDisabled);
        }
        let signed_in = SignedIn { tenant_id, user };
        self.approve_device_code(user_code, &signed_in)?;
        Ok(signed_in)
    }

    /// Refuses a device.
    ///
    /// # Errors
    /// [`TokenError::DeviceCodeUnknown`]
    pub fn decline_device_code(&self, user_code: &str) -> Result<(), TokenError> {
        let row = self.waiting(user_code)?;
        if sql::decline_device(&self.database, &row.digest)? {
            return Ok(());
        }
        Err(TokenError::DeviceCodeUnknown("user_code"))
    }

    pub(super) fn device_code(
        &self,
        request: &TokenRequest<'_>,
        authority: Authority,
    ) -> Result<TokenResponse, TokenError> {
        // MSAL for Python sends both names.
        let code = request.form.get("device_code").or(request.form.get("code"));
        let code = code.ok_or(TokenError::MissingParameter("device_code"))?;
        let unknown = || TokenError::DeviceCodeUnknown("device_code");
        let row = sql::find_device(&self.database, &sha256(code))?.ok_or_else(unknown)?;
        if row.client_id != client_id(request)? {
            return Err(TokenError::InvalidGrant(
                "the device code was issued to another client",
            ));
        }
        if row.expires_at <= self.now() {
            return Err(TokenError::DeviceCodeExpired);
        }
        let (tenant, user_id) = match (row.state, row.tenant_id, row.user_id) {
            (DeviceState::Approved, Some(tenant), Some(user_id)) => (tenant, user_id),
            (DeviceState::Declined, ..) => return Err(TokenError::AuthorizationDeclined),
            _ => return Err(TokenError::AuthorizationPending),
        };
        let tenant = Self::same_tenant(authority, tenant)?;
        let client = self.authenticate_client(tenant, request)?;
        let user = self.user_of_grant(tenant, user_id)?;
        if !sql::delete_device(&self.database, &row.digest)? {
            return Err(unknown());
        }
        let scope = self.scope(&row.scope, request.origin)?;
        self.user_tokens(
            request,
            &UserGrant {
                origin: request.origin,
                tenant_id: tenant,
                user: &user,
                client: &client,
                scope: &scope,
                nonce: None,
                refresh: Refresh::IfAsked,
            },
        )
    }

    fn waiting(&self, user_code: &str) -> Result<DeviceRow, TokenError> {
        let row = sql::find_user_code(&self.database, &normalize(user_code))?;
        row.filter(|row| row.state == DeviceState::Waiting && row.expires_at > self.now())
            .ok_or(TokenError::DeviceCodeUnknown("user_code"))
    }

    fn new_user_code(&self) -> Result<String, IdentityError> {
        let mut letters = String::new();
        while letters.len() < USER_CODE_LETTERS {
            let [byte] = self.environment.random::<1>()?;
            // 240 is the largest multiple of 20 that fits: beyond it some letters would be likelier than others.
            if byte < 240
                && let Some(letter) = ALPHABET.get(usize::from(byte) % ALPHABET.len())
            {
                letters.push(char::from(*letter));
            }
        }
        Ok(normalize(&letters))
    }
}

/// A user code as it is printed: upper case, with a hyphen in the middle.
fn normalize(user_code: &str) -> String {
    let mut letters: String = user_code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    letters.make_ascii_uppercase();
    if letters.len() == USER_CODE_LETTERS {
        letters.insert(USER_CODE_LETTERS / 2, '-');
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_codes_are_read_however_they_are_typed() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk "] {
            assert_eq!(normalize(typed), "BCDF-GHJK");
        }
        assert_eq!(normalize("bc"), "BC");
    }
}
