//! TCP frames for tests. etherparse writes them, so that our reader is not held against an idea
//! of the format that is its own.

mod icmp;
mod quic;

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::{vec, vec::Vec};

use etherparse::{
    IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, Ipv6Extensions, Ipv6FlowLabel, Ipv6Header,
    PacketBuilder, TcpHeader,
};

pub(crate) use self::{
    icmp::Unreachable,
    quic::{Datagram, initial, quic_answer},
};
use crate::{
    packet::{Packet, parse},
    time::Nanos,
    tuning::Tuning,
    wire::link::LinkLayer,
};

pub(crate) const FIN: u8 = 0x01;
pub(crate) const SYN: u8 = 0x02;
pub(crate) const RST: u8 = 0x04;
pub(crate) const PSH: u8 = 0x08;
pub(crate) const ACK: u8 = 0x10;
pub(crate) const URG: u8 = 0x20;
pub(crate) const ECE: u8 = 0x40;
pub(crate) const CWR: u8 = 0x80;

/// TTL of everything that the client sends.
pub(crate) const CLIENT_TTL: u8 = 64;
/// TTL of what the server sends, as it arrives.
pub(crate) const SERVER_TTL: u8 = 50;

const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 50_000);
const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 443);

/// One segment, its payload all zeroes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TcpFrame {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) flags: u8,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) window: u16,
    pub(crate) payload_len: usize,
    pub(crate) ttl: u8,
    pub(crate) dont_fragment: bool,
    pub(crate) ip_id: u16,
}

impl TcpFrame {
    const fn client(flags: u8) -> Self {
        Self {
            from: CLIENT,
            to: SERVER,
            flags,
            seq: 0,
            ack: 0,
            window: 64_240,
            payload_len: 0,
            ttl: CLIENT_TTL,
            dont_fragment: true,
            ip_id: 0,
        }
    }

    const fn server(flags: u8) -> Self {
        Self {
            from: SERVER,
            to: CLIENT,
            ttl: SERVER_TTL,
            ..Self::client(flags)
        }
    }

    pub(crate) const fn flags(self, flags: u8) -> Self {
        Self { flags, ..self }
    }

    pub(crate) const fn seq(self, seq: u32) -> Self {
        Self { seq, ..self }
    }

    pub(crate) const fn ack(self, ack: u32) -> Self {
        Self { ack, ..self }
    }

    pub(crate) const fn window(self, window: u16) -> Self {
        Self { window, ..self }
    }

    pub(crate) const fn payload(self, payload_len: usize) -> Self {
        Self {
            payload_len,
            ..self
        }
    }

    pub(crate) const fn ttl(self, ttl: u8) -> Self {
        Self { ttl, ..self }
    }

    pub(crate) const fn fragmentable(self) -> Self {
        Self {
            dont_fragment: false,
            ..self
        }
    }

    pub(crate) const fn ip_id(self, ip_id: u16) -> Self {
        Self { ip_id, ..self }
    }

    /// The same segment where its sender counts from `own` and its receiver from `other`.
    pub(crate) const fn numbered(self, own: u32, other: u32) -> Self {
        self.seq(self.seq.wrapping_add(own))
            .ack(self.ack.wrapping_add(other))
    }

    /// The frame without a link header.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        PacketBuilder::ip(self.ip())
            .tcp_header(self.tcp())
            .write(&mut bytes, &vec![0; self.payload_len])
            .unwrap();
        bytes
    }

    pub(crate) fn packet(&self) -> Packet {
        parse(self.bytes().as_slice(), LinkLayer::Ip).unwrap()
    }

    fn ip(&self) -> IpHeaders {
        match (self.from.ip(), self.to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let protocol = IpNumber::TCP;
                let mut ip =
                    Ipv4Header::new(0, self.ttl, protocol, from.octets(), to.octets()).unwrap();
                ip.dont_fragment = self.dont_fragment;
                ip.identification = self.ip_id;
                IpHeaders::Ipv4(ip, Ipv4Extensions::default())
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let ip = Ipv6Header {
                    traffic_class: 0,
                    flow_label: Ipv6FlowLabel::ZERO,
                    payload_length: 0,
                    next_header: IpNumber::TCP,
                    hop_limit: self.ttl,
                    source: from.octets(),
                    destination: to.octets(),
                };
                IpHeaders::Ipv6(ip, Ipv6Extensions::default())
            }
            families => panic!("two families in one packet: {families:?}"),
        }
    }

    fn tcp(&self) -> TcpHeader {
        let mut tcp = TcpHeader::new(self.from.port(), self.to.port(), self.seq, self.window);
        tcp.acknowledgment_number = self.ack;
        for (bit, flag) in [
            (FIN, &mut tcp.fin),
            (SYN, &mut tcp.syn),
            (RST, &mut tcp.rst),
            (PSH, &mut tcp.psh),
            (ACK, &mut tcp.ack),
            (URG, &mut tcp.urg),
            (ECE, &mut tcp.ece),
            (CWR, &mut tcp.cwr),
        ] {
            *flag = self.flags & bit != 0;
        }
        tcp
    }
}

// The parts of one connection, each side counting from zero; see `TcpFrame::numbered`.

pub(crate) const fn syn() -> TcpFrame {
    TcpFrame::client(SYN)
}

pub(crate) const fn syn_ack() -> TcpFrame {
    TcpFrame::server(SYN | ACK).ack(1)
}

/// The client's first data.
pub(crate) const fn request(len: usize) -> TcpFrame {
    TcpFrame::client(PSH | ACK).seq(1).ack(1).payload(len)
}

/// The server's first data.
pub(crate) const fn response(len: usize) -> TcpFrame {
    TcpFrame::server(PSH | ACK).seq(1).ack(1).payload(len)
}

/// What a closed port answers to a SYN.
pub(crate) const fn refusal() -> TcpFrame {
    TcpFrame::server(RST | ACK).ack(1).window(0)
}

/// The server's reset of an established connection.
pub(crate) const fn reset() -> TcpFrame {
    TcpFrame::server(RST | ACK).seq(1).ack(1).window(0)
}

/// The client's own reset.
pub(crate) const fn abort() -> TcpFrame {
    TcpFrame::client(RST | ACK).seq(1).ack(1).window(0)
}

pub(crate) const fn client_fin() -> TcpFrame {
    TcpFrame::client(FIN | ACK).seq(1).ack(1)
}

pub(crate) const fn server_fin() -> TcpFrame {
    TcpFrame::server(FIN | ACK).seq(1).ack(1)
}

/// A mere acknowledgement of the server.
pub(crate) const fn server_ack(ack: u32) -> TcpFrame {
    TcpFrame::server(ACK).seq(1).ack(ack)
}

/// A mere acknowledgement of the client.
pub(crate) const fn client_ack(ack: u32) -> TcpFrame {
    TcpFrame::client(ACK).seq(1).ack(ack)
}

/// The defaults with shorter silences, so that stories are shorter too.
pub(crate) const TUNING: Tuning = Tuning {
    data_silence: Nanos::from_secs(1),
    quic_silence: Nanos::from_millis(900),
    ..Tuning::DEFAULT
};
