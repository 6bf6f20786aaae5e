//! The course of every test that expects an alert: healthy traffic, the deed, the alert, the end of the deed,
//! the all-clear. Knows no deed.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use detector_tests::{Block, Censor, Lab, Namespace, Plan, harness::note};
use ipnet::IpNet;
use serde_json::Value;

use crate::{
    alert::{self, Charge},
    area::{Area, V4},
    stage::Stage,
};

/// From the deed to the first alert, unless the case says otherwise.
const FIRING: Duration = Duration::from_secs(20);
/// From there to an alert about the whole range.
const SPREADING: Duration = Duration::from_secs(10);
/// From the end of the deed to the all-clear.
const RESOLVED: Duration = Duration::from_mins(1);
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
        let done = Instant::now();
        let undo = (self.deed)(&stage.lab.censor(), self.area.blocked)?;
        let firing = stage
            .detector
            .wait_for_after(done, self.firing, alert::is_alert)?;
        ensure!(firing.event["state"] == "firing", "{}", firing.event);
        let left = (self.firing + SPREADING).saturating_sub(done.elapsed());
        let whole = stage.detector.wait_for_after(done, left, |event| {
            alert::is_whole(event, self.area) && event["state"] != "resolved"
        })?;

        let undone = Instant::now();
        undo()?;
        let resolved = stage
            .detector
            .wait_for_after(undone, RESOLVED, is_resolved)?;
        note(&format!(
            "{}: firing after {:.1?}, whole after {:.1?}, resolved {:.1?} after the end",
            self.name,
            firing.at - done,
            whole.at - done,
            resolved.at - undone
        ));
        stage.stay(AFTERMATH, alert::is_alert)
    }

    /// Judges everything that was said: the same charge each time, and one alert in all.
    pub(crate) fn judge(&self, events: &[Value]) -> Result<()> {
        let alerts: Vec<_> = events.iter().filter(|it| alert::is_alert(it)).collect();
        ensure!(!alerts.is_empty(), "no alert");
        for alert in &alerts {
            alert::check(alert, self.charge, self.area)?;
            let is_first = alert["id"] == alerts[0]["id"];
            ensure!(is_first, "a second alert:\n{}", alert::history(&alerts));
        }
        Ok(())
    }
}

fn is_resolved(event: &Value) -> bool {
    alert::is_alert(event) && event["state"] == "resolved"
}
