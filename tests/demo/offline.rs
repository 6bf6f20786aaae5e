//! The demo without root: the same story as a script, in compressed time. Frames are made up, the engine that
//! reads them, the judgement and the events are the detector's own.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context as _, Result};
use detector_tests::{
    frames::Look,
    script::{Daemon, Obstacle, Script},
};
use serde_json::Value;

use crate::{
    scenario::{BLOCKED, Scenario},
    story,
    timeline::{Actor, Timeline},
};

const FIRST_LINE: &str =
    "Scripted, not live: made-up frames in compressed time, judged by the detector's own engine.";

/// The healthy traffic that the detector sees before the block: each host twice.
const BEFORE: Duration = Duration::from_secs(12);
const FIRING: Duration = Duration::from_mins(1);
const RESOLVED: Duration = Duration::from_secs(90);

pub(crate) fn run(scenario: Scenario, timeline: &Timeline) -> Result<()> {
    Timeline::note(FIRST_LINE);
    let mut stage = Stage::open(timeline)?;
    stage.play(BEFORE)?;
    stage.say(Actor::Lab, story::HEALTHY_SEEN);

    stage
        .daemon
        .script
        .path
        .obstruct(BLOCKED, obstacle(scenario));
    stage.say(Actor::Censor, &format!("{} {BLOCKED}", scenario.deed()));
    let firing = stage.follow(FIRING, |event| event["state"] == "firing")?;
    let shown = if story::is_whole(&firing) {
        firing
    } else {
        stage.follow(FIRING, story::is_whole)?
    };

    stage.daemon.script.path.clear();
    stage.say(Actor::Censor, &story::relief());
    stage.follow(RESOLVED, |event| event["state"] == "resolved")?;
    let name = format!("demo-offline-{}", scenario.name());
    story::conclude(&name, &stage.events, &shown)
}

const fn obstacle(scenario: Scenario) -> Obstacle {
    match scenario {
        Scenario::Block => Obstacle::Drop,
        Scenario::Rst => Obstacle::ForgedReset(Look::FORGER),
    }
}

/// The script with the detector in it.
struct Stage<'a> {
    timeline: &'a Timeline,
    daemon: Daemon,
    /// All events so far.
    events: Vec<Value>,
    /// Those of them that nobody has looked at.
    unseen: VecDeque<Value>,
}

impl<'a> Stage<'a> {
    fn open(timeline: &'a Timeline) -> Result<Self> {
        let stage = Self {
            timeline,
            daemon: Daemon::new(Script::new(story::plans()?.into())),
            events: Vec::new(),
            unseen: VecDeque::new(),
        };
        stage.say(Actor::Lab, story::SETTING);
        stage.say(Actor::Lab, &story::rates());
        Ok(stage)
    }

    fn say(&self, who: Actor, what: &str) {
        self.timeline.say(self.daemon.now(), who, what);
    }

    fn play(&mut self, span: Duration) -> Result<()> {
        let end = self.daemon.now() + span;
        while self.daemon.now() < end {
            self.second()?;
        }
        Ok(())
    }

    /// Plays until the event that is waited for.
    fn follow(&mut self, patience: Duration, is_awaited: impl Fn(&Value) -> bool) -> Result<Value> {
        let deadline = self.daemon.now() + patience;
        while self.daemon.now() < deadline {
            while let Some(event) = self.unseen.pop_front() {
                if is_awaited(&event) {
                    return Ok(event);
                }
            }
            self.second()?;
        }
        None.with_context(|| format!("the alert did not come within {patience:?} of the script"))
    }

    fn second(&mut self) -> Result<()> {
        for event in self.daemon.second()? {
            self.timeline.event(self.daemon.now(), &event);
            self.events.push(event.clone());
            self.unseen.push_back(event);
        }
        Ok(())
    }
}
