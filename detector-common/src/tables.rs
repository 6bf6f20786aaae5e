//! Where the engine keeps its state: the seam between one source and two stores, BPF maps in the
//! kernel and collections on the host.

use crate::{
    mark::Mark,
    prefix::{Count, PrefixKey},
    sample::Sample,
};

/// A bounded table.
pub trait Table<K, V> {
    /// The value of `key`, to be changed in place.
    fn get(&mut self, key: &K) -> Option<&mut V>;

    /// Stores `value` unless `key` is there already, and returns what is there now; `None` where
    /// the table refuses, which it counts.
    fn insert(&mut self, key: &K, value: &V) -> Option<&mut V>;

    /// Forgets `key`.
    fn remove(&mut self, key: &K);
}

/// The counters of all prefixes.
pub trait Prefixes {
    /// The writer's side of one prefix.
    type Counters<'a>: Count
    where
        Self: 'a;

    /// The counters of `key` where it is tracked already.
    fn get(&mut self, key: &PrefixKey) -> Option<Self::Counters<'_>>;

    /// The counters of `key`, tracked from now on; `None` where there is no room, which is
    /// counted.
    fn insert(&mut self, key: &PrefixKey) -> Option<Self::Counters<'_>>;
}

/// What is kept of the evidence itself.
pub trait Evidence {
    /// Counts one mark of one connection.
    fn count(&mut self, mark: Mark);

    /// Hands over a sample; where there is no room it is lost, which is counted.
    fn sample(&mut self, sample: &Sample);
}

/// All tables of one engine.
pub struct Tables<F, D, C, P, V, E> {
    /// Young connections; may forget the oldest.
    pub flows: F,
    /// Destinations that answered at least once; never forgets by itself.
    pub destinations: D,
    /// Destinations that never answered; may forget the oldest.
    pub candidates: C,
    /// Counters per prefix; never forgets by itself.
    pub prefixes: P,
    /// What is known of our uplink: one entry, at 0.
    pub vantage: V,
    /// Marks and samples.
    pub evidence: E,
}
