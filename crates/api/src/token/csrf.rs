//! Against forms that other sites post: a random value in a cookie must come back in the form.
//!
//! Another site can neither read the cookie nor set it, and `SameSite=Strict` keeps it from being sent at all.

use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use zetel_identity::{Parameters, TokenError};

use super::TokenState;
use super::context::Context;

/// Length of a value: 32 bytes in base64url.
const VALUE_CHARACTERS: usize = 43;

/// The value of this browser: the one that it has, so that several pages can be open, or a new one.
pub(super) fn value(state: &TokenState, context: &Context) -> Result<String, TokenError> {
    match cookie(context) {
        Some(value) => Ok(value.to_owned()),
        None => Ok(state.service.unguessable()?),
    }
}

/// Whether a form came from a page that this service gave to this browser.
pub(super) fn matches(context: &Context, form: &Parameters) -> bool {
    cookie(context).is_some_and(|value| form.get("csrf") == Some(value))
}

/// Gives the browser its value.
pub(super) fn remember(mut response: Response, context: &Context, value: &str) -> Response {
    let name = name(context);
    let secure = if context.is_https() { "; Secure" } else { "" };
    if let Ok(cookie) = HeaderValue::try_from(format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}"
    )) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn cookie(context: &Context) -> Option<&str> {
    let name = name(context);
    let pairs = context
        .cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.into_iter().find(|(found, _)| *found == name)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (value.len() == VALUE_CHARACTERS && value.bytes().all(plain)).then_some(value)
}

/// `__Host-` binds the cookie to this very host; browsers accept it over HTTPS only.
fn name(context: &Context) -> &'static str {
    if context.is_https() {
        "__Host-zetel-signin"
    } else {
        "zetel-signin"
    }
}
