//! What the token service learns of tenants, out of the engine.

use uuid::Uuid;
use zetel_domain::{
    access::{Action, Caller, Role},
    user::{UserKey, UserView},
};
use zetel_engine::{Engine, Snapshot};
use zetel_identity::{ApplicationAccount, Directory, UserAccount};

const TOKEN_SERVICE: Caller = Caller::System("token service");

/// The directories of all tenants in an engine.
pub struct EngineDirectory {
    engine: Engine,
}

impl EngineDirectory {
    /// The directories of an engine's tenants.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    fn read(&self, tenant: Uuid) -> Option<Snapshot> {
        self.engine
            .read(tenant, &TOKEN_SERVICE, Action::ReadUser, None)
            .ok()
    }
}

fn account(snapshot: &Snapshot, user: &UserView<'_>) -> UserAccount {
    UserAccount {
        id: user.id,
        user_principal_name: user.principal_name().to_owned(),
        display_name: user.display_name().to_owned(),
        enabled: user.head.account_enabled,
        role_template_ids: snapshot.roles_of(user.id).map(Role::template_id).collect(),
    }
}

impl Directory for EngineDirectory {
    fn tenant(&self, id_or_domain: &str) -> Option<Uuid> {
        if let Ok(id) = Uuid::try_parse(id_or_domain) {
            return self.read(id).map(|_| id);
        }
        if id_or_domain.eq_ignore_ascii_case("adfs") {
            return match self.engine.tenant_ids().ok()?.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
        }
        self.engine
            .store()
            .tenant_of_domain(&id_or_domain.to_ascii_lowercase())
            .ok()
            .flatten()
    }

    fn tenant_of_upn(&self, user_principal_name: &str) -> Option<Uuid> {
        let (_, domain) = user_principal_name.split_once('@')?;
        self.engine
            .store()
            .tenant_of_domain(&domain.to_ascii_lowercase())
            .ok()
            .flatten()
    }

    fn user(&self, tenant: Uuid, user_principal_name: &str) -> Option<UserAccount> {
        let snapshot = self.read(tenant)?;
        let user = snapshot.find_user(&UserKey::PrincipalName(user_principal_name.to_owned()))?;
        Some(account(&snapshot, &user))
    }

    fn user_by_id(&self, tenant: Uuid, id: Uuid) -> Option<UserAccount> {
        let snapshot = self.read(tenant)?;
        let user = snapshot.find_user(&UserKey::Id(id))?;
        Some(account(&snapshot, &user))
    }

    fn application(&self, tenant: Uuid, client_id: Uuid) -> Option<ApplicationAccount> {
        let snapshot = self.read(tenant)?;
        let application = snapshot
            .find_application(client_id)
            .filter(|application| !application.dormant)?;
        Some(ApplicationAccount {
            application_id: application.id,
            service_principal_id: application.service_principal_id,
            display_name: application.display_name.clone(),
            permissions: application
                .permissions
                .iter()
                .map(|permission| permission.as_str().to_owned())
                .collect(),
            public_client: application.public_client,
            redirect_uris: application.redirect_uris.clone(),
        })
    }
}
