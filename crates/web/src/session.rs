//! Sessions: an access token and a refresh token in cookies that scripts cannot read.
//!
//! Nothing is kept on the server, so that any node answers, and a session ends where tokens end: at once when its user
//! is removed or disabled; when the password changes or all sessions are revoked, with the access token, which is not
//! renewed.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use zetel_identity::{ADMIN_CENTER, Origin, Parameters, TokenError, TokenRequest, TokenResponse};

use crate::{ROOT, failure::Failure, state::AdminCenter, visit::Manner};

/// The access token; good for about an hour.
const ACCESS: &str = "zetel-session";
/// The token that redeems new ones.
const REFRESH: &str = "zetel-renewal";
/// A session without a visit ends after so many seconds.
const IDLE_SECONDS: u32 = 12 * 3_600;

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let headers = headers.get_all(header::COOKIE).iter();
    let pairs = headers
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// Sets a cookie for the admin center alone; without a value it is deleted.
pub(crate) fn set_cookie(
    response: &mut Response,
    origin: Option<&Origin>,
    (name, value): (&str, Option<&str>),
    seconds: u32,
) {
    let is_https = origin.is_none_or(|origin| origin.base().starts_with("https:"));
    let secure = if is_https { "; Secure" } else { "" };
    let seconds = if value.is_some() { seconds } else { 0 };
    let text = format!(
        "{name}={}; Path={ROOT}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
        value.unwrap_or_default()
    );
    if let Ok(text) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}

/// Begins or renews a session.
pub(crate) fn begin(response: &mut Response, origin: Option<&Origin>, tokens: &TokenResponse) {
    let access = (ACCESS, Some(tokens.access_token.as_str()));
    set_cookie(response, origin, access, IDLE_SECONDS);
    let refresh = (REFRESH, tokens.refresh_token.as_deref());
    set_cookie(response, origin, refresh, IDLE_SECONDS);
}

/// Ends a session.
pub(crate) fn end(response: &mut Response, origin: Option<&Origin>) {
    for name in [ACCESS, REFRESH] {
        set_cookie(response, origin, (name, None), 0);
    }
}

/// The renewal token of a session.
pub(crate) fn renewal(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, REFRESH).filter(|token| !token.is_empty())
}

/// Refuses what other sites make browsers post, and finds out who asks.
pub(crate) async fn recognize(
    State(center): State<AdminCenter>,
    manner: Manner,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::GET
        && request.method() != Method::HEAD
        && !is_from_here(request.headers(), manner.origin.as_ref())
    {
        return Failure::foreign(manner).into_response();
    }
    let headers = request.headers();
    let access = cookie(headers, ACCESS).unwrap_or_default().to_owned();
    let renewal = renewal(headers).map(str::to_owned);
    let work_center = center.clone();
    let origin = manner.origin.clone();
    let now = center.engine.now();
    let (principal, renewed) = match center.authenticator.known(&access, now) {
        Some(principal) => (Some(principal), None),
        None if access.is_empty() && renewal.is_none() => (None, None),
        None => {
            let work = move || {
                if let Ok(principal) = work_center.authenticator.judge(&access, now) {
                    return (Some(principal), None);
                }
                let renewed = renewal
                    .zip(origin)
                    .and_then(|(token, origin)| renew(&work_center, &origin, &token).ok());
                let principal = renewed.as_ref().and_then(|tokens| {
                    let judged = work_center.authenticator.judge(&tokens.access_token, now);
                    judged.ok()
                });
                (principal, renewed)
            };
            let done = tokio::task::spawn_blocking(work).await;
            done.unwrap_or_default()
        }
    };
    if let Some(principal) = principal {
        request.extensions_mut().insert(principal);
    }
    let mut response = next.run(request).await;
    // A handler that sets the cookies itself has the last word.
    if let Some(tokens) = renewed
        && !response.headers().contains_key(header::SET_COOKIE)
    {
        begin(&mut response, manner.origin.as_ref(), &tokens);
    }
    response
}

/// Whether a page of ours sent a form. Browsers say where a request comes from: `Sec-Fetch-Site`, and `Origin`.
fn is_from_here(headers: &HeaderMap, own: Option<&Origin>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => own.is_some_and(|own| own.base() == origin),
        (None, None) => false,
    }
}

/// Redeems the renewal token.
fn renew(center: &AdminCenter, origin: &Origin, token: &str) -> Result<TokenResponse, TokenError> {
    let form = form(&[("grant_type", "refresh_token"), ("refresh_token", token)])?;
    redeem(center, origin, &form)
}

/// The form of a token request.
pub(crate) fn form(fields: &[(&str, &str)]) -> Result<Parameters, TokenError> {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.append_pair("client_id", &ADMIN_CENTER.client_id.to_string());
    text.extend_pairs(fields);
    Parameters::parse(text.finish().as_bytes())
}

/// Asks the token service. Blocks on the database.
pub(crate) fn redeem(
    center: &AdminCenter,
    origin: &Origin,
    form: &Parameters,
) -> Result<TokenResponse, TokenError> {
    center.tokens.token(&TokenRequest {
        authority: "organizations",
        origin,
        form,
        basic: None,
    })
}
