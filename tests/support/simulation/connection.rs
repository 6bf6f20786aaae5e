//! One attempt of a client to reach a destination, and when it sends what.

use std::time::Duration;

use super::{Chance, Geography, World, ledger::Ends, parameters::Span, trouble::Fate};
use detector_common::address::Address;

/// What the client waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Leg {
    /// A SYN-ACK.
    Handshake,
    /// The server's first data.
    Request,
}

/// After how many milliseconds Linux sends a SYN, `net.ipv4.tcp_syn_retries` = 6.
const SYNS: [u64; 7] = [0, 1_000, 3_000, 7_000, 15_000, 31_000, 63_000];
/// The same for data, with a retransmission timeout of 300 ms.
const DATA: [u64; 8] = [0, 300, 900, 2_100, 4_500, 9_300, 18_900, 38_100];
/// When Linux gives up.
const LONGEST: Duration = Duration::from_secs(127);
/// Long enough for a third SYN.
const ARRANGED: Duration = Duration::from_secs(5);
/// Clients of the gateway.
const CLIENTS: u32 = 50;

/// An attempt under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    pub(super) ends: Ends,
    /// The destination's position.
    pub(super) destination: usize,
    pub(super) leg: Leg,
    /// When that began.
    pub(super) leg_began: Duration,
    /// How often something was sent in it before.
    pub(super) sent: usize,
    pub(super) gives_up: Duration,
    /// Whether it is judged already.
    pub(super) is_judged: bool,
    pub(super) fate: Fate,
    /// Whether it works, where somebody has arranged that.
    pub(super) arranged: Option<bool>,
    /// From 0 to 1: a block of that share of connections takes those below.
    pub(super) suspicion: f64,
    /// How often the client comes back if this fails.
    pub(super) comebacks: u32,
    /// How long it waits before.
    pub(super) pause: Duration,
}

impl Connection {
    /// A client begins something new.
    pub(super) fn begin(
        world: &World,
        geography: &Geography,
        chance: &mut Chance,
        now: Duration,
    ) -> Self {
        let destination = geography.pick(chance);
        let to = Self::to(destination, geography, chance, now);
        let comebacks = chance.between(world.retries.0, world.retries.1);
        let new = Self {
            comebacks,
            pause: draw(world.retry_pause, chance),
            ..to
        };
        new.again(world, chance, now)
    }

    /// Somebody asks a destination once, and is patient; whether it works is arranged.
    pub(super) fn arrange(
        destination: usize,
        works: bool,
        geography: &Geography,
        chance: &mut Chance,
        now: Duration,
    ) -> Self {
        Self {
            arranged: Some(works),
            gives_up: now + ARRANGED,
            ..Self::to(destination, geography, chance, now)
        }
    }

    fn to(destination: usize, geography: &Geography, chance: &mut Chance, now: Duration) -> Self {
        let client = Address::from_v4_bits(0xc000_0200 + chance.between(1, CLIENTS));
        let server = geography.destinations[destination].address;
        Self {
            ends: Ends { client, server },
            destination,
            leg: Leg::Handshake,
            leg_began: now,
            sent: 0,
            gives_up: now,
            is_judged: false,
            fate: Fate {
                is_lost: false,
                luck: 0.0,
            },
            suspicion: 0.0,
            arranged: None,
            comebacks: 0,
            pause: Duration::ZERO,
        }
    }

    /// The client comes back after a failure, while it has the patience for that.
    pub(super) fn comeback(
        &self,
        world: &World,
        chance: &mut Chance,
        now: Duration,
    ) -> Option<(Duration, Self)> {
        let comebacks = self.comebacks.checked_sub(1)?;
        let at = now + self.pause;
        let pause = self.pause * 2;
        let next = Self {
            comebacks,
            pause,
            ..*self
        };
        Some((at, next.again(world, chance, at)))
    }

    /// When it sends the next time; `None` where it gives up before.
    pub(super) fn next(&self) -> Option<Duration> {
        let schedule: &[u64] = match self.leg {
            Leg::Handshake => &SYNS,
            Leg::Request => &DATA,
        };
        let after = schedule
            .get(self.sent)
            .copied()
            .map(Duration::from_millis)?;
        Some(self.leg_began + after).filter(|at| *at < self.gives_up)
    }

    /// The handshake is done, the request is about to leave.
    pub(super) const fn request(self, now: Duration) -> Self {
        Self {
            leg: Leg::Request,
            leg_began: now,
            sent: 0,
            is_judged: false,
            ..self
        }
    }

    fn again(self, world: &World, chance: &mut Chance, now: Duration) -> Self {
        let waits = if chance.happens(world.impatient) {
            world.impatience
        } else {
            world.patience
        };
        Self {
            leg: Leg::Handshake,
            leg_began: now,
            sent: 0,
            gives_up: now + draw(waits, chance).min(LONGEST),
            is_judged: false,
            fate: Fate {
                is_lost: chance.happens(world.lost),
                luck: chance.unit(),
            },
            suspicion: chance.unit(),
            ..self
        }
    }
}

/// One of many such spans.
pub(super) fn draw(span: Span, chance: &mut Chance) -> Duration {
    chance.around(span.median, span.sigma)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> (Chance, Connection) {
        let mut chance = Chance::new(1);
        let geography = Geography::new(&World::DEFAULT, &mut chance);
        let connection =
            Connection::begin(&World::DEFAULT, &geography, &mut chance, Duration::ZERO);
        (chance, connection)
    }

    fn times(mut connection: Connection) -> Vec<u64> {
        let mut times = Vec::new();
        while let Some(at) = connection.next() {
            times.push(at.as_secs());
            connection.sent += 1;
        }
        times
    }

    #[test]
    fn syns_leave_as_linux_sends_them_until_the_client_gives_up() {
        let (_, connection) = connection();
        let waiting = |gives_up| Connection {
            gives_up: Duration::from_secs(gives_up),
            ..connection
        };
        assert_eq!(times(waiting(127)), [0, 1, 3, 7, 15, 31, 63]);
        assert_eq!(times(waiting(2)), [0, 1]);
    }

    #[test]
    fn a_client_comes_back_as_often_as_it_will_and_waits_twice_as_long_each_time() {
        let (mut chance, first) = connection();
        let mut connection = Connection {
            comebacks: 3,
            pause: Duration::from_secs(10),
            ..first
        };
        let mut now = Duration::ZERO;
        let mut pauses = Vec::new();
        while let Some((at, next)) = connection.comeback(&World::DEFAULT, &mut chance, now) {
            assert_eq!(
                (next.destination, next.leg_began, next.sent),
                (first.destination, at, 0)
            );
            pauses.push(at.saturating_sub(now).as_secs());
            (now, connection) = (at, next);
        }
        assert_eq!(pauses, [10, 20, 40]);
    }

    #[test]
    fn clients_come_back_one_to_five_times() {
        let mut chance = Chance::new(1);
        let world = World::DEFAULT;
        let geography = Geography::new(&world, &mut chance);
        let mut counts = [0_u32; 6];
        for _ in 0..5_000 {
            let new = Connection::begin(&world, &geography, &mut chance, Duration::ZERO);
            counts[new.comebacks as usize] += 1;
        }
        assert_eq!(counts[0], 0);
        assert!(
            counts[1..].iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn one_connection_in_a_hundred_and_forty_is_lost_and_one_client_in_five_impatient() {
        let (mut chance, first) = connection();
        let world = World::DEFAULT;
        let all: Vec<Connection> = (0..40_000)
            .map(|_| first.again(&world, &mut chance, Duration::ZERO))
            .collect();
        let lost = all.iter().filter(|it| it.fate.is_lost).count();
        assert!((230..330).contains(&lost), "{lost}");
        let early = all
            .iter()
            .filter(|it| it.gives_up < Duration::from_secs(3))
            .count();
        assert!((8_000..11_500).contains(&early), "{early}");
    }
}
