//! Attaching both hooks to an interface. Foreign programs are never displaced.

mod failure;
mod mode;
mod succession;

use aya::{
    programs::{
        LinkOrder, ProgramError, TcAttachType, XdpMode,
        tc::{self, NlOptions, SchedClassifierLink, TcAttachOptions, TcHandle},
        xdp::XdpLink,
    },
    util::KernelVersion,
};
use nix::net::if_::if_nametoindex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::mode::{Attempt, attempt};
pub use self::mode::{Mode, Reason};
use super::{
    entry::{tc_program, xdp_program},
    interfaces::Interface,
    load::Programs,
    once_free::once_free,
    pins::Hook,
};
use crate::failure::Failure;

/// Ours go on to whoever comes behind. Others may not (`TC_ACT_OK`): what they decide first would be out of sight, so
/// ours want to be the first. Among filters of one priority the latest is.
const FIRST_FILTER: TcAttachOptions = filter(1);
/// Where the kernel finds a place.
const ANY_FILTER: TcAttachOptions = filter(0);

/// Which hook sees what comes in.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Ingress {
    /// XDP.
    #[default]
    Xdp,
    /// TC, for interfaces whose XDP hook is taken.
    Tc,
}

/// How a TC program is attached.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TcHook {
    /// A link of its own (Linux 6.6); gone when the process ends, however it ends.
    Tcx,
    /// A filter of the clsact qdisc; the next start removes what a killed process left.
    Clsact,
}

/// What carries the ingress program.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IngressHook {
    /// XDP in the driver.
    Native,
    /// XDP in the network stack.
    Generic,
    /// TC.
    Tc,
}

/// An interface that is being watched.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Attached {
    /// The interface.
    pub interface: Interface,
    /// What sees the packets that come in.
    pub ingress: IngressHook,
    /// Why XDP runs in generic mode without having been asked to.
    pub reason: Option<Reason>,
    /// What sees the packets that leave.
    pub egress: TcHook,
}

/// What is asked of [`Programs::attach`].
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Wish {
    /// How XDP is to run.
    pub mode: Mode,
    /// Which hook sees what comes in.
    pub ingress: Ingress,
    /// How TC programs are attached.
    pub tc: TcHook,
}

/// What holds the programs on one interface: dropping it detaches those that are not pinned.
#[derive(Default)]
pub(super) struct Links {
    xdp: Option<XdpLink>,
    tc: Vec<(Hook, SchedClassifierLink)>,
}

/// XDP, in the mode that came of it.
type Xdp = (XdpLink, IngressHook, Option<Reason>);

impl TcHook {
    /// The best this kernel has.
    pub fn of_this_kernel() -> Self {
        let has_tcx =
            KernelVersion::current().is_ok_and(|version| version >= KernelVersion::new(6, 6, 0));
        if has_tcx { Self::Tcx } else { Self::Clsact }
    }
}

impl Programs {
    /// Attaches both programs to `interface`, or none.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the hook is taken or the driver cannot, [`Failure::Permission`]
    /// where the kernel forbids it.
    pub fn attach(&mut self, interface: &Interface, wish: Wish) -> Result<Attached, Failure> {
        let attached = self.attach_both(interface, wish);
        if attached.is_err() {
            // Of what an earlier run left, one may have been taken over; nobody reads what the other counts.
            self.let_go(interface.index);
        }
        attached
    }

    fn attach_both(&mut self, interface: &Interface, wish: Wish) -> Result<Attached, Failure> {
        self.disown(interface)?;
        let mut links = Links::default();
        let link = self.attach_tc(interface, Hook::Out, wish.tc)?;
        links.tc.push((Hook::Out, link));
        let (ingress, reason) = match wish.ingress {
            Ingress::Tc => {
                let link = self.attach_tc(interface, Hook::In, wish.tc)?;
                links.tc.push((Hook::In, link));
                (IngressHook::Tc, None)
            }
            Ingress::Xdp => {
                let (link, hook, reason) = self.attach_xdp(interface, wish.mode)?;
                links.xdp = Some(link);
                (hook, reason)
            }
        };
        let attached = Attached {
            interface: interface.clone(),
            ingress,
            reason,
            egress: wish.tc,
        };
        self.hold(&attached, links)?;
        Ok(attached)
    }

    /// Detaches what is attached to the interface of this index, which may be gone.
    pub fn detach(&mut self, index: u32) {
        self.links.remove(&index);
        self.let_go(index);
    }

    fn attach_xdp(&mut self, interface: &Interface, mode: Mode) -> Result<Xdp, Failure> {
        let attempt = attempt(mode, interface.kind.as_ref());
        if let Some(taken) = self.take_over_xdp(interface, attempt)? {
            return Ok(taken);
        }
        let until = self.clear_xdp(interface.index)?;
        let program = self.xdp(xdp_program(interface.link))?;
        let mut on = |flags| {
            let attach = || program.attach_to_if_index(interface.index, flags);
            let link = once_free(until, failure::is_taken, attach)?;
            program.take_link(link)
        };
        let reason = match attempt {
            Attempt::Generic(reason) => reason,
            Attempt::Native | Attempt::NativeElseGeneric => match on(XdpMode::Driver) {
                Ok(link) => return Ok((link, IngressHook::Native, None)),
                Err(error) if attempt == Attempt::Native || failure::is_taken(&error) => {
                    return Err(failure::of_xdp(interface, &error, mode));
                }
                Err(error) => {
                    tracing::debug!("{}: {}", interface.name, failure::cause(&error));
                    Some(Reason::NoNativeXdp)
                }
            },
        };
        let link = on(XdpMode::Skb).map_err(|error| failure::of_xdp(interface, &error, mode))?;
        if let Some(reason) = reason {
            tracing::info!("{}: generic XDP: {reason}", interface.name);
        }
        Ok((link, IngressHook::Generic, reason))
    }

    fn attach_tc(
        &mut self,
        interface: &Interface,
        place: Hook,
        hook: TcHook,
    ) -> Result<SchedClassifierLink, Failure> {
        if let Some(taken) = self.take_over_tc(interface, place)? {
            return Ok(taken);
        }
        let (name, side) = tc_program(interface.link, place);
        if hook == TcHook::Clsact {
            prepare_clsact(interface, name, side)?;
        }
        let program = self.classifier(name)?;
        let mut on = |options| {
            let link = program.attach_with_options(&interface.name, side, options)?;
            program.take_link(link)
        };
        let attached = match hook {
            TcHook::Tcx => on(TcAttachOptions::TcxOrder(LinkOrder::first())),
            // A filter of another kind may have this priority.
            TcHook::Clsact => on(FIRST_FILTER).or_else(|_taken| on(ANY_FILTER)),
        };
        let link = attached.map_err(|error: ProgramError| failure::of_tc(interface, &error))?;
        // TC is attached by name, and a name may have gone to another since it was asked for.
        match if_nametoindex(interface.name.as_str()) {
            Ok(index) if index == interface.index => Ok(link),
            _ => Err(failure::renamed(interface)),
        }
    }
}

const fn filter(priority: u16) -> TcAttachOptions {
    TcAttachOptions::Netlink(NlOptions {
        priority,
        handle: TcHandle::AUTO_ASSIGN,
        classid: None,
    })
}

/// Adds the qdisc where it is missing, and removes filters of ours that a killed process left.
fn prepare_clsact(interface: &Interface, name: &str, side: TcAttachType) -> Result<(), Failure> {
    match tc::qdisc_add_clsact(&interface.name) {
        Ok(()) => Ok(()),
        Err(error) if failure::is_there(&error) => {
            // There is nothing to remove after an orderly end.
            let _none_left = tc::qdisc_detach_program(&interface.name, side, name);
            Ok(())
        }
        Err(error) => Err(Failure::Failed(format!(
            "{}: the clsact qdisc cannot be added: {error}",
            interface.name
        ))),
    }
}
