//! A scripted gateway: clients, servers and a censor as a list of what happens when, without a socket and
//! without a clock. The same script plays the same way on every machine.
//!
//! Knows how TCP behaves when packets are lost, and nothing of what a detector makes of it; only [`Daemon`]
//! brings the two together.

mod agenda;
mod connection;
mod daemon;
mod dice;
mod path;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use crate::{
    address::{WAN_V4, WAN_V6},
    frames::{Conversation, Frame},
    plan::{Itinerary, Plan},
};

pub use daemon::Daemon;
pub use dice::Dice;
pub use path::{Obstacle, Path};

use agenda::Agenda;
use connection::{Connection, Step};

/// From the gateway to any server and back.
pub const ROUND_TRIP: Duration = Duration::from_millis(50);

/// The ports that connections begin from, one after the other.
const LOCAL_PORTS: std::ops::Range<u16> = 32_768..61_000;

/// Scripted traffic under way.
pub struct Script {
    /// What lies between the gateway and the servers.
    pub path: Path,
    clients: Vec<Clients>,
    connections: HashMap<u64, Connection>,
    agenda: Agenda<Act>,
    begun: u64,
    dice: Dice,
}

/// Some clients, and whom they visit next.
struct Clients {
    plan: Plan,
    itinerary: Itinerary,
}

/// What happens next.
#[derive(Clone, Copy)]
enum Act {
    /// Clients begin a connection.
    Begin(usize),
    /// A connection goes on.
    GoOn(u64, Step),
}

impl Script {
    /// Clients who do as planned, from the first moment on and without end.
    pub fn new(plans: Vec<Plan>) -> Self {
        let mut agenda = Agenda::default();
        for (index, plan) in plans.iter().enumerate() {
            agenda.add(interval(plan), Act::Begin(index));
        }
        let clients = plans.into_iter().map(Clients::new).collect();
        Self {
            path: Path::default(),
            clients,
            connections: HashMap::new(),
            agenda,
            begun: 0,
            dice: Dice::new(1),
        }
    }

    /// Plays on up to a time, and shows each frame with the time at which it passes the gateway.
    pub fn play(&mut self, until: Duration, mut show: impl FnMut(Duration, &Frame)) {
        while let Some((now, act)) = self.agenda.next(until) {
            match act {
                Act::Begin(clients) => self.begin(now, clients),
                Act::GoOn(number, step) => self.go_on(now, number, step, &mut show),
            }
        }
    }

    fn begin(&mut self, now: Duration, index: usize) {
        let clients = &mut self.clients[index];
        let number = self.begun;
        self.begun += 1;
        let talk = conversation(number, clients.itinerary.next(), &mut self.dice);
        let plan = &clients.plan;
        self.agenda.add(now + interval(plan), Act::Begin(index));
        self.agenda.add(now, Act::GoOn(number, Step::Syn));
        self.agenda
            .add(now + plan.timeout, Act::GoOn(number, Step::GiveUp));
        let request = u16::try_from(plan.request_bytes).unwrap_or(u16::MAX);
        self.connections
            .insert(number, Connection::new(talk, request));
    }

    /// What was planned for a connection that has ended does not happen.
    fn go_on(
        &mut self,
        now: Duration,
        number: u64,
        step: Step,
        show: &mut impl FnMut(Duration, &Frame),
    ) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let turn = connection.take(step, &mut self.path);
        for frame in &turn.frames {
            show(now, frame);
        }
        for (later, step) in turn.next {
            self.agenda.add(now + later, Act::GoOn(number, step));
        }
        if turn.is_last {
            self.connections.remove(&number);
        }
    }
}

impl Clients {
    fn new(plan: Plan) -> Self {
        let itinerary = Itinerary::new(plan.targets.clone(), plan.seed);
        Self { plan, itinerary }
    }
}

fn interval(plan: &Plan) -> Duration {
    Duration::from_secs(1) / plan.connections_per_second.max(1)
}

/// From the gateway itself, as the masquerade makes it look.
fn conversation(number: u64, server: SocketAddr, dice: &mut Dice) -> Conversation {
    let local = match server.ip() {
        IpAddr::V4(_) => IpAddr::V4(WAN_V4),
        IpAddr::V6(_) => IpAddr::V6(WAN_V6),
    };
    let offset = number % LOCAL_PORTS.len() as u64;
    let local_port = LOCAL_PORTS.start + u16::try_from(offset).unwrap_or_default();
    let mut talk = Conversation::new(SocketAddr::new(local, local_port), server);
    talk.reopen(dice.roll(), dice.roll());
    talk
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> Script {
        Script::new(vec![Plan::to(vec!["198.18.16.1:443".parse().unwrap()])])
    }

    fn played(script: &mut Script, until: u64) -> Vec<(Duration, Frame)> {
        let mut frames = Vec::new();
        script.play(Duration::from_secs(until), |now, frame| {
            frames.push((now, frame.clone()));
        });
        frames
    }

    #[test]
    fn the_same_script_plays_the_same_way_in_order_of_time() {
        let frames = played(&mut script(), 10);
        assert_eq!(frames, played(&mut script(), 10));
        assert!(frames.is_sorted_by_key(|(now, _)| *now));
        // Ten connections a second, seven frames each, but for the last ones.
        assert!((680..=700).contains(&frames.len()), "{}", frames.len());
    }

    #[test]
    fn a_blocked_client_asks_five_times_in_five_seconds_and_gives_up() {
        let mut script = script();
        script
            .path
            .obstruct("198.18.16.0/24".parse().unwrap(), Obstacle::Drop);
        let frames = played(&mut script, 5);
        let first = frames[0].1.packet().to_vec();
        let again: Vec<_> = frames
            .iter()
            .filter(|(_, frame)| frame.packet() == first)
            .map(|(now, _)| now.as_millis())
            .collect();
        assert_eq!(again, [100, 1_100, 2_100, 3_100, 4_100]);
        script.path.clear();
        assert!(played(&mut script, 20).len() > 1_000);
    }
}
