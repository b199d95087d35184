//! What the membership rules of the test kit's world mean, for the reference model.

use std::collections::BTreeSet;

use uuid::Uuid;
use zetel_domain::user::{Properties, PropertyValue, UserProperty};

/// Whether a rule takes a user in. Rules on usage locations are none of the model's.
pub fn rule_takes(
    rule: &str,
    properties: &Properties,
    account_enabled: bool,
    plans: &BTreeSet<Uuid>,
) -> bool {
    let department = match properties.get(&UserProperty::Department) {
        Some(PropertyValue::Text(text)) => text.as_str(),
        _ => "",
    };
    match rule {
        "user.accountEnabled -eq true" => account_enabled,
        "user.department -ne \"Department 1\"" => department != "Department 1",
        "-not (user.assignedPlans -any (assignedPlan.capabilityStatus -eq \"Enabled\"))" => {
            plans.is_empty()
        }
        other => panic!("an unknown rule: {other}"),
    }
}
