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

/// Hosts by what became of them since the failures began.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Hosts {
    alive: HostSet,
    failed: HostSet,
    /// Failed before: those say nothing of the present.
    before: HostSet,
    /// Failed at any time since.
    ever: HostSet,
}

impl Hosts {
    /// How things stood before anything failed since.
    pub fn settled(alive: HostSet, failed: HostSet) -> Self {
        Self {
            alive,
            failed,
            before: failed,
            ever: HostSet::default(),
        }
    }

    /// Hosts that once answered, and those that failed when last heard of.
    pub const fn latest(&self) -> (HostSet, HostSet) {
        (self.alive, self.failed)
    }

    /// Takes in how things stand: hosts that once answered, and those that failed when last heard of.
    pub fn take_in(&mut self, alive: HostSet, failed: HostSet) {
        self.alive = alive;
        self.failed = failed.and(alive);
        self.before = self.before.and(self.failed);
        self.ever = self.ever.or(self.failing());
    }

    /// What failed so far is another matter.
    pub fn begin_anew(&mut self) {
        self.before = self.failed;
        self.ever = HostSet::default();
    }

    /// Those that fail, and did not before.
    pub fn failing(&self) -> HostSet {
        self.failed.without(self.before)
    }

    /// Those that failed since, and answer again.
    pub fn recovered(&self) -> HostSet {
        self.ever.without(self.failed)
    }

    /// Those of which the latest word is good.
    pub fn working(&self) -> HostSet {
        self.alive.without(self.failed)
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

    fn hosts(bits: u32) -> HostSet {
        HostSet([bits, 0, 0, 0, 0, 0, 0, 0])
    }

    #[test]
    fn a_host_that_failed_before_neither_fails_nor_recovers() {
        let mut history = Hosts::default();
        history.take_in(hosts(0b1111), hosts(0b0001));
        history.begin_anew();
        history.take_in(hosts(0b1111), hosts(0b0111));
        assert_eq!(history.failing(), hosts(0b0110));
        history.take_in(hosts(0b1111), hosts(0b0100));
        assert_eq!(history.recovered(), hosts(0b0010));
        assert_eq!(history.working(), hosts(0b1011));
        // Once it worked, its next failure is news.
        history.take_in(hosts(0b1111), hosts(0b0101));
        assert_eq!(history.failing(), hosts(0b0101));
    }
}
