//! What people are told when something cannot be done.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use zetel_api::words::rejection_text;
use zetel_domain::access::Action;
use zetel_engine::EngineError;

use crate::{
    ROOT,
    frame::Frame,
    render::page_with,
    session,
    sign_in::away,
    visit::{Manner, Visit},
    words::Words,
};

/// Why a page is not shown, or a form not carried out.
pub(crate) struct Failure(Box<Told>);

/// What is told of it.
struct Told {
    status: StatusCode,
    /// Key of the title, and with `-text` behind it of the text.
    key: &'static str,
    /// What else there is to say.
    detail: Option<String>,
    manner: Manner,
    /// Frame of somebody who is signed in.
    visit: Option<Visit>,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    frame: Frame,
    t: Words,
    key: &'static str,
    detail: Option<String>,
}

impl Failure {
    fn new(manner: Manner, status: StatusCode, key: &'static str) -> Self {
        Self(Box::new(Told {
            status,
            key,
            detail: None,
            manner,
            visit: None,
        }))
    }

    /// Nobody is signed in.
    pub fn signed_out(manner: Manner) -> Self {
        Self::new(manner, StatusCode::UNAUTHORIZED, "failure-signed-out")
    }

    /// Signing in did not work.
    pub fn not_signed_in(manner: Manner) -> Self {
        Self::new(manner, StatusCode::BAD_REQUEST, "failure-sign-in")
    }

    /// Another site sent the form.
    pub fn foreign(manner: Manner) -> Self {
        Self::new(manner, StatusCode::FORBIDDEN, "failure-foreign")
    }

    /// There is no such page, or nothing of that name.
    pub fn not_found(manner: Manner) -> Self {
        Self::new(manner, StatusCode::NOT_FOUND, "failure-not-found")
    }

    /// The same for somebody who is signed in.
    pub fn nothing_there(visit: &Visit) -> Self {
        Self::not_found(visit.manner.clone()).seen_by(visit)
    }

    /// A form lacks what it needs.
    pub fn bad_form(visit: &Visit) -> Self {
        Self::new(
            visit.manner.clone(),
            StatusCode::BAD_REQUEST,
            "failure-form",
        )
        .seen_by(visit)
    }

    /// Something of ours failed.
    pub fn broken(manner: Manner) -> Self {
        Self::new(manner, StatusCode::SERVICE_UNAVAILABLE, "failure-broken")
    }

    fn seen_by(mut self, visit: &Visit) -> Self {
        self.0.visit = Some(visit.clone());
        self
    }

    /// The engine refused.
    pub fn of(visit: &Visit, error: impl Into<EngineError>) -> Self {
        let error = error.into();
        let (status, key) = match &error {
            EngineError::UnknownCaller | EngineError::TenantNotFound => {
                return Self::signed_out(visit.manner.clone());
            }
            EngineError::Forbidden(_) => (StatusCode::FORBIDDEN, "failure-forbidden"),
            EngineError::UnlicensedAdministrator => {
                (StatusCode::FORBIDDEN, "failure-unlicensed-administrator")
            }
            EngineError::Rejected(_) => (StatusCode::UNPROCESSABLE_ENTITY, "failure-refused"),
            EngineError::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "failure-busy"),
            EngineError::Unavailable(reason) => {
                tracing::error!(reason, "a page could not be answered");
                (StatusCode::SERVICE_UNAVAILABLE, "failure-broken")
            }
        };
        let mut failure = Self::new(visit.manner.clone(), status, key);
        if let EngineError::Rejected(rejection) = &error {
            let tenant = visit.read(Action::ReadOrganization).ok();
            let language = visit.words().language();
            failure.0.detail =
                tenant.and_then(|tenant| rejection_text(rejection, &tenant, language));
        }
        failure.seen_by(visit)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let told = *self.0;
        // Whoever merely opens a page is sent to sign in; a form that was typed is not thrown away.
        if told.key == "failure-signed-out" && !told.manner.is_fragment && told.manner.is_read {
            let to: String =
                form_urlencoded::byte_serialize(told.manner.address.as_bytes()).collect();
            let mut response = away(&format!("{ROOT}/signin?to={to}"));
            session::end(&mut response, told.manner.origin.as_ref());
            return response;
        }
        let title = told.manner.words.m(told.key);
        let frame = match &told.visit {
            Some(visit) => Frame {
                section: None,
                ..Frame::new(visit, crate::frame::Section::Home, title)
            },
            None => Frame::bare(&told.manner, title),
        };
        page_with(
            told.status,
            &FailurePage {
                t: frame.t,
                frame,
                key: told.key,
                detail: told.detail,
            },
        )
    }
}
