//! What the daemon knows beside the watch: its interfaces, its polls, its configuration. Puts the status together.
//!
//! Must not know: who is told.

use std::time::Duration;

use detector_common::{maps::Loss, skip::Skip};

use crate::{
    config::{Changes, Config},
    event::{config::ConfigEvent, named},
    failure::Failure,
    kernel::{
        Kernel,
        attach::{Attached, TcHook},
    },
    moment::Moment,
    observer::mode_name,
    status::{ConfigStatus, InterfaceStatus, Status, TableStatus},
    watch::Watch,
};

/// Everything of that since the start.
pub(super) struct Vitals {
    began: Moment,
    interfaces: Vec<InterfaceStatus>,
    polls: u64,
    poll: Duration,
    /// What the programs were loaded with.
    begun_with: Config,
    /// What was read last.
    config: Config,
    read: ConfigStatus,
}

impl Vitals {
    /// A daemon that begins now.
    pub(super) fn new(now: Moment, config: Config, attached: &[Attached]) -> Self {
        Self {
            began: now,
            interfaces: attached.iter().map(interface).collect(),
            polls: 0,
            poll: Duration::ZERO,
            begun_with: config.clone(),
            config,
            read: ConfigStatus {
                read_at: now.wall,
                is_read: true,
                waiting: Vec::new(),
            },
        }
    }

    /// Takes note of a poll that is over.
    pub(super) const fn note_poll(&mut self, took: Duration) {
        self.polls += 1;
        self.poll = took;
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
    pub(super) fn status(&self, now: Moment, watch: &Watch<Kernel>) -> Result<Status, Failure> {
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
            interfaces: self.interfaces.clone(),
            packets_in,
            packets_out,
            skipped: named(Skip::ALL.map(Skip::name), totals.skips),
            lost: named(Loss::ALL.map(Loss::name), totals.losses),
            prefixes: watch.prefixes(),
            tables: self.tables(watch),
            alerts: watch.standing(),
            alerts_untold: watch.untold(),
            ignored: watch.ignore.ignored(),
            config: self.read.clone(),
            sinks: Vec::new(),
        })
    }

    fn tables(&self, watch: &Watch<Kernel>) -> Vec<TableStatus> {
        let shares = self.begun_with.tables.shares().into_iter();
        shares
            .map(|share| TableStatus {
                name: share.key.to_owned(),
                capacity: share.capacity,
                entries: (share.key == "prefixes").then_some(watch.prefixes() as u64),
                bytes: share.bytes,
            })
            .collect()
    }
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
