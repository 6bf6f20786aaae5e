//! The endpoints that were heard of and their connections, in bounded memory: whoever was not heard of the longest goes.
//!
//! Must not know: which end is ours, or when a connection is over.

use std::num::NonZeroUsize;

use detector_common::{flow::FlowKey, time::Nanos};
use lru::LruCache;

use super::side::Pair;
use crate::engine::FLOWS;

/// A connection in the book: when it began, and how many began before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    pub(super) key: FlowKey,
    pub(super) number: u64,
    pub(super) begun: Nanos,
}

/// Two endpoints, and the connection between them where they have one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) pair: Pair,
    pub(super) entry: Option<Entry>,
}

/// All endpoints, by the key that both directions have.
pub(super) struct Book {
    /// Those whose connection the engine follows: nearly every packet is of one of them.
    followed: LruCache<FlowKey, Known>,
    /// Those whose connection began too early or outside, and those that have none.
    others: LruCache<FlowKey, Known>,
}

impl Book {
    /// One less than the engine has room for, so that a connection leaves the book, and is told,
    /// before the engine forgets it.
    pub(super) fn new() -> Self {
        Self::of(FLOWS - 1)
    }

    fn of(capacity: u32) -> Self {
        let capacity = NonZeroUsize::new(capacity as usize).unwrap_or(NonZeroUsize::MIN);
        Self {
            followed: LruCache::sparse(capacity),
            others: LruCache::sparse(capacity),
        }
    }

    /// What is known of two endpoints that were heard of, and of those that went out for them.
    pub(super) fn hear(
        &mut self,
        ends: &FlowKey,
        meet: impl FnOnce() -> Pair,
    ) -> (&mut Known, Option<Entry>) {
        if let Some(known) = self.followed.get_mut(ends) {
            return (known, None);
        }
        let is_full = self.others.len() == self.others.cap().get();
        let gone = if is_full && !self.others.contains(ends) {
            self.others.pop_lru()
        } else {
            None
        };
        let known = self.others.get_or_insert_mut(*ends, || Known {
            pair: meet(),
            entry: None,
        });
        (known, gone.and_then(|(_, known)| known.entry))
    }

    /// The connection between two endpoints, and whether it is followed.
    pub(super) fn entry(&self, ends: &FlowKey) -> (Option<Entry>, bool) {
        let followed = self.followed.peek(ends);
        let known = followed.or_else(|| self.others.peek(ends));
        (known.and_then(|known| known.entry), followed.is_some())
    }

    /// Writes down that the connection between two endpoints is followed; returns the one that went out for it.
    pub(super) fn follow(&mut self, ends: &FlowKey, entry: Entry) -> Option<Entry> {
        if let Some(known) = self.followed.peek_mut(ends) {
            known.entry = Some(entry);
            return None;
        }
        let mut known = self.others.pop(ends)?;
        known.entry = Some(entry);
        let (_, gone) = self.followed.push(*ends, known)?;
        gone.entry
    }

    /// All connections that are left, the first one first.
    pub(super) fn drain(&mut self) -> Vec<Entry> {
        let all = self.followed.iter().chain(&self.others);
        let mut left: Vec<Entry> = all.filter_map(|(_, known)| known.entry).collect();
        left.sort_unstable_by_key(|entry| entry.number);
        self.followed.clear();
        self.others.clear();
        left
    }
}

#[cfg(test)]
mod tests {
    use detector_common::{address::Address, flow::protocol};

    use super::*;
    use crate::replay::side::{Ends, Sides};

    fn ends(local_port: u16) -> FlowKey {
        FlowKey {
            remote: Address::v4([198, 51, 100, 1]),
            local: Address::v4([192, 0, 2, 1]),
            remote_port: 443,
            local_port,
            protocol: protocol::TCP,
            zero: 0,
        }
    }

    fn entry(port: u16) -> Entry {
        Entry {
            key: ends(port),
            number: port.into(),
            begun: Nanos(port.into()),
        }
    }

    fn meet() -> Pair {
        Sides::new(&[]).pair(&Ends::default())
    }

    /// A connection that is followed from its first packet on; returns what went out for it.
    fn begin(book: &mut Book, port: u16) -> Option<Entry> {
        let (_, gone) = book.hear(&ends(port), meet);
        assert_eq!(gone, None);
        book.follow(&ends(port), entry(port))
    }

    #[test]
    fn a_full_book_closes_whoever_was_not_heard_of_the_longest() {
        let mut book = Book::of(2);
        assert_eq!([1, 2].map(|port| begin(&mut book, port)), [None, None]);
        let (known, gone) = book.hear(&ends(1), meet);
        assert_eq!((known.entry, gone), (Some(entry(1)), None));
        assert_eq!(begin(&mut book, 3), Some(entry(2)));
        assert_eq!(book.drain(), [entry(1), entry(3)]);
    }

    #[test]
    fn endpoints_without_a_connection_that_is_followed_push_out_none_that_is() {
        let mut book = Book::of(2);
        begin(&mut book, 1);
        let gone = [2, 3, 4].map(|port| {
            let (known, gone) = book.hear(&ends(port), meet);
            known.entry = Some(entry(port));
            gone
        });
        assert_eq!(gone, [None, None, Some(entry(2))]);
        assert_eq!(book.drain(), [entry(1), entry(3), entry(4)]);
    }

    #[test]
    fn what_is_left_comes_in_the_order_of_its_first_packet() {
        let mut book = Book::of(9);
        for port in [3, 1, 2] {
            begin(&mut book, port);
        }
        book.hear(&ends(1), meet);
        assert_eq!(book.drain(), [1, 2, 3].map(entry));
    }
}
