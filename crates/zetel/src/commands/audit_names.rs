//! The names behind the places that events tell, as of today.

use std::fmt::Write as _;

use serde_json::{Value, json};
use uuid::Uuid;
use zetel_domain::{
    Tenant,
    assignment::{Source, Verdict},
    device::DeviceOrdinal,
    event::{Grant, UserSet},
    group::{GroupGrant, GroupOrdinal},
    product::ProductOrdinal,
    user::UserOrdinal,
};

/// Looks up names in a tenant.
#[derive(Clone, Copy)]
pub struct Names<'a>(&'a Tenant);

impl<'a> Names<'a> {
    /// The names of a tenant.
    pub const fn new(tenant: &'a Tenant) -> Self {
        Self(tenant)
    }

    /// Who made a change: a user's or an application's name; the word of the journal for others.
    pub fn actor(self, actor: &str) -> String {
        let (kind, name) = actor.split_once(':').unwrap_or(("", actor));
        let id = Uuid::try_parse(name).ok();
        let known = match kind {
            "user" => id
                .and_then(|id| self.0.users().find_id(id))
                .map(|user| user.principal_name().to_owned()),
            "application" => id
                .and_then(|id| self.0.find_application(id))
                .map(|application| application.display_name.clone()),
            _ => None,
        };
        known.unwrap_or_else(|| name.to_owned())
    }

    /// A user; one who was purged has a place and no name any more.
    pub fn user(self, user: UserOrdinal) -> Value {
        match self.0.users().view(user) {
            Some(view) => json!({ "id": view.id, "userPrincipalName": view.principal_name() }),
            None => json!({ "purged": user.0 }),
        }
    }

    /// Users.
    pub fn users(self, users: &UserSet) -> Value {
        users.iter().map(|user| self.user(user)).collect()
    }

    /// A group.
    pub fn group(self, group: GroupOrdinal) -> Value {
        match self.0.groups().get(group) {
            Some(found) => {
                json!({ "id": found.id, "displayName": found.definition.display_name })
            }
            None => json!({ "purged": group.0 }),
        }
    }

    /// A device; one whose details were erased has no name any more.
    pub fn device(self, device: DeviceOrdinal) -> Value {
        match self.0.devices().view(device) {
            Some(found) => json!({ "id": found.id, "deviceName": found.name() }),
            None => json!({ "unknown": device.0 }),
        }
    }

    /// A product's part number, with its id.
    pub fn product(self, product: ProductOrdinal) -> Value {
        match self.0.product(product) {
            Some(found) => {
                json!({ "skuId": found.sku_id, "skuPartNumber": found.part_number })
            }
            None => json!({ "unknown": product.0 }),
        }
    }

    /// Names of the plans of a product in a mask.
    pub fn plans(self, product: ProductOrdinal, mask: u128) -> Value {
        let found = self.0.product(product);
        let plans = found
            .into_iter()
            .flat_map(|found| found.disabled_plans(mask));
        plans.map(|owned| owned.plan.name.clone()).collect()
    }

    /// Products given to a group.
    pub fn group_grants(self, grants: &[GroupGrant]) -> Value {
        let grant = |grant: &GroupGrant| {
            json!({
                "product": self.product(grant.product),
                "disabledPlans": self.plans(grant.product, grant.disabled),
            })
        };
        grants.iter().map(grant).collect()
    }

    /// Products given to users.
    pub fn grants(self, grants: &[Grant]) -> Value {
        let grant = |grant: &Grant| {
            let source = match grant.source {
                Source::Direct => json!("direct"),
                Source::Kept { group, violation } => {
                    json!({ "kept": self.group(group), "error": violation.as_str() })
                }
                Source::Ending { group } => {
                    json!({ "ending": group.map(|group| self.group(group)) })
                }
            };
            json!({
                "product": self.product(grant.product),
                "disabledPlans": self.plans(grant.product, grant.disabled),
                "source": source,
            })
        };
        grants.iter().map(grant).collect()
    }

    /// How a product of a group was decided.
    pub fn verdict(self, verdict: Option<Verdict>) -> Value {
        match verdict {
            None => Value::Null,
            Some(Verdict::Active) => json!("Active"),
            Some(Verdict::Fallback(instead)) => json!({ "fallback": self.product(instead) }),
            Some(Verdict::Failed(violation)) => json!(violation.as_str()),
        }
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to memory cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
