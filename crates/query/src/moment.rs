//! Comparing points in time.

use crate::Comparison;

const SECOND: i128 = 1_000_000_000;

/// What a point in time is compared with, in nanoseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeMatch {
    /// It is one of these; nothing stands for `null`.
    Equal(Vec<Option<i128>>),
    /// It is there.
    Compare(Comparison, i128),
}

impl TimeMatch {
    /// Whether a point in time fits, given in seconds since 1970. Nothing, which is `null`, fits nothing but `null`.
    pub fn fits(&self, seconds: Option<i64>) -> bool {
        let at = seconds.map(|seconds| i128::from(seconds) * SECOND);
        match self {
            Self::Equal(values) => values.contains(&at),
            Self::Compare(comparison, value) => {
                at.is_some_and(|at| comparison.holds(at.cmp(value)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_second_count() {
        let after = TimeMatch::Compare(Comparison::GreaterOrEqual, 7 * SECOND + 1);
        assert!(!after.fits(Some(7)) && after.fits(Some(8)) && !after.fits(None));
        let equal = TimeMatch::Equal(vec![Some(7 * SECOND), None]);
        assert!(equal.fits(Some(7)) && equal.fits(None) && !equal.fits(Some(8)));
        assert!(!TimeMatch::Equal(vec![Some(7 * SECOND + 1)]).fits(Some(7)));
    }
}
