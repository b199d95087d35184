//! The seats of a product.

use zetel_domain::subscription::SeatTotals;

/// How full a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// More than a tenth is free.
    Room,
    /// A tenth or less is free.
    Scarce,
    /// Nothing is free.
    Full,
    /// More is used than there is.
    Over,
}

impl Fill {
    /// The word in class names, and in messages behind `seats-`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Scarce => "scarce",
            Self::Full => "full",
            Self::Over => "over",
        }
    }
}

/// The seats of a product as pages show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seats {
    /// Seats that can be used: those of paid subscriptions and of those in grace.
    pub usable: u32,
    /// Distinct holders.
    pub used: u32,
    /// Seats that are left.
    pub free: u32,
}

impl Seats {
    /// Those of a product.
    pub const fn of(totals: &SeatTotals) -> Self {
        Self {
            usable: totals.enabled.saturating_add(totals.warning),
            used: totals.consumed,
            free: totals.available(),
        }
    }

    /// Seats that are used beyond those that there are.
    pub const fn missing(&self) -> u32 {
        self.used.saturating_sub(self.usable)
    }

    /// How full it is.
    pub const fn fill(&self) -> Fill {
        if self.used > self.usable {
            Fill::Over
        } else if self.free == 0 {
            Fill::Full
        } else if self.free <= self.usable / 10 {
            Fill::Scarce
        } else {
            Fill::Room
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_scarce_from_a_tenth_on() {
        let fill = |usable, used: u32| {
            Seats {
                usable,
                used,
                free: u32::saturating_sub(usable, used),
            }
            .fill()
        };
        assert_eq!(fill(100, 89), Fill::Room);
        assert_eq!(fill(100, 90), Fill::Scarce);
        assert_eq!(fill(100, 100), Fill::Full);
        assert_eq!(fill(100, 101), Fill::Over);
        assert_eq!(fill(0, 0), Fill::Full);
    }
}
