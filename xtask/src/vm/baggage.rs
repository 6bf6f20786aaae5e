//! What a machine carries whatever its kernel: the programs under test, the tools that tests call, their libraries.

use std::{
    collections::BTreeSet,
    fs::{self, create_dir_all},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::{DETECTOR, GUEST, TESTS, archive::Archive};
use crate::{apt, program, workspace};

/// What tests call, where it is there; what one of them lacks it says itself.
const TOOLS: [&str; 11] = [
    "ip", "tc", "nft", "setpriv", "unshare", "mount", "umount", "sh", "cp", "true", "mkdir",
];
/// The only tool that hands keys to a device of type `wireguard`.
const WIREGUARD: (&str, &str) = ("wg", "wireguard-tools");
const USERS: &str = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";
const GROUPS: &str = "root:x:0:\nnogroup:x:65534:\n";
/// Mounted over, or written to.
const FOLDERS: [&str; 8] = ["dev", "etc", "proc", "root", "run", "sys", "tmp", "var/lib"];

/// Gathers them; `built` is what cargo said, and `folder` has room for what is unpacked and stripped.
pub(crate) fn gather(built: &str, folder: &Path) -> Result<Archive> {
    let mut archive = Archive::default();
    for name in FOLDERS {
        archive.folder(name);
    }
    archive.file("etc/passwd", 0o644, USERS.as_bytes());
    archive.file("etc/group", 0o644, GROUPS.as_bytes());
    let mut libraries = BTreeSet::new();
    let own = TESTS.into_iter().chain([DETECTOR, GUEST]);
    for name in own {
        let built = workspace::executable(built, name);
        let program = stripped(
            &built.with_context(|| format!("cargo built no {name}"))?,
            folder,
        )?;
        let name = if name == GUEST {
            "init".to_owned()
        } else {
            format!("bin/{name}")
        };
        carry(&program, &name, &mut archive, &mut libraries)?;
    }
    let found = TOOLS
        .iter()
        .filter_map(|name| Some((*name, program::find(name)?)));
    for (name, program) in found.chain([(WIREGUARD.0, wireguard(folder)?)]) {
        carry(
            &program,
            &format!("bin/{name}"),
            &mut archive,
            &mut libraries,
        )?;
    }
    for library in libraries {
        let name = library.strip_prefix('/').unwrap_or(&library);
        archive.file(name, 0o755, &fs::read(&library)?);
    }
    Ok(archive)
}

fn carry(
    program: &Path,
    name: &str,
    archive: &mut Archive,
    libraries: &mut BTreeSet<String>,
) -> Result<()> {
    let content = fs::read(program).with_context(|| program.display().to_string())?;
    archive.file(name, 0o755, &content);
    // A static program has none, and then `ldd` fails.
    let listed = program::answer(program::command("ldd").arg(program)).unwrap_or_default();
    libraries.extend(libraries_in(&listed).map(str::to_owned));
    Ok(())
}

/// Lines are "name => /path (address)", for the loader "/path (address)".
fn libraries_in(listed: &str) -> impl Iterator<Item = &str> {
    let mut words = listed.lines().flat_map(str::split_whitespace);
    std::iter::from_fn(move || words.find(|word| word.starts_with('/')))
}

/// Without what only a debugger reads, which is most of it.
fn stripped(program: &Path, folder: &Path) -> Result<PathBuf> {
    let folder = folder.join("stripped");
    create_dir_all(&folder)?;
    let copy = folder.join(program.file_name().context("a program has a name")?);
    let mut strip = program::command("strip");
    program::run(strip.arg("-o").arg(&copy).arg(program))?;
    Ok(copy)
}

fn wireguard(folder: &Path) -> Result<PathBuf> {
    let (name, package) = WIREGUARD;
    if let Some(program) = program::find(name) {
        return Ok(program);
    }
    let folder = folder.join(package);
    if !folder.exists() {
        apt::fetch(&[package], &folder)?;
    }
    Ok(folder.join("usr/bin").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_the_list() {
        let listed = "\tlinux-vdso.so.1 (0x7ffd)\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\t/lib64/ld.so.2 (0x7f)\n";
        assert!(libraries_in(listed).eq(["/lib/libc.so.6", "/lib64/ld.so.2"]));
        assert_eq!(libraries_in("\tstatically linked\n").count(), 0);
    }
}
