//! The one table from the domain's refusals to Graph's texts (licensing.md 2.2).

mod device;
mod group;
mod guard;

pub(crate) use guard::{CONFIRMATION, Stopped};

use std::fmt::Write as _;

use axum::http::StatusCode;
use uuid::Uuid;
use zetel_domain::{Command, Rejection, subscription::ManagedBy};
use zetel_engine::EngineError;

use super::error::{Detail, GraphError};

impl From<EngineError> for GraphError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::TenantNotFound => {
                Self::unauthenticated("The tenant of the access token does not exist.")
            }
            EngineError::UnknownCaller => Self::new(
                StatusCode::UNAUTHORIZED,
                "Authorization_IdentityNotFound",
                "The identity of the calling application could not be established.",
            ),
            EngineError::Forbidden(_) => Self::forbidden(),
            EngineError::UnlicensedAdministrator => Self::new(
                StatusCode::FORBIDDEN,
                "Authorization_RequestDenied",
                "Administrators of this organization need an Intune license to manage devices. Assign one, or allow unlicensed administrators in the device settings.",
            ),
            EngineError::Rejected(rejection) => Self::from(&rejection),
            EngineError::Overloaded => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequests",
                "Too many changes are waiting to be stored. Try again after a moment.",
            ),
            EngineError::Unavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "ServiceUnavailable",
                "The storage failed, so the change may not have been made. Read the object again before you repeat the request, and show the request id to the operator if this persists.",
            ),
        }
    }
}

impl From<&Rejection> for GraphError {
    fn from(rejection: &Rejection) -> Self {
        refuse(rejection, USER)
    }
}

/// Graph's error for a refusal of a command on a resource of this type.
pub(crate) fn refuse(rejection: &Rejection, resource: &str) -> GraphError {
    of_assignment(rejection)
        .or_else(|| of_object(rejection, resource))
        .or_else(|| group::refuse(rejection))
        .or_else(|| guard::refuse(rejection))
        .or_else(|| device::refuse(rejection))
        .unwrap_or_else(|| of_tenant(rejection))
}

/// The type of the resource that a command is on, in Graph's texts.
pub(crate) const fn resource_of(command: &Command) -> &'static str {
    match command {
        Command::CreateGroup(_) | Command::UpdateGroup { .. } => GROUP,
        Command::EnrollDevice(_)
        | Command::CheckIn { .. }
        | Command::RetireDevice { .. }
        | Command::SyncDevice { .. }
        | Command::RemoveDevice { .. } => MANAGED_DEVICE,
        Command::ChangeLimitPolicies(_) => LIMIT_CONFIGURATION,
        Command::AddApplication { .. } | Command::UpdateApplication { .. } => APPLICATION,
        _ => USER,
    }
}

/// Graph's name of users in texts.
pub(crate) const USER: &str = "User";
/// Graph's name of groups in texts.
pub(crate) const GROUP: &str = "Group";
/// Graph's name of applications in texts.
pub(crate) const APPLICATION: &str = "Application";
/// Graph's name of managed devices in texts.
pub(crate) const MANAGED_DEVICE: &str = "ManagedDevice";
/// Graph's name in texts of policies that limit devices per user.
pub(crate) const LIMIT_CONFIGURATION: &str = "DeviceEnrollmentLimitConfiguration";

fn list(ids: &[Uuid]) -> String {
    let mut text = String::new();
    for id in ids {
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to memory cannot fail.
        let _ = write!(text, "{separator}{id}");
    }
    text
}

/// What assigning and removing licenses runs into.
fn of_assignment(rejection: &Rejection) -> Option<GraphError> {
    use Rejection as R;
    let message = match rejection {
        R::UsageLocationMissing => {
            "License assignment cannot be done for user with invalid usage location.".to_owned() // E1
        }
        R::NoSeats { sku_id } => {
            format!("Subscription with SKU {sku_id} does not have any available licenses.") // E2
        }
        R::MutuallyExclusive { plan_ids } => format!(
            "License assignment failed because service plans {} are mutually exclusive.", // E3
            list(plan_ids)
        ),
        R::DependencyMissing { plan_id, requires } => format!(
            "License assignment failed because service plan {plan_id} depends on the service plan(s) {}", // E4
            list(requires)
        ),
        R::ProductNotOwned { sku_id } => {
            format!("License {sku_id} does not correspond to a valid company License.") // E5
        }
        R::LicenseNotHeld { .. } | R::GroupLicenseNotHeld { .. } => {
            "User does not have a corresponding license.".to_owned() // E6
        }
        R::LicenseInherited { .. } => "User license is inherited from a group membership and it cannot be removed directly from the user.".to_owned(), // E7
        R::DirectAssignmentsOff => "License assignment failed because the licensing policy of the organization allows no direct assignments. Assign the license to a group, and make the user a member of it.".to_owned(),
        R::ProductNotAssignable { sku_id } => {
            format!("License {sku_id} cannot be assigned to a user.") // E8
        }
        R::NoLicenseChanges => "No license changes provided".to_owned(), // E11
        // Graph's texts for the following are not known.
        R::ProductNamedTwice { sku_id } => {
            format!(
                "License {sku_id} is named more than once. Name every license once, to add it or to remove it."
            )
        }
        R::PlanNotInProduct { sku_id, plan_id } => format!(
            "License assignment failed because service plan {plan_id} does not belong to license {sku_id}." // E12
        ),
        R::AddressNotUnique { address } => format!(
            "License assignment failed because the proxy address {address} is already being used." // E13
        ),
        R::ProhibitedInLocation { sku_id, location } => format!(
            "License assignment failed because license {sku_id} is not available in usage location {location}." // E16
        ),
        _ => return None,
    };
    Some(GraphError::refused(message))
}

/// What creating and changing users and groups runs into.
fn of_object(rejection: &Rejection, resource: &str) -> Option<GraphError> {
    use Rejection as R;
    let message = match rejection {
        R::UserNotFound { key } => return Some(GraphError::not_found(key)),
        R::DeletedUserNotFound { id } => return Some(GraphError::not_found(id)),
        R::PrincipalNameTaken { .. } => {
            return Some(GraphError {
                detail: Some(Box::new(Detail {
                    code: "ObjectConflict",
                    target: "userPrincipalName",
                })),
                ..GraphError::refused(
                    "Another object with the same value for property userPrincipalName already exists.",
                )
            });
        }
        R::IdTaken { .. } => {
            "Another object with the same value for property id already exists.".to_owned()
        }
        R::RequiredPropertyMissing { name } => required_of(name, resource),
        R::InvalidProperty { name } => invalid_of(name, resource),
        R::PropertyTooLong { name, max_length } => format!(
            "{} It may have at most {max_length} characters.",
            invalid_of(name, resource)
        ),
        R::ReadOnlyProperty { name } => read_only(name),
        R::DomainNotVerified { .. } => {
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.".to_owned()
        }
        R::LastGlobalAdministrator => {
            "The last Global Administrator cannot be removed or disabled. Give the role to somebody else first.".to_owned()
        }
        _ => return None,
    };
    Some(GraphError::refused(message))
}

/// Graph's text for a property without which a user cannot be.
pub(crate) fn required(name: &str) -> String {
    required_of(name, USER)
}

/// Graph's text for a property without which a resource cannot be.
pub(crate) fn required_of(name: &str, resource: &str) -> String {
    format!("A value is required for property '{name}' of resource '{resource}'.")
}

/// Graph's text for a value that a property of a user cannot have.
pub(crate) fn invalid(name: &str) -> String {
    invalid_of(name, USER)
}

/// Graph's text for a value that a property cannot have.
pub(crate) fn invalid_of(name: &str, resource: &str) -> String {
    format!("Invalid value specified for property '{name}' of resource '{resource}'.")
}

/// Graph's text for a property that clients cannot set.
pub(crate) fn read_only(name: &str) -> String {
    format!("Property '{name}' is read-only and cannot be set.")
}

/// Everything else: no path of Graph leads here, so the texts are our own.
fn of_tenant(rejection: &Rejection) -> GraphError {
    use Rejection as R;
    let message = match rejection {
        R::SubscriptionNotFound { id }
        | R::ApplicationNotFound { id }
        | R::PrincipalNotFound { id } => return GraphError::not_found(id),
        R::TenantNotFound => "The tenant does not exist.".to_owned(),
        R::TenantExists => "The tenant exists already.".to_owned(),
        R::InvalidDomain { domain } => format!("'{domain}' is not a domain name."),
        R::DomainExists { domain } => format!("The domain {domain} is verified already."),
        R::QuantityManagedElsewhere { managed_by } => match managed_by {
            ManagedBy::VolumeLicensingPortal => {
                "The quantity is changed in the volume licensing portal.".to_owned()
            }
            ManagedBy::Partner(tenant) => {
                format!("The quantity is changed by the partner {tenant}.")
            }
            ManagedBy::Organization => "The quantity is changed by the organization.".to_owned(),
        },
        R::InvalidQuantity => "A subscription needs at least one seat and one month.".to_owned(),
        R::DeviceProductNeedsAgreement { sku_id } => {
            format!(
                "License {sku_id} is licensed per device and cannot be bought by card or invoice."
            )
        }
        R::TooManyPlans { sku_id } => format!("License {sku_id} has too many service plans."),
        R::CatalogForgets { sku_id } => format!(
            "The catalog lacks license {sku_id} or one of its service plans, which the organization has owned. Keep them in the catalog."
        ),
        R::TooManyProducts => "The tenant owns as many products as it can.".to_owned(),
        R::WrongSubscriptionStatus { status } => {
            format!(
                "The subscription's status {} does not allow this.",
                status.as_str()
            )
        }
        R::ApplicationExists { client_id } => {
            format!("Another application has the client id {client_id}.")
        }
        other => format!("The change was refused: {other}"),
    };
    GraphError::refused(message)
}
