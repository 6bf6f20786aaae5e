//! Native XDP: on veth, which is a driver like others, and on the cards of the virtual machine.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};
use detector_tests::{measured, tool};

use crate::pair::{FAR, FAR_INSIDE, Pair};

const NATIVELY: [&str; 2] = ["--mode", "native"];
/// The machine's two cards are wired to each other.
const CARDS: [&str; 2] = ["eth0", "eth1"];

/// What is missing for the test of the cards.
pub(crate) fn missing() -> Option<String> {
    let folder = Path::new("/sys/class/net");
    let is_card = |name| folder.join(name).join("device/driver").is_dir();
    let lacks = !CARDS.into_iter().all(is_card);
    lacks.then(|| "the machine has no two cards on one wire".to_owned())
}

pub(crate) fn native_xdp_sees_a_veth_device() -> Result<()> {
    let said = Pair::wired()?.watch("wire", &NATIVELY, FAR)?;
    ensure!(said[..2] == ["ethernet", "native"], "{said:?}");
    Ok(())
}

pub(crate) fn native_xdp_sees_a_virtio_card() -> Result<()> {
    let pair = Pair::apart()?;
    for (card, side) in CARDS.into_iter().zip([&pair.near, &pair.far]) {
        let side = side.path().display().to_string();
        let arguments = ["link", "set", card, "netns", &side, "name", "card"];
        tool::converse(Command::new("ip").args(arguments), "")?;
    }
    pair.address("card")?;
    let said = pair.watch("card", &NATIVELY, FAR_INSIDE)?;
    ensure!(said[..2] == ["ethernet", "native"], "{said:?}");
    measured("native XDP on virtio-net", "follows every connection");
    Ok(())
}
