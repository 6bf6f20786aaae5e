//! What one turn of the daemon's watch costs, from the look at the counters to the alerts.

use std::time::Duration;

use anyhow::Result;
use detector::{
    kernel::{Kernel, Options, maps::Maps},
    moment::Moment,
    observer::Observer,
    watch::{Watch, new_id},
};
use detector_common::{time::Nanos, tuning::Tuning};
use detector_tests::spread::Spread;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{clock::cpu_ms, reading::serve, step};

const TRACKED: u32 = 1 << 16;
const CHANGED: u32 = 1 << 10;

/// Milliseconds of the CPU, of all turns.
#[derive(Debug)]
pub(crate) struct Turns {
    quiet_ms: Spread,
    busy_ms: Spread,
}

impl Turns {
    /// As many turns as there are rounds, a second apart, without a change and with as many as a busy gateway has.
    pub(crate) fn measure(rounds: u32) -> Result<Self> {
        step("turns of the watch");
        let Kernel {
            mut programs, maps, ..
        } = Kernel::load(Options::default())?;
        serve(&mut programs, TRACKED, TRACKED, 1)?;
        let mut watch = Watch::new(maps, Tuning::DEFAULT, Observer::default(), new_id);
        let (mut quiet, mut busy) = (Vec::new(), Vec::new());
        turn(&mut watch, 0)?;
        for round in 1..=rounds {
            serve(&mut programs, CHANGED, TRACKED, round + 1)?;
            busy.push(turn(&mut watch, 2 * u64::from(round))?);
            quiet.push(turn(&mut watch, 2 * u64::from(round) + 1)?);
        }
        Ok(Self {
            quiet_ms: Spread::of(quiet),
            busy_ms: Spread::of(busy),
        })
    }

    pub(crate) fn table(&self) -> String {
        format!(
            "| prefixes tracked | changed | one turn, ms (least–most) |\n|---|---|---|\n\
             | {TRACKED} | {CHANGED} | {} |\n| {TRACKED} | 0 | {} |\n",
            self.busy_ms.cell(2),
            self.quiet_ms.cell(2)
        )
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "tracked": TRACKED,
            "changed": CHANGED,
            "busy_ms": self.busy_ms.json(),
            "quiet_ms": self.quiet_ms.json(),
        })
    }
}

fn turn(watch: &mut Watch<Maps>, second: u64) -> Result<f64> {
    let now = Moment {
        monotonic: Duration::from_secs(second),
        wall: Timestamp::UNIX_EPOCH,
    };
    let (turned, ms) = cpu_ms(|| watch.turn(now, Nanos::from_secs(second)))?;
    turned?;
    Ok(ms)
}
