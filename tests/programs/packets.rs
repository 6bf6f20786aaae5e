//! Packets of every kind through the programs, and through what they are measured against.

use std::collections::BTreeMap;

use anyhow::Result;
use detector::kernel::{Kernel, Options};
use detector_tests::spread::Spread;
use serde_json::{Value, json};

use crate::{
    course::{Course, Pass},
    step,
};

/// Fewer runs than this in a row say little; where a connection can take a packet once only, there are as many runs
/// as connections, and where those are few, it is not measured.
const RUNS: u32 = 1 << 18;
const FEWEST: u32 = 1 << 12;

/// Nanoseconds a packet, of one round.
#[derive(Clone, Copy, Debug)]
struct Costs {
    empty: f64,
    parse: f64,
    program: f64,
    flows: f64,
}

/// What was measured.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Subject {
    /// Its place in the course.
    place: usize,
    hook: &'static str,
    kind: &'static str,
    flows: u32,
}

/// All rounds.
#[derive(Debug, Default)]
pub(crate) struct Packets(BTreeMap<Subject, Vec<Costs>>);

impl Packets {
    /// Measures everything, round by round: what disturbs the machine for a while disturbs it all.
    pub(crate) fn measure(flows: &[u32], rounds: u32) -> Result<Self> {
        let mut packets = Self::default();
        for round in 1..=rounds {
            for flows in flows {
                step(&format!("round {round} of {rounds}, {flows} connections"));
                packets.measure_once(*flows)?;
            }
        }
        Ok(packets)
    }

    /// On fresh maps.
    fn measure_once(&mut self, flows: u32) -> Result<()> {
        let mut kernel = Kernel::load(Options {
            counted_flows: Some(2 * flows),
            ..Options::default()
        })?;
        for (place, pass) in Course::over(flows).into_iter().enumerate() {
            let Some(kind) = pass.kind else {
                run(&mut kernel, pass.hook.program(), &pass, flows)?;
                continue;
            };
            let runs = if pass.is_repeatable {
                flows.max(RUNS)
            } else {
                flows
            };
            let [empty, parse, counter] = pass.hook.yardsticks();
            let costs = Costs {
                empty: run(&mut kernel, empty, &pass, runs)?,
                parse: run(&mut kernel, parse, &pass, runs)?,
                program: run(&mut kernel, pass.hook.program(), &pass, runs)?,
                flows: run(&mut kernel, counter, &pass, runs)?,
            };
            let hook = pass.hook.name();
            let subject = Subject {
                place,
                hook,
                kind,
                flows,
            };
            if runs >= FEWEST {
                self.0.entry(subject).or_default().push(costs);
            }
        }
        Ok(())
    }

    pub(crate) fn table(&self) -> String {
        let head = "| packet | hook | connections | empty, ns | parse, ns | flow counter, ns | program, ns | ÷ parse (least–most) |\n\
                    |---|---|---|---|---|---|---|---|\n";
        self.0
            .iter()
            .fold(head.to_owned(), |table, (subject, costs)| {
                table + &row(subject, costs)
            })
    }

    pub(crate) fn json(&self) -> Value {
        let each = self.0.iter().map(|(subject, costs)| {
            json!({
                "packet": subject.kind,
                "hook": subject.hook,
                "connections": subject.flows,
                "empty_ns": spread(costs, |it| it.empty).json(),
                "parse_ns": spread(costs, |it| it.parse).json(),
                "flow_counter_ns": spread(costs, |it| it.flows).json(),
                "program_ns": spread(costs, |it| it.program).json(),
                "ratio": ratio(costs).json(),
            })
        });
        each.collect()
    }
}

fn row(subject: &Subject, costs: &[Costs]) -> String {
    let Subject {
        hook, kind, flows, ..
    } = subject;
    format!(
        "| {kind} | {hook} | {flows} | {:.0} | {:.0} | {:.0} | {:.0} | {} |\n",
        spread(costs, |it| it.empty).median,
        spread(costs, |it| it.parse).median,
        spread(costs, |it| it.flows).median,
        spread(costs, |it| it.program).median,
        ratio(costs).cell(2),
    )
}

fn spread(costs: &[Costs], of: impl Fn(&Costs) -> f64) -> Spread {
    Spread::of(costs.iter().map(of))
}

/// Round by round.
fn ratio(costs: &[Costs]) -> Spread {
    spread(costs, |it| it.program / it.parse)
}

/// Nanoseconds a packet.
fn run(kernel: &mut Kernel, program: &str, pass: &Pass, runs: u32) -> Result<f64> {
    let time = kernel
        .programs
        .drive(program, pass.drive, &pass.frame, runs)?;
    Ok(time.as_secs_f64() * 1e9 / f64::from(runs))
}
