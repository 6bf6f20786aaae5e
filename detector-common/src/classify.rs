//! The heart: one packet moves one connection on, and perhaps ends it with a verdict.
//!
//! Two private transitions, one a direction. Must not know: maps, prefixes, or what a verdict
//! leads to.

mod inbound;
mod outbound;

use crate::{
    destination::DestinationState,
    flow::{Direction, FlowState},
    packet::Packet,
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

/// One segment of a known connection, and when it passed.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The packet.
    pub packet: &'a Packet,
    /// Its TCP part.
    pub segment: &'a Segment,
    /// Which way it went.
    pub direction: Direction,
    /// When it passed the hook.
    pub now: Nanos,
}

/// What ended a connection, and where it stood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Judgement {
    /// What ended it.
    pub verdict: Verdict,
    /// How far it had come.
    pub stage: Stage,
}

/// Moves `flow` and `destination` on by one segment.
#[inline(always)]
pub fn classify(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    sighting: &Sighting<'_>,
    tuning: &Tuning,
) -> Option<Judgement> {
    match sighting.direction {
        Direction::In => inbound::observe(flow, destination, sighting, tuning),
        Direction::Out => outbound::observe(flow, destination, sighting, tuning),
    }
}

#[cfg(test)]
mod tests;
