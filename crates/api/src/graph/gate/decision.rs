//! Signed decisions: who signs them, what they say of a question, and whether one is for a registration.

use std::sync::Arc;

use axum::http::StatusCode;
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::{Decision, Question},
};
use zetel_identity::{Decision as Signed, DecisionError, IdentityError, Origin, TokenService};

use super::{answer::verdict, question::Asked};
use crate::graph::{call::Call, error::GraphError};

/// Signs decisions, and reads those that it signed. Both may block.
pub trait SignDecisions: Send + Sync + 'static {
    /// Signs a decision of a tenant, for a client that reached us at an address.
    fn sign(
        &self,
        tenant: Uuid,
        origin: &Origin,
        decision: &Signed,
        now: Timestamp,
    ) -> Result<String, IdentityError>;

    /// What a decision of a tenant says.
    fn read(&self, tenant: Uuid, decision: &str, now: Timestamp) -> Result<Signed, DecisionError>;
}

impl SignDecisions for TokenService {
    fn sign(
        &self,
        tenant: Uuid,
        origin: &Origin,
        decision: &Signed,
        now: Timestamp,
    ) -> Result<String, IdentityError> {
        self.sign_decision(tenant, origin, decision, now.0)
    }

    fn read(&self, tenant: Uuid, decision: &str, now: Timestamp) -> Result<Signed, DecisionError> {
        self.verify_decision(tenant, decision, now.0)
    }
}

/// What a decision says when it is signed.
pub(super) fn to_sign(
    tenant: &Tenant,
    asked: &Asked<'_>,
    question: &Question,
    decision: &Decision,
    trace_id: Uuid,
) -> Signed {
    Signed {
        trace_id,
        purpose: asked.purpose.as_str().to_owned(),
        verdict: verdict(decision).to_owned(),
        user: user_id(tenant, question),
        device_id: asked.device_id,
        serial: (!asked.serial.is_empty()).then(|| asked.serial.to_string()),
        platform: asked.platform.as_str().to_owned(),
        enrollment_type: asked.enrollment_type.as_str().to_owned(),
        is_shared: asked.is_shared,
        codes: decision
            .reasons
            .iter()
            .map(|reason| reason.code().to_owned())
            .collect(),
    }
}

fn user_id(tenant: &Tenant, question: &Question) -> Option<Uuid> {
    let user = question.user.known()?;
    Some(tenant.users().view(user)?.id)
}

/// Signs a decision where it may take its time.
pub(super) async fn sign(
    call: &Call<'_>,
    decision: Signed,
    now: Timestamp,
) -> Result<String, GraphError> {
    let service = Arc::clone(&call.graph.signer);
    let tenant = call.tenant_id;
    let origin = Origin::from_url(&call.origin.text()).ok_or_else(|| {
        GraphError::unreadable("The Host header names no host that a decision could be signed for.")
    })?;
    let signed =
        tokio::task::spawn_blocking(move || service.sign(tenant, &origin, &decision, now)).await;
    let reason = match signed {
        Ok(Ok(signed)) => return Ok(signed),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(request_id = %call.request_id, reason, "a decision could not be signed");
    Err(GraphError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServiceUnavailable",
        "The decision could not be signed. Ask again, and show the request id to the operator if this persists.",
    ))
}

/// Checks a decision that comes with a registration: ours, of this tenant, not expired, allowing, and for this device.
pub(super) async fn verify(
    call: &Call<'_>,
    text: &str,
    asked: &Asked<'_>,
    tenant: &Tenant,
    question: &Question,
) -> Result<(), GraphError> {
    let service = Arc::clone(&call.graph.signer);
    let (tenant_id, text, now) = (call.tenant_id, text.to_owned(), question.now);
    let read = tokio::task::spawn_blocking(move || service.read(tenant_id, &text, now)).await;
    let signed = read
        .map_err(|_| invalid("it could not be judged"))?
        .map_err(|error| invalid(&error.to_string()))?;
    if signed.verdict != "allow" {
        return Err(invalid("it does not allow the device to enroll"));
    }
    let has_serial = match &signed.serial {
        Some(serial) => serial.eq_ignore_ascii_case(&asked.serial),
        None => asked.serial.is_empty(),
    };
    let differs = [
        ("purpose", signed.purpose != asked.purpose.as_str()),
        ("user", signed.user != user_id(tenant, question)),
        ("deviceId", signed.device_id != asked.device_id),
        ("serial", !has_serial),
        ("platform", signed.platform != asked.platform.as_str()),
        (
            "enrollmentType",
            signed.enrollment_type != asked.enrollment_type.as_str(),
        ),
        ("isShared", signed.is_shared != asked.is_shared),
    ];
    match differs.iter().find(|(_, differs)| *differs) {
        Some((name, _)) => Err(invalid(&format!(
            "it was made for another {name}; ask with the values with which the device enrolls"
        ))),
        None => Ok(()),
    }
}

fn invalid(reason: &str) -> GraphError {
    GraphError::new(
        StatusCode::BAD_REQUEST,
        "InvalidDecision",
        format!("The member 'decision' cannot be used: {reason}."),
    )
}
