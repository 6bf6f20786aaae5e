//! Sequence numbers wrap: where a connection begins to count must not matter.

use super::*;
use crate::frames::{ACK, abort, client_fin, refusal, reset};
use std::{vec, vec::Vec};

use crate::cases::cases;
use proptest::{collection::vec as vec_of, prelude::*, sample::select};

/// One segment of a script: who sends it, when, and with which numbers, counted from the first.
type Step = (Direction, Nanos, TcpFrame);

use Direction::{In, Out};

const OPENING: [Step; 3] = [
    (Out, ms(0), syn()),
    (In, RTT, syn_ack()),
    (Out, REQUEST_AT, request(REQUEST_LEN)),
];

/// What follows an opening of some length, and what the last step says.
const SCRIPTS: [(&str, usize, &[Step], Option<Judgement>); 15] = [
    (
        "answer",
        3,
        &[
            (In, ms(90), response(20)),
            (In, ms(91), server_fin().seq(21)),
        ],
        OK,
    ),
    (
        "answer far on",
        3,
        &[
            (In, ms(90), response(20).seq(1 << 24)),
            (In, ms(91), server_fin().seq(1 << 24)),
        ],
        OK,
    ),
    (
        "answer too far on",
        3,
        &[
            (In, ms(90), response(20).seq((1 << 24) + 1)),
            (Out, ms(91), client_fin().seq(301)),
        ],
        None,
    ),
    (
        "answer before the first",
        3,
        &[
            (In, ms(90), response(20).seq(u32::MAX)),
            (Out, ms(91), client_fin().seq(301)),
        ],
        None,
    ),
    (
        "wrong SYN-ACK",
        1,
        &[(In, RTT, syn_ack().ack(2)), (In, RTT, response(20))],
        None,
    ),
    (
        "refusal",
        1,
        &[(In, RTT, refusal())],
        judged(Verdict::SynRefused, Stage::PostSyn),
    ),
    (
        "refusal, ISN",
        1,
        &[(In, RTT, refusal().ack(0))],
        judged(Verdict::SynRefused, Stage::PostSyn),
    ),
    ("wrong refusal", 1, &[(In, RTT, refusal().ack(2))], None),
    (
        "too soon",
        3,
        &[(In, ms(51), reset().ack(301))],
        injected(Stage::PostPsh),
    ),
    (
        "soon, of nothing",
        3,
        &[(In, ms(51), reset().ack(302))],
        judged(Verdict::Reset, Stage::PostPsh),
    ),
    (
        "contradiction",
        3,
        &[(In, ms(90), reset()), (In, ms(100), response(20))],
        injected(Stage::PostPsh),
    ),
    (
        "sequence play",
        3,
        &[(In, ms(90), reset()), (In, ms(91), reset().seq(1_461))],
        injected(Stage::PostPsh),
    ),
    (
        "acknowledging what was never sent",
        3,
        &[
            (In, ms(90), reset().ack(200)),
            (In, ms(91), reset().ack(302)),
        ],
        injected(Stage::PostPsh),
    ),
    (
        "silence after the first data",
        3,
        &[
            (Out, ms(350), request(REQUEST_LEN)),
            (Out, ms(950), request(REQUEST_LEN)),
            (Out, ms(2_150), request(REQUEST_LEN)),
        ],
        judged(Verdict::DataBlackhole, Stage::PostPsh),
    ),
    (
        "silence amid an answer",
        3,
        &[
            (In, ms(90), response(16_000).flags(ACK)),
            (Out, ms(6_000), client_fin().seq(301)),
            (Out, ms(6_300), client_fin().seq(301)),
            (Out, ms(6_900), client_fin().seq(301)),
        ],
        judged(Verdict::DataCutoff, Stage::LaterInFlow),
    ),
];

/// First numbers around the wrap: right before it, right behind it, and so that the SYN, the
/// first byte, the middle or the end of 300 bytes of data falls onto it.
const FIRST_NUMBERS: [u32; 10] = [
    0,
    1,
    u32::MAX,
    u32::MAX - 1,
    u32::MAX - 150,
    u32::MAX - 299,
    u32::MAX - 300,
    u32::MAX - 301,
    u32::MAX - (1 << 24),
    1 << 31,
];

#[test]
fn every_script_ends_alike_around_the_wrap() {
    for (name, opening, rest, expected) in SCRIPTS {
        let script: Vec<Step> = OPENING[..opening].iter().chain(rest).copied().collect();
        for client_isn in FIRST_NUMBERS {
            for server_isn in FIRST_NUMBERS {
                let outcomes = play(client_isn, server_isn, &script);
                let outcome = outcomes.last().copied().flatten();
                assert_eq!(outcome, expected, "{name} from {client_isn}, {server_isn}");
            }
        }
    }
}

fn play(client_isn: u32, server_isn: u32, script: &[Step]) -> Vec<Option<Judgement>> {
    let mut scene = Scene::numbered(client_isn, server_isn);
    script
        .iter()
        .map(|(direction, at, frame)| match direction {
            Out => scene.client(*at, *frame),
            In => scene.server(*at, *frame),
        })
        .collect()
}

fn steps() -> impl Strategy<Value = Vec<(Direction, u64, TcpFrame)>> {
    let kinds = vec![
        (Out, syn()),
        (Out, request(300)),
        (Out, client_fin()),
        (Out, abort()),
        (In, syn_ack()),
        (In, response(500)),
        (In, server_fin()),
        (In, refusal()),
        (In, reset()),
        (In, reset().ack(301)),
        (In, reset().ttl(60)),
        (In, refusal().ttl(60).window(1)),
    ];
    let gap = select(vec![0_u64, 1, 500, 5_000, 40_000, 1_000_000, 40_000_000]);
    let slip = select(vec![0_u32, 0, 0, 1, 300, 1_460, 16_000, 1 << 24, u32::MAX]);
    let step = (select(kinds), gap, slip.clone(), slip).prop_map(
        |((direction, frame), gap, own, other)| (direction, gap, frame.numbered(own, other)),
    );
    vec_of(step, 1..20)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn where_the_numbers_begin_changes_no_verdict(
        steps in steps(),
        client_isn in any::<u32>(),
        server_isn in any::<u32>(),
    ) {
        let mut now = 0;
        let mut script: Vec<Step> = OPENING.to_vec();
        for (direction, gap, frame) in steps {
            now += gap;
            script.push((direction, us(100_000 + now), frame));
        }
        let expected = play(1 << 30, 1 << 30, &script);
        prop_assert_eq!(play(client_isn, server_isn, &script), expected);
    }
}
