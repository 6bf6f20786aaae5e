//! A socket that says what a detector would, over and over.

use std::{
    io::Write as _,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a detector says that watches a blocked range.
const EXAMPLE: &str = include_str!("../../detector/src/status/example.json");

/// A served status. Whoever reads is served until he or this test is gone.
#[derive(Debug)]
pub struct Served {
    folder: TempDir,
}

impl Served {
    /// The example, as of now.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub fn new() -> Result<Self> {
        Self::of(example()?)
    }

    /// The same with text in it that a terminal would obey.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub fn poisoned(poison: &str) -> Result<Self> {
        let mut status = example()?;
        status["host"] = json!(poison);
        status["worst"][0]["name"] = json!(poison);
        status["interfaces"][0]["iface"] = json!(poison);
        status["skipped"] = json!({poison: 3});
        Self::of(status)
    }

    /// Where it is served: in a folder of its own, under the name that the detector's own has.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("status.sock")
    }

    fn of(status: Value) -> Result<Self> {
        let folder = TempDir::new()?;
        let served = Self { folder };
        let listener = UnixListener::bind(served.socket())?;
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let status = status.clone();
                thread::spawn(move || tell(stream, status));
            }
        });
        Ok(served)
    }
}

fn example() -> Result<Value> {
    Ok(serde_json::from_str(EXAMPLE)?)
}

/// Until nobody reads. A poll lasts as long as a turn of the daemon, shortened.
fn tell(mut stream: UnixStream, mut status: Value) {
    loop {
        status["at"] = json!(Timestamp::now().to_string());
        if writeln!(stream, "{status}").is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// A place where no detector serves.
pub fn nobody(folder: &Path) -> PathBuf {
    folder.join("nobody.sock")
}
