//! The admin center: pages for people, made on the server, in English and Dutch.
//!
//! One handler per address answers with a whole page, or with its content alone where the page's script asks for that
//! (`X-Fragment: 1`). Every form works without the script. Handlers read a state, or hand a command to the engine; no
//! rule is decided here.

mod assets;
mod failure;
mod frame;
mod journal;
mod pages;
mod render;
mod routes;
mod session;
mod sign_in;
mod state;
mod view;
mod visit;
mod words;

pub use routes::router;
pub use state::AdminCenter;

/// Where the admin center is. Graph and the endpoints of Azure have paths like `/subscriptions` beside it.
pub(crate) const ROOT: &str = "/admin";
