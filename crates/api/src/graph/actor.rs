//! Who made a change, from the word of the journal.

use uuid::Uuid;
use zetel_domain::Tenant;

use super::people::user_name;

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor<'a> {
    /// A user, by object id.
    User(Uuid),
    /// An application, by client id.
    Application(Uuid),
    /// Zetel itself, and which part of it.
    System(&'a str),
}

impl<'a> Actor<'a> {
    /// Reads `user:…`, `application:…` or `system:…`.
    pub fn parse(text: &'a str) -> Self {
        let (kind, name) = text.split_once(':').unwrap_or(("system", text));
        match (kind, Uuid::try_parse(name)) {
            ("user", Ok(id)) => Self::User(id),
            ("application", Ok(client_id)) => Self::Application(client_id),
            _ => Self::System(name),
        }
    }

    /// The name that people know, as of today; the id if the user or application is gone.
    pub fn name(self, tenant: &Tenant) -> String {
        match self {
            Self::User(id) => tenant
                .users()
                .find_id(id)
                .map_or_else(|| id.to_string(), |user| user_name(&user)),
            Self::Application(client_id) => tenant.find_application(client_id).map_or_else(
                || client_id.to_string(),
                |application| application.display_name.clone(),
            ),
            Self::System(name) => format!("Zetel ({name})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_journal() {
        let id = Uuid::from_u128(7);
        for (text, expected) in [
            (format!("user:{id}"), Actor::User(id)),
            (format!("application:{id}"), Actor::Application(id)),
            ("system:clock".to_owned(), Actor::System("clock")),
            ("user:nobody".to_owned(), Actor::System("nobody")),
            (String::new(), Actor::System("")),
        ] {
            assert_eq!(Actor::parse(&text), expected, "{text}");
        }
    }
}
