//! Whether events arrive where they are sent to.

use std::collections::BTreeSet;

use super::family::{
    Family, Number, Sample,
    Values::{Counter, Gauge},
};
use crate::status::{SinkStatus, Status};

/// Why an event is lost, as the status says it.
const REASONS: [&str; 4] = ["full", "refused", "closed", "ended"];

pub(super) const FAMILIES: [Family; 5] = [
    Family {
        name: "detector_sink_up",
        help: "Whether the sink worked when it was last tried.",
        labels: &["sink"],
        values: Gauge(|status| each(status, |sink| sink.is_up.into())),
    },
    Family {
        name: "detector_sink_queue_length",
        help: "Events that wait for the sink, or are on their way.",
        labels: &["sink"],
        values: Gauge(|status| each(status, |sink| sink.queued.into())),
    },
    Family {
        name: "detector_sink_delivered",
        help: "Events that arrived.",
        labels: &["sink"],
        values: Counter(|status| each(status, |sink| sink.sent.into())),
    },
    Family {
        name: "detector_sink_retries",
        help: "Deliveries that failed and are tried again.",
        labels: &["sink"],
        values: Counter(|status| each(status, |sink| sink.retries.into())),
    },
    Family {
        name: "detector_sink_dropped",
        help: "Events that were lost, by the reason.",
        labels: &["sink", "reason"],
        values: Counter(|status| sinks(status).flat_map(dropped).collect()),
    },
];

fn each(status: &Status, number: fn(&SinkStatus) -> Number) -> Vec<Sample> {
    let sinks = sinks(status);
    sinks
        .map(|sink| Sample::of([&sink.name], number(sink)))
        .collect()
}

fn dropped(sink: &SinkStatus) -> [Sample; REASONS.len()] {
    REASONS.map(|reason| {
        let lost = sink.dropped.get(reason).copied().unwrap_or(0);
        Sample::of([&sink.name, reason], lost)
    })
}

/// One of each name: two series that are alike, and a whole scrape is refused.
fn sinks(status: &Status) -> impl Iterator<Item = &SinkStatus> {
    let mut seen = BTreeSet::new();
    let sinks = status.sinks.iter();
    sinks.filter(move |sink| seen.insert(&sink.name))
}
