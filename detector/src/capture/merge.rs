//! Several captures as one: always the packet with the smallest time of those that are next.
//!
//! A capture's own order is kept, also where its clock steps back.

use std::{cmp::Reverse, collections::BinaryHeap};

use detector_common::time::Nanos;

use super::{Capture, Record};

/// Captures merged by time.
pub struct Merged<'a> {
    captures: Vec<Capture<'a>>,
    next: BinaryHeap<Reverse<(Nanos, usize)>>,
    /// Whose packet was handed out last: it reads on when the next one is asked for.
    latest: Option<usize>,
}

impl<'a> Merged<'a> {
    /// The timeline of all `captures`.
    pub fn new(captures: Vec<Capture<'a>>) -> Self {
        let mut merged = Self {
            captures,
            next: BinaryHeap::new(),
            latest: None,
        };
        for index in 0..merged.captures.len() {
            merged.read_ahead(index);
        }
        merged
    }

    /// The next packet of all.
    pub fn advance(&mut self) -> Option<&Record> {
        if let Some(index) = self.latest.take() {
            self.read_ahead(index);
        }
        let Reverse((_, index)) = self.next.pop()?;
        self.latest = Some(index);
        Some(self.captures[index].record())
    }

    fn read_ahead(&mut self, index: usize) {
        if let Some(record) = self.captures[index].advance() {
            self.next.push(Reverse((record.at, index)));
        }
    }
}
