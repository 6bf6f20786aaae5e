//! How the detector itself fares: its version, interfaces, polls, configuration, and what it takes.

use jiff::Timestamp;

use super::family::{
    Family, Sample,
    Values::{Counter, Gauge, Histogram, Info},
};
use crate::status::{ProgramRuns, Status};

pub(super) const FAMILIES: [Family; 13] = [
    Family {
        name: "detector_build",
        help: "The version that runs.",
        labels: &["version"],
        values: Info(|status| vec![Sample::of([&status.version], 1_u64)]),
    },
    Family {
        name: "detector_xdp_attached",
        help: "1 for each interface whose packets XDP sees come in, 0 where TC does (mode tc).",
        labels: &["iface", "mode"],
        values: Gauge(|status| {
            let interfaces = status.interfaces.iter();
            let attached = interfaces.map(|it| Sample::of([&it.iface, &it.mode], it.mode != "tc"));
            attached.collect()
        }),
    },
    Family {
        name: "detector_egress_attached",
        help: "1 for each interface whose packets are seen leave.",
        labels: &["iface", "hook"],
        values: Gauge(|status| {
            let interfaces = status.interfaces.iter();
            let attached = interfaces.map(|it| Sample::of([&it.iface, &it.egress], 1_u64));
            attached.collect()
        }),
    },
    Family {
        name: "detector_poll_duration_seconds",
        help: "How long polls took, of which there is one a second.",
        labels: &[],
        values: Histogram(|status| &status.poll_durations),
    },
    Family {
        name: "detector_poll_last_success_timestamp_seconds",
        help: "When the latest poll ended.",
        labels: &[],
        values: Gauge(|status| Sample::only(seconds(status.at))),
    },
    Family {
        name: "detector_config_last_reload_successful",
        help: "Whether the configuration could be used when it was last read.",
        labels: &[],
        values: Gauge(|status| Sample::only(status.config.is_read)),
    },
    Family {
        name: "detector_config_last_reload_success_timestamp_seconds",
        help: "When the configuration that holds was read.",
        labels: &[],
        values: Gauge(|status| Sample::only(seconds(status.config.read_at))),
    },
    Family {
        name: "detector_config_keys_waiting",
        help: "Keys that were changed and hold after a restart.",
        labels: &[],
        values: Gauge(|status| Sample::only(status.config.waiting.len())),
    },
    Family {
        name: "detector_program_runs",
        help: "Runs of the programs in the kernel, while kernel.bpf_stats_enabled is set.",
        labels: &["program"],
        values: Counter(|status| {
            programs(status, |program| Sample::of([&program.name], program.runs))
        }),
    },
    Family {
        name: "detector_program_run_seconds",
        help: "Processor time of those runs.",
        labels: &["program"],
        values: Counter(|status| {
            programs(status, |program| Sample::of([&program.name], program.cpu_s))
        }),
    },
    Family {
        name: "process_cpu_seconds",
        help: "Processor time of the daemon.",
        labels: &[],
        values: Counter(|status| Sample::only(status.cost.cpu_s)),
    },
    Family {
        name: "process_resident_memory_bytes",
        help: "Memory of the daemon, with the tables as far as it has read them.",
        labels: &[],
        values: Gauge(|status| {
            let resident = status.cost.resident_bytes;
            resident.map(Sample::only).unwrap_or_default()
        }),
    },
    Family {
        name: "process_start_time_seconds",
        help: "When the daemon began.",
        labels: &[],
        values: Gauge(|status| Sample::only(seconds(status.began))),
    },
];

fn programs(status: &Status, series: fn(&ProgramRuns) -> Sample) -> Vec<Sample> {
    status.cost.programs.iter().map(series).collect()
}

/// Of the Unix epoch, to the millisecond.
fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
