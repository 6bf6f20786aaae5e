//! A file that is moved away while it is written to, and one that takes nothing.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use anyhow::{Result, ensure};
use detector_tests::harness::note;
use tempfile::TempDir;

use crate::stage::{ensure_counted, number, offer, start, wait_until};

const FILE: &str = "[[sink]]\ntype = \"file\"\npath = \"events\"\nqueue = 1000000\n";
const ROTATIONS: u64 = 1_000;

pub(crate) fn no_line_is_lost_or_split_while_the_file_is_moved_away_a_thousand_times() -> Result<()>
{
    let folder = TempDir::new()?;
    let sinks = start(folder.path(), FILE)?;
    let (is_over, offered) = (AtomicBool::new(false), AtomicU64::new(0));
    let path = folder.path().join("events");
    std::thread::scope(|scope| -> Result<()> {
        // Events come for as long as files go.
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let first = offered.load(Ordering::Relaxed);
                offer(&sinks, first..first + 50);
                offered.store(first + 50, Ordering::Relaxed);
                std::thread::yield_now();
                // The queue is never to be what loses one.
                while sinks.status()[0].queued > 10_000 && !is_over.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
            }
        });
        let rotated = (0..ROTATIONS).try_for_each(|rotation| {
            // And files go for as long as events come.
            while offered.load(Ordering::Relaxed) <= rotation {
                std::thread::yield_now();
            }
            rotate(&path, rotation, || sinks.reopen())
        });
        is_over.store(true, Ordering::Relaxed);
        rotated
    })?;
    let offered = offered.into_inner();
    let done = wait_until(&sinks, "file", |it| it.queued == 0)?;
    ensure_counted(&done, offered)?;
    ensure!(
        done.sent == offered && done.last_error.is_none(),
        "{done:?}"
    );
    let mut lines = Vec::new();
    for rotation in 0..ROTATIONS {
        lines.extend(whole_lines(&moved(&path, rotation))?);
    }
    // Nothing may have come after the last one.
    if path.exists() {
        lines.extend(whole_lines(&path)?);
    }
    ensure!(
        lines == (0..offered).collect::<Vec<_>>(),
        "not each once, in order"
    );
    note(&format!("{offered} events in {ROTATIONS} rotations"));
    Ok(())
}

pub(crate) fn a_file_that_was_moved_away_is_made_anew_at_once_when_asked() -> Result<()> {
    let folder = TempDir::new()?;
    let sinks = start(folder.path(), FILE)?;
    let path = folder.path().join("events");
    offer(&sinks, 0..1);
    wait_until(&sinks, "file", |it| it.sent == 1)?;
    fs::rename(&path, moved(&path, 0))?;
    sinks.reopen();
    wait_until(&sinks, "file", |_| path.exists())?;
    ensure!(whole_lines(&moved(&path, 0))? == [0] && whole_lines(&path)?.is_empty());
    Ok(())
}

pub(crate) fn a_place_that_takes_nothing_costs_the_others_nothing() -> Result<()> {
    let folder = TempDir::new()?;
    let text = format!(
        "{FILE}[[sink]]\ntype = \"file\"\nname = \"full\"\npath = \"/dev/full\"\nqueue = 10\n"
    );
    let sinks = start(folder.path(), &text)?;
    offer(&sinks, 0..600);
    wait_until(&sinks, "file", |it| it.sent == 600)?;
    let full = wait_until(&sinks, "full", |it| !it.is_up)?;
    ensure!(full.sent == 0 && full.dropped["full"] >= 589, "{full:?}");
    ensure_counted(&full, 600)?;
    ensure!(full.last_error.is_some_and(|it| it.contains("space")));
    ensure!(whole_lines(&folder.path().join("events"))?.len() == 600);
    Ok(sinks.finish()?)
}

/// The numbers of the events in a file, every line of which is whole.
pub(crate) fn whole_lines(path: &Path) -> Result<Vec<u64>> {
    let text = fs::read_to_string(path)?;
    ensure!(
        text.is_empty() || text.ends_with('\n'),
        "a line is not ended"
    );
    text.lines().map(number).collect()
}

/// Moves the file away as soon as there is one, and asks for a new one every other time.
fn rotate(path: &Path, rotation: u64, reopen: impl Fn()) -> Result<()> {
    while !path.exists() {
        std::thread::yield_now();
    }
    fs::rename(path, moved(path, rotation))?;
    if rotation.is_multiple_of(2) {
        reopen();
    }
    Ok(())
}

fn moved(path: &Path, rotation: u64) -> std::path::PathBuf {
    path.with_extension(rotation.to_string())
}
