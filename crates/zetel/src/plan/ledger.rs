//! Seats before and after a planned change.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::client::products::Products;
use crate::fingerprint::fingerprint;
use crate::output::Record;

/// The seats of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatChange {
    /// Part number.
    pub product: String,
    /// Seats that can be assigned.
    pub total: i64,
    /// In use now.
    pub used_before: i64,
    /// In use afterwards.
    pub used_after: i64,
    /// Free afterwards; negative where more are in use than were bought.
    pub free_after: i64,
}

impl Record for SeatChange {
    const COLUMNS: &'static [&'static str] =
        &["product", "total", "usedBefore", "usedAfter", "freeAfter"];

    fn cells(&self) -> Vec<String> {
        let numbers = [
            self.total,
            self.used_before,
            self.used_after,
            self.free_after,
        ];
        std::iter::once(self.product.clone())
            .chain(numbers.map(|number| number.to_string()))
            .collect()
    }
}

/// Counts seats while users are planned one after another.
#[derive(Debug, Default)]
pub struct Ledger {
    seats: BTreeMap<String, Seats>,
    /// Pairs of user and product that were planned, as fingerprints: eight bytes each for a million rows.
    planned: HashSet<u64>,
}

#[derive(Debug)]
struct Seats {
    name: String,
    total: i64,
    before: i64,
    after: i64,
    concerned: bool,
}

impl Ledger {
    /// The seats as they are.
    pub fn new(products: &Products) -> Self {
        let seats = products.all().iter().map(|sku| {
            let seats = Seats {
                name: sku.sku_part_number.clone(),
                total: sku.total(),
                before: sku.consumed_units,
                after: sku.consumed_units,
                concerned: false,
            };
            (sku.sku_id.to_ascii_lowercase(), seats)
        });
        Self {
            seats: seats.collect(),
            planned: HashSet::new(),
        }
    }

    /// Notes that a product is planned for a user; false when it was before.
    pub fn is_first_time(&mut self, user: &str, product_id: &str) -> bool {
        self.planned
            .insert(fingerprint(&[&user.to_lowercase(), product_id]))
    }

    /// Why one more seat cannot be had, with the figures; `None` when it can.
    pub fn shortage(&self, product_id: &str) -> Option<String> {
        let seats = self.seats.get(product_id)?;
        (seats.after >= seats.total).then(|| format!("no free seat: all {} are taken", seats.total))
    }

    /// Takes (1), frees (-1) or merely concerns (0) seats of a product.
    pub fn shift(&mut self, product_id: &str, by: i64) {
        if let Some(seats) = self.seats.get_mut(product_id) {
            seats.after += by;
            seats.concerned = true;
        }
    }

    /// The products concerned, by part number.
    pub fn changes(&self) -> Vec<SeatChange> {
        let mut changes: Vec<SeatChange> = self
            .seats
            .values()
            .filter(|seats| seats.concerned)
            .map(|seats| SeatChange {
                product: seats.name.clone(),
                total: seats.total,
                used_before: seats.before,
                used_after: seats.after,
                free_after: seats.total - seats.after,
            })
            .collect();
        changes.sort_by(|one, other| one.product.cmp(&other.product));
        changes
    }
}
