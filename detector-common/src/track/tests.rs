//! Whole connections through the engine, over tables that are plain maps.

mod abandoned;
mod counters;
mod destinations;
mod edges;
mod evidence;
mod icmp;
mod invariants;
mod poison;
mod prefixes;
mod quic;
mod refusals;
mod settlement;
mod stalls;
mod strays;
mod table;
mod vantage;

use core::net::SocketAddr;

use self::table::{TestEvidence, TestPrefixes, TestTable};
use super::*;
use crate::{
    frames::{Datagram, TcpFrame, Unreachable, request, response, server_fin, syn, syn_ack},
    prefix::{Counter, Hosts, PrefixCounters, PrefixKey, host_bit},
    verdict::{Outcome, Stage, Verdict},
};

const fn ms(millis: u64) -> Nanos {
    Nanos::from_millis(millis)
}

const fn secs(secs: u64) -> Nanos {
    Nanos::from_secs(secs)
}

const CLIENT_ISN: u32 = 1_000;
const SERVER_ISN: u32 = 500_000_000;

/// One socket of the client, and where it goes.
#[derive(Clone, Copy, Debug)]
struct Socket {
    local: SocketAddr,
    remote: SocketAddr,
}

/// A socket from local port 50,000 to an address and port like `198.51.100.7:443`.
fn socket(remote: &str) -> Socket {
    let remote: SocketAddr = remote.parse().unwrap();
    let local = if remote.is_ipv4() {
        "192.0.2.1:50000"
    } else {
        "[2001:db8::1]:50000"
    };
    Socket {
        local: local.parse().unwrap(),
        remote,
    }
}

impl Socket {
    /// Another socket to the same destination.
    fn sibling(self, local_port: u16) -> Self {
        let mut local = self.local;
        local.set_port(local_port);
        Self { local, ..self }
    }

    fn destination(self) -> DestinationKey {
        let packet = self.outbound(syn()).packet();
        FlowKey::of(&packet, Direction::Out).unwrap().destination()
    }

    fn outbound(self, frame: TcpFrame) -> TcpFrame {
        TcpFrame {
            from: self.local,
            to: self.remote,
            ..frame.numbered(CLIENT_ISN, SERVER_ISN)
        }
    }

    fn inbound(self, frame: TcpFrame) -> TcpFrame {
        TcpFrame {
            from: self.remote,
            to: self.local,
            ..frame.numbered(SERVER_ISN, CLIENT_ISN)
        }
    }
}

type Destinations = TestTable<DestinationKey, DestinationState>;
type TestTables = Tables<
    TestTable<FlowKey, FlowState>,
    Destinations,
    TestPrefixes,
    TestTable<u32, Vantage>,
    TestEvidence,
>;

/// The engine with its tables.
struct World {
    tables: TestTables,
    tuning: Tuning,
}

impl World {
    fn new() -> Self {
        Self {
            tables: Tables {
                flows: TestTable::default(),
                destinations: TestTable::default(),
                prefixes: TestPrefixes::default(),
                vantage: TestTable::of([(0, Vantage::default())]),
                evidence: TestEvidence::default(),
            },
            tuning: crate::frames::TUNING,
        }
    }

    fn client(&mut self, at: Nanos, socket: Socket, frame: TcpFrame) -> Option<Judgement> {
        self.see(at, &socket.outbound(frame).packet(), Direction::Out)
    }

    fn server(&mut self, at: Nanos, socket: Socket, frame: TcpFrame) -> Option<Judgement> {
        self.see(at, &socket.inbound(frame).packet(), Direction::In)
    }

    fn see(&mut self, at: Nanos, packet: &Packet, direction: Direction) -> Option<Judgement> {
        track(&mut self.tables, packet, direction, at, &self.tuning)
    }

    /// A handshake that takes 40 milliseconds.
    fn handshake(&mut self, at: Nanos, socket: Socket) {
        assert_eq!(self.client(at, socket, syn()), None);
        assert_eq!(self.server(after(at, 40), socket, syn_ack()), None);
    }

    /// A connection whose request is answered.
    fn answer(&mut self, at: Nanos, socket: Socket) {
        self.handshake(at, socket);
        assert_eq!(self.client(after(at, 41), socket, request(300)), None);
        let response = response(1_000).ack(301);
        assert_eq!(self.server(after(at, 81), socket, response), None);
    }

    /// A connection whose request is answered, and which the server closes.
    fn exchange(&mut self, at: Nanos, socket: Socket) -> Option<Judgement> {
        self.answer(at, socket);
        self.server(after(at, 90), socket, server_fin().seq(1_001).ack(301))
    }

    /// A connection whose request is sent three times and never answered; what the last one says.
    fn deafness(&mut self, at: Nanos, socket: Socket) -> Option<Judgement> {
        self.handshake(at, socket);
        for millis in [41, 341, 941] {
            assert_eq!(self.client(after(at, millis), socket, request(300)), None);
        }
        self.client(after(at, 2_141), socket, request(300))
    }

    fn datagram(&mut self, at: Nanos, frame: Datagram, direction: Direction) -> Option<Judgement> {
        self.see(at, &frame.packet(), direction)
    }

    /// An error about the SYN of a socket.
    fn error(&mut self, at: Nanos, socket: Socket, error: Unreachable) -> Option<Judgement> {
        let syn = socket.outbound(syn());
        let packet = error.about(&syn.bytes(), socket.local.ip());
        self.see(at, &packet, Direction::In)
    }

    /// Three SYNs that nothing answers; what the last one says.
    fn silence(&mut self, at: Nanos, socket: Socket) -> Option<Judgement> {
        assert_eq!(self.client(at, socket, syn()), None);
        assert_eq!(self.client(after(at, 1_000), socket, syn()), None);
        self.client(after(at, 3_000), socket, syn())
    }

    fn key(&self, socket: Socket) -> PrefixKey {
        PrefixKey::of(&socket.destination().address, &self.tuning)
    }

    /// The counters of the prefix that a socket goes to; zeroes where it is not tracked.
    fn counters(&self, socket: Socket) -> PrefixCounters {
        let counters = self.tables.prefixes.0.values.get(&self.key(socket));
        counters.copied().unwrap_or_default()
    }

    fn is_tracked(&self, socket: Socket) -> bool {
        self.tables
            .prefixes
            .0
            .values
            .contains_key(&self.key(socket))
    }

    fn is_in(&self, hosts: Hosts, socket: Socket) -> bool {
        let host = host_bit(&socket.destination().address);
        self.counters(socket).contains(hosts, host)
    }
}

const fn after(at: Nanos, millis: u64) -> Nanos {
    Nanos(at.0 + ms(millis).0)
}
