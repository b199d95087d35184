//! What to do about a failure.

use super::failure::Failure;
use crate::exit::Exit;

/// Advice for a failure that concerns `user`, where there is any to give.
pub fn for_user(failure: &Failure, user: &str) -> Option<String> {
    if let Some(guard) = &failure.guard {
        return Some(format!(
            "`--plan` shows what it takes from whom; `--confirm {}` does it all the same",
            guard.token
        ));
    }
    for_message(&failure.message, user).or_else(|| match failure.exit {
        Exit::NotFound => Some("`zetel users list` lists the users".to_owned()),
        _ => for_server(failure),
    })
}

/// Advice for a failure that concerns a group.
pub fn for_group(failure: &Failure) -> Option<String> {
    let says = |part: &str| failure.message.contains(part);
    let advice = match failure.exit {
        Exit::NotFound if says("group") => "`zetel groups list` lists the groups",
        Exit::Refused if says("license") && says("delete") => {
            "Take its products away first: `zetel groups license GROUP --remove PRODUCT`"
        }
        Exit::NotAuthorized if failure.code == "Authorization_RequestDenied" => {
            "The application needs `Group.ReadWrite.All` (to read: `Group.Read.All`)"
        }
        _ => return for_message(&failure.message, "USER").or_else(|| for_server(failure)),
    };
    Some(advice.to_owned())
}

/// Advice for a failure that concerns devices.
pub fn for_device(failure: &Failure) -> Option<String> {
    let says = |part: &str| failure.message.contains(part);
    let advice = match failure.exit {
        Exit::NotFound if says("group") => "`zetel groups list` lists the groups",
        Exit::NotFound if says("policy") => "`zetel devices limits` lists the policies",
        Exit::NotFound if says("device") => "`zetel devices list` lists the devices",
        Exit::NotFound => "`zetel users list` lists the users",
        Exit::NotAuthorized if failure.code == "Authorization_RequestDenied" => {
            "The application needs `DeviceManagementManagedDevices.ReadWrite.All` for devices and \
             `DeviceManagementServiceConfig.ReadWrite.All` for settings and limits"
        }
        _ => return for_server(failure),
    };
    Some(advice.to_owned())
}

/// Advice for a message alone. The texts recognized are Graph's (licensing.md 2.2) and those of its older portals.
pub fn for_message(message: &str, user: &str) -> Option<String> {
    let says = |part: &str| message.contains(part);
    let advice = if says("usage location") {
        format!("Set it first: `zetel users update {user} --usage-location NL`")
    } else if says("available licenses") || says("Not enough licenses") {
        "Free a seat with `zetel licenses remove`, or raise the quantity where it was bought; \
         `zetel licenses list` shows the seats"
            .to_owned()
    } else if says("mutually exclusive") || says("cannot be assigned at the same time") {
        "Leave one of the two plans off with `--disable`, or give up the other product in the same step with `--replace`"
            .to_owned()
    } else if says("depends on the service plan") {
        "The plan that others depend on must stay on, or go together with them".to_owned()
    } else if says("valid company License") || says("The tenant has no product") {
        "`zetel licenses list` shows the products of this tenant".to_owned()
    } else if says("inherited from a group") {
        "Remove the user from the group, or the product from the group".to_owned()
    } else if says("does not have a corresponding license") {
        format!("`zetel licenses show {user}` lists what the user has")
    } else if says("no deleted user") {
        "A deleted user can be restored for 30 days; the object id does as well as the name"
            .to_owned()
    } else {
        return None;
    };
    Some(advice)
}

/// Advice for a failure that concerns no user: connection, credentials, rights.
pub fn for_server(failure: &Failure) -> Option<String> {
    let says = |part: &str| failure.message.contains(part);
    let advice = match failure.exit {
        Exit::NoConnection if says("certificate") || says("UnknownIssuer") => {
            "Name the authority that signed the server's certificate with `--ca FILE` or `ZETEL_CA`"
        }
        Exit::NoConnection => "Check `--url` or `ZETEL_URL`, and that the server runs",
        Exit::NotAuthorized if failure.code == "Authorization_RequestDenied" => {
            "The application needs `User.ReadWrite.All` or `LicenseAssignment.ReadWrite.All` \
             (to read: `User.Read.All` and `LicenseAssignment.Read.All`)"
        }
        Exit::NotAuthorized => {
            "Check `ZETEL_TENANT_ID`, `ZETEL_CLIENT_ID` and `ZETEL_CLIENT_SECRET`, or `ZETEL_TOKEN`"
        }
        Exit::Busy => "Try again later, or with a smaller `--concurrency`",
        _ => return None,
    };
    Some(advice.to_owned())
}
