//! All that becomes of interfaces, over and over: down and up, another name, another MTU, deleted and made again, moved
//! away and back. Each is told once, and nothing is attached twice.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use detector_tests::{Detector, Namespace, long::so_many, measured, tool};

use crate::{
    link::{Link, NAME, told},
    stage::{PATIENCE, end, watch},
};

/// As long as the slowest machine needs; what is measured is far below.
const BOUND: Duration = Duration::from_secs(20);
/// Each way to watch has an interface of its own: at the same time, for each look of a detector takes a second.
const WAYS: [&[&str]; 4] = [
    &["--mode", "auto"],
    &["--mode", "native"],
    &["--mode", "generic"],
    &["--ingress", "tc"],
];
/// What is told of one cycle.
const CYCLE: [&str; 10] = [
    "down wan0",
    "renamed wan7",
    "renamed wan0",
    "mtu wan0",
    "up wan0",
    "mtu wan0",
    "detached wan0",
    "attached wan0",
    "detached wan0",
    "attached wan0",
];

pub(crate) fn an_interface_is_watched_again_after_whatever_becomes_of_it() -> Result<()> {
    let cycles = so_many(2, 25);
    let ways = thread::scope(|scope| {
        let ways = WAYS.map(|way| scope.spawn(move || run(way, cycles)));
        ways.map(|way| {
            way.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    });
    let mut returns = Vec::new();
    for way in ways {
        returns.extend(way?);
    }
    returns.sort_unstable();
    let (median, longest) = (returns[returns.len() / 2], returns[returns.len() - 1]);
    measured(
        "an_interface_is_watched_again_after_whatever_becomes_of_it",
        format!(
            "{} cycles, {} returns: watched again after {median:.2?} (median), {longest:.2?} (longest)",
            cycles as usize * WAYS.len(),
            returns.len()
        ),
    );
    ensure!(longest < BOUND, "one return took {longest:?}");
    Ok(())
}

/// How long each return took.
fn run(way: &[&str], cycles: u32) -> Result<Vec<Duration>> {
    let link = Link::new()?;
    let elsewhere = Namespace::new("elsewhere")?;
    let (detector, _attached) = watch(&link.0, &[&["--wan", NAME], way].concat())?;
    let one = Watched {
        link,
        elsewhere,
        detector,
    };
    one.ensure_once(NAME)?;
    let mut returns = Vec::new();
    for _ in 0..cycles {
        one.change()?;
        returns.push(one.delete_and_make()?);
        returns.push(one.move_there_and_back()?);
    }
    end(&one.detector)?;
    let expected = CYCLE.repeat(cycles as usize);
    let expected = [&["attached wan0"], &expected[..], &["detached wan0"]].concat();
    let told = told(&one.detector);
    ensure!(told == expected, "{way:?}: {told:?}");
    Ok(returns)
}

struct Watched {
    link: Link,
    elsewhere: Namespace,
    detector: Detector,
}

impl Watched {
    /// What detaches nothing.
    fn change(&self) -> Result<()> {
        let programs = self.link.hooks(NAME)?;
        self.does("link set wan0 down", "down", NAME)?;
        self.does("link set wan0 name wan7", "renamed", "wan7")?;
        self.ensure_once("wan7")?;
        self.does("link set wan7 name wan0", "renamed", NAME)?;
        self.does("link set wan0 mtu 9000", "mtu", NAME)?;
        self.does("link set wan0 up", "up", NAME)?;
        self.does("link set wan0 mtu 1500", "mtu", NAME)?;
        let after = self.link.hooks(NAME)?;
        ensure!(programs == after, "before: {programs:?}\nafter: {after:?}");
        Ok(())
    }

    fn delete_and_make(&self) -> Result<Duration> {
        self.does("link del wan0", "detached", NAME)?;
        self.returns(|| self.link.make())
    }

    fn move_there_and_back(&self) -> Result<Duration> {
        let away = self.elsewhere.path();
        let away = format!("link set wan0 netns {}", away.display());
        self.does(&away, "detached", NAME)?;
        let back = self.link.0.path();
        let back = format!("link set wan0 up netns {}", back.display());
        self.returns(|| tool::ip(&self.elsewhere, &back))
    }

    /// How long after `come` the interface is watched again, by one program at each hook.
    fn returns(&self, come: impl FnOnce() -> Result<()>) -> Result<Duration> {
        let begun = Instant::now();
        come()?;
        let here = Instant::now();
        let attached = self.told_after(begun, "attached", NAME)?;
        self.ensure_once(NAME)?;
        Ok(attached.saturating_duration_since(here))
    }

    fn does(&self, script: &str, state: &str, name: &str) -> Result<()> {
        let begun = Instant::now();
        self.link.ip(script)?;
        self.told_after(begun, state, name)?;
        Ok(())
    }

    fn told_after(&self, begun: Instant, state: &str, name: &str) -> Result<Instant> {
        let told = self.detector.wait_for_after(begun, PATIENCE, |it| {
            it["event"] == "interface" && it["state"] == state && it["iface"] == name
        });
        Ok(told?.at)
    }

    fn ensure_once(&self, name: &str) -> Result<()> {
        let hooks = self.link.hooks(name)?;
        let is_once = hooks.xdp.len() + hooks.tcx_in.len() == 1 && hooks.tcx_out.len() == 1;
        ensure!(is_once, "not once: {hooks:?}");
        Ok(())
    }
}
