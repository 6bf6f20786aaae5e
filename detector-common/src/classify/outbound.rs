//! What our side sends: SYNs, first data, FIN and its own resets.

use super::{Judgement, Sighting};
use crate::{
    destination::DestinationState,
    flow::{FlowState, phase},
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

#[inline(always)]
pub(super) fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
    tuning: &Tuning,
) -> Option<Judgement> {
    let segment = sighting.segment;
    if segment.flags.is_syn() {
        syn(flow, segment, sighting.now);
        let verdict = destination.syn(sighting.now, tuning)?;
        if flow.timed_out != 0 {
            return None;
        }
        flow.timed_out = 1;
        return Some(Judgement {
            verdict,
            stage: Stage::PostSyn,
        });
    }
    if segment.flags.rst() {
        return abort(flow);
    }
    if segment.flags.fin() {
        flow.client_fin = 1;
    }
    if segment.payload_len > 0 && flow.phase == phase::ANSWERED {
        flow.phase = phase::DATA_SENT;
        flow.data_at = sighting.now;
        flow.data_end = segment.seq.wrapping_add(segment.payload_len);
    }
    None
}

/// A first SYN, a repeated one, or a new connection on old ports.
#[inline(always)]
fn syn(flow: &mut FlowState, segment: &Segment, now: Nanos) {
    if segment.seq != flow.client_isn {
        *flow = FlowState::begin(segment, now);
        return;
    }
    match flow.phase {
        // `begin` wrote this very SYN.
        phase::SYN_SENT if flow.syn_at == now => {}
        // Windows sends a refused SYN again, unchanged, and the port may have opened meanwhile:
        // what answers now contradicts nothing (observed in nDPI's rtsp.pcap).
        phase::SYN_SENT | phase::RESET | phase::CLOSED => {
            flow.phase = phase::SYN_SENT;
            flow.syn_again = 1;
        }
        _ => {}
    }
}

/// A client that resets after a reset only answers what it no longer knows.
#[inline(always)]
fn abort(flow: &mut FlowState) -> Option<Judgement> {
    let stage = flow.stage();
    if flow.phase >= phase::RESET {
        return None;
    }
    flow.phase = phase::CLOSED;
    (!matches!(stage, Stage::LaterInFlow)).then_some(Judgement {
        verdict: Verdict::ClientAborted,
        stage,
    })
}
