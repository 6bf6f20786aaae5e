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

    /// Nothing more is learnt from `key`: from now on the table may take it for one that is not there, until it is
    /// inserted again.
    fn settle(&mut self, _key: &K) {}
}

/// The counters of all prefixes.
pub trait Prefixes {
    /// The writer's side of one prefix.
    type Counters<'a>: Count
    where
        Self: 'a;

    /// Changes the counters of `key`, all at once to whoever reads them. Where it is not tracked yet, it is from now
    /// on if it `is_welcome`; where there is no room that is counted, and nothing else is.
    fn change(
        &mut self,
        key: &PrefixKey,
        is_welcome: bool,
        change: impl FnOnce(&mut Self::Counters<'_>),
    );
}

/// What is kept of the evidence itself.
pub trait Evidence {
    /// Counts one mark of one connection.
    fn count(&mut self, mark: Mark);

    /// Hands over a sample; where there is no room it is lost, which is counted.
    fn sample(&mut self, sample: &Sample);
}

/// All tables of one engine.
pub struct Tables<F, D, P, V, E> {
    /// Young connections; may forget the oldest.
    pub flows: F,
    /// Destinations; may forget the oldest that never answered, and no other.
    pub destinations: D,
    /// Counters per prefix; never forgets by itself.
    pub prefixes: P,
    /// What is known of our uplink: one entry, at 0.
    pub vantage: V,
    /// Marks and samples.
    pub evidence: E,
}
