//! Replays real captures and holds the verdicts against the labels that people gave who looked at the packets.

mod report;
mod tally;
mod text;

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::Parser;
use detector_tests::corpus::{
    captures::{self, Captures},
    comparison::Comparison,
    replay, truth,
};

/// Replay real captures and hold the verdicts against their labels.
///
/// Exit codes: 0 all is as expected, 1 it is not, or captures cannot be read.
#[derive(Parser)]
#[command(name = "cargo xtask corpus")]
struct Arguments {
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,

    /// Where the captures and their TRUTH.tsv are [default: those that the tests use]
    #[arg(long, value_name = "DIR")]
    captures: Option<PathBuf>,
}

fn main() -> ExitCode {
    match compare(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Whoever closed the terminal does not want to hear about it.
            let _closed = writeln!(io::stderr(), "corpus: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Tells whether all is as expected.
fn compare(arguments: &Arguments) -> Result<bool> {
    let folder = arguments.captures.clone().unwrap_or_else(captures::folder);
    let labels = folder.join(truth::FILE);
    let table = fs::read_to_string(&labels).with_context(|| labels.display().to_string())?;
    let rows = truth::parse(&table).with_context(|| labels.display().to_string())?;
    let replays = replay::all(&Captures::of(&folder)?)?;
    let flows: Vec<_> = replays.iter().flat_map(|it| it.flows.clone()).collect();
    let comparison = Comparison::new(&rows, &flows);
    let report = report::report(&comparison, &replays, &flows);
    let told = if arguments.json {
        report.to_string()
    } else {
        text::text(&report)
    };
    let _closed = writeln!(io::stdout(), "{told}");
    Ok(report["holds"] == true)
}
