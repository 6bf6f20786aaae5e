//! The `detector` binary: parse the command line, run, turn a failure into one line and a code.

use std::process::ExitCode;

use clap::Parser as _;
use detector::{cli::Cli, daemon, failure::Failure, kernel::helper, replay};

fn main() -> ExitCode {
    let done = if helper::is_meant() {
        helper::serve()
    } else {
        Cli::parse().run_with(daemon::run, |args| replay::run(&args))
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the one line of a failure goes to stderr"
)]
fn report(failure: &Failure) -> ExitCode {
    eprintln!("detector: {failure}");
    failure.exit_code()
}
