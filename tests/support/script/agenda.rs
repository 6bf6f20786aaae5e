//! What happens when. Things of the same time happen in the order in which they were planned.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

/// Times in order, and what is planned for each.
pub(super) struct Agenda<T> {
    times: BinaryHeap<Reverse<(Duration, u64)>>,
    planned: BTreeMap<u64, T>,
    count: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self {
            times: BinaryHeap::new(),
            planned: BTreeMap::new(),
            count: 0,
        }
    }
}

impl<T> Agenda<T> {
    /// Plans something.
    pub(super) fn add(&mut self, at: Duration, what: T) {
        self.times.push(Reverse((at, self.count)));
        self.planned.insert(self.count, what);
        self.count += 1;
    }

    /// Takes out what is next, unless that is later than `until`.
    pub(super) fn next(&mut self, until: Duration) -> Option<(Duration, T)> {
        let Reverse((at, _)) = *self.times.peek()?;
        if at > until {
            return None;
        }
        let Reverse((at, number)) = self.times.pop()?;
        Some((at, self.planned.remove(&number)?))
    }
}
