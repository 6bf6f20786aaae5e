//! What each flood from outside or inside must leave as it is: nobody is accused, healthy connections are counted, and a
//! block beside it is found. Knows no flood.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use detector_tests::{
    Flood,
    address::{UP_INTERFACE, WAN_INTERFACE},
    frames::Frame,
    long::so_many,
    measured,
};
use serde_json::Value;

use super::{latest, witness};
use crate::{
    alert::{blocked_range, is_alert},
    area::{Area, V4},
    case::FIRING,
    stage::Stage,
};

/// How long a flood lasts at least; longer where the healthy connections take longer.
const SHORT: Duration = Duration::from_secs(8);
const LONG: Duration = Duration::from_mins(10);

/// A flood, and the test that it belongs to.
pub(super) struct Siege {
    pub(super) test: &'static str,
    pub(super) frames: Vec<Frame>,
    /// Whether it comes from behind the gateway.
    pub(super) is_from_inside: bool,
    /// None: as fast as can be.
    pub(super) per_second: Option<u32>,
}

impl Siege {
    /// Bears it: no alert, and not one healthy connection uncounted.
    pub(super) fn bear(self) -> Result<()> {
        let test = self.test;
        let stage = Stage::open(V4)?;
        let told = self.withstand(&stage)?.told();
        measured(test, format_args!("{told}; no alert"));
        end_without(&stage.end()?, is_alert)
    }

    /// Bears it, and then a block comes while it lasts, and is found.
    pub(super) fn bear_and_find_a_block(self) -> Result<()> {
        let test = self.test;
        let stage = Stage::open(V4)?;
        let borne = self.withstand(&stage)?;
        let done = Instant::now();
        let _block = stage.lab.censor().drop_range(V4.blocked[0])?;
        let found = stage.detector.wait_for_after(done, FIRING, is_alert)?;
        blocked_range(&found.event, V4)?;
        let after = (found.at - done).as_secs_f64();
        let told = borne.told();
        measured(
            test,
            format_args!("{told}; no alert but of the real block, after {after:.0} s"),
        );
        end_without(&stage.end()?, |event| {
            is_alert(event) && is_innocent(event, V4)
        })
    }

    /// Lets it come, and goes on with it.
    fn withstand(self, stage: &Stage) -> Result<Borne> {
        let (namespace, interface) = if self.is_from_inside {
            (&stage.lab.gateway, WAN_INTERFACE)
        } else {
            (&stage.lab.censor, UP_INTERFACE)
        };
        let before = packets(&latest(&stage.detector)?);
        let began = Instant::now();
        let flood = Flood::start(namespace, interface, self.frames, self.per_second)?;
        let counted = witness::check(stage)?;
        let left = so_many(SHORT, LONG).saturating_sub(began.elapsed());
        stage.stay(left, is_alert)?;
        let sent = flood.sent();
        let seen = packets(&latest(&stage.detector)?).saturating_sub(before);
        ensure!(
            seen > sent / 2,
            "of {sent} packets the detector saw {seen} at most"
        );
        Ok(Borne {
            flood,
            counted,
            sent,
            span: began.elapsed(),
        })
    }
}

/// A flood that was borne, and goes on.
struct Borne {
    flood: Flood,
    counted: u64,
    sent: u64,
    span: Duration,
}

impl Borne {
    fn told(self) -> String {
        drop(self.flood);
        let Self { counted, sent, .. } = self;
        let rate = sent / self.span.as_secs().max(1);
        format!("{sent} packets at {rate}/s; {counted} of {counted} healthy connections counted")
    }
}

/// All that the detector saw, whichever way.
fn packets(status: &Value) -> u64 {
    let each = ["packets_in", "packets_out"].map(|direction| status[direction].as_u64());
    each.into_iter().flatten().sum()
}

fn is_innocent(alert: &Value, area: Area) -> bool {
    blocked_range(alert, area).is_err()
}

fn end_without(events: &[Value], unwanted: impl Fn(&Value) -> bool) -> Result<()> {
    let found = events.iter().find(|event| unwanted(event));
    ensure!(found.is_none(), "unwanted: {found:?}");
    Ok(())
}
