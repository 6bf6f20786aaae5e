//! Other people's programs on an interface, attached in the ways that there are.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use aya::{
    Ebpf,
    programs::{
        LinkOrder, SchedClassifier, TcAttachType, Xdp, XdpMode,
        links::FdLink,
        tc::{self, NlOptions, TcAttachOptions},
    },
};
use detector_tests::bare::Bare;
use nix::net::if_::if_nametoindex;
use tempfile::NamedTempFile;

const XDP_PASS: i32 = 2;
/// No other program at the hook is asked.
const TC_ACT_OK: i32 = 0;
/// The name of libxdp's own, which runs those of several tools.
pub(crate) const DISPATCHER: &str = "xdp_dispatcher";
pub(crate) const THEIRS: &str = "theirs";
/// The first there is: clsact asks it before all that have a greater one.
const FIRST: u16 = 1;

/// A program that stays attached until it is dropped, in the namespace of the thread that attaches it.
pub(crate) enum Foreign {
    /// Whoever holds the program holds the link.
    Held(#[expect(dead_code, reason = "attached while it is held")] Ebpf),
    /// Attached by `ip`, which is long gone.
    Netlink { interface: String },
    /// A filter of clsact, which nobody holds.
    Filter {
        interface: String,
        side: TcAttachType,
    },
}

impl Foreign {
    /// In the network stack, by a link.
    pub(crate) fn xdp_by_link(interface: &str, name: &str) -> Result<Self> {
        let mut ebpf = load(name, "xdp", XDP_PASS)?;
        let program: &mut Xdp = ebpf.program_mut(name).context("no program")?.try_into()?;
        program.load()?;
        program.attach_to_if_index(if_nametoindex(interface)?, XdpMode::Skb)?;
        Ok(Self::Held(ebpf))
    }

    /// The same, by a link that is pinned at `path` and held by nobody else.
    pub(crate) fn pinned(interface: &str, name: &str, path: &Path) -> Result<()> {
        let mut ebpf = load(name, "xdp", XDP_PASS)?;
        let program: &mut Xdp = ebpf.program_mut(name).context("no program")?.try_into()?;
        program.load()?;
        let link = program.attach_to_if_index(if_nametoindex(interface)?, XdpMode::Skb)?;
        FdLink::try_from(program.take_link(link)?)?.pin(path)?;
        Ok(())
    }

    /// The same, by netlink.
    pub(crate) fn xdp_by_netlink(interface: &str, name: &str) -> Result<Self> {
        let object = NamedTempFile::new()?;
        let bare = bare(name, "xdp", XDP_PASS);
        fs::write(&object, bare.object()?)?;
        let path = object.path().display();
        ip(&format!(
            "link set dev {interface} xdpgeneric object {path} section xdp"
        ))?;
        Ok(Self::Netlink {
            interface: interface.to_owned(),
        })
    }

    /// A link at the hook of TC, before all that are there, which ends the matter for those behind it.
    pub(crate) fn tcx(interface: &str, side: TcAttachType) -> Result<Self> {
        let mut ebpf = load(THEIRS, "classifier", TC_ACT_OK)?;
        let options = TcAttachOptions::TcxOrder(LinkOrder::first());
        classifier(&mut ebpf)?.attach_with_options(interface, side, options)?;
        Ok(Self::Held(ebpf))
    }

    /// A filter of clsact, before all others.
    pub(crate) fn clsact(interface: &str, side: TcAttachType) -> Result<Self> {
        // It is there, or it cannot be added, and then the filter cannot be either.
        let _is_there = tc::qdisc_add_clsact(interface);
        let mut ebpf = load(THEIRS, "classifier", TC_ACT_OK)?;
        let program = classifier(&mut ebpf)?;
        let options = TcAttachOptions::Netlink(NlOptions {
            priority: FIRST,
            ..NlOptions::default()
        });
        let link = program.attach_with_options(interface, side, options)?;
        // As `tc` does, it leaves the filter to itself.
        std::mem::forget(program.take_link(link)?);
        Ok(Self::Filter {
            interface: interface.to_owned(),
            side,
        })
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        match self {
            Self::Held(_) => {}
            // Where it is not there any more the test has seen it.
            Self::Netlink { interface } => {
                let _gone = ip(&format!("link set dev {interface} xdpgeneric off"));
            }
            Self::Filter { interface, side } => {
                let _gone = tc::qdisc_detach_program(interface, *side, THEIRS);
            }
        }
    }
}

const fn bare<'a>(name: &'a str, section: &'a str, answer: i32) -> Bare<'a> {
    Bare {
        name,
        section,
        answer,
    }
}

fn load(name: &str, section: &str, answer: i32) -> Result<Ebpf> {
    Ok(Ebpf::load(&bare(name, section, answer).object()?)?)
}

fn classifier(ebpf: &mut Ebpf) -> Result<&mut SchedClassifier> {
    let program = ebpf.program_mut(THEIRS).context("no program")?;
    let program: &mut SchedClassifier = program.try_into()?;
    program.load()?;
    Ok(program)
}

fn ip(arguments: &str) -> Result<()> {
    let output = Command::new("ip").args(arguments.split(' ')).output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ip {arguments}: {errors}");
    Ok(())
}
