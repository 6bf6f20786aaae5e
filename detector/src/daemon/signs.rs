//! Signs of life: a heartbeat every half minute, and a word when a map is full.

use std::{io::Write, time::Duration};

use detector_common::{maps::Loss, skip::Skip};

use crate::{
    event::{Body, Heartbeat, Overflow, named},
    failure::Failure,
    kernel::maps::Totals,
    moment::Moment,
    sink::{Delivery, Lines},
};

const HEARTBEAT: Duration = Duration::from_secs(30);
/// A map that stays full is told once in this time.
const OVERFLOW: Duration = Duration::from_hours(1);

/// What a heartbeat tells beside the totals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vitals {
    pub(super) prefixes: usize,
    pub(super) alerts_firing: usize,
    pub(super) alerts_untold: usize,
    pub(super) ignored: u64,
    pub(super) poll: Duration,
}

/// When which sign was last given.
#[derive(Debug, Default)]
pub(super) struct Signs {
    heartbeat_at: Option<Duration>,
    overflow_at: [Option<Duration>; Loss::ALL.len()],
    lost: [u64; Loss::ALL.len()],
}

impl Signs {
    /// Gives the signs that are due.
    pub(super) fn give(
        &mut self,
        now: Moment,
        totals: &Totals,
        vitals: Vitals,
        lines: &mut Lines<impl Write>,
    ) -> Result<Delivery, Failure> {
        for overflow in self.overflows(now, totals) {
            if lines.tell(&now.wall, Body::Overflow(&overflow))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        if !is_due(self.heartbeat_at, HEARTBEAT, now) {
            return Ok(Delivery::Written);
        }
        self.heartbeat_at = Some(now.monotonic);
        lines.tell(&now.wall, Body::Heartbeat(&heartbeat(now, totals, vitals)))
    }

    fn overflows(&mut self, now: Moment, totals: &Totals) -> Vec<Overflow> {
        let mut overflows = Vec::new();
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            let lost = totals.losses[index];
            if lost > self.lost[index] && is_due(self.overflow_at[index], OVERFLOW, now) {
                self.overflow_at[index] = Some(now.monotonic);
                overflows.push(Overflow {
                    map: loss.name(),
                    lost,
                });
            }
        }
        self.lost = totals.losses;
        overflows
    }
}

fn is_due(last: Option<Duration>, every: Duration, now: Moment) -> bool {
    last.is_none_or(|last| now.monotonic.saturating_sub(last) >= every)
}

fn heartbeat(now: Moment, totals: &Totals, vitals: Vitals) -> Heartbeat {
    let [packets_in, packets_out] = totals.packets;
    Heartbeat {
        uptime: now.monotonic,
        prefixes: vitals.prefixes,
        alerts_firing: vitals.alerts_firing,
        alerts_untold: vitals.alerts_untold,
        ignored: vitals.ignored,
        packets_in,
        packets_out,
        skipped: named(Skip::ALL.map(Skip::name), totals.skips),
        lost: named(Loss::ALL.map(Loss::name), totals.losses),
        poll_ms: (vitals.poll.as_secs_f64() * 1e6).round() / 1e3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn give(signs: &mut Signs, seconds: u64, lost: u64) -> Vec<String> {
        let totals = Totals {
            losses: [lost, 0, 0, 0, 0],
            ..Totals::default()
        };
        let vitals = Vitals {
            prefixes: 3,
            alerts_firing: 0,
            alerts_untold: 0,
            ignored: 0,
            poll: Duration::from_micros(1_500),
        };
        let mut lines = Vec::new();
        signs
            .give(at(seconds), &totals, vitals, &mut Lines::new(&mut lines))
            .unwrap();
        let text = String::from_utf8(lines).unwrap();
        text.lines()
            .map(|line| {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                event["event"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    #[test]
    fn heartbeat_comes_at_once_and_then_every_thirty_seconds() {
        let mut signs = Signs::default();
        assert_eq!(give(&mut signs, 0, 0), ["heartbeat"]);
        assert!(give(&mut signs, 29, 0).is_empty());
        assert_eq!(give(&mut signs, 30, 0), ["heartbeat"]);
    }

    #[test]
    fn a_full_map_is_told_once_an_hour() {
        let mut signs = Signs::default();
        assert_eq!(give(&mut signs, 0, 0), ["heartbeat"]);
        assert_eq!(give(&mut signs, 1, 5), ["overflow"]);
        assert!(give(&mut signs, 2, 9).is_empty());
        assert_eq!(give(&mut signs, 3_601, 12), ["overflow", "heartbeat"]);
    }
}
