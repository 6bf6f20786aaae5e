//! Both ends of one connection, and the frame that a step makes of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use detector_common::flow::Direction;

use crate::{
    frame::{Envelope, Segment},
    script::{ACK, CONNECTIONS, FIN, Message, RST, SYN, Step},
};

const ROUTER_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));
const ROUTER_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1));

/// What both ends count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    local: SocketAddr,
    remote: SocketAddr,
    client_isn: u32,
    server_isn: u32,
    client_next: u32,
    server_next: u32,
}

impl Connection {
    /// Two of one destination, a neighbour of that, one elsewhere, and two over IPv6. Some begin to count just
    /// before zero.
    pub(crate) fn all() -> [Self; CONNECTIONS] {
        [
            ("192.0.2.1:50000", "198.51.100.7:443", 1_000),
            ("192.0.2.1:50001", "198.51.100.7:443", u32::MAX - 100),
            ("192.0.2.2:50000", "198.51.100.8:443", 0),
            ("192.0.2.1:50000", "203.0.113.9:443", 1 << 31),
            ("[2001:db8::1]:50000", "[2001:db8:64::7]:443", 7),
            ("[2001:db8::1]:50000", "[2001:db8:64:1::8]:443", u32::MAX),
        ]
        .map(|(local, remote, isn)| {
            let end = |text: &str| text.parse().expect("an address and a port");
            Self::new(end(local), end(remote), isn)
        })
    }

    const fn new(local: SocketAddr, remote: SocketAddr, isn: u32) -> Self {
        let server_isn = isn.wrapping_mul(3).wrapping_add(1 << 30);
        Self {
            local,
            remote,
            client_isn: isn,
            server_isn,
            client_next: isn.wrapping_add(1),
            server_next: server_isn.wrapping_add(1),
        }
    }

    /// The frame of one step, without a link header.
    pub(crate) fn frame(&mut self, step: &Step) -> Vec<u8> {
        match step.message {
            Message::Segment(flags) => self.segment(step, flags),
            Message::Reuse => {
                *self = Self::new(
                    self.local,
                    self.remote,
                    self.client_isn.wrapping_add(1 << 26),
                );
                self.segment(step, SYN)
            }
            Message::Datagram => self.envelope(step).datagram(self.ports(step.direction)),
            Message::Error {
                kind,
                code,
                about_tcp,
                by_destination,
            } => self.error(step, (kind, code), about_tcp, by_destination),
        }
    }

    fn segment(&mut self, step: &Step, flags: u8) -> Vec<u8> {
        let (seq, ack) = self.due(step.direction, flags);
        let segment = Segment {
            ports: self.ports(step.direction),
            seq: seq.wrapping_add(step.seq),
            ack: ack.wrapping_add(step.ack),
            flags,
            window: step.window,
            len: step.len,
        };
        if step.seq == 0 && flags & (SYN | RST) == 0 {
            let end = seq.wrapping_add(step.len.into());
            let end = end.wrapping_add(u32::from(flags & FIN));
            match step.direction {
                Direction::In => self.server_next = end,
                Direction::Out => self.client_next = end,
            }
        }
        self.envelope(step).segment(&segment)
    }

    /// The numbers that an honest end would send.
    const fn due(&self, direction: Direction, flags: u8) -> (u32, u32) {
        match (direction, flags & SYN != 0, flags & ACK != 0) {
            (Direction::Out, true, _) => (self.client_isn, 0),
            (Direction::Out, false, _) => (self.client_next, self.server_next),
            (Direction::In, true, true) => (self.server_isn, self.client_isn.wrapping_add(1)),
            (Direction::In, true, false) => (self.server_isn, 0),
            (Direction::In, false, _) => (self.server_next, self.client_next),
        }
    }

    fn error(&self, step: &Step, kind: (u8, u8), about_tcp: bool, by_destination: bool) -> Vec<u8> {
        let sent = self.envelope(&Step {
            direction: Direction::Out,
            ..*step
        });
        let quote = if about_tcp {
            sent.segment(&Segment {
                ports: self.ports(Direction::Out),
                seq: self.client_isn.wrapping_add(step.seq),
                ack: 0,
                flags: SYN,
                window: step.window,
                len: 0,
            })
        } else {
            sent.datagram(self.ports(Direction::Out))
        };
        let router = if self.remote.is_ipv4() {
            ROUTER_V4
        } else {
            ROUTER_V6
        };
        let envelope = Envelope {
            from: if by_destination { sent.to } else { router },
            to: sent.from,
            ..sent
        };
        envelope.error(kind, &quote)
    }

    const fn envelope(&self, step: &Step) -> Envelope {
        let (from, to) = match step.direction {
            Direction::In => (self.remote.ip(), self.local.ip()),
            Direction::Out => (self.local.ip(), self.remote.ip()),
        };
        Envelope {
            from,
            to,
            ttl: step.ttl,
            dont_fragment: step.dont_fragment,
            ip_id: step.ip_id,
        }
    }

    const fn ports(&self, direction: Direction) -> (u16, u16) {
        match direction {
            Direction::In => (self.remote.port(), self.local.port()),
            Direction::Out => (self.local.port(), self.remote.port()),
        }
    }
}
