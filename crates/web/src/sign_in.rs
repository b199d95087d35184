//! Signing in with an authorization code: the token service shows the page with the password, the only one there is.

use std::collections::BTreeMap;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use zetel_identity::{ADMIN_CENTER, challenge_of};

use crate::{
    ROOT,
    failure::Failure,
    session::{self, cookie, set_cookie},
    state::AdminCenter,
    visit::Manner,
};

/// Bytes of an address to which somebody is brought back; what is longer does not fit into a cookie.
const LONGEST_RETURN: usize = 1_500;
/// How long somebody may take to type a password.
const FLOW_SECONDS: u32 = 900;

/// The cookie that ties an answer of the token service to this browser: it holds the verifier, and where to go then.
/// Each sign-in has its own, so that several tabs can sign in.
fn flow_cookie(state: &str) -> String {
    let plain = |letter: &char| letter.is_ascii_alphanumeric();
    format!(
        "zetel-flow-{}",
        state.chars().filter(plain).take(16).collect::<String>()
    )
}

/// The path to which the token service sends the code.
fn callback() -> &'static str {
    ADMIN_CENTER.callback.unwrap_or_default()
}

/// `GET /admin/signin?to=…`: off to the token service.
pub(crate) async fn begin(
    State(center): State<AdminCenter>,
    manner: Manner,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let Some(origin) = manner.origin.clone() else {
        return Err(Failure::not_found(manner));
    };
    let random = || center.tokens.unguessable();
    let (Ok(state), Ok(verifier)) = (random(), random()) else {
        return Err(Failure::broken(manner));
    };
    let to = query.get("to").map_or(ROOT, String::as_str);
    let fits = is_own(to) && to.len() <= LONGEST_RETURN;
    let to = if fits { to } else { ROOT };
    let redirect_uri = format!("{}{}", origin.base(), callback());
    let mut authorize = form_urlencoded::Serializer::new(String::new());
    authorize.extend_pairs([
        ("client_id", ADMIN_CENTER.client_id.to_string().as_str()),
        ("response_type", "code"),
        ("redirect_uri", &redirect_uri),
        (
            "scope",
            "openid profile offline_access https://graph.microsoft.com/.default",
        ),
        ("state", &state),
        ("code_challenge", &challenge_of(&verifier)),
        ("code_challenge_method", "S256"),
        ("ui_locales", manner.words.tag()),
    ]);
    let location = format!(
        "/organizations/oauth2/v2.0/authorize?{}",
        authorize.finish()
    );
    let mut response = away(&location);
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    let flow = format!("{state}.{verifier}.{to}");
    let name = flow_cookie(&state);
    set_cookie(
        &mut response,
        Some(&origin),
        (&name, Some(&flow)),
        FLOW_SECONDS,
    );
    Ok(response)
}

/// `GET /admin/callback`: redeems the code and begins the session.
pub(crate) async fn finish(
    State(center): State<AdminCenter>,
    manner: Manner,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let name = flow_cookie(query.get("state").map_or("", String::as_str));
    let stored = cookie(&headers, &name).unwrap_or_default();
    let mut stored = stored.splitn(3, '.');
    let (state, verifier) = (
        stored.next().unwrap_or_default(),
        stored.next().unwrap_or_default(),
    );
    let to = form_urlencoded::parse(stored.next().unwrap_or_default().as_bytes()).next();
    let to = to.map(|(to, _)| to.into_owned()).filter(|to| is_own(to));
    let to = to.unwrap_or_else(|| ROOT.to_owned());
    let (Some(origin), Some(code)) = (manner.origin.clone(), query.get("code")) else {
        return Err(Failure::not_signed_in(manner));
    };
    if state.is_empty() || query.get("state").map(String::as_str) != Some(state) {
        return Err(Failure::not_signed_in(manner));
    }
    let redirect_uri = format!("{}{}", origin.base(), callback());
    let form = session::form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", verifier),
    ]);
    let asked = origin.clone();
    let work = move || session::redeem(&center, &asked, &form?);
    let Ok(Ok(tokens)) = tokio::task::spawn_blocking(work).await else {
        return Err(Failure::not_signed_in(manner));
    };
    let mut response = away(&to);
    session::begin(&mut response, Some(&origin), &tokens);
    set_cookie(&mut response, Some(&origin), (&name, None), 0);
    Ok(response)
}

/// `POST /admin/signout`: takes the cookies from the browser and ends the renewal. An access token that was copied lasts
/// until it expires.
pub(crate) async fn end(
    State(center): State<AdminCenter>,
    manner: Manner,
    headers: HeaderMap,
) -> Response {
    if let Some(token) = session::renewal(&headers).map(str::to_owned) {
        let work = move || center.tokens.forget_refresh_token(&token);
        // Whoever signs out is not kept: the cookies go in any case, and the token expires.
        if let Ok(Err(error)) = tokio::task::spawn_blocking(work).await {
            tracing::warn!(%error, "a session could not be ended in the database");
        }
    }
    let mut response = away("/organizations/oauth2/v2.0/logout");
    session::end(&mut response, manner.origin.as_ref());
    response
}

/// Whether an address is of the admin center, and of no other host.
fn is_own(address: &str) -> bool {
    let rest = address.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        && !address.contains(['\\', '\n', '\r'])
}

/// Sends a browser elsewhere with `GET`.
pub(crate) fn away(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for own in ["/admin", "/admin/users?q=a", "/admin?x"] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "/administrator",
            "https://evil.example/admin",
            "/admin/\\evil",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
