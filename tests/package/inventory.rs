//! What the binary is made of: told by itself, in the section that cargo-auditable writes, and by the bill of materials
//! beside it.

use std::{collections::BTreeSet, fs, io::Read as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use flate2::read::ZlibDecoder;
use object::{File, Object as _, ObjectSection as _};
use serde_json::Value;

use crate::package;

const SECTION: &str = ".dep-v0";
const BINARY: &str = "usr/bin/detector";
const BILL: &str = "usr/share/doc/detector/detector.cdx.json";
/// Ours, what loads the programs, and what the feature brings that the package is built with.
const IN_IT: [&str; 3] = ["detector-common", "aya", "async-nats"];
/// Of tests alone.
const NOT_IN_IT: [&str; 2] = ["proptest", "etherparse"];

/// Name and version.
type Crate = (String, String);

pub(crate) fn the_binary_tells_what_it_is_made_of() -> Result<()> {
    let folder = package::unpacked()?;
    let told = told(&folder.path().join(BINARY))?;
    let has = |name: &&str| told.iter().any(|(it, _version)| it == name);
    ensure!(IN_IT.iter().all(has), "{told:?}");
    ensure!(!NOT_IN_IT.iter().any(has), "{told:?}");
    let locked = locked()?;
    let other: Vec<_> = told.difference(&locked).collect();
    ensure!(other.is_empty(), "not in Cargo.lock: {other:?}");
    Ok(())
}

pub(crate) fn the_bill_of_materials_is_what_the_binary_tells() -> Result<()> {
    let folder = package::unpacked()?;
    let bill: Value = serde_json::from_slice(&fs::read(folder.path().join(BILL))?)?;
    ensure!(bill["bomFormat"] == "CycloneDX", "{}", bill["bomFormat"]);
    // Either would be another one in each build.
    ensure!(bill["serialNumber"].is_null() && bill["metadata"]["timestamp"].is_null());
    let mut listed = crates(&bill["components"])?;
    listed.insert(named(&bill["metadata"]["component"])?);
    let told = told(&folder.path().join(BINARY))?;
    ensure!(listed == told, "{:?}", listed.symmetric_difference(&told));
    Ok(())
}

fn told(binary: &Path) -> Result<BTreeSet<Crate>> {
    let binary = fs::read(binary)?;
    let file = File::parse(&*binary)?;
    let section = file.section_by_name(SECTION);
    let packed = section.with_context(|| format!("no {SECTION}"))?.data()?;
    let mut text = String::new();
    ZlibDecoder::new(packed).read_to_string(&mut text)?;
    crates(&serde_json::from_str::<Value>(&text)?["packages"])
}

/// `name = "…"`, and in the next line `version = "…"`.
fn locked() -> Result<BTreeSet<Crate>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let text = fs::read_to_string(path)?;
    let value = |line: &str, key| {
        let value = line.strip_prefix(key)?.strip_suffix('"')?;
        Some(value.to_owned())
    };
    let lines = text.lines().zip(text.lines().skip(1));
    let crates = lines.filter_map(|(name, version)| {
        Some((value(name, "name = \"")?, value(version, "version = \"")?))
    });
    Ok(crates.collect())
}

fn crates(list: &Value) -> Result<BTreeSet<Crate>> {
    let list = list.as_array().context("no list")?;
    list.iter().map(named).collect()
}

fn named(it: &Value) -> Result<Crate> {
    let text = |key: &str| it[key].as_str().map(str::to_owned);
    let named = text("name").zip(text("version"));
    named.with_context(|| format!("no name and version: {it}"))
}
