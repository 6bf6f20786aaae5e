//! The course of every test that expects an alert: healthy traffic, the deed, the alert, the end of the deed,
//! the all-clear. Knows no deed.

use std::{
    collections::{BTreeMap, HashSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use detector_tests::{Block, Censor, Lab, Namespace, Observation, Plan, harness::note};
use ipnet::IpNet;
use serde_json::Value;

use crate::{
    alert::{self, Charge},
    area::{Area, V4},
    stage::Stage,
};

/// From the deed to the first alert, unless the case says otherwise.
pub(crate) const FIRING: Duration = Duration::from_secs(20);
/// From there to alerts about whole ranges.
const SPREADING: Duration = Duration::from_secs(10);
/// From the end of the deed to the all-clear.
pub(crate) const RESOLVED: Duration = Duration::from_mins(1);
/// The detector looks once a second, and takes nothing back.
const AFTERMATH: Duration = Duration::from_secs(3);

/// Undoes a deed.
pub(crate) type Undo = Box<dyn FnOnce() -> Result<()>>;

/// Who does what, and what is to be said of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) area: Area,
    /// Where the clients are.
    pub(crate) clients: fn(&Lab) -> &Namespace,
    /// What clients do to these servers, but for the rate.
    pub(crate) plan: fn(Vec<SocketAddr>) -> Plan,
    /// What is done to each range.
    pub(crate) deed: fn(&Censor, IpNet) -> Result<Undo>,
    /// From the deed to the first alert.
    pub(crate) firing: Duration,
    pub(crate) charge: Charge,
}

/// Undoes what takes a rule of the censor's.
pub(crate) fn lifting(block: Block) -> Undo {
    Box::new(|| block.lift())
}

impl Case {
    /// Clients behind the gateway, who ask short questions.
    pub(crate) const fn new(
        name: &'static str,
        deed: fn(&Censor, IpNet) -> Result<Undo>,
        charge: Charge,
    ) -> Self {
        Self {
            name,
            area: V4,
            clients: |lab| &lab.clients,
            plan: Plan::to,
            deed,
            firing: FIRING,
            charge,
        }
    }

    /// Watches the case from the first healthy connection to the all-clear.
    pub(crate) fn run(&self) -> Result<()> {
        let stage = Stage::open_with(self.area, self.clients, self.plan)?;
        self.run_on(&stage)?;
        self.judge(&stage.end()?)
    }

    /// The same on a stage that is open already, and stays open.
    pub(crate) fn run_on(&self, stage: &Stage) -> Result<()> {
        let (censor, blocked) = (stage.lab.censor(), self.area.blocked.iter());
        let done = Instant::now();
        let undos: Vec<_> = blocked
            .map(|range| (self.deed)(&censor, *range))
            .collect::<Result<_>>()?;
        let firing = stage
            .detector
            .wait_for_after(done, self.firing, alert::is_alert)?;
        ensure!(firing.event["state"] == "firing", "{}", firing.event);
        let wholes = self.wholes(stage, done)?;

        let undone = Instant::now();
        undos.into_iter().try_for_each(|undo| undo())?;
        let resolved = resolved(stage, undone, &wholes)?;
        note(&format!(
            "{}: firing after {:.1?}, whole after {:.1?}, resolved {:.1?} after the end",
            self.name,
            firing.at - done,
            latest(&wholes) - done,
            latest(&resolved) - undone
        ));
        stage.stay(AFTERMATH, alert::is_alert)
    }

    /// Judges everything that was said: the same charge each time, and one alert for each range.
    pub(crate) fn judge(&self, events: &[Value]) -> Result<()> {
        let alerts: Vec<_> = events.iter().filter(|it| alert::is_alert(it)).collect();
        ensure!(!alerts.is_empty(), "no alert");
        let mut ids = BTreeMap::new();
        for alert in &alerts {
            alert::check(alert, self.charge)?;
            let range = alert::blocked_range(alert, self.area)?;
            let id = ids.entry(range).or_insert(&alert["id"]);
            let is_one = *id == &alert["id"];
            ensure!(is_one, "a second alert:\n{}", alert::history(&alerts));
        }
        let distinct: HashSet<_> = ids.values().map(|id| id.as_str()).collect();
        let is_each = distinct.len() == self.area.blocked.len();
        ensure!(is_each, "not one a range:\n{}", alert::history(&alerts));
        Ok(())
    }

    /// Waits for an alert about the whole of each range.
    fn wholes(&self, stage: &Stage, done: Instant) -> Result<Vec<Observation>> {
        let ranges = self.area.blocked.iter();
        let whole = |range: &IpNet| {
            let left = (self.firing + SPREADING).saturating_sub(done.elapsed());
            stage
                .detector
                .wait_for_after(done, left, |event| alert::is_whole(event, *range))
        };
        ranges.map(whole).collect()
    }
}

/// Waits for the all-clear of each alert.
fn resolved(stage: &Stage, undone: Instant, alerts: &[Observation]) -> Result<Vec<Observation>> {
    let resolved = |alert: &Observation| {
        let left = RESOLVED.saturating_sub(undone.elapsed());
        stage.detector.wait_for_after(undone, left, |event| {
            event["id"] == alert.event["id"] && event["state"] == "resolved"
        })
    };
    alerts.iter().map(resolved).collect()
}

fn latest(observations: &[Observation]) -> Instant {
    let times = observations.iter().map(|seen| seen.at);
    times.max().unwrap_or_else(Instant::now)
}
