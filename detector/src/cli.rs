//! The command line: what was typed, and nothing derived from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;

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
    /// Send captures through the same engine, in their own time. Needs neither root nor a kernel.
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 failed, 2 usage, 69 the system lacks something, 71 memory or maps refused,
77 no permission, 78 bad configuration.

Example: detector run --wan eth0 | jq 'select(.event == \"alert\")'";

const REPLAY_EXAMPLES: &str = "\
Writes alerts as they come in the captures' time, and one summary at the end. Several captures are
merged into one timeline. A damaged capture is read as far as it goes, with a warning.

Exit codes: 0 fine, 1 a file is missing or no capture, 2 usage, 77 no permission (--in-kernel),
78 bad configuration.

Examples:
  detector replay --flows capture.pcap.gz | jq -r 'select(.event == \"flow\") | .verdict'
  tcpdump -i eth0 -w - -c 100000 tcp | detector replay --local 203.0.113.0/24 -";

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

    /// Where memory outlives a restart [default: the first of systemd's `$STATE_DIRECTORY`, else
    /// /var/lib/detector]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// What it is told beforehand
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Arguments of `detector replay`.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// Captures (pcap or pcapng, also packed by gzip or zstd); - is stdin
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Which side is ours, again for several [default: private, carrier-grade NAT, unique local
    /// and link-local ranges; else whoever sent the first SYN]
    #[arg(long, value_name = "CIDR")]
    pub local: Vec<IpNet>,

    /// One line for each connection
    #[arg(long)]
    pub flows: bool,

    /// Through the programs in the kernel, by test runs that send nothing (root)
    #[arg(long)]
    pub in_kernel: bool,

    /// What it is told beforehand
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// What the detector is told beforehand, for every command that judges.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigArgs {
    /// Settings (TOML); options add to them and override them
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Names of prefixes, again for several: Amazon's ip-ranges.json, Google's cloud.json, or lines
    /// of prefix,label
    #[arg(long, value_name = "FILE")]
    pub labels: Vec<PathBuf>,

    /// Names of autonomous systems, for prefixes without a label: a database (.mmdb)
    #[arg(long, value_name = "FILE")]
    pub asn: Option<PathBuf>,
}

impl Cli {
    /// Carries out the command with the given ways to `run` and to `replay`.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run_with(
        self,
        run: impl FnOnce(RunArgs) -> Result<(), Failure>,
        replay: impl FnOnce(ReplayArgs) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match self.command {
            Command::Run(args) => run(args),
            Command::Replay(args) => replay(args),
        }
    }
}
