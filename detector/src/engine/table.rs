//! The host's tables, bounded like the kernel's: what they refuse is counted.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    num::NonZeroUsize,
};

use detector_common::{
    destination::{DestinationKey, DestinationState},
    prefix::{PrefixCounters, PrefixKey},
    tables::{Prefixes, Table},
};
use foldhash::fast::RandomState;
use indexmap::map::Entry;
use lru::LruCache;

use crate::snapshot::{Snapshot, Tracked};

/// A table that refuses what it has no room for. Hashed as the LRU tables are: with a seed, for
/// whoever makes a capture chooses the keys.
#[derive(Debug)]
pub struct HostTable<K, V> {
    /// What it holds.
    pub entries: HashMap<K, V, RandomState>,
    /// Inserts that it refused.
    pub refused: u64,
    capacity: usize,
}

impl<K, V> HostTable<K, V> {
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            entries: HashMap::default(),
            refused: 0,
            capacity: capacity as usize,
        }
    }
}

impl<K: Eq + Hash + Copy, V: Copy> Table<K, V> for HostTable<K, V> {
    fn get(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    fn insert(&mut self, key: &K, value: &V) -> Option<&mut V> {
        if self.entries.len() >= self.capacity && !self.entries.contains_key(key) {
            self.refused += 1;
            return None;
        }
        Some(self.entries.entry(*key).or_insert(*value))
    }
}

/// A table of one entry that is always there, like an array of the kernel.
#[derive(Debug, Default)]
pub struct HostCell<V>(pub V);

impl<V: Copy> Table<u32, V> for HostCell<V> {
    fn get(&mut self, _key: &u32) -> Option<&mut V> {
        Some(&mut self.0)
    }

    fn insert(&mut self, _key: &u32, _value: &V) -> Option<&mut V> {
        Some(&mut self.0)
    }
}

/// A table that forgets what was not asked for the longest.
#[derive(Debug)]
pub struct HostLru<K: Eq + Hash, V>(pub LruCache<K, V>);

impl<K: Eq + Hash, V> HostLru<K, V> {
    pub(super) fn new(capacity: u32) -> Self {
        let capacity = NonZeroUsize::new(capacity as usize).unwrap_or(NonZeroUsize::MIN);
        Self(LruCache::sparse(capacity))
    }
}

impl<K: Eq + Hash + Copy, V: Copy> HostLru<K, V> {
    /// A copy of all that it holds.
    pub fn entries(&self) -> HashMap<K, V> {
        let entries = self.0.iter();
        entries.map(|(key, value)| (*key, *value)).collect()
    }
}

impl<K: Eq + Hash + Copy, V: Copy> Table<K, V> for HostLru<K, V> {
    fn get(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    fn insert(&mut self, key: &K, value: &V) -> Option<&mut V> {
        Some(self.0.get_or_insert_mut(*key, || *value))
    }
}

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
}

impl HostPrefixes {
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

/// All destinations: those that answered stay, of the others the oldest goes.
#[derive(Debug)]
pub struct HostDestinations {
    /// Those that answered.
    pub known: HostTable<DestinationKey, DestinationState>,
    candidates: HostLru<DestinationKey, DestinationState>,
}

impl HostDestinations {
    pub(super) fn new(capacity_each: u32) -> Self {
        Self {
            known: HostTable::new(capacity_each),
            candidates: HostLru::new(capacity_each),
        }
    }

    /// All of them.
    pub fn entries(&self) -> HashMap<DestinationKey, DestinationState> {
        let mut entries = self.candidates.entries();
        entries.extend(&self.known.entries);
        entries
    }

    /// Those that answered.
    pub(super) fn answered(&self) -> Vec<(DestinationKey, DestinationState)> {
        let mut all: Vec<_> = self.entries().into_iter().collect();
        all.retain(|(_, state)| state.has_answered());
        all
    }

    pub(super) fn forget(&mut self, key: &DestinationKey) {
        self.known.entries.remove(key);
        self.candidates.0.pop(key);
    }

    /// A candidate that has answered is one no more.
    fn promote(&mut self, key: &DestinationKey) {
        let candidate = self.candidates.0.peek(key);
        if let Some(state) = candidate.filter(|state| state.has_answered()).copied()
            && self.known.insert(key, &state).is_some()
        {
            self.candidates.0.pop(key);
        }
    }
}

impl Table<DestinationKey, DestinationState> for HostDestinations {
    fn get(&mut self, key: &DestinationKey) -> Option<&mut DestinationState> {
        if !self.known.entries.contains_key(key) {
            self.promote(key);
        }
        match self.known.get(key) {
            Some(known) => Some(known),
            None => self.candidates.get(key),
        }
    }

    fn insert(
        &mut self,
        key: &DestinationKey,
        value: &DestinationState,
    ) -> Option<&mut DestinationState> {
        self.promote(key);
        if self.known.entries.contains_key(key) {
            return self.known.get(key);
        }
        if value.has_answered() {
            return self.known.insert(key, value);
        }
        self.candidates.insert(key, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_refuses_the_new_and_keeps_the_old() {
        let mut table = HostTable::new(2);
        for key in 0..4 {
            table.insert(&key, &key);
        }
        assert!(table.insert(&1, &9).is_some_and(|value| *value == 1));
        assert_eq!((table.entries.len(), table.refused), (2, 2));
    }

    #[test]
    fn a_full_lru_forgets_what_was_not_asked_for_the_longest() {
        let mut table = HostLru::new(2);
        table.insert(&1, &'a');
        table.insert(&2, &'b');
        assert_eq!(table.get(&1), Some(&mut 'a'));
        table.insert(&3, &'c');
        assert_eq!(table.entries(), HashMap::from([(1, 'a'), (3, 'c')]));
    }

    #[test]
    fn full_prefixes_refuse_the_new_and_keep_the_old() {
        let [a, b] =
            [1, 2].map(|net| PrefixKey(detector_common::address::Address::v4([198, 51, net, 0])));
        let mut prefixes = HostPrefixes::new(1);
        for key in [a, b, a] {
            prefixes.change(&key, true, |counters| counters.0[0] += 1);
        }
        prefixes.change(&b, false, |counters| counters.0[0] += 1);
        assert_eq!(prefixes.counters[&a].0[0], 2);
        assert_eq!((prefixes.counters.len(), prefixes.refused), (1, 1));
    }
}
