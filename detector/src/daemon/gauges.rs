//! What is measured every ten seconds and not at each poll: how full the tables are, and what the detector costs.
//!
//! Must not know: who reads it.

use std::{fs, time::Duration};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike as _,
};

use crate::{kernel::maps::Maps, moment::Moment, status::Cost};

/// Counting some hundred thousand places takes a millisecond or two.
const EVERY: Duration = Duration::from_secs(10);

/// The latest measurement.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    taken_at: Option<Duration>,
    /// Connections that are followed.
    pub(super) connections: u64,
    /// Destinations that are remembered to have answered.
    pub(super) destinations: u64,
    /// Of this process.
    pub(super) cost: Cost,
}

impl Gauges {
    /// Measures again where that is due.
    pub(super) fn refresh(&mut self, now: Moment, maps: &Maps) {
        if now.is_due(self.taken_at, EVERY) {
            *self = Self {
                taken_at: Some(now.monotonic),
                connections: maps.young_flow_count(),
                destinations: maps.answered_destination_count(),
                cost: cost(),
            };
        }
    }
}

fn cost() -> Cost {
    Cost {
        cpu_s: cpu_s().unwrap_or_default(),
        resident_bytes: resident_bytes(),
        programs: Vec::new(),
    }
}

fn cpu_s() -> Option<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let spent = usage.user_time() + usage.system_time();
    let micros = u64::try_from(spent.num_microseconds()).ok()?;
    Some(Duration::from_micros(micros).as_secs_f64())
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_own_cost() {
        let spin = std::hint::black_box((0..10_000_000_u64).sum::<u64>());
        assert!(spin > 0 && cpu_s().unwrap() > 0.0);
        assert!(resident_bytes().unwrap() > 1 << 20);
    }
}
