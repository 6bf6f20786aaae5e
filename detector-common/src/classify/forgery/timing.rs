//! Whether a packet came before the server can have known what it answers.

use crate::{
    classify::Sighting, destination::DestinationState, flow::FlowState, verdict::Stage,
    wire::tcp::Segment,
};

/// Whether it acknowledges bytes first sent less than half the smallest round trip ago. The SYN
/// itself is such a byte.
#[inline(always)]
pub(super) fn too_soon(
    segment: &Segment,
    flow: &FlowState,
    destination: &DestinationState,
    sighting: &Sighting<'_>,
) -> bool {
    let Some(rtt) = destination.min_rtt() else {
        return false;
    };
    let answers_newest = match flow.stage() {
        Stage::PostSyn => true,
        _ => segment.flags.ack() && acknowledges_newest(segment, flow),
    };
    let age = sighting.now.since(flow.sent_at());
    answers_newest && rtt >= sighting.tuning.min_timing_rtt && age.0 < rtt.0 / 2
}

/// Whether the acknowledgement number lies behind the first of the client's newest bytes.
#[inline(always)]
const fn acknowledges_newest(segment: &Segment, flow: &FlowState) -> bool {
    let acknowledged = segment.ack.wrapping_sub(flow.newest_seq);
    acknowledged != 0 && acknowledged <= flow.client_next.wrapping_sub(flow.newest_seq)
}
