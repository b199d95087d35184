//! The parts of Graph's objects that the command line reads (licensing.md section 1). What a server leaves out is
//! empty, so that older and smaller servers can be read too.

use serde::Deserialize;

/// A product that the tenant has bought.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SubscribedSku {
    /// Product id, a GUID.
    pub sku_id: String,
    /// Part number, such as `EMSPREMIUM`.
    pub sku_part_number: String,
    /// Seats in use.
    pub consumed_units: i64,
    /// Seats bought, by state of their subscription.
    pub prepaid_units: PrepaidUnits,
    /// `Enabled`, `Warning`, `Suspended`, `Deleted` or `LockedOut`.
    pub capability_status: String,
    /// `User` or `Company`; only the former is assigned.
    pub applies_to: String,
    /// The service plans of the product.
    pub service_plans: Vec<ServicePlan>,
}

impl SubscribedSku {
    /// Seats that can be assigned at most: units in their grace period count, suspended ones do not.
    pub fn total(&self) -> i64 {
        self.prepaid_units.enabled + self.prepaid_units.warning
    }
}

/// Seats by state.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PrepaidUnits {
    /// Of active subscriptions.
    pub enabled: i64,
    /// Of subscriptions in their grace period.
    pub warning: i64,
}

/// A service plan, of a product or of a user's license.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePlan {
    /// Plan id, a GUID.
    #[serde(rename = "servicePlanId")]
    pub id: String,
    /// Name, such as `INTUNE_A`.
    #[serde(rename = "servicePlanName")]
    pub name: String,
    /// `Success`, `Disabled`, `PendingActivation`, …
    pub provisioning_status: String,
}

/// One product of a user, with the state of its plans for that user.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LicenseDetails {
    /// Product id.
    pub sku_id: String,
    /// Part number.
    pub sku_part_number: String,
    /// Plans.
    pub service_plans: Vec<ServicePlan>,
}

/// A user, as far as licensing is concerned.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LicensedUser {
    /// Every assignment, direct and through groups; `None` where the server has no such property.
    pub license_assignment_states: Option<Vec<LicenseAssignmentState>>,
}

impl LicensedUser {
    /// The `$select` that fills this structure.
    pub const SELECT: &'static str = "$select=id,licenseAssignmentStates";
}

/// One assignment of a user and what became of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LicenseAssignmentState {
    /// Product id.
    pub sku_id: String,
    /// Group that it comes from; `None` when direct.
    pub assigned_by_group: Option<String>,
    /// `Active`, `ActiveWithError`, `Disabled` or `Error`.
    pub state: String,
    /// `None` (the word) on success.
    pub error: Option<String>,
}
