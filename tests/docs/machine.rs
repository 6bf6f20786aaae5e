//! A folder that stands for a gateway: the files that documents speak of, a detector that seems to run, and a shell. Must
//! not know: which commands there are.

use std::{env, ffi::OsString, fs, io::Write as _, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    capture::Writer,
    plan::{Plan, hosts},
    program,
    script::{Obstacle, Script},
    served::Served,
};
use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use crate::shell::Line;

const BLOCKED: &str = "198.18.16.0/20";
const HEALTHY: &str = "198.18.0.0/20";
const BEFORE: Duration = Duration::from_secs(12);
const END: Duration = Duration::from_secs(40);
/// Some time that pcap can express.
const BEGIN: Duration = Duration::from_secs(1_795_000_000);

/// What lies under these lies in the folder.
const PLACES: [&str; 4] = ["/etc/", "/run/", "/usr/share/", "/var/"];
/// A file with a mistake, as CONFIGURATION.md has it.
const MISTAKEN: &str = "mode = \"auto\"\nlables = [\"own.csv\"]\n";
const SETTINGS: &str = "metrics.listen = \"127.0.0.1:9736\"\n";
const RULES: &[u8] = include_bytes!("../../detector/dist/prometheus/detector.rules.yml");
const PROGRAMS: [&str; 2] = ["bash", "jq"];

/// What is missing here for commands to be carried out.
pub(crate) fn missing() -> Option<String> {
    let is_missing = |it: &&&str| Command::new(it).arg("--version").output().is_err();
    let missing = PROGRAMS.iter().find(is_missing);
    missing.map(|program| format!("there is no {program}"))
}

/// Gone with everything in it when dropped.
pub(crate) struct Machine {
    folder: TempDir,
    served: Served,
}

impl Machine {
    /// With a capture of a block that lasts, what a replay tells of it, and settings.
    pub(crate) fn new() -> Result<Self> {
        let (folder, served) = (TempDir::new()?, Served::new()?);
        let machine = Self { folder, served };
        let write = |name: &str, bytes: &[u8]| {
            let path = machine.folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            fs::write(path, bytes)
        };
        write("capture.pcap.gz", &capture()?)?;
        write("detector.toml", MISTAKEN.as_bytes())?;
        write("etc/detector/detector.toml", SETTINGS.as_bytes())?;
        write("etc/prometheus/prometheus.yml", b"")?;
        write("usr/share/detector/prometheus/detector.rules.yml", RULES)?;
        let told = Line {
            typed: "detector replay capture.pcap.gz > alerts.ndjson".to_owned(),
            ..Line::default()
        };
        machine.carry_out(&told)?;
        let told = fs::read_to_string(machine.folder.path().join("alerts.ndjson"))?;
        ensure!(told.contains(BLOCKED), "no alert: {told}");
        Ok(machine)
    }

    /// Types a line. Where an answer to it is shown, that is what it must say; where none is, it must succeed.
    pub(crate) fn carry_out(&self, line: &Line) -> Result<()> {
        let output = self.shell(line)?.output()?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let said = said.replace(&self.folder.path().display().to_string(), "");
        if line.answer.is_empty() {
            ensure!(output.status.success(), "it fails: {said}");
            let is_mute = said.trim().is_empty() && line.is_told();
            ensure!(!is_mute, "it says nothing");
        }
        let mut lines = said.lines().map(str::trim_end);
        for shown in &line.answer {
            let is_said = lines.any(|line| line == shown.trim_end());
            ensure!(is_said, "it does not say `{shown}`: {said}");
        }
        Ok(())
    }

    fn shell(&self, line: &Line) -> Result<Command> {
        let here = self.folder.path();
        let mut typed = line.typed.clone();
        for place in PLACES {
            typed = typed.replace(&format!(" {place}"), &format!(" {}{place}", here.display()));
        }
        let mut shell = Command::new("bash");
        shell.args(["-o", "pipefail", "-c", &typed]);
        let socket = self.served.socket();
        shell.env("RUNTIME_DIRECTORY", socket.parent().context("no folder")?);
        shell.env("PATH", path()?).current_dir(here);
        Ok(shell)
    }
}

/// The detector under test before all others.
fn path() -> Result<OsString> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&folders);
    Ok(env::join_paths(
        [program::directory()?].into_iter().chain(folders),
    )?)
}

/// Traffic to two ranges, one of which falls silent.
fn capture() -> Result<Vec<u8>> {
    let plan = |range: &str| -> Result<Plan> {
        Ok(Plan {
            connections_per_second: 30,
            ..Plan::to(hosts(range.parse()?, 24, 8, 443)?)
        })
    };
    let mut script = Script::new(vec![plan(BLOCKED)?, plan(HEALTHY)?]);
    let mut frames = Vec::new();
    let mut keep = |at, frame: &detector_tests::frames::Frame| {
        frames.push((BEGIN + at, frame.bytes.clone()));
    };
    script.play(BEFORE, &mut keep);
    script.path.obstruct(BLOCKED.parse()?, Obstacle::Drop);
    script.play(END, &mut keep);
    let mut file = Writer::begin(GzEncoder::new(Vec::new(), Compression::fast()))?;
    for (at, bytes) in frames {
        file.write(at, &bytes)?;
    }
    let mut packed = file.finish()?;
    packed.flush()?;
    Ok(packed.finish()?)
}
