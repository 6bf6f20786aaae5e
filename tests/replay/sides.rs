//! Which side is ours, and which connection is whose.

use anyhow::Result;

use crate::{
    capture::{LinkType, Packet, Style},
    run::{self, Folder, replay},
    traffic::{EXPECTED, exchange, packets, talk},
};

fn capture(packets: &[Packet]) -> Vec<u8> {
    Style::PLAIN.file(LinkType::IP, packets)
}

pub(crate) fn what_is_said_to_be_local_is_our_side() -> Result<()> {
    let folder = Folder::new()?;
    let path = folder.file("capture", &capture(&packets()))?;
    let reference = replay(&["--flows"], &[&path])?;
    let options = [
        "--flows",
        "--local",
        "192.168.0.0/16",
        "--local",
        "fd00::/8",
    ];
    assert_eq!(replay(&options, &[&path])?.events, reference.events);

    // Seen from the servers, all that began with a SYN came from outside.
    let told = replay(&["--flows", "--local", "198.18.0.0/15"], &[&path])?;
    assert_eq!(told.summary()?["inbound"], 3);
    let others: Vec<_> = told
        .outcomes()
        .into_iter()
        .map(|[local, ..]| local)
        .collect();
    assert_eq!(others, ["198.18.2.1:443", "[fd00::2]:40004"]);
    Ok(())
}

pub(crate) fn a_connection_from_outside_is_counted_and_not_told() -> Result<()> {
    let visitor = ("198.18.9.9:50000", "192.168.7.2:22", "");
    let told = run::flows(&capture(&exchange(&mut talk(visitor), 0)))?;
    assert_eq!(
        (told.flows().len(), &told.summary()?["inbound"]),
        (0, &1.into())
    );
    Ok(())
}

pub(crate) fn of_two_private_ends_the_one_that_asked_is_ours() -> Result<()> {
    for (local, remote) in [
        ("192.168.7.2:40000", "10.0.0.1:443"),
        ("203.0.113.7:443", "198.51.100.7:50000"),
    ] {
        let told = run::flows(&capture(&exchange(&mut talk((local, remote, "")), 0)))?;
        assert_eq!(told.outcomes(), [[local, remote, "ok"]]);
    }
    Ok(())
}

pub(crate) fn ports_used_again_tell_the_old_connection_first() -> Result<()> {
    let told = run::flows(&capture(&packets()))?;
    let (_, reused, _) = EXPECTED[5];
    let outcomes = told.outcomes();
    assert_eq!(
        outcomes[0][1..],
        [reused, "ok"],
        "before all that are still open"
    );
    assert_eq!(outcomes[outcomes.len() - 1][1..], [reused, "syn_timeout"]);
    let times: Vec<_> = told.flows()[1..]
        .iter()
        .map(|flow| flow["ts"].as_str())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    Ok(())
}
