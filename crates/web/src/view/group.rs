//! What groups are.

use zetel_domain::group::GroupDefinition;

/// The kind of a group, as the key of its name.
pub(crate) const fn group_kind(definition: &GroupDefinition) -> &'static str {
    match definition {
        GroupDefinition { unified: true, .. } => "group-kind-microsoft-365",
        GroupDefinition {
            security_enabled: true,
            mail_enabled: true,
            ..
        } => "group-kind-mail-security",
        GroupDefinition {
            security_enabled: true,
            ..
        } => "group-kind-security",
        _ => "group-kind-distribution",
    }
}
