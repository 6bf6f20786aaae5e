//! What is blocked, and what was told of it.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::family::{
    Family, Sample,
    Values::{Counter, Gauge},
};
use crate::{event::alert::State, kind::Kind, status::Status};

/// Ranges that have a series of their own; each is one more for whoever stores them.
pub(super) const MOST_SERIES: usize = 200;
/// Lengths of the wider ranges in which neighbours are counted together.
const AREA_BITS_V4: u8 = 16;
const AREA_BITS_V6: u8 = 32;

pub(super) const FAMILIES: [Family; 6] = [
    Family {
        name: "detector_suspected_blocking",
        help: "1 for each blocked range of an alert that fires and was told, the oldest 200.",
        labels: &["prefix", "kind", "area"],
        values: Gauge(|status| blocked(status).into_iter().take(MOST_SERIES).collect()),
    },
    Family {
        name: "detector_suspected_blocking_series_dropped",
        help: "Blocked ranges that have no series, because there are too many.",
        labels: &[],
        values: Gauge(|status| Sample::only(blocked(status).len().saturating_sub(MOST_SERIES))),
    },
    Family {
        name: "detector_alerts_firing",
        help: "Alerts that fire, told or not.",
        labels: &["kind"],
        values: Gauge(|status| {
            let firing = |kind| status.alerts.iter().filter(|it| it.kind == kind).count();
            let each = kinds().map(|kind| Sample::of([kind.name()], firing(kind)));
            each.collect()
        }),
    },
    Family {
        name: "detector_alerts_untold",
        help: "Alerts that fire and were not told yet, because there are too many.",
        labels: &[],
        values: Gauge(|status| Sample::only(status.alerts_untold)),
    },
    Family {
        name: "detector_alerts",
        help: "Alert events told.",
        labels: &["kind", "state"],
        values: Counter(|status| kinds().flat_map(|kind| told(status, kind)).collect()),
    },
    Family {
        name: "detector_alerts_ignored",
        help: "Alerts that a rule of the configuration kept out.",
        labels: &[],
        values: Counter(|status| Sample::only(status.ignored)),
    },
];

/// Every kind, those without a range too.
fn kinds() -> impl Iterator<Item = Kind> {
    let about_everything = [Kind::UplinkOutage, Kind::AllowList];
    Kind::ALL.into_iter().chain(about_everything)
}

/// A series for each range. No two may be alike, or a whole scrape is refused.
fn blocked(status: &Status) -> Vec<Sample> {
    let alerts = status.alerts.iter();
    let ranges = alerts.filter_map(|alert| Some((alert.told_prefix?, alert.kind.name())));
    let mut seen = BTreeSet::new();
    let distinct = ranges.filter(|range| seen.insert(*range));
    distinct
        .map(|(prefix, kind)| {
            let [range, area] = [prefix, area(prefix)].map(|it| it.to_string());
            Sample::of([&range, kind, &area], 1_u64)
        })
        .collect()
}

/// The wider range that `prefix` is in. Gateways with other destinations see other pieces of one block.
fn area(prefix: IpNet) -> IpNet {
    let bits = match prefix {
        IpNet::V4(_) => AREA_BITS_V4,
        IpNet::V6(_) => AREA_BITS_V6,
    };
    let wider = IpNet::new(prefix.addr(), bits.min(prefix.prefix_len()));
    wider.map_or(prefix, |it| it.trunc())
}

fn told(status: &Status, kind: Kind) -> [Sample; 3] {
    [State::Firing, State::Update, State::Resolved].map(|state| {
        let by_state = status.told.get(kind.name());
        let lines = by_state.and_then(|counts| counts.get(state.name()));
        Sample::of([kind.name(), state.name()], lines.copied().unwrap_or(0))
    })
}
