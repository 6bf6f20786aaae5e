//! How far a long replay is, on stderr where that is a terminal.

use std::{
    fs,
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{capture::Capture, failure::Failure};

/// Less than this is read in no time.
const LONG: u64 = 64 * 1024 * 1024;
const STYLE: &str = "{bar:40} {bytes} of {total_bytes}, {eta} left";

/// A bar over the bytes of all files, packed as they are.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Nobody knows how long stdin is.
    bytes: Option<u64>,
}

impl Progress {
    pub(super) fn over(files: &[PathBuf]) -> Self {
        let bytes: Option<u64> = files.iter().map(|path| len(path)).sum();
        // A bar on stderr draws nothing where that is no terminal.
        let bar = match bytes {
            Some(bytes) if bytes >= LONG => ProgressBar::new(bytes).with_style(style()),
            _ => ProgressBar::hidden(),
        };
        Self { bar, bytes }
    }

    pub(super) fn open(&self, path: &Path) -> Result<Capture<'static>, Failure> {
        Capture::open(path, &self.bar)
    }

    /// Length of all files, where it is known.
    pub(super) const fn bytes(&self) -> Option<u64> {
        self.bytes
    }
}

fn len(path: &Path) -> Option<u64> {
    let metadata = fs::metadata(path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(STYLE).unwrap_or_else(|_invalid| ProgressStyle::default_bar())
}
