//! A reset in the server's name. It is judged at once where its marks prove it forged; else it
//! waits for the server to contradict it, and for more of its kind.

use crate::{
    classify::{Sighting, forgery},
    destination::DestinationState,
    flow::{FlowState, phase},
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

/// A server's reset lies at most this far behind its first byte: what is followed is short, and no more than a window is
/// under way. Whoever guesses without seeing hits one place in 4,096.
const PLAUSIBLE_RESET: u32 = 1 << 20;

#[inline(always)]
pub(super) fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    if flow.phase == phase::CLOSED || flow.client_fin != 0 || !is_acceptable(segment, flow) {
        return None;
    }
    let is_late = sighting.now.since(flow.syn_at) > sighting.tuning.reset_window;
    if is_late {
        return late(flow, segment);
    }
    let stage = flow.stage();
    let marks = forgery::of_reset(flow, destination, segment, sighting);
    flow.marks = flow.marks.and(marks);
    destination.heard();
    let is_first = flow.phase != phase::RESET;
    note(flow, segment, sighting);
    if forgery::prove_reset(marks, stage) {
        return flow.accuse_reset();
    }
    if !is_first {
        return None;
    }
    refuse(flow, segment, stage)
}

/// Nothing proves it forged. A server that lost patience resets too; as long as it acknowledges no
/// more than before, it is as deaf as before.
#[inline(always)]
const fn refuse(flow: &mut FlowState, segment: &Segment, stage: Stage) -> Option<Verdict> {
    let was_silent = matches!(
        flow.verdict(),
        Some(Verdict::DataBlackhole | Verdict::DataCutoff)
    );
    let is_deaf = segment.flags.ack() && segment.ack == flow.acked;
    if was_silent && is_deaf {
        flow.phase = phase::RESET;
        return None;
    }
    flow.judge(match stage {
        Stage::PostSyn => Verdict::SynRefused,
        Stage::PostAck | Stage::PostPsh | Stage::LaterInFlow => Verdict::Reset,
    });
    flow.phase = phase::RESET;
    flow.verdict()
}

/// Balancers and firewalls reset what was idle for long, in whosever name.
#[inline(always)]
const fn late(flow: &mut FlowState, segment: &Segment) -> Option<Verdict> {
    if flow.phase == phase::RESET {
        return None;
    }
    let verdict = refuse(flow, segment, flow.stage());
    flow.phase = phase::CLOSED;
    verdict
}

#[inline(always)]
const fn note(flow: &mut FlowState, segment: &Segment, sighting: &Sighting<'_>) {
    let is_alike =
        flow.resets != 0 && segment.seq == flow.reset_seq && segment.ack == flow.reset_ack;
    flow.resets = if is_alike {
        flow.resets.saturating_add(1)
    } else {
        1
    };
    flow.reset_seq = segment.seq;
    flow.reset_ack = segment.ack;
    flow.heard_at = sighting.now;
    flow.packets = flow.packets.saturating_add(1);
}

/// Whether a client's stack would believe this reset (RFC 9293 §3.10.7.3, §3.10.7.4). In answer to
/// a SYN some injectors acknowledge the SYN's own number, one too low (Zeek's rst-inject-rae).
#[inline(always)]
const fn is_acceptable(segment: &Segment, flow: &FlowState) -> bool {
    match flow.stage() {
        Stage::PostSyn => {
            let is_own_number = segment.ack == flow.client_isn;
            segment.flags.ack() && (is_own_number || flow.acknowledges_syn(segment.ack))
        }
        Stage::PostAck | Stage::PostPsh | Stage::LaterInFlow => {
            segment.seq.wrapping_sub(flow.server_isn) <= PLAUSIBLE_RESET
        }
    }
}
