//! Runs every test of the workspace and ends with one line that counts them.

use std::{
    env,
    io::{self, Write},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{fleet, lab, nats, privilege, program, say, setup, tally::Tally, tee, workspace};

/// Asks tests for their long form; `tests/support/long.rs` reads it. They are optimised then, and keep the checks of a
/// debug build: a sum that overflows between kernel and host is a difference.
pub(crate) const LONG_FORM: [(&str, &str); 2] =
    [("DETECTOR_LONG", "1"), ("CARGO_PROFILE_DEV_OPT_LEVEL", "2")];

/// What to run.
#[derive(Args, Debug, PartialEq)]
pub(crate) struct Options {
    /// Run only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Run only the tests of a fleet, on Prometheus and Alertmanager, which take minutes (root)
    #[arg(long)]
    fleet: bool,
    /// Run those tests that can go on for ever in their long form: millions of packets instead of some 100,000
    #[arg(long)]
    long: bool,
    /// Arguments for the test programs, such as --nocapture
    #[arg(last = true)]
    harness: Vec<String>,
}

pub(crate) fn test(options: &Options) -> Result<ExitCode> {
    prepare()?;
    say::step("test: building and running every test");
    let (tally, succeeded) = run(&mut command(options)?, io::stdout())?;
    let problem = tally.problem(succeeded, in_ci(env::var("CI").ok().as_deref()));
    Ok(conclude(&tally, problem.as_deref()))
}

/// Tells what is wrong, if anything is, and the counts in the last line.
pub(crate) fn conclude(tally: &Tally, problem: Option<&str>) -> ExitCode {
    if let Some(problem) = problem {
        say::error(problem);
    }
    say::result(&tally.to_string());
    problem.map_or(ExitCode::SUCCESS, |_| ExitCode::FAILURE)
}

/// Gets what the tests need of the system, and builds what they start.
pub(crate) fn prepare() -> Result<()> {
    setup::setup()?;
    if privilege::is_root() {
        lab::ensure_tools()?;
        lab::ensure_clock()?;
        lab::ensure_tracer()?;
        lab::ensure_reader()?;
        lab::ensure_service_manager()?;
        lab::ensure_place_for_pins()?;
        // One sink speaks to a real Alertmanager, one to a real NATS.
        fleet::ensure_programs()?;
        nats::ensure_server()?;
    }
    say::step("test: building the programs under test");
    workspace::build(&mut programs()).map(drop)
}

/// The tests run the detector as it is installed, which `cargo test` alone does not build.
fn programs() -> Command {
    let mut cargo = workspace::cargo(["build", "--locked"]);
    cargo.args(["-p", "detector", "-p", "detector-tests", "--bins"]);
    cargo.args(workspace::EVERYTHING);
    cargo
}

fn command(options: &Options) -> Result<Command> {
    let mut cargo = if options.fleet {
        fleet::tests()?
    } else {
        every_test()
    };
    if options.long {
        cargo.envs(LONG_FORM);
    }
    cargo.args(&options.filter).arg("--").args(&options.harness);
    Ok(cargo)
}

fn every_test() -> Command {
    let mut cargo = workspace::cargo(["test", "--locked", "--no-fail-fast"]);
    cargo.args(["--workspace", "--exclude", "detector-ebpf"]);
    cargo.args(workspace::EVERYTHING);
    cargo
}

/// Runs a program of tests, and counts what it says.
pub(crate) fn run(cargo: &mut Command, sink: impl Write) -> Result<(Tally, bool)> {
    let mut child = cargo
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| program::describe(cargo))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        tee::copy(output, sink, |line| tally.read(line))?;
    }
    Ok((tally, child.wait()?.success()))
}

fn in_ci(variable: Option<&str>) -> bool {
    matches!(variable, Some("1" | "true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_and_the_harness_arguments_reach_their_programs() {
        let command = command(&options(false)).unwrap();
        let text = program::describe(&command);
        assert!(
            text.ends_with("--features detector-tests/nats rst -- --nocapture`"),
            "{text}"
        );
    }

    #[test]
    fn the_long_form_is_asked_for_by_a_variable_and_by_nothing_else() {
        for (is_long, expected) in [(true, Some("1")), (false, None)] {
            let command = command(&options(is_long)).unwrap();
            let mut variables = command.get_envs();
            let value = variables.find(|(name, _)| *name == "DETECTOR_LONG");
            let value = value.and_then(|(_, value)| value?.to_str());
            assert_eq!(value, expected);
        }
    }

    #[test]
    fn the_detector_is_built_before_its_tests_run_it() {
        let text = program::describe(&programs());
        assert!(
            text.contains("-p detector -p detector-tests --bins"),
            "{text}"
        );
    }

    #[test]
    fn ci_is_recognised_by_its_variable() {
        assert!(in_ci(Some("true")) && in_ci(Some("1")));
        assert!(!in_ci(Some("false")) && !in_ci(Some("")) && !in_ci(None));
    }

    #[test]
    fn a_failing_program_is_reported_with_its_counts() {
        let script = "echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored;'; exit 101";
        // Onto real stdout this line would be counted by whoever runs this very test.
        let mut program = Command::new("sh");
        let (tally, succeeded) = run(program.args(["-c", script]), io::sink()).unwrap();
        assert_eq!(tally.to_string(), "1 passed, 2 failed, 0 skipped");
        assert!(!succeeded);
    }

    fn options(long: bool) -> Options {
        Options {
            filter: Some("rst".to_owned()),
            fleet: false,
            long,
            harness: vec!["--nocapture".to_owned()],
        }
    }
}
