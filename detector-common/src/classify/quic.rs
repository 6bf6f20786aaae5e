//! QUIC to UDP/443: Initials that leave, and whether anything comes back. What is inside is
//! nobody's business.

use super::Sighting;
use crate::{
    destination::DestinationState,
    flow::{Direction, FlowState, phase},
    verdict::Verdict,
};

/// Initials that must stay unanswered: two flights of two.
const SILENT_INITIALS: u16 = 4;

#[inline(always)]
pub(super) fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    match (sighting.direction, flow.phase) {
        (Direction::Out, phase::SYN_SENT) => initial(flow, sighting),
        (Direction::In, phase::SYN_SENT) => answer(flow, destination, sighting),
        _ => None,
    }
}

#[inline(always)]
fn initial(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    let is_at_once = sighting.now.since(flow.resent_at()) < sighting.tuning.reorder;
    if sighting.is_copy(flow.client_ip_id) && is_at_once {
        return None;
    }
    flow.client_ip_id = sighting.packet.ip_id;
    flow.packets = flow.packets.saturating_add(1);
    flow.resent_us = flow.age_us(sighting.now);
    let silence = sighting.now.since(flow.syn_at);
    if flow.packets < SILENT_INITIALS
        || silence < sighting.tuning.quic_silence
        || flow.verdict().is_some()
    {
        return None;
    }
    flow.judge(Verdict::QuicTimeout);
    flow.verdict()
}

/// Any datagram is an answer: version negotiation and refusals come from the server too.
#[inline(always)]
fn answer(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    let (packet, now) = (sighting.packet, sighting.now);
    flow.heard_at = now;
    let rtt = now.since(flow.syn_at);
    let is_measured = flow.packets <= 1;
    if is_measured {
        flow.rtt_us = rtt.as_micros_u32().max(1);
    }
    destination.answered(packet.ttl, packet.dont_fragment, is_measured.then_some(rtt));
    flow.answered = 1;
    flow.judge(Verdict::Ok);
    flow.phase = phase::CLOSED;
    flow.verdict()
}
