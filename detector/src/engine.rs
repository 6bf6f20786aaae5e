//! The kernel's engine on the host: the same `track` over collections instead of maps.
//!
//! Used where packets come from elsewhere than a hook: the offline demo, and the test that holds
//! the kernel against the host.

use std::{collections::HashMap, hash::Hash};

use detector_common::{
    classify::Judgement,
    destination::{DestinationKey, DestinationState},
    flow::{Direction, FlowKey, FlowState},
    mark::Mark,
    packet::parse,
    prefix::{PrefixCounters, PrefixKey},
    sample::{Budget, Sample},
    skip::Skip,
    tables::{Evidence, Prefixes, Table, Tables},
    time::Nanos,
    track::track,
    tuning::Tuning,
    vantage::Vantage,
    wire::link::LinkLayer,
};

use crate::snapshot::Snapshot;

/// A hash map that grows as it needs.
#[derive(Debug)]
pub struct HostTable<K, V>(pub HashMap<K, V>);

impl<K: Eq + Hash + Copy, V: Copy> Table<K, V> for HostTable<K, V> {
    fn get(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    fn insert(&mut self, key: &K, value: &V) -> Option<&mut V> {
        Some(self.0.entry(*key).or_insert(*value))
    }

    fn remove(&mut self, key: &K) {
        self.0.remove(key);
    }
}

/// Counters of all prefixes.
#[derive(Debug, Default)]
pub struct HostPrefixes(pub Snapshot);

impl Prefixes for HostPrefixes {
    type Counters<'a> = &'a mut PrefixCounters;

    fn get(&mut self, key: &PrefixKey) -> Option<&mut PrefixCounters> {
        self.0.get_mut(key)
    }

    fn insert(&mut self, key: &PrefixKey) -> Option<&mut PrefixCounters> {
        Some(self.0.entry(*key).or_default())
    }
}

/// Marks counted, and the samples since they were last taken.
#[derive(Debug, Default)]
pub struct HostEvidence {
    /// Connections by mark, in the order of [`Mark::ALL`].
    pub marks: [u64; Mark::COUNT],
    /// Samples, the oldest first.
    pub samples: Vec<Sample>,
    /// Samples that were not wanted.
    pub lost: u64,
    budget: Budget,
}

impl Evidence for HostEvidence {
    fn count(&mut self, mark: Mark) {
        self.marks[mark.index()] += 1;
    }

    fn sample(&mut self, sample: &Sample) {
        if self.budget.spend(sample.at) {
            self.samples.push(*sample);
        } else {
            self.lost += 1;
        }
    }
}

type HostTables = Tables<
    HostTable<FlowKey, FlowState>,
    HostTable<DestinationKey, DestinationState>,
    HostTable<DestinationKey, DestinationState>,
    HostPrefixes,
    HostTable<u32, Vantage>,
    HostEvidence,
>;

/// The engine and its tables.
pub struct Engine {
    tuning: Tuning,
    /// The tables, open to whoever compares them.
    pub tables: HostTables,
    /// Packets not followed, in the order of [`Skip::ALL`].
    pub skips: [u64; Skip::ALL.len()],
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(tuning: Tuning) -> Self {
        Self {
            tuning,
            tables: Tables {
                flows: HostTable(HashMap::new()),
                destinations: HostTable(HashMap::new()),
                candidates: HostTable(HashMap::new()),
                prefixes: HostPrefixes::default(),
                vantage: HostTable(HashMap::from([(0, Vantage::default())])),
                evidence: HostEvidence::default(),
            },
            skips: [0; Skip::ALL.len()],
        }
    }

    /// Accounts for one frame, and returns the verdict where it ends a connection.
    pub fn observe(
        &mut self,
        frame: &[u8],
        link: LinkLayer,
        direction: Direction,
        now: Nanos,
    ) -> Option<Judgement> {
        match parse(frame, link) {
            Ok(packet) => track(&mut self.tables, &packet, direction, now, &self.tuning),
            Err(skip) => {
                self.skips[skip as usize] += 1;
                None
            }
        }
    }

    /// The counters of every prefix.
    pub const fn snapshot(&self) -> &Snapshot {
        &self.tables.prefixes.0
    }
}
