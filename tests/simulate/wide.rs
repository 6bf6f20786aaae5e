//! Very wide blocks: ten thousand networks at once, and the ranges of 2018.

use std::fmt::Write as _;

use detector_tests::{
    parallel,
    simulation::{
        crowd::{BLOCKED, Crowd, RANGES},
        roll_up::RollUp,
    },
};
use serde_json::{Value, json};

use crate::step;

/// Blocked destinations in use in each range of 2018.
const SEEN: [usize; 3] = [2, 4, 8];
const SEEDS: u64 = 20;
const MINUTES: usize = 10;

/// What was measured.
pub(crate) struct Wide {
    crowd: Crowd,
    roll_ups: Vec<(usize, Vec<RollUp>)>,
}

pub(crate) fn measure() -> Wide {
    step(&format!("{BLOCKED} networks blocked at once"));
    let crowd = Crowd::play(1, MINUTES);
    step(&format!("the ranges of 2018, {SEEDS} times"));
    let of = |seen| {
        (
            seen,
            parallel::map((0..SEEDS).collect(), |seed| RollUp::play(seed, seen)),
        )
    };
    Wide {
        crowd,
        roll_ups: SEEN.map(of).into(),
    }
}

impl Wide {
    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "**The ranges of 2018**, {SEEDS} times: destinations drawn at random\n\n\
             | blocked destinations seen in each range | recall, mean of ranges | recall of unseen addresses | ranges \
             missed | claimed wrongly, mean (most) | alerts |\n|---|---|---|---|---|---|\n"
        );
        for (seen, runs) in &self.roll_ups {
            let [ranges, addresses, missed, wrong, alerts] = means(runs);
            let most = most_wrong(runs);
            let _never = writeln!(
                table,
                "| {seen} | {ranges:.2} | {addresses:.2} | {missed:.1} of 8 | {:.2} % ({:.2} %) | {alerts:.1} |",
                wrong * 100.0,
                most * 100.0
            );
        }
        table + "\n" + &self.crowd_text()
    }

    fn crowd_text(&self) -> String {
        let Crowd {
            working,
            lines,
            members,
            open,
            firing,
            turn,
        } = &self.crowd;
        format!(
            "**{BLOCKED} /24s blocked at once**, in {RANGES} ranges, beside {working} working ones: after {MINUTES} minutes the \
             {open} alerts told count {members} of them, and {firing} are firing; lines in each minute: {lines:?}; a turn \
             took {:.0} ms in the mean, {:.0} at most (the poll comes once a second).\n",
            turn.0.as_secs_f64() * 1e3,
            turn.1.as_secs_f64() * 1e3
        )
    }

    pub(crate) fn json(&self) -> Value {
        let Crowd {
            working,
            lines,
            members,
            open,
            firing,
            turn,
        } = &self.crowd;
        let roll_ups = self.roll_ups.iter().map(|(seen, runs)| {
            let [ranges, addresses, missed, wrong, alerts] = means(runs);
            json!({
                "seen": seen,
                "recall_of_ranges": ranges,
                "recall_of_addresses": addresses,
                "ranges_missed": missed,
                "claimed_wrongly": wrong,
                "claimed_wrongly_most": most_wrong(runs),
                "alerts": alerts,
            })
        });
        json!({
            "ranges_of_2018": roll_ups.collect::<Vec<_>>(),
            "crowd": {
                "blocked": BLOCKED, "working": working, "lines_a_minute": lines, "members_told": members,
                "alerts_told": open, "firing": firing,
                "turn_mean_s": turn.0.as_secs_f64(), "turn_most_s": turn.1.as_secs_f64(),
            },
        })
    }
}

/// Recall of ranges and of addresses, ranges missed, share claimed wrongly, alerts.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn means(runs: &[RollUp]) -> [f64; 5] {
    let mean = |of: fn(&RollUp) -> f64| runs.iter().map(of).sum::<f64>() / runs.len() as f64;
    [
        mean(|run| run.recall_of_ranges),
        mean(|run| run.recall_of_addresses),
        mean(|run| run.missed as f64),
        mean(|run| run.wrong),
        mean(|run| run.alerts as f64),
    ]
}

fn most_wrong(runs: &[RollUp]) -> f64 {
    runs.iter().map(|run| run.wrong).fold(0.0, f64::max)
}
