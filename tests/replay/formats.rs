//! The same traffic in every format and behind every link header.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    capture::{LinkType, Style},
    run,
    traffic::{EXPECTED, packets},
};

fn expected() -> Vec<[&'static str; 3]> {
    EXPECTED
        .map(|(local, remote, verdict)| [local, remote, verdict])
        .to_vec()
}

pub(crate) fn every_connection_has_its_line_and_the_summary_counts_them() -> Result<()> {
    let told = run::flows(&Style::PLAIN.file(LinkType::ETHERNET, &packets()))?;
    assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""));
    let sorted = |outcomes: Vec<_>| outcomes.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(sorted(told.outcomes()), sorted(expected()));
    assert_eq!(told.flows().len(), EXPECTED.len());

    let flows = told.flows();
    let ok = flows.iter().find(|flow| flow["remote"] == "198.18.0.1:443");
    let ok = ok.expect("the first connection");
    assert_eq!(ok["ts"], "2026-01-01T00:00:00.000Z");
    assert_eq!(
        (&ok["proto"], &ok["prefix"]),
        (&json!("tcp"), &json!("198.18.0.0/24"))
    );
    let silent = flows.iter().find(|flow| flow["remote"] == "198.18.1.1:443");
    assert_eq!(silent.expect("the second connection")["stage"], "post_syn");

    let summary = told.summary()?;
    assert_eq!(summary["packets"], packets().len());
    assert_eq!(summary["connections"]["ok"], 3);
    assert_eq!(summary["connections"]["syn_timeout"], 2);
    assert_eq!(summary["connections"]["incomplete"], 1);
    assert_eq!(
        summary["connections"].as_object().map(serde_json::Map::len),
        Some(12)
    );
    assert_eq!(
        (&summary["skipped"], &summary["lost"]),
        (&json!({}), &json!({}))
    );
    assert_eq!(
        (&summary["alerts"], &summary["inbound"]),
        (&json!({}), &json!(0))
    );
    assert_eq!(summary["first_ts"], "2026-01-01T00:00:00.000Z");
    assert_eq!(summary["last_ts"], "2026-01-01T00:00:24.000Z");
    Ok(())
}

pub(crate) fn every_link_type_tells_the_same() -> Result<()> {
    let reference = run::flows(&Style::PLAIN.file(LinkType::ETHERNET, &packets()))?;
    for link in LinkType::ALL {
        let told = run::flows(&Style::PLAIN.file(link, &packets()))?;
        assert_eq!(told.events, reference.events, "{link:?}");
    }
    Ok(())
}

pub(crate) fn both_formats_byte_orders_and_resolutions_tell_the_same() -> Result<()> {
    let reference = run::flows(&Style::PLAIN.file(LinkType::IP, &packets()))?;
    ensure!(
        reference.flows().len() == EXPECTED.len(),
        "{:?}",
        reference.events
    );
    for choice in 0..8 {
        let style = Style {
            is_new: choice & 1 != 0,
            is_big_endian: choice & 2 != 0,
            has_nanos: choice & 4 != 0,
            ..Style::PLAIN
        };
        let told = run::flows(&style.file(LinkType::IP, &packets()))?;
        assert_eq!(told.events, reference.events, "{style:?}");
    }
    Ok(())
}

pub(crate) fn a_snap_length_changes_nothing_while_the_headers_are_there() -> Result<()> {
    let reference = run::flows(&Style::PLAIN.file(LinkType::ETHERNET, &packets()))?;
    for is_new in [false, true] {
        let cut = Style {
            snap_len: 96,
            is_new,
            ..Style::PLAIN
        };
        let told = run::flows(&cut.file(LinkType::ETHERNET, &packets()))?;
        assert_eq!(told.events, reference.events);
    }
    let shorter = Style {
        snap_len: 40,
        ..Style::PLAIN
    };
    let told = run::flows(&shorter.file(LinkType::ETHERNET, &packets()))?;
    assert_eq!(
        told.summary()?["skipped"],
        json!({ "truncated": packets().len() })
    );
    Ok(())
}

pub(crate) fn packets_of_an_unknown_link_type_are_counted_and_named() -> Result<()> {
    let radio = LinkType::new(127, |_| Vec::new());
    let told = run::flows(&Style::PLAIN.file(radio, &packets()))?;
    assert_eq!(told.code, Some(0));
    assert_eq!(
        told.summary()?["skipped"],
        json!({ "link_type": packets().len() })
    );
    assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
    assert!(told.stderr.contains("link type 127"), "{}", told.stderr);
    Ok(())
}
