//! A subscription as pages show it.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    subscription::{ManagedBy, NextChange, Status, Subscription},
};

use super::{Standing, day};
use crate::words::Words;

/// A subscription in a row.
pub(crate) struct Purchase {
    /// Its product's id.
    pub sku_id: Uuid,
    /// Its product's name.
    pub product: String,
    /// Seats, or devices.
    pub quantity: u32,
    /// How it was bought, behind `channel-`.
    pub channel: &'static str,
    /// Who changes it, behind `managed-by-`.
    pub managed_by: &'static str,
    /// The length of a term.
    pub months: u16,
    /// What happens next, behind `next-`, and on which day.
    pub next: Option<(&'static str, String)>,
    /// How it stands.
    pub standing: Standing,
}

impl Purchase {
    /// A subscription of a tenant.
    pub fn of(tenant: &Tenant, bought: &Subscription, words: Words) -> Option<Self> {
        let product = tenant.product(bought.product)?;
        let next = bought.next_change().map(|(at, next)| {
            let word = match next {
                NextChange::Renewal => "renewal",
                NextChange::Status(Status::Suspended | Status::LockedOut) => "suspended",
                NextChange::Status(Status::Deleted) => "deleted",
                NextChange::Status(_) => "grace",
            };
            (word, day(at, words))
        });
        Some(Self {
            sku_id: product.sku_id,
            product: product.name.clone(),
            quantity: bought.quantity,
            channel: bought.channel.as_str(),
            managed_by: match bought.channel.managed_by() {
                ManagedBy::VolumeLicensingPortal => "portal",
                ManagedBy::Partner(_) => "partner",
                ManagedBy::Organization => "here",
            },
            months: bought.term.months,
            next,
            standing: Standing::of_status(bought.status),
        })
    }
}
