//! The counters of all prefixes, as they lie in this process's memory: which of them changed, and what they are.
//!
//! A look costs a word for each prefix there is room for, and a copy for each that changed. Must not know: which number
//! is whose for how long.

use std::sync::atomic::{AtomicU64, Ordering, fence};

use detector_common::{
    maps,
    prefix::{Change, PrefixCounters, PrefixKey},
};

use super::{descriptors::Descriptors, mapped::Mapped, table::mapped};
use crate::{failure::Failure, snapshot::Tracked};

/// Looks at one prefix in a row, where it keeps changing: each takes less time than two packets need.
const LOOKS: usize = 4;

/// A view of its own: it knows what it saw last.
pub struct Counters {
    values: Mapped<PrefixCounters>,
    changes: Mapped<Change>,
    keys: Mapped<PrefixKey>,
    /// The changes that the last look saw, by number.
    seen: Vec<u64>,
}

impl Counters {
    /// Maps them; there is room for `capacity`.
    pub(super) fn of(descriptors: &Descriptors, capacity: u32) -> Result<Self, Failure> {
        Ok(Self {
            values: mapped(descriptors, maps::COUNTERS, capacity)?,
            changes: mapped(descriptors, maps::CHANGES, capacity)?,
            keys: mapped(descriptors, maps::PREFIXES, capacity)?,
            seen: vec![0; capacity as usize],
        })
    }

    /// Shows what changed since the last look, except the numbers that are left out. A prefix that changes all the
    /// time meanwhile comes the next time.
    pub fn look(&mut self, show: &mut dyn FnMut(&Tracked), is_left_out: impl Fn(usize) -> bool) {
        for number in 0..self.seen.len() {
            let Some(change) = self.change(number) else {
                return;
            };
            if self.seen[number] != change.load(Ordering::Relaxed)
                && !is_left_out(number)
                && let Some((key, counters, at)) = self.whole(number)
            {
                self.seen[number] = at;
                show(&(key, counters));
            }
        }
    }

    /// The counters of one number, whoever writes them meanwhile.
    pub(super) fn read(&self, number: usize) -> Option<PrefixCounters> {
        self.values.read(number)
    }

    /// Nobody counts under this number any more.
    pub(super) fn clear(&mut self, number: usize) {
        self.values.write(number, &PrefixCounters::default());
        self.changes.write(number, &Change::default());
        self.seen[number] = 0;
    }

    fn change(&self, number: usize) -> Option<&AtomicU64> {
        self.changes.words(number)?.first()
    }

    /// Counters that belong together, and at which change they are.
    fn whole(&self, number: usize) -> Option<(PrefixKey, PrefixCounters, u64)> {
        let change = self.change(number)?;
        for _look in 0..LOOKS {
            let before = change.load(Ordering::Acquire);
            let counters = self.values.read(number)?;
            fence(Ordering::Acquire);
            let is_same = change.load(Ordering::Relaxed) == before;
            if is_same && Change(before).is_whole() {
                return Some((self.keys.read(number)?, counters, before));
            }
        }
        None
    }
}
