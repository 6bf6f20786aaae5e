//! The headers of one packet, as bytes without a link header. Payload is a length and no bytes: nobody reads it.

use std::net::IpAddr;

const TCP: u8 = 6;
const UDP: u8 = 17;
/// A QUIC Initial of version 1 begins like this, and is padded (RFC 9000 §14.1, §17.2.2).
const INITIAL: [u8; 5] = [0xc0, 0, 0, 0, 1];
const INITIAL_LEN: u16 = 1_200;

/// Who sends to whom, and what the IP header looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) ttl: u8,
    pub(crate) dont_fragment: bool,
    pub(crate) ip_id: u16,
}

/// A TCP header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) ports: (u16, u16),
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    pub(crate) len: u16,
}

impl Envelope {
    /// A TCP segment.
    pub(crate) fn segment(self, segment: &Segment) -> Vec<u8> {
        let Segment {
            ports: (source, destination),
            seq,
            ack,
            flags,
            window,
            len,
        } = *segment;
        let mut header = [source, destination].map(u16::to_be_bytes).concat();
        header.extend([seq, ack].map(u32::to_be_bytes).concat());
        header.extend([0x50, flags]);
        header.extend([window, 0, 0].map(u16::to_be_bytes).concat());
        self.wrap(TCP, &header, len)
    }

    /// A UDP datagram that may be an Initial.
    pub(crate) fn datagram(self, (source, destination): (u16, u16)) -> Vec<u8> {
        let lengths = [source, destination, 8 + INITIAL_LEN, 0];
        let header = [&lengths.map(u16::to_be_bytes).concat()[..], &INITIAL].concat();
        self.wrap(UDP, &header, INITIAL_LEN)
    }

    /// An ICMP error about the packet that `quote` begins.
    pub(crate) fn error(self, (kind, code): (u8, u8), quote: &[u8]) -> Vec<u8> {
        let protocol = if self.from.is_ipv4() { 1 } else { 58 };
        let body = [&[kind, code, 0, 0, 0, 0, 0, 0], quote].concat();
        self.wrap(protocol, &body, 0)
    }

    fn wrap(self, protocol: u8, body: &[u8], payload_len: u16) -> Vec<u8> {
        let body_len = u16::try_from(body.len()).unwrap_or(u16::MAX);
        let len = body_len.saturating_add(payload_len);
        match (self.from, self.to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let fragment = if self.dont_fragment { 0x4000 } else { 0 };
                let lengths = [0x4500, len.saturating_add(20), self.ip_id, fragment];
                let start = lengths.map(u16::to_be_bytes).concat();
                let rest = [self.ttl, protocol, 0, 0];
                [&start[..], &rest, &from.octets(), &to.octets(), body].concat()
            }
            (from, to) => {
                let start = [0x6000, 0, len].map(u16::to_be_bytes).concat();
                let rest = [protocol, self.ttl];
                let ends = [from, to].map(|end| match end {
                    IpAddr::V4(end) => end.to_ipv6_mapped().octets(),
                    IpAddr::V6(end) => end.octets(),
                });
                [&start[..], &rest, &ends.concat(), body].concat()
            }
        }
    }
}
