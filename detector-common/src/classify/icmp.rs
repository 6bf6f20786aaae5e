//! ICMP errors about a connection of ours, sent by somebody on its way (RFC 792, RFC 1812 §5.2.7,
//! RFC 4443 §3.1).

use crate::{
    destination::DestinationState,
    flow::{FlowState, phase, protocol},
    packet::IcmpError,
    verdict::Verdict,
};

/// `observe` sees errors only whose sender is not the destination; see `track`.
///
/// An error is no end: the SYN may be answered yet (RFC 5461). Then the answer takes it back. And
/// no silence: what is refused aloud is no run of unanswered SYNs.
#[inline(always)]
pub(super) const fn observe(
    flow: &mut FlowState,
    destination: &mut DestinationState,
    error: &IcmpError,
) -> Option<Verdict> {
    let is_news = flow.phase < phase::RESET && flow.verdict().is_none();
    if !is_news || !error.is_unreachable() || !quotes_what_was_sent(flow, error) {
        return None;
    }
    destination.heard();
    flow.judge(Verdict::IcmpUnreachable);
    flow.verdict()
}

/// Whoever is not on the way must guess this number (RFC 5927 §4.1).
#[inline(always)]
const fn quotes_what_was_sent(flow: &FlowState, error: &IcmpError) -> bool {
    error.quoted_protocol as u16 != protocol::TCP || flow.has_sent(error.quoted_seq)
}
