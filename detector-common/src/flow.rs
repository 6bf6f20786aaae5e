//! One connection: its key, its state, and what it came to.

mod key;

use crate::{
    mark::Marks,
    packet::Packet,
    time::Nanos,
    verdict::{Stage, Verdict},
};

pub use self::key::FlowKey;

/// Which way a packet goes. The hook says so: ingress and egress of the WAN interface.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the remote side to ours.
    In,
    /// From our side to the remote.
    Out,
}

/// The transports that are followed, as IP numbers them.
pub mod protocol {
    /// RFC 9293.
    pub const TCP: u16 = 6;
    /// RFC 768, for QUIC alone.
    pub const UDP: u16 = 17;
}

/// Where a connection is. The first four are the stages of [`Stage`].
pub mod phase {
    /// The SYN, or the first QUIC Initial, is out.
    pub const SYN_SENT: u8 = 0;
    /// The SYN-ACK came.
    pub const ANSWERED: u8 = 1;
    /// The client's first data is out.
    pub const DATA_SENT: u8 = 2;
    /// The server's first data came.
    pub const SETTLED: u8 = 3;
    /// A reset came. Where nothing proves it forged, the real peer may still contradict it.
    pub const RESET: u8 = 4;
    /// Over: nothing more is learnt from it.
    pub const CLOSED: u8 = 5;
}

/// What a server puts into its IP-IDs, as far as its last two packets show.
pub mod ip_ids {
    /// Nothing to rely on: zero, or chance.
    pub const FREE: u8 = 0;
    /// They count up.
    pub const COUNTED: u8 = 1;
    /// Its SYN-ACK had the client's: whatever answers here copies, also in its own name.
    pub const COPIED: u8 = 2;
}

/// Whether a server has more to say than it has said.
pub mod remainder {
    /// Nothing speaks for it.
    pub const NONE: u8 = 0;
    /// Its latest segment was full: the last one of an answer seldom is.
    pub const LIKELY: u8 = 1;
    /// Its latest segment was not pushed, as the last one of an answer is (RFC 9293 §3.9.1).
    pub const CERTAIN: u8 = 2;
}

/// The remote side answered earlier connections, and not this one yet: before everything that is heard now.
pub const HEARD_BEFORE: Nanos = Nanos(1);

/// What is known of one connection.
///
/// Two CPUs may write one entry at once; every field is a naturally aligned integer, and a lost
/// write costs one packet of evidence, never a false accusation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct FlowState {
    /// When the first SYN or Initial left.
    pub syn_at: Nanos,
    /// When the remote side was last heard, its resets included; 0 where it never was, and [`HEARD_BEFORE`] where it
    /// was on other connections alone.
    pub heard_at: Nanos,
    /// The client's initial sequence number.
    pub client_isn: u32,
    /// Sequence number behind the newest byte of the client.
    pub client_next: u32,
    /// Sequence number of the first of the client's newest bytes.
    pub newest_seq: u32,
    /// The server's initial sequence number.
    pub server_isn: u32,
    /// Sequence number behind the newest byte of the client that the server acknowledged.
    pub acked: u32,
    /// When the client's first data left, or the server last acknowledged more of it: in
    /// microseconds since the first SYN.
    pub data_us: u32,
    /// When the newest bytes of the client left for the first time, likewise.
    pub sent_us: u32,
    /// When the client last sent something again, likewise; of QUIC, its latest Initial.
    pub resent_us: u32,
    /// Sequence number behind the newest byte of the server.
    pub server_next: u32,
    /// Sequence number of the latest reset.
    pub reset_seq: u32,
    /// Acknowledgement number of the latest reset.
    pub reset_ack: u32,
    /// Round trip of the handshake in microseconds; 0 where it could not be measured.
    pub rtt_us: u32,
    /// Packets both ways; of QUIC, the client's Initials.
    pub packets: u16,
    /// What spoke for a third party so far.
    pub marks: Marks,
    /// IP-ID of the client's latest packet.
    pub client_ip_id: u16,
    /// Window of the client's latest packet.
    pub client_window: u16,
    /// IP-ID of the server's latest packet.
    pub server_ip_id: u16,
    /// Window of the server's latest packet behind its SYN-ACK; 0 before.
    pub server_window: u16,
    /// One of [`phase`].
    pub phase: u8,
    /// The [`Stage`] that the verdict or the latest reset met, as its index.
    pub stage: u8,
    /// The code of the [`Verdict`] so far; 0 for none. An answer takes back silence.
    pub verdict: u8,
    /// 1 once the client sent its SYN again: no round trip can be measured.
    pub syn_again: u8,
    /// 1 once the server sent data.
    pub answered: u8,
    /// 1 once the client sent FIN: resets mean nothing any more.
    pub client_fin: u8,
    /// Whether the server's latest data was the end of what it had to say: one of [`remainder`].
    pub remainder: u8,
    /// TTL of its own SYN-ACK; 0 where none was seen.
    pub server_ttl: u8,
    /// 1 where its own SYN-ACK had the DF bit.
    pub server_df: u8,
    /// What the server's IP-IDs do: one of [`ip_ids`].
    pub ip_ids: u8,
    /// How often the client sent again what was not answered, saturating.
    pub resends: u8,
    /// Resets like the latest one, saturating.
    pub resets: u8,
}

const _: () = assert!(size_of::<FlowState>() == 88, "a map value has no padding");

impl FlowState {
    /// The state after a first packet: a SYN, or what is no TCP.
    #[inline(always)]
    pub fn begin(packet: &Packet, now: Nanos) -> Self {
        let (isn, len) = match packet.tcp() {
            Some(segment) => (segment.seq, segment.payload_len),
            None => (0, 0),
        };
        Self {
            syn_at: now,
            client_isn: isn,
            // Data may come with the SYN (RFC 7413).
            client_next: isn.wrapping_add(1).wrapping_add(len),
            newest_seq: isn,
            acked: isn,
            ..Self::default()
        }
    }

    /// Whether a number acknowledges the SYN, and at most the data that came with it.
    #[inline(always)]
    pub const fn acknowledges_syn(&self, ack: u32) -> bool {
        let asked = self.client_next.wrapping_sub(self.client_isn);
        let acknowledged = ack.wrapping_sub(self.client_isn);
        acknowledged != 0 && acknowledged <= asked
    }

    /// Whether a number acknowledges something that the client sent.
    #[inline(always)]
    pub const fn has_sent(&self, ack: u32) -> bool {
        ack.wrapping_sub(self.client_isn) <= self.client_next.wrapping_sub(self.client_isn)
    }

    /// Microseconds since the first SYN, as the times are kept that are younger; at most 71 minutes.
    #[inline(always)]
    pub const fn age_us(&self, now: Nanos) -> u32 {
        now.since(self.syn_at).as_micros_u32()
    }

    /// When the newest bytes of the client left for the first time.
    #[inline(always)]
    pub const fn sent_at(&self) -> Nanos {
        self.at(self.sent_us)
    }

    /// When the client last sent something again, or first of all.
    #[inline(always)]
    pub const fn resent_at(&self) -> Nanos {
        self.at(self.resent_us)
    }

    #[inline(always)]
    const fn at(&self, us: u32) -> Nanos {
        Nanos(self.syn_at.0.wrapping_add((us as u64).wrapping_mul(1_000)))
    }

    /// Bytes of payload that came from the server.
    #[inline(always)]
    pub const fn bytes_in(&self) -> u32 {
        self.server_next
            .wrapping_sub(self.server_isn)
            .saturating_sub(1)
    }

    /// Whether nothing ever came back, on this connection and on earlier ones to the same destination.
    #[inline(always)]
    pub const fn is_to_a_stranger(&self) -> bool {
        self.heard_at.0 == 0
    }

    /// When either side last spoke here.
    #[inline(always)]
    pub fn spoke_at(&self) -> Nanos {
        let sent = self.sent_at().max(self.resent_at());
        sent.max(self.heard_at)
    }

    /// Ten round trips of the handshake, or `floor` where that is longer.
    #[inline(always)]
    pub const fn patience(&self, floor: Nanos) -> Nanos {
        let ten = (self.rtt_us as u64).wrapping_mul(10_000);
        if ten > floor.0 { Nanos(ten) } else { floor }
    }

    /// The stage it has reached.
    #[inline(always)]
    pub const fn stage(&self) -> Stage {
        match self.phase {
            phase::SYN_SENT => Stage::PostSyn,
            phase::ANSWERED => Stage::PostAck,
            phase::DATA_SENT => Stage::PostPsh,
            phase::SETTLED => Stage::LaterInFlow,
            _ => Stage::of_index(self.stage),
        }
    }

    /// The verdict so far.
    #[inline(always)]
    pub const fn verdict(&self) -> Option<Verdict> {
        Verdict::of_code(self.verdict)
    }

    /// Whether nothing more is learnt from it. What bears marks is not: more of the kind may come.
    #[inline(always)]
    pub const fn is_settled(&self) -> bool {
        self.phase == phase::CLOSED && self.marks.is_empty()
    }

    /// Notes a verdict and the stage it met.
    #[inline(always)]
    pub const fn judge(&mut self, verdict: Verdict) {
        self.stage = self.stage() as u8;
        self.verdict = verdict.code();
    }

    /// Whether a reset of it is proved to be a third party's.
    #[inline(always)]
    pub const fn is_reset_forged(&self) -> bool {
        matches!(self.verdict(), Some(Verdict::RstInjected))
    }

    /// Notes that its reset is proved forged, and returns the verdict where that is new. What the
    /// two sides say yet is evidence.
    #[inline(always)]
    pub const fn accuse_reset(&mut self) -> Option<Verdict> {
        if self.is_reset_forged() {
            return None;
        }
        self.judge(Verdict::RstInjected);
        self.phase = phase::RESET;
        Some(Verdict::RstInjected)
    }

    /// What it came to, as far as was seen.
    pub fn conclude(&self) -> Conclusion {
        let verdict = self.verdict().unwrap_or(if self.answered != 0 {
            Verdict::Ok
        } else {
            Verdict::Incomplete
        });
        let stage = match self.verdict() {
            Some(_) => Stage::of_index(self.stage),
            None => self.stage(),
        };
        let us = u64::from(self.rtt_us);
        Conclusion {
            verdict,
            stage,
            marks: self.marks,
            rtt: (us != 0).then_some(Nanos(us.saturating_mul(1_000))),
        }
    }
}

/// The account of one connection, once nothing more is heard of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Conclusion {
    /// What ended it.
    pub verdict: Verdict,
    /// How far it had come then.
    pub stage: Stage,
    /// What spoke for a third party.
    pub marks: Marks,
    /// Round trip of its handshake, where it could be measured.
    pub rtt: Option<Nanos>,
}

#[cfg(test)]
mod tests;
