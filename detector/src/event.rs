//! The events as other programs read them: one JSON object a line, keys only ever added.
//!
//! Must not know: when an event is due, or where it goes.

pub mod alert;
pub mod config;
pub mod flow;
pub mod schema;
pub mod stall;
pub mod summary;

use std::{borrow::Cow, time::Duration};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use self::{alert::AlertEvent, config::ConfigEvent, flow::FlowEvent, summary::Summary};
use crate::{
    kernel::attach::{IngressHook, Reason, TcHook},
    moment::serialize_millis,
    status::Counts,
};

/// Version of the contract.
const SCHEMA: &str = "detector/1";
/// One line.
#[derive(Debug, Serialize)]
pub struct Event<'a> {
    schema: &'static str,
    #[serde(rename = "event")]
    name: &'static str,
    #[serde(serialize_with = "serialize_millis")]
    ts: &'a Timestamp,
    #[serde(flatten)]
    body: Body<'a>,
}

/// What a line says.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Body<'a> {
    /// A range is blocked, still, or no longer.
    Alert(&'a AlertEvent),
    /// The daemon lives.
    Heartbeat(&'a Heartbeat),
    /// An interface is watched, or no longer, or changed.
    Interface(&'a InterfaceEvent),
    /// Something could not be stored.
    Overflow(&'a Overflow),
    /// Something that was configured holds no more.
    Config(&'a ConfigEvent),
    /// A replayed connection is over.
    Flow(&'a FlowEvent),
    /// A replay is over.
    Summary(&'a Summary),
}

impl<'a> Event<'a> {
    /// The line that says `body` at `ts`.
    pub const fn new(ts: &'a Timestamp, body: Body<'a>) -> Self {
        let name = match body {
            Body::Alert(_) => "alert",
            Body::Heartbeat(_) => "heartbeat",
            Body::Interface(_) => "interface",
            Body::Overflow(_) => "overflow",
            Body::Config(_) => "config",
            Body::Flow(_) => "flow",
            Body::Summary(_) => "summary",
        };
        Self {
            schema: SCHEMA,
            name,
            ts,
            body,
        }
    }
}

/// A sign of life.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Heartbeat {
    /// Time since the start.
    #[serde(rename = "uptime_s", serialize_with = "as_seconds")]
    #[schemars(with = "u64")]
    pub uptime: Duration,
    /// Prefixes that are tracked.
    pub prefixes: usize,
    /// Alerts that are firing.
    pub alerts_firing: usize,
    /// Those of them that are not told yet, since there are too many.
    pub alerts_untold: usize,
    /// Alerts that `ignore` rules kept out so far.
    pub ignored: u64,
    /// Packets that came in.
    pub packets_in: u64,
    /// Packets that left.
    pub packets_out: u64,
    /// Packets not followed, by reason.
    pub skipped: Counts,
    /// Inserts that a full map refused, by map.
    pub lost: Counts,
    /// How long the latest poll took, in milliseconds.
    pub poll_ms: f64,
    /// Events that a sink lost, by sink.
    #[serde(skip_serializing_if = "Counts::is_empty")]
    pub sinks_dropped: Counts,
}

/// Something became of an interface.
#[derive(Debug, JsonSchema, Serialize)]
pub struct InterfaceEvent {
    /// Its name.
    pub iface: String,
    /// Its index.
    pub ifindex: u32,
    /// `attached`, `detached`, `left` (no longer watched, its programs stay, see `--pin`), `renamed`, `down`, `up` or `mtu` (it is another
    /// now).
    pub state: &'static str,
    /// How packets that come in are seen.
    pub mode: IngressHook,
    /// Why the mode is the generic one, where nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// How packets that leave are seen.
    pub egress: TcHook,
    /// What its packets begin with: `ethernet` or `ip`.
    pub link: &'static str,
    /// Its longest packet in bytes, without the link header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// How long nothing was watched before, at most, by what the state directory tells; where watching begins after a
    /// restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_s: Option<u64>,
}

/// A map is full.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Overflow {
    /// What is lost: `prefix`, `flow`, `unanswered`, `stranger`, `destination`, `candidate` or `sample`.
    pub map: &'static str,
    /// How many inserts it refused since the start.
    pub lost: u64,
}

/// The counters that are not zero, by name.
pub fn named<const N: usize>(names: [&'static str; N], counts: [u64; N]) -> Counts {
    names
        .into_iter()
        .map(Cow::Borrowed)
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .collect()
}

fn as_seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(span.as_secs())
}
