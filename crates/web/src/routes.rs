//! Which address leads to which page.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};

use crate::{
    ROOT, assets, failure::Failure, pages, session, sign_in, state::AdminCenter, visit::Manner,
};

/// Forms of more than this are refused: the largest names a thousand users.
const FORM_BYTES: usize = 512 * 1024;

/// All pages, below `/admin`.
pub fn router(center: AdminCenter) -> Router {
    let pages = Router::new()
        .route("/", get(pages::home::home))
        .route("/users", get(pages::users::list))
        .route("/users/bulk", get(pages::bulk::show).post(pages::bulk::act))
        .route("/users/{id}", get(pages::users::overview))
        .route(
            "/users/{id}/licenses",
            get(pages::assignments::show_user).post(pages::assignments::save_user),
        )
        .route("/groups", get(pages::groups::list))
        .route("/groups/{id}", get(pages::groups::overview))
        .route(
            "/groups/{id}/licenses",
            get(pages::assignments::show_group).post(pages::assignments::save_group),
        )
        .route("/groups/{id}/reprocess", post(pages::groups::reprocess))
        .route("/licenses", get(pages::licenses::list))
        .route("/licenses/{sku}", get(pages::licenses::overview))
        .route("/subscriptions", get(pages::subscriptions::list))
        .route(
            "/settings",
            get(pages::settings::show).post(pages::settings::save),
        )
        .route(
            "/settings/unlicensed-administrators",
            post(pages::settings::let_in),
        )
        .route("/audit", get(pages::audit::list))
        .route("/audit/{generation}", get(pages::audit::overview))
        .route(
            "/audit/{generation}/undo",
            get(pages::audit::show_undo).post(pages::audit::undo),
        )
        .route("/devices", get(pages::devices::list))
        .route("/devices/{id}", get(pages::devices::overview))
        .route("/restore", get(pages::restore::list))
        .route("/preferences", post(pages::preferences::choose))
        .route("/signin", get(sign_in::begin))
        .route("/callback", get(sign_in::finish))
        .route("/signout", post(sign_in::end))
        .fallback(nothing)
        .layer(from_fn_with_state(center.clone(), session::recognize))
        .layer(DefaultBodyLimit::max(FORM_BYTES));
    Router::new()
        .nest(ROOT, pages)
        .route(
            &format!("{ROOT}/assets/{{digest}}/{{name}}"),
            get(assets::serve),
        )
        .route("/", get(|| async { sign_in::away(ROOT) }))
        .route(&format!("{ROOT}/"), get(|| async { sign_in::away(ROOT) }))
        .with_state(center)
}

async fn nothing(manner: Manner) -> Failure {
    Failure::not_found(manner)
}
