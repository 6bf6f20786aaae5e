//! The host's tables, bounded like the kernel's: what they refuse is counted.

use std::{collections::HashMap, hash::Hash, num::NonZeroUsize};

use detector_common::tables::Table;
use foldhash::fast::RandomState;
use lru::LruCache;

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
}
