//! The command line: what was typed, and nothing derived from it.

use clap::{Args, Parser, Subcommand};

use crate::{
    failure::Failure,
    kernel::attach::{Ingress, Mode},
};

/// Passive detector of address-range blocking, for gateways.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the WAN interfaces and write events to stdout, one JSON object a line.
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs),
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 failed, 2 usage, 69 the system lacks something, 71 memory or maps refused,
77 no permission.

Example: detector run --wan eth0 | jq 'select(.event == \"alert\")'";

/// Arguments of `detector run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Interface to watch, again for several [default: the interfaces of the default route]
    #[arg(long = "wan", value_name = "IF")]
    pub wan: Vec<String>,

    /// How XDP runs on ingress
    #[arg(long, value_enum, default_value_t)]
    pub mode: Mode,

    /// Which hook sees ingress; tc works beside another XDP program
    #[arg(long, value_enum, default_value_t)]
    pub ingress: Ingress,
}

impl Cli {
    /// Carries out the command with the given way to `run`.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run_with(self, run: impl FnOnce(RunArgs) -> Result<(), Failure>) -> Result<(), Failure> {
        match self.command {
            Command::Run(args) => run(args),
        }
    }
}
