//! Frames of scripted traffic: conversations between two ends, wrapped in whatever a link may put around them.
//! Builds bytes; sends none, and does not know what the detector makes of them.

mod conversation;
mod datagram;
mod envelope;
mod link;
mod mutation;
mod segment;

use detector_common::flow::Direction;

pub use conversation::Conversation;
pub use datagram::{answer, datagram, icmp_error};
pub use envelope::{Envelope, Extension, Fragment};
pub use link::Link;
pub use mutation::{change, mutate};

/// One frame, as the gateway's WAN interface sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which way it goes.
    pub direction: Direction,
    /// From the first byte of the link layer on.
    pub bytes: Vec<u8>,
    /// Where the IP header begins.
    pub network_at: usize,
}

impl Frame {
    /// The IP packet in it.
    pub fn packet(&self) -> &[u8] {
        self.bytes.get(self.network_at..).unwrap_or_default()
    }

    /// The same frame with other bytes, broken or not.
    #[must_use]
    pub fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            ..self.clone()
        }
    }
}

/// The features by which packets of one sender differ from those of another who takes its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The TTL or hop limit at the gateway.
    pub ttl: u8,
    /// The TCP window.
    pub window: u16,
    /// IPv4's flag DF.
    pub dont_fragment: bool,
    /// IPv4's identification.
    pub identification: u16,
}

impl Look {
    /// A Linux client next to the gateway.
    pub const CLIENT: Self = Self {
        ttl: 64,
        window: 64_240,
        dont_fragment: true,
        identification: 0x1000,
    };
    /// A Linux server twelve hops away.
    pub const SERVER: Self = Self {
        ttl: 52,
        window: 65_160,
        dont_fragment: true,
        identification: 0,
    };
    /// A middlebox that takes the server's name, and little care.
    pub const FORGER: Self = Self {
        ttl: 101,
        window: 8_192,
        dont_fragment: false,
        identification: 0xbeef,
    };

    /// The same with another TTL.
    #[must_use]
    pub const fn with_ttl(self, ttl: u8) -> Self {
        Self { ttl, ..self }
    }
}

#[cfg(test)]
mod tests {
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};

    use super::*;

    fn conversation(remote: &str) -> Conversation {
        let local = if remote.starts_with('[') {
            "[2001:db8:2::2]:40000"
        } else {
            "203.0.113.2:40000"
        };
        Conversation::new(local.parse().unwrap(), remote.parse().unwrap())
    }

    #[test]
    fn sequence_numbers_follow_what_was_said() {
        let mut talk = conversation("198.18.0.1:443");
        let frames = [
            talk.syn(),
            talk.syn_ack(),
            talk.ack(),
            talk.request(300),
            talk.response(1_000),
            talk.client_fin(),
        ];
        let numbers = frames.map(|frame| {
            let packet = SlicedPacket::from_ethernet(&frame.bytes).unwrap();
            let Some(TransportSlice::Tcp(tcp)) = packet.transport else {
                panic!("no TCP in {frame:?}");
            };
            (tcp.sequence_number(), tcp.acknowledgment_number())
        });
        let (client, server) = (numbers[0].0, numbers[1].0);
        assert_eq!(numbers[1].1, client + 1);
        assert_eq!(numbers[3], (client + 1, server + 1));
        assert_eq!(numbers[4], (server + 1, client + 301));
        assert_eq!(numbers[5], (client + 301, server + 1_001));
    }

    #[test]
    fn a_stranger_reads_every_wrapping_as_it_was_meant() {
        let links: [Link; 3] = [
            Link::ETHERNET,
            Link::tagged(&[0x8100]),
            Link::tagged(&[0x88a8, 0x8100]),
        ];
        for link in links {
            for remote in ["198.18.0.1:443", "[2001:db8:8000::1]:443"] {
                let mut talk = conversation(remote);
                talk.envelope.link = link;
                let frame = talk.syn();
                let packet = SlicedPacket::from_ethernet(&frame.bytes).unwrap();
                assert!(matches!(packet.transport, Some(TransportSlice::Tcp(tcp)) if tcp.syn()));
                assert!(SlicedPacket::from_ip(frame.packet()).is_ok());
            }
        }
    }

    #[test]
    fn options_and_extension_headers_are_valid() {
        let mut v4 = conversation("198.18.0.1:443");
        v4.envelope.options = [1; 40].into();
        let frame = v4.syn();
        let packet = SlicedPacket::from_ethernet(&frame.bytes).unwrap();
        assert!(
            matches!(packet.net, Some(NetSlice::Ipv4(ip)) if ip.header().options().len() == 40)
        );

        let mut v6 = conversation("[2001:db8:8000::1]:443");
        v6.envelope.extensions = Extension::ALL.to_vec();
        let frame = v6.syn();
        let packet = SlicedPacket::from_ethernet(&frame.bytes).unwrap();
        assert!(matches!(packet.transport, Some(TransportSlice::Tcp(_))));
    }

    #[test]
    fn checksums_are_right() {
        let mut talk = conversation("198.18.0.1:443");
        let frame = talk.request(7);
        let packet = SlicedPacket::from_ethernet(&frame.bytes).unwrap();
        let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) =
            (packet.net, packet.transport)
        else {
            panic!("no TCP over IPv4");
        };
        let header = ip.header();
        assert_eq!(
            header.header_checksum(),
            header.to_header().calc_header_checksum()
        );
        let (from, to) = (header.source(), header.destination());
        assert_eq!(
            tcp.checksum(),
            tcp.to_header()
                .calc_checksum_ipv4_raw(from, to, tcp.payload())
                .unwrap()
        );
    }
}
