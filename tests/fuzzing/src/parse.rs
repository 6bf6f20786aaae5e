//! Arbitrary bytes as a packet of every link layer.

use std::cell::Cell;

use detector_common::{
    bytes::{HEADER_SPAN, PacketBytes},
    packet::{self, Packet},
    skip::Skip,
    wire::{
        link::{
            CapturedLink::{Cooked, Cooked2, Loopback, Ppp},
            LinkLayer,
        },
        tcp::Segment,
    },
};

const LINKS: [LinkLayer; 6] = [
    LinkLayer::Ethernet,
    LinkLayer::Ip,
    LinkLayer::Captured(Cooked),
    LinkLayer::Captured(Cooked2),
    LinkLayer::Captured(Loopback),
    LinkLayer::Captured(Ppp),
];
/// Longer than any header, so that it reaches beyond the span.
const TAIL: [u8; 300] = [0xa5; 300];

type Outcome = Result<Packet, Skip>;

/// Parses `bytes` behind every link layer.
///
/// # Panics
/// Where the parser depends on more than it reads, or reads what is not there.
pub fn parse(bytes: &[u8]) {
    for link in LINKS {
        let reader = Reader::new(bytes);
        let outcome = packet::parse(&reader, link);
        assert_eq!(
            outcome,
            packet::parse(bytes, link),
            "{link:?}: another reader"
        );
        reads_within_the_span(&reader);
        what_was_not_read_does_not_matter(&reader, link, outcome);
        a_longer_tail_changes_lengths_alone(&reader, link, outcome);
    }
}

/// Bytes that remember how far they were read.
struct Reader<'a> {
    bytes: &'a [u8],
    /// End of the furthest read.
    furthest: Cell<usize>,
    /// Whether something was asked for that is not there.
    has_missed: Cell<bool>,
}

impl<'a> Reader<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            furthest: Cell::new(0),
            has_missed: Cell::new(false),
        }
    }
}

impl PacketBytes for Reader<'_> {
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let octets = self.bytes.read(offset);
        match octets {
            Some(_) => self.furthest.set(self.furthest.get().max(offset + N)),
            None => self.has_missed.set(true),
        }
        octets
    }

    fn total_len(&self) -> usize {
        self.bytes.total_len()
    }
}

fn reads_within_the_span(reader: &Reader<'_>) {
    let end = reader.bytes.len().min(HEADER_SPAN);
    assert!(reader.furthest.get() <= end);
}

/// The bytes behind the last one that was read are turned over.
fn what_was_not_read_does_not_matter(reader: &Reader<'_>, link: LinkLayer, outcome: Outcome) {
    let mut bytes = reader.bytes.to_vec();
    for octet in &mut bytes[reader.furthest.get()..] {
        *octet = !*octet;
    }
    assert_eq!(outcome, packet::parse(bytes.as_slice(), link), "{link:?}");
}

/// A tail counts where a length field is zero, or where a header was missed.
fn a_longer_tail_changes_lengths_alone(reader: &Reader<'_>, link: LinkLayer, outcome: Outcome) {
    if reader.has_missed.get() && reader.bytes.len() < HEADER_SPAN {
        return;
    }
    let longer = packet::parse([reader.bytes, &TAIL].concat().as_slice(), link);
    match (outcome, longer) {
        (Ok(short), Ok(long)) => assert_same_but_lengths(&short, &long),
        (Err(Skip::BadLength | Skip::BadQuote), _) => {}
        (short, long) => assert_eq!(short, long, "{link:?}"),
    }
}

fn assert_same_but_lengths(short: &Packet, long: &Packet) {
    let network = |it: &Packet| {
        (
            it.source,
            it.destination,
            it.ttl,
            it.ip_id,
            it.dont_fragment,
        )
    };
    assert_eq!(network(short), network(long));
    assert_eq!(short.udp(), long.udp());
    assert_eq!(short.icmp_error(), long.icmp_error());
    let header = |it: &Packet| it.tcp().copied().map(without_length);
    assert_eq!(header(short), header(long));
    let payload_len = |it: &Packet| it.tcp().map(|segment| segment.payload_len);
    assert!(payload_len(short) <= payload_len(long));
}

const fn without_length(segment: Segment) -> Segment {
    Segment {
        payload_len: 0,
        ..segment
    }
}
