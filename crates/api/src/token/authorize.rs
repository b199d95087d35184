//! The authorization endpoint: the sign-in page, and the redirect with a code.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use zetel_identity::{
    AuthorizationError, AuthorizationRequest, Parameters, ResponseMode, SignedIn, TokenError,
};

use super::TokenState;
use super::context::{Context, Form};
use super::csrf;
use super::pages::{Page, SignIn, page};
use super::respond::{log, redirect};

/// What the page shows besides the request.
#[derive(Default)]
struct Shown<'a> {
    username: &'a str,
    problem: Option<&'a str>,
    change_password: bool,
}

/// Shows the sign-in page.
pub(super) async fn show(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    context: Context,
) -> Response {
    let query = query.unwrap_or_default();
    let (request, parameters) = match understand(&state, &tenant, &context, &query) {
        Ok(understood) => understood,
        Err(response) => return *response,
    };
    if parameters.get("prompt") == Some("none") {
        return refuse_to(&request, &TokenError::LoginRequired, &context);
    }
    let username = request.login_hint.clone().unwrap_or_default();
    sign_in_page(
        &state,
        &context,
        &request,
        &query,
        &Shown {
            username: &username,
            ..Shown::default()
        },
    )
}

/// Takes the form of the sign-in page.
pub(super) async fn submit(
    State(state): State<TokenState>,
    Path(tenant): Path<String>,
    context: Context,
    Form(form): Form,
) -> Response {
    let form = match form {
        Ok(form) if csrf::matches(&context, &form) => form,
        Ok(_) => return message(StatusCode::BAD_REQUEST, "The page is out of date", STALE),
        Err(error) => return refuse_here(&error, &context),
    };
    let query = form.get("request").unwrap_or_default().to_owned();
    let (request, _) = match understand(&state, &tenant, &context, &query) {
        Ok(understood) => understood,
        Err(response) => return *response,
    };
    if form.get("cancel").is_some() {
        return answer(
            &request,
            &[("error", "access_denied"), ("error_description", CANCELED)],
        );
    }
    let username = form.get("username").unwrap_or_default().to_owned();
    let service = Arc::clone(&state.service);
    let granted = request.clone();
    let work = move || {
        let signed_in = sign_in(&service, &granted.authority, &form)?;
        service.grant_code(&granted, &signed_in)
    };
    match state.workers.hash(work).await {
        Ok(code) => answer(&request, &[("code", &code)]),
        Err(error) => {
            log(&error, &context.ids);
            let problem = problem(&error);
            let change_password = matches!(
                error,
                TokenError::PasswordExpired | TokenError::NewPassword(_)
            );
            let shown = Shown {
                username: &username,
                problem: problem.as_deref(),
                change_password,
            };
            sign_in_page(&state, &context, &request, &query, &shown)
        }
    }
}

const STALE: &str =
    "Go back to your application and start again. Your browser must accept cookies.";
const CANCELED: &str = "AADSTS65004: User declined to consent to access the app.";

/// Signs a user in with the fields of a form; with a new password in it the password is changed first.
pub(super) fn sign_in(
    service: &zetel_identity::TokenService,
    authority: &str,
    form: &Parameters,
) -> Result<SignedIn, TokenError> {
    let upn = form.required("username")?.trim();
    let password = form.required("password")?;
    let Some(new) = form.get("new_password") else {
        return service.sign_in(authority, upn, password);
    };
    if form.get("repeated_password") != Some(new) {
        return Err(TokenError::NewPassword("The two new passwords differ."));
    }
    service.change_password(authority, upn, password, new)
}

/// What a page says about a refusal; nothing where the page itself says it.
pub(super) fn problem(error: &TokenError) -> Option<String> {
    match error {
        TokenError::PasswordExpired => None,
        // Whether the name or the password was wrong is not told to whoever sits before a page.
        TokenError::UserNotFound { .. } | TokenError::InvalidCredentials => {
            Some("The user name or the password is wrong.".to_owned())
        }
        other => Some(other.to_string()),
    }
}

/// The request of a query, or the answer that refuses it.
fn understand(
    state: &TokenState,
    tenant: &str,
    context: &Context,
    query: &str,
) -> Result<(AuthorizationRequest, Parameters), Box<Response>> {
    let parameters = Parameters::parse(query.as_bytes())
        .map_err(|error| Box::new(refuse_here(&error, context)))?;
    match state
        .service
        .authorization_request(tenant, &context.origin, &parameters)
    {
        Ok(request) => Ok((request, parameters)),
        Err(AuthorizationError::Page(error)) => Err(Box::new(refuse_here(&error, context))),
        Err(AuthorizationError::Redirect(request, error)) => {
            Err(Box::new(refuse_to(&request, &error, context)))
        }
    }
}

fn sign_in_page(
    state: &TokenState,
    context: &Context,
    request: &AuthorizationRequest,
    query: &str,
    shown: &Shown<'_>,
) -> Response {
    let value = match csrf::value(state, context) {
        Ok(value) => value,
        Err(error) => return refuse_here(&error, context),
    };
    let form = SignIn {
        action: &format!("/{}/oauth2/v2.0/authorize", request.authority),
        application: Some(&request.display_name),
        username: shown.username,
        hidden: &[("request", query)],
        csrf: &value,
        problem: shown.problem,
        redirect_origin: Some(&request.redirect_uri),
    };
    let shown = if shown.change_password {
        Page::ChangePassword(form)
    } else {
        Page::SignIn(form)
    };
    csrf::remember(page(StatusCode::OK, &shown), context, &value)
}

/// Sends an answer to the application.
fn answer(request: &AuthorizationRequest, values: &[(&str, &str)]) -> Response {
    if request.response_mode == ResponseMode::FormPost {
        let fields = request.answer(values);
        let shown = Page::Continue {
            application: &request.display_name,
            action: &request.redirect_uri,
            fields: &fields,
        };
        return page(StatusCode::OK, &shown);
    }
    redirect(&request.location(values)).unwrap_or_else(|| {
        message(
            StatusCode::BAD_REQUEST,
            "Sign-in failed",
            "The redirect URI cannot be written into a header.",
        )
    })
}

/// Tells the application why there is no code.
fn refuse_to(request: &AuthorizationRequest, error: &TokenError, context: &Context) -> Response {
    log(error, &context.ids);
    answer(
        request,
        &[
            ("error", error.oauth_error()),
            ("error_description", &error.description()),
        ],
    )
}

/// Tells the user why there is no sign-in page.
pub(super) fn refuse_here(error: &TokenError, context: &Context) -> Response {
    log(error, &context.ids);
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let text = format!("{} Trace ID: {}", error.description(), context.ids.trace);
    message(status, "Sign-in failed", &text)
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, &Page::Message { title, text })
}
