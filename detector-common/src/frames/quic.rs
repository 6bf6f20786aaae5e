//! Datagrams of QUIC, as far as anybody looks into them.

use core::net::SocketAddr;
use std::{vec, vec::Vec};

use etherparse::PacketBuilder;

use super::{CLIENT, CLIENT_TTL, SERVER, SERVER_TTL, TcpFrame};
use crate::{
    packet::{Packet, parse},
    wire::link::LinkLayer,
};

/// A long header, fixed bit set, type Initial of version 1 (RFC 9000 §17.2.2).
const INITIAL: [u8; 5] = [0xc0, 0, 0, 0, 1];

/// One datagram: a header, and zeroes behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Datagram {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) header: [u8; 5],
    pub(crate) len: usize,
    pub(crate) ttl: u8,
    pub(crate) ip_id: u16,
}

/// A client's Initial.
pub(crate) const fn initial() -> Datagram {
    Datagram {
        from: CLIENT,
        to: SERVER,
        header: INITIAL,
        len: 1_200,
        ttl: CLIENT_TTL,
        ip_id: 0,
    }
}

/// Something that the server sends.
pub(crate) const fn quic_answer() -> Datagram {
    Datagram {
        from: SERVER,
        to: CLIENT,
        ttl: SERVER_TTL,
        ..initial()
    }
}

impl Datagram {
    /// The datagram without a link header.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut payload = vec![0; self.len];
        for (byte, header) in payload.iter_mut().zip(self.header) {
            *byte = header;
        }
        let frame = TcpFrame {
            from: self.from,
            to: self.to,
            ttl: self.ttl,
            ip_id: self.ip_id,
            ..super::syn()
        };
        let mut bytes = Vec::new();
        PacketBuilder::ip(frame.ip())
            .udp(self.from.port(), self.to.port())
            .write(&mut bytes, &payload)
            .unwrap();
        bytes
    }

    pub(crate) fn packet(&self) -> Packet {
        parse(self.bytes().as_slice(), LinkLayer::Ip).unwrap()
    }
}
