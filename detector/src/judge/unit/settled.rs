//! A prefix of which nothing is held against anybody, in a quarter of the room: nearly all of them, nearly always.
//!
//! Must not know: what a test says. Nothing is lost: a unit that was settled in between goes on as it would have.

use arrayvec::ArrayVec;

use super::{
    super::{
        evidence::Evidence,
        hosts::{HostSet, Hosts},
        panel::{MOST_TESTS, Panel},
        transport::Transport,
    },
    ALL_CLEAR_SPAN, MIXED, Unit,
};
use crate::moment::Moment;

/// What is still to be known of it.
#[derive(Clone, Debug)]
pub struct Settled {
    ordinary: ArrayVec<f64, MOST_TESTS>,
    /// None where nothing has ended yet, as with a prefix that was just met.
    last_ok: Option<Moment>,
    alive: HostSet,
    failed: HostSet,
    ok: u64,
    oks_in_a_row: u64,
}

impl Settled {
    /// What is left of `unit`, where nothing else matters any more.
    pub fn of(unit: &Unit, now: Moment) -> Option<Self> {
        let (alive, failed) = unit.hosts.latest();
        is_settled(unit, now).then(|| Self {
            ordinary: unit.panel.ordinary_failure_rates(),
            last_ok: unit.working_at(),
            alive,
            failed,
            ok: unit.evidence.ok,
            oks_in_a_row: unit.oks_in_a_row,
        })
    }

    /// The unit, whole again.
    pub fn unit(&self, transport: Transport) -> Unit {
        Unit {
            panel: Panel::of(transport, &self.ordinary),
            last_ok: self.last_ok,
            hosts: Hosts::settled(self.alive, self.failed),
            evidence: Evidence {
                ok: self.ok,
                ..Evidence::NONE
            },
            oks_in_a_row: self.oks_in_a_row,
            ..Unit::new(transport)
        }
    }

    /// When a connection last ended well.
    pub const fn working_at(&self) -> Option<Moment> {
        self.last_ok
    }
}

/// Whether no failure before will be thought of again when the next one comes.
fn is_settled(unit: &Unit, now: Moment) -> bool {
    let is_over = |at: Option<Moment>, span| at.is_none_or(|at| now.since(&at) >= span);
    let is_well = unit.last_failed.is_none() || unit.working_at().is_some();
    is_well
        && unit.panel.is_idle()
        && !unit.is_held
        && unit.failures_in_a_row == 0
        && is_over(unit.last_failing, ALL_CLEAR_SPAN)
        && is_over(unit.mixed_at, MIXED)
        && !unit.is_mixed(now)
}
