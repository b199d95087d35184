//! What the guard stops, and what undoing runs into.

use std::fmt::Write as _;

use axum::http::StatusCode;
use uuid::Uuid;
use zetel_domain::{Rejection, Tenant};

use crate::graph::{error::GraphError, json};

/// A change that the guard stopped, for `innerError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// What confirms the change.
    pub token: String,
    /// How many users would lose a service.
    pub users: u32,
    /// Whether somebody else must approve it first.
    pub needs_approval: bool,
    /// Products that many of their holders would lose.
    pub products: Vec<StoppedProduct>,
}

/// A product that many of its holders would lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoppedProduct {
    /// Its id.
    pub sku_id: Uuid,
    /// Its name; the id until [`Stopped::name`] finds one.
    pub name: String,
    /// How many would lose it.
    pub losing: u32,
    /// How many have it.
    pub holding: u32,
}

/// Graph's error; nothing for other refusals.
pub(super) fn refuse(rejection: &Rejection) -> Option<GraphError> {
    use Rejection as R;
    let message = match rejection {
        R::Guarded {
            token,
            users,
            products,
            needs_approval,
        } => {
            let products = products.iter().map(|(sku_id, losing, holding)| StoppedProduct {
                sku_id: *sku_id,
                name: sku_id.to_string(),
                losing: *losing,
                holding: *holding,
            });
            return Some(
                Stopped {
                    token: token.clone(),
                    users: *users,
                    needs_approval: *needs_approval,
                    products: products.collect(),
                }
                .into_error(),
            );
        }
        R::OwnApproval => {
            "Whoever asked for a change cannot approve it. Somebody else must.".to_owned()
        }
        R::InvalidToken => "This is not the token of a plan. Use the token that came with the refusal of the change, or with its plan.".to_owned(),
        R::NothingToUndo { generation } => format!(
            "Nothing of change {generation} can be undone: later changes replaced what it did."
        ),
        _ => return None,
    };
    Some(GraphError::refused(message))
}

impl Stopped {
    /// Puts in the names of the products.
    pub fn name(mut self, tenant: &Tenant) -> Self {
        for product in &mut self.products {
            let ordinal = tenant.find_product(product.sku_id);
            if let Some(found) = ordinal.and_then(|ordinal| tenant.product(ordinal)) {
                product.name.clone_from(&found.name);
            }
        }
        self
    }

    /// 428 `zetel_confirmationRequired`.
    pub fn into_error(self) -> GraphError {
        GraphError {
            stopped: Some(Box::new(self.clone())),
            ..GraphError::new(
                StatusCode::PRECONDITION_REQUIRED,
                "zetel_confirmationRequired",
                self.message(),
            )
        }
    }

    fn message(&self) -> String {
        let mut text = format!(
            "The guard stopped this change, and nothing was changed. {} would lose a service",
            counted(self.users, "user")
        );
        for product in &self.products {
            // Writing to memory cannot fail.
            let _ = write!(
                text,
                "; {} of {} would lose {}",
                product.losing,
                counted(product.holding, "holder"),
                product.name
            );
        }
        text.push_str(". Ask for the plan to see who and what. ");
        if self.needs_approval {
            text.push_str("Somebody else must approve the change by its token first. ");
        }
        // Writing to memory cannot fail.
        let _ = write!(
            text,
            "To make the change, send the same request with the header 'Zetel-Confirm: {}'.",
            self.token
        );
        text
    }

    /// Appends the members of an object, a comma before each.
    pub fn write(&self, out: &mut Vec<u8>) {
        json::key(out, "token");
        json::string(out, &self.token);
        json::key(out, "users");
        json::count(out, self.users);
        json::key(out, "needsApproval");
        json::flag(out, self.needs_approval);
        json::key(out, "products");
        json::array(out, &self.products, |out, product| {
            json::object(out, |out| {
                json::key(out, "skuId");
                json::guid(out, product.sku_id);
                json::key(out, "name");
                json::string(out, &product.name);
                json::key(out, "losing");
                json::count(out, product.losing);
                json::key(out, "holding");
                json::count(out, product.holding);
            });
        });
    }
}

/// The preference that confirms a change by the token of its plan, as the header `Zetel-Confirm` does.
pub(crate) const CONFIRMATION: &str = "zetel.confirm";

fn counted(number: u32, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stopped_is_said_in_numbers_and_names() {
        let sku_id = Uuid::from_u128(7);
        let stopped = Stopped {
            token: "abc".to_owned(),
            users: 60,
            needs_approval: true,
            products: vec![StoppedProduct {
                sku_id,
                name: "Office 365 E3".to_owned(),
                losing: 60,
                holding: 1,
            }],
        };
        let error = stopped.clone().into_error();
        assert_eq!(error.status.as_u16(), 428);
        assert_eq!(
            error.message,
            "The guard stopped this change, and nothing was changed. 60 users would lose a service; 60 of 1 holder would lose Office 365 E3. Ask for the plan to see who and what. Somebody else must approve the change by its token first. To make the change, send the same request with the header 'Zetel-Confirm: abc'."
        );
        let mut out = Vec::new();
        json::object(&mut out, |out| stopped.write(out));
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&out).unwrap(),
            serde_json::json!({
                "token": "abc", "users": 60, "needsApproval": true,
                "products": [{"skuId": sku_id.to_string(), "name": "Office 365 E3", "losing": 60, "holding": 1}],
            })
        );
    }
}
