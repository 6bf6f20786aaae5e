//! What comes back: SYN-ACKs, server data, and resets that may or may not be the server's.

use super::{Judgement, Sighting};
use crate::{
    destination::DestinationState,
    flow::{FlowState, phase},
    marks::Marks,
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

/// A server's segment lies at most this far behind its first byte within the time we look.
const PLAUSIBLE_SEQ: u32 = 1 << 24;

#[inline(always)]
pub(super) fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
    tuning: &Tuning,
) -> Option<Judgement> {
    let segment = sighting.segment;
    if segment.flags.rst() {
        reset(flow, destination, sighting, tuning)
    } else if segment.flags.is_syn_ack() {
        syn_ack(flow, destination, sighting, tuning)
    } else if segment.payload_len > 0 || segment.flags.fin() {
        data(flow, destination, sighting, tuning)
    } else {
        None
    }
}

#[inline(always)]
fn syn_ack(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
    tuning: &Tuning,
) -> Option<Judgement> {
    let segment = sighting.segment;
    if !flow.acknowledges_syn(segment.ack) {
        return None;
    }
    let measurable = flow.phase == phase::SYN_SENT && flow.syn_again == 0;
    let rtt = measurable.then_some(sighting.now.since(flow.syn_at));
    destination.answered(sighting.packet.ttl, sighting.packet.dont_fragment, rtt);
    match flow.phase {
        phase::SYN_SENT => {
            flow.phase = phase::ANSWERED;
            flow.server_isn = segment.seq;
            flow.server_ttl = sighting.packet.ttl;
            flow.server_df = u8::from(sighting.packet.dont_fragment);
            None
        }
        phase::RESET if matches!(flow.stage(), Stage::PostSyn) => {
            contradict(flow, destination, sighting.now, tuning)
        }
        _ => None,
    }
}

#[inline(always)]
fn data(
    flow: &mut FlowState,
    destination: &DestinationState,
    sighting: &Sighting<'_>,
    tuning: &Tuning,
) -> Option<Judgement> {
    if !is_plausible(sighting.segment, flow) {
        return None;
    }
    match flow.phase {
        phase::ANSWERED | phase::DATA_SENT if sighting.segment.payload_len > 0 => {
            let stage = flow.stage();
            flow.phase = phase::SETTLED;
            Some(Judgement {
                verdict: Verdict::Ok,
                stage,
            })
        }
        phase::RESET if !matches!(flow.stage(), Stage::PostSyn) => {
            contradict(flow, destination, sighting.now, tuning)
        }
        _ => None,
    }
}

/// The peer goes on after "its" reset: somebody else sent that. Not where the two packets may
/// have overtaken each other, and not an age later.
#[inline(always)]
fn contradict(
    flow: &mut FlowState,
    destination: &DestinationState,
    now: Nanos,
    tuning: &Tuning,
) -> Option<Judgement> {
    let gap = now.since(flow.reset_at);
    let tenth = destination.min_rtt().unwrap_or_default().0 / 10;
    if gap < tuning.reorder || gap.0 < tenth || gap > tuning.contradiction_window {
        return None;
    }
    let stage = flow.stage();
    flow.phase = phase::CLOSED;
    Some(Judgement {
        verdict: Verdict::RstInjected,
        stage,
    })
}

/// Judges a reset at once where its marks prove it forged; else it waits for a contradiction.
#[inline(always)]
fn reset(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
    tuning: &Tuning,
) -> Option<Judgement> {
    let (packet, segment, now) = (sighting.packet, sighting.segment, sighting.now);
    if flow.phase >= phase::RESET || !is_acceptable(segment, flow) {
        return None;
    }
    if flow.client_fin != 0 || now.since(flow.syn_at) > tuning.reset_window {
        flow.phase = phase::CLOSED;
        return None;
    }
    let stage = flow.stage();
    let forged = Marks::of(packet, segment, flow, destination, now, tuning).prove(stage);
    destination.heard();
    flow.reset_stage = flow.phase;
    flow.reset_at = now;
    flow.phase = if forged { phase::CLOSED } else { phase::RESET };
    let verdict = match stage {
        _ if forged => Verdict::RstInjected,
        Stage::PostSyn => Verdict::SynRefused,
        Stage::PostAck | Stage::PostPsh | Stage::LaterInFlow => Verdict::Reset,
    };
    Some(Judgement { verdict, stage })
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
        Stage::PostAck | Stage::PostPsh | Stage::LaterInFlow => is_plausible(segment, flow),
    }
}

#[inline(always)]
const fn is_plausible(segment: &Segment, flow: &FlowState) -> bool {
    segment.seq.wrapping_sub(flow.server_isn) <= PLAUSIBLE_SEQ
}
