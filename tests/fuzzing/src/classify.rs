//! Arbitrary scripts through the whole engine.

use std::collections::HashSet;

use detector::{capture::Captured, engine::Engine};
use detector_common::{
    flow::{Direction, FlowKey, FlowState},
    packet::{self, Packet},
    time::Nanos,
    tuning::Tuning,
    wire::link::LinkLayer,
};

use crate::{
    connection::Connection,
    invariants::{check_conclusion, check_growth},
    script::{CONNECTIONS, Step, steps},
};

/// Plays the script that `bytes` choose (see `script`).
///
/// # Panics
/// Where the engine accuses without proof, judges what it did not see, or counts backwards.
pub fn classify(bytes: &[u8]) {
    play(bytes);
}

/// The engine after the script.
fn play(bytes: &[u8]) -> Engine {
    let mut play = Play {
        engine: Engine::new(Tuning::default()),
        connections: Connection::all(),
        heard: HashSet::new(),
        now: Nanos::from_secs(1_000),
    };
    for step in steps(bytes) {
        play.step(&step);
    }
    play.engine
}

struct Play {
    engine: Engine,
    connections: [Connection; CONNECTIONS],
    /// Connections that something came in of since they began.
    heard: HashSet<FlowKey>,
    now: Nanos,
}

impl Play {
    fn step(&mut self, step: &Step) {
        self.now = Nanos(self.now.0.wrapping_add(step.pause.0));
        let frame = self.connections[step.connection].frame(step);
        let whole = Captured {
            bytes: &frame,
            total_len: frame.len() + usize::from(step.len),
        };
        match packet::parse(&whole, LinkLayer::Ip) {
            Ok(packet) => self.follow(&packet, step.direction),
            Err(skip) => self.engine.skip(skip),
        }
    }

    fn follow(&mut self, packet: &Packet, direction: Direction) {
        let Some(key) = FlowKey::of(packet, direction) else {
            return;
        };
        let before = (self.engine.snapshot().clone(), self.state(&key));
        let judgement = self.engine.follow(packet, direction, self.now);
        check_growth(&before.0, self.engine.snapshot());
        let Some(flow) = self.state(&key) else {
            assert_eq!(judgement, None, "of no connection");
            return;
        };
        self.listen(key, direction, before.1, &flow);
        check_conclusion(&flow, judgement, self.heard.contains(&key));
    }

    /// Notes whether the connection was heard, or began anew.
    fn listen(
        &mut self,
        key: FlowKey,
        direction: Direction,
        before: Option<FlowState>,
        now: &FlowState,
    ) {
        let birth = |flow: &FlowState| (flow.syn_at, flow.client_isn);
        match direction {
            Direction::In => {
                self.heard.insert(key);
            }
            Direction::Out if before.is_none_or(|before| birth(&before) != birth(now)) => {
                self.heard.remove(&key);
            }
            Direction::Out => {}
        }
    }

    fn state(&self, key: &FlowKey) -> Option<FlowState> {
        self.engine.tables.flows.0.peek(key).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use detector_common::{mark::Mark, verdict::Verdict};

    use super::*;

    #[test]
    fn the_corpus_leads_to_every_verdict_and_every_mark() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/classify");
        let mut verdicts = [false; Verdict::COUNT];
        let mut marks = [0; Mark::COUNT];
        for entry in fs::read_dir(folder).unwrap() {
            let engine = play(&fs::read(entry.unwrap().path()).unwrap());
            for flow in engine.tables.flows.entries().values() {
                verdicts[flow.conclude().verdict.index()] = true;
            }
            for (sum, mark) in marks.iter_mut().zip(engine.tables.evidence.marks) {
                *sum += mark;
            }
        }
        let verdicts = Verdict::ALL.map(|it| (it.name(), verdicts[it.index()]));
        let marks = Mark::ALL.map(|it| (it.name(), marks[it.index()] > 0));
        let missing = verdicts
            .into_iter()
            .chain(marks)
            .filter(|(_, is_shown)| !is_shown);
        assert_eq!(missing.collect::<Vec<_>>(), []);
    }
}
