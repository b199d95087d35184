//! How a request can fail.

use serde_json::Value;

use super::transport::Answer;
use crate::error::CliError;
use crate::exit::Exit;

/// A request without success: what the server said, or why it said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Kind of failure, as an exit code.
    pub exit: Exit,
    /// Graph's error code, or one of ours: `NoConnection`, `BadAnswer`, `TokenRefused`.
    pub code: String,
    /// Graph's message, or ours.
    pub message: String,
    /// The server's id of the request.
    pub request_id: Option<String>,
    /// Set where the server's guard stopped a change that takes services from many.
    pub guard: Option<Guarded>,
}

/// What the guard asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// The token that confirms the change.
    pub token: String,
    /// Whether somebody else must approve it first.
    pub needs_approval: bool,
}

impl Failure {
    /// The server could not be reached, or gave no answer.
    pub fn no_connection(host: &str, reason: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::NoConnection,
            code: "NoConnection".to_owned(),
            message: format!("No answer from `{host}`: {reason}"),
            request_id: None,
            guard: None,
        }
    }

    /// The server answered with something that is not Graph.
    pub fn bad_answer(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            code: "BadAnswer".to_owned(),
            message: message.into(),
            request_id: None,
            guard: None,
        }
    }

    /// Nothing on the server has this name.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::NotFound,
            code: "NotFound".to_owned(),
            message: message.into(),
            request_id: None,
            guard: None,
        }
    }

    /// Reads Graph's error envelope (licensing.md 7.9).
    pub fn from_graph(answer: &Answer) -> Self {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let error = &body["error"];
        let text = |value: &Value| {
            value
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Self {
            exit: exit_of(answer.status),
            code: text(&error["code"]).unwrap_or_else(|| format!("Http{}", answer.status)),
            message: text(&error["message"]).unwrap_or_else(|| {
                format!(
                    "The server answered {} without an explanation",
                    answer.status
                )
            }),
            request_id: answer
                .request_id
                .clone()
                .or_else(|| text(&error["innerError"]["request-id"])),
            guard: Some(&error["innerError"]["zetel.confirmation"])
                .filter(|_| answer.status == PRECONDITION_REQUIRED)
                .and_then(|stopped| {
                    Some(Guarded {
                        token: text(&stopped["token"])?,
                        needs_approval: stopped["needsApproval"] == true,
                    })
                }),
        }
    }

    /// Reads the error of a token service (RFC 6749 section 5.2, with Entra's AADSTS description).
    pub fn from_token_service(answer: &Answer) -> Self {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let refused = body["error"].is_string() && answer.status < 500;
        let first_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
        Self {
            exit: if refused {
                Exit::NotAuthorized
            } else {
                exit_of(answer.status)
            },
            code: body["error"].as_str().unwrap_or("TokenRefused").to_owned(),
            message: body["error_description"].as_str().map_or_else(
                || format!("The token service answered {}", answer.status),
                first_line,
            ),
            request_id: body["trace_id"]
                .as_str()
                .map(str::to_owned)
                .or_else(|| answer.request_id.clone()),
            guard: None,
        }
    }

    /// Whether every further request would fail in the same way, so that a long run should end here.
    pub fn is_final(&self) -> bool {
        matches!(self.exit, Exit::NoConnection | Exit::Busy)
            || (self.exit == Exit::NotAuthorized && self.code != "Authorization_RequestDenied")
    }

    /// The error that a command ends with: `attempt` says what was tried ("Could not …"), `hint` what to do next.
    pub fn during(self, attempt: &str, hint: Option<String>) -> CliError {
        let mut details = Vec::new();
        if let Some(id) = &self.request_id {
            details.push(format!("code `{}`, request id {id}", self.code));
        } else if self.exit != Exit::NoConnection {
            details.push(format!("code `{}`", self.code));
        }
        CliError {
            exit: self.exit,
            message: format!("{attempt}: {}", self.message),
            details,
            hint,
        }
    }
}

/// The status of a change that the guard stopped (RFC 6585).
const PRECONDITION_REQUIRED: u16 = 428;

const fn exit_of(status: u16) -> Exit {
    match status {
        401 | 403 => Exit::NotAuthorized,
        404 => Exit::NotFound,
        400 | 405 | 409 | 412 | 422 => Exit::Refused,
        429 | 503 => Exit::Busy,
        PRECONDITION_REQUIRED => Exit::ConfirmationRequired,
        _ => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Exit, Failure};

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            retry_after: None,
            request_id: None,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn graphs_envelope_is_read() {
        let body = r#"{"error":{"code":"Request_BadRequest","message":"No.","innerError":{"request-id":"r-1"}}}"#;
        let failure = Failure::from_graph(&answer(400, body));
        assert_eq!(failure.exit, Exit::Refused);
        assert_eq!(failure.code, "Request_BadRequest");
        assert_eq!(failure.request_id.as_deref(), Some("r-1"));
        assert_eq!(
            failure.during("Could not do it", None).message,
            "Could not do it: No."
        );
    }

    #[test]
    fn what_the_guard_asks_for_is_read() {
        let body = r#"{"error":{"code":"zetel_confirmationRequired","message":"62 users",
            "innerError":{"zetel.confirmation":{"token":"t-1","needsApproval":true}}}}"#;
        let failure = Failure::from_graph(&answer(428, body));
        assert_eq!(failure.exit, Exit::ConfirmationRequired);
        let guard = failure.guard.unwrap();
        assert_eq!((guard.token.as_str(), guard.needs_approval), ("t-1", true));
    }

    #[test]
    fn an_answer_that_is_not_graph_still_has_a_message() {
        let failure = Failure::from_graph(&answer(502, "<html>"));
        assert_eq!(
            (failure.exit, failure.code.as_str()),
            (Exit::Failed, "Http502")
        );
        assert_eq!(
            failure.message,
            "The server answered 502 without an explanation"
        );
    }

    #[test]
    fn a_refused_secret_is_not_authorized() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.\r\nTrace ID: x","trace_id":"t"}"#;
        let failure = Failure::from_token_service(&answer(401, body));
        assert_eq!(
            (failure.exit, failure.message.as_str()),
            (Exit::NotAuthorized, "AADSTS7000215: Invalid client secret.")
        );
        assert!(failure.is_final());
    }

    #[test]
    fn a_missing_right_does_not_end_a_long_run() {
        let body = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}"#;
        assert!(!Failure::from_graph(&answer(403, body)).is_final());
        assert!(Failure::from_graph(&answer(401, "{}")).is_final());
    }
}
