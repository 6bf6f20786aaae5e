//! The configuration, read again at SIGHUP: beside the loop, all of it or nothing.
//!
//! Must not know: what becomes of it.

use tokio::{
    signal::unix::SignalKind,
    task::{JoinHandle, spawn_blocking},
};

use super::notify;
use crate::{
    cli::RunArgs,
    config::{Config, Settings},
    event_loop::Signals,
    failure::Failure,
};

/// What was read: the keys, and the files that they name.
type Read = (Config, Settings);

/// Reads again whenever it is told to.
pub(super) struct Reload {
    args: RunArgs,
    hangup: Signals,
    reading: Option<JoinHandle<Result<Read, Failure>>>,
}

impl Reload {
    /// Reads what `args` name, from now on at each SIGHUP.
    pub(super) fn new(args: RunArgs) -> Result<Self, Failure> {
        Ok(Self {
            args,
            hangup: Signals::of([SignalKind::hangup()])?,
            reading: None,
        })
    }

    /// The next reading. May be dropped and asked again at any time.
    ///
    /// # Errors
    /// [`Failure::Config`] where what is there now cannot be used.
    pub(super) async fn next(&mut self) -> Result<Read, Failure> {
        if self.reading.is_none() {
            self.hangup.next().await;
            notify::reloading();
        }
        let args = &self.args;
        let begin = || {
            let args = args.clone();
            spawn_blocking(move || read(&args))
        };
        let read = self.reading.get_or_insert_with(begin).await;
        self.reading = None;
        read.unwrap_or_else(|error| Err(Failure::Failed(format!("configuration: {error}"))))
    }
}

/// Everything that a run goes by.
pub(super) fn read(args: &RunArgs) -> Result<Read, Failure> {
    let config = Config::of_run(args)?;
    let settings = Settings::load(&config)?;
    Ok((config, settings))
}
