//! Silences: data that is never answered, and answers that break off.
//!
//! No timer runs in the kernel, so the client's own patience is the clock: what it sends again,
//! and how it gives up.

use super::Sighting;
use crate::{
    flow::{FlowState, phase, remainder},
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
    if now.since(flow.resent_at()) < tuning.resend_spacing
        || now.since(flow.sent_at()) < tuning.resend_spacing
    {
        return None;
    }
    flow.resent_us = flow.age_us(now);
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
    let age_us = flow.age_us(now);
    let silence = Nanos(u64::from(age_us.saturating_sub(flow.data_us)).wrapping_mul(1_000));
    flow.server_ttl != 0 && silence >= flow.patience(tuning.data_silence)
}

/// The server acknowledges more of the client's data: a long upload makes headway, whatever is
/// lost of it.
#[inline(always)]
pub(super) const fn progress(flow: &mut FlowState, ack: u32, now: Nanos) {
    let ahead = ack.wrapping_sub(flow.acked);
    if ahead == 0 || ahead > i32::MAX as u32 || !flow.has_sent(ack) {
        return;
    }
    flow.acked = ack;
    flow.data_us = flow.age_us(now);
    flow.resends = 0;
    if ack == flow.client_next {
        flow.verdict = 0;
    }
}

/// The server closes without a word. Where it has heard all that the client said, that is its
/// answer; where it has not, it is as deaf as before.
#[inline(always)]
pub(super) const fn dismiss(flow: &mut FlowState) {
    if flow.phase == phase::DATA_SENT && flow.acked == flow.client_next {
        flow.stage = flow.stage() as u8;
        flow.phase = phase::CLOSED;
    }
}

/// The server fell silent where freezes happen. A settled connection whose client sent FIN waits
/// for an answer to that alone (see [`finish`]).
#[inline(always)]
fn is_cut_off(flow: &FlowState, now: Nanos, tuning: &Tuning) -> bool {
    is_where_freezes_happen(flow) && (flow.client_fin != 0 || is_silent(flow, now, tuning))
}

/// The client closes. In good order that is the end of a connection that worked; amid an answer
/// it may be giving up, and whether the server answers its FIN will tell.
#[inline(always)]
pub(super) fn finish(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    if is_interrupted(flow, remainder::LIKELY, sighting) {
        flow.resends = 0;
        return None;
    }
    end(flow)
}

/// A connection that worked is over; one that never got so far is left as it is.
#[inline(always)]
pub(super) const fn end(flow: &mut FlowState) -> Option<Verdict> {
    if flow.phase != phase::SETTLED {
        return None;
    }
    flow.judge(Verdict::Ok);
    flow.phase = phase::CLOSED;
    flow.verdict()
}

/// The client resets, which nobody answers: so the server must certainly have had more to say.
#[inline(always)]
pub(super) fn abort(flow: &mut FlowState, sighting: &Sighting<'_>) -> Option<Verdict> {
    if flow.verdict().is_some() {
        flow.phase = phase::CLOSED;
        return None;
    }
    if is_interrupted(flow, remainder::CERTAIN, sighting) {
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
pub(super) const fn broken(flow: &mut FlowState) -> Option<Verdict> {
    if flow.phase != phase::SETTLED {
        return None;
    }
    flow.resends = 0;
    flow.verdict = 0;
    let has_passed = flow.bytes_in() > CUT_BYTES.1 && flow.packets > CUT_PACKETS.1;
    if has_passed || flow.client_fin != 0 {
        end(flow)
    } else {
        None
    }
}

/// Whether the server has long been silent where freezes happen, although it was in the middle of
/// an answer, or did not acknowledge what the client sent. Without that a connection is only idle,
/// and what lies between may have forgotten it.
#[inline(always)]
fn is_interrupted(flow: &FlowState, remainder: u8, sighting: &Sighting<'_>) -> bool {
    flow.phase == phase::SETTLED
        && (flow.remainder >= remainder || flow.resends > 0)
        && is_where_freezes_happen(flow)
        && is_silent(flow, sighting.now, sighting.tuning)
}

#[inline(always)]
const fn is_where_freezes_happen(flow: &FlowState) -> bool {
    let bytes = flow.bytes_in();
    (bytes >= CUT_BYTES.0 && bytes <= CUT_BYTES.1)
        || (flow.packets >= CUT_PACKETS.0 && flow.packets <= CUT_PACKETS.1)
}

#[inline(always)]
fn is_silent(flow: &FlowState, now: Nanos, tuning: &Tuning) -> bool {
    now.since(flow.heard_at) >= flow.patience(tuning.cutoff_silence)
}
