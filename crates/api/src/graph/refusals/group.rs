//! What creating, changing and licensing groups runs into.

use zetel_domain::Rejection;

use super::{GROUP, invalid_of};
use crate::graph::error::{Detail, GraphError};

/// Graph's error; nothing for refusals that are not of groups.
pub(super) fn refuse(rejection: &Rejection) -> Option<GraphError> {
    use Rejection as R;
    let message = match rejection {
        R::GroupNotFound { id }
        | R::DeletedGroupNotFound { id }
        | R::MemberNotFound { id }
        | R::NotMember { id, .. } => return Some(GraphError::not_found(id)),
        R::MailNicknameTaken { .. } => {
            return Some(GraphError {
                detail: Some(Box::new(Detail {
                    code: "ObjectConflict",
                    target: "mailNickname",
                })),
                ..GraphError::refused(
                    "Another object with the same value for property mailNickname already exists.",
                )
            });
        }
        R::InvalidRule { error } => {
            return Some(GraphError {
                detail: Some(Box::new(Detail {
                    code: "InvalidValue",
                    target: "membershipRule",
                })),
                ..GraphError::refused(error.to_string())
            });
        }
        R::InvalidGroupProperty { name, reason } => {
            format!("{} The reason: {reason}.", invalid_of(name, GROUP))
        }
        R::MembersFollowRule { group } => format!(
            "The members of the group '{group}' follow from its membership rule and cannot be changed by hand. Change the membershipRule, or take 'DynamicMembership' out of groupTypes first."
        ),
        R::MemberExists { list, .. } => format!(
            "One or more added object references already exist for the following modified properties: '{list}'."
        ),
        R::GroupCannotBeMember { id, reason } => {
            format!("The group '{id}' cannot be added to the members: {reason}.")
        }
        R::LimitReached { what, limit } => {
            format!("The limit is reached: there can be at most {limit} {what}.")
        }
        R::GroupHasLicenses { .. } => "Unable to delete the group because there is a product license assigned to the group. To delete this group, remove any product licenses first.".to_owned(),
        R::GroupNotLicensable { group, reason } => {
            format!("License assignment failed for the group '{group}': {reason}.")
        }
        R::InvalidPolicy { name, reason } => {
            format!("The licensing policy cannot have this value for '{name}': {reason}.")
        }
        _ => return None,
    };
    Some(GraphError::refused(message))
}
