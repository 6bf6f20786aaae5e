//! Measures what reading a capture costs beside the programs that everybody knows, in one run, and writes it down. Each
//! other benchmark is a program of its own.
//!
//! Absolute times are a machine's own; ratios of runs that took turns on one core are what is compared.

mod machine;
mod program_under_test;
mod report;
mod run;
mod statistics;
mod told;
mod turns;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use self::{
    machine::Machine, program_under_test::PROGRAMS, report::Report, run::Cost, statistics::Summary,
    told::Subject,
};
use crate::{
    document, program, say, setup,
    tools::{self, Tool},
    workspace,
};

/// What to measure, and how to tell the results.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    /// As JSON
    #[arg(long, global = true)]
    json: bool,
}

/// What there is beside reading a capture.
#[derive(Debug, PartialEq, Subcommand)]
enum Part {
    /// Measure packets, throughput, a scan and connections from end to end in network namespaces (root, some minutes)
    E2e,
    /// Measure the programs in the kernel, packet by packet and over many connections (root, two minutes)
    Programs,
}

const TOOLS: [Tool; 4] = [
    ("taskset", "util-linux"),
    ("time", "time"),
    ("tcpdump", "tcpdump"),
    ("tshark", "tshark"),
];
/// Some 20,000 connections, and a file that fits into the page cache.
const PACKETS: usize = 2_000_000;
/// After a first one that fills the caches and does not count.
const ROUNDS: usize = 5;
const DOCUMENT: &str = "docs/BENCHMARKS.md";
/// Of its place in there.
const NAME: &str = "replay";

pub(crate) fn bench(options: &Options) -> Result<()> {
    match options.part {
        None => replay(options.json),
        Some(Part::E2e) => told::bench(Subject::E2e, options.json),
        Some(Part::Programs) => told::bench(Subject::Programs, options.json),
    }
}

fn replay(is_json: bool) -> Result<()> {
    setup::setup()?;
    tools::ensure(&TOOLS, "the benchmark")?;
    let (detector, capture) = prepare()?;
    let rounds = take_turns(&detector, &capture)?;
    let report = Report {
        machine: Machine::this()?,
        packets: PACKETS,
        rounds: ROUNDS,
        bytes: fs::metadata(&capture)?.len(),
        results: Summary::of_each(&rounds, PACKETS),
    };
    say::result(&if is_json {
        report.json().to_string()
    } else {
        report.table()
    });
    document::write(DOCUMENT, NAME, &report.section())
}

/// The detector as it is shipped, and the capture beside it.
fn prepare() -> Result<(PathBuf, PathBuf)> {
    say::step("bench: building the detector and the workload");
    let mut cargo = workspace::cargo(["build", "--locked", "--release", "-p", "detector"]);
    cargo.args([
        "-p",
        "detector-tests",
        "--bin",
        "detector",
        "--bin",
        "workload",
    ]);
    let messages = workspace::build(&mut cargo)?;
    let built = |name| {
        workspace::executable(&messages, name).with_context(|| format!("cargo built no {name}"))
    };
    let (detector, workload) = (built("detector")?, built("workload")?);
    let capture = workload.with_file_name("workload.pcap");
    say::step(&format!("bench: writing {PACKETS} packets"));
    let mut writer = program::command(&workload.to_string_lossy());
    program::run(
        writer
            .args(["--packets", &PACKETS.to_string()])
            .arg(&capture),
    )?;
    Ok((detector, capture))
}

/// One run of each program, and again: what disturbs the machine for a while disturbs them all.
fn take_turns(detector: &Path, capture: &Path) -> Result<Vec<[Cost; PROGRAMS.len()]>> {
    let mut costs: [Vec<Cost>; PROGRAMS.len()] = Default::default();
    for index in turns::order(ROUNDS) {
        let program = &PROGRAMS[index];
        say::step(&format!("bench: {}", program.0));
        costs[index].push(run::run(&program.words(detector, capture))?);
    }
    Ok(turns::rounds(&costs, ROUNDS))
}
