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
/// How addresses and networks begin that are between the clients and the censor.
const OURS: [&str; 4] = ["192.0.2.", "203.0.113.", "2001:db8:1:", "2001:db8:2:"];
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
    /// Clients behind the gateway, who ask short questions.
    pub(crate) fn open(area: Area) -> Result<Self> {
        Self::open_with(area, |lab| &lab.clients, Plan::to)
    }

    /// The same, but the detector comes last: when all connections that `old` asks for have begun, and others come
    /// and go already.
    pub(crate) fn open_amid(area: Area, old: Plan) -> Result<(Self, Traffic)> {
        let lab = Lab::open()?;
        let (clients, begun) = (&lab.clients, old.limit);
        let old = Traffic::start(clients, old)?;
        let inside = visit(clients, Plan::to(area.inside()?))?;
        let around = visit(clients, Plan::to(area.around()?))?;
        old.wait_until(|counts| Some(counts.attempted) == begun, PATIENCE)?;
        let stage = Self {
            detector: watch(&lab)?,
            inside,
            around,
            lab,
        };
        Ok((stage, old))
    }

    /// Clients in the namespace that `of` finds, who do what `plan` says, but for the rate.
    pub(crate) fn open_with(
        area: Area,
        of: fn(&Lab) -> &Namespace,
        plan: fn(Vec<SocketAddr>) -> Plan,
    ) -> Result<Self> {
        Self::open_by(area, of, plan, watch)
    }

    /// Clients behind the gateway, who ask short questions, and a detector that `watch` starts.
    pub(crate) fn open_watched(
        area: Area,
        watch: impl FnOnce(&Lab) -> Result<Detector>,
    ) -> Result<Self> {
        Self::open_by(area, |lab| &lab.clients, Plan::to, watch)
    }

    fn open_by(
        area: Area,
        of: fn(&Lab) -> &Namespace,
        plan: fn(Vec<SocketAddr>) -> Plan,
        watch: impl FnOnce(&Lab) -> Result<Detector>,
    ) -> Result<Self> {
        let lab = Lab::open()?;
        let detector = watch(&lab)?;
        let clients = of(&lab);
        let (inside, around) = (area.inside()?, area.around()?);
        greet(clients, plan([inside.clone(), around.clone()].concat()))?;
        Ok(Self {
            detector,
            inside: visit(clients, plan(inside))?,
            around: visit(clients, plan(around))?,
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
        ensure_private(&events)?;
        Ok(events)
    }
}

/// Whatever was seen, events go to strangers: none says who of us talked to whom.
fn ensure_private(events: &[Value]) -> Result<()> {
    let named = |event: &&Value| {
        let text = event.to_string();
        OURS.iter().any(|ours| text.contains(ours))
    };
    match events.iter().find(named) {
        Some(event) => bail!("an address of ours: {event}"),
        None => Ok(()),
    }
}

/// Starts a detector on the gateway's interface, and waits until it watches.
fn watch(lab: &Lab) -> Result<Detector> {
    let arguments = ["run", "--wan", WAN_INTERFACE];
    let detector = Detector::start(&lab.gateway, &program::detector()?, &arguments)?;
    detector.attached(PATIENCE)?;
    Ok(detector)
}

/// Steady traffic.
fn visit(clients: &Namespace, plan: Plan) -> Result<Traffic> {
    let plan = Plan {
        connections_per_second: PER_SECOND,
        ..plan
    };
    Traffic::start(clients, plan)
}

fn greet(clients: &Namespace, plan: Plan) -> Result<()> {
    let visits = u64::try_from(GREETINGS * plan.targets.len())?;
    let plan = Plan {
        connections_per_second: GREETINGS_PER_SECOND,
        limit: Some(visits),
        ..plan
    };
    let traffic = Traffic::start(clients, plan)?;
    let counts = traffic.wait_until(|counts| counts.ended() == visits, PATIENCE)?;
    ensure!(counts.answered == visits, "the lab is ill: {counts:?}");
    Ok(())
}
