//! Secrets and certificates of applications: made, replaced and removed, each change noted in the journal.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::{Command, Outcome, Timestamp, access::Action, application::Application};
use zetel_engine::Also;
use zetel_identity::{
    Certificate, CertificateCredential, NewSecret, delete_credential, store_certificate,
    store_secret,
};

use super::{By, find};
use crate::graph::{
    call::Call,
    credentials::{load_one, unavailable},
    error::GraphError,
    handlers::memberships::member,
    json,
    render::credential,
    reply::Reply,
    time,
};

/// Most secrets and certificates of one application; each is tried when it signs in.
const MAXIMUM_CREDENTIALS: usize = 100;
/// How long a secret works when the client does not say, as in Graph: two years.
const DEFAULT_DAYS: i64 = 730;
/// Longest name of a credential.
const MAXIMUM_NAME: usize = 256;
/// By how much the clocks of clients may be ahead.
const TOLERANCE_SECONDS: i64 = 300;

/// `POST /applications/{id}/addPassword`, `POST /servicePrincipals/{id}/addPassword`: the secret is told this once.
pub(crate) async fn add_password(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let (id, client) = named(call, by)?;
    add_password_to(call, id, client).await
}

/// `POST /applications/{id}/removePassword`
pub(crate) async fn remove_password(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let (id, client) = named(call, by)?;
    remove_password_from(call, id, client).await
}

/// Object id and client id of the application that the path names.
fn named(call: &Call<'_>, by: By) -> Result<(Uuid, Uuid), GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    let application = find(call, &tenant, by)?;
    Ok((application.id, application.client_id))
}

/// Adds a secret.
pub(crate) async fn add_password_to(
    call: &Call<'_>,
    id: Uuid,
    client: Uuid,
) -> Result<Reply, GraphError> {
    let (name, expires) = wanted_password(&call.members()?, call.graph.engine.now())?;
    check_room(load_one(call, client).await?.count() + 1)?;
    let secret = NewSecret::generate(&call.graph.environment, &name, expires.0);
    let secret = secret.map_err(|error| {
        tracing::error!(request_id = %call.request_id, %error, "a secret could not be made");
        unavailable()
    })?;
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |out| {
        call.write_context(out, &["microsoft.graph.passwordCredential"]);
        credential::password(out, &secret.credential, Some(secret.value.expose()));
    });
    let command = Command::NoteCredentials {
        id,
        added: vec![secret.credential.key_id],
        removed: Vec::new(),
    };
    let also: Also = Box::new(move |transaction, applied| {
        store_secret(transaction, applied.tenant_id, client, &secret)
    });
    call.submit(command, Some(also)).await?;
    Ok(Reply::json(out))
}

/// Removes a secret.
pub(crate) async fn remove_password_from(
    call: &Call<'_>,
    id: Uuid,
    client: Uuid,
) -> Result<Reply, GraphError> {
    let members = call.members()?;
    let key_id = wanted_key_id(&members)?;
    let known = load_one(call, client).await?;
    if !known.secrets.iter().any(|secret| secret.key_id == key_id) {
        return Err(GraphError::refused(format!(
            "No password credential found with keyId '{key_id}'."
        )));
    }
    replace(call, id, client, Vec::new(), vec![key_id]).await?;
    Ok(Reply::no_content())
}

/// The credential that is to be removed.
pub(super) fn wanted_key_id(members: &Map<String, Value>) -> Result<Uuid, GraphError> {
    let key_id = member(members, "keyId").and_then(Value::as_str);
    let key_id = key_id.and_then(|text| Uuid::try_parse(text).ok());
    key_id.ok_or_else(|| GraphError::refused("A value is required for parameter 'keyId'."))
}

/// The name of a new secret, and until when it works.
fn wanted_password(
    members: &Map<String, Value>,
    now: Timestamp,
) -> Result<(String, Timestamp), GraphError> {
    let wrong = |name: &str| {
        GraphError::refused(format!(
            "Invalid value specified for property '{name}' of resource 'PasswordCredential'."
        ))
    };
    let nothing = Map::new();
    let wanted = match member(members, "passwordCredential") {
        Some(Value::Object(wanted)) => wanted,
        Some(Value::Null) | None => &nothing,
        Some(_) => return Err(wrong("passwordCredential")),
    };
    let at = |name| match member(wanted, name) {
        Some(Value::Null) | None => Ok(None),
        Some(value) => {
            let at = value.as_str().and_then(time::parse);
            at.map(Some).ok_or_else(|| wrong(name))
        }
    };
    let name = name_of(wanted).ok_or_else(|| wrong("displayName"))?;
    if at("startDateTime")?.is_some_and(|start| start.0 > now.0 + TOLERANCE_SECONDS) {
        return Err(GraphError::not_implemented(
            "A secret that works from a later time on is not implemented.",
        ));
    }
    let expires = at("endDateTime")?.unwrap_or_else(|| now.plus_days(DEFAULT_DAYS));
    if expires <= now {
        return Err(wrong("endDateTime"));
    }
    Ok((name, expires))
}

/// `displayName` of a credential; nothing if it is no text, or too long.
fn name_of(members: &Map<String, Value>) -> Option<String> {
    match member(members, "displayName") {
        Some(Value::Null) | None => Some(String::new()),
        Some(Value::String(name)) => {
            (name.chars().count() <= MAXIMUM_NAME).then(|| name.to_owned())
        }
        Some(_) => None,
    }
}

/// Refuses more credentials than an application can have.
pub(super) fn check_room(count: usize) -> Result<(), GraphError> {
    if count <= MAXIMUM_CREDENTIALS {
        return Ok(());
    }
    Err(GraphError::refused(format!(
        "An application can have at most {MAXIMUM_CREDENTIALS} credentials. Remove some first."
    )))
}

/// Each credential is known by an id of its own.
pub(super) fn check_distinct(ids: impl Iterator<Item = Uuid>) -> Result<(), GraphError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(GraphError::refused(format!(
                "Two credentials have the keyId '{id}'. Leave 'keyId' away, or give each its own."
            )));
        }
    }
    Ok(())
}

/// Certificates of an application that is registered with them.
pub(super) fn new_keys(
    call: &Call<'_>,
    keys: &[Value],
) -> Result<Vec<CertificateCredential>, GraphError> {
    check_room(keys.len())?;
    let keys = keys
        .iter()
        .map(|key| new_key(call, key))
        .collect::<Result<Vec<_>, _>>()?;
    check_distinct(keys.iter().map(|key| key.key_id))?;
    Ok(keys)
}

/// Stores the certificates of an application together with it.
pub(super) fn storing_keys_of_new(keys: Vec<CertificateCredential>) -> Also {
    Box::new(move |transaction, applied| {
        let id = match applied.outcome {
            Outcome::Created(id) => id,
            _ => Uuid::nil(),
        };
        let application = applied.after.applications().get(&id);
        let client = application.map_or(Uuid::nil(), |application| application.client_id);
        keys.iter()
            .try_for_each(|key| store_certificate(transaction, applied.tenant_id, client, key))
    })
}

/// `keyCredentials` in a PATCH: all certificates that the application shall have. Those that it has are named by their
/// `keyId`; new ones bring their `key`.
pub(crate) async fn replace_keys(
    call: &Call<'_>,
    application: &Application,
    keys: Vec<Value>,
) -> Result<(), GraphError> {
    let (id, client) = (application.id, application.client_id);
    let known = load_one(call, client).await?;
    let is_known = |key_id: Uuid| known.certificates.iter().any(|one| one.key_id == key_id);
    let kept: Vec<Uuid> = keys
        .iter()
        .filter_map(key_id)
        .filter(|key_id| is_known(*key_id))
        .collect();
    let added = keys
        .iter()
        .filter(|key| key_id(key).is_none_or(|key_id| !is_known(key_id)))
        .map(|key| new_key(call, key))
        .collect::<Result<Vec<_>, _>>()?;
    check_room(known.secrets.len() + keys.len())?;
    let secrets = known.secrets.iter().map(|secret| secret.key_id);
    let new = added.iter().map(|key| key.key_id);
    check_distinct(secrets.chain(kept.iter().copied()).chain(new))?;
    let removed: Vec<Uuid> = known
        .certificates
        .iter()
        .map(|one| one.key_id)
        .filter(|key_id| !kept.contains(key_id))
        .collect();
    if added.is_empty() && removed.is_empty() {
        return Ok(());
    }
    replace(call, id, client, added, removed).await
}

/// Adds certificates, and removes credentials.
pub(super) async fn replace(
    call: &Call<'_>,
    id: Uuid,
    client: Uuid,
    added: Vec<CertificateCredential>,
    removed: Vec<Uuid>,
) -> Result<(), GraphError> {
    let command = Command::NoteCredentials {
        id,
        added: added.iter().map(|one| one.key_id).collect(),
        removed: removed.clone(),
    };
    let also: Also = Box::new(move |transaction, applied| {
        for key_id in &removed {
            delete_credential(transaction, applied.tenant_id, client, *key_id)?;
        }
        added
            .iter()
            .try_for_each(|key| store_certificate(transaction, applied.tenant_id, client, key))
    });
    call.submit(command, Some(also)).await.map(drop)
}

fn key_id(key: &Value) -> Option<Uuid> {
    let text = member(key.as_object()?, "keyId")?.as_str()?;
    Uuid::try_parse(text).ok()
}

/// A certificate that comes with its key: base64 of its DER, or of a PEM file.
pub(super) fn new_key(call: &Call<'_>, key: &Value) -> Result<CertificateCredential, GraphError> {
    let wrong = |name: &str| {
        GraphError::refused(format!(
            "Invalid value specified for property '{name}' of resource 'KeyCredential'."
        ))
    };
    let members = key.as_object().ok_or_else(|| wrong("keyCredentials"))?;
    for (name, expected) in [("type", "AsymmetricX509Cert"), ("usage", "Verify")] {
        if member(members, name).and_then(Value::as_str) != Some(expected) {
            return Err(wrong(name));
        }
    }
    let bytes = member(members, "key").and_then(Value::as_str);
    let bytes = bytes.map(|text| text.split_ascii_whitespace().collect::<String>());
    let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.ok_or_else(|| wrong("key"))?;
    let certificate = Certificate::parse(&bytes)
        .map_err(|error| GraphError::refused(format!("Key credential is invalid: {error}")))?;
    let name = name_of(members).ok_or_else(|| wrong("displayName"))?;
    let name = if name.is_empty() {
        certificate.subject.clone()
    } else {
        name
    };
    let credential = CertificateCredential::new(&call.graph.environment, &name, certificate);
    let credential = credential.map_err(|_| unavailable())?;
    Ok(CertificateCredential {
        key_id: key_id(key).unwrap_or(credential.key_id),
        ..credential
    })
}
