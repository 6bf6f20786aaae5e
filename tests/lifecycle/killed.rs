//! A detector that is killed at whatever moment: the next one takes over, and the alert goes on.

use std::{
    fs,
    hash::{BuildHasher as _, RandomState},
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use detector_tests::{
    Lab, Plan, Traffic, address::WAN_INTERFACE, harness::note, long::so_many, measured, plan::hosts,
};
use ipnet::{IpNet, Ipv4Net};
use nix::sys::signal::Signal;
use rand::{RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};
use serde_json::Value;

use crate::{
    hooks::Hooks,
    link::{Link, NAME, ensure_attached},
    pins::Ground,
    process,
    stage::{PATIENCE, end, start, word},
};

const BLOCKED: IpNet = v4(16);
const HEALTHY: IpNet = v4(32);
/// Beginning and attaching take less.
const LONGEST_LIFE_MS: u64 = 1_500;
/// As long as the slowest machine needs; what is measured is far below.
const BOUND: Duration = Duration::from_secs(30);
/// In which a detector that does not wait has ended.
const AWHILE: Duration = Duration::from_secs(1);

pub(crate) fn whenever_it_is_killed_the_next_takes_over_and_alerts_go_on() -> Result<()> {
    let lab = Lab::open()?;
    let ground = Ground::new()?;
    let (first, _attached) = ground.watch(&lab.gateway, WAN_INTERFACE, &[])?;
    let traffic = [HEALTHY, BLOCKED].map(|range| visit(&lab, range));
    let _traffic = traffic.into_iter().collect::<Result<Vec<_>>>()?;
    first.wait_for(PATIENCE, |it| {
        it["event"] == "heartbeat" && it["prefixes"] == 32
    })?;
    let block = lab.censor().drop_range(BLOCKED)?;
    let fired = first.wait_for(PATIENCE, |it| is_state(it, "firing"))?;
    let id = word(&fired.event, "id")?;
    wait_for_judgement(&ground, id)?;
    first.kill()?;
    let mut returns = Vec::new();
    let kills = kill_over_and_over(&lab, &ground, id, &mut returns)?;
    let (last, _attached) = ground.watch(&lab.gateway, WAN_INTERFACE, &[])?;
    block.lift()?;
    let over = last.wait_for(PATIENCE, |it| is_state(it, "resolved"))?;
    ensure!(over.event["id"] == id, "another alert: {}", over.event);
    end(&last)?;
    returns.sort_unstable();
    let (median, longest) = (returns[returns.len() / 2], returns[returns.len() - 1]);
    measured(
        "whenever_it_is_killed_the_next_takes_over_and_alerts_go_on",
        format!(
            "{kills} kills: watched again after {median:.2?} (median), {longest:.2?} (longest); one program at each hook after \
             each kill; one alert, under one id"
        ),
    );
    ensure!(longest < BOUND, "one return took {longest:?}");
    Ok(())
}

/// The directory of pins is its helper's until that has ended too. A start that takes longer than [`AWHILE`] to get there
/// proves nothing.
pub(crate) fn a_start_right_after_a_kill_waits_for_what_is_left_of_the_killed_one() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let (first, _attached) = ground.watch(&link.0, NAME, &[])?;
    let helper = process::helper(first.pid())?;
    let stopped = process::Stopped::new(helper)?;
    first.signal(Signal::SIGKILL)?;
    let next = start(&link.0, &ground.arguments(NAME, &[])?)?;
    if let Ok(status) = next.exit(AWHILE) {
        bail!("it ended with {status}: {:?}", next.log_lines());
    }
    ensure!(next.events().is_empty(), "{:?}", next.events());
    drop(stopped);
    next.attached(PATIENCE)?;
    ensure_attached(&link.hooks(NAME)?)?;
    end(&next)
}

/// Every other one is killed at a moment that chance has chosen, every other one as soon as it watches.
fn kill_over_and_over(
    lab: &Lab,
    ground: &Ground,
    id: &str,
    returns: &mut Vec<Duration>,
) -> Result<u32> {
    let kills = so_many(6_u32, 200);
    let seed = RandomState::new().hash_one(kills);
    note(&format!("seed {seed}"));
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
    for _ in 0..kills / 2 {
        let life = Duration::from_millis(chance.random_range(0..LONGEST_LIFE_MS));
        let begun = start(&lab.gateway, &ground.arguments(WAN_INTERFACE, &[])?)?;
        if let Ok(status) = begun.exit(life) {
            bail!("it ended with {status}: {:?}", begun.log_lines());
        }
        begun.kill()?;
        ensure_attached(&Hooks::of(&lab.gateway, WAN_INTERFACE)?)?;
        let starting = Instant::now();
        let (next, attached) = ground.watch(&lab.gateway, WAN_INTERFACE, &[])?;
        returns.push(starting.elapsed());
        ensure_attached(&Hooks::of(&lab.gateway, WAN_INTERFACE)?)?;
        ensure!(attached["gap_s"].is_u64(), "no gap: {attached}");
        let status = next.status()?;
        ensure!(status["alerts"][0]["id"] == id, "{}", status["alerts"]);
        next.kill()?;
        ensure_attached(&Hooks::of(&lab.gateway, WAN_INTERFACE)?)?;
        ensure!(ground.links()?.len() == 2, "{:?}", ground.links()?);
    }
    Ok(kills)
}

/// Waits until what was told is written down, right after it was told.
fn wait_for_judgement(ground: &Ground, id: &str) -> Result<()> {
    let file = ground.state().join("judgement.json");
    let until = Instant::now() + PATIENCE;
    while !fs::read_to_string(&file).is_ok_and(|text| text.contains(id)) {
        ensure!(Instant::now() < until, "never written down");
        std::thread::yield_now();
    }
    Ok(())
}

fn is_state(event: &Value, state: &str) -> bool {
    event["event"] == "alert" && event["state"] == state
}

fn visit(lab: &Lab, range: IpNet) -> Result<Traffic> {
    let plan = Plan {
        connections_per_second: 30,
        ..Plan::to(hosts(range, 24, 2, 443)?)
    };
    Traffic::start(&lab.clients, plan)
}

const fn v4(third: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(
        std::net::Ipv4Addr::new(198, 18, third, 0),
        20,
    ))
}
