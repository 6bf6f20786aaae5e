//! Whoever owns a share of a prefix's traffic comes, asks and goes.

use std::time::Duration;

use super::{Gateway, Step};
use crate::simulation::{Intruder, connection::Connection};

impl Gateway {
    /// Somebody comes, in place of whoever was there before; or nobody does.
    pub fn admit(&mut self, intruder: Option<Intruder>) {
        self.intruders += 1;
        self.intruder = intruder;
        self.plan_intrusion(self.now);
    }

    /// One connection of his, unless he is gone.
    pub(super) fn intrude(&mut self, number: u64, now: Duration) {
        if number != self.intruders {
            return;
        }
        self.plan_intrusion(now);
        let (geography, chance) = (&self.geography, &mut self.chance);
        if let Some(intruder) = &self.intruder {
            let destination = intruder.destinations[chance.below(intruder.destinations.len())];
            let new = Connection::arrange(destination, intruder.works, geography, chance, now);
            self.send(new, now);
        }
    }

    fn plan_intrusion(&mut self, now: Duration) {
        if let Some(intruder) = &self.intruder {
            let next = now + self.chance.waiting(intruder.every);
            self.note(next, Step::Intrude(self.intruders));
        }
    }
}
