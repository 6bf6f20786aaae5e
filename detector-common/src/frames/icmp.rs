//! Errors that somebody on the way sends about a packet of ours.

use core::net::{IpAddr, Ipv4Addr};
use std::vec::Vec;

use etherparse::PacketBuilder;

use crate::{
    packet::{Packet, parse},
    wire::link::LinkLayer,
};

/// A router that is nobody's destination.
const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

/// The octets that an error quotes at least: an IPv4 header, and eight of the transport.
const QUOTE_V4: usize = 28;
const QUOTE_V6: usize = 48;

/// "Destination unreachable", of either family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unreachable {
    pub(crate) sender: IpAddr,
    pub(crate) kind: u8,
    pub(crate) code: u8,
}

impl Unreachable {
    /// From a router, with the code of either family.
    pub(crate) const fn code(code: u8) -> Self {
        Self {
            sender: ROUTER,
            kind: 3,
            code,
        }
    }

    /// The error about a packet that `to` sent.
    pub(crate) fn about(&self, quoted: &[u8], to: IpAddr) -> Packet {
        let mut bytes = Vec::new();
        match (self.sender, to) {
            (IpAddr::V4(sender), IpAddr::V4(to)) => {
                PacketBuilder::ipv4(sender.octets(), to.octets(), 60)
                    .icmpv4_raw(self.kind, self.code, [0; 4])
                    .write(&mut bytes, &quoted[..QUOTE_V4])
            }
            (IpAddr::V6(sender), IpAddr::V6(to)) => {
                PacketBuilder::ipv6(sender.octets(), to.octets(), 60)
                    .icmpv6_raw(self.kind, self.code, [0; 4])
                    .write(&mut bytes, &quoted[..QUOTE_V6])
            }
            families => panic!("two families in one packet: {families:?}"),
        }
        .unwrap();
        parse(bytes.as_slice(), LinkLayer::Ip).unwrap()
    }
}
