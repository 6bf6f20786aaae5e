//! The programs in the kernel against the engine on the host.

use anyhow::Result;

use crate::{
    capture::{LinkType, Packet, Style},
    run::{Folder, replay},
    traffic::packets,
};

pub(crate) fn the_programs_in_the_kernel_tell_the_same() -> Result<()> {
    let folder = Folder::new()?;
    let mut traffic = packets();
    traffic.extend(oddities());
    for (link, snap_len) in [
        (LinkType::ETHERNET, 262_144),
        (LinkType::IP, 262_144),
        (LinkType::ETHERNET, 96),
    ] {
        let style = Style {
            snap_len,
            ..Style::PLAIN
        };
        let path = folder.file("capture", &style.file(link, &traffic))?;
        let host = replay(&["--flows"], &[&path])?;
        let kernel = replay(&["--flows", "--in-kernel"], &[&path])?;
        assert_eq!((kernel.code, kernel.stderr.as_str()), (Some(0), ""));
        assert_eq!(kernel.events, host.events, "{link:?}, {snap_len}");
        assert!(
            kernel.summary()?["skipped"]
                .as_object()
                .is_some_and(|it| !it.is_empty())
        );
    }
    Ok(())
}

/// What a test run does not take as it is: too short, too long, and without a length of its own.
fn oddities() -> Vec<Packet> {
    let last = packets().pop().map(|packet| packet.at).unwrap_or_default();
    let whole = packets().swap_remove(0).bytes;
    let mut long = whole.clone();
    long.resize(9_000, 0);
    let mut without_length = long.clone();
    without_length[2..4].copy_from_slice(&[0, 0]);
    let mut odd = vec![long, without_length];
    odd.extend((1..whole.len()).map(|len| whole[..len].to_vec()));
    let odd = odd.into_iter().map(|bytes| Packet { at: last, bytes });
    odd.collect()
}

pub(crate) fn a_link_type_that_no_device_has_names_the_cure() -> Result<()> {
    let folder = Folder::new()?;
    let path = folder.file("capture", &Style::PLAIN.file(LinkType::COOKED, &packets()))?;
    let told = replay(&["--in-kernel"], &[&path])?;
    assert_eq!((told.code, told.events.len()), (Some(1), 0));
    assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
    assert!(
        told.stderr.contains("leave out --in-kernel"),
        "{}",
        told.stderr
    );
    Ok(())
}
