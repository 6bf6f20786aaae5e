//! What the daemon knows of itself after a poll: one value, for whoever asks.
//!
//! Heartbeats, the status socket, metrics and systemd are all told from it. Must not know: who asks, or how it is
//! written for them.

use std::{borrow::Cow, collections::BTreeMap};

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{event::alert::Grade, kind::Kind};

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
    /// Prefixes that are tracked.
    pub prefixes: usize,
    /// The kernel's tables.
    pub tables: Vec<TableStatus>,
    /// Alerts that are firing, the oldest first, those that nobody was told of yet too.
    pub alerts: Vec<Standing>,
    /// How many of them nobody was told of yet, since there are too many.
    pub alerts_untold: usize,
    /// Alerts that `ignore` rules kept out so far.
    pub ignored: u64,
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
