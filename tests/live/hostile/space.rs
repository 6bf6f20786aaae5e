//! Somebody behind the gateway walks through the space of IPv6, which has more networks than any table.

use std::{
    net::Ipv6Addr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    address::WAN_V6,
    frames::{Conversation, Frame},
    long::so_many,
    measured,
    sender::Sender,
};

use super::{latest, lost, siege::Siege, witness};
use crate::{alert::is_alert, area::V4, stage::Stage};

const FILLING: &str = "space::networks_that_answer_fill_the_table_and_each_is_accounted_for";
/// Networks that are asked, half of them /64s of one /48.
const ASKED: u32 = 1 << 15;
const ASKED_PER_SECOND: u32 = 50_000;
/// More /48s than are tracked by default.
const NETWORKS: u32 = 80_000;
const FRAMES_PER_SECOND: u32 = 100_000;
/// For documentation (RFC 9637).
const SPACE: Ipv6Addr = Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 1);
const WIDE_BITS: u32 = 48;
const NARROW_BITS: u32 = 64;
/// Of what came, how much may be missing in the account, in percent.
const TOLERANCE: u64 = 1;
/// Whom nobody asks for ten minutes gives way where room is short. At the end the latest visit is neither so long ago nor
/// as long as counts are told.
const IN_USE: Duration = Duration::from_mins(4);

/// Nobody is there.
pub(crate) fn a_walk_through_empty_networks_raises_no_alert() -> Result<()> {
    let networks = |bits| (0..ASKED / 2).map(move |number| network(number, bits));
    let asked = networks(NARROW_BITS).chain(networks(WIDE_BITS));
    Siege {
        test: "space::a_walk_through_empty_networks_raises_no_alert",
        frames: asked.map(|remote| conversation(remote).syn()).collect(),
        is_from_inside: true,
        per_second: Some(ASKED_PER_SECOND),
    }
    .bear()
}

/// Whoever asks has a host in each. What was tracked before, and is in use, goes on being counted.
pub(crate) fn networks_that_answer_fill_the_table_and_each_is_accounted_for() -> Result<()> {
    let stage = Stage::open(V4)?;
    witness::check(&stage)?;
    let before = latest(&stage.detector)?;
    let sender = Sender::open(&stage.lab.gateway, &stage.lab.censor)?;
    let began = Instant::now();
    let sent = sender.send(&walk(0), Some(FRAMES_PER_SECOND))?;
    let after = latest(&stage.detector)?;
    let tracked = |status: &serde_json::Value| status["prefixes"].as_u64().context("no prefixes");
    let new = tracked(&after)? - tracked(&before)?;
    let [refused, unfollowed] =
        [["prefix"].as_slice(), &["destination", "candidate"]].map(|kinds| lost(&after, kinds));
    let came = u64::from(NETWORKS) - sent.refused;
    let missing = came.abs_diff(new + refused + unfollowed);
    let account =
        format!("{came} answered: {new} tracked, {refused} refused, {unfollowed} not followed");
    ensure!(missing * 100 <= came * TOLERANCE, "{account}");
    let span = so_many(Duration::ZERO, Duration::from_mins(10));
    let mut visited = began;
    for round in 1.. {
        if began.elapsed() >= span {
            break;
        }
        sender.send(&walk(round), Some(FRAMES_PER_SECOND))?;
        if visited.elapsed() >= IN_USE {
            witness::visit(&stage)?;
            visited = Instant::now();
        }
    }
    let counted = witness::check(&stage)?;
    measured(
        FILLING,
        format_args!("{account}; {counted} of {counted} healthy connections counted; no alert"),
    );
    let events = stage.end()?;
    ensure!(!events.iter().any(is_alert), "an alert");
    ensure!(
        events.iter().any(|it| it["map"] == "prefix"),
        "it was not said"
    );
    Ok(())
}

/// A question to each network, and its answer.
fn walk(round: u32) -> Vec<Frame> {
    let numbers = round * NETWORKS..(round + 1) * NETWORKS;
    let pairs = numbers.flat_map(|number| {
        let mut talk = conversation(network(number, WIDE_BITS));
        [talk.syn(), talk.syn_ack()]
    });
    pairs.collect()
}

fn conversation(remote: Ipv6Addr) -> Conversation {
    Conversation::new((WAN_V6, 40_000).into(), (remote, 443).into())
}

/// A host of the so-manieth network of that length.
fn network(number: u32, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(SPACE.to_bits() + (u128::from(number) << (u128::BITS - bits)))
}
