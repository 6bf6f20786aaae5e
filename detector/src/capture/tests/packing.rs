//! Compressed captures.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

fn capture() -> Vec<u8> {
    let packets = (1..2_000).map(|second| classic::packet(second, b"a packet"));
    [
        classic::header(Order::Little),
        packets.collect::<Vec<_>>().concat(),
    ]
    .concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn packed_captures_of_any_number_of_members_read_the_same() {
    let whole = capture();
    let (start, rest) = whole.split_at(777);
    let skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    for packed in [
        gzip(&whole),
        [gzip(start), gzip(rest)].concat(),
        zstd(&whole),
        [&zstd(start), &skippable[..], &zstd(rest)].concat(),
        [&skippable[..], &zstd(&whole)].concat(),
    ] {
        assert_eq!(records(&packed), records(&whole));
    }
}

/// A source that gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let len = room.len().min(1);
        self.0.read(&mut room[..len])
    }
}

#[test]
fn a_slow_pipe_is_recognised_as_packed() {
    let whole = capture();
    for packed in [gzip(&whole), zstd(&whole)] {
        let capture = Capture::read("pipe".to_owned(), Drops(&packed)).unwrap();
        assert_eq!(all(capture), records(&whole));
    }
}

#[test]
fn a_packed_capture_that_is_cut_gives_what_can_be_unpacked() {
    let packets: Vec<Vec<u8>> = (0..8_000_u32)
        .map(|second| {
            // What compresses badly fills several blocks.
            let noise = u64::from(second)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .to_le_bytes();
            classic::packet(
                second.into(),
                &[noise, noise.map(|octet| octet ^ 0x5a)].concat(),
            )
        })
        .collect();
    let whole = [classic::header(Order::Little), packets.concat()].concat();
    let all = records(&whole);
    for packed in [gzip(&whole), zstd(&whole)] {
        let read = records(&packed[..packed.len() - 20]);
        assert!(all.starts_with(&read));
        assert!(read.len() > 3_000, "{}", read.len());
    }
}

#[test]
fn what_begins_as_packed_but_is_not_is_refused() {
    for bytes in [b"\x1f\x8b rubbish".as_slice(), b"\x28\xb5\x2f\xfd rubbish"] {
        let refusal = read(bytes).unwrap_err();
        assert!(refusal.contains("unpacked"), "{refusal}");
    }
}
