//! Names and default capacities of the maps: the one place both sides take them from.

/// Counters, by the number of their prefix (mapped array).
pub const COUNTERS: &str = "COUNTERS";
/// How often each of them changed, and whether one is changing now (mapped array; see [`crate::prefix::Change`]).
pub const CHANGES: &str = "CHANGES";
/// Whose they are (mapped array).
pub const PREFIXES: &str = "PREFIXES";
/// Numbers of prefixes, by prefix: tags and records (mapped arrays).
pub const NUMBERS: TableNames = ("NUMBER_TAGS", "NUMBERS", "NUMBER_SETS");
/// Numbers that nobody has (stack).
pub const FREE_NUMBERS: &str = "FREE_NUMBERS";
/// State of young connections (mapped arrays).
pub const FLOWS: TableNames = ("FLOW_TAGS", "FLOWS", "FLOW_SETS");
/// Memory of destinations (mapped arrays). A scan washes through those that never answered.
pub const DESTINATIONS: TableNames = ("DESTINATION_TAGS", "DESTINATIONS", "DESTINATION_SETS");
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
/// The seeds of all hashes, in the programs' read-only data.
pub const SEEDS: &str = "SEEDS";
/// The thresholds, in the programs' read-only data.
pub const TUNING: &str = "TUNING";

/// The time of a test run, where [`IS_TEST_RUN`] is set.
pub const TEST_CLOCK: &str = "TEST_CLOCK";
/// 1 where time comes from [`TEST_CLOCK`], in the programs' read-only data.
pub const IS_TEST_RUN: &str = "IS_TEST_RUN";
/// What the flow counter counts that the programs are measured against.
pub const FLOW_COUNTS: &str = "FLOW_COUNTS";
/// The state of a benchmark's driver (array).
pub const DRIVE: &str = "DRIVE";
/// The XDP program that it drives (program array).
pub const DRIVEN_XDP: &str = "DRIVEN_XDP";
/// The TC program that it drives (program array).
pub const DRIVEN_TC: &str = "DRIVEN_TC";

/// Names of the maps of a set-associative table: its tags, its records, and the number of its sets, which is in the
/// programs' read-only data.
pub type TableNames = (&'static str, &'static str, &'static str);

/// Default number of prefixes.
pub const PREFIX_CAPACITY: u32 = 65_536;
/// Places for the numbers of so many prefixes: three times as many, so that hardly a set of eight is full before all
/// numbers are taken (one prefix in a thousand finds no place then, and all do while a quarter is free).
pub const fn number_places(prefixes: u32) -> u32 {
    prefixes.saturating_mul(3)
}
/// Default number of young connections.
pub const FLOW_CAPACITY: u32 = 262_144;
/// Default number of destinations that answered.
pub const DESTINATION_CAPACITY: u32 = 65_536;
/// Places for destinations: as many again for those that never answered, and for sets that are full early.
pub const DESTINATION_PLACES: u32 = 2 * DESTINATION_CAPACITY;

/// Bytes of the ring buffer of samples.
pub const SAMPLE_BYTES: u32 = 1 << 16;

/// An insert that failed, by the map it was meant for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Loss {
    /// There is no number left: this prefix is not counted at all.
    Prefix,
    /// A young connection gave way to a newer one: how it ends is not known.
    Flow,
    /// All of a set are destinations that answered: this one is not followed.
    Destination,
    /// A connection found no place: it is not followed.
    Candidate,
    /// [`SAMPLES`] was full, or more came than are wanted in a second: counted, and not shown.
    Sample,
    /// As [`Self::Flow`], while the answer to its SYN may have been under way.
    Unanswered,
    /// A young connection to a destination that never answered gave way to a newer one.
    Stranger,
}

impl Loss {
    /// Every loss, in the order of its counter.
    pub const ALL: [Self; 7] = [
        Self::Prefix,
        Self::Flow,
        Self::Destination,
        Self::Candidate,
        Self::Sample,
        Self::Unanswered,
        Self::Stranger,
    ];

    /// Whether anything is lost that a judgement rests on; samples only illustrate, and strangers weigh nothing.
    pub fn weighs(losses: &[u64; Self::ALL.len()]) -> bool {
        let losses = Self::ALL.into_iter().zip(losses);
        losses
            .filter(|(loss, _)| !matches!(loss, Self::Sample | Self::Stranger))
            .any(|(_, lost)| *lost > 0)
    }

    /// Whether so many connections went uncounted between two looks that what is taken for silence may be our own
    /// deafness: more gave way while an answer may have been under way than later. A run of silence takes three SYNs in
    /// a row that gave way too early; where few do, that does not happen. Strangers are never taken to be silent.
    pub fn distorts(before: &[u64; Self::ALL.len()], now: &[u64; Self::ALL.len()]) -> bool {
        let lost = |loss: Self| {
            let at = |losses: &[u64]| losses.get(loss as usize).copied().unwrap_or(0);
            at(now).saturating_sub(at(before))
        };
        lost(Self::Unanswered) > lost(Self::Flow)
    }

    /// The name used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Flow => "flow",
            Self::Destination => "destination",
            Self::Candidate => "candidate",
            Self::Sample => "sample",
            Self::Unanswered => "unanswered",
            Self::Stranger => "stranger",
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
    fn every_loss_but_that_of_a_sample_or_a_stranger_weighs() {
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            let mut losses = [0; Loss::ALL.len()];
            assert!(!Loss::weighs(&losses));
            losses[index] = 1;
            let is_light = matches!(loss, Loss::Sample | Loss::Stranger);
            assert_eq!(Loss::weighs(&losses), !is_light);
        }
    }

    #[test]
    fn only_connections_that_give_way_too_early_distort_what_is_seen() {
        for (index, loss) in Loss::ALL.into_iter().enumerate() {
            let before = [7; Loss::ALL.len()];
            let mut now = before;
            assert!(!Loss::distorts(&before, &now));
            now[index] += 1;
            let is_distorting = matches!(loss, Loss::Unanswered);
            assert_eq!(Loss::distorts(&before, &now), is_distorting, "{loss:?}");
        }
    }

    #[test]
    fn a_few_among_many_that_give_way_in_time_distort_nothing() {
        let before = [0; Loss::ALL.len()];
        let mut now = before;
        now[Loss::Flow as usize] = 700_000;
        for (unanswered, expected) in [(78_000, false), (700_000, false), (700_001, true)] {
            now[Loss::Unanswered as usize] = unanswered;
            assert_eq!(Loss::distorts(&before, &now), expected, "{unanswered}");
        }
    }

    #[test]
    fn every_loss_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Loss::ALL.into_iter().map(Loss::name).collect();
        assert_eq!(names.len(), Loss::ALL.len());
    }
}
