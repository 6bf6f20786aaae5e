//! How fast counters move, from two statuses of one run.

use std::time::Duration;

use crate::status::Status;

/// Packets in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rates {
    pub(super) packets_in: f64,
    pub(super) packets_out: f64,
    pub(super) skipped: f64,
    pub(super) lost: f64,
}

impl Rates {
    /// Between two statuses; none where they are not of one run, or of one time.
    pub(super) fn between(earlier: &Status, later: &Status) -> Option<Self> {
        let span = later.at.duration_since(earlier.at);
        if earlier.began != later.began || !span.is_positive() {
            return None;
        }
        let seconds = Duration::try_from(span).ok()?.as_secs_f64();
        let rate = |count: fn(&Status) -> u64| {
            as_f64(count(later).saturating_sub(count(earlier))) / seconds
        };
        Some(Self {
            packets_in: rate(|it| it.packets_in),
            packets_out: rate(|it| it.packets_out),
            skipped: rate(|it| it.skipped.values().sum()),
            lost: rate(|it| it.lost.values().sum()),
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate is shown with three digits"
)]
const fn as_f64(count: u64) -> f64 {
    count as f64
}
