//! Sets of hosts of one prefix, as the counters keep them: 256 places, exact in a /24.

use serde::{Deserialize, Serialize};

/// A set of hosts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct HostSet(pub [u32; 8]);

impl HostSet {
    /// How many there are.
    pub fn len(self) -> u32 {
        self.0.into_iter().map(u32::count_ones).sum()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    /// Those that are in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.with(other, |a, b| a | b)
    }

    /// Those that are not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        self.with(other, |a, b| a & !b)
    }

    fn with(self, other: Self, combine: fn(u32, u32) -> u32) -> Self {
        Self(std::array::from_fn(|word| {
            combine(self.0[word], other.0[word])
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_combine_word_by_word() {
        let a = HostSet([0b0110, 0, 0, 0, 0, 0, 0, 1]);
        let b = HostSet([0b0011, 0, 0, 0, 0, 0, 0, 1 << 31]);
        assert_eq!(a.and(b), HostSet([0b0010, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(a.or(b).len(), 5);
        assert_eq!(a.without(b), HostSet([0b0100, 0, 0, 0, 0, 0, 0, 1]));
        assert!(a.without(a).is_empty() && !a.is_empty());
    }
}
