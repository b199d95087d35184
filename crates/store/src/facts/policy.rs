//! The licensing policy as JSON that people can read, and approvals.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    policy::{Approval, FallbackChain, Guard, Policy, Semantics},
};

use crate::sql::{DatabaseError, RowRef, Rows};

/// A policy with its fields as they are named in JSON. None may be missing or unknown.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches are what a policy is"
)]
struct PolicyText {
    semantics: SemanticsWord,
    nested_groups: bool,
    partial_success: bool,
    automatic_reprocessing: bool,
    priority: bool,
    fallback: Vec<Vec<String>>,
    grace_days: u16,
    no_direct_assignments: bool,
    new_plans_off: bool,
    license_role_assignable_groups: bool,
    guard: GuardText,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum SemanticsWord {
    Entra,
    Extended,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GuardText {
    enabled: bool,
    max_users: u32,
    max_percent: u32,
    min_users_for_percent: u32,
    second_approver: bool,
}

/// The policy's row.
pub fn policy_row(rows: &mut Rows, key: i64, tenant: &Tenant) -> Result<(), DatabaseError> {
    rows.push(&[key.into(), to_text(tenant.policy())?.as_str().into()])
}

/// Reads a policy's JSON.
pub fn read_policy(text: &str) -> Result<Policy, DatabaseError> {
    let unreadable = |error: String| {
        DatabaseError::Damaged(format!("the licensing policy cannot be read ({error})"))
    };
    let text: PolicyText =
        serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    let chain = |ids: &Vec<String>| {
        let ids = ids.iter().map(|id| Uuid::try_parse(id));
        ids.collect::<Result<_, _>>().map(FallbackChain)
    };
    let chains = text.fallback.iter().map(chain).collect::<Result<_, _>>();
    Ok(Policy {
        semantics: match text.semantics {
            SemanticsWord::Entra => Semantics::Entra,
            SemanticsWord::Extended => Semantics::Extended,
        },
        nested_groups: text.nested_groups,
        partial_success: text.partial_success,
        automatic_reprocessing: text.automatic_reprocessing,
        priority: text.priority,
        fallback: chains.map_err(|error| unreadable(error.to_string()))?,
        grace_days: text.grace_days,
        no_direct_assignments: text.no_direct_assignments,
        new_plans_off: text.new_plans_off,
        license_role_assignable_groups: text.license_role_assignable_groups,
        guard: Guard {
            enabled: text.guard.enabled,
            max_users: text.guard.max_users,
            max_percent: text.guard.max_percent,
            min_users_for_percent: text.guard.min_users_for_percent,
            second_approver: text.guard.second_approver,
        },
    })
}

fn to_text(policy: &Policy) -> Result<String, DatabaseError> {
    let chain = |chain: &FallbackChain| chain.0.iter().map(Uuid::to_string).collect();
    let text = PolicyText {
        semantics: match policy.semantics {
            Semantics::Entra => SemanticsWord::Entra,
            Semantics::Extended => SemanticsWord::Extended,
        },
        nested_groups: policy.nested_groups,
        partial_success: policy.partial_success,
        automatic_reprocessing: policy.automatic_reprocessing,
        priority: policy.priority,
        fallback: policy.fallback.iter().map(chain).collect(),
        grace_days: policy.grace_days,
        no_direct_assignments: policy.no_direct_assignments,
        new_plans_off: policy.new_plans_off,
        license_role_assignable_groups: policy.license_role_assignable_groups,
        guard: GuardText {
            enabled: policy.guard.enabled,
            max_users: policy.guard.max_users,
            max_percent: policy.guard.max_percent,
            min_users_for_percent: policy.guard.min_users_for_percent,
            second_approver: policy.guard.second_approver,
        },
    };
    serde_json::to_string(&text).map_err(|error| DatabaseError::Values {
        statement: "table policy".to_owned(),
        reason: error.to_string(),
    })
}

/// The rows of all approvals.
pub fn approval_rows(rows: &mut Rows, key: i64, tenant: &Tenant) -> Result<(), DatabaseError> {
    for (position, approval) in (0_i64..).zip(tenant.approvals()) {
        rows.push(&[
            key.into(),
            position.into(),
            approval.token.as_str().into(),
            approval.approver.as_str().into(),
            approval.at.0.into(),
        ])?;
    }
    Ok(())
}

/// Reads an approval's row.
pub fn read_approval(row: &RowRef<'_>) -> Result<Approval, DatabaseError> {
    Ok(Approval {
        token: row.text(2)?.to_owned(),
        approver: row.text(3)?.to_owned(),
        at: Timestamp(row.int(4)?),
    })
}
