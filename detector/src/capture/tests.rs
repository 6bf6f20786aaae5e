//! Captures written by hand.

mod classic;
mod damage;
mod next_generation;
mod packing;

use std::{iter, net::Ipv4Addr};

use super::*;
use detector_common::{time::Nanos, wire::link::LinkLayer};

/// Any time, with nanoseconds.
const AT: Nanos = Nanos(1_700_000_000_123_456_789);
const ETHERNET: Link = Link::Known(LinkLayer::Ethernet);

/// Everything that can be read of `bytes`.
fn read(bytes: &[u8]) -> Result<Vec<Record>, String> {
    Capture::read("test".to_owned(), bytes)
        .map(all)
        .map_err(|failure| failure.to_string())
}

fn all(mut capture: Capture<'_>) -> Vec<Record> {
    iter::from_fn(|| capture.advance().cloned()).collect()
}

fn records(bytes: &[u8]) -> Vec<Record> {
    read(bytes).unwrap()
}

fn record(at: Nanos, link: Link, bytes: &[u8]) -> Record {
    Record {
        at,
        link,
        original_len: bytes.len(),
        bytes: bytes.to_vec(),
    }
}

/// The order that a capture's numbers are written in.
#[derive(Clone, Copy, Debug)]
enum Order {
    Little,
    Big,
}

impl Order {
    const BOTH: [Self; 2] = [Self::Little, Self::Big];

    fn u16(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    fn u32(self, number: u32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    fn u64(self, number: u64) -> [u8; 8] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }
}

#[test]
fn what_is_no_capture_is_refused_with_its_name_and_a_cure() {
    let page = b"<!DOCTYPE html><html><body>404</body></html>".as_slice();
    for bytes in [&b""[..], b"\xa1", b"\xa1\xb2\xc3", page, &[0; 64]] {
        let refusal = read(bytes).unwrap_err();
        assert!(refusal.starts_with("test: "), "{refusal}");
        assert!(refusal.contains("pcap"), "{refusal}");
        assert_eq!(refusal.lines().count(), 1);
    }
}

#[test]
fn captures_are_merged_by_time_and_keep_their_own_order() {
    let at = |times: &[u64]| {
        let packets = times.iter().map(|time| classic::packet(*time, b"x"));
        [
            classic::header(Order::Little),
            packets.collect::<Vec<_>>().concat(),
        ]
        .concat()
    };
    // The clock of the second one steps back.
    let [first, second] = [at(&[1, 4, 6]), at(&[3, 2, 5])];
    let captures = [&first, &second].map(|it| Capture::read("test".to_owned(), it.as_slice()));
    let mut merged = Merged::new(captures.into_iter().map(Result::unwrap).collect());
    let times = iter::from_fn(|| merged.advance().map(|record| record.at));
    assert!(times.eq([1, 3, 2, 4, 5, 6].map(Nanos::from_secs)));
}

#[test]
fn a_packet_that_was_cut_keeps_its_length() {
    let syn = etherparse::PacketBuilder::ipv4(
        Ipv4Addr::LOCALHOST.octets(),
        Ipv4Addr::LOCALHOST.octets(),
        64,
    );
    let mut bytes = Vec::new();
    syn.tcp(1, 2, 3, 4)
        .syn()
        .write(&mut bytes, &[0; 1_000])
        .unwrap();
    let record = Record {
        original_len: bytes.len(),
        bytes: bytes[..40].to_vec(),
        ..record(AT, Link::Known(LinkLayer::Ip), &[])
    };
    let packet = detector_common::packet::parse(&record.captured(), LinkLayer::Ip).unwrap();
    assert_eq!(packet.tcp().unwrap().payload_len, 1_000);
}
