//! Who made a change, from the word of the journal.

use uuid::Uuid;
use zetel_domain::{Tenant, user::UserView};

use super::user_name;
use crate::words::Words;

/// Who made a change.
pub(crate) struct Actor {
    /// The name of today; the id if the user or application is gone.
    pub name: String,
    /// The user, if it is one who is still there.
    pub user: Option<Uuid>,
}

impl Actor {
    /// Reads `user:…`, `application:…` or `system:…`.
    pub fn of(tenant: &Tenant, text: &str, t: Words) -> Self {
        let (kind, name) = text.split_once(':').unwrap_or(("system", text));
        match (kind, Uuid::try_parse(name)) {
            ("user", Ok(id)) => {
                let user = tenant.users().find_id(id);
                Self {
                    name: user
                        .as_ref()
                        .map_or_else(|| id.to_string(), |user| user_name(user).to_owned()),
                    user: user.filter(UserView::is_live).map(|user| user.id),
                }
            }
            ("application", Ok(client_id)) => {
                let application = tenant.find_application(client_id);
                Self {
                    name: application.map_or_else(
                        || client_id.to_string(),
                        |application| application.display_name.clone(),
                    ),
                    user: None,
                }
            }
            _ => Self {
                name: t.m("actor-system").with("part", name).to_string(),
                user: None,
            },
        }
    }
}
