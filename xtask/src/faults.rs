//! Injects every fault there is a test for, and writes down what was measured: docs/RELIABILITY.md.
//!
//! Owns the runs and the table. It must not know how a fault is injected: its test does.

mod fault;
mod table;

use std::{
    env, fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{self, Command, ExitCode},
};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::Value;

use self::fault::{Fault, Injection};
use crate::{document, say, tally::Tally, test, workspace};

const DOCUMENT: &str = "docs/RELIABILITY.md";
/// Of its place in there.
const NAME: &str = "faults";
/// Where tests write what they measured; `tests/support/measured.rs` reads it.
pub(crate) const FILE: &str = "DETECTOR_MEASURED";

/// How thoroughly.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    /// Run the long forms of tests too; without it their rows keep what was measured last
    #[arg(long)]
    long: bool,
    /// Only faults whose name contains this; the others keep the rows that they have
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(crate) fn faults(options: &Options) -> Result<ExitCode> {
    test::prepare()?;
    let older = fs::read_to_string(workspace::root().join(DOCUMENT)).context(DOCUMENT)?;
    let mut tally = Tally::default();
    let mut rows: Vec<_> = table::all().map(|fault| row_of(&older, fault)).collect();
    for (at, fault) in table::all().enumerate() {
        let is_due = rows[at].is_none() || options.long || !fault.is_long;
        if options.asks_for(fault) && is_due {
            rows[at] = Some(fault.row(&inject(fault, options.long, &mut tally)?));
            // What was measured stays, though the next one be interrupted.
            let known: Vec<_> = rows.iter().flatten().map(String::as_str).collect();
            document::write(DOCUMENT, NAME, &table(&known.join("\n")))?;
        }
    }
    Ok(test::conclude(&tally, tally.problem(true, true).as_deref()))
}

impl Options {
    fn asks_for(&self, fault: &Fault) -> bool {
        let only = self.only.as_deref();
        only.is_none_or(|text| fault.name.contains(text))
    }
}

/// Runs the test of a fault, and says what it measured; where it did not pass, that.
fn inject(fault: &Fault, is_long: bool, tally: &mut Tally) -> Result<String> {
    say::step(&format!("faults: {}", fault.name));
    let figures = figures_file();
    let mut cargo = command(&fault.injection, is_long);
    cargo.env(FILE, &figures);
    let mut output = Vec::new();
    let (own, has_passed) = test::run(&mut cargo, &mut output)?;
    let measured = figures_in(&figures, &fault.injection);
    // Where nothing was measured there is none.
    let _none = fs::remove_file(&figures);
    tally.join(&own);
    let passed = has_passed && own.problem(true, true).is_none();
    if !passed {
        io::stderr().write_all(&output)?;
    }
    Ok(if passed {
        measured.unwrap_or_else(|| "holds".to_owned())
    } else {
        format!("**{own}**")
    })
}

fn command(injection: &Injection, is_long: bool) -> Command {
    match injection {
        Injection::Test(target, test) => {
            let mut cargo = workspace::cargo(["test", "--locked", "-p", "detector-tests"]);
            cargo.args(workspace::EVERYTHING);
            cargo.args(["--test", target, test, "--", "--exact"]);
            if is_long {
                cargo.envs(test::LONG_FORM);
            }
            cargo
        }
        Injection::Machine(kernel, filter) => {
            let mut cargo = workspace::cargo(["xtask", "vm", "--kernel", kernel]);
            cargo.args(filter.iter().flat_map(|filter| ["--filter", filter]));
            cargo
        }
    }
}

fn figures_file() -> PathBuf {
    env::temp_dir().join(format!("detector-measured-{}.ndjson", process::id()))
}

/// What all tests of a kernel measure is too much; the kernel has a figure of its own.
fn figures_in(path: &Path, injection: &Injection) -> Option<String> {
    let lines = fs::read_to_string(path).ok()?;
    let is_of_all = matches!(injection, Injection::Machine(_, None));
    let figures = lines.lines().filter_map(|line| {
        let figure: Value = serde_json::from_str(line).ok()?;
        let is_of_one = figure["test"]
            .as_str()
            .is_none_or(|it| !it.starts_with("vm "));
        let figure = figure["figure"].as_str().map(str::to_owned);
        figure.filter(|_| is_of_one != is_of_all)
    });
    let figures = figures.collect::<Vec<_>>().join("; ");
    (!figures.is_empty()).then_some(figures)
}

fn table(rows: &str) -> String {
    format!(
        "| fault | injected by a test (`cargo xtask test --filter`), or as named | what happens | measured |\n\
         |---|---|---|---|\n{rows}"
    )
}

/// What an earlier run wrote of a fault.
fn row_of(document: &str, fault: &Fault) -> Option<String> {
    let begin = format!("| {} |", fault.name);
    let mut lines = document.lines();
    lines
        .find(|line| line.starts_with(&begin))
        .map(str::to_owned)
}

impl Fault {
    fn row(&self, measured: &str) -> String {
        format!(
            "| {} | `{}` | {} | {measured} |",
            self.name, self.injection, self.happens
        )
    }
}

impl fmt::Display for Injection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(_, test) => formatter.write_str(test),
            Self::Machine(kernel, filter) => {
                write!(formatter, "cargo xtask vm --kernel {kernel}")?;
                filter.map_or(Ok(()), |filter| write!(formatter, " --filter {filter}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_row_is_found_again_in_what_was_written() {
        for fault in table::all() {
            let row = fault.row("3.2 s");
            assert_eq!(row_of(&table(&row), fault).as_ref(), Some(&row));
            assert_eq!(row.matches('|').count(), 5, "{row}");
        }
    }

    #[test]
    fn every_fault_has_a_row_in_the_document_and_every_row_four_cells() {
        let document = fs::read_to_string(workspace::root().join(DOCUMENT)).unwrap();
        for fault in table::all() {
            let row = row_of(&document, fault).unwrap_or_else(|| panic!("{}", fault.name));
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            assert!(
                cells.len() == 4 && cells.iter().all(|it| !it.is_empty()),
                "{row}"
            );
            assert_eq!(
                row,
                fault.row(cells[3]),
                "it was written by another version"
            );
        }
    }

    #[test]
    fn no_fault_is_named_twice_and_no_test() {
        let names: BTreeSet<_> = table::all().map(|fault| fault.name).collect();
        let tests = table::all().map(|fault| fault.injection.to_string());
        let tests: BTreeSet<_> = tests.collect();
        let count = table::all().count();
        assert_eq!((names.len(), tests.len()), (count, count));
    }

    #[test]
    fn figures_are_read_as_tests_write_them() {
        let path = env::temp_dir().join(format!("detector-figures-{}", process::id()));
        fs::write(
            &path,
            "{\"test\":\"a\",\"figure\":\"3 s\"}\n{\"test\":\"a\",\"figure\":\"5 of 5\"}\n\
             {\"test\":\"vm 6.1\",\"figure\":\"20 passed\"}\n",
        )
        .unwrap();
        let of = |injection| figures_in(&path, &injection);
        let figures = [
            of(Injection::Test("target", "a")),
            of(Injection::Machine("6.1", None)),
        ];
        fs::remove_file(&path).unwrap();
        assert_eq!(figures.map(Option::unwrap), ["3 s; 5 of 5", "20 passed"]);
    }
}
