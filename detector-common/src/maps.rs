//! Names and default capacities of the maps: the one place both sides take them from.

/// Counters per destination prefix (plain hash: a tracked prefix is never evicted).
pub const PREFIXES: &str = "PREFIXES";
/// State of young connections (LRU).
pub const FLOWS: &str = "FLOWS";
/// Memory of destinations that answered (plain hash).
pub const DESTINATIONS: &str = "DESTINATIONS";
/// Memory of destinations that never answered: a scan washes through here (LRU).
pub const CANDIDATES: &str = "CANDIDATES";
/// Packets not followed, by [`crate::skip::Skip`] (per CPU).
pub const SKIPS: &str = "SKIPS";
/// What could not be stored, by [`Loss`] (per CPU).
pub const LOSSES: &str = "LOSSES";
/// Packets seen, by [`crate::flow::Direction`] (per CPU).
pub const PACKETS: &str = "PACKETS";
/// Connections by [`crate::mark::Mark`] (per CPU).
pub const MARKS: &str = "MARKS";
/// What is known of our uplink: one entry (array).
pub const VANTAGE: &str = "VANTAGE";
/// Evidence samples on their way to user space (ring buffer).
pub const SAMPLES: &str = "SAMPLES";
/// The thresholds, in the programs' read-only data.
pub const TUNING: &str = "TUNING";

/// The time of a test run, where [`IS_TEST_RUN`] is set.
pub const TEST_CLOCK: &str = "TEST_CLOCK";
/// 1 where time comes from [`TEST_CLOCK`], in the programs' read-only data.
pub const IS_TEST_RUN: &str = "IS_TEST_RUN";

/// Default number of prefixes.
pub const PREFIX_CAPACITY: u32 = 65_536;
/// Default number of young connections.
pub const FLOW_CAPACITY: u32 = 131_072;
/// Default number of destinations that answered.
pub const DESTINATION_CAPACITY: u32 = 65_536;
/// Default number of destinations that never answered.
pub const CANDIDATE_CAPACITY: u32 = 65_536;

/// Bytes of the ring buffer of samples.
pub const SAMPLE_BYTES: u32 = 1 << 16;

/// An insert that failed, by the map it was meant for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Loss {
    /// [`PREFIXES`] was full: this prefix is not counted at all.
    Prefix,
    /// [`FLOWS`] refused: this connection is not followed.
    Flow,
    /// [`DESTINATIONS`] was full: this destination's memory may be evicted.
    Destination,
    /// [`CANDIDATES`] refused: this SYN is not counted.
    Candidate,
    /// [`SAMPLES`] was full, or more came than are wanted in a second: counted, and not shown.
    Sample,
}

impl Loss {
    /// Every loss, in the order of its counter.
    pub const ALL: [Self; 5] = [
        Self::Prefix,
        Self::Flow,
        Self::Destination,
        Self::Candidate,
        Self::Sample,
    ];

    /// Whether anything is lost that a judgement rests on; samples only illustrate.
    pub fn weighs(losses: &[u64; Self::ALL.len()]) -> bool {
        let losses = Self::ALL.into_iter().zip(losses);
        losses
            .filter(|(loss, _)| !matches!(loss, Self::Sample))
            .any(|(_, lost)| *lost > 0)
    }

    /// Whether packets of connections under way went uncounted between two looks, so that what is
    /// taken for silence may be our own deafness. A full memory keeps what it has.
    pub fn distorts(before: &[u64; Self::ALL.len()], now: &[u64; Self::ALL.len()]) -> bool {
        let losses = Self::ALL.into_iter().zip(before.iter().zip(now));
        losses
            .filter(|(loss, _)| matches!(loss, Self::Flow | Self::Candidate))
            .any(|(_, (before, now))| now > before)
    }

    /// The name used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Flow => "flow",
            Self::Destination => "destination",
            Self::Candidate => "candidate",
            Self::Sample => "sample",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_loss_stands_where_it_is_counted() {
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            assert_eq!(loss as usize, index, "{loss:?}");
        }
    }

    #[test]
    fn every_loss_but_that_of_a_sample_weighs() {
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            let mut losses = [0; Loss::ALL.len()];
            assert!(!Loss::weighs(&losses));
            losses[index] = 1;
            assert_eq!(Loss::weighs(&losses), loss != Loss::Sample);
        }
    }

    #[test]
    fn lost_connections_distort_what_is_seen_and_a_full_memory_does_not() {
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            let before = [7; Loss::ALL.len()];
            let mut now = before;
            assert!(!Loss::distorts(&before, &now));
            now[index] += 1;
            let is_distorting = matches!(loss, Loss::Flow | Loss::Candidate);
            assert_eq!(Loss::distorts(&before, &now), is_distorting, "{loss:?}");
        }
    }

    #[test]
    fn every_loss_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Loss::ALL.into_iter().map(Loss::name).collect();
        assert_eq!(names.len(), Loss::ALL.len());
    }
}
