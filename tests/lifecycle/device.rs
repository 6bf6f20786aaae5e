//! The devices that a detector watches: with long frames, without Ethernet, and found by itself.

use std::net::UdpSocket;

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    Lab,
    address::{DOWN_INTERFACE, UP_INTERFACE, UP_V4, WAN_INTERFACE, WAN_V4},
};
use serde_json::Value;

use crate::{
    hooks::tool,
    stage::{PATIENCE, VISITED_PREFIXES, carry, end, watch, word},
};

const JUMBO_MTU: usize = 9_000;
/// Several pages: XDP sees it in fragments.
const JUMBO_PAYLOAD: usize = JUMBO_MTU - 100;
/// More than what goes on beside them.
const JUMBOS: u64 = 200;
/// In which they are counted.
const POLLS: usize = 60;
const NATIVELY: [&str; 4] = ["--wan", WAN_INTERFACE, "--mode", "native"];

pub(crate) fn jumbo_frames_pass_through_native_xdp() -> Result<()> {
    let lab = Lab::open()?;
    raise_mtu(&lab)?;
    let (detector, attached) = watch(&lab.gateway, &NATIVELY)?;
    ensure!(word(&attached, "mode")? == "native", "{attached}");
    ensure!(attached["reason"].is_null(), "{attached}");
    let before = packets_in(&detector.status()?)?;
    for _ in 0..JUMBOS {
        carry_jumbo(&lab)?;
    }
    let mut counts = detector.statuses()?.take(POLLS).map(|it| packets_in(&it?));
    ensure!(
        counts.any(|it| it.is_ok_and(|it| it >= before + JUMBOS)),
        "not counted"
    );
    carry(&lab)?;
    end(&detector)
}

pub(crate) fn the_mtu_may_be_raised_while_it_watches() -> Result<()> {
    let lab = Lab::open()?;
    let (detector, attached) = watch(&lab.gateway, &NATIVELY)?;
    ensure!(word(&attached, "mode")? == "native", "{attached}");
    ensure!(attached["reason"].is_null(), "{attached}");
    raise_mtu(&lab)?;
    carry_jumbo(&lab)?;
    carry(&lab)?;
    end(&detector)
}

/// The censor's side of its TUN device sees the same connections go out that the gateway sees.
pub(crate) fn a_device_without_ethernet_is_watched_in_generic_mode() -> Result<()> {
    let lab = Lab::open()?;
    let (detector, attached) = watch(&lab.censor, &["--wan", DOWN_INTERFACE])?;
    let said = [
        word(&attached, "link")?,
        word(&attached, "mode")?,
        word(&attached, "reason")?,
    ];
    ensure!(said == ["ip", "generic", "no_native_xdp"], "{attached}");
    carry(&lab)?;
    let is_watching = |event: &Value| {
        let packets = ["packets_in", "packets_out"].map(|key| event[key].as_u64());
        event["prefixes"] == VISITED_PREFIXES && packets.iter().all(|it| *it > Some(0))
    };
    detector.wait_for(PATIENCE, |it| it["event"] == "heartbeat" && is_watching(it))?;
    end(&detector)
}

pub(crate) fn auto_keeps_the_offloads_of_a_veth_device_and_says_so() -> Result<()> {
    let lab = Lab::open()?;
    let (detector, attached) = watch(&lab.gateway, &["--wan", WAN_INTERFACE])?;
    let said = [word(&attached, "mode")?, word(&attached, "reason")?];
    ensure!(said == ["generic", "keeps_offloads"], "{attached}");
    carry(&lab)?;
    end(&detector)?;
    let log = detector.log_lines();
    let says_why = |line: &String| line.contains(WAN_INTERFACE) && line.contains("offload");
    ensure!(log.iter().any(says_why), "not why: {log:?}");
    Ok(())
}

pub(crate) fn generic_mode_is_there_for_the_asking() -> Result<()> {
    let lab = Lab::open()?;
    for (namespace, device) in [(&lab.gateway, WAN_INTERFACE), (&lab.censor, DOWN_INTERFACE)] {
        let (detector, attached) = watch(namespace, &["--wan", device, "--mode", "generic"])?;
        ensure!(word(&attached, "mode")? == "generic", "{attached}");
        ensure!(attached["reason"].is_null(), "{attached}");
        carry(&lab)?;
        end(&detector)?;
    }
    Ok(())
}

pub(crate) fn the_default_route_tells_what_to_watch() -> Result<()> {
    let lab = Lab::open()?;
    let (detector, attached) = watch(&lab.gateway, &[])?;
    ensure!(word(&attached, "iface")? == WAN_INTERFACE, "{attached}");
    end(&detector)?;
    let events = detector.events();
    let attached = events.iter().filter(|it| it["state"] == "attached");
    ensure!(attached.count() == 1, "not once: {events:?}");
    Ok(())
}

fn packets_in(status: &Value) -> Result<u64> {
    status["packets_in"].as_u64().context("no packets")
}

fn raise_mtu(lab: &Lab) -> Result<()> {
    for (namespace, device) in [(&lab.gateway, WAN_INTERFACE), (&lab.censor, UP_INTERFACE)] {
        tool(
            namespace,
            "ip",
            &format!("link set {device} mtu {JUMBO_MTU}"),
        )?;
    }
    Ok(())
}

/// One datagram toward the gateway, too long for a page and too short to be fragmented.
fn carry_jumbo(lab: &Lab) -> Result<()> {
    let receiver = lab.gateway.run(|| Ok(UdpSocket::bind((WAN_V4, 0))?))?;
    let sender = lab.censor.run(|| Ok(UdpSocket::bind((UP_V4, 0))?))?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    sender.send_to(&[1; JUMBO_PAYLOAD], receiver.local_addr()?)?;
    let length = receiver.recv(&mut [0; JUMBO_MTU])?;
    ensure!(length == JUMBO_PAYLOAD, "cut to {length} bytes");
    Ok(())
}
