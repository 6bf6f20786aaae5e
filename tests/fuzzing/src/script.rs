//! A few connections, step by step: what passes, which way, when, and what it looks like. Each choice takes one
//! byte of the fuzzer's, so that a changed byte is a changed choice.

use arbitrary::{Arbitrary, Result, Unstructured};
use detector_common::{
    flow::Direction::{self, In, Out},
    time::Nanos,
};

/// One packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// Which of the connections.
    pub(crate) connection: usize,
    /// Which way, and what.
    pub(crate) direction: Direction,
    pub(crate) message: Message,
    /// Since the step before.
    pub(crate) pause: Nanos,
    /// Added to the sequence number that is due.
    pub(crate) seq: u32,
    /// Added to the acknowledgement number that is due.
    pub(crate) ack: u32,
    /// Payload, in bytes.
    pub(crate) len: u16,
    /// TTL or hop limit.
    pub(crate) ttl: u8,
    pub(crate) dont_fragment: bool,
    pub(crate) window: u16,
    pub(crate) ip_id: u16,
}

/// What a packet is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Message {
    /// A TCP segment with these flags.
    Segment(u8),
    /// A SYN that begins a connection anew on the same ports.
    Reuse,
    /// A datagram, outbound a QUIC Initial.
    Datagram,
    /// An ICMP error of this type and code about a segment or datagram; sent by the destination itself or by a
    /// router.
    Error {
        kind: u8,
        code: u8,
        about_tcp: bool,
        by_destination: bool,
    },
}

use Message::{Datagram, Error, Reuse, Segment};

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
const PSH: u8 = 0x08;
pub(crate) const ACK: u8 = 0x10;

/// The connections, by the number of [`Step::connection`].
pub(crate) const CONNECTIONS: usize = 6;

/// Plain packets are there more than once: most of what passes is plain.
const EVENTS: [(Direction, Message); 32] = [
    (Out, Segment(SYN)),
    (Out, Segment(SYN)),
    (Out, Segment(ACK)),
    (Out, Segment(PSH | ACK)),
    (Out, Segment(PSH | ACK)),
    (Out, Segment(FIN | ACK)),
    (Out, Segment(RST)),
    (Out, Segment(RST | ACK)),
    (Out, Segment(SYN | ACK)),
    (Out, Segment(0xff)),
    (Out, Reuse),
    (Out, Datagram),
    (Out, Datagram),
    (Out, unreachable(3, true, false)),
    (In, Segment(SYN | ACK)),
    (In, Segment(SYN | ACK)),
    (In, Segment(ACK)),
    (In, Segment(ACK)),
    (In, Segment(PSH | ACK)),
    (In, Segment(PSH | ACK)),
    (In, Segment(FIN | ACK)),
    (In, Segment(FIN | PSH | ACK)),
    (In, Segment(RST)),
    (In, Segment(RST | ACK)),
    (In, Segment(RST | ACK)),
    (In, Segment(SYN)),
    (In, Segment(0)),
    (In, Datagram),
    (In, unreachable(3, true, false)),
    (In, unreachable(1, false, false)),
    (In, unreachable(1, true, true)),
    (In, unreachable(3, false, true)),
];

/// From the same instant to beyond every window that the engine knows.
const PAUSES: [u64; 16] = [
    0,
    1_000,
    500_000,
    2_000_000,
    9_000_000,
    20_000_000,
    50_000_000,
    120_000_000,
    300_000_000,
    1_000_000_000,
    2_000_000_000,
    3_000_000_000,
    6_000_000_000,
    31_000_000_000,
    121_000_000_000,
    // Another processor's clock is behind.
    u64::MAX - 1_500_000,
];

const OFFSETS: [u32; 16] = [
    0,
    0,
    0,
    0,
    1,
    u32::MAX,
    20,
    300,
    1_460,
    4_380,
    12_503,
    20_000,
    u32::MAX - 299,
    u32::MAX - 1_459,
    1 << 25,
    1 << 31,
];

const LENGTHS: [u16; 8] = [0, 0, 1, 20, 300, 1_460, 3_000, 40_000];
const TTLS: [u8; 8] = [64, 52, 52, 51, 54, 60, 101, 255];
const WINDOWS: [u16; 4] = [0, 8_192, 64_240, u16::MAX];
const IP_IDS: [u16; 8] = [0, 0, 1, 7, 40_000, 40_001, 40_020, u16::MAX];

const fn unreachable(kind: u8, about_tcp: bool, by_destination: bool) -> Message {
    Error {
        kind,
        // Administratively prohibited; of ICMPv6 no type has as many codes.
        code: if kind == 3 { 13 } else { 0 },
        about_tcp,
        by_destination,
    }
}

impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let connection = bytes.int_in_range(0..=CONNECTIONS - 1)?;
        let (direction, message) = *bytes.choose(&EVENTS)?;
        Ok(Self {
            connection,
            direction,
            message,
            pause: Nanos(*bytes.choose(&PAUSES)?),
            seq: *bytes.choose(&OFFSETS)?,
            ack: *bytes.choose(&OFFSETS)?,
            len: *bytes.choose(&LENGTHS)?,
            ttl: *bytes.choose(&TTLS)?,
            dont_fragment: bytes.int_in_range(0..=3_u8)? != 0,
            window: *bytes.choose(&WINDOWS)?,
            ip_id: *bytes.choose(&IP_IDS)?,
        })
    }
}

/// The steps that `bytes` choose.
pub(crate) fn steps(bytes: &[u8]) -> impl Iterator<Item = Step> {
    let mut bytes = Unstructured::new(bytes);
    std::iter::from_fn(move || {
        let is_over = bytes.is_empty();
        (!is_over).then(|| bytes.arbitrary().ok()).flatten()
    })
}
