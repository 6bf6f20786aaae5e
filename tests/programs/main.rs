//! What a packet costs in the kernel: the programs over packets of every kind, and over few and many connections,
//! beside a program that does nothing and one that only parses. Lines of JSON, one for each measurement. Root.
//!
//! No packet leaves the machine (`BPF_PROG_TEST_RUN`). Must not know: how the numbers are summed up or told.

mod course;

use anyhow::{Result, bail};
use clap::Parser;
use detector::kernel::{Kernel, Options};
use detector_tests::privilege;
use serde_json::json;

use crate::course::{Course, Pass};

/// Measures the programs in the kernel.
#[derive(Debug, Parser)]
struct Arguments {
    /// Numbers of connections, powers of two
    #[arg(long, value_delimiter = ',', default_value = "1,8192,65536,1048576")]
    flows: Vec<u32>,

    /// How often everything is measured
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// Fewer runs than this in a row say little; where a connection can take a packet once only, there are as many runs
/// as connections.
const RUNS: u32 = 1 << 18;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(missing) = privilege::missing() {
        bail!("{missing}");
    }
    for round in 0..arguments.rounds {
        for flows in &arguments.flows {
            measure(round, *flows)?;
        }
    }
    Ok(())
}

/// Everything once, on fresh maps.
fn measure(round: u32, flows: u32) -> Result<()> {
    let mut kernel = Kernel::load(Options::default())?;
    for pass in Course::over(flows) {
        let Some(kind) = pass.kind else {
            run(&mut kernel, pass.hook.program(), &pass, flows)?;
            continue;
        };
        let runs = if pass.is_repeatable {
            flows.max(RUNS)
        } else {
            flows
        };
        let [empty, parse] = pass.hook.yardsticks();
        let empty_ns = run(&mut kernel, empty, &pass, runs)?;
        let parse_ns = run(&mut kernel, parse, &pass, runs)?;
        let program_ns = run(&mut kernel, pass.hook.program(), &pass, runs)?;
        println!(
            "{}",
            json!({
                "round": round, "hook": pass.hook.name(), "kind": kind, "flows": flows,
                "empty_ns": empty_ns, "parse_ns": parse_ns, "program_ns": program_ns,
            })
        );
    }
    Ok(())
}

/// Nanoseconds a packet.
fn run(kernel: &mut Kernel, program: &str, pass: &Pass, runs: u32) -> Result<f64> {
    let time = kernel.drive(program, pass.drive, &pass.frame, runs)?;
    Ok(time.as_secs_f64() * 1e9 / f64::from(runs))
}
