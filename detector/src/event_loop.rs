//! The event loop: one thread, on which everything that waits takes turns; and the signals that it waits for.

use std::{future::poll_fn, io, task::Poll};

use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};

use crate::failure::Failure;

/// Runs a future to its end.
///
/// # Errors
/// Its own, and those of [`Failure::refused`] where there can be no loop.
pub fn run<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::refused("event loop", &error))?
        .block_on(future)
}

/// Some signals, from now on handled here alone.
pub struct Signals(Vec<Signal>);

impl Signals {
    /// Those of these `kinds`.
    ///
    /// # Errors
    /// As [`Failure::refused`].
    pub fn of<const N: usize>(kinds: [SignalKind; N]) -> Result<Self, Failure> {
        let handled: io::Result<Vec<_>> = kinds.into_iter().map(signal).collect();
        let handled = handled.map_err(|error| Failure::refused("signal handler", &error));
        handled.map(Self)
    }

    /// Waits for one of them. May be dropped and asked again at any time.
    pub async fn next(&mut self) {
        poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::{Signal, raise};

    use super::*;

    #[test]
    fn whichever_of_the_signals_comes_is_heard_and_heard_once() {
        let kinds = [SignalKind::user_defined1(), SignalKind::user_defined2()];
        let heard = run(async {
            let mut signals = Signals::of(kinds)?;
            raise(Signal::SIGUSR2).unwrap();
            signals.next().await;
            raise(Signal::SIGUSR1).unwrap();
            signals.next().await;
            Ok(
                tokio::time::timeout(std::time::Duration::ZERO, signals.next())
                    .await
                    .is_ok(),
            )
        });
        assert!(!heard.unwrap());
    }
}
