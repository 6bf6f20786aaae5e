//! What our side sends over TCP: SYNs, data, what it sends again, FIN and its own resets.

use super::{Sighting, inbound::PLAUSIBLE_SEQ, silence};
use crate::{
    destination::DestinationState,
    flow::{FlowState, phase},
    time::Nanos,
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

/// A keep-alive repeats at most this many bytes (RFC 9293 §3.8.4).
const KEEP_ALIVE: u32 = 1;

#[inline(always)]
pub(super) fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    let flags = segment.flags;
    let verdict = if flags.is_syn() {
        syn(flow, segment, sighting);
        silent_destination(flow, destination, sighting)
    } else if flags.rst() {
        reset(flow, sighting)
    } else if flags.is_syn_ack() || !flags.ack() {
        // The answer to a SYN that crossed ours, or what its receiver drops (RFC 9293 §3.10.7.4).
        None
    } else {
        speak(flow, destination, segment, sighting)
    };
    let is_copy = sighting.is_copy(flow.client_ip_id);
    flow.client_ip_id = sighting.packet.ip_id;
    flow.client_window = segment.window;
    // What the client sends into a silence says nothing of where that began.
    if flow.resends == 0 && !is_copy {
        flow.packets = flow.packets.saturating_add(1);
    }
    verdict
}

/// A first SYN, a repeated one, or a new connection on old ports.
///
/// Windows sends a refused SYN again, unchanged, and the port may have opened meanwhile: what
/// answers now contradicts nothing (observed in nDPI's rtsp.pcap). So does a client that had to
/// reset its old peer first (RFC 9293 §3.5.1). A copy that was captured twice is no second SYN.
#[inline(always)]
fn syn(flow: &mut FlowState, segment: &Segment, sighting: &Sighting<'_>) {
    if segment.seq != flow.client_isn {
        *flow = FlowState::begin(sighting.packet, sighting.now);
    }
    let is_unanswered = matches!(flow.stage(), Stage::PostSyn);
    let is_copy = sighting.now.since(flow.syn_at) < sighting.tuning.reorder;
    let is_again = is_unanswered && !is_copy && !flow.is_reset_forged();
    flow.phase = if is_again {
        phase::SYN_SENT
    } else {
        flow.phase
    };
    flow.syn_again |= u8::from(is_again);
}

#[inline(always)]
fn silent_destination(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    let verdict = destination.syn(sighting.now, sighting.tuning)?;
    if flow.phase != phase::SYN_SENT || flow.verdict().is_some() {
        return None;
    }
    flow.judge(verdict);
    Some(verdict)
}

/// A client that resets after a reset only answers what it no longer knows.
#[inline(always)]
fn reset(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    if flow.phase >= phase::RESET {
        return None;
    }
    silence::abort(flow, sighting)
}

#[inline(always)]
fn speak(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    follow_handshake(flow, destination, segment);
    let len = segment.payload_len;
    let is_fin = segment.flags.fin();
    let end = segment
        .seq
        .wrapping_add(len)
        .wrapping_add(u32::from(is_fin));
    let ahead = end.wrapping_sub(flow.client_next);
    if ahead == 0 || ahead > i32::MAX as u32 {
        let is_repeated = is_fin || len > KEEP_ALIVE;
        return if is_repeated {
            silence::resend(flow, sighting)
        } else {
            None
        };
    }
    send(flow, end, len, sighting.now);
    if !is_fin {
        return None;
    }
    flow.client_fin = 1;
    // A copy of it is nothing sent again.
    flow.resent_us = flow.age_us(sighting.now);
    silence::finish(flow, sighting)
}

/// Bytes that leave for the first time. A super-packet is one of them, however long.
#[inline(always)]
const fn send(flow: &mut FlowState, end: u32, len: u32, now: Nanos) {
    if len > 0 {
        flow.newest_seq = flow.client_next;
        flow.sent_us = flow.age_us(now);
        if flow.phase == phase::ANSWERED {
            flow.phase = phase::DATA_SENT;
            flow.data_us = flow.sent_us;
        }
    }
    flow.client_next = end;
}

/// The client acknowledges what it was sent, also where we did not see that: it took another way,
/// or overtook. And of two SYN-ACKs it tells which one it believed.
#[inline(always)]
const fn follow_handshake(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
) {
    let server_isn = segment.ack.wrapping_sub(1);
    let is_other = server_isn.wrapping_sub(flow.server_isn) > PLAUSIBLE_SEQ;
    let is_unseen = flow.phase == phase::SYN_SENT;
    if segment.flags.ack() && (is_unseen || (flow.phase == phase::ANSWERED && is_other)) {
        flow.server_isn = server_isn;
        flow.server_next = segment.ack;
    }
    if is_unseen {
        flow.phase = phase::ANSWERED;
        flow.verdict = 0;
        destination.heard();
    }
}
