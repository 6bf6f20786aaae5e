//! What was seen, what was not, and how full the tables are.

use detector_common::{maps::Loss, mark::Mark, skip::Skip};

use super::family::{
    Family, Sample,
    Values::{Counter, Gauge},
};
use crate::status::{Counts, Status, TableStatus};

pub(super) const FAMILIES: [Family; 7] = [
    Family {
        name: "detector_packets",
        help: "Packets that the programs saw.",
        labels: &["direction"],
        values: Counter(|status| {
            let directions = [("in", status.packets_in), ("out", status.packets_out)];
            directions
                .map(|(name, seen)| Sample::of([name], seen))
                .into()
        }),
    },
    Family {
        name: "detector_packets_skipped",
        help: "Packets that are not followed.",
        labels: &["reason"],
        values: Counter(|status| counted(&Skip::ALL.map(Skip::name), &status.skipped)),
    },
    Family {
        name: "detector_lost",
        help: "What found no room in the tables, by what it was.",
        labels: &["loss"],
        values: Counter(|status| counted(&Loss::ALL.map(Loss::name), &status.lost)),
    },
    Family {
        name: "detector_marks",
        help: "Connections that bear a mark of forgery.",
        labels: &["mark"],
        values: Counter(|status| counted(&Mark::ALL.map(Mark::name), &status.marks)),
    },
    Family {
        name: "detector_map_entries",
        help: "What the kernel's tables hold, as it was some seconds ago at most.",
        labels: &["map"],
        values: Gauge(|status| tables(status, |table| table.entries)),
    },
    Family {
        name: "detector_map_capacity",
        help: "What they have room for.",
        labels: &["map"],
        values: Gauge(|status| tables(status, |table| Some(table.capacity.into()))),
    },
    Family {
        name: "detector_map_bytes",
        help: "Kernel memory that they take.",
        labels: &["map"],
        values: Gauge(|status| tables(status, |table| Some(table.bytes))),
    },
];

/// A series for each name, also of what has not happened yet: a rate needs a beginning.
fn counted(names: &[&str], counts: &Counts) -> Vec<Sample> {
    let count = |name| counts.get(name).copied().unwrap_or(0);
    names
        .iter()
        .map(|name| Sample::of([name], count(*name)))
        .collect()
}

fn tables(status: &Status, of: fn(&TableStatus) -> Option<u64>) -> Vec<Sample> {
    let known = status.tables.iter();
    known
        .filter_map(|table| Some(Sample::of([&table.name], of(table)?)))
        .collect()
}
