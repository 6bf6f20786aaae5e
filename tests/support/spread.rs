//! The middle of some numbers and their ends.

use serde_json::{Value, json};

/// Of the same thing, measured several times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The least of them.
    pub least: f64,
    /// The one in the middle.
    pub median: f64,
    /// The greatest of them.
    pub most: f64,
}

impl Spread {
    /// Of an odd number of numbers; of an even one, the upper of the two in the middle.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
        Self {
            least: at(0),
            median: at(numbers.len() / 2),
            most: at(numbers.len().saturating_sub(1)),
        }
    }

    /// As a cell of a table, with so many decimals.
    pub fn cell(&self, decimals: usize) -> String {
        let Self {
            least,
            median,
            most,
        } = self;
        format!("{median:.decimals$} ({least:.decimals$}–{most:.decimals$})")
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({ "least": self.least, "median": self.median, "most": self.most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_round_that_was_disturbed_does_not_move_the_median() {
        let spread = Spread::of([3.0, 90.0, 1.0, 2.0, 2.5]);
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 2.5, 90.0));
        assert_eq!(spread.cell(1), "2.5 (1.0–90.0)");
    }
}
