//! Arguments of the commands that show: what was typed, and nothing derived from it.

use std::{net::IpAddr, path::PathBuf};

use clap::{Args, ValueEnum};

use super::RunArgs;

/// Which detector is asked.
#[derive(Args, Clone, Debug)]
pub struct SocketArgs {
    /// Where the detector serves its status [default: status.sock in systemd's `$RUNTIME_DIRECTORY`,
    /// else in /run/detector]
    #[arg(long, value_name = "FILE")]
    pub status_socket: Option<PathBuf>,
}

/// Arguments of `detector status`.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// All of it, as one JSON object
    #[arg(long)]
    pub json: bool,

    /// Which detector
    #[command(flatten)]
    pub socket: SocketArgs,
}

/// Arguments of `detector top`.
#[derive(Args, Clone, Debug)]
pub struct TopArgs {
    /// Write one screen as text and end
    #[arg(long)]
    pub once: bool,

    /// Which detector
    #[command(flatten)]
    pub socket: SocketArgs,
}

/// Arguments of `detector report`.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// Events as `run` or `replay` wrote them; - is stdin
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The page (HTML)
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Arguments of `detector export`.
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// For which program
    #[arg(value_enum)]
    pub form: ExportForm,

    /// Events as `run` or `replay` wrote them, - is stdin; without: the running detector is asked
    #[arg(value_name = "FILE", conflicts_with = "status_socket")]
    pub events: Option<PathBuf>,

    /// Where routes go, once for each family
    #[arg(long, value_name = "ADDRESS")]
    pub via: Vec<IpAddr>,

    /// Through which interface routes go
    #[arg(long, value_name = "IF")]
    pub dev: Option<String>,

    /// Which detector
    #[command(flatten)]
    pub socket: SocketArgs,
}

/// What a list is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ExportForm {
    /// Two sets of nftables, for `nft -f`
    Nft,
    /// Two sets of ipset, for `ipset restore`
    Ipset,
    /// Routes, for `ip -batch`; needs --via or --dev
    Routes,
}

/// Arguments of `detector doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// The findings as one JSON object
    #[arg(long)]
    pub json: bool,

    /// What is to be run
    #[command(flatten)]
    pub run: RunArgs,
}
