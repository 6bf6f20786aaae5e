//! What the administrator tells the detector beforehand: one file, everything in it optional, and the options that
//! override it.
//!
//! Owns the keys, their defaults and their reading; the comments here are what `config explain` says. Must not know:
//! what a setting is good for, or when it is read again.

mod change;
pub mod command;
mod complaint;
pub mod keys;

use std::{
    fs,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::change::Changes;
use self::complaint::complaint;
use crate::{
    cli::{ConfigArgs, RunArgs},
    failure::Failure,
    ignore::{Ignore, Rule},
    kernel::attach::{Ingress, Mode},
    metrics::{self, Metrics},
    names::Names,
    sink::config::{SinkConfig, read_all},
    sizes::Sizes,
};

/// Every setting.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Interfaces to watch. Without any: those of the default route.
    pub wan: Vec<String>,
    /// How XDP runs on ingress.
    pub mode: Mode,
    /// Which hook sees ingress; tc works beside another XDP program.
    pub ingress: Ingress,
    /// Where memory outlives a restart. Without it: the first of systemd's `$STATE_DIRECTORY`, else /var/lib/detector.
    pub state_dir: Option<PathBuf>,
    /// Where links are pinned, so that programs stay attached between two runs: a directory of its own on a BPF file
    /// system, such as /sys/fs/bpf/detector. Without it: nowhere.
    pub pin: Option<PathBuf>,
    /// The socket that `status` and `top` read from. Without it: status.sock in the first of systemd's
    /// `$RUNTIME_DIRECTORY`, else in /run/detector.
    pub status_socket: Option<PathBuf>,
    /// Files that name prefixes: Amazon's ip-ranges.json, Google's cloud.json, or lines of prefix,label.
    pub labels: Vec<PathBuf>,
    /// A database (.mmdb) that names autonomous systems, for prefixes without a label.
    pub asn: Option<PathBuf>,
    /// Alerts that are not told.
    pub ignore: Vec<Rule>,
    /// Where events go. Without any: stdout alone.
    #[serde(rename = "sink", deserialize_with = "read_all")]
    pub sinks: Vec<SinkConfig>,
    /// Room in the kernel's tables.
    pub tables: Sizes,
    /// The folder that the file lies in, where there is one.
    #[serde(skip)]
    folder: Option<PathBuf>,
    /// Where metrics are served.
    #[serde(deserialize_with = "metrics::read")]
    pub metrics: Metrics,
}

/// What the files that a configuration names came to.
#[derive(Debug, Default)]
pub struct Settings {
    /// Whose addresses are whose.
    pub names: Names,
    /// What is not told.
    pub ignore: Ignore,
    /// The files that it was read from, and the folder of the first, where another may take its place.
    pub files: Vec<PathBuf>,
}

impl Settings {
    /// Reads everything that `config` names.
    ///
    /// # Errors
    /// [`Failure::Config`] names the file, the place in it and the cure.
    pub fn load(config: &Config) -> Result<Self, Failure> {
        let files = config.labels.iter().chain(&config.asn);
        Ok(Self {
            files: files.cloned().chain(config.folder.clone()).collect(),
            names: Names::load(&config.labels, config.asn.as_deref())?,
            ignore: Ignore::new(config.ignore.clone()),
        })
    }
}

impl Config {
    /// The file that `args` name, if any, and what they say beside it.
    ///
    /// # Errors
    /// [`Failure::Config`] names the file, the place in it and the cure.
    pub fn of(args: &ConfigArgs) -> Result<Self, Failure> {
        let file = args.config.as_deref().map(Self::read).transpose()?;
        let mut config = file.unwrap_or_default();
        config.labels.extend_from_slice(&args.labels);
        config.asn = args.asn.clone().or(config.asn);
        Ok(config)
    }

    /// The same for a run, whose options override the file's.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn of_run(args: &RunArgs) -> Result<Self, Failure> {
        let mut config = Self::of(&args.config)?;
        if !args.wan.is_empty() {
            config.wan.clone_from(&args.wan);
        }
        config.mode = args.mode.unwrap_or(config.mode);
        config.ingress = args.ingress.unwrap_or(config.ingress);
        config.status_socket = args.status_socket.clone().or(config.status_socket);
        config.state_dir = args.state_dir.clone().or(config.state_dir);
        config.pin = args.pin.clone().or(config.pin);
        Ok(config)
    }

    /// A file alone.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::Config(format!("{name}: {error}; give a file of settings (TOML)"))
        })?;
        let config = Self::parse(&text)
            .map_err(|complaint| Failure::Config(format!("{name}: {complaint}")))?;
        Ok(config.meant_from(path.parent().unwrap_or(Path::new(""))))
    }

    fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| complaint(text, &error))
    }

    /// Paths in a file are meant from the folder that it lies in.
    fn meant_from(self, folder: &Path) -> Self {
        let from_there = |path: &PathBuf| folder.join(path);
        Self {
            folder: Some(Path::new(".").join(folder)),
            state_dir: self.state_dir.as_ref().map(from_there),
            pin: self.pin.as_ref().map(from_there),
            status_socket: self.status_socket.as_ref().map(from_there),
            labels: self.labels.iter().map(from_there).collect(),
            asn: self.asn.as_ref().map(from_there),
            metrics: Metrics {
                socket: self.metrics.socket.as_ref().map(from_there),
                ..self.metrics
            },
            sinks: self
                .sinks
                .into_iter()
                .map(|sink| sink.meant_from(folder))
                .collect(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests;
