//! Which connection a packet belongs to: both endpoints, oriented so that both directions meet.

use core::hash::{Hash, Hasher};

use super::{Direction, protocol};
use crate::{address::Address, destination::DestinationKey, packet::Packet};

/// Both endpoints of a connection, remote first whichever way the packet goes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct FlowKey {
    /// Remote address.
    pub remote: Address,
    /// Local address, as the WAN side sees it: behind masquerading, the gateway's own.
    pub local: Address,
    /// Remote port.
    pub remote_port: u16,
    /// Local port.
    pub local_port: u16,
    /// Transport, one of [`protocol`].
    pub protocol: u16,
    /// Always zero: a map compares padding too.
    pub zero: u16,
}

const _: () = assert!(size_of::<FlowKey>() == 40, "a map key has no padding");

/// In few words: a replay hashes it three times a packet.
impl Hash for FlowKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        for address in [self.remote, self.local] {
            state.write_u64(address.high);
            state.write_u64(address.low);
        }
        let ports = (u64::from(self.remote_port) << 16) | u64::from(self.local_port);
        state.write_u64((ports << 16) | u64::from(self.protocol));
    }
}

impl FlowKey {
    /// The key of the connection that `packet` belongs to; an ICMP error belongs to the one that
    /// it quotes.
    #[inline(always)]
    pub fn of(packet: &Packet, direction: Direction) -> Option<Self> {
        if let Some(segment) = packet.tcp() {
            let ports = (segment.source_port, segment.destination_port);
            return Some(Self::oriented(packet, ports, protocol::TCP, direction));
        }
        if let Some(datagram) = packet.udp() {
            let ports = (datagram.source_port, datagram.destination_port);
            return Some(Self::oriented(packet, ports, protocol::UDP, direction));
        }
        let error = packet.icmp_error()?;
        Some(Self {
            remote: error.quoted_destination,
            local: packet.destination,
            remote_port: error.quoted_destination_port,
            local_port: error.quoted_source_port,
            protocol: u16::from(error.quoted_protocol),
            zero: 0,
        })
    }

    #[inline(always)]
    const fn oriented(
        packet: &Packet,
        (source_port, destination_port): (u16, u16),
        protocol: u16,
        direction: Direction,
    ) -> Self {
        match direction {
            Direction::In => Self {
                remote: packet.source,
                local: packet.destination,
                remote_port: source_port,
                local_port: destination_port,
                protocol,
                zero: 0,
            },
            Direction::Out => Self {
                remote: packet.destination,
                local: packet.source,
                remote_port: destination_port,
                local_port: source_port,
                protocol,
                zero: 0,
            },
        }
    }

    /// The remote endpoint.
    #[inline(always)]
    pub const fn destination(&self) -> DestinationKey {
        DestinationKey {
            address: self.remote,
            port: self.remote_port,
            protocol: self.protocol,
            zero: 0,
        }
    }
}
