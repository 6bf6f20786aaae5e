//! How a censor forges a server's packets. Builds bytes; sends none.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context as _, bail};
use etherparse::{
    IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, Ipv6Extensions, Ipv6Header, PacketBuilder,
};

use crate::segment::Segment;

/// The features by which forgeries differ from the server's own packets, and from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgery {
    /// The TTL (hop limit) at the gateway, the censor being its neighbour.
    pub ttl: u8,
    /// What it says.
    pub message: Message,
    /// How often the same packet is sent.
    pub copies: u8,
    /// The IPv4 identification; 0 leaves it to the kernel.
    pub identification: u16,
    /// The TCP window.
    pub window: u16,
    /// Whether the packet acknowledges. Without it no client believes a reset of its SYN, nor any data.
    pub acknowledges: bool,
}

/// What a censor says in a server's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// The connection is over: RST.
    Reset,
    /// A page instead of the server's, all in one segment, and no more after it: PSH and FIN.
    BlockPage,
}

/// Short, as such pages are: it has to fit into one segment.
const BLOCK_PAGE: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<iframe src=\"http://192.0.2.34\"></iframe>";

impl Default for Forgery {
    /// One RST/ACK with a TTL that neither a server nor the censor's own stack sends with.
    fn default() -> Self {
        Self {
            ttl: 47,
            message: Message::Reset,
            copies: 1,
            identification: 0xbeef,
            window: 8_192,
            acknowledges: true,
        }
    }
}

impl Forgery {
    /// What answers `segment` in the name of its receiver: a bare IP packet.
    ///
    /// # Errors
    /// When the segment's ends are of different families.
    pub fn answer(self, segment: &Segment) -> anyhow::Result<Vec<u8>> {
        let (from, to) = (segment.destination, segment.source);
        // Before the server has answered, there is no number that it could be at.
        let sequence = if segment.ack {
            segment.acknowledgement
        } else {
            0
        };
        let tcp = PacketBuilder::ip(self.ip_header(from, to)?).tcp(
            from.port(),
            to.port(),
            sequence,
            self.window,
        );
        let (mut tcp, payload): (_, &[u8]) = match self.message {
            Message::Reset => (tcp.rst(), &[]),
            Message::BlockPage => (tcp.psh().fin(), BLOCK_PAGE),
        };
        if self.acknowledges {
            tcp = tcp.ack(segment.next_sequence());
        }
        let mut packet = Vec::with_capacity(tcp.size(payload.len()));
        tcp.write_to_vec(&mut packet, payload)
            .context("writing a forged packet")?;
        Ok(packet)
    }

    fn ip_header(self, from: SocketAddr, to: SocketAddr) -> anyhow::Result<IpHeaders> {
        match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let mut header =
                    Ipv4Header::new(0, self.ttl, IpNumber::TCP, from.octets(), to.octets())?;
                header.identification = self.identification;
                Ok(IpHeaders::Ipv4(header, Ipv4Extensions::default()))
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let header = Ipv6Header {
                    hop_limit: self.ttl,
                    source: from.octets(),
                    destination: to.octets(),
                    ..Default::default()
                };
                Ok(IpHeaders::Ipv6(header, Ipv6Extensions::default()))
            }
            _ => bail!("{from} and {to} are of different families"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syn_is_answered_from_zero_and_data_from_where_the_server_is() {
        let data = Segment {
            source: "192.0.2.2:40000".parse().unwrap(),
            destination: "198.18.0.1:443".parse().unwrap(),
            hop_limit: 63,
            sequence: u32::MAX - 1,
            acknowledgement: 77,
            syn: false,
            ack: true,
            rst: false,
            fin: false,
            payload_bytes: 300,
        };
        let syn = Segment {
            syn: true,
            ack: false,
            payload_bytes: 0,
            ..data
        };
        let answers = [data, syn].map(|segment| answer(Forgery::default(), &segment));
        assert_eq!(answers.map(|answer| answer.sequence), [77, 0]);
        assert_eq!(
            answers.map(|answer| answer.acknowledgement),
            [298, u32::MAX]
        );
        assert!(
            answers
                .iter()
                .all(|answer| answer.rst && answer.ack && answer.hop_limit == 47)
        );
    }

    #[test]
    fn a_reset_goes_back_in_the_servers_name_in_ipv6_too() {
        let syn = Segment {
            source: "[2001:db8:1::2]:40000".parse().unwrap(),
            destination: "[2001:db8:8000::1]:443".parse().unwrap(),
            hop_limit: 63,
            sequence: 5,
            acknowledgement: 0,
            syn: true,
            ack: false,
            rst: false,
            fin: false,
            payload_bytes: 0,
        };
        let answer = answer(Forgery::default(), &syn);
        assert_eq!(
            (answer.source, answer.destination),
            (syn.destination, syn.source)
        );
    }

    #[test]
    fn a_block_page_takes_the_servers_place_in_the_stream_and_ends_it() {
        let request = Segment {
            source: "192.0.2.2:40000".parse().unwrap(),
            destination: "198.18.0.1:80".parse().unwrap(),
            hop_limit: 63,
            sequence: 5,
            acknowledgement: 77,
            syn: false,
            ack: true,
            rst: false,
            fin: false,
            payload_bytes: 300,
        };
        let forgery = Forgery {
            message: Message::BlockPage,
            ..Forgery::default()
        };
        let page = answer(forgery, &request);
        assert!(page.fin && page.ack && !page.rst && page.payload_bytes > 0);
        assert_eq!((page.sequence, page.acknowledgement), (77, 305));
    }

    fn answer(forgery: Forgery, segment: &Segment) -> Segment {
        let packet = forgery.answer(segment).unwrap();
        Segment::parse(&packet).unwrap()
    }
}
