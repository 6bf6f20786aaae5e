//! What the administrator tells the detector beforehand: a file, and the options that add to it.
//!
//! Owns the reading; nothing here decides. Must not know: what a name or a rule is good for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    cli::ConfigArgs,
    failure::Failure,
    ignore::{Ignore, Rule},
    names::Names,
};

/// What the file and the options came to.
#[derive(Debug, Default)]
pub struct Settings {
    /// Whose addresses are whose.
    pub names: Names,
    /// What is not told.
    pub ignore: Ignore,
    /// The files that it was read from, and the folder of the first, where another may take its place.
    pub files: Vec<PathBuf>,
}

/// The file, as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    labels: Vec<PathBuf>,
    asn: Option<PathBuf>,
    ignore: Vec<Rule>,
}

impl Settings {
    /// Reads everything that `args` names. What is given beside the file overrides it, or adds to it.
    ///
    /// # Errors
    /// [`Failure::Config`] names the file, the place in it and the cure.
    pub fn load(args: &ConfigArgs) -> Result<Self, Failure> {
        let file = args.config.as_deref().map(Config::read).transpose()?;
        let mut config = file.unwrap_or_default();
        config.labels.extend_from_slice(&args.labels);
        let asn = args.asn.as_ref().or(config.asn.as_ref());
        let folder = args.config.as_deref().and_then(Path::parent);
        let folder = folder.map(|folder| Path::new(".").join(folder));
        let files = config.labels.iter().chain(asn).map(PathBuf::as_path);
        Ok(Self {
            files: files.map(Path::to_owned).chain(folder).collect(),
            names: Names::load(&config.labels, asn.map(PathBuf::as_path))?,
            ignore: Ignore::new(config.ignore),
        })
    }
}

impl Config {
    /// Paths in it are meant from the folder that it lies in.
    fn read(path: &Path) -> Result<Self, Failure> {
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

    fn meant_from(self, folder: &Path) -> Self {
        let from_there = |path: &PathBuf| folder.join(path);
        Self {
            labels: self.labels.iter().map(from_there).collect(),
            asn: self.asn.as_ref().map(from_there),
            ..self
        }
    }
}

/// On one line: where, what, and where the cure is.
fn complaint(text: &str, error: &toml::de::Error) -> String {
    let (line, column) = place(text, error.span().map_or(0, |span| span.start));
    let what = error.message().replace('\n', " ");
    format!("line {line}, column {column}: {what}; docs/CONFIGURATION.md has every key")
}

/// Line and column of a byte, both from one.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_begins = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_begins..].chars().count() + 1)
}

#[cfg(test)]
mod tests;
