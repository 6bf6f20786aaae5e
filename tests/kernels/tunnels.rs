//! Devices on top of others: what they hand to the hooks has no Ethernet header, or not the one of the wire below.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Namespace, tool};
use tempfile::TempDir;

use crate::pair::{FAR, FAR_INSIDE, NEAR, NEAR_INSIDE, Pair};

/// The device under test.
const DEVICE: &str = "watched";
const PORT: u16 = 51_820;

pub(crate) fn tags_of_a_vlan_device_are_gone() -> Result<()> {
    on_top("ethernet", |_| {
        format!("link add link wire name {DEVICE} type vlan id 7")
    })
}

pub(crate) fn packets_of_a_gre_device_are_read() -> Result<()> {
    on_top("ip", |ends| between("gre", ends))
}

pub(crate) fn packets_of_an_ipip_device_are_read() -> Result<()> {
    on_top("ip", |ends| between("ipip", ends))
}

pub(crate) fn a_bridge_is_watched() -> Result<()> {
    on_top("ethernet", |_| {
        format!("link add {DEVICE} type bridge\nlink set wire master {DEVICE}")
    })
}

pub(crate) fn a_bond_is_watched() -> Result<()> {
    on_top("ethernet", |_| {
        format!(
            "link add {DEVICE} type bond mode active-backup\nlink set wire down\n\
             link set wire master {DEVICE}"
        )
    })
}

pub(crate) fn packets_of_a_wireguard_device_are_read() -> Result<()> {
    let pair = Pair::wired()?;
    pair.both(|_| format!("link add {DEVICE} type wireguard"))?;
    let keys = (key()?, key()?);
    introduce(&pair.near, &keys.0, &keys.1, FAR, FAR_INSIDE)?;
    introduce(&pair.far, &keys.1, &keys.0, NEAR, NEAR_INSIDE)?;
    watched(&pair, "ip")
}

fn on_top(link: &str, script: impl Fn([&str; 2]) -> String) -> Result<()> {
    let pair = Pair::wired()?;
    pair.both(script)?;
    watched(&pair, link)
}

fn watched(pair: &Pair, link: &str) -> Result<()> {
    pair.address(DEVICE)?;
    let said = pair.watch(DEVICE, &[], FAR_INSIDE)?;
    ensure!(said[0] == link, "{said:?}");
    Ok(())
}

fn between(kind: &str, [own, other]: [&str; 2]) -> String {
    format!("link add {DEVICE} type {kind} local {own} remote {other}")
}

/// Hands a WireGuard device its own key, and the other's with the way there.
fn introduce(side: &Namespace, own: &str, other: &str, at: &str, inside: &str) -> Result<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("key");
    fs::write(&file, own)?;
    let peer = wg(&["pubkey"], other)?;
    let file = file.to_str().context("the path is not UTF-8")?;
    let (port, way, addresses) = (
        PORT.to_string(),
        format!("{at}:{PORT}"),
        format!("{inside}/32"),
    );
    let device = ["set", DEVICE, "listen-port", &port, "private-key", file];
    let peer = ["peer", &peer, "endpoint", &way, "allowed-ips", &addresses];
    side.run(|| wg(&[&device[..], &peer].concat(), "").map(drop))
}

fn key() -> Result<String> {
    wg(&["genkey"], "")
}

fn wg(arguments: &[&str], input: &str) -> Result<String> {
    tool::converse(Command::new("wg").args(arguments), input)
}
