//! One connection after another, played segment by segment.

mod abort;
mod accusation;
mod again;
mod blackhole;
mod block_page;
mod contradiction;
mod cookies;
mod cutoff;
mod duplicates;
mod edges;
mod fast_open;
mod honest;
mod icmp;
mod one_way;
mod order;
mod played;
mod ports;
mod progress;
mod quic;
mod refusal;
mod reset;
mod silence;
mod timing;
mod wraparound;

use super::*;
use crate::{
    frames::{self, TcpFrame, request, response, server_fin, syn, syn_ack},
    mark::{Mark, Marks},
};

const fn ms(millis: u64) -> Nanos {
    Nanos::from_millis(millis)
}

const fn us(micros: u64) -> Nanos {
    Nanos(micros * 1_000)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is compared with what `classify` returns"
)]
const fn judged(verdict: Verdict, stage: Stage) -> Option<Judgement> {
    Some(Judgement { verdict, stage })
}

const fn injected(stage: Stage) -> Option<Judgement> {
    judged(Verdict::RstInjected, stage)
}

/// The round trip of every scene that says nothing else.
const RTT: Nanos = ms(40);
/// When the client's data leaves in scenes that have come so far.
const REQUEST_AT: Nanos = ms(50);
/// When the server's data arrives.
const RESPONSE_AT: Nanos = ms(100);
const REQUEST_LEN: usize = 300;
const RESPONSE_LEN: usize = 1_000;

/// When a scene begins: a clock has run for a while when the first packet passes.
const START: Nanos = Nanos::from_secs(1_000);

/// What a connection that worked comes to, whoever ends it.
const OK: Option<Judgement> = judged(Verdict::Ok, Stage::LaterInFlow);

/// A client's sockets to one destination, one after the other.
struct Scene {
    /// The socket that is open.
    flow: Option<FlowState>,
    /// What is remembered of the destination.
    destination: DestinationState,
    /// What is known of the uplink.
    vantage: Vantage,
    client_isn: u32,
    server_isn: u32,
}

impl Scene {
    fn new() -> Self {
        Self::numbered(1_000, 500_000_000)
    }

    fn numbered(client_isn: u32, server_isn: u32) -> Self {
        Self {
            flow: None,
            destination: DestinationState::default(),
            vantage: Vantage::default(),
            client_isn,
            server_isn,
        }
    }

    /// The SYN is out.
    fn asked() -> Self {
        let mut scene = Self::new();
        assert_eq!(scene.client(ms(0), syn()), None);
        scene
    }

    /// The SYN-ACK came.
    fn answered() -> Self {
        let mut scene = Self::asked();
        assert_eq!(scene.server(RTT, syn_ack()), None);
        scene
    }

    /// The client's first data is out.
    fn requested() -> Self {
        let mut scene = Self::answered();
        assert_eq!(scene.client(REQUEST_AT, request(REQUEST_LEN)), None);
        scene
    }

    /// The server's first data came.
    fn settled() -> Self {
        let mut scene = Self::requested();
        assert_eq!(
            scene.server(RESPONSE_AT, response(RESPONSE_LEN).ack(301)),
            None
        );
        scene
    }

    /// The scene that has come to `stage`.
    fn at(stage: Stage) -> Self {
        match stage {
            Stage::PostSyn => Self::asked(),
            Stage::PostAck => Self::answered(),
            Stage::PostPsh => Self::requested(),
            Stage::LaterInFlow => Self::settled(),
        }
    }

    /// Closes the socket and opens another: the destination is the same, the flow is not.
    fn another_socket(&mut self) {
        self.flow = None;
        self.client_isn = self.client_isn.wrapping_add(0x1234_5678);
        self.server_isn = self.server_isn.wrapping_add(0x0765_4321);
    }

    /// Opens another socket after a handshake taught the destination's round trip.
    fn remembering(rtt: Nanos) -> Self {
        let mut scene = Self::asked();
        assert_eq!(scene.server(rtt, syn_ack()), None);
        scene.another_socket();
        scene
    }

    fn client(&mut self, at: Nanos, frame: TcpFrame) -> Option<Judgement> {
        let frame = frame.numbered(self.client_isn, self.server_isn);
        self.see(at, &frame.packet(), Direction::Out)
    }

    fn server(&mut self, at: Nanos, frame: TcpFrame) -> Option<Judgement> {
        let frame = frame.numbered(self.server_isn, self.client_isn);
        self.see(at, &frame.packet(), Direction::In)
    }

    /// An answer to the SYN that begins at number zero, as a closed port's does.
    fn refuse(&mut self, at: Nanos, frame: TcpFrame) -> Option<Judgement> {
        let frame = frame.numbered(0, self.client_isn);
        self.see(at, &frame.packet(), Direction::In)
    }

    fn see(&mut self, at: Nanos, packet: &Packet, direction: Direction) -> Option<Judgement> {
        let now = after(START, at);
        let sighting = Sighting {
            packet,
            direction,
            now,
            vantage: &self.vantage,
            tuning: &frames::TUNING,
        };
        let flow = self.flow.get_or_insert(FlowState::begin(packet, now));
        classify(flow, &mut self.destination, &sighting)
    }

    fn stage(&self) -> Stage {
        self.flow.unwrap().stage()
    }

    /// What the connection has come to so far.
    fn verdict(&self) -> Verdict {
        self.flow.unwrap().conclude().verdict
    }

    fn marks(&self) -> Marks {
        self.flow.unwrap().marks
    }

    fn bears(&self, mark: Mark) -> bool {
        self.marks().has(mark)
    }
}

const fn after(at: Nanos, span: Nanos) -> Nanos {
    Nanos(at.0 + span.0)
}

const fn marks(all: &[Mark]) -> Marks {
    let (mut set, mut index) = (Marks(0), 0);
    while index < all.len() {
        set = set.and(Marks::when(all[index], true));
        index += 1;
    }
    set
}
