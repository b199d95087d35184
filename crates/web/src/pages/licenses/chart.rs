//! The picture of a product's seats: a bar of those that are used beside one of those that there are.

use crate::view::Seats;

/// Width of the whole picture.
const WIDTH: u32 = 600;

/// Where the bars end.
pub(super) struct Chart {
    /// The bar of seats that can be used.
    pub usable: u32,
    /// The bar of seats that are used, as far as there are seats.
    pub used: u32,
    /// What is used beyond that.
    pub over: u32,
}

impl Chart {
    /// Width of the whole picture.
    #[expect(clippy::unused_self, reason = "templates ask the chart")]
    pub const fn width(&self) -> u32 {
        WIDTH
    }

    /// That of some seats.
    pub fn of(seats: &Seats) -> Self {
        let most = u64::from(seats.usable.max(seats.used).max(1));
        let end = |count: u32| {
            let end = u64::from(count) * u64::from(WIDTH) / most;
            u32::try_from(end).unwrap_or(WIDTH)
        };
        let used = end(seats.used.min(seats.usable));
        Self {
            usable: end(seats.usable),
            used,
            over: end(seats.used).saturating_sub(used),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(usable: u32, used: u32) -> (u32, u32, u32) {
        let chart = Chart::of(&Seats {
            usable,
            used,
            free: usable.saturating_sub(used),
        });
        (chart.usable, chart.used, chart.over)
    }

    #[test]
    fn the_longer_bar_takes_the_whole_width() {
        assert_eq!(chart(100, 25), (600, 150, 0));
        assert_eq!(chart(50, 100), (300, 300, 300));
        assert_eq!(chart(0, 0), (0, 0, 0));
        assert_eq!(chart(u32::MAX, u32::MAX), (600, 600, 0));
    }
}
