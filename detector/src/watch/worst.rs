//! The prefixes that fare worst: what is suspected comes first, then what failed most in the last minutes.
//!
//! Must not know: who looks, or how often.

use std::cmp::Reverse;

use ipnet::IpNet;

use super::{Source, Watch, lately::Ends};
use crate::{moment::Moment, status::PrefixStatus};

/// Prefixes that are told of.
const MOST: usize = 50;

/// How bad it is; the greatest comes first.
type Badness = (bool, bool, u32, Reverse<u32>, Reverse<IpNet>);

impl<S: Source> Watch<S> {
    /// The prefixes that fare worst, the worst first: at most fifty of those in which something failed lately.
    pub fn worst(&self, now: Moment) -> Vec<PrefixStatus> {
        let sums = self.lately.sums(now);
        let mut sums: Vec<_> = sums.map(|it| (self.badness(&it), it)).collect();
        let descending = |it: &(Badness, (IpNet, Ends))| Reverse(it.0);
        if sums.len() > MOST {
            sums.select_nth_unstable_by_key(MOST, descending);
            sums.truncate(MOST);
        }
        sums.sort_unstable_by_key(descending);
        let worst = sums.into_iter();
        worst.map(|(_, it)| self.prefix_status(now, it)).collect()
    }

    fn badness(&self, (prefix, ends): &(IpNet, Ends)) -> Badness {
        (
            self.judge.is_held(prefix),
            self.judge.is_suspected(prefix),
            ends.failed,
            Reverse(ends.all),
            Reverse(*prefix),
        )
    }

    fn prefix_status(&self, now: Moment, (prefix, ends): (IpNet, Ends)) -> PrefixStatus {
        PrefixStatus {
            prefix,
            name: self.names.of(&prefix),
            connections: ends.all.into(),
            failed: ends.failed.into(),
            percent_failed: self.lately.shares(now, &prefix),
            suspicion: self.judge.suspicion(&prefix, now),
        }
    }
}
