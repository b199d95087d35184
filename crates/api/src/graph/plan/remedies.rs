//! What helps against an error of a license, by its cause (licensing.md 3.4).

use zetel_domain::{Tenant, assignment::Violation, impact::ErrorImpact};

use crate::graph::people::{group_name, product_name};

/// What can be done, most likely first; nothing for an error that the change heals.
pub(super) fn of(tenant: &Tenant, impact: &ErrorImpact) -> Vec<String> {
    if impact.is_healed {
        return Vec::new();
    }
    let product = product_name(tenant, impact.product);
    let group = group_name(tenant, impact.group);
    let again = if tenant.policy().is_automatic() {
        "The license is then given by itself.".to_owned()
    } else {
        format!("Then reprocess {group}.")
    };
    match impact.violation {
        Violation::Count => vec![
            format!("Buy seats of {product}, or free some. {again}"),
            format!("Take users out of {group} who do not need {product}."),
        ],
        Violation::MutuallyExclusive => vec![
            format!("Remove the other product that excludes {product} from these users."),
            format!(
                "Switch off, in {group}, the services of {product} that exclude others. {again}"
            ),
        ],
        Violation::Dependency => vec![format!(
            "Give these users the service that is needed, or switch off what needs it. {again}"
        )],
        Violation::ProhibitedInUsageLocation => vec![
            format!("Correct the usage location of these users if it is wrong. {again}"),
            format!("Take these users out of {group}: {product} may not be used where they are."),
        ],
        Violation::Uniqueness => vec![format!(
            "Give these users a mail address that nobody else has. {again}"
        )],
        Violation::Other => vec![format!(
            "Solve the error of the other product of {group}: this one failed with it. {again}"
        )],
    }
}
