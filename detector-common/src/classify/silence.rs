//! Silences: data that is never answered, and answers that break off.
//!
//! No timer runs in the kernel, so the client's own patience is the clock: what it sends again,
//! and how it gives up.

use super::Sighting;
use crate::{
    flow::{FlowState, phase},
    time::Nanos,
    tuning::Tuning,
    verdict::Verdict,
};

/// What must be sent again before silence means something.
const RESENDS: u8 = 2;
/// Where a freeze is looked for, in bytes of payload (8 to 40 KB) and in packets both ways.
const CUT_BYTES: (u32, u32) = (8_000, 40_960);
const CUT_PACKETS: (u16, u16) = (15, 40);

/// The client sends something again: data, or its FIN.
///
/// A copy of the same packet, captured twice, comes at once.
#[inline(always)]
pub(super) fn resend(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    let (now, tuning) = (sighting.now, sighting.tuning);
    if now.since(flow.resent_at) < tuning.resend_spacing
        || now.since(flow.sent_at) < tuning.resend_spacing
    {
        return None;
    }
    flow.resent_at = now;
    flow.resends = flow.resends.saturating_add(1);
    if flow.resends < RESENDS || flow.verdict().is_some() {
        return None;
    }
    let verdict = match flow.phase {
        phase::DATA_SENT if is_deaf(flow, now, tuning) => Verdict::DataBlackhole,
        phase::SETTLED if is_cut_off(flow, now, tuning) => Verdict::DataCutoff,
        _ => return None,
    };
    flow.judge(verdict);
    Some(verdict)
}

/// The client's first data is not answered. Not "not acknowledged": the first segment of a long
/// hello may pass. Its SYN-ACK must have been seen, or answers take another way than ours.
#[inline(always)]
fn is_deaf(flow: &FlowState, now: Nanos, tuning: &Tuning) -> bool {
    flow.server_ttl != 0 && now.since(flow.data_at) >= flow.patience(tuning.data_silence)
}

/// The server fell silent where freezes happen. A settled connection whose client sent FIN waits
/// for an answer to that alone (see [`finish`]).
#[inline(always)]
fn is_cut_off(flow: &FlowState, now: Nanos, tuning: &Tuning) -> bool {
    is_where_freezes_happen(flow) && (flow.client_fin != 0 || is_silent(flow, now, tuning))
}

/// The client closes. In good order that is the end of a connection that worked; after a long
/// silence it may be giving up, and whether the server answers its FIN will tell.
#[inline(always)]
pub(super) fn finish(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    if flow.phase == phase::SETTLED
        && is_where_freezes_happen(flow)
        && is_silent(flow, sighting.now, sighting.tuning)
    {
        flow.resends = 0;
        return None;
    }
    end(flow)
}

/// A connection that worked is over; one that never got so far is left as it is.
#[inline(always)]
pub(super) fn end(flow: &mut FlowState) -> Option<Verdict> {
    if flow.phase != phase::SETTLED {
        return None;
    }
    flow.judge(Verdict::Ok);
    flow.phase = phase::CLOSED;
    flow.verdict()
}

/// The client resets. A FIN can be answered and a reset cannot, so the rest must be plain: the
/// server was in the middle of something, or did not acknowledge what the client sent.
#[inline(always)]
pub(super) fn abort(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    if flow.verdict().is_some() {
        flow.phase = phase::CLOSED;
        return None;
    }
    let was_cut_off = flow.phase == phase::SETTLED
        && is_where_freezes_happen(flow)
        && is_silent(flow, sighting.now, sighting.tuning)
        && (flow.mid_burst != 0 || flow.resends > 0);
    if was_cut_off {
        flow.judge(Verdict::DataCutoff);
    } else if flow.phase == phase::SETTLED {
        flow.judge(Verdict::Ok);
    } else {
        flow.judge(Verdict::ClientAborted);
    }
    flow.phase = phase::CLOSED;
    flow.verdict()
}

/// Something came from the server: it is not silent. Behind the places where freezes happen the
/// connection has proved itself.
#[inline(always)]
pub(super) fn broken(flow: &mut FlowState) -> Option<Verdict> {
    if flow.phase != phase::SETTLED {
        return None;
    }
    flow.resends = 0;
    if flow.verdict().is_some() {
        flow.verdict = 0;
    }
    let has_passed = flow.bytes_in() > CUT_BYTES.1 && flow.packets > CUT_PACKETS.1;
    if has_passed || flow.client_fin != 0 {
        end(flow)
    } else {
        None
    }
}

#[inline(always)]
fn is_where_freezes_happen(flow: &FlowState) -> bool {
    let bytes = flow.bytes_in();
    (bytes >= CUT_BYTES.0 && bytes <= CUT_BYTES.1)
        || (flow.packets >= CUT_PACKETS.0 && flow.packets <= CUT_PACKETS.1)
}

#[inline(always)]
fn is_silent(flow: &FlowState, now: Nanos, tuning: &Tuning) -> bool {
    now.since(flow.heard_at) >= flow.patience(tuning.cutoff_silence)
}
