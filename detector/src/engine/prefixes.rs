//! The host's counters of all prefixes, as many as the kernel has room for: what is refused is counted.

use std::collections::HashSet;

use detector_common::{
    prefix::{PrefixCounters, PrefixKey},
    tables::Prefixes,
};
use foldhash::fast::RandomState;
use indexmap::map::Entry;

use crate::snapshot::{Snapshot, Tracked};

/// Counters of all prefixes.
#[derive(Debug)]
pub struct HostPrefixes {
    /// What is tracked.
    pub counters: Snapshot,
    /// Prefixes that there was no room for, each time one was met.
    pub refused: u64,
    changed: HashSet<PrefixKey, RandomState>,
    capacity: usize,
}

impl HostPrefixes {
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            counters: Snapshot::new(),
            refused: 0,
            changed: HashSet::default(),
            capacity: capacity as usize,
        }
    }

    /// Shows what changed since the last call.
    pub(super) fn show_changed(&mut self, show: &mut dyn FnMut(&Tracked)) {
        let counters = &self.counters;
        let each = self.changed.drain();
        each.filter_map(|key| Some((key, *counters.get(&key)?)))
            .for_each(|changed| show(&changed));
    }
}

impl Prefixes for HostPrefixes {
    type Counters<'a> = PrefixCounters;

    fn change(
        &mut self,
        key: &PrefixKey,
        is_welcome: bool,
        change: impl FnOnce(&mut PrefixCounters),
    ) {
        let has_room = self.counters.len() < self.capacity;
        match self.counters.entry(*key) {
            Entry::Occupied(entry) => change(entry.into_mut()),
            Entry::Vacant(entry) if is_welcome && has_room => {
                change(entry.insert(PrefixCounters::default()));
            }
            Entry::Vacant(_) => {
                self.refused += u64::from(is_welcome);
                return;
            }
        }
        self.changed.insert(*key);
    }
}

#[cfg(test)]
mod tests {
    use detector_common::address::Address;

    use super::*;

    #[test]
    fn full_prefixes_refuse_the_new_and_keep_the_old() {
        let [a, b] = [1, 2].map(|net| PrefixKey(Address::v4([198, 51, net, 0])));
        let mut prefixes = HostPrefixes::new(1);
        for key in [a, b, a] {
            prefixes.change(&key, true, |counters| counters.0[0] += 1);
        }
        prefixes.change(&b, false, |counters| counters.0[0] += 1);
        assert_eq!(prefixes.counters[&a].0[0], 2);
        assert_eq!((prefixes.counters.len(), prefixes.refused), (1, 1));
    }
}
