//! A plan as the server tells it (docs/reference/plan.schema.json), as far as it is shown.

use serde::Deserialize;
use serde_json::Value;

/// Everything that a change would do.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plan {
    /// What confirms the change where the guard stops it.
    pub token: String,
    /// The rules that it was computed with.
    pub semantics: Semantics,
    /// Seats.
    pub products: Vec<ProductChange>,
    /// Services of users, alike changes together.
    pub services: Vec<ServiceChange>,
    /// Errors of group licenses that come and go.
    pub errors: Vec<ErrorChange>,
    /// Devices that lose what covers them, or get it back; the first of them.
    pub devices: Vec<DeviceChange>,
    /// How many they are.
    pub device_count: DeviceCount,
    /// Users whose services or errors change.
    pub user_count: u64,
    /// Users who lose a service.
    pub losers: u64,
    /// The guard's word.
    pub guard: Guard,
    /// What the change would leave undone.
    pub not_done: Vec<NotDone>,
}

/// Entra's rules, or those with switches of Zetel's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Semantics {
    /// `entra` or `extended`.
    pub name: String,
    /// The switches that are on.
    pub switches: Vec<String>,
}

/// One product before and after.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProductChange {
    /// Part number.
    pub sku_part_number: String,
    /// Seats now.
    pub before: Seats,
    /// Seats afterwards.
    pub after: Seats,
    /// Users who get it.
    pub holders_gained: u64,
    /// Users who lose it.
    pub holders_lost: u64,
}

/// Seats of a product.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Seats {
    /// Of active subscriptions.
    pub enabled: i64,
    /// Of subscriptions in their grace period.
    pub warning: i64,
    /// In use.
    pub consumed: i64,
}

impl Seats {
    /// Seats that can be assigned.
    pub const fn total(&self) -> i64 {
        self.enabled + self.warning
    }
}

/// Users whose services change alike.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceChange {
    /// Services that they have no longer.
    pub lost: Vec<Service>,
    /// Services that they have now.
    pub gained: Vec<Service>,
    /// How many they are.
    pub user_count: u64,
    /// The first of them.
    pub users: Vec<Value>,
}

/// A service plan.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Service {
    /// Name, such as `INTUNE_A`.
    pub service_plan_name: String,
    /// Name for people; empty where the catalog has none.
    pub display_name: String,
}

/// An error that comes or goes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorChange {
    /// The group whose license it is.
    pub group: Value,
    /// The product.
    pub sku_part_number: String,
    /// Graph's word for it.
    pub error: String,
    /// Whether it goes.
    pub healed: bool,
    /// With how many users.
    pub user_count: u64,
    /// The first of them.
    pub users: Vec<Value>,
    /// What would help.
    pub remedies: Vec<String>,
}

/// A device that loses what covers it, or gets it back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceChange {
    /// Object id.
    pub id: String,
    /// Name; empty where it has none.
    pub device_name: Option<String>,
    /// Whose it is; null for a device without a user.
    pub user: Value,
    /// `losesCompliance` or `regainsCompliance`.
    pub effect: String,
    /// From when on.
    pub at: Option<String>,
    /// Until when the license can come back without another enrollment.
    pub restorable_until: Option<String>,
    /// When its record is removed if it is never heard of again.
    pub record_removed: Option<String>,
}

impl DeviceChange {
    /// Whether it loses what covers it.
    pub fn loses(&self) -> bool {
        self.effect == "losesCompliance"
    }

    /// What to call it: its name, or else its id.
    pub fn label(&self) -> &str {
        let name = self.device_name.as_deref().filter(|name| !name.is_empty());
        name.unwrap_or(&self.id)
    }
}

/// How many devices a change touches.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct DeviceCount {
    /// Devices that lose what covers them.
    pub lose: u64,
    /// Devices that get it back.
    pub regain: u64,
}

/// The guard's word on a change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Guard {
    /// Whether it stops the change.
    pub stops: bool,
    /// Whether somebody else must approve it.
    pub needs_approval: bool,
}

/// Something that is left undone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NotDone {
    /// The user, if it is one.
    pub user: Value,
    /// The group, if it is one.
    pub group: Value,
    /// Why.
    pub reason: String,
}

impl NotDone {
    /// Whom it concerns, by name.
    pub fn whom(&self) -> String {
        match name_of(&self.user) {
            name if name.is_empty() => name_of(&self.group),
            name => name,
        }
    }
}

impl Service {
    /// The name for people, else the short one.
    pub fn name(&self) -> &str {
        if self.display_name.is_empty() {
            &self.service_plan_name
        } else {
            &self.display_name
        }
    }
}

/// What to call a user or group: a name that commands take, else the id.
pub fn name_of(object: &Value) -> String {
    let text = |name: &str| object[name].as_str().filter(|text| !text.is_empty());
    object
        .as_str()
        .or_else(|| text("userPrincipalName"))
        .or_else(|| text("displayName"))
        .or_else(|| text("id"))
        .unwrap_or_default()
        .to_owned()
}
