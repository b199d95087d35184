//! What a tenant is besides its users: names, domains, default usage location.

use minicbor::{Decode, Encode};

use crate::location::Location;

/// A domain that the tenant has proved to own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Domain {
    /// The name in lower case.
    #[n(0)]
    pub name: String,
    /// The first domain, `something.onmicrosoft.com` in Entra.
    #[n(1)]
    pub is_initial: bool,
    /// The domain offered for new users.
    #[n(2)]
    pub is_default: bool,
}

/// Facts about the organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Profile {
    /// Graph's `displayName`.
    #[n(0)]
    pub display_name: String,
    /// Graph's `defaultUsageLocation`: where users without a usage location are taken to be.
    #[n(1)]
    pub default_usage_location: Option<Location>,
    /// Graph's `preferredLanguage`.
    #[n(2)]
    pub preferred_language: Option<String>,
    /// Graph's `technicalNotificationMails`.
    #[n(3)]
    pub technical_notification_mails: Vec<String>,
}

/// Whether text is a domain name of at least two labels of letters, digits and inner hyphens, in any case.
pub fn is_domain_name(text: &str) -> bool {
    let label_is_valid = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label_is_valid)
}
