//! What holds whatever segments pass.

use super::*;
use crate::{
    address::Address,
    frames::{
        Unreachable, abort, client_ack, client_fin, initial, quic_answer, refusal, reset,
        server_ack,
    },
    prefix::PrefixKey,
};
use std::{vec, vec::Vec};

use crate::cases::cases;
use proptest::{collection::vec as vec_of, prelude::*, sample::select};

use Direction::{In, Out};

#[derive(Clone, Copy, Debug)]
struct Step {
    /// Microseconds since the step before.
    gap: u64,
    direction: Direction,
    frame: TcpFrame,
}

fn likely() -> Vec<(Direction, TcpFrame)> {
    let clients = [
        syn(),
        syn(),
        syn().payload(300),
        client_ack(1),
        request(300),
        request(300),
        request(500).seq(301),
        client_fin().seq(301),
        abort(),
    ];
    let servers = [
        syn_ack(),
        syn_ack(),
        syn_ack().seq(1 << 30),
        server_ack(301),
        response(500).ack(301),
        response(16_000).ack(301),
        response(16_000).seq(16_001),
        server_fin().ack(301),
        refusal(),
        reset(),
        reset().ack(301),
        reset().seq(1_461),
    ];
    let clients = clients.map(|frame| (Out, frame));
    let servers = servers.map(|frame| (In, frame));
    clients.into_iter().chain(servers).collect()
}

/// The same segments with another look.
fn disguised() -> impl Strategy<Value = (Direction, TcpFrame)> {
    let look = (
        select(vec![40_u8, 49, 50, 51, 64]),
        any::<bool>(),
        select(vec![0_u16, 1, 2, 3, 5_000, 40_000]),
        select(vec![0_u16, 1, 501, 64_240]),
    );
    (select(likely()), look).prop_map(|((way, frame), (ttl, df, ip_id, window))| {
        let frame = frame.ttl(ttl).ip_id(ip_id).window(window);
        (way, if df { frame } else { frame.fragmentable() })
    })
}

fn arbitrary() -> impl Strategy<Value = (Direction, TcpFrame)> {
    let numbers = (any::<u8>(), any::<u32>(), any::<u32>(), any::<u16>());
    (
        numbers,
        any::<u8>(),
        any::<u16>(),
        any::<bool>(),
        0_usize..3_000,
    )
        .prop_map(|((flags, seq, ack, window), ttl, ip_id, out, len)| {
            let frame = request(len).flags(flags).seq(seq).ack(ack);
            let frame = frame.window(window).ttl(ttl).ip_id(ip_id);
            (if out { Out } else { In }, frame)
        })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let gaps = vec![
        0, 1, 500, 2_000, 5_000, 40_000, 300_000, 1_000_000, 6_000_000, 40_000_000,
    ];
    let segment = prop_oneof![6 => select(likely()), 4 => disguised(), 1 => arbitrary()];
    let step = (select(gaps), segment).prop_map(|(gap, (direction, frame))| Step {
        gap,
        direction,
        frame,
    });
    vec_of(step, 1..60)
}

/// Plays the steps, and looks at each transition.
fn play(
    scene: &mut Scene,
    steps: &[Step],
    mut check: impl FnMut(Option<FlowState>, &Scene, Option<Judgement>) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut now = 0;
    for step in steps {
        now += step.gap;
        let before = scene.flow;
        let judgement = match step.direction {
            Out => scene.client(us(now), step.frame),
            In => scene.server(us(now), step.frame),
        };
        check(before, scene, judgement)?;
    }
    Ok(())
}

/// Marks without one of which nobody is accused of a reset, and of words.
const PROOF_OF_RESET: [Mark; 6] = [
    Mark::Contradiction,
    Mark::SynAckAfterReset,
    Mark::TooSoon,
    Mark::SequencePlay,
    Mark::Echo,
    Mark::ForeignTtl,
];
const PROOF_OF_WORDS: [Mark; 4] = [Mark::Echo, Mark::TooSoon, Mark::ForeignTtl, Mark::IpIdJump];

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn marks_only_grow_within_a_connection(steps in steps()) {
        play(&mut Scene::new(), &steps, |before, scene, _judgement| {
            let after = scene.flow.unwrap();
            if let Some(before) = before
                && before.syn_at == after.syn_at
            {
                prop_assert!(before.marks.without(after.marks).is_empty());
            }
            Ok(())
        })?;
    }

    #[test]
    fn nobody_is_accused_without_a_mark_that_proves(steps in steps()) {
        play(&mut Scene::new(), &steps, |_before, scene, judgement| {
            let proofs: &[Mark] = match judgement.map(|it| it.verdict) {
                Some(Verdict::RstInjected) => &PROOF_OF_RESET,
                Some(Verdict::FinInjected) => &PROOF_OF_WORDS,
                _ => return Ok(()),
            };
            prop_assert!(proofs.iter().any(|mark| scene.bears(*mark)), "{:?}", scene.marks());
            Ok(())
        })?;
    }

    #[test]
    fn a_judgement_is_what_the_connection_has_come_to(steps in steps()) {
        play(&mut Scene::new(), &steps, |before, scene, judgement| {
            let flow = scene.flow.unwrap();
            if let Some(judgement) = judgement {
                prop_assert_eq!(flow.verdict(), Some(judgement.verdict));
                prop_assert_eq!(flow.conclude().stage, judgement.stage);
            } else if let Some(verdict) = flow.verdict() {
                // Nothing is judged in silence.
                let same = before.is_some_and(|before| before.verdict() == Some(verdict));
                prop_assert!(same, "{:?} came without a word", verdict);
            }
            Ok(())
        })?;
    }

    #[test]
    fn where_ttls_are_levelled_none_is_foreign(steps in steps()) {
        let mut scene = Scene::new();
        for index in 0..50 {
            let prefix = PrefixKey(Address::from_v4_bits(index << 8));
            scene.vantage.learn(prefix, 251);
        }
        play(&mut scene, &steps, |_before, scene, _judgement| {
            prop_assert!(!scene.bears(Mark::ForeignTtl));
            Ok(())
        })?;
    }

    #[test]
    fn errors_and_datagrams_amid_segments_do_no_harm(
        steps in steps(),
        kinds in vec_of((any::<u8>(), any::<u8>(), any::<u32>()), 60),
    ) {
        let mut scene = Scene::new();
        let (ask, answer) = (initial().packet(), quic_answer().packet());
        for (step, (kind, code, seq)) in steps.iter().zip(kinds) {
            play(&mut scene, &[*step], |_before, _scene, _judgement| Ok(()))?;
            let about = request(0).seq(seq);
            let kind = [3, 11, 12][usize::from(kind % 3)];
            let error = Unreachable { kind, ..Unreachable::code(code) };
            let error = error.about(&about.bytes(), about.from.ip());
            scene.see(us(1), &error, In);
            scene.see(us(2), &ask, Out);
            scene.see(us(3), &answer, In);
            prop_assert!(scene.flow.is_some());
        }
    }
}
