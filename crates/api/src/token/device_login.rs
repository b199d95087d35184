//! The page on which a user approves another device: first its code, then name and password.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use zetel_identity::{Parameters, PendingDevice, TokenError};

use super::TokenState;
use super::authorize::{problem, refuse_here, sign_in};
use super::context::{Context, Form};
use super::csrf;
use super::pages::{Page, SignIn, page};
use super::respond::log;

const PATH: &str = "/devicelogin";

/// Shows the page for the code; `?otc=` fills it in.
pub(super) async fn show(
    State(state): State<TokenState>,
    RawQuery(query): RawQuery,
    context: Context,
) -> Response {
    let query = Parameters::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    code_page(&state, &context, query.get("otc").unwrap_or_default(), None)
}

/// Takes the code, and then the sign-in.
pub(super) async fn submit(
    State(state): State<TokenState>,
    context: Context,
    Form(form): Form,
) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(error) => return refuse_here(&error, &context),
    };
    let user_code = form.get("otc").unwrap_or_default().to_owned();
    if !csrf::matches(&context, &form) {
        return code_page(
            &state,
            &context,
            &user_code,
            Some("The page was out of date. Please try again."),
        );
    }
    let service = Arc::clone(&state.service);
    let typed = user_code.clone();
    let device = match state
        .workers
        .run(move || service.pending_device(&typed))
        .await
    {
        Ok(device) => device,
        Err(error) => {
            log(&error, &context.ids);
            let text = match error {
                TokenError::DeviceCodeUnknown(_) => {
                    "The code is wrong or has expired. Check it on your device.".to_owned()
                }
                other => other.to_string(),
            };
            return code_page(&state, &context, &user_code, Some(&text));
        }
    };
    if form.get("cancel").is_some() {
        let service = Arc::clone(&state.service);
        return match state
            .workers
            .run(move || service.decline_device_code(&device.user_code))
            .await
        {
            Ok(()) => message(
                "Sign-in declined",
                "The device was not signed in. You can close this page.",
            ),
            Err(error) => refuse_here(&error, &context),
        };
    }
    if form.get("password").is_none() {
        return sign_in_page(&state, &context, &device, "", None);
    }
    approve(&state, &context, device, form).await
}

async fn approve(
    state: &TokenState,
    context: &Context,
    device: PendingDevice,
    form: Parameters,
) -> Response {
    let username = form.get("username").unwrap_or_default().to_owned();
    let service = Arc::clone(&state.service);
    let user_code = device.user_code.clone();
    let authority = device
        .tenant_id
        .map_or("organizations".to_owned(), |tenant| tenant.to_string());
    let work = move || {
        let signed_in = sign_in(&service, &authority, &form)?;
        service.approve_device_code(&user_code, &signed_in)
    };
    match state.workers.hash(work).await {
        Ok(()) => message(
            "Signed in",
            "Your device is signed in. You can close this page.",
        ),
        Err(error) => {
            log(&error, &context.ids);
            sign_in_page(state, context, &device, &username, Some(&error))
        }
    }
}

fn code_page(
    state: &TokenState,
    context: &Context,
    user_code: &str,
    problem: Option<&str>,
) -> Response {
    match csrf::value(state, context) {
        Ok(value) => {
            let shown = Page::DeviceCode {
                user_code,
                csrf: &value,
                problem,
            };
            csrf::remember(page(StatusCode::OK, &shown), context, &value)
        }
        Err(error) => refuse_here(&error, context),
    }
}

fn sign_in_page(
    state: &TokenState,
    context: &Context,
    device: &PendingDevice,
    username: &str,
    error: Option<&TokenError>,
) -> Response {
    let value = match csrf::value(state, context) {
        Ok(value) => value,
        Err(error) => return refuse_here(&error, context),
    };
    let problem = error.and_then(problem);
    let form = SignIn {
        action: PATH,
        application: device.display_name.as_deref(),
        username,
        hidden: &[("otc", &device.user_code)],
        csrf: &value,
        problem: problem.as_deref(),
        redirect_origin: None,
    };
    let must_change = matches!(
        error,
        Some(TokenError::PasswordExpired | TokenError::NewPassword(_))
    );
    let shown = if must_change {
        Page::ChangePassword(form)
    } else {
        Page::SignIn(form)
    };
    csrf::remember(page(StatusCode::OK, &shown), context, &value)
}

fn message(title: &str, text: &str) -> Response {
    page(StatusCode::OK, &Page::Message { title, text })
}
