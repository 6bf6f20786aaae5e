//! What a replay counts for its summary.

use std::collections::BTreeMap;

use detector_common::{maps::Loss, skip::Skip, time::Nanos, verdict::Verdict};

use super::subject::Subject;
use crate::{
    event::{
        alert::{AlertEvent, State},
        named,
        summary::Summary,
    },
    failure::Failure,
    moment::Moment,
};

/// Why a packet was not even shown to the engine: nobody knows what it begins with.
const LINK_TYPE: &str = "link_type";

/// Counters from the first packet on.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) packets: u64,
    pub(super) unknown_links: u64,
    pub(super) inbound: u64,
    connections: [u64; Verdict::COUNT],
    alerts: BTreeMap<String, u64>,
    first: Option<Nanos>,
    last: Option<Nanos>,
}

impl Tally {
    pub(super) fn packet(&mut self, at: Nanos) {
        self.packets += 1;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = self.last.max(Some(at));
    }

    pub(super) const fn connection(&mut self, verdict: Verdict) {
        self.connections[verdict.index()] += 1;
    }

    pub(super) fn alert(&mut self, alert: &AlertEvent) {
        if alert.state != State::Firing {
            return;
        }
        // The name that the alert itself shows.
        if let Ok(serde_json::Value::String(kind)) = serde_json::to_value(alert.details.kind) {
            *self.alerts.entry(kind).or_default() += 1;
        }
    }

    /// The latest packet's time, or 1970 where there was none.
    pub(super) fn end(&self) -> Moment {
        Moment::of_capture(self.last.unwrap_or_default())
    }

    pub(super) fn summary(&self, subject: &impl Subject, ignored: u64) -> Result<Summary, Failure> {
        let mut skipped = named(Skip::ALL.map(Skip::name), subject.skips()?);
        skipped.extend(named([LINK_TYPE], [self.unknown_links]));
        let names = Verdict::ALL.map(Verdict::name);
        Ok(Summary {
            packets: self.packets,
            skipped,
            connections: names.into_iter().zip(self.connections).collect(),
            alerts: self.alerts.clone(),
            ignored,
            inbound: self.inbound,
            first_ts: self.first.map(Moment::of_capture),
            last_ts: self.last.map(Moment::of_capture),
            lost: named(Loss::ALL.map(Loss::name), subject.losses()?),
        })
    }
}
