//! Each mark on its own, and what the marks prove together.

mod echo;
mod look;
mod numbers;
mod proof;
mod timing;

use super::*;
use crate::{
    flow::{Direction, phase},
    frames::{self, TcpFrame, refusal, reset, response, server_fin},
    time::Nanos,
    tuning::Tuning,
};

const RTT: Nanos = Nanos::from_millis(40);
const SYN_AT: Nanos = Nanos::from_secs(1_000);
const DATA_AT: Nanos = Nanos::from_secs(1_001);

/// A connection, its destination and its uplink, before a packet that is in question.
#[derive(Clone, Copy)]
struct Question {
    flow: FlowState,
    destination: DestinationState,
    vantage: Vantage,
}

/// A destination that answered with DF, in 40 milliseconds.
fn known() -> DestinationState {
    let mut destination = DestinationState::default();
    destination.answered(frames::SERVER_TTL, true, Some(RTT));
    destination
}

/// A connection that counts from zero on both sides and has 300 bytes of data out.
fn requested() -> Question {
    Question {
        flow: FlowState {
            syn_at: SYN_AT,
            data_us: DATA_AT.since(SYN_AT).as_micros_u32(),
            sent_us: DATA_AT.since(SYN_AT).as_micros_u32(),
            newest_seq: 1,
            client_next: 301,
            client_ip_id: 7_000,
            client_window: 64_240,
            server_next: 1,
            phase: phase::DATA_SENT,
            server_ttl: frames::SERVER_TTL,
            server_df: 1,
            ..FlowState::default()
        },
        destination: known(),
        vantage: Vantage::default(),
    }
}

/// A SYN to that destination is out.
fn asked() -> Question {
    Question {
        flow: FlowState {
            syn_at: DATA_AT,
            client_next: 1,
            ..FlowState::default()
        },
        ..requested()
    }
}

/// A first reset came a round trip after the data, with number 1 and acknowledging everything.
fn once_reset() -> Question {
    let mut question = requested();
    question.flow.phase = phase::RESET;
    question.flow.stage = Stage::PostPsh as u8;
    question.flow.heard_at = after(RTT);
    question.flow.reset_seq = 1;
    question.flow.reset_ack = 301;
    question.flow.resets = 1;
    question
}

const fn after(span: Nanos) -> Nanos {
    Nanos(DATA_AT.0 + span.0)
}

impl Question {
    /// What a reset bears that comes so long after the data.
    fn reset(&self, span: Nanos, frame: TcpFrame) -> Marks {
        self.ask(span, frame, of_reset)
    }

    /// What data or a FIN bears.
    fn speech(&self, span: Nanos, frame: TcpFrame) -> Marks {
        self.ask(span, frame, of_speech)
    }

    /// A reset that comes a whole round trip after the data.
    fn late_reset(&self, frame: TcpFrame) -> Marks {
        self.reset(RTT, frame)
    }

    fn ask(
        &self,
        span: Nanos,
        frame: TcpFrame,
        of: fn(&FlowState, &DestinationState, &Segment, &Sighting<'_>) -> Marks,
    ) -> Marks {
        let packet = frame.packet();
        let sighting = Sighting {
            packet: &packet,
            direction: Direction::In,
            now: after(span),
            vantage: &self.vantage,
            tuning: &Tuning::DEFAULT,
        };
        let segment = packet.tcp().unwrap();
        of(&self.flow, &self.destination, segment, &sighting)
    }
}

const NONE: Marks = Marks(0);

const fn only(mark: Mark) -> Marks {
    Marks::when(mark, true)
}

#[test]
fn the_destinations_own_packets_bear_no_mark() {
    let question = requested();
    assert_eq!(question.late_reset(reset().ack(301)), NONE);
    assert_eq!(question.speech(RTT, response(500).ack(301)), NONE);
    assert_eq!(question.speech(RTT, server_fin().ack(301)), NONE);
    assert_eq!(asked().late_reset(refusal()), NONE);
}
