//! What managing devices runs into.

use axum::http::StatusCode;
use zetel_domain::{Rejection, device::Reason};

use crate::graph::{error::GraphError, time};

/// Graph's error; nothing for refusals that are not of devices.
pub(super) fn refuse(rejection: &Rejection) -> Option<GraphError> {
    use Rejection as R;
    Some(match rejection {
        R::DeviceNotFound { id } | R::LimitPolicyNotFound { id } => GraphError::not_found(id),
        R::NotEnrollmentManager { key } => GraphError::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!("The user '{key}' is not a device enrollment manager."),
        ),
        R::InvalidDeviceSetting { name, reason } => GraphError::refused(format!(
            "The device setting '{name}' cannot have this value. {reason}"
        )),
        R::DefaultLimitPolicy { reason } => GraphError::refused(*reason),
        R::DeviceDiffers { id, name } => GraphError::new(
            StatusCode::CONFLICT,
            "DeviceDiffers",
            format!(
                "The device '{id}' is enrolled with another value of '{name}', so it cannot be this one. Enroll it under an id of its own, or delete the old record first."
            ),
        ),
        R::MustEnrollAgain { id, expired } => {
            let expired = time::format(*expired);
            let expired = String::from_utf8_lossy(&expired);
            GraphError::new(
                StatusCode::GONE,
                "MustEnrollAgain",
                format!(
                    "The certificate of the device '{id}' expired at {expired}. The device must enroll again."
                ),
            )
        }
        R::EnrollmentDenied { reasons } => {
            let codes: Vec<&str> = reasons.iter().map(Reason::code).collect();
            GraphError::new(
                StatusCode::FORBIDDEN,
                "EnrollmentDenied",
                format!(
                    "The device may not enroll. The reasons: {}.",
                    codes.join(", ")
                ),
            )
        }
        _ => return None,
    })
}
