//! Arbitrary bytes as a capture of any format, packed or not.

use std::{
    io::{self, Read},
    iter,
};

use detector::capture::{Capture, Link, MAX_PACKET, Record};
use detector_common::packet;

/// Packed bytes unfold to a thousand times as many; so much of what they yield is looked at.
const MAX_RECORDS: usize = 4_096;
const MAX_BYTES: usize = 4 << 20;

/// Reads `bytes` as a capture.
///
/// # Panics
/// Where a packet is longer than packets are, or where it matters how the bytes arrive.
pub fn capture(bytes: &[u8]) {
    let whole = read(bytes);
    // More, where an unpacker drops what it had when it met the damage.
    assert!(read(Drops(bytes)).starts_with(&whole), "byte by byte");
    for record in whole {
        assert!(record.bytes.len() <= MAX_PACKET);
        if let Link::Known(link) = record.link {
            let _followed_or_not = packet::parse(&record.captured(), link);
        }
    }
}

/// The first records; none of what is no capture.
fn read(source: impl Read) -> Vec<Record> {
    let Ok(mut capture) = Capture::read("fuzz".to_owned(), source) else {
        return Vec::new();
    };
    let mut room = MAX_BYTES;
    let fits = |record: &Record| {
        let rest = room.checked_sub(record.bytes.len());
        room = rest.unwrap_or(0);
        rest.is_some()
    };
    iter::from_fn(|| capture.advance().cloned())
        .take(MAX_RECORDS)
        .take_while(fits)
        .collect()
}

/// A source that gives one byte at a time, as a slow pipe may.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let len = room.len().min(1);
        self.0.read(&mut room[..len])
    }
}
