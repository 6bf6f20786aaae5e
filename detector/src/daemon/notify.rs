//! What systemd is told (`sd_notify(3)`): that we are ready, how it stands, that polls come to their end, and that we
//! reload or stop. Where nobody asked, nothing is said.

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::debug;

use crate::{
    figures::several,
    moment::Moment,
    status::{InterfaceStatus, Status},
};

/// How often the status may change.
const STATUS: Duration = Duration::from_secs(5);

/// What was said so far by a daemon that polls.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// Half of what the watchdog's patience is.
    watchdog: Option<Duration>,
    is_ready: bool,
    fed_at: Option<Duration>,
    status_at: Option<Duration>,
    status: String,
}

/// What is to be said after a poll.
#[derive(Debug, Default, Eq, PartialEq)]
struct Words {
    is_ready: bool,
    is_alive: bool,
    status: bool,
}

impl Life {
    /// As the environment asks for it.
    pub(super) fn of_environment() -> Self {
        Self {
            watchdog: sd_notify::watchdog_enabled().map(|patience| patience / 2),
            ..Self::default()
        }
    }

    /// Says what is due after a poll that came to its end, or was refused and is made up for. The first says that we are
    /// ready: by then the programs are attached.
    pub(super) fn polled(&mut self, now: Moment, status: String) {
        let words = self.words(now, status);
        let said = [
            words.is_ready.then_some(NotifyState::Ready),
            words.is_alive.then_some(NotifyState::Watchdog),
            words.status.then_some(NotifyState::Status(&self.status)),
        ];
        let said: Vec<_> = said.into_iter().flatten().collect();
        if !said.is_empty() {
            say(&said);
        }
    }

    fn words(&mut self, now: Moment, status: String) -> Words {
        let words = Words {
            is_ready: !self.is_ready,
            is_alive: self
                .watchdog
                .is_some_and(|half| now.is_due(self.fed_at, half)),
            status: self.status != status && now.is_due(self.status_at, STATUS),
        };
        self.is_ready = true;
        if words.is_alive {
            self.fed_at = Some(now.monotonic);
        }
        if words.status {
            self.status_at = Some(now.monotonic);
            self.status = status;
        }
        words
    }
}

/// Says that a reload has begun; it ends with [`reloaded`].
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(error) => debug!("monotonic clock: {error}"),
    }
}

/// Says that a reload is over; `outcome` tells how it went.
pub(super) fn reloaded(outcome: &str) {
    say(&[NotifyState::Ready, NotifyState::Status(outcome)]);
}

/// Says that the end has begun.
pub(super) fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// How it stands, in one line for people.
pub(super) fn summary(status: &Status) -> String {
    let name = |it: &InterfaceStatus| format!("{} {}", it.iface, it.mode);
    let watched = match status.interfaces.as_slice() {
        [] => "no interface".to_owned(),
        some => some.iter().map(name).collect::<Vec<_>>().join(", "),
    };
    let alerts = several(status.alerts.len() as u64, "alert", "alerts");
    let prefixes = several(status.prefixes as u64, "prefix", "prefixes");
    format!("{watched} · {alerts} · {prefixes}")
}

/// Whoever asked and does not listen is no reason to end.
fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        debug!("the service manager does not listen: {error}");
    }
}

#[cfg(test)]
mod tests {
    use detector_common::time::Nanos;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn words(life: &mut Life, seconds: u64, status: &str) -> Words {
        life.words(
            Moment::of_capture(Nanos(seconds * 1_000_000_000)),
            status.to_owned(),
        )
    }

    #[test]
    fn the_first_poll_says_that_we_are_ready_and_no_other_does() {
        let mut life = Life::default();
        assert!(words(&mut life, 0, "").is_ready);
        assert!(!words(&mut life, 1, "").is_ready);
    }

    #[test]
    fn the_watchdog_is_fed_twice_in_its_patience() {
        let mut life = Life {
            watchdog: Some(at(15)),
            ..Life::default()
        };
        let fed: Vec<u64> = (0..=30)
            .filter(|now| words(&mut life, *now, "").is_alive)
            .collect();
        assert_eq!(fed, [0, 15, 30]);
    }

    #[test]
    fn without_a_watchdog_none_is_fed() {
        assert!(!words(&mut Life::default(), 0, "").is_alive);
    }

    #[test]
    fn a_status_is_said_when_it_changes_but_not_all_the_time() {
        let mut life = Life::default();
        let said: Vec<u64> = (0..=11)
            .filter(|now| words(&mut life, *now, &now.to_string()).status)
            .collect();
        assert_eq!(said, [0, 5, 10]);
        assert!(!words(&mut life, 60, "10").status);
    }
    #[test]
    fn a_summary_counts_alerts_and_prefixes_as_people_do() {
        let mut status: Status =
            serde_json::from_str(include_str!("../status/example.json")).unwrap();
        assert!(summary(&status).ends_with(" · 2 alerts · 41,210 prefixes"));
        status.alerts.truncate(1);
        status.prefixes = 1;
        assert!(summary(&status).ends_with(" · 1 alert · 1 prefix"));
    }
}
