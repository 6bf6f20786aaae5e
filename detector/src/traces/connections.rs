//! Samples gathered by connection, in bounded memory, until a name can be given.

use std::{collections::VecDeque, num::NonZeroUsize};

use detector_common::{address::Address, flow::FlowKey, mark::Marks, sample::Sample, time::Nanos};
use lru::LruCache;

use crate::injector;

/// From the first sample on; whoever forges sends all that it sends at once.
const COMPLETE_AFTER: Nanos = Nanos::from_secs(2);
/// Connections remembered, so that none is counted twice.
const MOST: NonZeroUsize = NonZeroUsize::new(4_096).expect("more than none");
/// Samples kept of one connection.
const MOST_SAMPLES: usize = 8;

/// What tells connections apart in samples, which do not name the client.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Key {
    remote: Address,
    remote_port: u16,
    local_port: u16,
    syn_at_ns: u64,
}

struct Connection {
    begun: Nanos,
    marks: Marks,
    samples: Vec<Sample>,
    is_complete: bool,
    injector: Option<&'static str>,
}

/// Connections with suspicious packets.
pub(super) struct Connections {
    known: LruCache<Key, Connection>,
    /// Those that are not complete, the oldest first.
    open: VecDeque<Key>,
}

impl Connections {
    pub(super) fn new() -> Self {
        Self {
            known: LruCache::sparse(MOST),
            open: VecDeque::new(),
        }
    }

    /// Takes in a sample, and returns the marks that are new to its connection.
    pub(super) fn take_in(&mut self, sample: &Sample) -> Marks {
        let key = Key::of(sample);
        let open = &mut self.open;
        let connection = self.known.get_or_insert_mut(key, || {
            open.push_back(key);
            Connection::begin(sample.at)
        });
        let new = sample.marks.without(connection.marks);
        connection.marks = connection.marks.and(sample.marks);
        if connection.wants(sample) {
            connection.samples.push(*sample);
        }
        new
    }

    /// Closes the connections that are complete by `now`, and names the injectors at work there.
    pub(super) fn complete(&mut self, now: Nanos) -> Vec<(Address, &'static str)> {
        let mut named = Vec::new();
        while let Some(key) = self.open.front().copied() {
            let connection = self.known.peek_mut(&key);
            let is_due = |it: &Connection| now.since(it.begun) >= COMPLETE_AFTER;
            if self.open.len() <= MOST.get() && connection.as_deref().is_some_and(|it| !is_due(it))
            {
                break;
            }
            self.open.pop_front();
            if let Some(injector) = connection.and_then(Connection::complete) {
                named.push((key.remote, injector));
            }
        }
        named
    }

    /// How many connections take room.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len().max(self.open.len())
    }

    /// The name of the injector at work in a connection, complete or not.
    pub(super) fn injector(&self, connection: &FlowKey, syn_at: Nanos) -> Option<&'static str> {
        let key = Key {
            remote: connection.remote,
            remote_port: connection.remote_port,
            local_port: connection.local_port,
            syn_at_ns: syn_at.0,
        };
        let connection = self.known.peek(&key)?;
        if connection.is_complete {
            connection.injector
        } else {
            injector::name(&connection.samples)
        }
    }
}

impl Connection {
    const fn begin(begun: Nanos) -> Self {
        Self {
            begun,
            marks: Marks(0),
            samples: Vec::new(),
            is_complete: false,
            injector: None,
        }
    }

    fn wants(&self, sample: &Sample) -> bool {
        let is_timely = sample.at.since(self.begun) < COMPLETE_AFTER;
        is_timely && !self.is_complete && self.samples.len() < MOST_SAMPLES
    }

    fn complete(&mut self) -> Option<&'static str> {
        self.injector = injector::name(&std::mem::take(&mut self.samples));
        self.is_complete = true;
        self.injector
    }
}

impl Key {
    const fn of(sample: &Sample) -> Self {
        Self {
            remote: sample.remote,
            remote_port: sample.remote_port,
            local_port: sample.local_port,
            syn_at_ns: sample.syn_at.0,
        }
    }
}
