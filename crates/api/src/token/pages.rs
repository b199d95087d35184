//! The pages on which users sign in: plain HTML without scripts. [`Page`] says what each page shows, so that another
//! part can draw them differently.

use std::fmt::Write as _;

use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::respond::never_stored;

/// Where the style sheet is.
pub(super) const STYLE_PATH: &str = "/signin/style.css";

/// A page of the token service.
pub(super) enum Page<'a> {
    /// Name and password.
    SignIn(SignIn<'a>),
    /// A new password, because the old one must be changed.
    ChangePassword(SignIn<'a>),
    /// The code that another device shows.
    DeviceCode {
        /// Code to fill in.
        user_code: &'a str,
        csrf: &'a str,
        problem: Option<&'a str>,
    },
    /// A button that posts an answer to an application.
    Continue {
        application: &'a str,
        action: &'a str,
        fields: &'a [(&'a str, &'a str)],
    },
    /// Something to read.
    Message { title: &'a str, text: &'a str },
}

/// What the two pages with passwords show.
pub(super) struct SignIn<'a> {
    /// Path that the form is posted to.
    pub action: &'a str,
    /// The application that asks; nothing if it is not known yet.
    pub application: Option<&'a str>,
    /// User principal name to fill in.
    pub username: &'a str,
    /// Hidden fields that come back with the form.
    pub hidden: &'a [(&'a str, &'a str)],
    pub csrf: &'a str,
    /// What was wrong with the last try.
    pub problem: Option<&'a str>,
    /// Origin that the answer is redirected to; browsers apply `form-action` to redirects as well.
    pub redirect_origin: Option<&'a str>,
}

/// Renders a page with headers that allow nothing but its own form and style sheet.
pub(super) fn page(status: StatusCode, page: &Page<'_>) -> Response {
    let (title, body) = match page {
        Page::SignIn(form) => ("Sign in", sign_in(form)),
        Page::ChangePassword(form) => ("Choose a new password", change_password(form)),
        Page::DeviceCode {
            user_code,
            csrf,
            problem,
        } => ("Enter code", device_code(user_code, csrf, *problem)),
        Page::Continue {
            application,
            action,
            fields,
        } => ("Signed in", proceed(application, action, fields)),
        Page::Message { title, text } => (*title, format!("<p>{}</p>", escape(text))),
    };
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} - Zetel</title>\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n\
         </body>\n</html>\n"
    );
    let target = match page {
        Page::SignIn(form) | Page::ChangePassword(form) => form.redirect_origin,
        Page::Continue { action, .. } => Some(*action),
        _ => None,
    };
    let mut response = (status, never_stored("text/html; charset=utf-8"), html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, content_policy(target));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// `form-action` names this service and, where an answer leaves it, the origin of the application.
fn content_policy(redirect: Option<&str>) -> HeaderValue {
    const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    let own = HeaderValue::from_static(POLICY);
    let Some(origin) = redirect.and_then(source) else {
        return own;
    };
    HeaderValue::try_from(format!("{POLICY} {origin}")).unwrap_or(own)
}

/// A redirect URI as a source expression: scheme and host, or the scheme alone of an application's own scheme.
fn source(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let allowed = |text: &str, extra: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
    };
    if !allowed(scheme, b"+-.") {
        return None;
    }
    if !matches!(scheme, "http" | "https") {
        return Some(format!("{scheme}:"));
    }
    let host = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    allowed(host, b"-.:[]").then(|| format!("{scheme}://{host}"))
}

fn sign_in(form: &SignIn<'_>) -> String {
    let mut html = asking(form);
    html += &problem(form.problem);
    html += &open_form(form.action, form.csrf, form.hidden);
    let name = input("username", "User name", "text", form.username, "username");
    let password = input("password", "Password", "password", "", "current-password");
    let buttons = "<p><button type=\"submit\">Sign in</button>\n\
                   <button type=\"submit\" name=\"cancel\" value=\"1\" formnovalidate>Cancel</button></p>\n";
    html + &name + &password + buttons + "</form>\n"
}

fn change_password(form: &SignIn<'_>) -> String {
    let mut html = "<p>Your password must be changed before you can go on.</p>\n".to_owned();
    html += &problem(form.problem);
    html += &open_form(form.action, form.csrf, form.hidden);
    let fields = [
        input("username", "User name", "text", form.username, "username"),
        input(
            "password",
            "Current password",
            "password",
            "",
            "current-password",
        ),
        input(
            "new_password",
            "New password",
            "password",
            "",
            "new-password",
        ),
        input(
            "repeated_password",
            "New password again",
            "password",
            "",
            "new-password",
        ),
    ];
    html + &fields.concat()
        + "<p><button type=\"submit\">Change password and sign in</button></p>\n</form>\n"
}

fn device_code(user_code: &str, csrf: &str, trouble: Option<&str>) -> String {
    let mut html = "<p>Enter the code that your app or device shows. Enter no code that somebody sent you.</p>\n".to_owned();
    html += &problem(trouble);
    html += &open_form("/devicelogin", csrf, &[]);
    html += &input("otc", "Code", "text", user_code, "one-time-code");
    html + "<p><button type=\"submit\">Next</button></p>\n</form>\n"
}

fn proceed(application: &str, action: &str, fields: &[(&str, &str)]) -> String {
    let application = escape(application);
    let mut html = format!("<form method=\"post\" action=\"{}\">\n", escape(action));
    html += &hidden(fields);
    html + &format!(
        "<p><button type=\"submit\" autofocus>Continue to {application}</button></p>\n</form>\n"
    )
}

fn asking(form: &SignIn<'_>) -> String {
    let application = form
        .application
        .map_or("An application".to_owned(), |name| {
            format!("<b>{}</b>", escape(name))
        });
    format!("<p>{application} asks to use your account.</p>\n")
}

fn problem(text: Option<&str>) -> String {
    text.map_or(String::new(), |text| {
        format!("<p class=\"problem\" role=\"alert\">{}</p>\n", escape(text))
    })
}

fn open_form(action: &str, csrf: &str, fields: &[(&str, &str)]) -> String {
    let action = escape(action);
    format!(
        "<form method=\"post\" action=\"{action}\">\n{}{}",
        hidden(&[("csrf", csrf)]),
        hidden(fields)
    )
}

fn hidden(fields: &[(&str, &str)]) -> String {
    fields
        .iter()
        .fold(String::new(), |mut html, (name, value)| {
            let _ = writeln!(
                html,
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                escape(name),
                escape(value)
            );
            html
        })
}

fn input(name: &str, label: &str, kind: &str, value: &str, autocomplete: &str) -> String {
    let value = escape(value);
    format!(
        "<p><label for=\"{name}\">{label}</label>\n<input id=\"{name}\" name=\"{name}\" type=\"{kind}\" \
         value=\"{value}\" autocomplete=\"{autocomplete}\" autocapitalize=\"none\" spellcheck=\"false\" required></p>\n"
    )
}

/// Text as it may stand in HTML, also inside a quoted attribute.
fn escape(text: &str) -> String {
    text.chars().fold(
        String::with_capacity(text.len()),
        |mut escaped, character| {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
            escaped
        },
    )
}

/// The page after signing out. No session is kept here, so there is nothing to end.
pub(super) async fn signed_out() -> Response {
    page(
        StatusCode::OK,
        &Page::Message {
            title: "Signed out",
            text: "You are signed out. You can close this page.",
        },
    )
}

/// The style sheet of all pages.
pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, include_str!("style.css")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_comes_from_outside_can_become_markup() {
        assert_eq!(
            escape("<a href=\"x\">'&"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
        let html = device_code("\"><script>", "c", Some("<b>"));
        assert!(!html.contains("<script>") && !html.contains("<b>"));
    }

    #[test]
    fn the_policy_names_the_origin_of_the_redirect_only() {
        assert_eq!(
            source("http://localhost:1234/x?y"),
            Some("http://localhost:1234".to_owned())
        );
        assert_eq!(
            source("https://app.example"),
            Some("https://app.example".to_owned())
        );
        assert_eq!(source("myapp://auth"), Some("myapp:".to_owned()));
        assert_eq!(source("https://a b; script-src *"), None);
        assert_eq!(source("x y:z"), None);
    }
}
