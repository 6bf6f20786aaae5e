//! The run lengths as a table and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    exact,
    learning::{self, Estimate},
    stream::{LOOKS, Stream, THRESHOLD_NATS},
};

/// Failure rates of ordinary trouble: the bounds of what the baseline may learn, and between them.
pub(crate) const ORDINARY: [f64; 4] = [0.01, 0.05, 0.1, 0.2];
/// Failure rates under a block.
const BLOCKED: [f64; 4] = [1.0, 0.9, 0.7, 0.5];
/// Blocks that a delay with a learning baseline is the mean of.
const BLOCKS: u32 = 20_000;
/// The simulated gateway: each connection a trial at most.
const TRIALS_A_DAY: f64 = 120_000.0;

/// All of one failure rate.
#[derive(Debug)]
pub(crate) struct Row {
    ordinary: f64,
    fixed: f64,
    learning: Estimate,
    /// With a fixed baseline and with a learning one.
    delays: [(f64, Estimate); BLOCKED.len()],
}

impl Row {
    pub(crate) fn compute(ordinary: f64, trials: u32) -> Self {
        let stream = Stream::learnt(ordinary);
        Self {
            ordinary,
            fixed: exact::run_length(stream, ordinary),
            learning: learning::between_false_alarms(ordinary, trials),
            delays: BLOCKED.map(|blocked| {
                let exact = exact::run_length(stream, blocked);
                (exact, learning::delay((ordinary, blocked), BLOCKS))
            }),
        }
    }

    fn line(&self) -> String {
        let delays = self
            .delays
            .map(|(fixed, learning)| format!("{fixed:.1} / {:.1}", learning.mean));
        let error = 100.0 * self.learning.error / self.learning.mean;
        format!(
            "| {} | {:.1} million | {:.1} million (± {error:.1} %) | {} |\n",
            self.ordinary,
            self.fixed / 1e6,
            self.learning.mean / 1e6,
            delays.join(" | ")
        )
    }
}

pub(crate) fn table(rows: &[Row]) -> String {
    let head = BLOCKED.map(|rate| format!("delay at {rate:.1}"));
    let mut table = format!(
        "| trials fail at | trials between false alarms, fixed baseline | learning baseline | {} |\n\
         |---|---|---|---|---|---|---|\n",
        head.join(" | ")
    );
    table.extend(rows.iter().map(Row::line));
    let least = rows
        .iter()
        .map(|row| row.learning.mean)
        .fold(f64::INFINITY, f64::min);
    let _never = write!(
        table,
        "\nThreshold {THRESHOLD_NATS:.1} nats: Lorden's bound is e^{THRESHOLD_NATS:.1} = {:.1} million trials, which \
         overshoot exceeds. Delays in trials, with a fixed / with a learning baseline (means of {BLOCKS} blocks). Each \
         trial is looked at {LOOKS} times, so a gateway with {TRIALS_A_DAY} trials a day has a false alarm by chance once \
         in {:.0} days at the worst of these rates.\n",
        THRESHOLD_NATS.exp() / 1e6,
        least / f64::from(LOOKS) / TRIALS_A_DAY
    );
    table
}

pub(crate) fn json(rows: &[Row]) -> Value {
    let rows = rows.iter().map(|row| {
        let delays = BLOCKED
            .iter()
            .zip(&row.delays)
            .map(|(rate, (fixed, learning))| {
                json!({
                    "fails_at": rate, "fixed": fixed,
                    "learning": learning.mean, "learning_error": learning.error,
                })
            });
        json!({
            "fails_at": row.ordinary,
            "between_false_alarms": {
                "fixed": row.fixed,
                "learning": row.learning.mean,
                "learning_error": row.learning.error,
            },
            "delays": delays.collect::<Vec<_>>(),
        })
    });
    json!({"threshold_nats": THRESHOLD_NATS, "looks": LOOKS, "rows": rows.collect::<Vec<_>>()})
}
