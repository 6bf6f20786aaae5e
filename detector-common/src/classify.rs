//! The heart: one packet moves one connection on, and perhaps ends it with a verdict.
//!
//! One room for each kind of packet. Must not know: maps, prefixes, or what a verdict leads to.

mod forgery;
mod icmp;
mod inbound;
mod outbound;
mod quic;
mod silence;

use crate::{
    destination::DestinationState,
    flow::{Direction, FlowState},
    packet::Packet,
    time::Nanos,
    tuning::Tuning,
    vantage::Vantage,
    verdict::{Stage, Verdict},
};

/// One packet of a known connection, when it passed, and under which rules.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The packet.
    pub packet: &'a Packet,
    /// Which way it went.
    pub direction: Direction,
    /// When it passed the hook.
    pub now: Nanos,
    /// What is known of our uplink.
    pub vantage: &'a Vantage,
    /// Thresholds.
    pub tuning: &'a Tuning,
}

impl Sighting<'_> {
    /// Whether this is the packet once more that its sender sent last, which had this IP-ID: a
    /// capture may show every packet on two interfaces.
    #[inline(always)]
    const fn is_copy(&self, ip_id: u16) -> bool {
        ip_id != 0 && self.packet.ip_id == ip_id
    }
}

/// What ended a connection, and where it stood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Judgement {
    /// What ended it.
    pub verdict: Verdict,
    /// How far it had come.
    pub stage: Stage,
}

/// Moves `flow` and `destination` on by one packet. A connection may be judged twice: a timeout
/// may be answered after all, and a reset be contradicted.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "masked to fewer bits")]
pub fn classify(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
) -> Option<Judgement> {
    let code = observe(flow, destination, sighting).map_or(0, Verdict::code);
    let code = sighting.vantage.blur(u32::from(code), Verdict::CODE_BITS);
    Some(Judgement {
        verdict: Verdict::of_code(code as u8)?,
        stage: Stage::of_index(flow.stage),
    })
}

#[inline(always)]
fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
) -> Option<Verdict> {
    let packet = sighting.packet;
    if let Some(error) = packet.icmp_error() {
        return icmp::observe(flow, destination, error);
    }
    if packet.udp().is_some() {
        return quic::observe(flow, destination, sighting);
    }
    let segment = packet.tcp()?;
    match sighting.direction {
        Direction::In => inbound::observe(flow, destination, segment, sighting),
        Direction::Out => outbound::observe(flow, destination, segment, sighting),
    }
}

#[cfg(test)]
mod tests;
