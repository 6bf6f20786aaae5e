//! Evidence for the eye and for fingerprints: the header fields of one suspicious packet.
//!
//! No payload, and nothing of the client but its port: a sample may be shown to others.

use crate::{
    address::Address,
    flow::{FlowKey, FlowState},
    mark::Marks,
    packet::Packet,
    time::Nanos,
    wire::tcp::Segment,
};

/// One packet in a server's name that bears marks, beside what the server's own look like.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct Sample {
    /// When it came.
    pub at: Nanos,
    /// When the connection began; with the ports its identity.
    pub syn_at: Nanos,
    /// In whose name it came.
    pub remote: Address,
    /// Time since the client's newest bytes left, in microseconds.
    pub delay_us: u32,
    /// Round trip of the handshake in microseconds; 0 where unknown.
    pub rtt_us: u32,
    /// Its sequence number less the server's next one; the number itself before a SYN-ACK.
    pub seq_ahead: u32,
    /// Its acknowledgement number less the client's next one.
    pub ack_ahead: u32,
    /// In whose port's name it came.
    pub remote_port: u16,
    /// The client's port.
    pub local_port: u16,
    /// Its IP-ID.
    pub ip_id: u16,
    /// IP-ID of the server's latest packet.
    pub server_ip_id: u16,
    /// IP-ID of the client's latest packet.
    pub client_ip_id: u16,
    /// Its window.
    pub window: u16,
    /// Window of the client's latest packet.
    pub client_window: u16,
    /// What speaks against the connection's packets so far.
    pub marks: Marks,
    /// Its TTL.
    pub ttl: u8,
    /// TTL of the server's SYN-ACK; 0 where unknown.
    pub server_ttl: u8,
    /// Its TCP flags.
    pub flags: u8,
    /// 1 where it has the DF bit.
    pub dont_fragment: u8,
    /// 1 where the server's SYN-ACK had it.
    pub server_df: u8,
    /// The stage it met, as its index.
    pub stage: u8,
    /// The code of the verdict so far; 0 for none.
    pub verdict: u8,
    /// How many resets like it have come in a row.
    pub resets: u8,
}

const _: () = assert!(size_of::<Sample>() == 72, "a record has no padding");

/// Resets of one connection that are worth a sample.
const EACH: u8 = 4;

impl Sample {
    /// Whether a packet is worth a sample: it bears new marks, or is one of the first resets of a
    /// connection that already bears some.
    #[inline(always)]
    pub const fn is_worthwhile(flow: &FlowState, segment: &Segment, new: Marks) -> bool {
        let is_early_reset = segment.flags.rst() && flow.resets <= EACH;
        !new.is_empty() || (is_early_reset && !flow.marks.is_empty())
    }

    /// Of a packet that has just been classified.
    #[inline(always)]
    pub fn of(
        key: &FlowKey,
        flow: &FlowState,
        packet: &Packet,
        segment: &Segment,
        at: Nanos,
    ) -> Self {
        Self {
            at,
            syn_at: flow.syn_at,
            remote: key.remote,
            delay_us: at.since(flow.sent_at()).as_micros_u32(),
            rtt_us: flow.rtt_us,
            seq_ahead: segment.seq.wrapping_sub(flow.server_next),
            ack_ahead: segment.ack.wrapping_sub(flow.client_next),
            remote_port: key.remote_port,
            local_port: key.local_port,
            ip_id: packet.ip_id,
            server_ip_id: flow.server_ip_id,
            client_ip_id: flow.client_ip_id,
            window: segment.window,
            client_window: flow.client_window,
            marks: flow.marks,
            ttl: packet.ttl,
            server_ttl: flow.server_ttl,
            flags: segment.flags.0,
            dont_fragment: u8::from(packet.dont_fragment),
            server_df: flow.server_df,
            stage: flow.stage() as u8,
            verdict: flow.verdict,
            resets: flow.resets,
        }
    }
}

/// Samples that are wanted in one second, of one CPU.
const PER_SECOND: u32 = 64;

/// How many samples a second has seen: whoever forges resets by the thousand must not drown the
/// reader.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct Budget {
    second: u64,
    spent: u32,
    zero: u32,
}

impl Budget {
    /// Whether one more is wanted at this time; then it is counted.
    #[inline(always)]
    pub const fn spend(&mut self, at: Nanos) -> bool {
        let second = at.0 / 1_000_000_000;
        if second != self.second {
            self.second = second;
            self.spent = 0;
        }
        self.spent = self.spent.saturating_add(1);
        self.spent <= PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_a_budget_and_the_next_one_another() {
        let mut budget = Budget::default();
        for second in [1, 2, 7] {
            let at = Nanos::from_secs(second);
            let wanted = (0..1_000).filter(|_| budget.spend(at)).count();
            assert_eq!(wanted, 64);
        }
    }
}
