//! What every live test begins with and ends with: a lab, the detector on the gateway's interface, traffic that
//! has been healthy for a while. Accuses nobody.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use detector_tests::{Detector, Lab, Namespace, Plan, Traffic, address::WAN_INTERFACE, program};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::area::Area;

/// For what takes moments, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
const PER_SECOND: u32 = 30;
/// Each server is visited twice before anything happens to it, ten times as fast as later.
const GREETINGS: usize = 2;
const GREETINGS_PER_SECOND: u32 = 300;

/// The lab in use. The detector is killed when this is dropped.
pub(crate) struct Stage {
    pub(crate) detector: Detector,
    /// Connections into the area that may be blocked.
    pub(crate) inside: Traffic,
    /// Connections to its neighbours.
    pub(crate) around: Traffic,
    // The last to be dropped.
    pub(crate) lab: Lab,
}

impl Stage {
    /// Clients behind the gateway, XDP on its interface.
    pub(crate) fn open(area: Area) -> Result<Self> {
        Self::open_with(area, |lab| &lab.clients, &[])
    }

    /// Clients in the namespace that `of` finds; a detector with further `arguments`.
    pub(crate) fn open_with(
        area: Area,
        of: fn(&Lab) -> &Namespace,
        arguments: &[&str],
    ) -> Result<Self> {
        let lab = Lab::open()?;
        let detector = watch(&lab, arguments)?;
        let clients = of(&lab);
        let (inside, around) = (area.inside()?, area.around()?);
        greet(clients, [inside.clone(), around.clone()].concat())?;
        Ok(Self {
            detector,
            inside: visit(clients, inside)?,
            around: visit(clients, around)?,
            lab,
        })
    }

    /// Lets `span` pass, in which nothing may happen that is `unwanted`.
    pub(crate) fn stay(&self, span: Duration, unwanted: fn(&Value) -> bool) -> Result<()> {
        match self.detector.wait_for_after(Instant::now(), span, unwanted) {
            Ok(seen) => bail!("unwanted: {}", seen.event),
            Err(_nothing_came) => Ok(()),
        }
    }

    /// Ends the detector in good order, and returns everything it said.
    pub(crate) fn end(self) -> Result<Vec<Value>> {
        self.detector.signal(Signal::SIGTERM)?;
        let status = self.detector.exit(PATIENCE)?;
        ensure!(status.success(), "the detector ended with {status}");
        let events = self.detector.events();
        self.lab.close()?;
        Ok(events)
    }
}

/// Starts a detector on the gateway's interface, and waits until it watches.
pub(crate) fn watch(lab: &Lab, arguments: &[&str]) -> Result<Detector> {
    let arguments = [&["run", "--wan", WAN_INTERFACE], arguments].concat();
    let detector = Detector::start(&lab.gateway, &program::detector()?, &arguments)?;
    detector.attached(PATIENCE)?;
    Ok(detector)
}

/// Steady traffic to `targets`.
pub(crate) fn visit(clients: &Namespace, targets: Vec<SocketAddr>) -> Result<Traffic> {
    let plan = Plan {
        connections_per_second: PER_SECOND,
        ..Plan::to(targets)
    };
    Traffic::start(clients, plan)
}

fn greet(clients: &Namespace, targets: Vec<SocketAddr>) -> Result<()> {
    let visits = u64::try_from(GREETINGS * targets.len())?;
    let plan = Plan {
        connections_per_second: GREETINGS_PER_SECOND,
        limit: Some(visits),
        ..Plan::to(targets)
    };
    let traffic = Traffic::start(clients, plan)?;
    let counts = traffic.wait_until(|counts| counts.ended() == visits, PATIENCE)?;
    ensure!(counts.answered == visits, "the lab is ill: {counts:?}");
    Ok(())
}
