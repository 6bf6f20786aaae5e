//! A busy gateway as the watch sees it: counters of the engine's own table that move between turns, without a packet.

use std::time::Duration;

use detector::{engine::Engine, moment::Moment, observer::Observer, watch::Watch};
use detector_common::{
    address::Address,
    prefix::{Count as _, Counter, Hosts, PrefixCounters, PrefixKey},
    tables::Prefixes as _,
    time::Nanos,
    tuning::Tuning,
    verdict::{Stage, Verdict},
};
use jiff::Timestamp;
use ulid::Ulid;

/// One in so many prefixes fails, each time that it is visited.
const FAILING: u32 = 50;
/// Odd, so that every prefix of a /8 is visited once before any is again, and none beside its neighbour.
const STRIDE: u32 = 40_503;

/// How connections end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    /// One in [`FAILING`] fails.
    Mixed,
    /// All well.
    Well,
}

/// A watch, and the traffic that it sees.
pub(crate) struct Rounds {
    watch: Watch<Engine>,
    now: Duration,
    visits: u32,
}

impl Default for Rounds {
    fn default() -> Self {
        let tuning = Tuning::default();
        let next_id = |_| Ulid::nil();
        Self {
            watch: Watch::new(Engine::new(tuning), tuning, Observer::default(), next_id),
            now: Duration::ZERO,
            visits: 0,
        }
    }
}

impl Ends {
    const fn is_failure(self, visit: u32) -> bool {
        matches!(self, Self::Mixed) && visit.is_multiple_of(FAILING)
    }
}

impl Rounds {
    /// Connections end in the next `count` of the 65,536 prefixes of a /8.
    pub(crate) fn visit_known(&mut self, count: u32, ends: Ends) {
        self.visit(count, ends, |visit| {
            let [.., high, low] = visit.wrapping_mul(STRIDE).to_be_bytes();
            Address::v4([10, high, low, 0])
        });
    }

    /// Connections end in `count` prefixes that were never visited before.
    pub(crate) fn visit_new(&mut self, count: u32) {
        self.visit(count, Ends::Mixed, |visit| {
            let [a, b, c, d] = visit.to_be_bytes();
            let mut octets = [0; 16];
            octets[..6].copy_from_slice(&[0x3f, 0xff, a, b, c, d]);
            Address::v6(octets)
        });
    }

    /// Takes the turn that is due after `span`.
    #[expect(clippy::expect_used, reason = "no method of an engine fails")]
    pub(crate) fn turn(&mut self, span: Duration) {
        self.now += span;
        let now = Moment {
            monotonic: self.now,
            wall: Timestamp::UNIX_EPOCH + self.now,
        };
        let clock = Nanos::from_secs(self.now.as_secs());
        self.watch.turn(now, clock).expect("an engine can be read");
    }

    /// Looks for the prefixes that fare worst, and says how many are told of.
    pub(crate) fn look(&self) -> usize {
        let now = Moment {
            monotonic: self.now,
            wall: Timestamp::UNIX_EPOCH + self.now,
        };
        self.watch.worst(now).len()
    }

    /// Prefixes that are tracked.
    pub(crate) fn tracked(&self) -> usize {
        self.watch.prefixes()
    }

    fn visit(&mut self, count: u32, ends: Ends, prefix: impl Fn(u32) -> Address) {
        for visit in self.visits..self.visits + count {
            let key = PrefixKey(prefix(visit));
            let prefixes = &mut self.watch.source.tables.prefixes;
            prefixes.change(&key, true, |counters| {
                end_connection(counters, ends.is_failure(visit));
            });
        }
        self.visits += count;
    }
}

fn end_connection(counters: &mut PrefixCounters, fails: bool) {
    let host = 1;
    counters.add(Counter::Connections);
    counters.insert(Hosts::Alive, host);
    if fails {
        counters.add(Counter::Verdict(Verdict::SynTimeout));
        counters.add(Counter::Trial(Verdict::SynTimeout));
        counters.add(Counter::Stage(Stage::PostSyn));
        counters.insert(Hosts::Failed, host);
    } else {
        counters.add(Counter::Answered);
        counters.add(Counter::Verdict(Verdict::Ok));
        counters.add(Counter::Trial(Verdict::Ok));
        counters.remove(Hosts::Failed, host);
    }
}
