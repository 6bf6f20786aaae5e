//! The demo on real packets: the lab, the real binary, a censor that blocks and relents.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    Block, Detector, Forgery, Injection, Lab, Observation, Plan, Traffic, Trigger, plan::hosts,
    program,
};
use ipnet::IpNet;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{
    scenario::{BLOCKED, HEALTHY, HOSTS, PORT, Scenario},
    timeline::{Actor, Timeline},
};

const ATTACHED: Duration = Duration::from_secs(20);
const FIRING: Duration = Duration::from_mins(1);
const RESOLVED: Duration = Duration::from_secs(90);
/// The healthy traffic that the detector sees before the block: each host twice.
const BEFORE: u64 = 640;
const PER_SECOND: u32 = 30;

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

pub(crate) fn run(scenario: Scenario, timeline: &mut Timeline) -> Result<()> {
    let stage = Stage::open(timeline)?;
    let traffic = stage.traffic()?;
    traffic
        .0
        .wait_until(|counts| counts.answered >= BEFORE / 2, FIRING)?;
    traffic
        .1
        .wait_until(|counts| counts.answered >= BEFORE / 2, FIRING)?;
    stage.say(
        Actor::Lab,
        "healthy traffic seen; now the censor sets to work",
    );

    let deed = stage.block(scenario)?;
    stage.say(Actor::Censor, &format!("{} {BLOCKED}", scenario.deed()));
    let firing = stage.follow(Instant::now(), FIRING, |event| event["state"] == "firing")?;
    let is_whole = |event: &Value| event["prefix"] == BLOCKED.to_string();
    let shown = if is_whole(&firing.event) {
        firing.event
    } else {
        stage.follow(firing.at, FIRING, is_whole)?.event
    };

    deed.lift()?;
    stage.say(Actor::Censor, &format!("lets {BLOCKED} go"));
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
        timeline.say(
            began.elapsed(),
            Actor::Lab,
            "clients - gateway - censor - internet; 50 ms round trip",
        );
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
        let mut neighbours = Vec::new();
        for range in HEALTHY {
            neighbours.extend(hosts(range, 24, HOSTS, PORT)?);
        }
        let visit = |targets| {
            Traffic::start(
                &self.lab.clients,
                Plan {
                    connections_per_second: PER_SECOND,
                    ..Plan::to(targets)
                },
            )
        };
        self.say(
            Actor::Lab,
            &format!("{PER_SECOND} connections a second to {BLOCKED}, as many to its neighbours"),
        );
        Ok((visit(hosts(BLOCKED, 24, HOSTS, PORT)?)?, visit(neighbours)?))
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
        let path = keep(scenario, &self.detector.events())?;
        self.timeline.note("\nThe alert in full:");
        self.timeline.note(&serde_json::to_string_pretty(shown)?);
        self.timeline
            .note(&format!("\nAll events: {}", path.display()));
        Ok(())
    }
}

fn keep(scenario: Scenario, events: &[Value]) -> Result<PathBuf> {
    let path = program::directory()?.join(format!("demo-{}.ndjson", scenario.name()));
    let mut file = fs::File::create(&path).with_context(|| path.display().to_string())?;
    for event in events {
        writeln!(file, "{event}").with_context(|| path.display().to_string())?;
    }
    Ok(path)
}
