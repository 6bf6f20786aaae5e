//! A block from its beginning to the alert, at a rate that an emulated machine bears.

use anyhow::{Result, ensure};
use detector_tests::{
    Detector, Lab, Plan, Traffic, address::WAN_INTERFACE, measured, plan::hosts, program,
};
use serde_json::Value;

use crate::pair::PATIENCE;

const BLOCKED: &str = "198.18.8.0/21";
const HEALTHY: [&str; 2] = ["198.18.0.0/21", "198.18.16.0/21"];
const PER_SECOND: u32 = 20;
const HOSTS: usize = 3;

pub(crate) fn a_blocked_range_is_told_exactly() -> Result<()> {
    let lab = Lab::open()?;
    let arguments = ["run", "--wan", WAN_INTERFACE];
    let detector = Detector::start(&lab.gateway, &program::detector()?, &arguments)?;
    detector.attached(PATIENCE)?;
    let mut targets = hosts(BLOCKED.parse()?, 24, HOSTS, 443)?;
    for range in HEALTHY {
        targets.extend(hosts(range.parse()?, 24, HOSTS, 443)?);
    }
    let each_twice = 2 * u64::try_from(targets.len())?;
    let plan = Plan {
        connections_per_second: PER_SECOND,
        ..Plan::to(targets)
    };
    let traffic = Traffic::start(&lab.clients, plan)?;
    let counts = traffic.wait_until(|counts| counts.ended() >= each_twice, PATIENCE)?;
    ensure!(counts.unanswered() == 0, "the lab is ill: {counts:?}");
    let begun = std::time::Instant::now();
    let _block = lab.censor().drop_range(BLOCKED.parse()?)?;
    let is_told = |it: &Value| it["event"] == "alert" && it["prefix"] == BLOCKED;
    let alert = detector.wait_for(PATIENCE, is_told)?;
    ensure!(alert.event["kind"] == "syn_blackhole", "{}", alert.event);
    let seconds = (alert.at - begun).as_secs();
    measured("a blocked range", format!("told exactly after {seconds} s"));
    Ok(())
}
