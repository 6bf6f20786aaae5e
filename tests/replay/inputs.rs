//! The ways to hand a capture over, and what is none.

use std::{io::Write as _, net::SocketAddr, path::Path, process::Stdio};

use anyhow::{Context as _, Result};
use detector_tests::frames::{Conversation, Link};
use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::Value;

use crate::{
    capture::{LinkType, Packet, Style},
    run::{self, Folder, replay, replay_stdin},
    traffic::{BEGIN, packets},
};

fn capture() -> Vec<u8> {
    Style::PLAIN.file(LinkType::ETHERNET, &packets())
}

pub(crate) fn several_captures_are_one_timeline() -> Result<()> {
    let folder = Folder::new()?;
    // One card a direction, as behind an optical splitter; and in formats of their own.
    let is_ours = |packet: &&Packet| packet.bytes[0] == 0x45 && packet.bytes[12] == 192;
    let ours: Vec<Packet> = packets().iter().filter(is_ours).cloned().collect();
    let rest: Vec<Packet> = packets()
        .iter()
        .filter(|it| !is_ours(it))
        .cloned()
        .collect();
    let new = Style {
        is_new: true,
        ..Style::PLAIN
    };
    let first = folder.file("ours", &new.file(LinkType::IP, &ours))?;
    let second = folder.file("theirs", &Style::PLAIN.file(LinkType::COOKED, &rest))?;
    let reference = run::flows(&capture())?;
    for files in [[&*first, &*second], [&*second, &*first]] {
        assert_eq!(replay(&["--flows"], &files)?.events, reference.events);
    }
    Ok(())
}

pub(crate) fn stdin_and_packed_captures_tell_the_same() -> Result<()> {
    let reference = run::flows(&capture())?;
    let gzip = |bytes: &[u8]| -> Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes)?;
        Ok(encoder.finish()?)
    };
    let zstd = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
    let whole = capture();
    let (start, rest) = whole.split_at(whole.len() / 3);
    for packed in [
        whole.clone(),
        gzip(&whole)?,
        [gzip(start)?, gzip(rest)?].concat(),
        zstd(&whole),
        [zstd(start), zstd(rest)].concat(),
    ] {
        assert_eq!(
            replay_stdin(&["--flows"], &packed)?.events,
            reference.events
        );
        assert_eq!(run::flows(&packed)?.events, reference.events);
    }
    Ok(())
}

pub(crate) fn a_damaged_capture_tells_what_could_be_read_and_warns_once() -> Result<()> {
    let whole = capture();
    let reference = run::flows(&whole)?;
    let cut = run::flows(&whole[..whole.len() - 1])?;
    assert_eq!(cut.code, Some(0));
    assert_eq!(cut.flows(), reference.flows());
    assert_eq!(cut.summary()?["packets"], packets().len() - 1);
    assert_eq!(cut.stderr.lines().count(), 1, "{}", cut.stderr);
    assert!(
        cut.stderr.contains("/capture: damaged at byte "),
        "{}",
        cut.stderr
    );

    let mut lying = whole;
    let record = 24 + 16 + 14 + packets()[0].bytes.len();
    lying[record + 8..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let told = run::flows(&lying)?;
    assert_eq!(
        (told.code, &told.summary()?["packets"]),
        (Some(0), &Value::from(1))
    );
    assert!(
        told.stderr.contains(&format!("damaged at byte {record}:")),
        "{}",
        told.stderr
    );
    Ok(())
}

pub(crate) fn what_is_no_capture_fails_in_one_line() -> Result<()> {
    let folder = Folder::new()?;
    let good = folder.file("good", &capture())?;
    let page = folder.file("page.pcap", b"<html><body>404 Not Found</body></html>")?;
    let empty = folder.file("empty.pcap", b"")?;
    let missing = Path::new("/nonexistent/capture.pcap");
    for bad in [&*page, &*empty, missing] {
        let told = replay(&["--flows"], &[&good, bad])?;
        assert_eq!((told.code, told.events.len()), (Some(1), 0));
        assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
        let name = bad.display().to_string();
        assert!(told.stderr.contains(&name), "{}", told.stderr);
    }
    Ok(())
}

pub(crate) fn an_empty_capture_has_a_summary() -> Result<()> {
    let told = run::flows(&Style::PLAIN.file(LinkType::ETHERNET, &[]))?;
    let summary = told.summary()?;
    assert_eq!((told.code, &summary["packets"]), (Some(0), &Value::from(0)));
    assert_eq!(
        (&summary["first_ts"], &summary["last_ts"]),
        (&Value::Null, &Value::Null)
    );
    Ok(())
}

pub(crate) fn a_closed_stdout_ends_it_quietly() -> Result<()> {
    let folder = Folder::new()?;
    // More lines than a pipe holds.
    let remote: SocketAddr = "198.18.0.1:443".parse()?;
    let syns = (1..5_000_u16).map(|port| {
        let mut talk = Conversation::new(SocketAddr::new([192, 168, 7, 2].into(), port), remote);
        talk.envelope.link = Link::IP;
        Packet {
            at: BEGIN,
            bytes: talk.syn().packet().to_vec(),
        }
    });
    let many = Style::PLAIN.file(LinkType::IP, &syns.collect::<Vec<_>>());
    let path = folder.file("many", &many)?;
    let mut child = run::command(&["--flows"])?
        .arg(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stdout.take().context("no stdout")?);
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Ok(())
}
