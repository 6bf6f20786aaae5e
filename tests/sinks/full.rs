//! A disk that fills up and has room again.

use std::{
    fs::{self, File},
    io::Write as _,
};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::{
    file::whole_lines,
    mounts::{among_own_mounts, in_memory},
    stage::{ensure_counted, offer, start, wait_until},
};

pub(crate) fn a_full_disk_splits_no_line_and_loses_no_beginning_and_no_end() -> Result<()> {
    among_own_mounts(fill)
}

fn fill() -> Result<()> {
    let folder = TempDir::new()?;
    let disk = folder.path().join("disk");
    fs::create_dir(&disk)?;
    in_memory(&disk, "1m")?;
    let filler = disk.join("filler");
    File::create(&filler)?.write_all(&vec![0; 700 << 10])?;
    let text = "[[sink]]\ntype = \"file\"\npath = \"disk/events\"\nqueue = 1200\n";
    let sinks = start(folder.path(), text)?;
    let turning = offer(&sinks, 0..3_000);
    let full = wait_until(&sinks, "file", |it| !it.is_up)?;
    ensure!(
        full.last_error.is_some_and(|it| it.contains("space")),
        "not full"
    );
    let written = whole_lines(&disk.join("events"))?;
    ensure!(!written.is_empty(), "nothing found room");
    fs::remove_file(&filler)?;
    let done = wait_until(&sinks, "file", |it| it.queued == 0)?;
    ensure!(done.is_up, "{done:?}");
    ensure_counted(&done, 3_000)?;
    let written = whole_lines(&disk.join("events"))?;
    ensure!(
        written.is_sorted() && written.len() as u64 == done.sent,
        "{done:?}"
    );
    ensure!(
        turning.iter().all(|it| written.binary_search(it).is_ok()),
        "a turn is lost"
    );
    Ok(sinks.finish()?)
}
