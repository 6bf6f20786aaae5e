//! A gateway at work: connections begin, are answered or not, are judged once a second.

mod intrusion;

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    time::Duration,
};

use detector_common::verdict::{Stage, Verdict};

use super::{
    Chance, Geography, Intruder, Watcher, World,
    connection::{Connection, Leg, draw},
    trouble::Troubles,
    watcher::{Notice, nanos},
};

const SECOND: Duration = Duration::from_secs(1);
/// What a client sends again before silence means something.
const RESENDS: usize = 2;

/// What became of one connection, as its client sees it.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The position of the prefix.
    pub prefix: usize,
    /// Whether it was answered.
    pub is_ok: bool,
    /// When that was clear.
    pub at: Duration,
}

/// What came of one second.
#[derive(Clone, Debug, Default)]
pub struct Second {
    /// What the judge told.
    pub notices: Vec<Notice>,
    /// Connections that ended.
    pub outcomes: Vec<Outcome>,
}

/// A censor drops what goes to one prefix.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The position of the prefix.
    pub prefix: usize,
    /// The share of connections that it takes.
    pub share: f64,
}

/// A gateway, its internet and its judge.
pub struct Gateway {
    /// What is out there.
    pub geography: Geography,
    /// What goes wrong there.
    pub troubles: Troubles,
    /// What is blocked.
    pub block: Option<Block>,
    intruder: Option<Intruder>,
    /// How many there were; what was planned for earlier ones does not happen.
    intruders: u64,
    world: World,
    watcher: Watcher,
    chance: Chance,
    now: Duration,
    agenda: BinaryHeap<Reverse<Entry>>,
    entries: u64,
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Arrive,
    Intrude(u64),
    Send(Connection),
    Hear(Connection),
    Close(Connection),
    GiveUp(Connection),
}

/// A step and its time; of two at one time the older entry comes first.
struct Entry {
    at: Duration,
    number: u64,
    step: Step,
}

impl Gateway {
    /// The world of one seed, with trouble planned for `span`.
    pub fn new(world: &World, seed: u64, span: Duration) -> Self {
        let mut chance = Chance::new(seed);
        let geography = Geography::new(world, &mut chance);
        let troubles = Troubles::plan(world, &geography, span, &mut chance);
        let mut gateway = Self {
            geography,
            troubles,
            block: None,
            intruder: None,
            intruders: 0,
            world: *world,
            watcher: Watcher::default(),
            chance,
            now: Duration::ZERO,
            agenda: BinaryHeap::new(),
            entries: 0,
        };
        gateway.note(Duration::ZERO, Step::Arrive);
        gateway
    }

    /// How much time has passed.
    pub const fn now(&self) -> Duration {
        self.now
    }

    /// Plays one more second and judges it. Trouble begins and ends on whole seconds.
    pub fn second(&mut self) -> Second {
        self.troubles.advance(self.now);
        self.now += SECOND;
        let mut outcomes = Vec::new();
        while let Some((at, step)) = self.due() {
            outcomes.extend(self.take(at, step));
        }
        let notices = self.watcher.turn(self.now);
        Second { notices, outcomes }
    }

    fn due(&mut self) -> Option<(Duration, Step)> {
        let Reverse(next) = self.agenda.peek()?;
        let due = (next.at < self.now).then_some((next.at, next.step));
        if due.is_some() {
            self.agenda.pop();
        }
        due
    }

    fn take(&mut self, now: Duration, step: Step) -> Option<Outcome> {
        match step {
            Step::Arrive => self.arrive(now),
            Step::Intrude(number) => self.intrude(number, now),
            Step::Send(connection) => self.send(connection, now),
            Step::Hear(connection) => self.hear(connection, now),
            Step::Close(connection) => return Some(self.close(&connection, now)),
            Step::GiveUp(connection) => return Some(self.give_up(&connection, now)),
        }
        None
    }

    /// Arrivals are drawn at the rate of the busiest hour and thinned to that of now.
    fn arrive(&mut self, now: Duration) {
        let mean = Duration::from_secs_f64(1.0 / self.world.peak_rate());
        let next = now + self.chance.waiting(mean);
        self.note(next, Step::Arrive);
        if self
            .chance
            .happens(self.world.rate(now) / self.world.peak_rate())
        {
            let new = Connection::begin(&self.world, &self.geography, &mut self.chance, now);
            if !self
                .troubles
                .is_abandoned(new.destination, &self.world, now)
            {
                self.send(new, now);
            }
        }
    }

    fn send(&mut self, mut connection: Connection, now: Duration) {
        match connection.leg {
            Leg::Handshake => self.send_syn(&mut connection, now),
            Leg::Request => self.send_request(&mut connection, now),
        }
        connection.sent += 1;
        if self.is_answered(&connection) {
            let destination = &self.geography.destinations[connection.destination];
            self.note(now + destination.round_trip, Step::Hear(connection));
        } else if let Some(at) = connection.next() {
            self.note(at, Step::Send(connection));
        } else {
            self.note(connection.gives_up, Step::GiveUp(connection));
        }
    }

    fn send_syn(&mut self, connection: &mut Connection, now: Duration) {
        let (is_first, is_judged) = (connection.sent == 0, connection.is_judged);
        let ledger = self.watcher.ledger();
        connection.is_judged |= ledger.syn(connection.ends, is_first, is_judged, nanos(now));
    }

    /// A request that is sent again and again goes unheard, as `classify::silence` sees it.
    fn send_request(&mut self, connection: &mut Connection, now: Duration) {
        let ledger = self.watcher.ledger();
        let silence = nanos(now.saturating_sub(connection.leg_began));
        let is_deaf = connection.sent >= RESENDS && silence >= ledger.tuning.data_silence;
        if is_deaf && !connection.is_judged {
            let verdict = Verdict::DataBlackhole;
            ledger.judge(connection.ends, verdict, Stage::PostPsh, nanos(now));
            connection.is_judged = true;
        }
    }

    fn is_answered(&mut self, connection: &Connection) -> bool {
        if let Some(works) = connection.arranged {
            return works;
        }
        let prefix = self.prefix(connection);
        let is_blocked = self
            .block
            .is_some_and(|block| block.prefix == prefix && connection.suspicion < block.share);
        let place = (connection.destination, prefix);
        !is_blocked
            && self
                .troubles
                .let_through(place, connection.fate, &self.world, &mut self.chance)
    }

    fn hear(&mut self, connection: Connection, now: Duration) {
        let ledger = self.watcher.ledger();
        match connection.leg {
            Leg::Handshake => {
                let round_trip = now.saturating_sub(connection.leg_began);
                let is_measured = connection.sent == 1;
                let round_trip = is_measured.then_some(nanos(round_trip));
                ledger.syn_ack(connection.ends, round_trip, nanos(now));
                self.send(connection.request(now), now);
            }
            Leg::Request => {
                ledger.answer(connection.ends, nanos(now));
                let end = now + draw(self.world.service, &mut self.chance);
                self.note(end, Step::Close(connection));
            }
        }
    }

    fn close(&mut self, connection: &Connection, now: Duration) -> Outcome {
        let ledger = self.watcher.ledger();
        ledger.judge(connection.ends, Verdict::Ok, Stage::LaterInFlow, nanos(now));
        self.outcome(connection, true, now)
    }

    /// A client that closes before the handshake says nothing, one that closes later nothing of the path.
    fn give_up(&mut self, connection: &Connection, now: Duration) -> Outcome {
        if let Some((at, next)) = connection.comeback(&self.world, &mut self.chance, now) {
            self.note(at, Step::Send(next));
        }
        self.outcome(connection, false, now)
    }

    fn outcome(&self, connection: &Connection, is_ok: bool, at: Duration) -> Outcome {
        Outcome {
            prefix: self.prefix(connection),
            is_ok,
            at,
        }
    }

    fn prefix(&self, connection: &Connection) -> usize {
        self.geography.destinations[connection.destination].prefix
    }

    fn note(&mut self, at: Duration, step: Step) {
        self.entries += 1;
        self.agenda.push(Reverse(Entry {
            at,
            number: self.entries,
            step,
        }));
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests;
