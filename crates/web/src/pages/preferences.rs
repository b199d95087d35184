//! Language and theme: cookies of a year, for the admin center alone.

use axum::{extract::Form, response::Response};
use serde::Deserialize;
use zetel_api::words::Language;

use crate::{
    ROOT,
    session::set_cookie,
    sign_in::away,
    visit::{Manner, Theme},
};

const SECONDS: u32 = 365 * 24 * 3_600;

/// What is chosen.
#[derive(Deserialize)]
pub(crate) struct Choice {
    language: Option<String>,
    theme: Option<String>,
    /// The page to go back to.
    to: Option<String>,
}

/// `POST /admin/preferences`
pub(crate) async fn choose(manner: Manner, Form(choice): Form<Choice>) -> Response {
    let to = choice
        .to
        .filter(|to| to.starts_with(ROOT) && to.bytes().all(|byte| byte.is_ascii_graphic()));
    let mut response = away(to.as_deref().unwrap_or(ROOT));
    let origin = manner.origin.as_ref();
    let known = |tag: &String| Language::ALL.iter().any(|language| language.tag() == tag);
    if let Some(language) = choice.language.filter(known) {
        set_cookie(
            &mut response,
            origin,
            ("language", Some(&language)),
            SECONDS,
        );
    }
    if let Some(theme) = choice.theme.as_deref().and_then(Theme::parse) {
        set_cookie(
            &mut response,
            origin,
            ("theme", Some(theme.as_str())),
            SECONDS,
        );
    }
    response
}
