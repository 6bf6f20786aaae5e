//! Real injectors are named as the captures' makers found them, and ordinary trouble names nobody.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Result;
use serde_json::Value;

use detector_tests::corpus::captures::{Captures, folder};

use crate::run::replay;

/// Captures, and how many connections an injector is named in.
const NAMED: [(&str, &str, usize); 6] = [
    (
        "upb-ech2025__comprehensive__china__vps.pcapng",
        "gfw_type_2",
        4,
    ),
    (
        "upb-ech2025__detailed__china_encrypted_dns.pcapng",
        "mb_new",
        1,
    ),
    ("upb-ech2025__comprehensive__iran__cf_cdn.pcapng", "iran", 4),
    (
        "upb-ech2025__detailed__iran_encrypted_dns.pcapng",
        "iran",
        2,
    ),
    ("zeek__tcp__rst-inject-rae.pcap", "rae", 1),
    (
        "citizenlab-badtraffic2018__adhose-trickle-riseupvpn.pcap",
        "adhose",
        2,
    ),
];

pub(crate) fn real_injectors_are_named() -> Result<()> {
    for (capture, injector, connections) in NAMED {
        let expected = BTreeMap::from([(injector.to_owned(), connections)]);
        assert_eq!(named(&[], &real(capture))?, expected, "{capture}");
    }
    Ok(())
}

pub(crate) fn the_programs_in_the_kernel_name_the_same() -> Result<()> {
    for (capture, injector, connections) in NAMED {
        let expected = BTreeMap::from([(injector.to_owned(), connections)]);
        let told = named(&["--in-kernel"], &real(capture))?;
        assert_eq!(told, expected, "{capture}");
    }
    Ok(())
}

pub(crate) fn a_connection_without_an_injector_names_nobody() -> Result<()> {
    let captures = Captures::usual()?;
    let benign = captures.names().iter();
    for name in benign.filter(|name| name.starts_with("benign_tcp/")) {
        assert_eq!(named(&[], &captures.path(name))?, BTreeMap::new(), "{name}");
    }
    Ok(())
}

fn real(capture: &str) -> PathBuf {
    folder().join("censorship_real").join(capture)
}

/// Connections by the injector that their lines name.
fn named(options: &[&str], capture: &Path) -> Result<BTreeMap<String, usize>> {
    let told = replay(&[&["--flows"], options].concat(), &[capture])?;
    let mut named = BTreeMap::new();
    for flow in told.flows() {
        if let Some(injector) = flow.get("injector").and_then(Value::as_str) {
            *named.entry(injector.to_owned()).or_default() += 1;
        }
    }
    Ok(named)
}
