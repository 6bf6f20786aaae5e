//! Whether a packet in the server's name is somebody else's: what speaks for it, and what of that
//! is proof.
//!
//! No mark is enough everywhere: China's resets carry the server's own TTL, Egypt's come too late
//! for timing. Must not know: what follows from a verdict.

mod look;
mod numbers;
mod timing;

use super::Sighting;
use crate::{
    destination::DestinationState,
    flow::FlowState,
    mark::{Mark, Marks},
    vantage::Vantage,
    verdict::Stage,
    wire::tcp::Segment,
};

/// What speaks against a reset being the destination's own.
#[inline(always)]
pub(super) fn of_reset(
    flow: &FlowState,
    destination: &DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Marks {
    Search::in_common(flow, destination, segment, sighting)
        .mark(Mark::Window, segment.window != 0)
        .mark(
            Mark::SequencePlay,
            numbers::are_played(segment, flow, destination, sighting),
        )
        .mark(
            Mark::TripleReset,
            numbers::is_third_alike(segment, flow, sighting),
        )
        .found
}

/// What speaks against data or a FIN being the destination's own.
#[inline(always)]
pub(super) fn of_speech(
    flow: &FlowState,
    destination: &DestinationState,
    segment: &Segment,
    sighting: &Sighting<'_>,
) -> Marks {
    Search::in_common(flow, destination, segment, sighting)
        .mark(Mark::Window, look::has_grown(segment, flow))
        .found
}

/// The marks found so far, blurred one by one.
struct Search<'a> {
    found: Marks,
    vantage: &'a Vantage,
}

impl<'a> Search<'a> {
    #[inline(always)]
    fn in_common(
        flow: &FlowState,
        destination: &DestinationState,
        segment: &Segment,
        sighting: &Sighting<'a>,
    ) -> Self {
        let (packet, vantage) = (sighting.packet, sighting.vantage);
        let own = look::Own::of(flow, destination);
        let search = Self {
            found: Marks::default(),
            vantage,
        };
        search
            .mark(
                Mark::TooSoon,
                timing::too_soon(segment, flow, destination, sighting),
            )
            .mark(Mark::ForeignTtl, own.has_another_ttl(packet, vantage))
            .mark(Mark::ForeignDf, own.has_another_df(packet))
            .mark(Mark::IpIdJump, look::ip_id_jumps(packet, flow))
            .mark(Mark::Echo, look::is_echo(packet, segment, flow))
    }

    #[inline(always)]
    const fn mark(self, mark: Mark, shows: bool) -> Self {
        let found = self.found.and(Marks::when(mark, shows));
        Self {
            found: found.blur(self.vantage),
            vantage: self.vantage,
        }
    }
}

/// Whether a third party sent this reset.
///
/// A foreign TTL alone proves it only where the client's first data was just sent and the server
/// said nothing yet: in front of a dead service a load balancer or firewall may answer in its
/// name, with a TTL of its own.
#[inline(always)]
pub(super) const fn prove_reset(marks: Marks, stage: Stage) -> bool {
    let is_impossible =
        marks.has(Mark::TooSoon) || marks.has(Mark::Echo) || marks.has(Mark::SequencePlay);
    let has_second =
        marks.has(Mark::ForeignDf) || marks.has(Mark::Window) || marks.has(Mark::IpIdJump);
    let ttl_is_enough = matches!(stage, Stage::PostPsh);
    is_impossible || (marks.has(Mark::ForeignTtl) && (ttl_is_enough || has_second))
}

/// Whether a third party said this in the server's name.
///
/// Data needs more than a reset does: a proxy that answers SYNs for its servers has a look of its
/// own, and a handshake may be slow where data is not. Whoever closes in the same breath, as block
/// pages do, is believed less.
#[inline(always)]
pub(super) const fn prove_speech(marks: Marks, segment: &Segment) -> bool {
    let looks_foreign =
        marks.has(Mark::ForeignTtl) || marks.has(Mark::ForeignDf) || marks.has(Mark::IpIdJump);
    let is_twice_foreign = marks.has(Mark::ForeignTtl)
        && (marks.has(Mark::ForeignDf) || marks.has(Mark::IpIdJump))
        || (marks.has(Mark::IpIdJump) && marks.has(Mark::Window));
    marks.has(Mark::Echo)
        || (marks.has(Mark::TooSoon) && looks_foreign)
        || (segment.flags.fin() && is_twice_foreign)
}

#[cfg(test)]
mod tests;
