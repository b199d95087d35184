//! The licensing policy as JSON: one table of its members, for reading, changing, plans and the audit trail.

use serde_json::Value;
use uuid::Uuid;
use zetel_domain::policy::{FallbackChain, Guard, Policy, Semantics};

use super::{
    error::GraphError,
    json,
    settings::{Setting, flag, number, plain, set, write_all},
};

/// Most chains, and most products in one.
const MAXIMUM_CHAIN: usize = 100;

const WHOLE: &str = "the licensing policy";

/// All members of the policy.
pub(crate) static POLICY: [Setting<Policy>; 11] = [
    Setting {
        name: "semantics",
        expected: "\"entra\" or \"extended\"",
        write: |out, policy| json::string(out, semantics_name(policy)),
        read: |value, policy| {
            policy.semantics = match value.as_str()? {
                "entra" => Semantics::Entra,
                "extended" => Semantics::Extended,
                _ => return None,
            };
            Some(())
        },
    },
    flag!("nestedGroups", nested_groups),
    flag!("partialSuccess", partial_success),
    flag!("automaticReprocessing", automatic_reprocessing),
    flag!("priority", priority),
    Setting {
        name: "fallback",
        expected: "a list of lists of skuIds",
        write: |out, policy| {
            json::array(out, &policy.fallback, |out, chain| {
                json::array(out, &chain.0, |out, sku_id| json::guid(out, *sku_id));
            });
        },
        read: |value, policy| {
            policy.fallback = chains(value)?;
            Some(())
        },
    },
    number!("graceDays", grace_days),
    flag!("noDirectAssignments", no_direct_assignments),
    flag!("newPlansOff", new_plans_off),
    flag!(
        "licenseRoleAssignableGroups",
        license_role_assignable_groups
    ),
    Setting {
        name: "guard",
        expected: "an object",
        write: |out, policy| write_all(out, &GUARD, &policy.guard),
        read: |_, _| None,
    },
];

/// All members of the policy's guard.
static GUARD: [Setting<Guard>; 5] = [
    flag!("enabled", enabled),
    number!("maxUsers", max_users),
    number!("maxPercent", max_percent),
    number!("minUsersForPercent", min_users_for_percent),
    flag!("secondApprover", second_approver),
];

fn chains(value: &Value) -> Option<Vec<FallbackChain>> {
    let chains = value.as_array().filter(|all| all.len() <= MAXIMUM_CHAIN)?;
    chains
        .iter()
        .map(|chain| {
            let links = chain.as_array().filter(|all| all.len() <= MAXIMUM_CHAIN)?;
            let ids = links.iter().map(|id| Uuid::try_parse(id.as_str()?).ok());
            ids.collect::<Option<_>>().map(FallbackChain)
        })
        .collect()
}

/// Appends `{"name":"entra"|"extended","switches":[…]}`: whose rules are followed, and the switches that count.
pub(crate) fn write_semantics(out: &mut Vec<u8>, policy: &Policy) {
    let switches = [
        ("nestedGroups", policy.nests()),
        ("partialSuccess", policy.is_partial()),
        ("automaticReprocessing", policy.is_automatic()),
        ("priority", policy.has_priority()),
        (
            "fallback",
            policy.is_extended() && !policy.fallback.is_empty(),
        ),
        ("graceDays", policy.grace_days() > 0),
        ("noDirectAssignments", policy.refuses_direct()),
        ("newPlansOff", policy.switches_new_plans_off()),
    ];
    json::object(out, |out| {
        json::key(out, "name");
        json::string(out, semantics_name(policy));
        json::key(out, "switches");
        let on = switches.into_iter().filter(|(_, is_on)| *is_on);
        json::array(out, on, |out, (name, _)| json::string(out, name));
    });
}

const fn semantics_name(policy: &Policy) -> &'static str {
    match policy.semantics {
        Semantics::Entra => "entra",
        Semantics::Extended => "extended",
    }
}

/// A policy with the members of a body; what the body does not name stays.
pub(crate) fn changed(
    policy: &Policy,
    members: &serde_json::Map<String, Value>,
) -> Result<Policy, GraphError> {
    let mut changed = policy.clone();
    for (name, value) in plain(members) {
        match value {
            Value::Object(members) if name.eq_ignore_ascii_case("guard") => {
                for (name, value) in plain(members) {
                    set(&GUARD, &mut changed.guard, WHOLE, name, value)?;
                }
            }
            value => set(&POLICY, &mut changed, WHOLE, name, value)?,
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(policy: &Policy) -> Value {
        let mut out = Vec::new();
        write_all(&mut out, &POLICY, policy);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn what_is_written_can_be_read() {
        let wanted = json!({
            "semantics": "extended", "nestedGroups": true, "partialSuccess": true, "automaticReprocessing": true,
            "priority": true, "fallback": [["efccb6f7-5641-4e0e-bd10-b4976e1bf68e"]], "graceDays": 3,
            "noDirectAssignments": true, "newPlansOff": true, "licenseRoleAssignableGroups": true,
            "guard": {"enabled": false, "maxUsers": 1, "maxPercent": 2, "minUsersForPercent": 3, "secondApprover": true},
        });
        let policy = changed(&Policy::default(), wanted.as_object().unwrap()).unwrap();
        assert_eq!(written(&policy), wanted);
        let nothing = json!({"@odata.context": "x", "GUARD": {}});
        assert_eq!(changed(&policy, nothing.as_object().unwrap()), Ok(policy));
    }

    #[test]
    fn what_a_setting_cannot_be_is_said() {
        for (body, expected) in [
            (json!({"color": 1}), "has no setting 'color'"),
            (json!({"guard": {"color": 1}}), "has no setting 'color'"),
            (
                json!({"guard": 7}),
                "'guard' of the licensing policy must be an object",
            ),
            (
                json!({"semantics": "mine"}),
                "must be \"entra\" or \"extended\"",
            ),
            (json!({"graceDays": -1}), "must be a whole number"),
            (json!({"graceDays": 70_000}), "must be a whole number"),
            (json!({"graceDays": 1.5}), "must be a whole number"),
            (json!({"priority": "yes"}), "must be true or false"),
            (
                json!({"fallback": [["EMS"]]}),
                "must be a list of lists of skuIds",
            ),
            (
                json!({"fallback": vec![json!([]); 101]}),
                "must be a list of lists",
            ),
            (json!({"priority": null}), "must be true or false"),
        ] {
            let error = changed(&Policy::default(), body.as_object().unwrap()).unwrap_err();
            assert!(error.message.contains(expected), "{}", error.message);
        }
    }
}
