//! Lines at the end of a file that others may move away, on a disk that may be full.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::PathBuf,
    sync::Arc,
};

use super::{
    Format, Message,
    outlet::{Outlet, Trouble},
};
use crate::moment::Moment;

/// What a new file may be done with: events say what a network is connected to.
const MODE: u32 = 0o640;

/// A file by its name.
pub(super) struct File {
    path: PathBuf,
    format: Format,
    open: Option<fs::File>,
}

impl File {
    pub(super) const fn new(path: PathBuf, format: Format) -> Self {
        Self {
            path,
            format,
            open: None,
        }
    }

    /// The file that has the name now.
    fn current(&mut self) -> io::Result<&mut fs::File> {
        let is_same = self.open.as_ref().is_some_and(|open| self.is_at_path(open));
        let kept = self.open.take().filter(|_| is_same);
        let file = match kept {
            Some(file) => file,
            None => OpenOptions::new()
                .append(true)
                .create(true)
                .mode(MODE)
                .open(&self.path)?,
        };
        Ok(self.open.insert(file))
    }

    fn is_at_path(&self, open: &fs::File) -> bool {
        let identity = |it: &fs::Metadata| (it.dev(), it.ino());
        let there = fs::metadata(&self.path).map(|it| identity(&it));
        let here = open.metadata().map(|it| identity(&it));
        matches!((there, here), (Ok(there), Ok(here)) if there == here)
    }
}

impl Outlet for File {
    fn deliver(&mut self, events: &[Arc<Message>], _now: Moment) -> Result<(), Trouble> {
        let format = self.format;
        let file = self.current()?;
        for message in events {
            let mut line = format.line(message, usize::MAX);
            line.push('\n');
            append(file, line.as_bytes())?;
        }
        Ok(())
    }

    /// Whoever moved the old file away waits for the new one.
    fn reopen(&mut self) {
        self.open = None;
        // Where that fails, the next event says so.
        let _opened = self.current();
    }
}

/// Appends the whole line or nothing of it. Devices and pipes have no length to go back to.
fn append(file: &mut fs::File, line: &[u8]) -> io::Result<()> {
    let before = file.metadata()?;
    let written = file.write_all(line);
    if written.is_err() && before.is_file() {
        file.set_len(before.len())?;
    }
    written
}
