//! What the guard stops, and how to do it all the same.

use zetel_domain::{Rejection, Tenant};

/// A change that the guard stops.
pub(crate) struct Stopped {
    /// The token by which it is confirmed.
    pub token: String,
    /// How many users would lose a service.
    pub users: u32,
    /// Products by name, and how many of how many holders would lose each.
    pub products: Vec<(String, u32, u32)>,
    /// Whether somebody else must approve it first.
    pub needs_approval: bool,
}

impl Stopped {
    /// What a refusal says of it; nothing if it is none of the guard's.
    pub fn of(tenant: &Tenant, rejection: &Rejection) -> Option<Self> {
        let Rejection::Guarded {
            token,
            users,
            products,
            needs_approval,
        } = rejection
        else {
            return None;
        };
        let products = products.iter().map(|(sku_id, lose, of)| {
            let product = tenant.find_product(*sku_id);
            let product = product.and_then(|product| tenant.product(product));
            let name = product.map_or_else(|| sku_id.to_string(), |product| product.name.clone());
            (name, *lose, *of)
        });
        Some(Self {
            token: token.clone(),
            users: *users,
            products: products.collect(),
            needs_approval: *needs_approval,
        })
    }
}
