//! The Debian in a folder, with its own systemd as the first process of namespaces: what a service manager does is done
//! by a real one. Knows no package.
//!
//! Its control groups are below one of their own, and its network is that of whoever starts it; nothing of either is
//! left behind, nor of its mounts.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Namespace, process::children};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::chroot::Chroot;

/// Where systemd says that it has started, seen from inside.
const READY: &str = "/ready.sock";
const PATIENCE: Duration = Duration::from_mins(2);

/// Into the control group, and from there into namespaces, whose first process goes on with the next.
const ENTER: &str = r#"
echo 0 > "$1/cgroup.procs"
exec unshare --cgroup --pid --fork --kill-child --mount --propagation private --uts --ipc sh -euc "$3" sh "$2" "$4"
"#;

/// What systemd expects of a container: a root that is a mount, the kernel's file systems and a few devices.
const BOOT: &str = r#"
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mknod -m 666 dev/tty c 5 0
for node in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"; done
pivot_root . mnt
umount -l /mnt
exec env -i container=lab NOTIFY_SOCKET="$2" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --show-status=no --unit=multi-user.target
"#;

/// Ended when dropped, with all that runs in it.
pub(crate) struct Booted {
    namespaces: Child,
    first: Pid,
    group: PathBuf,
}

impl Booted {
    /// Boots what has systemd in it, and waits until that has started all.
    ///
    /// # Errors
    /// When it does not within some minutes, or this machine has no control groups of the second version.
    pub(crate) fn boot(chroot: &Chroot, network: &Namespace) -> Result<Self> {
        let ready = UnixDatagram::bind(chroot.path(READY))?;
        let group = group()?;
        let mut command = Command::new("sh");
        command.args(["-euc", ENTER, "sh"]).arg(&group);
        command.arg(chroot.path("/")).args([BOOT, READY]);
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        let namespaces = network.spawn(quiet)?;
        let mut booted = Self {
            first: Pid::from_raw(i32::try_from(namespaces.id())?),
            namespaces,
            group,
        };
        wait_until_ready(&ready)?;
        booted.first = only_child(booted.first)?;
        Ok(booted)
    }

    /// A command inside.
    pub(crate) fn command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.first.to_string()]);
        command.args([
            "--cgroup", "--ipc", "--mount", "--net", "--pid", "--uts", "--",
        ]);
        command.args(words);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        // The first process ends last, when all others are gone; it is refused only where all are gone already.
        kill(self.first, Signal::SIGKILL).ok();
        self.namespaces.wait().ok();
        remove(&self.group);
    }
}

fn wait_until_ready(socket: &UnixDatagram) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        ensure!(
            !left.is_zero(),
            "systemd has not started within {PATIENCE:?}"
        );
        socket.set_read_timeout(Some(left))?;
        let mut message = [0; 4_096];
        let len = socket.recv(&mut message).context("systemd says nothing")?;
        let text = String::from_utf8_lossy(&message[..len]).into_owned();
        if text.lines().any(|line| line == "READY=1") {
            return Ok(());
        }
    }
}

fn only_child(parent: Pid) -> Result<Pid> {
    let children = children(parent)?;
    ensure!(children.len() < 2, "it has more than systemd");
    children.first().copied().context("systemd is gone")
}

/// A new control group for it.
fn group() -> Result<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let mut mounts = mounts.lines().map(|line| line.split(' '));
    let found = mounts.find_map(|mut words| {
        let place = words.nth(1)?;
        (words.next()? == "cgroup2").then_some(place)
    });
    let root = found.context("this machine has no control groups of the second version")?;
    let group = Path::new(root).join(format!("detector-package-{}", process::id()));
    fs::create_dir(&group).with_context(|| group.display().to_string())?;
    Ok(group)
}

/// Those below it first. A folder of these can be removed while there are files in it, as long as no process is.
fn remove(group: &Path) {
    let entries = fs::read_dir(group).into_iter().flatten().flatten();
    let below = entries.filter(|it| it.file_type().is_ok_and(|it| it.is_dir()));
    below.for_each(|it| remove(&it.path()));
    fs::remove_dir(group).ok();
}
