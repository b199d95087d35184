//! What the token service must know of tenants, told by whoever holds their directories.

use uuid::Uuid;

/// The directories of all tenants, read-only. Answers come from memory: they are asked on every token request.
pub trait Directory: Send + Sync {
    /// The tenant with this id or this verified domain, in any letter case.
    ///
    /// `adfs` is asked as well: answer the only tenant if there is exactly one, so that clients that address
    /// an AD FS server find it.
    fn tenant(&self, id_or_domain: &str) -> Option<Uuid>;
    /// The tenant in which the domain of this user principal name is verified.
    fn tenant_of_upn(&self, user_principal_name: &str) -> Option<Uuid>;
    /// The user with this user principal name, in any letter case; deleted users are nobody.
    fn user(&self, tenant: Uuid, user_principal_name: &str) -> Option<UserAccount>;
    /// The user with this object id; deleted users are nobody.
    fn user_by_id(&self, tenant: Uuid, id: Uuid) -> Option<UserAccount>;
    /// The application with this client id, as the tenant knows it.
    fn application(&self, tenant: Uuid, client_id: Uuid) -> Option<ApplicationAccount>;
}

/// A user, as far as signing in is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAccount {
    /// Object id.
    pub id: Uuid,
    /// `userPrincipalName`.
    pub user_principal_name: String,
    /// `displayName`.
    pub display_name: String,
    /// `accountEnabled`.
    pub enabled: bool,
    /// Template ids of the directory roles that the user holds; the `wids` of tokens.
    pub role_template_ids: Vec<Uuid>,
}

/// An application, as far as tokens are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationAccount {
    /// Object id of the application.
    pub application_id: Uuid,
    /// Object id of its service principal; the `oid` of its tokens.
    pub service_principal_id: Uuid,
    /// `displayName`.
    pub display_name: String,
    /// Graph permissions that an administrator granted, such as `User.ReadWrite.All`.
    pub permissions: Vec<String>,
    /// Whether it may sign users in without a credential of its own.
    pub public_client: bool,
    /// Redirect URIs registered for sign-in.
    pub redirect_uris: Vec<String>,
}

/// A public client that every tenant knows without having it registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownClient {
    /// Client id.
    pub client_id: Uuid,
    /// Name shown when signing in.
    pub display_name: &'static str,
    /// The path on this service to which codes go; without one they go to the user's own machine.
    pub callback: Option<&'static str>,
}

/// The pages of this service for administrators.
pub const ADMIN_CENTER: KnownClient = KnownClient {
    client_id: Uuid::from_u128(0x7a65_7465_6c00_4adc_9e00_6164_6d69_6e01),
    display_name: "Zetel admin center",
    callback: Some("/admin/callback"),
};

/// Our own pages, and Microsoft's command line tools, which cannot be told to use another client id.
pub const KNOWN_CLIENTS: [KnownClient; 3] = [
    KnownClient {
        client_id: Uuid::from_u128(0x04b0_7795_8ddb_461a_bbee_02f9_e1bf_7b46),
        display_name: "Microsoft Azure CLI",
        callback: None,
    },
    KnownClient {
        client_id: Uuid::from_u128(0x14d8_2eec_204b_4c2f_b7e8_296a_70da_b67e),
        display_name: "Microsoft Graph Command Line Tools",
        callback: None,
    },
    ADMIN_CENTER,
];

/// The client that every tenant knows under this id.
pub(crate) fn known_client(client_id: Uuid) -> Option<&'static KnownClient> {
    KNOWN_CLIENTS
        .iter()
        .find(|known| known.client_id == client_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_clients_have_their_published_ids() {
        let ids = KNOWN_CLIENTS.map(|known| known.client_id.to_string());
        assert_eq!(ids[0], "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
        assert_eq!(ids[1], "14d82eec-204b-4c2f-b7e8-296a70dab67e");
    }
}
