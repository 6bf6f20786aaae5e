//! Whole connections through the engine, over tables that are plain maps.

mod counters;
mod destinations;
mod edges;
mod invariants;
mod prefixes;
mod refusals;
mod strays;
mod table;

use core::net::SocketAddr;

use self::table::{TestPrefixes, TestTable};
use super::*;
use crate::{
    frames::{TcpFrame, request, response, syn, syn_ack},
    prefix::PrefixCounters,
    verdict::{Stage, Verdict},
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
        FlowKey::of(&packet, packet.tcp().unwrap(), Direction::Out).destination()
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

type Memory = TestTable<DestinationKey, DestinationState>;

/// The engine with its tables.
struct World {
    tables: Tables<TestTable<FlowKey, FlowState>, Memory, Memory, TestPrefixes>,
    tuning: Tuning,
}

impl World {
    fn new() -> Self {
        Self {
            tables: Tables {
                flows: TestTable::default(),
                destinations: TestTable::default(),
                candidates: TestTable::default(),
                prefixes: TestPrefixes::default(),
            },
            tuning: Tuning::DEFAULT,
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
    fn exchange(&mut self, at: Nanos, socket: Socket) -> Option<Judgement> {
        self.handshake(at, socket);
        assert_eq!(self.client(after(at, 41), socket, request(300)), None);
        self.server(after(at, 81), socket, response(1_000))
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
