//! Very many destinations, each visited once in a while: the traffic of the tests of breadth, without chance in its
//! rhythm.

use std::{collections::HashMap, net::Ipv4Addr, time::Duration};

use detector_common::{
    address::Address,
    verdict::{Stage, Verdict},
};
use ulid::Ulid;

use super::{
    Chance, Watcher,
    ledger::Ends,
    watcher::{Notice, nanos},
};

/// Between two visits, in seconds: more than a trial time, so that each is a trial.
const PERIOD: usize = 125;
/// When a client sends its SYNs, in seconds.
const SYNS: [usize; 3] = [0, 1, 3];
const CLIENT: Address = Address::v4([192, 0, 2, 1]);

/// A destination, and whether the censor has it on his list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) address: Ipv4Addr,
    pub(super) is_listed: bool,
}

/// All destinations, by when they are visited.
pub(super) struct Field {
    pub(super) watcher: Watcher,
    by_phase: Vec<Vec<Site>>,
    second: usize,
    open: HashMap<Ulid, Notice>,
}

impl Field {
    /// Destinations that nobody visited so far.
    pub(super) fn new(sites: impl IntoIterator<Item = Site>, chance: &mut Chance) -> Self {
        let mut by_phase = vec![Vec::new(); PERIOD];
        for site in sites {
            by_phase[chance.below(PERIOD)].push(site);
        }
        // So that a phase is never negative.
        let second = PERIOD;
        Self {
            watcher: Watcher::default(),
            by_phase,
            second,
            open: HashMap::new(),
        }
    }

    /// Visits every destination once, before there is a block. Judged once in five seconds, like a daemon that is
    /// late: nothing fails.
    pub(super) fn settle(&mut self) {
        for second in 1..=PERIOD {
            self.second += 1;
            self.visit_all(false);
            if second % 5 == 0 {
                self.watcher.turn(self.now());
            }
        }
    }

    /// One second of visits, and the judgement of it.
    pub(super) fn second(&mut self, is_blocked: bool) -> Vec<Notice> {
        self.second += 1;
        self.visit_all(is_blocked);
        let notices = self.watcher.turn(self.now());
        for notice in &notices {
            if notice.is_over {
                self.open.remove(&notice.id);
            } else {
                self.open.insert(notice.id, notice.clone());
            }
        }
        notices
    }

    /// The alerts that are open, as told last.
    pub(super) fn open(&self) -> impl Iterator<Item = &Notice> {
        self.open.values()
    }

    const fn now(&self) -> Duration {
        Duration::from_secs(self.second as u64)
    }

    /// Those that are due.
    fn visit_all(&mut self, is_blocked: bool) {
        for syn in SYNS {
            for site in self.by_phase[(self.second - syn) % PERIOD].clone() {
                self.visit(site, syn, is_blocked && site.is_listed);
            }
        }
    }

    fn visit(&mut self, site: Site, syn: usize, is_blocked: bool) {
        let now = nanos(self.now());
        let ends = Ends {
            client: CLIENT,
            server: Address::v4(site.address.octets()),
        };
        let ledger = self.watcher.ledger();
        if is_blocked {
            ledger.syn(ends, syn == 0, false, now);
        } else if syn == 0 {
            ledger.syn(ends, true, false, now);
            ledger.syn_ack(ends, None, now);
            ledger.answer(ends, now);
            ledger.judge(ends, Verdict::Ok, Stage::LaterInFlow, now);
        }
    }
}
