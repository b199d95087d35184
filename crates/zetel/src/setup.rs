//! Steps that setting up a tenant has in common, whoever asks for them.

use std::collections::BTreeMap;

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    access::{Action, Caller, Permission, Role},
    catalog::Catalog,
    location::Location,
    subscription::ManagedBy,
    user::{NewUser, UserKey, UserProperty},
};
use zetel_engine::{Applied, Engine, EngineError, Snapshot, Submission};
use zetel_identity::{PasswordHash, store_password};
use zetel_store::{Store, catalog_digest};

use crate::{
    cli::tenant::TenantArgs,
    error::CliError,
    exit::Exit,
    server::{Parts, Settings},
};

/// The name under which the command line's changes stand in the audit trail.
pub const COMMAND_LINE: &str = "command line";

/// Carries out a command of the command line itself.
pub fn submit(engine: &Engine, tenant: Uuid, command: Command) -> Result<Outcome, EngineError> {
    let submission = Submission::of_system(COMMAND_LINE, command);
    Ok(engine.submit_blocking(tenant, submission)?.outcome)
}

/// The same; what the guard stops is confirmed if its token is among those given.
pub fn submit_confirmed(
    engine: &Engine,
    tenant: Uuid,
    command: &Command,
    confirmed: &[String],
) -> Result<Applied, EngineError> {
    let submit = |confirmation| {
        let submission = Submission {
            confirmation,
            ..Submission::of_system(COMMAND_LINE, command.clone())
        };
        engine.submit_blocking(tenant, submission)
    };
    match submit(None) {
        Err(EngineError::Rejected(Rejection::Guarded { token, .. }))
            if confirmed.contains(&token) =>
        {
            submit(Some(token))
        }
        done => done,
    }
}

/// The state of a tenant.
pub fn snapshot(engine: &Engine, tenant: Uuid) -> Result<Snapshot, EngineError> {
    engine.read(
        tenant,
        &Caller::System(COMMAND_LINE),
        Action::ReadOrganization,
        None,
    )
}

/// The tenant that an option names, by id or domain; without one, the only tenant that there is.
pub fn find_tenant(engine: &Engine, wanted: Option<&str>) -> Result<Uuid, CliError> {
    tenant_in(engine.store(), wanted)
}

/// The same in a database that no engine works on.
pub fn tenant_in(store: &Store, wanted: Option<&str>) -> Result<Uuid, CliError> {
    let tenants: Vec<Uuid> = store.heads()?.iter().map(|head| head.tenant_id).collect();
    let Some(wanted) = wanted else {
        return match tenants.as_slice() {
            [only] => Ok(*only),
            [] => Err(CliError::new(Exit::NotFound, "There is no tenant yet")
                .hint("`zetel init` makes one")),
            _ => Err(
                CliError::usage(format!("There are {} tenants", tenants.len()))
                    .hint("Name one with `--in-tenant`, by id or domain"),
            ),
        };
    };
    let found = match Uuid::try_parse(wanted) {
        Ok(id) => tenants.contains(&id).then_some(id),
        Err(_) => store.tenant_of_domain(&wanted.to_ascii_lowercase())?,
    };
    found.ok_or_else(|| CliError::new(Exit::NotFound, format!("There is no tenant `{wanted}`")))
}

/// Lets a tenant follow the catalog that the program brings.
pub fn adopt_builtin_catalog(engine: &Engine, tenant: Uuid) -> Result<(), EngineError> {
    let catalog = Catalog::builtin();
    let digest = catalog_digest(&catalog.to_text());
    submit(engine, tenant, Command::AdoptCatalog { catalog, digest }).map(|_| ())
}

/// Creates a user who is Global Administrator and signs in with a password.
pub fn create_administrator(
    parts: &Parts,
    tenant: Uuid,
    id: Option<Uuid>,
    principal_name: &str,
    location: Option<Location>,
    password: &str,
) -> Result<Uuid, CliError> {
    let alias = principal_name.split('@').next().unwrap_or_default();
    let user = NewUser {
        id,
        account_enabled: true,
        usage_location: location,
        properties: [
            (UserProperty::DisplayName, "Administrator".into()),
            (UserProperty::MailNickname, alias.into()),
            (UserProperty::UserPrincipalName, principal_name.into()),
        ]
        .into(),
        ..NewUser::default()
    };
    submit(&parts.engine, tenant, Command::CreateUsers(vec![user]))?;
    let key = UserKey::PrincipalName(principal_name.to_owned());
    let created = snapshot(&parts.engine, tenant)?
        .find_user(&key)
        .map(|user| user.id);
    let principal = created.ok_or_else(|| {
        CliError::from(EngineError::Rejected(Rejection::UserNotFound {
            key: principal_name.to_owned(),
        }))
    })?;
    submit(
        &parts.engine,
        tenant,
        Command::AssignRole {
            principal,
            role: Role::GlobalAdministrator,
        },
    )?;
    let (hash, now) = (
        PasswordHash::new(password, &parts.environment)?,
        parts.environment.now(),
    );
    parts.engine.submit_blocking(
        tenant,
        Submission {
            also: Some(Box::new(move |transaction, applied| {
                store_password(transaction, applied.tenant_id, principal, &hash, false, now)
            })),
            ..Submission::of_system(COMMAND_LINE, Command::NotePasswordChange { user: key })
        },
    )?;
    Ok(principal)
}

/// An application to be registered.
pub struct NewApplication<'a> {
    /// Its client id; a new one if absent.
    pub client_id: Option<Uuid>,
    /// Its name.
    pub name: &'a str,
    /// What it may do in its own name.
    pub permissions: Vec<Permission>,
    /// Whether it can keep no secret.
    pub is_public: bool,
    /// Where sign-in may return to.
    pub redirect_uris: Vec<String>,
}

/// Registers an application and tells its client id.
pub fn add_application(
    engine: &Engine,
    tenant: Uuid,
    wanted: NewApplication<'_>,
) -> Result<Uuid, EngineError> {
    let command = Command::AddApplication {
        client_id: wanted.client_id,
        display_name: wanted.name.to_owned(),
        permissions: wanted.permissions,
        public_client: wanted.is_public,
        redirect_uris: wanted.redirect_uris,
        dormant: false,
        properties: BTreeMap::new(),
        owners: Vec::new(),
    };
    let applied = engine.submit_blocking(tenant, Submission::of_system(COMMAND_LINE, command))?;
    let Outcome::Created(id) = applied.outcome else {
        return Ok(Uuid::nil());
    };
    Ok(applied
        .after
        .applications()
        .get(&id)
        .map_or(Uuid::nil(), |application| application.client_id))
}

/// A password of 20 characters that follows the rules for passwords.
pub fn random_password(parts: &Parts) -> Result<String, CliError> {
    const CHARACTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let bytes: [u8; 16] = parts.environment.random()?;
    let picked = bytes
        .iter()
        .filter_map(|byte| CHARACTERS.get(usize::from(*byte) % CHARACTERS.len()));
    // One of each kind, so that the rules hold whatever was drawn.
    Ok(picked
        .map(|character| char::from(*character))
        .chain("aA2-".chars())
        .collect())
}

/// A tenant on the server's own machine, to be administered.
pub struct Desk {
    parts: Parts,
    tenant: Uuid,
}

impl Desk {
    /// Opens the tenant that the options name.
    pub fn open(args: &TenantArgs) -> Result<Self, CliError> {
        let parts = Parts::open(&Settings::load(&args.server, "zetel-data")?, false)?;
        let tenant = find_tenant(&parts.engine, args.in_tenant.as_deref())?;
        Ok(Self { parts, tenant })
    }

    /// The tenant's state.
    pub fn state(&self) -> Result<Snapshot, EngineError> {
        snapshot(&self.parts.engine, self.tenant)
    }

    /// Carries out a command.
    pub fn submit(&self, command: Command) -> Result<Outcome, EngineError> {
        submit(&self.parts.engine, self.tenant, command)
    }

    /// Carries out a command that the guard may stop.
    pub fn submit_confirmed(
        &self,
        command: &Command,
        confirmed: &[String],
    ) -> Result<Applied, EngineError> {
        submit_confirmed(&self.parts.engine, self.tenant, command, confirmed)
    }

    /// The tenant that a domain belongs to, if any.
    pub fn tenant_of_domain(&self, name: &str) -> Result<Option<Uuid>, CliError> {
        Ok(self.parts.engine.store().tenant_of_domain(name)?)
    }
}

/// Who changes the quantity of a purchase, in words.
pub fn manager(managed_by: ManagedBy) -> String {
    match managed_by {
        ManagedBy::Organization => "the organization".to_owned(),
        ManagedBy::VolumeLicensingPortal => "the volume licensing portal".to_owned(),
        ManagedBy::Partner(tenant) => format!("the partner {tenant}"),
    }
}
