//! The demo on real packets: the lab, the real binary, a censor that blocks and relents.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use detector_tests::{
    Block, Detector, Forgery, Injection, Lab, Observation, Plan, Traffic, Trigger, program,
};
use ipnet::IpNet;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{
    scenario::{BLOCKED, Scenario},
    story,
    timeline::{Actor, Timeline},
};

const ATTACHED: Duration = Duration::from_secs(20);
const FIRING: Duration = Duration::from_mins(1);
const RESOLVED: Duration = Duration::from_secs(90);
/// The healthy traffic that the detector sees before the block: each host twice.
const BEFORE: u64 = 640;

/// What has to be undone.
enum Deed {
    Dropping(Block),
    Forging(Injection),
}

impl Deed {
    fn lift(self) -> Result<()> {
        match self {
            Self::Dropping(block) => block.lift(),
            Self::Forging(injection) => injection.lift(),
        }
    }
}

pub(crate) fn run(scenario: Scenario, timeline: &Timeline) -> Result<()> {
    let stage = Stage::open(timeline)?;
    let traffic = stage.traffic()?;
    traffic
        .0
        .wait_until(|counts| counts.answered >= BEFORE / 2, FIRING)?;
    traffic
        .1
        .wait_until(|counts| counts.answered >= BEFORE / 2, FIRING)?;
    stage.say(Actor::Lab, story::HEALTHY_SEEN);

    let deed = stage.block(scenario)?;
    stage.say(Actor::Censor, &format!("{} {BLOCKED}", scenario.deed()));
    let firing = stage.follow(Instant::now(), FIRING, |event| event["state"] == "firing")?;
    let shown = if story::is_whole(&firing.event) {
        firing.event
    } else {
        stage.follow(firing.at, FIRING, story::is_whole)?.event
    };

    deed.lift()?;
    stage.say(Actor::Censor, &story::relief());
    stage.follow(Instant::now(), RESOLVED, |event| {
        event["state"] == "resolved"
    })?;
    stage.end(scenario, &shown)
}

/// The lab with the detector in it.
struct Stage<'a> {
    timeline: &'a Timeline,
    began: Instant,
    lab: Lab,
    detector: Detector,
}

impl<'a> Stage<'a> {
    fn open(timeline: &'a Timeline) -> Result<Self> {
        let began = Instant::now();
        let lab = Lab::open()?;
        timeline.say(began.elapsed(), Actor::Lab, story::SETTING);
        let detector = Detector::start(&lab.gateway, &program::detector()?, &["run"])?;
        let attached = detector.attached(ATTACHED)?;
        timeline.event(attached.at - began, &attached.event);
        Ok(Self {
            timeline,
            began,
            lab,
            detector,
        })
    }

    fn say(&self, who: Actor, what: &str) {
        self.timeline.say(self.began.elapsed(), who, what);
    }

    /// Clients of the range, and of its neighbours.
    fn traffic(&self) -> Result<(Traffic, Traffic)> {
        let [range, neighbours] = story::plans()?;
        self.say(Actor::Lab, &story::rates());
        let visit = |plan: Plan| Traffic::start(&self.lab.clients, plan);
        Ok((visit(range)?, visit(neighbours)?))
    }

    fn block(&self, scenario: Scenario) -> Result<Deed> {
        let censor = self.lab.censor();
        let range: IpNet = BLOCKED;
        Ok(match scenario {
            Scenario::Block => Deed::Dropping(censor.drop_range(range)?),
            Scenario::Rst => {
                let forgery = Forgery::default();
                Deed::Forging(censor.inject(range, Trigger::FirstData, forgery)?)
            }
        })
    }

    /// Shows alerts as they come, until the one that is waited for.
    fn follow(
        &self,
        since: Instant,
        patience: Duration,
        is_awaited: impl Fn(&Value) -> bool,
    ) -> Result<Observation> {
        let deadline = Instant::now() + patience;
        let mut seen = since;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let alert = self
                .detector
                .wait_for_after(seen, left, |event| event["event"] == "alert")?;
            self.timeline.event(alert.at - self.began, &alert.event);
            if is_awaited(&alert.event) {
                return Ok(alert);
            }
            seen = alert.at;
        }
    }

    /// Ends the detector and keeps what it said.
    fn end(self, scenario: Scenario, shown: &Value) -> Result<()> {
        self.detector.signal(Signal::SIGTERM)?;
        let status = self.detector.exit(ATTACHED)?;
        ensure!(status.success(), "the detector ended with {status}");
        let name = format!("demo-{}", scenario.name());
        story::conclude(&name, &self.detector.events(), shown)
    }
}
