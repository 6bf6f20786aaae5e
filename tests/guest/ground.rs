//! The ground that programs stand on: file systems, modules, an environment. Runs none.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use nix::{
    errno::Errno,
    kmod::{ModuleInitFlags, finit_module},
    mount::{MsFlags, mount},
};

/// Kind, and place; what a kernel does not have is left out but for the first five.
const FILE_SYSTEMS: [(&str, &str); 9] = [
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("devtmpfs", "/dev"),
    ("tmpfs", "/tmp"),
    ("tmpfs", "/run"),
    ("devpts", "/dev/pts"),
    ("bpf", "/sys/fs/bpf"),
    ("cgroup2", "/sys/fs/cgroup"),
    ("securityfs", "/sys/kernel/security"),
];
const INDISPENSABLE: usize = 5;
const MODULES: &str = "/modules";
/// Of every program.
pub(crate) const ENVIRONMENT: [(&str, &str); 4] = [
    ("PATH", "/bin"),
    ("HOME", "/root"),
    ("TMPDIR", "/tmp"),
    ("DETECTOR_GUEST", "1"),
];
/// Kernels make devices of every kind of tunnel in each namespace, which no test expects.
const PARAMETERS: [(&str, &str); 1] = [("/proc/sys/net/core/fb_tunnels_only_for_init_net", "1")];

/// Makes the machine ready.
pub(crate) fn prepare() -> Result<()> {
    for (index, (kind, place)) in FILE_SYSTEMS.into_iter().enumerate() {
        // What is inside another file system may have no place there.
        fs::create_dir_all(place).ok();
        let mounted = mount(
            Some(kind),
            place,
            Some(kind),
            MsFlags::empty(),
            None::<&str>,
        );
        ensure!(
            mounted.is_ok() || index >= INDISPENSABLE,
            "{kind} at {place}: {mounted:?}"
        );
    }
    for (path, value) in PARAMETERS {
        fs::write(path, value).with_context(|| path.to_owned())?;
    }
    load_modules()?;
    lock_down();
    let mut loopback = Command::new("/bin/ip");
    let status = loopback.args(["link", "set", "lo", "up"]).status()?;
    ensure!(
        status.success(),
        "the loopback interface stays down: {status}"
    );
    Ok(())
}

/// From here on root may do less: no kernel memory is read, no module without a signature loaded. Where a kernel has no
/// lockdown its test is skipped.
fn lock_down() {
    fs::write("/sys/kernel/security/lockdown", "confidentiality").ok();
}

/// In the order of their names, which is one in which they can be loaded.
fn load_modules() -> Result<()> {
    let files = fs::read_dir(MODULES)?.map(|entry| Ok(entry?.path()));
    let mut files: Vec<PathBuf> = files.collect::<Result<_>>()?;
    files.sort();
    for path in files {
        let file = File::open(&path)?;
        match finit_module(&file, c"", ModuleInitFlags::empty()) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno).with_context(|| path.display().to_string()),
        }
    }
    Ok(())
}
