//! The `detector` binary: parse the command line, run, turn a failure into one line and a code.

use std::process::ExitCode;

use clap::Parser as _;
use detector::{
    cli::{Cli, Command, ConfigCommand},
    config::command as config,
    daemon, event,
    failure::Failure,
    kernel::helper,
    replay,
};

fn main() -> ExitCode {
    let done = if helper::is_meant() {
        helper::serve()
    } else {
        carry_out(Cli::parse().command)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(args) => daemon::run(args),
        Command::Replay(args) => replay::run(&args),
        Command::Schema { keys } => event::schema::write(keys.as_deref()),
        Command::CheckConfig { file } => config::check(&file),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args),
        Command::Config(ConfigCommand::Explain { key }) => config::explain(key.as_deref()),
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
