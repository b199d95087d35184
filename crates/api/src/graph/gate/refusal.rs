//! What a registration or a check-in runs into besides the rules of enrollment, in the gate's own words.

use axum::http::StatusCode;
use zetel_domain::{
    Rejection,
    access::{Action, Caller},
};
use zetel_engine::EngineError;

use crate::{
    graph::{call::Call, error::GraphError},
    words::{Language, rejection_text},
};

/// The error for a command that was not carried out.
pub(super) fn of(call: &Call<'_>, error: EngineError) -> GraphError {
    let EngineError::Rejected(rejection) = &error else {
        return call.failure(error);
    };
    let (status, code) = match rejection {
        Rejection::DeviceNotFound { .. } => (StatusCode::NOT_FOUND, "DeviceNotFound"),
        Rejection::MustEnrollAgain { .. } => (StatusCode::GONE, "MustEnrollAgain"),
        Rejection::DeviceDiffers { .. } => (StatusCode::CONFLICT, "DeviceDiffers"),
        Rejection::InvalidProperty { name } => {
            return GraphError::unreadable(format!(
                "The member '{}' cannot have this value.{}",
                member(name),
                advice(name)
            ));
        }
        _ => return call.failure(error),
    };
    // The names in the sentence are no secret to somebody who may give the command.
    let tenant = call.graph.engine.read(
        call.tenant_id,
        &Caller::System("api"),
        Action::ReadDevices,
        None,
    );
    let text = tenant
        .ok()
        .and_then(|tenant| rejection_text(rejection, &tenant, Language::English));
    GraphError::new(status, code, text.unwrap_or_else(|| rejection.to_string()))
}

/// The gate's name of a property that the domain calls as Graph does.
fn member(name: &'static str) -> &'static str {
    match name {
        "lastSyncDateTime" => "at",
        "serialNumber" => "serial",
        "operatingSystem" => "platform",
        "managementCertificateExpirationDate" => "certificateExpires",
        "complianceGracePeriodExpirationDateTime" => "gracePeriodExpires",
        other => other,
    }
}

fn advice(name: &str) -> &'static str {
    match name {
        "lastSyncDateTime" => {
            " It is more than five minutes ahead of the server's clock; compare the clocks, or leave it out."
        }
        "managementCertificateExpirationDate" | "complianceGracePeriodExpirationDateTime" => {
            " It must lie ahead, by at most 3,650 days."
        }
        _ => "",
    }
}
