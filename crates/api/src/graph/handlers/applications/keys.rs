//! Certificates that an application rolls: it proves with a certificate that it has that it may add or remove one.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use zetel_domain::{access::Action, application::Application};
use zetel_identity::{CertificateCredential, ProofError, ProofRequest};

use super::{By, credentials, find};
use crate::graph::{
    call::Call, credentials::load_one, error::GraphError, handlers::memberships::member, json,
    render::credential, reply::Reply,
};

/// The type of keys that sign, which Zetel does not keep.
const SIGNING_TYPE: &str = "X509CertAndPassword";

/// `POST /applications/{id}/addKey`
pub(crate) async fn add(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    add_to(call, find(call, &tenant, by)?).await
}

/// `POST /applications/{id}/removeKey`
pub(crate) async fn remove(call: &Call<'_>, by: By) -> Result<Reply, GraphError> {
    let tenant = call.read(Action::ManageApplications, None)?;
    remove_from(call, find(call, &tenant, by)?).await
}

/// Adds a certificate.
pub(crate) async fn add_to(
    call: &Call<'_>,
    application: &Application,
) -> Result<Reply, GraphError> {
    let members = call.members()?;
    let wanted = required(&members, "keyCredential")?;
    check_kind(wanted, member(&members, "passwordCredential"))?;
    let (id, client) = (application.id, application.client_id);
    let known = load_one(call, client).await?;
    check_proof(call, application, &known.certificates, &members)?;
    let added = credentials::new_key(call, wanted)?;
    if added.certificate.has_expired(call.graph.engine.now().0) {
        return Err(GraphError::refused(
            "Key credential is invalid: the certificate has expired.",
        ));
    }
    credentials::check_room(known.count() + 1)?;
    credentials::check_distinct(known.key_ids().chain([added.key_id]))?;
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |out| {
        call.write_context(out, &["microsoft.graph.keyCredential"]);
        credential::key(out, &added);
    });
    credentials::replace(call, id, client, vec![added], Vec::new()).await?;
    Ok(Reply::json(out))
}

/// Removes a certificate.
pub(crate) async fn remove_from(
    call: &Call<'_>,
    application: &Application,
) -> Result<Reply, GraphError> {
    let members = call.members()?;
    let key_id = credentials::wanted_key_id(&members)?;
    let (id, client) = (application.id, application.client_id);
    let known = load_one(call, client).await?;
    check_proof(call, application, &known.certificates, &members)?;
    if !known.certificates.iter().any(|one| one.key_id == key_id) {
        return Err(GraphError::refused(format!(
            "No key credential found with keyId '{key_id}'."
        )));
    }
    credentials::replace(call, id, client, Vec::new(), vec![key_id]).await?;
    Ok(Reply::no_content())
}

fn required<'m>(
    members: &'m Map<String, Value>,
    name: &'static str,
) -> Result<&'m Value, GraphError> {
    member(members, name)
        .filter(|value| !value.is_null())
        .ok_or_else(|| GraphError::refused(format!("A value is required for parameter '{name}'.")))
}

/// Only certificates that verify can be added; the password is that of a key that signs.
fn check_kind(key: &Value, password: Option<&Value>) -> Result<(), GraphError> {
    let kind = key
        .as_object()
        .and_then(|members| member(members, "type")?.as_str());
    if kind == Some(SIGNING_TYPE) {
        return Err(GraphError::not_implemented(format!(
            "Adding a key of type '{SIGNING_TYPE}' is not implemented."
        )));
    }
    if password.is_some_and(|password| !password.is_null()) {
        return Err(GraphError::refused(format!(
            "Parameter 'passwordCredential' must be null: only keys of type '{SIGNING_TYPE}' have a password."
        )));
    }
    Ok(())
}

fn check_proof(
    call: &Call<'_>,
    application: &Application,
    certificates: &[CertificateCredential],
    members: &Map<String, Value>,
) -> Result<(), GraphError> {
    let proof = required(members, "proof")?;
    let request = ProofRequest {
        proof: proof.as_str().unwrap_or_default(),
        certificates,
        object_ids: &[application.id, application.service_principal_id],
        now: call.graph.engine.now().0,
    };
    request.verify().map_err(|error| {
        let message = format!("The proof of possession is not accepted: {error}.");
        match error {
            ProofError::NoCertificate => GraphError::refused(message),
            _ => GraphError::new(
                StatusCode::UNAUTHORIZED,
                "Authentication_MissingOrMalformed",
                message,
            ),
        }
    })
}
