//! The command line: what was typed, and nothing derived from it.

mod views;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;

pub use self::views::{
    DoctorArgs, ExportArgs, ExportForm, ReportArgs, SocketArgs, StatusArgs, TopArgs,
};
use crate::kernel::attach::{Ingress, Mode};

/// Passive detector of address-range blocking, for gateways.
#[derive(Debug, Parser)]
#[command(version, long_version = ORIGIN, about, propagate_version = true)]
pub struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch the WAN interfaces and write events to stdout, one JSON object a line.
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs),
    /// Send captures through the same engine, in their own time. Needs neither root nor a kernel.
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
    /// Check a file of settings and all that it names. Starts nothing, needs no root
    #[command(after_help = "Exit codes: 0 it can be used, 78 it cannot.")]
    CheckConfig {
        /// Settings (TOML)
        file: PathBuf,
    },
    /// Write the JSON Schema of the events, or their keys as the rows of a table
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema {
        /// The rows of one event's table (Markdown): key, type, meaning
        #[arg(long, value_name = "EVENT")]
        keys: Option<String>,
    },
    /// Show what holds, or explain a key
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show how things stand with the running detector. Needs no root
    #[command(after_help = STATUS_HELP)]
    Status(StatusArgs),
    /// Watch the running detector: interfaces, alerts, the prefixes that fare worst. Needs no root
    #[command(after_help = STATUS_HELP)]
    Top(TopArgs),
    /// Draw a page of alerts: when, which ranges, by what evidence
    #[command(after_help = "Example: detector report alerts.ndjson -o report.html")]
    Report(ReportArgs),
    /// Write the ranges of firing alerts as a list for other programs
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Find what would keep `run`, with the same options, from working here
    #[command(after_help = "Exit codes: 0 nothing would, 69 something would.")]
    Doctor(DoctorArgs),
}

/// What there is to know of the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write what `run` with the same options would go by, defaults and all (TOML)
    Show(RunArgs),
    /// Say what a key means and what holds without it; without a key, of all
    Explain {
        /// With the names of its tables: tables.prefixes, ignore.kind
        key: Option<String>,
    },
}

/// What `--version` says and `-V` does not: out of what it was built.
const ORIGIN: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit ",
    env!("DETECTOR_COMMIT"),
    "\ncompiler ",
    env!("DETECTOR_RUSTC"),
    "\neBPF object sha256 ",
    env!("DETECTOR_EBPF_SHA256"),
);

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 failed, 2 usage, 69 the system lacks something, 71 memory or maps refused,
77 no permission, 78 bad configuration.

Example: detector run --wan eth0 | jq 'select(.event == \"alert\")'";

const STATUS_HELP: &str = "Exit codes: 0 fine, 69 no detector runs, 77 its socket may not be read.";

const EXPORT_EXAMPLES: &str = "\
The lists hold what is firing now, so they are to be written anew from time to time.

Examples:
  detector export nft > blocked.nft && nft -f blocked.nft
  detector export ipset alerts.ndjson | ipset restore
  detector export routes --via 192.0.2.1 --dev wan1 | ip -batch -";

const REPLAY_EXAMPLES: &str = "\
Writes alerts as they come in the captures' time, and one summary at the end. Several captures are
merged into one timeline. A damaged capture is read as far as it goes, with a warning.

Exit codes: 0 fine, 1 a file is missing or no capture, 2 usage, 77 no permission (--in-kernel),
78 bad configuration.

Examples:
  detector replay --flows capture.pcap.gz | jq -r 'select(.event == \"flow\") | .verdict'
  tcpdump -i eth0 -w - -c 100000 tcp | detector replay --local 203.0.113.0/24 -";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  detector schema > detector-1.schema.json
  detector schema --keys alert";

/// Arguments of `detector run`.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Interface to watch, again for several [default: the interfaces of the default route]
    #[arg(long = "wan", value_name = "IF")]
    pub wan: Vec<String>,

    /// How XDP runs on ingress [default: auto]
    #[arg(long, value_enum)]
    pub mode: Option<Mode>,

    /// Which hook sees ingress; tc works beside another XDP program [default: xdp]
    #[arg(long, value_enum)]
    pub ingress: Option<Ingress>,

    /// Where memory outlives a restart [default: the first of systemd's `$STATE_DIRECTORY`, else
    /// /var/lib/detector]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// Where links are pinned, so that programs stay attached between two runs: a directory of its own on a BPF file
    /// system, such as /sys/fs/bpf/detector [default: nowhere]
    #[arg(long, value_name = "DIR")]
    pub pin: Option<PathBuf>,

    /// Where `status` and `top` read from [default: status.sock in systemd's `$RUNTIME_DIRECTORY`,
    /// else in /run/detector]
    #[arg(long, value_name = "FILE")]
    pub status_socket: Option<PathBuf>,

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
