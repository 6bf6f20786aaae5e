//! How long to wait before a sink is tried again.

use std::time::Duration;

/// How patient sinks are.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The wait after the first failure; it doubles with each one more.
    pub first: Duration,
    /// The longest wait for what is on this machine.
    pub longest_here: Duration,
    /// The longest wait for what is elsewhere.
    pub longest_there: Duration,
    /// How long a peer may take for an answer.
    pub answer: Duration,
    /// How long there is at the end for what still waits.
    pub drain: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(250),
            longest_here: Duration::from_secs(4),
            longest_there: Duration::from_secs(30),
            answer: Duration::from_secs(10),
            drain: Duration::from_secs(3),
        }
    }
}

/// Waits that double.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            next: first,
        }
    }

    /// It failed: so long to wait.
    pub(super) fn failed(&mut self) -> Duration {
        let wait = self.next.min(self.longest);
        self.next = wait.saturating_mul(2);
        wait
    }

    /// It worked.
    pub(super) const fn worked(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew() {
        let seconds = |count| Duration::from_secs(count);
        let mut backoff = Backoff::new(seconds(1), seconds(5));
        let waits: Vec<_> = (0..4).map(|_| backoff.failed()).collect();
        assert_eq!(waits, [1, 2, 4, 5].map(seconds));
        backoff.worked();
        assert_eq!(backoff.failed(), seconds(1));
    }
}
