//! A server, the way to it and its client: what passes the gateway, and when.

use super::*;
use crate::frames::{ACK, PSH, RST, abort, client_ack, client_fin, refusal, reset, server_ack};

/// How an honest connection goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    Refused,
    ResetAfterHandshake,
    ResetForAnAnswer,
    ResetAmidTheAnswer,
    ClosedUnanswered,
    ClosedByServer,
    ClosedByClient,
    AbortedByClient,
    ResetWhenIdle,
}

pub(super) const ENDS: [End; 9] = [
    End::Refused,
    End::ResetAfterHandshake,
    End::ResetForAnAnswer,
    End::ResetAmidTheAnswer,
    End::ClosedUnanswered,
    End::ClosedByServer,
    End::ClosedByClient,
    End::AbortedByClient,
    End::ResetWhenIdle,
];

/// How a server numbers its IP packets.
#[derive(Clone, Copy, Debug)]
pub(super) enum IpIds {
    Zero,
    Counted,
    Scattered,
}

/// What a server and the way to it are like; times in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) rtt: u64,
    pub(super) ttl: u8,
    pub(super) dont_fragment: bool,
    pub(super) ip_ids: IpIds,
    pub(super) window: u16,
}

/// One connection; times in microseconds.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) end: End,
    /// SYNs and requests that are lost before one arrives.
    pub(super) lost: (u32, u32),
    /// What the SYN-ACK takes beyond the round trip, in millionths of it. With its disorder that
    /// is less than a round trip; else half of what was measured would be more than one.
    pub(super) slow_answer: u64,
    pub(super) client_thinks: u64,
    pub(super) server_thinks: u64,
    pub(super) segments: u32,
    /// Of each packet that comes in: how much later it is than it should be, below a millisecond,
    /// and whether it comes twice.
    pub(super) disorder: Vec<(u64, bool)>,
    pub(super) answers_resets: bool,
}

/// Writes down what passes the gateway, and when.
struct Story<'a> {
    line: &'a Line,
    plan: &'a Plan,
    now: u64,
    packets: Vec<(u64, Direction, TcpFrame)>,
}

impl Story<'_> {
    fn client(&mut self, frame: TcpFrame) {
        let ip_id = 20_000 + u16::try_from(self.packets.len()).unwrap();
        self.packets.push((self.now, Out, frame.ip_id(ip_id)));
    }

    /// A packet of the server that should pass now.
    fn server(&mut self, frame: TcpFrame) {
        let index = u16::try_from(self.packets.len()).unwrap();
        let ip_id = match self.line.ip_ids {
            IpIds::Zero => 0,
            IpIds::Counted => index,
            IpIds::Scattered => index.wrapping_mul(40_503),
        };
        let frame = TcpFrame {
            dont_fragment: self.line.dont_fragment,
            ..frame.ttl(self.line.ttl).ip_id(ip_id)
        };
        let disorder = self.plan.disorder[usize::from(index) % self.plan.disorder.len()];
        let at = self.now + disorder.0;
        self.packets.push((at, In, frame));
        if disorder.1 {
            // The copy, too, is less than a millisecond late.
            self.packets
                .push((at + (1_000 - disorder.0) / 2, In, frame));
        }
    }

    fn speaks(&mut self, frame: TcpFrame) {
        self.server(frame.window(self.line.window));
    }

    /// Sends a segment until it arrives: the timer doubles.
    fn insist(&mut self, frame: TcpFrame, lost: u32, timer: u64) {
        self.client(frame);
        for attempt in 0..lost {
            self.now += timer << attempt;
            self.client(frame);
        }
        self.now += self.line.rtt;
    }

    fn handshake(&mut self) {
        self.insist(syn(), self.plan.lost.0, 1_000_000);
        if self.plan.end == End::Refused {
            self.server(refusal().seq(0_u32.wrapping_sub(SERVER)));
            return;
        }
        self.now += self.plan.slow_answer * self.line.rtt / 1_000_000;
        self.server(syn_ack());
        self.now += 1_000;
        self.client(client_ack(1));
        self.now += self.plan.client_thinks;
        if self.plan.end == End::ResetAfterHandshake {
            self.resets(1, 1);
        } else {
            self.ask();
        }
    }

    fn ask(&mut self) {
        // A close without a word does not take back what silence said before.
        let is_silent = self.plan.end == End::ClosedUnanswered;
        let lost = if is_silent { 0 } else { self.plan.lost.1 };
        self.insist(request(REQUEST_LEN), lost, 200_000 + self.line.rtt);
        self.speaks(server_ack(301));
        self.now += self.plan.server_thinks;
        match self.plan.end {
            End::ResetForAnAnswer => self.resets(1, 301),
            End::ClosedUnanswered => self.speaks(server_fin().ack(301)),
            _ => self.answer(),
        }
    }

    fn answer(&mut self) {
        let mut seq = 1;
        for index in 0..=self.plan.segments {
            let flags = if index == self.plan.segments {
                PSH | ACK
            } else {
                ACK
            };
            self.speaks(response(1_400).flags(flags).seq(seq).ack(301));
            seq += 1_400;
            self.now += 1_100;
            self.client(client_ack(seq).seq(301));
        }
        self.finish(seq);
    }

    fn finish(&mut self, seq: u32) {
        let closing = client_fin().seq(301).ack(seq);
        match self.plan.end {
            End::ResetAmidTheAnswer => self.resets(seq, 301),
            End::ClosedByServer => {
                self.speaks(server_fin().seq(seq).ack(301));
                self.now += 1_100;
                self.client(closing.ack(seq + 1));
            }
            End::ClosedByClient => {
                self.now += 20_000_000;
                self.insist(closing, 0, 0);
                self.speaks(server_fin().seq(seq).ack(302));
            }
            End::AbortedByClient => self.client(abort().seq(301)),
            _ => {
                self.now += 40_000_000;
                self.resets(seq, 301);
            }
        }
    }

    /// The server's reset, and one for what the client sends before it knows.
    fn resets(&mut self, seq: u32, ack: u32) {
        self.server(reset().seq(seq).ack(ack));
        if self.plan.answers_resets {
            self.now += 100;
            self.server(reset().flags(RST).seq(seq).ack(0_u32.wrapping_sub(CLIENT)));
        }
    }
}

pub(super) const CLIENT: u32 = 1_000;
pub(super) const SERVER: u32 = 500_000_000;

/// Every packet of a connection, in the order it passes.
pub(super) fn tell(line: &Line, plan: &Plan) -> Vec<(u64, Direction, TcpFrame)> {
    let mut story = Story {
        line,
        plan,
        now: 0,
        packets: Vec::new(),
    };
    story.handshake();
    let mut packets = story.packets;
    packets.sort_by_key(|packet| packet.0);
    packets
}
