//! Labels of prefixes, and which one is the most specific.
//!
//! Must not know: what a file looks like inside, beyond which of the two forms it has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ipnet::IpNet;
use prefix_trie::joint::JointPrefixMap;

use super::{published, table};
use crate::failure::Failure;

/// A prefix and its label, as read.
pub(super) type Entry = (IpNet, String);

/// Labels of both families.
#[derive(Debug, Default)]
pub(super) struct Labels(JointPrefixMap<IpNet, String>);

impl Labels {
    pub(super) fn load(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut labels = Self::default();
        for path in paths {
            labels.add(read(path)?);
        }
        Ok(labels)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The most specific label that contains all of `prefix`.
    pub(super) fn of(&self, prefix: &IpNet) -> Option<&str> {
        self.0.get_lpm(prefix).map(|(_, label)| label.as_str())
    }

    pub(super) fn add(&mut self, entries: Vec<Entry>) {
        for (prefix, label) in entries {
            self.0.insert(prefix, label);
        }
    }
}

fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let name = path.display();
    let bytes = fs::read(path)
        .map_err(|error| Failure::Config(format!("{name}: {error}; give a file of labels")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Config(format!(
            "{name}: byte {at} is no text (UTF-8); a .mmdb file is given by --asn"
        ))
    })?;
    parse(&text).map_err(|complaint| Failure::Config(format!("{name}: {complaint}")))
}

/// Told by content: JSON begins with a brace, which no prefix does.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        published::parse(text)
    } else {
        table::parse(text)
    }
}
