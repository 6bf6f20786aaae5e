//! What the daemon knows of itself after a poll: one value, for whoever asks.
//!
//! Heartbeats, the status socket, metrics and systemd are all told from it. Must not know: who asks, or how it is
//! written for them.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{durations::Durations, event::alert::Grade, kind::Kind};

/// Counters by name; those that are zero are left out.
pub type Counts = BTreeMap<Cow<'static, str>, u64>;

/// The daemon, just after a poll.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Status {
    /// Name of the host.
    pub host: String,
    /// Version of the program.
    pub version: String,
    /// When it began.
    pub began: Timestamp,
    /// When this was so.
    pub at: Timestamp,
    /// Time since the start, in seconds.
    pub uptime_s: u64,
    /// Polls since the start.
    pub polls: u64,
    /// How long the latest poll took, in milliseconds.
    pub poll_ms: f64,
    /// How long all of them took.
    #[serde(default)]
    pub poll_durations: Durations,
    /// What is watched, and what is to be.
    pub interfaces: Vec<InterfaceStatus>,
    /// Packets that came in.
    pub packets_in: u64,
    /// Packets that left.
    pub packets_out: u64,
    /// Packets not followed, by reason.
    pub skipped: Counts,
    /// What could not be stored, by what it was.
    pub lost: Counts,
    /// Connections that bear a mark of forgery, by mark.
    #[serde(default)]
    pub marks: Counts,
    /// Prefixes that are tracked.
    pub prefixes: usize,
    /// The kernel's tables.
    pub tables: Vec<TableStatus>,
    /// Alerts that are firing, the oldest first, those that nobody was told of yet too.
    pub alerts: Vec<Standing>,
    /// How many of them nobody was told of yet, since there are too many.
    pub alerts_untold: usize,
    /// Alert events told since the start, by kind and then by state.
    #[serde(default)]
    pub told: BTreeMap<String, Counts>,
    /// Alerts that `ignore` rules kept out so far.
    pub ignored: u64,
    /// What all this costs.
    #[serde(default)]
    pub cost: Cost,
    /// The prefixes that fare worst, the worst first, as they stood a few seconds ago at most.
    #[serde(default)]
    pub worst: Arc<Vec<PrefixStatus>>,
    /// What holds of the configuration.
    pub config: ConfigStatus,
    /// Where events go.
    #[serde(default)]
    pub sinks: Vec<SinkStatus>,
}

/// One sink.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SinkStatus {
    /// What it is called.
    pub name: String,
    /// Events that wait, or are on their way.
    pub queued: usize,
    /// Events that arrived.
    pub sent: u64,
    /// Deliveries that failed and are tried again.
    #[serde(default)]
    pub retries: u64,
    /// Events that were lost, by reason: `full`, `refused`, `closed` or `ended`.
    pub dropped: Counts,
    /// Whether it worked when it was last tried.
    pub is_up: bool,
    /// What was wrong when it last failed.
    pub last_error: Option<String>,
}

/// One interface.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct InterfaceStatus {
    /// Its name.
    pub iface: String,
    /// Its index.
    pub ifindex: u32,
    /// How packets that come in are seen: `native`, `generic` or `tc`.
    pub mode: String,
    /// How packets that leave are seen: `tcx` or `clsact`.
    pub egress: String,
}

/// One of the kernel's tables.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TableStatus {
    /// The key of `[tables]` that sets its size.
    pub name: String,
    /// How many it has room for.
    pub capacity: u32,
    /// How many there are, where they are counted.
    pub entries: Option<u64>,
    /// Kernel memory of all maps that it is made of.
    pub bytes: u64,
}

/// An alert that is firing.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Standing {
    /// Its identity.
    pub id: Ulid,
    /// By what means.
    pub kind: Kind,
    /// How sure.
    pub grade: Grade,
    /// One minus the probability that this is chance.
    pub confidence: f64,
    /// The range; none where everything fails.
    pub prefix: Option<IpNet>,
    /// Blocked prefixes in it.
    pub members: usize,
    /// When the first destination began to fail.
    pub since: Timestamp,
    /// Trials since then.
    pub trials: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Once-alive hosts that fail.
    pub destinations_failed: u32,
    /// Working prefixes beside it.
    pub ok_witnesses: usize,
    /// Whether somebody was told.
    pub is_told: bool,
    /// The range that was told last. Unlike `prefix` it does not shrink with every piece that works again.
    pub told_prefix: Option<IpNet>,
}

/// What the detector itself takes, as it was some seconds ago at most.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Cost {
    /// Processor time of this process since its start, in seconds.
    pub cpu_s: f64,
    /// Its memory that is not swapped out, in bytes, where the kernel tells.
    pub resident_bytes: Option<u64>,
    /// The programs in the kernel that have run, where the kernel counts it (`kernel.bpf_stats_enabled`).
    pub programs: Vec<ProgramRuns>,
}

/// What the kernel counted of one program.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ProgramRuns {
    /// Name of the entry point.
    pub name: String,
    /// How often it ran while that was counted.
    pub runs: u64,
    /// Processor time of those runs, in seconds.
    pub cpu_s: f64,
}

/// A prefix in which something failed in the last five minutes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PrefixStatus {
    /// The prefix.
    pub prefix: IpNet,
    /// Whose it is, where the administrator's files say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Connections to it that ended.
    pub connections: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// The share that failed in percent, for each twenty seconds, the oldest first; none where nothing ended.
    pub percent_failed: Vec<Option<u8>>,
    /// What speaks for a block, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspicion: Option<Suspicion>,
}

/// What speaks for a block of a prefix. It is a claim only as part of an alert.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Suspicion {
    /// By what means most trials failed.
    pub kind: Kind,
    /// When it began to fail.
    pub since: Option<Timestamp>,
    /// Trials since then.
    pub trials: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Those of them that prove a third party.
    pub proofs: u64,
    /// Log-likelihood ratio of a block, in nats.
    pub llr: f64,
    /// What ordinarily fails in this way.
    pub ordinary_failure_rate: f64,
    /// Once-alive hosts that fail.
    pub hosts_failing: u32,
    /// Hosts of which the latest word is good.
    pub hosts_working: u32,
    /// Whether that is enough for an alarm.
    pub is_alarmed: bool,
    /// Whether some connections work all the while, which speaks against a block.
    pub is_mixed: bool,
    /// Whether it is part of an alert.
    pub is_blocked: bool,
}

/// What holds of the configuration.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ConfigStatus {
    /// When what holds was read.
    pub read_at: Timestamp,
    /// Whether the latest attempt to read it worked.
    pub is_read: bool,
    /// Keys that were changed since the start and hold after a restart.
    pub waiting: Vec<String>,
}
