//! Sequence and acknowledgement numbers of resets: which no host would choose, and which come in
//! threes.

use crate::{
    classify::Sighting,
    destination::DestinationState,
    flow::{FlowState, phase},
    verdict::Stage,
    wire::tcp::Segment,
};

/// A host's next number may be this far ahead of what was seen (FIN, and one byte).
const SLACK: u32 = 2;
/// Resets alike that are more than a pair.
const ALIKE: u8 = 2;

/// Whether the numbers of a reset are a game: of a second one, or of an answer to a SYN.
#[inline(always)]
pub(super) fn are_played(
    segment: &Segment,
    flow: &FlowState,
    destination: &DestinationState,
    sighting: &Sighting<'_>,
) -> bool {
    match flow.stage() {
        Stage::PostSyn => is_rewritten(segment, destination),
        _ => {
            flow.phase == phase::RESET
                && is_burst(flow, sighting)
                && (guesses_seq(segment, flow) || guesses_ack(segment, flow))
        }
    }
}

/// A closed port answers from sequence number 0 and window 0 (RFC 9293 §3.10.7.1). A SYN-ACK that
/// was made into a reset on its way keeps its numbers (TSPU to blocked addresses, IMC 2022).
#[inline(always)]
const fn is_rewritten(segment: &Segment, destination: &DestinationState) -> bool {
    destination.has_answered() && segment.seq != 0 && segment.window != 0
}

/// A second reset ahead of the first and of all that the server ever sent: whoever does not know
/// where the server is tries several places (+1460, +4380: Clayton 2006; +12503: Weaver 2009).
#[inline(always)]
const fn guesses_seq(segment: &Segment, flow: &FlowState) -> bool {
    is_ahead(segment.seq, flow.reset_seq) && is_ahead(segment.seq, flow.server_next)
}

#[inline(always)]
const fn is_ahead(seq: u32, of: u32) -> bool {
    let ahead = seq.wrapping_sub(of);
    ahead > SLACK && ahead <= i32::MAX as u32
}

/// A second reset that acknowledges something else, which the client never sent (Weaver 2009,
/// `RST_ACK_CHANGE`).
#[inline(always)]
const fn guesses_ack(segment: &Segment, flow: &FlowState) -> bool {
    segment.flags.ack()
        && flow.reset_ack != 0
        && segment.ack != flow.reset_ack
        && !flow.has_sent(segment.ack)
}

/// Whether two like this came just before. Nothing is proved by that alone: a pair is what a
/// capture on two interfaces shows of every packet.
#[inline(always)]
pub(super) fn is_third_alike(segment: &Segment, flow: &FlowState, sighting: &Sighting<'_>) -> bool {
    flow.resets >= ALIKE
        && segment.seq == flow.reset_seq
        && segment.ack == flow.reset_ack
        && is_burst(flow, sighting)
}

#[inline(always)]
fn is_burst(flow: &FlowState, sighting: &Sighting<'_>) -> bool {
    sighting.now.since(flow.heard_at) <= sighting.tuning.reset_burst
}
