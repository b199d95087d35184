//! The tenant's products, found by part number or id, and their plans, found by name or id.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

use super::failure::Failure;
use super::graph::Graph;
use super::model::{ServicePlan, SubscribedSku};

/// A product that was named: its id, and its part number where the tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Product {
    /// Product id, lower case.
    pub id: String,
    /// Part number, or the id.
    pub name: String,
}

/// A name that leads to no product or plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// The products of the tenant, as `/subscribedSkus` tells them.
#[derive(Debug, Default)]
pub struct Products {
    skus: Vec<SubscribedSku>,
}

impl Products {
    /// Asks the server.
    pub fn load(graph: &Graph) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct List {
            value: Vec<SubscribedSku>,
        }
        let list: List = graph.get(&["subscribedSkus"], "")?;
        Ok(Self::new(list.value))
    }

    /// Takes products as they are.
    pub fn new(mut skus: Vec<SubscribedSku>) -> Self {
        skus.sort_by(|one, other| {
            (&one.sku_part_number, &one.sku_id).cmp(&(&other.sku_part_number, &other.sku_id))
        });
        Self { skus }
    }

    /// All products, by part number.
    pub fn all(&self) -> &[SubscribedSku] {
        &self.skus
    }

    /// The product with this id.
    pub fn by_id(&self, id: &str) -> Option<&SubscribedSku> {
        self.skus
            .iter()
            .find(|sku| sku.sku_id.eq_ignore_ascii_case(id))
    }

    /// The part number of a product, or its id where the tenant does not have it.
    pub fn name(&self, id: &str) -> String {
        self.by_id(id)
            .map_or_else(|| id.to_owned(), |sku| sku.sku_part_number.clone())
    }

    /// Finds a product by part number or id. An id that the tenant does not have is passed on: the server knows best.
    pub fn find(&self, text: &str) -> Result<Product, UnknownName> {
        if let Some(id) = guid(text) {
            return Ok(Product {
                name: self.name(&id),
                id,
            });
        }
        let found: Vec<&SubscribedSku> = self
            .skus
            .iter()
            .filter(|sku| sku.sku_part_number.eq_ignore_ascii_case(text))
            .collect();
        match found.as_slice() {
            [sku] => Ok(Product {
                id: sku.sku_id.to_ascii_lowercase(),
                name: sku.sku_part_number.clone(),
            }),
            [] => Err(UnknownName {
                message: format!("The tenant has no product `{text}`"),
                hint: "`zetel licenses list` shows the products of this tenant".to_owned(),
            }),
            several => {
                let ids: Vec<&str> = several.iter().map(|sku| sku.sku_id.as_str()).collect();
                Err(UnknownName {
                    message: format!(
                        "The tenant has several products `{text}`: {}",
                        ids.join(", ")
                    ),
                    hint: "Name the one you mean by its id".to_owned(),
                })
            }
        }
    }

    /// Finds the plans to disable in each of `products`. A plan must belong to at least one of them; an id is passed on
    /// when none of the tenant's products can tell.
    pub fn disabled(
        &self,
        products: &[Product],
        plans: &[String],
    ) -> Result<Vec<Vec<String>>, UnknownName> {
        let mut disabled = vec![Vec::new(); products.len()];
        for text in plans {
            let mut known = false;
            for (product, disabled) in products.iter().zip(&mut disabled) {
                if let Some(id) = self.plan_in(product, text) {
                    known = true;
                    if !disabled.contains(&id) {
                        disabled.push(id);
                    }
                }
            }
            if !known {
                let names: Vec<String> = products
                    .iter()
                    .map(|product| format!("`{}`", product.name))
                    .collect();
                return Err(UnknownName {
                    message: format!("No service plan `{text}` in {}", names.join(", ")),
                    hint: self.plan_names(products),
                });
            }
        }
        Ok(disabled)
    }

    /// The id of a service plan of any of the tenant's products, by name or id.
    pub fn find_plan(&self, text: &str) -> Option<String> {
        let id = guid(text);
        let mut plans = self.skus.iter().flat_map(|sku| &sku.service_plans);
        plans
            .find(|plan| {
                plan.name.eq_ignore_ascii_case(text)
                    || id
                        .as_ref()
                        .is_some_and(|id| plan.id.eq_ignore_ascii_case(id))
            })
            .map(|plan| plan.id.to_ascii_lowercase())
    }

    /// The name of a plan, or its id where no product of the tenant has it.
    pub fn plan_name(&self, id: &str) -> String {
        let mut plans = self.skus.iter().flat_map(|sku| &sku.service_plans);
        plans
            .find(|plan| plan.id.eq_ignore_ascii_case(id))
            .map_or_else(|| id.to_owned(), |plan| plan.name.clone())
    }

    /// A message of the server with the names of the products and plans behind their ids.
    pub fn with_names(&self, message: &str) -> String {
        let names = self.names_by_id();
        let mut text = String::new();
        let mut rest = message;
        while let Some((start, id)) = next_guid(rest) {
            let end = start + id.len();
            text.push_str(&rest[..end]);
            if let Some(name) = names.get(&id.to_ascii_lowercase()) {
                text.extend([" (", name, ")"]);
            }
            rest = &rest[end..];
        }
        text + rest
    }

    fn names_by_id(&self) -> BTreeMap<String, &str> {
        let plans = self.skus.iter().flat_map(|sku| &sku.service_plans);
        let plans = plans.map(|plan| (plan.id.to_ascii_lowercase(), plan.name.as_str()));
        let products = self.skus.iter().map(|sku| {
            (
                sku.sku_id.to_ascii_lowercase(),
                sku.sku_part_number.as_str(),
            )
        });
        plans.chain(products).collect()
    }

    fn plan_in(&self, product: &Product, text: &str) -> Option<String> {
        let Some(sku) = self.by_id(&product.id) else {
            return guid(text);
        };
        let is_meant = |plan: &&ServicePlan| {
            plan.name.eq_ignore_ascii_case(text)
                || guid(text).is_some_and(|id| plan.id.eq_ignore_ascii_case(&id))
        };
        sku.service_plans
            .iter()
            .find(is_meant)
            .map(|plan| plan.id.to_ascii_lowercase())
    }

    fn plan_names(&self, products: &[Product]) -> String {
        let plans = products
            .iter()
            .filter_map(|product| self.by_id(&product.id))
            .flat_map(|sku| &sku.service_plans);
        let mut names: Vec<&str> = plans.map(|plan| plan.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return "`zetel licenses list` shows the products of this tenant".to_owned();
        }
        format!("Its plans are {}", names.join(", "))
    }
}

/// Reads a GUID in any spelling; the answer is lower case with hyphens.
pub fn guid(text: &str) -> Option<String> {
    Uuid::try_parse(text)
        .ok()
        .map(|id| id.hyphenated().to_string())
}

/// The first GUID with hyphens in a text, and where it begins.
fn next_guid(text: &str) -> Option<(usize, &str)> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts
        .filter_map(|at| Some((at, text.get(at..at + 36)?)))
        .find(|(_, part)| part.as_bytes()[8] == b'-' && guid(part).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Product, Products, ServicePlan, SubscribedSku, guid};

    const EMS: &str = "b05e124f-c7cc-45a0-a6aa-8cf78c946968";
    const INTUNE: &str = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5";

    fn products() -> Products {
        let plan = ServicePlan {
            id: INTUNE.to_owned(),
            name: "INTUNE_A".to_owned(),
            ..ServicePlan::default()
        };
        let sku = |id: &str, name: &str, plans: &[ServicePlan]| SubscribedSku {
            sku_id: id.to_owned(),
            sku_part_number: name.to_owned(),
            service_plans: plans.to_vec(),
            ..SubscribedSku::default()
        };
        Products::new(vec![
            sku(EMS, "EMSPREMIUM", &[plan]),
            sku("11111111-1111-1111-1111-111111111111", "TWICE", &[]),
            sku("22222222-2222-2222-2222-222222222222", "TWICE", &[]),
        ])
    }

    #[test]
    fn a_product_is_found_by_part_number_and_by_id_in_any_spelling() {
        let expected = Product {
            id: EMS.to_owned(),
            name: "EMSPREMIUM".to_owned(),
        };
        assert_eq!(products().find("emspremium").unwrap(), expected);
        assert_eq!(
            products()
                .find(&format!("{{{}}}", EMS.to_uppercase()))
                .unwrap(),
            expected
        );
    }

    #[test]
    fn a_part_number_on_two_products_names_both_ids() {
        let error = products().find("TWICE").unwrap_err();
        assert!(
            error.message.contains("11111111-") && error.message.contains("22222222-"),
            "{}",
            error.message
        );
    }

    #[test]
    fn an_unknown_id_is_left_to_the_server_and_an_unknown_name_is_not() {
        let unknown = "33333333-3333-3333-3333-333333333333";
        assert_eq!(products().find(unknown).unwrap().name, unknown);
        assert!(products().find("NOPE").is_err());
    }

    #[test]
    fn a_plan_must_belong_to_one_of_the_products() {
        let ems = products().find("EMSPREMIUM").unwrap();
        let twice = products()
            .find("11111111-1111-1111-1111-111111111111")
            .unwrap();
        let both = [ems.clone(), twice];
        let found = products()
            .disabled(&both, &["intune_a".to_owned(), INTUNE.to_uppercase()])
            .unwrap();
        assert_eq!(found, [vec![INTUNE.to_owned()], vec![]]);
        let error = products()
            .disabled(&[ems], &["YAMMER".to_owned()])
            .unwrap_err();
        assert_eq!(error.message, "No service plan `YAMMER` in `EMSPREMIUM`");
        assert_eq!(error.hint, "Its plans are INTUNE_A");
    }

    #[test]
    fn messages_get_names() {
        let text = format!(
            "Subscription with SKU {EMS} does not; plan {INTUNE}, é 00000000-0000-0000-0000-000000000000."
        );
        assert_eq!(
            products().with_names(&text),
            format!(
                "Subscription with SKU {EMS} (EMSPREMIUM) does not; plan {INTUNE} (INTUNE_A), é 00000000-0000-0000-0000-000000000000."
            )
        );
    }

    #[test]
    fn a_guid_has_many_spellings() {
        assert_eq!(
            guid("B05E124FC7CC45A0A6AA8CF78C946968").as_deref(),
            Some(EMS)
        );
        assert_eq!(guid("EMSPREMIUM"), None);
    }
}
