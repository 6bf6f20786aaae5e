//! What holds whatever packets pass.

use super::*;
use crate::{
    frames::{abort, client_fin, refusal, reset, server_fin},
    prefix::WORDS,
    stall::Bucket,
};
use std::{vec, vec::Vec};

use crate::cases::cases;
use proptest::{collection::vec as vec_of, prelude::*, sample::select};

#[derive(Clone, Copy, Debug)]
struct Step {
    /// Nanoseconds since the step before.
    gap: u64,
    direction: Direction,
    socket: Socket,
    frame: TcpFrame,
}

fn sockets() -> Vec<Socket> {
    let remotes = [
        "198.51.100.7:443",
        "198.51.100.8:443",
        "198.51.100.8:80",
        "203.0.113.9:443",
    ];
    let remotes = remotes
        .into_iter()
        .chain(["[2001:db8:64::7]:443", "[2001:db8:64:1::8]:443"]);
    remotes
        .flat_map(|remote| [50_000, 50_001].map(|port| socket(remote).sibling(port)))
        .collect()
}

fn frames() -> Vec<(Direction, TcpFrame)> {
    use Direction::{In, Out};
    vec![
        (Out, syn()),
        (Out, syn()),
        (Out, syn().seq(1 << 20)),
        (Out, request(300)),
        (Out, client_fin()),
        (Out, abort()),
        (In, syn_ack()),
        (In, syn_ack()),
        (In, syn_ack().ack(1 + (1 << 20))),
        (In, response(500)),
        (In, server_fin()),
        (In, refusal()),
        (In, refusal().ttl(40).window(1)),
        (In, reset()),
        (In, reset().ack(301)),
        (In, reset().ttl(40)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let gaps = vec![
        0,
        1_000,
        1_000_000,
        40_000_000,
        1_000_000_000,
        3_000_000_000,
    ];
    let any_frame =
        any::<(u8, u32, u32, u16, u8, bool)>().prop_map(|(flags, seq, ack, window, ttl, out)| {
            let frame = request(usize::from(ttl)).flags(flags).seq(seq).ack(ack);
            let direction = if out { Direction::Out } else { Direction::In };
            (direction, frame.window(window).ttl(ttl))
        });
    let frame = prop_oneof![9 => select(frames()), 1 => any_frame];
    let step = (select(gaps), select(sockets()), frame);
    vec_of(
        step.prop_map(|(gap, socket, (direction, frame))| Step {
            gap,
            direction,
            socket,
            frame,
        }),
        1..120,
    )
}

const NUMBERS: usize = 5 + Verdict::COUNT + Verdict::TRIALS + Stage::COUNT + 2 * Bucket::COUNT;

/// The counters among the words, in the order of their words.
fn numbers(counters: &PrefixCounters) -> [u32; NUMBERS] {
    counters.0[..NUMBERS].try_into().unwrap()
}

fn sum(counters: &PrefixCounters, each: impl Iterator<Item = Counter>) -> u32 {
    each.map(|counter| counters.value(counter)).sum()
}

fn sum_where(
    counters: &PrefixCounters,
    counter: fn(Verdict) -> Counter,
    matches: impl Fn(Outcome) -> bool,
) -> u32 {
    let verdicts = Verdict::ALL.into_iter();
    let matching = verdicts.filter(|verdict| matches(verdict.outcome()));
    sum(counters, matching.map(counter))
}

/// What the counters of one prefix must agree on.
fn check(counters: &PrefixCounters) -> Result<(), TestCaseError> {
    let failed = |outcome| outcome == Outcome::Failed;
    let failures = sum_where(counters, Counter::Trial, failed);
    let strangers = counters.value(Counter::Strangers);
    prop_assert_eq!(
        failures,
        sum(counters, Stage::ALL.into_iter().map(Counter::Stage))
    );
    prop_assert!(failures + strangers <= sum_where(counters, Counter::Verdict, failed));
    for (quic, all) in [
        (Counter::QuicOk, Counter::Verdict(Verdict::Ok)),
        (Counter::QuicOkTrial, Counter::Trial(Verdict::Ok)),
    ] {
        prop_assert!(counters.value(quic) <= counters.value(all));
    }
    let cut_off = counters.value(Counter::Verdict(Verdict::DataCutoff));
    let stalls = Bucket::ALL.into_iter();
    prop_assert_eq!(
        cut_off,
        sum(counters, stalls.clone().map(Counter::StallBytes))
    );
    prop_assert_eq!(cut_off, sum(counters, stalls.map(Counter::StallPackets)));
    for verdict in Verdict::ALL.into_iter().take(Verdict::TRIALS) {
        let trials = counters.value(Counter::Trial(verdict));
        prop_assert!(
            trials <= counters.value(Counter::Verdict(verdict)),
            "{:?}",
            verdict
        );
    }
    let any_failed = (0..=u8::MAX).any(|host| counters.contains(Hosts::Failed, host));
    // A failure that is the residue of another is no trial, and yet the latest word.
    prop_assert!(!any_failed || sum_where(counters, Counter::Verdict, failed) > 0);
    for host in 0..=u8::MAX {
        let is_failed = counters.contains(Hosts::Failed, host);
        prop_assert!(
            !is_failed || counters.contains(Hosts::Alive, host),
            "{}",
            host
        );
    }
    Ok(())
}

/// How the counters of one prefix may change with one packet that said `judgement`.
fn check_step(
    before: &PrefixCounters,
    now: &PrefixCounters,
    judgement: Option<Judgement>,
) -> Result<(), TestCaseError> {
    let pairs = numbers(before).into_iter().zip(numbers(now));
    for (before, now) in pairs {
        prop_assert!(before <= now && now <= before + 1);
    }
    for verdict in Verdict::ALL {
        let counter = Counter::Verdict(verdict);
        let more = now.value(counter) - before.value(counter);
        let told = judgement.is_some_and(|it| it.verdict == verdict);
        prop_assert!(more == 0 || told, "{:?} was counted, not told", verdict);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn counters_only_grow_and_agree_with_each_other(steps in steps()) {
        const { assert!(NUMBERS < WORDS) };
        let mut world = World::new();
        let mut now = secs(1_000);
        for step in steps {
            now.0 += step.gap;
            let before = world.tables.prefixes.0.values.clone();
            let judgement = match step.direction {
                Direction::Out => world.client(now, step.socket, step.frame),
                Direction::In => world.server(now, step.socket, step.frame),
            };
            for (key, counters) in &world.tables.prefixes.0.values {
                let before = before.get(key).copied().unwrap_or_default();
                let judgement = judgement.filter(|_| *key == world.key(step.socket));
                check_step(&before, counters, judgement)?;
                check(counters)?;
            }
        }
    }

    #[test]
    fn small_tables_forget_and_refuse_without_harm(
        steps in steps(),
        capacity in 0_usize..4,
    ) {
        let mut world = World::new();
        world.tables.flows.capacity = capacity;
        world.tables.destinations.capacity = capacity;
        world.tables.prefixes.0.capacity = capacity;
        let mut now = secs(1_000);
        for step in steps {
            now.0 += step.gap;
            match step.direction {
                Direction::Out => world.client(now, step.socket, step.frame),
                Direction::In => world.server(now, step.socket, step.frame),
            };
            for counters in world.tables.prefixes.0.values.values() {
                check(counters)?;
            }
        }
    }
}
