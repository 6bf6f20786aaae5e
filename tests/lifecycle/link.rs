//! A namespace with one interface to watch, which comes and goes as a test wants it to.

use anyhow::{Result, ensure};
use detector_tests::{Detector, Namespace, Observation, tool};
use serde_json::Value;

use crate::{
    hooks::Hooks,
    stage::{PATIENCE, watch},
};

pub(crate) const NAME: &str = "wan0";
/// Up from its beginning, so that there is no moment in between to be seen.
const MAKE: &str = "link add wan0 up type veth peer name far0\nlink set far0 up";

/// The namespace, and the interface in it.
pub(crate) struct Link(pub(crate) Namespace);

impl Link {
    pub(crate) fn new() -> Result<Self> {
        let link = Self(Namespace::new("link")?);
        link.ip("link set lo up")?;
        link.make()?;
        Ok(link)
    }

    pub(crate) fn make(&self) -> Result<()> {
        self.ip(MAKE)
    }

    pub(crate) fn ip(&self, script: &str) -> Result<()> {
        tool::ip(&self.0, script)
    }

    pub(crate) fn watch(&self) -> Result<Detector> {
        let (detector, _attached) = watch(&self.0, &["--wan", NAME])?;
        ensure_attached(&self.hooks(NAME)?)?;
        Ok(detector)
    }

    pub(crate) fn hooks(&self, name: &str) -> Result<Hooks> {
        Hooks::of(&self.0, name)
    }
}

pub(crate) fn ensure_attached(hooks: &Hooks) -> Result<()> {
    let is_attached = hooks.xdp.len() == 1 && hooks.tcx_out.len() + hooks.filters_out.len() == 1;
    ensure!(is_attached, "not attached: {hooks:?}");
    Ok(())
}

/// Waits until an interface's event says so, and no other before it does.
pub(crate) fn wait(detector: &Detector, state: &str, name: &str) -> Result<Observation> {
    let is_it =
        |it: &Value| it["event"] == "interface" && it["state"] == state && it["iface"] == name;
    detector.wait_for(PATIENCE, is_it)
}

/// What was told of interfaces so far.
pub(crate) fn told(detector: &Detector) -> Vec<String> {
    let events = detector.events();
    let of_interfaces = events.iter().filter(|it| it["event"] == "interface");
    of_interfaces
        .map(|it| format!("{} {}", it["state"], it["iface"]).replace('"', ""))
        .collect()
}
