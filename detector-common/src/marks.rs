//! The marks of a forged reset: each one question, answered by one small function.
//!
//! No mark is enough everywhere: China's resets carry the server's own TTL, Egypt's come too late
//! for timing. [`Marks::prove`] says which combinations are proof.

use crate::{
    destination::DestinationState, flow::FlowState, packet::Packet, time::Nanos, tuning::Tuning,
    verdict::Stage, wire::tcp::Segment,
};

/// Smallest difference of TTLs that is not a change of route.
const FOREIGN_TTL: u8 = 2;

/// What speaks against a reset being the destination's own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each mark is one independent yes or no"
)]
pub struct Marks {
    /// It came before the destination can have read what it answers.
    pub too_soon: bool,
    /// Its TTL is not that of the destination's SYN-ACKs.
    pub foreign_ttl: bool,
    /// Its DF bit is not that of the destination's SYN-ACKs.
    pub foreign_df: bool,
    /// It announces a receive window, which a closed socket has not.
    pub window: bool,
}

impl Marks {
    /// Looks at an inbound reset of a live flow.
    #[inline(always)]
    pub fn of(
        packet: &Packet,
        segment: &Segment,
        flow: &FlowState,
        destination: &DestinationState,
        now: Nanos,
        tuning: &Tuning,
    ) -> Self {
        let own = Own::of(flow, destination);
        Self {
            too_soon: too_soon(segment, flow, destination, now, tuning),
            foreign_ttl: own.is_some_and(|own| packet.ttl.abs_diff(own.ttl) >= FOREIGN_TTL),
            foreign_df: own.is_some_and(|own| packet.dont_fragment != own.dont_fragment),
            window: segment.window != 0,
        }
    }

    /// Whether a third party sent it.
    ///
    /// A foreign TTL alone proves it only where the client's first data was just sent and the
    /// server said nothing yet: in front of a dead service a load balancer or firewall may
    /// answer in its name, with a TTL of its own.
    #[inline(always)]
    pub const fn prove(self, stage: Stage) -> bool {
        let ttl_is_enough = matches!(stage, Stage::PostPsh);
        let second_mark = self.foreign_df || self.window;
        self.too_soon || (self.foreign_ttl && (ttl_is_enough || second_mark))
    }
}

/// Whether it acknowledges bytes first sent less than half the smallest round trip ago. The SYN
/// itself is such a byte.
#[inline(always)]
fn too_soon(
    segment: &Segment,
    flow: &FlowState,
    destination: &DestinationState,
    now: Nanos,
    tuning: &Tuning,
) -> bool {
    let Some(rtt) = destination.min_rtt() else {
        return false;
    };
    let sent_at = match flow.stage() {
        Stage::PostSyn => flow.syn_at,
        Stage::PostPsh if acknowledges_data(segment, flow) => flow.data_at,
        Stage::PostPsh | Stage::PostAck | Stage::LaterInFlow => return false,
    };
    rtt >= tuning.min_timing_rtt && now.since(sent_at).0 < rtt.0 / 2
}

/// Whether the acknowledgement number lies within the client's first data.
#[inline(always)]
const fn acknowledges_data(segment: &Segment, flow: &FlowState) -> bool {
    let first = flow.client_isn.wrapping_add(1);
    let acknowledged = segment.ack.wrapping_sub(first);
    segment.flags.ack() && acknowledged != 0 && acknowledged <= flow.data_end.wrapping_sub(first)
}

/// What the destination's own packets look like.
#[derive(Clone, Copy)]
struct Own {
    ttl: u8,
    dont_fragment: bool,
}

impl Own {
    /// As this connection's SYN-ACK showed, since behind a balancer the next one may come from
    /// another machine; before that, as the destination is remembered.
    #[inline(always)]
    const fn of(flow: &FlowState, destination: &DestinationState) -> Option<Self> {
        match flow.stage() {
            Stage::PostSyn if !destination.has_answered() => None,
            Stage::PostSyn => Some(Self {
                ttl: destination.ttl,
                dont_fragment: destination.dont_fragment != 0,
            }),
            Stage::PostAck | Stage::PostPsh | Stage::LaterInFlow => Some(Self {
                ttl: flow.server_ttl,
                dont_fragment: flow.server_df != 0,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
