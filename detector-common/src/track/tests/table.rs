//! Tables that are plain maps with a limit.

use core::hash::Hash;
use std::{collections::HashMap, vec::Vec};

use crate::{
    mark::Mark,
    prefix::{PrefixCounters, PrefixKey},
    sample::Sample,
    tables::{Evidence, Prefixes, Table},
};

/// A map that refuses what would make it larger than its capacity, and counts that.
#[derive(Debug)]
pub(super) struct TestTable<K, V> {
    pub(super) values: HashMap<K, V>,
    pub(super) capacity: usize,
    pub(super) refused: u32,
}

impl<K, V> Default for TestTable<K, V> {
    fn default() -> Self {
        Self {
            values: HashMap::new(),
            capacity: usize::MAX,
            refused: 0,
        }
    }
}

impl<K: Eq + Hash, V> TestTable<K, V> {
    pub(super) fn of<const N: usize>(values: [(K, V); N]) -> Self {
        Self {
            values: HashMap::from(values),
            ..Self::default()
        }
    }
}

impl<K: Eq + Hash + Copy, V: Copy> Table<K, V> for TestTable<K, V> {
    fn get(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    fn insert(&mut self, key: &K, value: &V) -> Option<&mut V> {
        if self.values.len() >= self.capacity && !self.values.contains_key(key) {
            self.refused += 1;
            return None;
        }
        Some(self.values.entry(*key).or_insert(*value))
    }
}

/// The counters of all prefixes.
#[derive(Debug, Default)]
pub(super) struct TestPrefixes(pub(super) TestTable<PrefixKey, PrefixCounters>);

impl Prefixes for TestPrefixes {
    type Counters<'a> = PrefixCounters;

    fn change(
        &mut self,
        key: &PrefixKey,
        is_welcome: bool,
        change: impl FnOnce(&mut PrefixCounters),
    ) {
        let counters = if is_welcome {
            self.0.insert(key, &PrefixCounters::default())
        } else {
            self.0.get(key)
        };
        if let Some(counters) = counters {
            change(counters);
        }
    }
}

/// Marks and samples, in the order they came.
#[derive(Debug, Default)]
pub(super) struct TestEvidence {
    pub(super) marks: Vec<Mark>,
    pub(super) samples: Vec<Sample>,
}

impl Evidence for TestEvidence {
    fn count(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    fn sample(&mut self, sample: &Sample) {
        self.samples.push(*sample);
    }
}
