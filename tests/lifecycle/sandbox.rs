//! What a process in the sandbox can no longer do: tried by this very program, as root, inside and outside of it.

use std::{
    collections::BTreeMap,
    env, fs,
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use aya::maps::{HashMap, MapError};
use detector::sandbox::{Calls, Files, enter};
use detector_tests::{Detector, Namespace, harness::note};
use nix::{
    errno::Errno,
    sched::{CloneFlags, setns, unshare},
    sys::{
        socket::{AddressFamily, SockFlag, SockType, socket},
        time::TimeSpec,
    },
    time::{ClockId, clock_gettime, clock_settime},
    unistd::{chroot, getuid, setuid},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::PATIENCE;

/// The variable that makes this program try everything; its value is the folder to try it in.
pub(crate) const TRY: &str = "LIFECYCLE_TRY";
/// Set where it shall go into the sandbox before.
const INSIDE: &str = "LIFECYCLE_INSIDE";

const REFUSED: [&str; 8] = [
    "another program",
    "another namespace",
    "a namespace of its own",
    "another root",
    "another user",
    "another time",
    "a packet socket",
    "a new map",
];
const CLOSED: [&str; 3] = [
    "a file elsewhere",
    "writing what is to be read",
    "a new file elsewhere",
];
const ALLOWED: [&str; 6] = [
    "reading",
    "writing",
    "a thread",
    "a map that is open",
    "an internet socket",
    "names and zones",
];

pub(crate) fn what_is_of_no_use_is_refused_inside_and_works_outside() -> Result<()> {
    let (inside, outside) = (attempts(true)?, attempts(false)?);
    for name in REFUSED {
        ensure!(inside[name] == "EPERM", "{name}: {}", inside[name]);
        ensure!(
            outside[name].is_empty(),
            "{name} outside: {}",
            outside[name]
        );
    }
    Ok(())
}

pub(crate) fn files_elsewhere_are_closed_inside_and_open_outside() -> Result<()> {
    let (inside, outside) = (attempts(true)?, attempts(false)?);
    for name in CLOSED {
        ensure!(inside[name] == "EACCES", "{name}: {}", inside[name]);
        ensure!(
            outside[name].is_empty(),
            "{name} outside: {}",
            outside[name]
        );
    }
    Ok(())
}

pub(crate) fn what_a_daemon_lives_on_works_inside() -> Result<()> {
    let inside = attempts(true)?;
    for name in ALLOWED {
        ensure!(inside[name].is_empty(), "{name}: {}", inside[name]);
    }
    Ok(())
}

/// Tries everything in a process of its own; how each attempt failed, or nothing where it did not.
fn attempts(is_inside: bool) -> Result<BTreeMap<String, String>> {
    let folder = TempDir::new()?;
    for name in ["read", "write", "else"] {
        fs::create_dir(folder.path().join(name))?;
        fs::write(folder.path().join(name).join("file"), name)?;
    }
    let mut command = Command::new(env::current_exe()?);
    command.env(TRY, folder.path());
    if is_inside {
        command.env(INSIDE, "1");
    }
    let namespace = Namespace::new("sandbox")?;
    let process = Detector::start_command(&namespace, &mut command)?;
    let status = process.exit(PATIENCE)?;
    ensure!(status.success(), "{status}: {:?}", process.log_lines());
    let events = process.events();
    let said = events
        .first()
        .and_then(Value::as_object)
        .context("nothing was tried")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(said
        .iter()
        .map(|(name, failure)| (name.clone(), text(failure)))
        .collect())
}

/// The process that tries.
pub(crate) fn attempt(folder: &Path) -> ExitCode {
    match attempt_all(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn attempt_all(folder: &Path) -> Result<()> {
    let [read, write, elsewhere] = ["read", "write", "else"].map(|it| folder.join(it));
    let mut map: HashMap<_, u32, u32> = HashMap::create(1, 0)?;
    let network = File::open("/proc/self/ns/net")?;
    if env::var_os(INSIDE).is_some() {
        let files = enter(&paths(&read), &paths(&write), Calls::WithoutPrograms)?;
        ensure!(files != Files::Open, "this kernel has no Landlock");
    }
    let packets = || {
        socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::empty(),
            None,
        )
    };
    let internet = || {
        socket(
            AddressFamily::Inet,
            SockType::Stream,
            SockFlag::empty(),
            None,
        )
    };
    let said = json!({
        "reading": io_error(fs::read(read.join("file"))),
        "writing": io_error(replace(&write)),
        "names and zones": io_error(fs::read("/etc/passwd")),
        "a file elsewhere": io_error(fs::read(elsewhere.join("file"))),
        "writing what is to be read": io_error(fs::write(read.join("file"), "")),
        "a new file elsewhere": io_error(fs::write(elsewhere.join("new"), "")),
        "a thread": io_error(thread::Builder::new().spawn(|| {})),
        "a map that is open": map_error(map.insert(1, 2, 0).and_then(|()| map.get(&1, 0))),
        "a new map": map_error(HashMap::<_, u32, u32>::create(1, 0)),
        "an internet socket": errno(internet()),
        "a packet socket": errno(packets()),
        "another program": io_error(Command::new("true").status()),
        "another namespace": errno(setns(&network, CloneFlags::CLONE_NEWNET)),
        "a namespace of its own": errno(unshare(CloneFlags::CLONE_NEWUTS)),
        "another user": errno(setuid(getuid())),
        "another time": errno(clock_gettime(ClockId::CLOCK_REALTIME).and_then(same_time)),
        "another root": errno(chroot("/")),
    });
    writeln!(io::stdout(), "{said}")?;
    Ok(())
}

fn paths(path: &Path) -> [PathBuf; 1] {
    [path.to_owned()]
}

/// As a state file is written: a new one in place of the old.
fn replace(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("new"), "")?;
    fs::rename(folder.join("new"), folder.join("file"))
}

fn same_time(now: TimeSpec) -> nix::Result<()> {
    clock_settime(ClockId::CLOCK_REALTIME, now)
}

fn errno<T>(result: nix::Result<T>) -> String {
    result
        .err()
        .map(|errno| format!("{errno:?}"))
        .unwrap_or_default()
}

fn io_error<T>(result: io::Result<T>) -> String {
    errno(result.map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or_default())))
}

fn map_error<T>(result: Result<T, MapError>) -> String {
    match result {
        Err(MapError::CreateError {
            io_error: error, ..
        }) => io_error::<()>(Err(error)),
        Err(MapError::SyscallError(error)) => io_error::<()>(Err(error.io_error)),
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    }
}
