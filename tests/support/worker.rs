//! A thread that lives until its owner lets go of it, and the signal that ends it. Knows no work.

use std::io::{PipeReader, PipeWriter};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::net::unix::pipe::Receiver;

use crate::namespace::Namespace;

/// A thread in a namespace. Dropping it gives the stop signal and waits for the thread's end.
#[derive(Debug)]
pub(crate) struct Worker {
    running: Option<(PipeWriter, JoinHandle<anyhow::Result<()>>)>,
}

impl Worker {
    /// Starts `work` on a thread that has entered `namespace`. Linux shows 15 bytes of `name`.
    ///
    /// # Errors
    /// When no thread can be made or the namespace cannot be entered.
    pub(crate) fn start(
        namespace: &Namespace,
        name: &str,
        work: impl FnOnce(&Stop) -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let (stop, stopper) = std::io::pipe().context("creating a pipe")?;
        let (entered, report) = sync_channel(1);
        let namespace = namespace.clone();
        let thread = Builder::new().name(name.to_owned()).spawn(move || {
            namespace.enter()?;
            entered.send(()).context("the starter is gone")?;
            work(&Stop(stop))
        })?;
        let worker = Self {
            running: Some((stopper, thread)),
        };
        if report.recv().is_err() {
            worker.finish()?;
            bail!("the thread {name} ended before it began");
        }
        Ok(worker)
    }

    /// Ends the thread and says what it failed of, if it did.
    ///
    /// # Errors
    /// The thread's own error, or its panic.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        self.end()
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let Some((stopper, thread)) = self.running.take() else {
            return Ok(());
        };
        drop(stopper);
        thread
            .join()
            .map_err(|_panic| anyhow!("a worker panicked"))?
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Nobody is left to hear of the error; `finish` is for those who want to.
        self.end().ok();
    }
}

/// A signal that, once given, stays, and that a thread can wait for together with a descriptor: the end of a
/// pipe, given by closing the other end.
#[derive(Debug)]
pub(crate) struct Stop(PipeReader);

impl Stop {
    /// Blocks until `source` is readable (true) or the signal is given (false).
    ///
    /// # Errors
    /// When the kernel refuses to poll.
    pub(crate) fn or_readable(&self, source: impl AsFd) -> anyhow::Result<bool> {
        let mut waited = [
            PollFd::new(self.0.as_fd(), PollFlags::POLLIN),
            PollFd::new(source.as_fd(), PollFlags::POLLIN),
        ];
        loop {
            match poll(&mut waited, PollTimeout::NONE) {
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error).context("polling"),
                Ok(_) => return Ok(waited[0].any() != Some(true)),
            }
        }
    }

    /// Whether the signal is given by now, or comes within `span`. For threads that keep a rate.
    ///
    /// # Errors
    /// When the kernel refuses to poll.
    pub(crate) fn is_given_within(&self, span: Duration) -> anyhow::Result<bool> {
        let mut waited = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        let millis = PollTimeout::try_from(span).unwrap_or(PollTimeout::MAX);
        match poll(&mut waited, millis) {
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(error).context("polling"),
            Ok(ready) => Ok(ready > 0),
        }
    }

    /// Resolves when the signal is given. For threads that run a tokio runtime.
    ///
    /// # Errors
    /// When the runtime cannot watch the pipe.
    pub(crate) async fn given(&self) -> anyhow::Result<()> {
        let descriptor = OwnedFd::from(self.0.try_clone()?);
        let receiver = Receiver::from_owned_fd(descriptor)?;
        receiver
            .readable()
            .await
            .context("waiting for the stop signal")
    }
}
