//! What outlives the process, and that nothing in the state directory keeps a detector from its work.

use std::{
    fs::{self, File, Permissions},
    io::Write as _,
    net::Ipv4Addr,
    os::{
        fd::AsRawFd as _,
        unix::fs::{PermissionsExt as _, chown},
    },
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{
    Detector, Lab, Namespace, Plan, Traffic, address::WAN_INTERFACE, plan::hosts, program,
};
use ipnet::{IpNet, Ipv4Net};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    distrust::Spoil,
    hooks::Hooks,
    link::{Link, NAME},
    stage::{PATIENCE, end, refuse, watch, word},
};

const FILE: &str = "destinations.json";
const KNOWN: IpNet = v4(16);
const STRANGE: IpNet = v4(64);
const HEALTHY: IpNet = v4(32);
/// Of so many, writing takes a while.
const MANY: usize = 40_000;

/// Two ranges are blocked while no detector runs. Only what it knew before tells the next that one of them worked.
pub(crate) fn a_destination_that_answered_before_a_restart_counts_as_alive_after_it() -> Result<()>
{
    let lab = Lab::open()?;
    let state = State::new()?;
    let before = state.watch(&lab.gateway)?;
    visit_once(&lab, KNOWN)?;
    end(&before)?;
    let blocks = [KNOWN, STRANGE].map(|range| lab.censor().drop_range(range));
    let _blocks = blocks.into_iter().collect::<Result<Vec<_>>>()?;

    let after = state.watch(&lab.gateway)?;
    let began = Instant::now();
    let traffic = [HEALTHY, KNOWN, STRANGE].map(|range| visit(&lab, range, None));
    let _traffic = traffic.into_iter().collect::<Result<Vec<_>>>()?;
    let alert = after.wait_for(PATIENCE, |event| event["event"] == "alert")?;
    ensure!(alert.event["kind"] == "syn_blackhole", "{}", alert.event);
    // What the memory does not tell would show by then too.
    let as_long = began.elapsed();
    let strange = after.wait_for_after(alert.at, as_long, is_about_strange);
    strange
        .err()
        .context("an alert about what never answered")?;
    let range: IpNet = word(&alert.event, "prefix")?.parse()?;
    ensure!(KNOWN.contains(&range), "{}", alert.event);
    end(&after)
}

/// However the detector ends, the alert goes on under its identity, is not told anew, and ends once.
pub(crate) fn an_alert_goes_on_under_its_identity_after_a_restart() -> Result<()> {
    let lab = Lab::open()?;
    let state = State::new()?;
    let first = state.watch(&lab.gateway)?;
    let traffic = [HEALTHY, KNOWN].map(|range| visit(&lab, range, None));
    let _traffic = traffic.into_iter().collect::<Result<Vec<_>>>()?;
    first.wait_for(PATIENCE, |event| {
        event["event"] == "heartbeat" && event["prefixes"] == 32
    })?;
    let block = lab.censor().drop_range(KNOWN)?;
    let fired = first.wait_for(PATIENCE, |event| is_state(event, "firing"))?;
    state.wait_for_judgement(word(&fired.event, "id")?)?;
    first.kill()?;

    let second = state.watch(&lab.gateway)?;
    second.wait_for(PATIENCE, |event| {
        event["event"] == "heartbeat" && event["alerts_firing"] == 1
    })?;
    end(&second)?;

    let third = state.watch(&lab.gateway)?;
    block.lift()?;
    let over = third.wait_for(PATIENCE, |event| is_state(event, "resolved"))?;
    end(&third)?;
    let is_the_same = over.event["id"] == fired.event["id"];
    ensure!(is_the_same, "another alert: {}", over.event);
    for detector in [&second, &third] {
        let mut events = detector.events().into_iter();
        let anew = events.find(|event| is_state(event, "firing"));
        ensure!(anew.is_none(), "told anew: {anew:?}");
    }
    Ok(())
}

/// While it writes, if it can be caught at that: the file is then whole, the old one or the new one.
pub(crate) fn a_killed_detector_leaves_a_state_that_the_next_can_read() -> Result<()> {
    let namespace = Namespace::new("killed")?;
    let state = State::new()?;
    state.fill(MANY)?;
    for _ in 0..5 {
        let detector = state.watch_loopback(&namespace)?;
        detector.signal(Signal::SIGTERM)?;
        let until = Instant::now() + PATIENCE;
        while state.partial()?.is_none() && Instant::now() < until && is_running(&detector) {}
        detector.kill()?;
        ensure!(state.destinations()? == MANY, "not whole");
    }
    let detector = state.watch_loopback(&namespace)?;
    ensure!(state.partial()?.is_none(), "something is left half written");
    let lines = detector.log_lines();
    ensure!(
        lines.iter().any(|line| line.contains("40000 destinations")),
        "{lines:?}"
    );
    ensure!(warnings(&detector).is_empty(), "{lines:?}");
    end(&detector)
}

pub(crate) fn a_damaged_file_is_set_aside_with_one_warning() -> Result<()> {
    let namespace = Namespace::new("damaged")?;
    let state = State::new()?;
    let half = r#"{"version":1,"content":[["198.51."#;
    fs::write(state.file(), half)?;
    let detector = state.watch_loopback(&namespace)?;
    end(&detector)?;
    let warnings = warnings(&detector);
    let [line] = warnings.as_slice() else {
        bail!("not one warning: {warnings:?}");
    };
    for part in [FILE, "damaged", "begins without"] {
        ensure!(line.contains(part), "no {part}: {line}");
    }
    let aside = state.file().with_extension("json.damaged");
    ensure!(fs::read_to_string(aside)? == half, "not what was there");
    ensure!(state.destinations()? == 0, "it did not begin anew");
    Ok(())
}

pub(crate) fn a_second_detector_on_the_same_directory_is_refused() -> Result<()> {
    let namespace = Namespace::new("second")?;
    let state = State::new()?;
    let first = state.watch_loopback(&namespace)?;
    let line = refuse(
        &namespace,
        &["--wan", "lo", "--state-dir", state.path()?],
        1,
    )?;
    for part in [state.path()?, "another detector", "--state-dir"] {
        ensure!(line.contains(part), "no {part}: {line}");
    }
    end(&first)
}

pub(crate) fn a_directory_that_others_may_write_to_is_refused() -> Result<()> {
    let link = Link::new()?;
    let spoils: [(&str, Spoil); 2] = [
        ("belongs to user 65534", |path| {
            Ok(chown(path, Some(65_534), None)?)
        }),
        ("mode 1777", |path| {
            Ok(fs::set_permissions(path, Permissions::from_mode(0o1777))?)
        }),
    ];
    for (said, spoil) in spoils {
        let state = State::new()?;
        spoil(state.0.path())?;
        let path = state.path()?;
        let told = refuse(&link.0, &["--wan", NAME, "--state-dir", path], 77)?;
        for part in [path, said, "--state-dir DIR"] {
            ensure!(told.contains(part), "no {part}: {told}");
        }
        ensure!(link.hooks(NAME)? == Hooks::default(), "it was attached");
    }
    Ok(())
}

/// A small file system of the detector's own, filled up before it begins.
pub(crate) fn a_full_disk_costs_a_warning_and_not_what_was_there() -> Result<()> {
    let namespace = Namespace::new("full")?;
    let state = State::new()?;
    let script = r#"mount -t tmpfs -o size=64k,mode=700 none "$1" && touch "$1/lock" &&
        echo '{"version":1,"content":[]}' > "$1/destinations.json" || exit
        head -c 64k /dev/zero > "$1/filler" 2> /dev/null
        exec "$0" run --wan lo --state-dir "$1""#;
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]);
    command.arg(program::detector()?).arg(state.path()?);
    let detector = Detector::start_command(&namespace, &mut command)?;
    detector.attached(PATIENCE)?;
    // Held open, the file system outlives the detector.
    let seen = format!("/proc/{}/root{}", detector.pid(), state.path()?);
    let folder = File::open(seen)?;
    end(&detector)?;
    let warnings = warnings(&detector);
    ensure!(warnings.len() == 2, "not one for each file: {warnings:?}");
    for (warning, file) in warnings.iter().zip([FILE, "judgement.json"]) {
        let is_said = warning.contains(file) && warning.contains("space");
        ensure!(is_said, "{warning}");
    }
    let file = format!("/proc/self/fd/{}/{FILE}", folder.as_raw_fd());
    ensure!(
        read_destinations(Path::new(&file))? == 0,
        "it is not as it was"
    );
    Ok(())
}

/// A state directory that several detectors have one after the other.
struct State(TempDir);

impl State {
    fn new() -> Result<Self> {
        Ok(Self(TempDir::new()?))
    }

    fn path(&self) -> Result<&str> {
        self.0.path().to_str().context("the path is not UTF-8")
    }

    fn file(&self) -> PathBuf {
        self.0.path().join(FILE)
    }

    fn watch(&self, namespace: &Namespace) -> Result<Detector> {
        self.watch_on(namespace, WAN_INTERFACE)
    }

    fn watch_loopback(&self, namespace: &Namespace) -> Result<Detector> {
        self.watch_on(namespace, "lo")
    }

    fn watch_on(&self, namespace: &Namespace, interface: &str) -> Result<Detector> {
        let arguments = ["--wan", interface, "--state-dir", self.path()?];
        let (detector, _attached) = watch(namespace, &arguments)?;
        Ok(detector)
    }

    /// Writes a file with as many destinations, asked just now.
    fn fill(&self, count: usize) -> Result<()> {
        let now = jiff::Timestamp::now().as_second();
        let addresses = (0_u32..).map(|number| Ipv4Addr::from_bits(0xc612_0000 + number));
        let row = |address| json!([address, 443, 6, now, 12_345, 57, 1]);
        let rows: Vec<Value> = addresses.map(row).take(count).collect();
        let mut file = File::create(self.file())?;
        Ok(write!(file, "{}", json!({"version": 1, "content": rows}))?)
    }

    /// How many destinations the file holds, which must be whole.
    fn destinations(&self) -> Result<usize> {
        read_destinations(&self.file())
    }

    /// Waits until what was told is written down, right after it was told.
    fn wait_for_judgement(&self, id: &str) -> Result<()> {
        let file = self.0.path().join("judgement.json");
        let until = Instant::now() + PATIENCE;
        while !fs::read_to_string(&file).is_ok_and(|text| text.contains(id)) {
            ensure!(Instant::now() < until, "never written down");
            std::thread::yield_now();
        }
        Ok(())
    }

    /// A file that is just being written.
    fn partial(&self) -> Result<Option<PathBuf>> {
        let entries = fs::read_dir(self.0.path())?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        Ok(paths.find(|path| path.extension().is_some_and(|it| it == "partial")))
    }
}

fn warnings(detector: &Detector) -> Vec<String> {
    let mut lines = detector.log_lines();
    lines.retain(|line| line.contains("WARN"));
    lines
}

fn read_destinations(path: &Path) -> Result<usize> {
    let file: Value = serde_json::from_slice(&fs::read(path)?)?;
    Ok(file["content"].as_array().context("no content")?.len())
}

fn is_running(detector: &Detector) -> bool {
    detector.exit(Duration::ZERO).is_err()
}

fn is_state(event: &Value, state: &str) -> bool {
    event["event"] == "alert" && event["state"] == state
}

fn is_about_strange(event: &Value) -> bool {
    let range = event["prefix"]
        .as_str()
        .and_then(|range| range.parse().ok());
    range.is_some_and(|range: IpNet| range.contains(&STRANGE) || STRANGE.contains(&range))
}

/// Two hosts in each /24 of `range`, each once; all must answer.
fn visit_once(lab: &Lab, range: IpNet) -> Result<()> {
    let traffic = visit(lab, range, Some(32))?;
    let counts = traffic.wait_until(|counts| counts.ended() == 32, PATIENCE)?;
    ensure!(counts.answered == 32, "the lab is ill: {counts:?}");
    Ok(())
}

fn visit(lab: &Lab, range: IpNet, limit: Option<u64>) -> Result<Traffic> {
    let plan = Plan {
        connections_per_second: 30,
        limit,
        ..Plan::to(hosts(range, 24, 2, 443)?)
    };
    Traffic::start(&lab.clients, plan)
}

const fn v4(third: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, third, 0), 20))
}
