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
#[derive(Debug)]
pub(super) struct Signs {
    began: Moment,
    heartbeat_at: Option<Duration>,
    overflow_at: [Option<Duration>; Loss::ALL.len()],
    lost: [u64; Loss::ALL.len()],
}

impl Signs {
    /// None given yet by a daemon that began at `began`.
    pub(super) const fn since(began: Moment) -> Self {
        Self {
            began,
            heartbeat_at: None,
            overflow_at: [None; Loss::ALL.len()],
            lost: [0; Loss::ALL.len()],
        }
    }

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
        lines.tell(
            &now.wall,
            Body::Heartbeat(&self.heartbeat(now, totals, vitals)),
        )
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

    fn heartbeat(&self, now: Moment, totals: &Totals, vitals: Vitals) -> Heartbeat {
        let [packets_in, packets_out] = totals.packets;
        Heartbeat {
            uptime: now.since(&self.began),
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
}

fn is_due(last: Option<Duration>, every: Duration, now: Moment) -> bool {
    last.is_none_or(|last| now.monotonic.saturating_sub(last) >= every)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Spans begin with 1970, not with the daemon.
    const BEGAN: Duration = Duration::from_secs(1_795_000_000);

    fn at(seconds: u64) -> Moment {
        Moment {
            monotonic: BEGAN + Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn give(signs: &mut Signs, seconds: u64, lost: u64) -> Vec<String> {
        let events = events(signs, seconds, lost);
        let name = |event: &Value| event["event"].as_str().unwrap().to_owned();
        events.iter().map(name).collect()
    }

    fn events(signs: &mut Signs, seconds: u64, lost: u64) -> Vec<Value> {
        let totals = Totals {
            losses: [lost, 0, 0, 0, 0, 0],
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
        let parse = |line| serde_json::from_str(line).unwrap();
        text.lines().map(parse).collect()
    }

    #[test]
    fn uptime_is_the_time_since_the_start() {
        let heartbeats = events(&mut Signs::since(at(5)), 47, 0);
        assert_eq!(heartbeats[0]["uptime_s"], 42);
    }

    #[test]
    fn heartbeat_comes_at_once_and_then_every_thirty_seconds() {
        let mut signs = Signs::since(at(0));
        assert_eq!(give(&mut signs, 0, 0), ["heartbeat"]);
        assert!(give(&mut signs, 29, 0).is_empty());
        assert_eq!(give(&mut signs, 30, 0), ["heartbeat"]);
    }

    #[test]
    fn a_full_map_is_told_once_an_hour() {
        let mut signs = Signs::since(at(0));
        assert_eq!(give(&mut signs, 0, 0), ["heartbeat"]);
        assert_eq!(give(&mut signs, 1, 5), ["overflow"]);
        assert!(give(&mut signs, 2, 9).is_empty());
        assert_eq!(give(&mut signs, 3_601, 12), ["overflow", "heartbeat"]);
    }
}
