//! What the daemon knows beside the watch: its interfaces, its polls, its configuration. Puts the status together.
//!
//! Must not know: who is told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use detector_common::{maps::Loss, mark::Mark, skip::Skip};
use tokio::sync::watch;

use super::gauges::Gauges;
use crate::{
    config::{Changes, Config},
    durations::Durations,
    event::{alert::AlertEvent, config::ConfigEvent, named},
    failure::Failure,
    kernel::{
        attach::{Attached, TcHook},
        maps::Maps,
    },
    moment::Moment,
    observer::mode_name,
    status::{
        ConfigStatus, Cost, Counts, InterfaceStatus, PrefixStatus, ProgramRuns, Status, TableStatus,
    },
    watch::Watch,
};

/// How often the worst prefixes are looked for while nobody reads.
const WORST: Duration = Duration::from_secs(5);

/// Everything of that since the start.
pub(super) struct Vitals {
    began: Moment,
    interfaces: Vec<InterfaceStatus>,
    polls: u64,
    poll: Duration,
    poll_durations: Durations,
    told: BTreeMap<String, Counts>,
    gauges: Gauges,
    /// What the helper said last of the programs.
    runs: watch::Receiver<Vec<ProgramRuns>>,
    worst: Arc<Vec<PrefixStatus>>,
    worst_at: Option<Duration>,
    /// What the programs were loaded with.
    begun_with: Config,
    /// What was read last.
    config: Config,
    read: ConfigStatus,
}

impl Vitals {
    /// A daemon that begins now.
    pub(super) fn new(
        now: Moment,
        config: Config,
        attached: &[Attached],
        runs: watch::Receiver<Vec<ProgramRuns>>,
    ) -> Self {
        Self {
            began: now,
            interfaces: statuses(attached),
            polls: 0,
            poll: Duration::ZERO,
            poll_durations: Durations::default(),
            told: BTreeMap::new(),
            gauges: Gauges::default(),
            runs,
            worst: Arc::default(),
            worst_at: None,
            begun_with: config.clone(),
            config,
            read: ConfigStatus {
                read_at: now.wall,
                is_read: true,
                waiting: Vec::new(),
            },
        }
    }

    /// Takes note of what is watched from now on.
    pub(super) fn observe(&mut self, attached: &[Attached]) {
        self.interfaces = statuses(attached);
    }

    /// Takes note of alerts that were told.
    pub(super) fn note_told(&mut self, alerts: &[AlertEvent]) {
        for alert in alerts {
            let by_state = self
                .told
                .entry(alert.details.kind.name().to_owned())
                .or_default();
            *by_state.entry(alert.state.name().into()).or_default() += 1;
        }
    }

    /// Takes note of a poll that is over.
    pub(super) fn note_poll(&mut self, took: Duration) {
        self.polls += 1;
        self.poll = took;
        self.poll_durations.note(took);
    }

    /// Measures what is due to be.
    pub(super) fn measure(&mut self, now: Moment, maps: &Maps) {
        self.gauges.refresh(now, maps);
    }

    /// Looks for the prefixes that fare worst: at each poll while somebody reads, else every few seconds.
    pub(super) fn look(&mut self, now: Moment, watch: &Watch<Maps>, is_read: bool) {
        if is_read || now.is_due(self.worst_at, WORST) {
            self.worst = Arc::new(watch.worst(now));
            self.worst_at = Some(now.monotonic);
        }
    }

    /// Takes note of what was read again, and says so.
    pub(super) fn reloaded(&mut self, now: Moment, config: Config) -> ConfigEvent {
        let applied = Changes::between(&self.config, &config).applied;
        let waiting = Changes::between(&self.begun_with, &config).waiting;
        self.config = config;
        self.read = ConfigStatus {
            read_at: now.wall,
            is_read: true,
            waiting: waiting.clone(),
        };
        ConfigEvent::Reloaded { applied, waiting }
    }

    /// Takes note that nothing could be read, and says so.
    pub(super) fn rejected(&mut self, failure: &Failure) -> ConfigEvent {
        self.read.is_read = false;
        ConfigEvent::Rejected {
            reason: failure.to_string(),
        }
    }

    /// How things stand.
    pub(super) fn status(&self, now: Moment, watch: &Watch<Maps>) -> Result<Status, Failure> {
        let totals = watch.source.totals()?;
        let [packets_in, packets_out] = totals.packets;
        Ok(Status {
            host: watch.observer.host.clone(),
            version: watch.observer.version.clone(),
            began: self.began.wall,
            at: now.wall,
            uptime_s: now.since(&self.began).as_secs(),
            polls: self.polls,
            poll_ms: (self.poll.as_secs_f64() * 1e6).round() / 1e3,
            poll_durations: self.poll_durations.clone(),
            interfaces: self.interfaces.clone(),
            packets_in,
            packets_out,
            skipped: named(Skip::ALL.map(Skip::name), totals.skips),
            lost: named(Loss::ALL.map(Loss::name), totals.losses),
            marks: named(Mark::ALL.map(Mark::name), totals.marks),
            prefixes: watch.prefixes(),
            tables: self.tables(watch),
            alerts: watch.standing(),
            alerts_untold: watch.untold(),
            told: self.told.clone(),
            ignored: watch.ignore.ignored(),
            cost: Cost {
                programs: self.runs.borrow().clone(),
                ..self.gauges.cost.clone()
            },
            worst: Arc::clone(&self.worst),
            config: self.read.clone(),
            sinks: Vec::new(),
        })
    }

    fn tables(&self, watch: &Watch<Maps>) -> Vec<TableStatus> {
        let entries = |key| match key {
            "prefixes" => Some(watch.prefixes() as u64),
            "connections" => Some(self.gauges.connections),
            "destinations" => Some(self.gauges.destinations),
            _ => None,
        };
        let shares = self.begun_with.tables.shares().into_iter();
        shares
            .map(|share| TableStatus {
                name: share.key.to_owned(),
                capacity: share.capacity,
                entries: entries(share.key),
                bytes: share.bytes,
            })
            .collect()
    }
}

fn statuses(attached: &[Attached]) -> Vec<InterfaceStatus> {
    attached.iter().map(interface).collect()
}

fn interface(attached: &Attached) -> InterfaceStatus {
    InterfaceStatus {
        iface: attached.interface.name.clone(),
        ifindex: attached.interface.index,
        mode: mode_name(attached.ingress).to_owned(),
        egress: match attached.egress {
            TcHook::Tcx => "tcx".to_owned(),
            TcHook::Clsact => "clsact".to_owned(),
        },
    }
}
