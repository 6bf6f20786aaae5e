//! What comes back over TCP: SYN-ACKs, server data, FINs, and resets that may or may not be the
//! server's.

mod reset;

use super::{Sighting, forgery, silence};
use crate::{
    destination::DestinationState,
    flow::{FlowState, ip_ids, phase, remainder},
    mark::{Mark, Marks},
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

/// A server's segment lies at most this far behind its first byte within the time we look.
pub(super) const PLAUSIBLE_SEQ: u32 = 1 << 24;
/// Payload of a full segment: a longer one is several that were joined on reception.
const FULL_SEGMENT: u32 = 1_460;
/// Payload of a segment that is full on every usual path, tunnels included.
const NEARLY_FULL: u32 = 1_200;
/// Steps that a counter of IP-IDs takes between two packets of one connection.
const IP_ID_STEP: u16 = 16;

#[inline(always)]
pub(super) fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    let flags = segment.flags;
    if flags.rst() {
        reset::observe(flow, destination, segment, sighting)
    } else if flags.is_syn_ack() {
        syn_ack(flow, destination, segment, sighting)
    } else if flags.is_syn() {
        crossing_syn(flow, destination, segment, sighting);
        None
    } else if flags.ack() {
        speech(flow, destination, segment, sighting)
    } else {
        // Dropped by its receiver (RFC 9293 §3.10.7.4).
        None
    }
}

#[inline(always)]
fn syn_ack(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    if !flow.acknowledges_syn(segment.ack) {
        return None;
    }
    match flow.phase {
        phase::SYN_SENT => {
            let rtt = sighting.now.since(flow.syn_at);
            let is_measured = flow.syn_again == 0;
            if is_measured {
                flow.rtt_us = rtt.as_micros_u32().max(1);
            }
            let packet = sighting.packet;
            destination.answered(packet.ttl, packet.dont_fragment, is_measured.then_some(rtt));
            flow.phase = phase::ANSWERED;
            flow.verdict = 0;
            // Data in the SYN that was refused leaves once more (RFC 7413 §4.1.3).
            flow.client_next = segment.ack;
            flow.acked = segment.ack;
            introduce(flow, segment, sighting);
            None
        }
        // Overtaken by the client's own ACK, in this capture or on this interface.
        phase::ANSWERED | phase::DATA_SENT if flow.server_ttl == 0 => {
            destination.answered(sighting.packet.ttl, sighting.packet.dont_fragment, None);
            introduce(flow, segment, sighting);
            None
        }
        phase::RESET if matches!(flow.stage(), Stage::PostSyn) => {
            destination.answered(sighting.packet.ttl, sighting.packet.dont_fragment, None);
            contradict(flow, destination, sighting, Mark::SynAckAfterReset)
        }
        _ => None,
    }
}

/// Both ends ask at once (RFC 9293 §3.5).
#[inline(always)]
fn crossing_syn(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) {
    if flow.phase == phase::SYN_SENT {
        destination.heard();
        flow.phase = phase::ANSWERED;
        flow.verdict = 0;
        introduce(flow, segment, sighting);
    }
}

/// The server shows for the first time what its packets look like.
#[inline(always)]
fn introduce(flow: &mut FlowState, segment: &Segment, sighting: &Sighting<'_>) {
    flow.server_isn = segment.seq;
    flow.server_next = segment.seq.wrapping_add(1);
    flow.server_ttl = sighting.packet.ttl;
    flow.server_df = u8::from(sighting.packet.dont_fragment);
    flow.server_ip_id = sighting.packet.ip_id;
    let is_copy = sighting.packet.ip_id > 1 && sighting.packet.ip_id == flow.client_ip_id;
    flow.ip_ids = if is_copy {
        ip_ids::COPIED
    } else {
        ip_ids::FREE
    };
    flow.heard_at = sighting.now;
    flow.packets = flow.packets.saturating_add(1);
}

/// Data, FIN, or a mere acknowledgement.
#[inline(always)]
fn speech(
    flow: &mut FlowState,
    destination: &DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    if flow.phase == phase::SYN_SENT || !is_plausible(segment, flow) {
        return None;
    }
    let verdict = match flow.phase {
        phase::ANSWERED | phase::DATA_SENT => first_words(flow, destination, segment, sighting),
        phase::SETTLED => {
            listen(flow, segment, sighting);
            silence::broken(flow)
        }
        phase::RESET if !matches!(flow.stage(), Stage::PostSyn) => {
            contradict(flow, destination, sighting, Mark::Contradiction)
        }
        _ => None,
    };
    if segment.flags.fin() {
        verdict.or_else(|| silence::end(flow))
    } else {
        verdict
    }
}

/// The server's first data or its FIN, unless somebody else put the words into its mouth.
#[inline(always)]
fn first_words(
    flow: &mut FlowState,
    destination: &DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    let says_something = segment.payload_len > 0 || segment.flags.fin();
    if says_something {
        let marks = forgery::of_speech(flow, destination, segment, sighting);
        if forgery::prove_speech(marks, segment) {
            flow.marks = flow.marks.and(marks);
            flow.judge(Verdict::FinInjected);
            flow.phase = phase::CLOSED;
            return flow.verdict();
        }
    }
    listen(flow, segment, sighting);
    if segment.payload_len > 0 {
        flow.phase = phase::SETTLED;
        flow.answered = 1;
        flow.verdict = 0;
        flow.resends = 0;
    } else if segment.flags.fin() {
        silence::dismiss(flow);
    }
    None
}

/// Notes what a genuine packet of the server shows.
#[inline(always)]
fn listen(flow: &mut FlowState, segment: &Segment, sighting: &Sighting<'_>) {
    let ip_id = sighting.packet.ip_id;
    let step = ip_id.wrapping_sub(flow.server_ip_id);
    let is_copy = sighting.is_copy(flow.server_ip_id);
    let is_counted = flow.server_ip_id != 0 && step != 0 && step <= IP_ID_STEP;
    if flow.ip_ids != ip_ids::COPIED && !is_copy {
        flow.ip_ids = if is_counted {
            ip_ids::COUNTED
        } else {
            ip_ids::FREE
        };
    }
    if segment.flags.ack() {
        silence::progress(flow, segment.ack, sighting.now);
    }
    flow.server_ip_id = ip_id;
    flow.server_window = segment.window;
    flow.heard_at = sighting.now;
    let segments = segment.payload_len / FULL_SEGMENT;
    let packets = u16::try_from(segments).unwrap_or(u16::MAX).max(1);
    let packets = if is_copy { 0 } else { packets };
    flow.packets = flow.packets.saturating_add(packets);
    let end = segment.seq.wrapping_add(segment.payload_len);
    if end.wrapping_sub(flow.server_isn) > flow.server_next.wrapping_sub(flow.server_isn) {
        flow.server_next = end;
        flow.remainder = remainder_behind(segment);
    }
}

/// Many servers push every other segment, and the first flight as a whole: PSH alone tells little.
#[inline(always)]
const fn remainder_behind(segment: &Segment) -> u8 {
    if !segment.flags.psh() {
        remainder::CERTAIN
    } else if segment.payload_len >= NEARLY_FULL {
        remainder::LIKELY
    } else {
        remainder::NONE
    }
}

/// The peer goes on after "its" reset: somebody else sent that. Not where the two packets may
/// have overtaken each other, and not an age later.
#[inline(always)]
fn contradict(
    flow: &mut FlowState,
    destination: &DestinationState,
    sighting: &Sighting<'_>,
    mark: Mark,
) -> Option<Verdict> {
    let tuning = sighting.tuning;
    let gap = sighting.now.since(flow.heard_at);
    let tenth = destination.min_rtt().unwrap_or_default().0 / 10;
    if gap < tuning.reorder || gap.0 < tenth || gap > tuning.contradiction_window {
        return None;
    }
    flow.marks = flow.marks.and(Marks::when(mark, true));
    flow.accuse_reset()
}

#[inline(always)]
const fn is_plausible(segment: &Segment, flow: &FlowState) -> bool {
    segment.seq.wrapping_sub(flow.server_isn) <= PLAUSIBLE_SEQ
}
