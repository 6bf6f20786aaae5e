//! A sequence of frames under way: the clock, fresh addresses, and what each frame is expected to mean.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result, ensure};
use detector::kernel::test_run::Hook;
use detector_common::{
    classify::Judgement, mark::Mark, prefix::Counter, skip::Skip, time::Nanos, tuning::Tuning,
    verdict::Verdict, wire::link::LinkLayer,
};
use detector_tests::frames::{Conversation, Frame, Link};

use crate::{
    family::Family,
    pair::{Pair, Venue},
};

/// A test: what happens, in the order it happens.
pub(crate) type Sequence = fn(&mut Scene) -> Result<()>;

/// From the begin of one sequence on a pair to that of the next: nothing of one is news in another.
const APART_S: u64 = 3_600;
/// Networks that one pair sees: fewer than would show that the uplink levels TTLs.
const A_PAIR: u8 = 40;
/// The round trip of whoever waits for one.
pub(crate) const ROUND_TRIP_MS: u64 = 50;

/// The defaults with shorter silences, so that sequences are shorter too.
const TUNING: Tuning = Tuning {
    data_silence: Nanos::from_secs(1),
    quic_silence: Nanos::from_millis(900),
    ..Tuning::DEFAULT
};

/// Runs a sequence in both families through every program, and compares afterwards.
pub(crate) fn everywhere(sequence: Sequence) -> Result<()> {
    for venue in Venue::ALL {
        for family in [Family::V4, Family::V6] {
            let mut scene = Scene::open(venue, family)?;
            let ended = sequence(&mut scene);
            scene
                .close(ended)
                .with_context(|| format!("{venue:?} {family:?}"))?;
        }
    }
    Ok(())
}

/// Kernel and host, and what they have seen of this sequence.
pub(crate) struct Scene {
    pub(crate) family: Family,
    pub(crate) now: Nanos,
    pair: Pair,
    /// Sequences share a pair, so each has a network of its own.
    network: u8,
    hosts: u8,
    seen: Vec<(Frame, Nanos)>,
}

/// Pairs that agreed to the end of their last sequence. Loading one takes a quarter of a second.
static IDLE: Mutex<Vec<(Pair, u8)>> = Mutex::new(Vec::new());

impl Scene {
    fn open(venue: Venue, family: Family) -> Result<Self> {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = |(pair, network): &(Pair, u8)| pair.venue == venue && *network < A_PAIR;
        let (pair, network) = match idle.iter().position(usable) {
            Some(index) => idle.swap_remove(index),
            None => (Pair::load(venue, TUNING)?, 0),
        };
        Ok(Self {
            family,
            now: Nanos::from_secs(APART_S * u64::from(network + 1)),
            pair,
            network: network + 1,
            hosts: 0,
            seen: Vec::new(),
        })
    }

    /// Compares, and keeps the pair only where nothing was amiss.
    fn close(mut self, ended: Result<()>) -> Result<()> {
        ended?;
        if let Err(error) = self.pair.compare() {
            return Err(error.context(first_difference(&self.pair, &self.seen)?));
        }
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((self.pair, self.network));
        Ok(())
    }

    pub(crate) const fn is_ethernet(&self) -> bool {
        matches!(self.pair.venue.link, LinkLayer::Ethernet)
    }

    /// Payload of the longest segment that may come in. TC takes no longer frame in a test run than fits a page;
    /// XDP splits it up into buffers.
    pub(crate) const fn longest_payload(&self) -> u16 {
        match self.pair.venue.ingress {
            Hook::Xdp => 9_000,
            Hook::TcIn | Hook::TcOut => 3_000,
        }
    }

    /// A connection to a destination that nobody has asked for yet.
    pub(crate) fn conversation(&mut self) -> Conversation {
        self.hosts += 1;
        let remote = self.family.remote(self.network, self.hosts);
        self.conversation_with(SocketAddr::new(remote, 443), 40_000)
    }

    /// A connection to a prefix far from those of any sequence.
    pub(crate) fn conversation_elsewhere(&self, prefix: u8) -> Conversation {
        let remote = self.family.elsewhere(prefix);
        self.conversation_with(SocketAddr::new(remote, 443), 40_000)
    }

    /// A connection from a port of ours.
    pub(crate) fn conversation_with(&self, remote: SocketAddr, local_port: u16) -> Conversation {
        let local = Family::of(remote.ip()).local();
        let mut talk = Conversation::new(SocketAddr::new(local, local_port), remote);
        talk.envelope.link = if self.is_ethernet() {
            Link::ETHERNET
        } else {
            Link::IP
        };
        talk
    }

    /// Lets time pass.
    pub(crate) const fn wait(&mut self, millis: u64) {
        self.now.0 += Nanos::from_millis(millis).0;
    }

    /// Shows a frame.
    pub(crate) fn see(&mut self, frame: &Frame) -> Result<Option<Judgement>> {
        self.seen.push((frame.clone(), self.now));
        self.pair.show(frame, self.now)
    }

    /// Shows a frame that ends a connection.
    pub(crate) fn see_end(&mut self, frame: &Frame, verdict: Verdict) -> Result<()> {
        let judgement = self.see(frame)?;
        ensure!(
            judgement.is_some_and(|it| it.verdict == verdict),
            "expected {verdict:?}, not {judgement:?}"
        );
        Ok(())
    }

    /// Shows a frame that ends nothing.
    pub(crate) fn see_quiet(&mut self, frame: &Frame) -> Result<()> {
        let judgement = self.see(frame)?;
        ensure!(
            judgement.is_none(),
            "expected no verdict, not {judgement:?}"
        );
        Ok(())
    }

    /// Shows a frame that is skipped for a reason, or for none.
    pub(crate) fn see_skip(&mut self, frame: &Frame, skip: Option<Skip>) -> Result<()> {
        let before = self.pair.engine.skips;
        self.see(frame)?;
        let after = self.pair.engine.skips;
        let skipped = Skip::ALL
            .into_iter()
            .find(|skip| after[*skip as usize] > before[*skip as usize]);
        ensure!(
            skipped == skip,
            "expected {skip:?}, not {skipped:?}, for {:02x?}",
            frame.bytes
        );
        Ok(())
    }

    /// A handshake, a request and an answer.
    pub(crate) fn exchange(&mut self, talk: &mut Conversation) -> Result<()> {
        self.handshake(talk)?;
        self.see_quiet(&talk.request(300))?;
        self.wait(ROUND_TRIP_MS);
        self.see_quiet(&talk.response(1_000))
    }

    /// An exchange that the client ends in good order.
    pub(crate) fn success(&mut self, talk: &mut Conversation) -> Result<()> {
        self.exchange(talk)?;
        self.see_end(&talk.client_fin(), Verdict::Ok)
    }

    /// A handshake.
    pub(crate) fn handshake(&mut self, talk: &mut Conversation) -> Result<()> {
        self.see(&talk.syn())?;
        self.wait(ROUND_TRIP_MS);
        self.see_quiet(&talk.syn_ack())?;
        self.see_quiet(&talk.ack())
    }

    /// Connections so far that bear a mark, those of earlier sequences too.
    pub(crate) const fn marked(&self, mark: Mark) -> u64 {
        self.pair.engine.tables.evidence.marks[mark.index()]
    }

    /// Samples so far that were not wanted, those of earlier sequences too.
    pub(crate) const fn samples_lost(&self) -> u64 {
        self.pair.engine.tables.evidence.refused
    }

    /// A counter of this sequence's prefix.
    pub(crate) fn count(&self, counter: Counter) -> u32 {
        let prefix = self.family.prefix(self.network);
        let counters = self.pair.engine.snapshot().get(&prefix);
        counters.map_or(0, |counters| counters.value(counter))
    }
}

/// Plays a sequence again, on a fresh pair of the same kind, up to the first frame after which the two differ.
pub(crate) fn first_difference(differing: &Pair, seen: &[(Frame, Nanos)]) -> Result<String> {
    let mut pair = Pair::load(differing.venue, differing.tuning)?;
    for (number, (frame, now)) in seen.iter().enumerate() {
        pair.show(frame, *now)?;
        if let Err(difference) = pair.compare() {
            return Ok(format!(
                "at frame {number}, {:?}, {} bytes {:02x?}\n{difference:#}",
                frame.direction,
                frame.bytes.len(),
                frame.bytes
            ));
        }
    }
    Ok("no difference when played alone, so it takes an earlier sequence".to_owned())
}
