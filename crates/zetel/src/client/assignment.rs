//! A change of licenses that was asked for.

use serde_json::{Value, json};

use super::products::Product;

/// A product to assign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The product.
    pub product: Product,
    /// Ids of the plans to leave off.
    pub disabled: Vec<String>,
}

/// Products to assign to and to remove from one user in one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Assigned.
    pub add: Vec<Addition>,
    /// Removed.
    pub remove: Vec<Product>,
}

impl Change {
    /// The body of `assignLicense` (licensing.md 2.1): both lists are always there.
    pub fn body(&self) -> Value {
        let add: Vec<Value> = self
            .add
            .iter()
            .map(|addition| json!({ "skuId": addition.product.id, "disabledPlans": addition.disabled }))
            .collect();
        let remove: Vec<&str> = self
            .remove
            .iter()
            .map(|product| product.id.as_str())
            .collect();
        json!({ "addLicenses": add, "removeLicenses": remove })
    }

    /// In words, for messages: `EMS, E5 instead of E3`.
    pub fn describe(&self) -> String {
        let names = |products: Vec<&Product>| {
            products
                .iter()
                .map(|product| format!("`{}`", product.name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let added = names(self.add.iter().map(|addition| &addition.product).collect());
        let removed = names(self.remove.iter().collect());
        match (added.is_empty(), removed.is_empty()) {
            (false, true) => added,
            (true, _) => removed,
            (false, false) => format!("{added} instead of {removed}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Addition, Change, Product};

    #[test]
    fn the_body_has_both_lists() {
        let product = |name: &str| Product {
            id: format!("id-{name}"),
            name: name.to_owned(),
        };
        let add = vec![Addition {
            product: product("E5"),
            disabled: vec!["p".to_owned()],
        }];
        let change = Change {
            add,
            remove: vec![product("E3")],
        };
        assert_eq!(
            change.body(),
            json!({ "addLicenses": [{ "skuId": "id-E5", "disabledPlans": ["p"] }], "removeLicenses": ["id-E3"] })
        );
        assert_eq!(change.describe(), "`E5` instead of `E3`");
        assert_eq!(
            Change::default().body(),
            json!({ "addLicenses": [], "removeLicenses": [] })
        );
    }
}
