//! A small Debian in a folder, to install packages in. Knows no package.
//!
//! What is mounted in it is mounted for one command alone, in a mount namespace that ends with it: so nothing is left
//! to unmount, however a command or this program ends, and the folder can be removed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::package::say;

/// Kernel's file systems, then the command itself, which takes the place of the shell.
const ENTER: &str = r#"
root=$1; shift
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/detector"
exec chroot "$root" "$@"
"#;

/// Removed when dropped.
pub(crate) struct Chroot {
    root: TempDir,
}

impl Chroot {
    /// Of the same release as this machine, from where this machine's apt takes its packages; with these beside the
    /// fewest that there can be.
    ///
    /// # Errors
    /// When apt has no such place, or debootstrap fails.
    pub(crate) fn bootstrap(packages: &[&str]) -> Result<Self> {
        let root = TempDir::with_prefix("detector-chroot-")?;
        let release = release()?;
        let mut debootstrap = alone("debootstrap");
        debootstrap.arg("--variant=minbase");
        if !packages.is_empty() {
            debootstrap.arg(format!("--include={}", packages.join(",")));
        }
        debootstrap.arg(&release);
        say(debootstrap.arg(root.path()).arg(mirror(&release)?))?;
        Ok(Self { root })
    }

    /// A command inside, in the network namespace of whoever starts it.
    pub(crate) fn command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = alone("sh");
        command.args(["-euc", ENTER, "sh"]).arg(self.root.path());
        command.args(words);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    /// Lets a file in, and returns its name inside.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub(crate) fn admit(&self, file: &Path) -> Result<String> {
        let name = file.file_name().context("no name")?;
        let inside = format!("/{}", name.to_string_lossy());
        fs::copy(file, self.path(&inside)).with_context(|| file.display().to_string())?;
        Ok(inside)
    }

    /// Where a file of it is.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside.trim_start_matches('/'))
    }

    /// Every file and folder, but those under `beside`, which begin with a slash.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(crate) fn files(&self, beside: &[&str]) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let entry = entry?;
                let inside = Path::new("/").join(entry.path().strip_prefix(self.root.path())?);
                if beside.iter().any(|it| inside.starts_with(it)) {
                    continue;
                }
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                }
                found.push(inside);
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// What it mounts, nobody else sees.
fn alone(program: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--", program]);
    command
}

fn release() -> Result<String> {
    let text = fs::read_to_string("/etc/os-release").context("/etc/os-release")?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let name = name.context("/etc/os-release names no release")?;
    Ok(name.trim_matches('"').to_owned())
}

fn mirror(release: &str) -> Result<String> {
    let form = "$(CODENAME) $(REPO_URI)";
    let mut apt = Command::new("apt-get");
    let listed = say(apt.args(["indextargets", "--format", form, "Created-By: Packages"]))?;
    let mut lines = listed.lines().filter_map(|line| line.split_once(' '));
    let found = lines.find(|(codename, _)| *codename == release);
    let (_, uri) = found.with_context(|| format!("apt has no source of {release}"))?;
    Ok(uri.to_owned())
}
