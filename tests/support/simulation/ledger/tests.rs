use std::net::{Ipv4Addr, SocketAddr};

use detector::engine::Engine;
use detector_common::wire::link::LinkLayer;

use super::*;
use crate::frames::{Conversation, Frame};

const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);
const ENDS: Ends = Ends {
    client: Address::v4(CLIENT.octets()),
    server: Address::v4(SERVER.octets()),
};
const REQUEST: u16 = 400;

/// The same connections, as packets to the engine and whole to the ledger.
struct Both {
    engine: Engine,
    ledger: Ledger,
    now: Nanos,
    connections: u16,
}

impl Both {
    fn new() -> Self {
        let tuning = Tuning::default();
        Self {
            engine: Engine::new(tuning),
            ledger: Ledger::default(),
            now: Nanos::from_secs(1_000),
            connections: 0,
        }
    }

    fn wait(&mut self, millis: u64) {
        self.now = Nanos(self.now.0 + Nanos::from_millis(millis).0);
    }

    fn see(&mut self, frame: &Frame) {
        let link = LinkLayer::Ethernet;
        self.engine
            .observe(&frame.bytes, link, frame.direction, self.now);
    }

    fn talk(&mut self) -> Conversation {
        self.connections += 1;
        let local = SocketAddr::from((CLIENT, 40_000 + self.connections));
        Conversation::new(local, (SERVER, HTTPS).into())
    }

    fn shake_hands(&mut self) -> Conversation {
        let mut talk = self.talk();
        self.see(&talk.syn());
        self.ledger.syn(ENDS, true, false, self.now);
        self.wait(50);
        self.see(&talk.syn_ack());
        self.ledger
            .syn_ack(ENDS, Some(Nanos::from_millis(50)), self.now);
        self.see(&talk.ack());
        talk
    }

    fn succeed(&mut self) {
        let mut talk = self.shake_hands();
        self.see(&talk.request(REQUEST));
        self.wait(50);
        self.see(&talk.response(1_000));
        self.ledger.answer(ENDS, self.now);
        self.see(&talk.ack());
        self.wait(300);
        self.see(&talk.client_fin());
        self.ledger
            .judge(ENDS, Verdict::Ok, Stage::LaterInFlow, self.now);
    }

    /// SYNs at 0, 1 and 3 s, and then further ones, without an answer.
    fn fail(&mut self, waits: &[u64]) {
        let talk = self.talk();
        let mut is_judged = false;
        self.see(&talk.syn());
        is_judged |= self.ledger.syn(ENDS, true, is_judged, self.now);
        for wait in waits {
            self.wait(*wait);
            self.see(&talk.syn());
            is_judged |= self.ledger.syn(ENDS, false, is_judged, self.now);
        }
    }

    fn go_unheard(&mut self) {
        let mut talk = self.shake_hands();
        self.see(&talk.request(REQUEST));
        for wait in [300, 600, 1_200, 2_400] {
            self.wait(wait);
            self.see(&talk.request_again(REQUEST));
        }
        self.ledger
            .judge(ENDS, Verdict::DataBlackhole, Stage::PostPsh, self.now);
    }

    fn assert_equal(&self, story: &str) {
        assert_eq!(&self.ledger.prefixes, self.engine.snapshot(), "{story}");
        assert!(!self.ledger.prefixes.is_empty(), "{story}");
    }

    fn value(&self, counter: Counter) -> u32 {
        self.ledger
            .prefixes
            .values()
            .map(|counters| counters.value(counter))
            .sum()
    }
}

#[test]
fn whole_connections_count_as_their_packets_do() {
    let mut both = Both::new();
    both.succeed();
    both.assert_equal("the first success");
    both.succeed();
    both.wait(130_000);
    both.succeed();
    both.assert_equal("successes within a trial time and behind it");
    both.fail(&[1_000, 2_000, 4_000, 8_000]);
    both.assert_equal("a silence");
    both.wait(20_000);
    both.fail(&[1_000]);
    both.assert_equal("an impatient client");
    both.wait(130_000);
    both.fail(&[1_000, 2_000]);
    both.succeed();
    both.assert_equal("another silence and its end");
    both.wait(130_000);
    both.go_unheard();
    both.assert_equal("a request that nobody hears");
}

#[test]
fn a_silence_is_one_failed_trial_with_the_third_syn() {
    let mut both = Both::new();
    both.succeed();
    both.wait(10_000);
    both.fail(&[1_000]);
    assert_eq!(both.value(Counter::Trial(Verdict::SynTimeout)), 0);
    both.wait(70_000);
    both.fail(&[1_000, 2_000]);
    assert_eq!(both.value(Counter::Trial(Verdict::SynTimeout)), 1);
    both.fail(&[1_000, 2_000, 4_000]);
    assert_eq!(
        both.value(Counter::Trial(Verdict::SynTimeout)),
        1,
        "the same outcome"
    );
    assert_eq!(both.value(Counter::Verdict(Verdict::SynTimeout)), 2);
    both.assert_equal("three connections");
}

#[test]
fn impatient_clients_add_up_to_a_silence() {
    let mut both = Both::new();
    both.succeed();
    for _ in 0..3 {
        both.wait(1_500);
        both.fail(&[]);
    }
    assert_eq!(both.value(Counter::Trial(Verdict::SynTimeout)), 1);
    both.assert_equal("three connections of one SYN each");
}

#[test]
fn a_destination_that_never_answered_takes_no_room() {
    let mut both = Both::new();
    both.fail(&[1_000, 2_000, 4_000]);
    assert!(both.ledger.prefixes.is_empty());
    assert!(both.engine.snapshot().is_empty());
}
