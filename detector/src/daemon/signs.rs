//! Signs of life: a heartbeat every half minute, and a word when a map is full.

use std::time::Duration;

use detector_common::maps::Loss;

use crate::{
    event::{Body, Heartbeat, Overflow},
    failure::Failure,
    moment::Moment,
    sink::{Delivery, Tell},
    status::{Counts, SinkStatus, Status},
};

const HEARTBEAT: Duration = Duration::from_secs(30);
/// A map that stays full is told once in this time.
const OVERFLOW: Duration = Duration::from_hours(1);

/// When which sign was last given.
#[derive(Debug)]
pub(super) struct Signs {
    heartbeat_at: Option<Duration>,
    overflow_at: [Option<Duration>; Loss::ALL.len()],
    lost: [u64; Loss::ALL.len()],
}

impl Signs {
    /// None given yet.
    pub(super) const fn new() -> Self {
        Self {
            heartbeat_at: None,
            overflow_at: [None; Loss::ALL.len()],
            lost: [0; Loss::ALL.len()],
        }
    }

    /// Gives the signs that are due.
    pub(super) fn give(
        &mut self,
        now: Moment,
        status: &Status,
        lines: &mut impl Tell,
    ) -> Result<Delivery, Failure> {
        for overflow in self.overflows(now, status) {
            if lines.tell(&now.wall, Body::Overflow(&overflow))? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        if !now.is_due(self.heartbeat_at, HEARTBEAT) {
            return Ok(Delivery::Written);
        }
        self.heartbeat_at = Some(now.monotonic);
        lines.tell(&now.wall, Body::Heartbeat(&heartbeat(status)))
    }

    fn overflows(&mut self, now: Moment, status: &Status) -> Vec<Overflow> {
        let mut overflows = Vec::new();
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            let lost = status.lost.get(loss.name()).copied().unwrap_or(0);
            let is_news = lost > std::mem::replace(&mut self.lost[index], lost);
            if is_news && now.is_due(self.overflow_at[index], OVERFLOW) {
                self.overflow_at[index] = Some(now.monotonic);
                overflows.push(Overflow {
                    map: loss.name(),
                    lost,
                });
            }
        }
        overflows
    }
}

fn heartbeat(status: &Status) -> Heartbeat {
    Heartbeat {
        uptime: Duration::from_secs(status.uptime_s),
        prefixes: status.prefixes,
        alerts_firing: status.alerts.len(),
        alerts_untold: status.alerts_untold,
        ignored: status.ignored,
        packets_in: status.packets_in,
        packets_out: status.packets_out,
        skipped: status.skipped.clone(),
        lost: status.lost.clone(),
        poll_ms: status.poll_ms,
        sinks_dropped: dropped(&status.sinks),
    }
}

/// What each sink lost, where it lost something.
fn dropped(sinks: &[SinkStatus]) -> Counts {
    let lost = sinks.iter().map(|sink| {
        let count = sink.dropped.values().sum();
        (sink.name.clone().into(), count)
    });
    lost.filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use serde_json::Value;

    use super::*;
    use crate::{
        durations::Durations,
        sink::Lines,
        status::{ConfigStatus, Cost, Counts},
    };

    /// Spans begin with 1970, not with the daemon.
    const BEGAN: Duration = Duration::from_secs(1_795_000_000);

    fn at(seconds: u64) -> Moment {
        Moment {
            monotonic: BEGAN + Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn status() -> Status {
        let began = jiff::Timestamp::UNIX_EPOCH;
        Status {
            host: "gw1".to_owned(),
            version: String::new(),
            began,
            at: began,
            uptime_s: 0,
            polls: 0,
            poll_ms: 1.5,
            poll_durations: Durations::default(),
            interfaces: Vec::new(),
            packets_in: 0,
            packets_out: 0,
            skipped: Counts::new(),
            lost: Counts::new(),
            marks: Counts::new(),
            prefixes: 3,
            tables: Vec::new(),
            alerts: Vec::new(),
            alerts_untold: 0,
            told: BTreeMap::new(),
            ignored: 0,
            cost: Cost::default(),
            worst: Arc::default(),
            config: ConfigStatus {
                read_at: began,
                is_read: true,
                waiting: Vec::new(),
            },
            sinks: Vec::new(),
        }
    }

    fn give(signs: &mut Signs, seconds: u64, lost: u64) -> Vec<String> {
        let events = events(signs, seconds, lost);
        let name = |event: &Value| event["event"].as_str().unwrap().to_owned();
        events.iter().map(name).collect()
    }

    fn events(signs: &mut Signs, seconds: u64, lost: u64) -> Vec<Value> {
        let status = Status {
            uptime_s: seconds,
            lost: [(Loss::Prefix.name().into(), lost)].into(),
            ..status()
        };
        let mut lines = Vec::new();
        signs
            .give(at(seconds), &status, &mut Lines::new(&mut lines))
            .unwrap();
        let text = String::from_utf8(lines).unwrap();
        let parse = |line| serde_json::from_str(line).unwrap();
        text.lines().map(parse).collect()
    }

    #[test]
    fn heartbeat_comes_at_once_and_then_every_thirty_seconds() {
        let mut signs = Signs::new();
        assert_eq!(give(&mut signs, 0, 0), ["heartbeat"]);
        assert!(give(&mut signs, 29, 0).is_empty());
        assert_eq!(give(&mut signs, 30, 0), ["heartbeat"]);
    }

    #[test]
    fn a_full_map_is_told_once_an_hour() {
        let mut signs = Signs::new();
        assert_eq!(give(&mut signs, 0, 0), ["heartbeat"]);
        assert_eq!(give(&mut signs, 1, 5), ["overflow"]);
        assert!(give(&mut signs, 2, 9).is_empty());
        assert_eq!(give(&mut signs, 3_601, 12), ["overflow", "heartbeat"]);
    }
}
