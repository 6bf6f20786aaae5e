//! Whoever watches the gateway's interface while it is measured: what it is called, how it begins and how it ends.

mod empty;
mod foreign;

use std::time::Duration;

use anyhow::{Result, ensure};
use aya::{Ebpf, programs::XdpMode};
use detector::kernel::{Kernel, Options};
use detector_tests::{Detector, Namespace, address::WAN_INTERFACE, program};
use nix::{sys::signal::Signal, unistd::Pid};

use foreign::Foreign;

use crate::mix::FLOWS;

/// For what takes moments, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// One way to watch, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Watcher {
    Nothing,
    EmptyXdp(Mode),
    Detector(Mode),
    /// One lookup in a hash map of the kernel for each packet, at both hooks.
    FlowCounter(Mode),
    /// Another program, as a reader would type it, but for the interface.
    Program(&'static str),
}

/// How XDP runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Native,
    Generic,
}

/// A watcher at work. It is ended when this is dropped, at the latest.
pub(crate) enum Watch {
    Nothing,
    EmptyXdp(#[expect(dead_code, reason = "attached while it is held")] Ebpf),
    Detector(Detector),
    FlowCounter(#[expect(dead_code, reason = "attached while it is held")] Box<Kernel>),
    Program(Foreign),
}

impl Watcher {
    /// As it stands in tables.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::EmptyXdp(mode) => format!("an empty XDP program, {}", mode.word()),
            Self::Detector(mode) => format!("`detector run --mode {}`", mode.word()),
            Self::FlowCounter(mode) => format!("a flow counter, {}", mode.word()),
            // A bar would end the cell.
            Self::Program(line) => format!("`{}`", line.replace('|', "\\|")),
        }
    }

    /// Begins to watch the gateway; what comes from now on is seen.
    pub(crate) fn start(self, gateway: &Namespace) -> Result<Watch> {
        Ok(match self {
            Self::Nothing => Watch::Nothing,
            Self::EmptyXdp(mode) => {
                Watch::EmptyXdp(gateway.run(|| empty::attach(WAN_INTERFACE, mode.flag()))?)
            }
            Self::Detector(mode) => {
                let arguments = ["run", "--wan", WAN_INTERFACE, "--mode", mode.word()];
                let detector = Detector::start(gateway, &program::detector()?, &arguments)?;
                detector.attached(PATIENCE)?;
                Watch::Detector(detector)
            }
            Self::FlowCounter(mode) => {
                Watch::FlowCounter(Box::new(gateway.run(|| flow_counter(mode))?))
            }
            Self::Program(line) => Watch::Program(Foreign::start(gateway, line)?),
        })
    }
}

/// With room for every connection there is, and as much again.
fn flow_counter(mode: Mode) -> Result<Kernel> {
    let options = Options {
        counted_flows: Some(2 * FLOWS),
        ..Options::default()
    };
    let mut kernel = Kernel::load(options)?;
    kernel
        .programs
        .attach_flow_counter(WAN_INTERFACE, mode.flag())?;
    Ok(kernel)
}

impl Mode {
    const fn word(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Generic => "generic",
        }
    }

    const fn flag(self) -> XdpMode {
        match self {
            Self::Native => XdpMode::Driver,
            Self::Generic => XdpMode::Skb,
        }
    }
}

impl Watch {
    /// Its process, where it has one.
    pub(crate) const fn pid(&self) -> Option<Pid> {
        match self {
            Self::Nothing | Self::EmptyXdp(_) | Self::FlowCounter(_) => None,
            Self::Detector(detector) => Some(detector.pid()),
            Self::Program(program) => Some(program.pid()),
        }
    }

    /// Ends it, and returns how many packets it says that it lost.
    pub(crate) fn end(self) -> Result<Option<u64>> {
        match self {
            Self::Nothing | Self::EmptyXdp(_) | Self::FlowCounter(_) => Ok(None),
            Self::Detector(detector) => {
                detector.signal(Signal::SIGTERM)?;
                let status = detector.exit(PATIENCE)?;
                ensure!(status.success(), "the detector ended with {status}");
                Ok(None)
            }
            Self::Program(program) => program.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_ends_no_cell_of_a_table() {
        let name = Watcher::Program("tcpdump 'a|b'").name();
        assert_eq!(name, "`tcpdump 'a\\|b'`");
    }
}
