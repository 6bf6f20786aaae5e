//! Several captures as one: always the packet with the smallest time of those that are next.
//!
//! A capture's own order is kept, also where its clock steps back.

use std::{cmp::Reverse, collections::BinaryHeap};

use detector_common::time::Nanos;

use super::{Capture, Record};

/// Captures merged by time.
pub struct Merged<'a> {
    captures: Vec<(Capture<'a>, Option<Record>)>,
    next: BinaryHeap<Reverse<(Nanos, usize)>>,
}

impl<'a> Merged<'a> {
    /// The timeline of all `captures`.
    pub fn new(captures: Vec<Capture<'a>>) -> Self {
        let mut merged = Self {
            captures: captures.into_iter().map(|it| (it, None)).collect(),
            next: BinaryHeap::new(),
        };
        for index in 0..merged.captures.len() {
            merged.advance(index);
        }
        merged
    }

    /// Reads one packet ahead.
    fn advance(&mut self, index: usize) {
        let (capture, ahead) = &mut self.captures[index];
        *ahead = capture.next();
        if let Some(record) = ahead {
            self.next.push(Reverse((record.at, index)));
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let Reverse((_, index)) = self.next.pop()?;
        let record = self.captures[index].1.take();
        self.advance(index);
        record
    }
}
