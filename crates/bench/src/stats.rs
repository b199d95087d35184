//! Samples of one figure, one per round.

/// What was measured in the rounds of one run, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds the figure of a round.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Forgets the figure of the first round.
    pub fn drop_first(&mut self) {
        if !self.0.is_empty() {
            self.0.remove(0);
        }
    }

    /// The figure in the middle; not a number without any.
    pub fn median(&self) -> f64 {
        median(&mut self.0.clone())
    }

    /// The least figure.
    pub fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The greatest figure.
    pub fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Every figure divided by the other's of the same round, so that a slow moment of the machine counts on both sides.
    pub fn over(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(ours, theirs)| ours / theirs)
                .collect(),
        )
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}

/// The figure in the middle, or the mean of the two there.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (
        values.get(middle),
        middle.checked_sub(1).and_then(|below| values.get(below)),
    ) {
        (Some(upper), Some(lower)) if values.len().is_multiple_of(2) => {
            f64::midpoint(*lower, *upper)
        }
        (Some(only), _) => *only,
        (None, _) => f64::NAN,
    }
}

/// A count as a figure.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run stay far below 2^52"
)]
pub fn figure(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_taken_and_ratios_are_by_round() {
        let ours: Samples = [30.0, 10.0, 40.0].into_iter().collect();
        let limit: Samples = [60.0, 100.0, 40.0].into_iter().collect();
        assert!((ours.median() - 30.0).abs() < 1e-9);
        assert!((ours.over(&limit).median() - 0.5).abs() < 1e-9);
        assert!((median(&mut [4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
        assert!((ours.min(), ours.max()) == (10.0, 40.0));
        assert!(Samples::default().median().is_nan());
    }
}
