//! The connections that are open, in bounded memory: whoever was not heard of the longest is over.

use std::num::NonZeroUsize;

use detector_common::{flow::FlowKey, time::Nanos};
use lru::LruCache;

use crate::engine::FLOWS;

/// Where a connection has its place: when it began, and how many began before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) begun: Nanos,
}

/// Open connections.
pub(super) struct Book(LruCache<FlowKey, Entry>);

impl Book {
    /// One less than the engine has room for, so that a connection leaves the book, and is told,
    /// before the engine forgets it.
    pub(super) fn new() -> Self {
        Self::of(FLOWS - 1)
    }

    fn of(capacity: u32) -> Self {
        let capacity = NonZeroUsize::new(capacity as usize).unwrap_or(NonZeroUsize::MIN);
        Self(LruCache::sparse(capacity))
    }

    /// Takes note that a connection was heard of, and says whether it is in the book.
    pub(super) fn hear(&mut self, key: &FlowKey) -> bool {
        self.0.promote(key)
    }

    /// Writes a connection down; returns the one that went out for it, or its own older entry.
    pub(super) fn open(&mut self, key: FlowKey, entry: Entry) -> Option<(FlowKey, Entry)> {
        self.0.push(key, entry)
    }

    pub(super) fn close(&mut self, key: &FlowKey) -> Option<Entry> {
        self.0.pop(key)
    }

    /// All that are left, the first one first.
    pub(super) fn drain(&mut self) -> Vec<(FlowKey, Entry)> {
        let mut left: Vec<_> = std::iter::from_fn(|| self.0.pop_lru()).collect();
        left.sort_unstable_by_key(|(_, entry)| *entry);
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(local_port: u16) -> FlowKey {
        FlowKey {
            remote: detector_common::address::Address::v4([198, 51, 100, 1]),
            local: detector_common::address::Address::v4([192, 0, 2, 1]),
            remote_port: 443,
            local_port,
            protocol: detector_common::flow::protocol::TCP,
            zero: 0,
        }
    }

    const fn entry(number: u64) -> Entry {
        Entry {
            number,
            begun: Nanos(number),
        }
    }

    #[test]
    fn a_full_book_closes_whoever_was_not_heard_of_the_longest() {
        let mut book = Book::of(2);
        assert_eq!(book.open(key(1), entry(1)), None);
        assert_eq!(book.open(key(2), entry(2)), None);
        assert!(book.hear(&key(1)) && !book.hear(&key(3)));
        assert_eq!(book.open(key(3), entry(3)), Some((key(2), entry(2))));
        assert_eq!(book.drain(), [(key(1), entry(1)), (key(3), entry(3))]);
    }

    #[test]
    fn what_is_left_comes_in_the_order_of_its_first_packet() {
        let mut book = Book::of(9);
        for number in [3, 1, 2] {
            book.open(key(number), entry(number.into()));
        }
        book.hear(&key(1));
        let numbers = book.drain().into_iter().map(|(_, entry)| entry.number);
        assert!(numbers.eq([1, 2, 3]));
    }
}
