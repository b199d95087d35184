//! How a product stands: in words for every page.

use zetel_domain::{
    product::OwnedProduct,
    subscription::{SeatTotals, Status},
};

use super::{
    is_assignable,
    seats::{Fill, Seats},
};

/// How a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Key of the word.
    pub key: &'static str,
    /// Class that colors it: `good`, `warn`, `bad`, or none.
    pub class: &'static str,
}

impl Standing {
    /// That of a product with its seats.
    pub fn of(product: &OwnedProduct, totals: &SeatTotals) -> Self {
        let (key, class) = match totals.status() {
            Status::Warning => ("standing-grace", "warn"),
            Status::Suspended => ("standing-suspended", "bad"),
            Status::LockedOut => ("standing-canceled", "bad"),
            Status::Deleted => ("standing-gone", "bad"),
            Status::Enabled if !is_assignable(product) => ("standing-active", "good"),
            Status::Enabled => match Seats::of(totals).fill() {
                Fill::Over => ("standing-over", "bad"),
                Fill::Full => ("standing-full", "bad"),
                Fill::Scarce => ("standing-scarce", "warn"),
                Fill::Room => ("standing-active", "good"),
            },
        };
        Self { key, class }
    }

    /// That of a subscription.
    pub const fn of_status(status: Status) -> Self {
        let (key, class) = match status {
            Status::Enabled => ("standing-active", "good"),
            Status::Warning => ("standing-grace", "warn"),
            Status::Suspended => ("standing-suspended", "bad"),
            Status::LockedOut => ("standing-canceled", "bad"),
            Status::Deleted => ("standing-gone", ""),
        };
        Self { key, class }
    }
}
