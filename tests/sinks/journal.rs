//! The journal's socket, as systemd-journald has it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{IoSliceMut, Read as _},
    os::{
        fd::{AsRawFd as _, RawFd},
        unix::net::UnixDatagram,
    },
    path::Path,
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use detector::sink::{Message, Sinks};
use nix::{
    cmsg_space,
    fcntl::{FcntlArg, SealFlag, fcntl},
    sys::socket::{ControlMessageOwned, MsgFlags, recvmsg},
};
use serde_json::json;
use tempfile::TempDir;

use crate::stage::{PATIENCE, alert, offer, start, wait_until};

pub(crate) fn an_entry_has_its_fields() -> Result<()> {
    let folder = TempDir::new()?;
    let journal = listen(folder.path())?;
    let sinks = begin(folder.path())?;
    offer(&sinks, 0..1);
    let entry = receive(&journal)?;
    for (name, value) in [
        ("PRIORITY", "3"),
        ("DETECTOR_EVENT", "alert"),
        ("STATE", "firing"),
        ("PREFIX", "198.18.16.0/20"),
        ("KIND", "syn_blackhole"),
    ] {
        ensure!(entry[name] == value, "{entry:?}");
    }
    ensure!(entry["MESSAGE_ID"].len() == 32 && entry["ALERT_ID"].starts_with("01JD8"));
    ensure!(entry["DETECTOR_JSON"].contains("\"number\":0"), "{entry:?}");
    Ok(())
}

pub(crate) fn what_is_too_long_for_a_datagram_goes_as_sealed_memory() -> Result<()> {
    let folder = TempDir::new()?;
    let journal = listen(folder.path())?;
    let sinks = begin(folder.path())?;
    let mut event = alert(1, "firing");
    event["padding"] = json!("x".repeat(1 << 20));
    sinks.offer(&Arc::new(Message::of_alert(&event)));
    let mut memory = receive_memory(&journal)?;
    let seals = SealFlag::from_bits_truncate(fcntl(&memory, FcntlArg::F_GET_SEALS)?);
    ensure!(
        seals.contains(SealFlag::F_SEAL_WRITE | SealFlag::F_SEAL_SHRINK),
        "{seals:?}"
    );
    let mut entry = Vec::new();
    memory.read_to_end(&mut entry)?;
    ensure!(fields(&entry)?["DETECTOR_JSON"].len() > 1 << 20);
    Ok(())
}

pub(crate) fn a_journal_that_comes_back_gets_what_it_missed() -> Result<()> {
    let folder = TempDir::new()?;
    let sinks = begin(folder.path())?;
    offer(&sinks, 0..20);
    wait_until(&sinks, "journald", |it| !it.is_up)?;
    let journal = listen(folder.path())?;
    for number in 0..20 {
        let line = &receive(&journal)?["DETECTOR_JSON"];
        ensure!(crate::stage::number(line)? == number, "{line}");
    }
    Ok(())
}

fn listen(folder: &Path) -> Result<UnixDatagram> {
    let journal = UnixDatagram::bind(folder.join("journal"))?;
    journal.set_read_timeout(Some(PATIENCE))?;
    Ok(journal)
}

fn begin(folder: &Path) -> Result<Sinks> {
    start(
        folder,
        "[[sink]]\ntype = \"journald\"\npath = \"journal\"\n",
    )
}

fn receive(journal: &UnixDatagram) -> Result<BTreeMap<String, String>> {
    let mut entry = vec![0; 1 << 16];
    let length = journal.recv(&mut entry)?;
    fields(&entry[..length])
}

fn receive_memory(journal: &UnixDatagram) -> Result<File> {
    let mut nothing = [0; 16];
    let mut parts = [IoSliceMut::new(&mut nothing)];
    let mut space = cmsg_space!(RawFd);
    let message = recvmsg::<()>(
        journal.as_raw_fd(),
        &mut parts,
        Some(&mut space),
        MsgFlags::empty(),
    )?;
    ensure!(message.bytes == 0, "it has a text too");
    let mut controls = message.cmsgs()?;
    let descriptor = controls.find_map(|it| match it {
        ControlMessageOwned::ScmRights(descriptors) => descriptors.first().copied(),
        _ => None,
    });
    let descriptor = descriptor.context("no descriptor came")?;
    Ok(File::open(format!("/proc/self/fd/{descriptor}"))?)
}

/// Those of one line each.
fn fields(entry: &[u8]) -> Result<BTreeMap<String, String>> {
    let text = std::str::from_utf8(entry)?;
    let pairs = text.lines().map(|line| {
        let (name, value) = line.split_once('=').context("no field")?;
        Ok((name.to_owned(), value.to_owned()))
    });
    pairs.collect()
}
