//! An honest server on an ordinary line is never accused: a small model of both, with loss,
//! copies, packets that overtake each other by less than a millisecond, and delays.

mod model;

use self::model::{CLIENT, ENDS, IpIds, Line, Plan, SERVER, tell};
use super::*;
use crate::verdict::Outcome;
use std::{vec, vec::Vec};

use crate::cases::cases;
use proptest::{collection::vec as vec_of, prelude::*, sample::select};

use Direction::{In, Out};

fn line() -> impl Strategy<Value = Line> {
    let ip_ids = select(vec![IpIds::Zero, IpIds::Counted, IpIds::Scattered]);
    (
        200_u64..300_000,
        30_u8..=255,
        any::<bool>(),
        ip_ids,
        1_u16..60_000,
    )
        .prop_map(|(rtt, ttl, dont_fragment, ip_ids, window)| Line {
            rtt,
            ttl,
            dont_fragment,
            ip_ids,
            window,
        })
}

/// Often no time at all, so that packets overtake each other.
fn thinking(at_most: u64) -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0..at_most]
}

fn plan() -> impl Strategy<Value = Plan> {
    let times = (thinking(200_000), thinking(2_000_000));
    let lost = (0_u32..4, 0_u32..5);
    let disorder = vec_of((0_u64..1_000, prop::bool::weighted(0.1)), 16);
    let tail = (0_u32..40, disorder, any::<bool>());
    (select(ENDS.to_vec()), lost, 0_u64..750_000, times, tail).prop_map(
        |(
            end,
            lost,
            slow_answer,
            (client_thinks, server_thinks),
            (segments, disorder, answers_resets),
        )| {
            Plan {
                end,
                lost,
                slow_answer,
                client_thinks,
                server_thinks,
                segments,
                disorder,
                answers_resets,
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn an_honest_server_is_never_accused(line in line(), plans in vec_of(plan(), 1..4)) {
        let mut scene = Scene::numbered(CLIENT, SERVER);
        for (plan, begin) in plans.iter().zip((0_u64..).step_by(1_000_000_000)) {
            scene.flow = None;
            for (at, direction, frame) in tell(&line, plan) {
                match direction {
                    Out => scene.client(us(begin + at), frame),
                    In => scene.server(us(begin + at), frame),
                };
            }
            let verdict = scene.verdict();
            prop_assert!(!verdict.proves_third_party(), "{:?}: {:?}", scene.marks(), plan);
            // It answered in the end, so that whatever silence said is taken back.
            prop_assert_ne!(verdict.outcome(), Outcome::Failed, "{:?}: {:?}", verdict, plan);
        }
    }
}
