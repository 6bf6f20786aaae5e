//! The modules that tests want of a kernel, with what those depend on, in the order in which they can be loaded.
//!
//! `depmod` is not needed for so few: a module names what it depends on (`.modinfo`). Loads none.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use super::archive::Archive;
use crate::{program, say};

/// By the lab: its devices, its censor, its masquerade. Then what only the tests of kernels want.
const WANTED: [&str; 36] = [
    "virtio_pci",
    "virtio_net",
    "veth",
    "tun",
    "dummy",
    "nf_tables",
    "nft_chain_nat",
    "nft_masq",
    "nft_ct",
    "nft_limit",
    "nft_numgen",
    "nft_reject",
    "nft_reject_ipv4",
    "nft_reject_ipv6",
    "nft_reject_inet",
    "nf_conntrack",
    "nft_queue",
    "nfnetlink_queue",
    "nft_log",
    "nft_counter",
    "sch_ingress",
    "cls_bpf",
    "act_bpf",
    "cls_u32",
    "sch_netem",
    "8021q",
    "ip_gre",
    "ip6_gre",
    "ipip",
    "sit",
    "wireguard",
    "bonding",
    "bridge",
    "macvlan",
    "vxlan",
    "fou",
];
/// How distributions pack modules, and what unpacks them.
const PACKED: [(&str, &str); 3] = [("xz", "xz"), ("zst", "zstd"), ("gz", "gzip")];

/// Adds them as `modules/NUMBER`, in that order.
pub(crate) fn pack(folder: &Path, archive: &mut Archive) -> Result<()> {
    let files = files(folder)?;
    ensure!(!files.is_empty(), "{} holds no module", folder.display());
    let mut ordered = Ordered::default();
    let absent = WANTED.iter().filter(|name| !files.contains_key(**name));
    let absent: Vec<_> = absent.copied().collect();
    if !absent.is_empty() {
        say::step(&format!("vm: built in, or absent: {}", absent.join(" ")));
    }
    for name in WANTED {
        ordered.add(name, &files)?;
    }
    archive.folder("modules");
    for (number, content) in ordered.contents.iter().enumerate() {
        archive.file(&format!("modules/{number:03}"), 0o644, content);
    }
    Ok(())
}

#[derive(Default)]
struct Ordered {
    names: Vec<String>,
    contents: Vec<Vec<u8>>,
}

impl Ordered {
    fn add(&mut self, name: &str, files: &BTreeMap<String, PathBuf>) -> Result<()> {
        let Some(file) = files
            .get(name)
            .filter(|_| !self.names.iter().any(|it| it == name))
        else {
            return Ok(());
        };
        self.names.push(name.to_owned());
        let content = unpacked(file).with_context(|| file.display().to_string())?;
        for dependency in dependencies(&content) {
            self.add(&dependency, files)?;
        }
        self.contents.push(content);
        Ok(())
    }
}

/// Modules by their names, in which a dash is an underscore.
fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().replace('-', "_");
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if let Some((name, _packed)) = name.split_once(".ko") {
                files.insert(name.to_owned(), entry.path());
            }
        }
    }
    Ok(files)
}

fn unpacked(file: &Path) -> Result<Vec<u8>> {
    let packed = PACKED
        .iter()
        .find(|(end, _)| file.extension().is_some_and(|it| it == *end));
    let Some((_, name)) = packed else {
        return Ok(fs::read(file)?);
    };
    let mut unpack = program::command(name);
    let output = unpack
        .arg("-dc")
        .arg(file)
        .output()
        .with_context(|| format!("{name} is missing"))?;
    ensure!(
        output.status.success(),
        "{name} ended with {}",
        output.status
    );
    Ok(output.stdout)
}

fn dependencies(module: &[u8]) -> Vec<String> {
    let mut notes = module.split(|byte| *byte == 0);
    let named = notes.find_map(|note| note.strip_prefix(b"depends="));
    let named = String::from_utf8_lossy(named.unwrap_or_default()).replace('-', "_");
    named
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_says_what_it_depends_on() {
        let module = b"\x7fELF\0license=GPL\0depends=ip_tunnel,nf-nat\0name=x\0";
        assert_eq!(dependencies(module), ["ip_tunnel", "nf_nat"]);
        assert_eq!(dependencies(b"\0depends=\0name=x"), [""; 0]);
        assert_eq!(dependencies(b"nothing"), [""; 0]);
    }
}
