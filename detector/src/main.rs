//! The `detector` binary: parse the command line, run, turn a failure into one line and a code.

use std::process::ExitCode;

use clap::Parser as _;
use detector::{
    cli::{Cli, Command, ConfigCommand},
    config::command as config,
    daemon, doctor, event, export,
    failure::Failure,
    glance,
    kernel::helper,
    replay, report, top,
};

fn main() -> ExitCode {
    let done = if helper::is_meant() {
        helper::serve()
    } else {
        carry_out(Cli::parse().command)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => tell(&failure),
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(args) => daemon::run(args),
        Command::Replay(args) => replay::run(&args),
        Command::Schema { keys } => event::schema::write(keys.as_deref()),
        Command::CheckConfig { file } => config::check(&file),
        Command::Status(args) => glance::run(&args),
        Command::Top(args) => top::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args),
        Command::Config(ConfigCommand::Explain { key }) => config::explain(key.as_deref()),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the one line of a failure goes to stderr"
)]
fn tell(failure: &Failure) -> ExitCode {
    eprintln!("detector: {failure}");
    failure.exit_code()
}
