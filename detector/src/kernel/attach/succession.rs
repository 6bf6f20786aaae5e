//! Links that an earlier run pinned: the programs under them are replaced in place, so that no packet passes unseen for
//! want of a program; and links that are left to the next.
//!
//! Without pins there is none of either. Must not know: where pins lie.

use std::time::{Duration, Instant};

use aya::programs::{
    ProgramError,
    links::{FdLink, LinkError},
    tc::SchedClassifierLink,
    xdp::XdpLink,
};

use super::{
    Attached, IngressHook, Links, Reason, Xdp, failure,
    mode::{Attempt, Mode},
};
use crate::{
    failure::Failure,
    kernel::{
        entry::{tc_program, xdp_program},
        interfaces::Interface,
        load::Programs,
        pins::{Hook, Pins, Place},
    },
};

/// Far longer than the kernel takes.
const GOING: Duration = Duration::from_secs(5);

impl Programs {
    /// Lets go of links that say they are of `interface` and cannot be: another one has its index in another network
    /// namespace.
    pub(super) fn disown(&mut self, interface: &Interface) -> Result<(), Failure> {
        let index = interface.index;
        match &mut self.pins {
            Some(pins)
                if interface.xdp_owner.is_none() && pins.find(index, &Hook::XDP).is_some() =>
            {
                pins.let_go(index, |_| true)
            }
            _ => Ok(()),
        }
    }

    /// The XDP link that is there in a mode that is wanted, now of our program.
    pub(super) fn take_over_xdp(
        &mut self,
        interface: &Interface,
        attempt: Attempt,
    ) -> Result<Option<Xdp>, Failure> {
        let pins = self.pins.as_ref();
        let found = pins.and_then(|it| it.find(interface.index, fitting(attempt)));
        let Some((hook, link)) = found else {
            return Ok(None);
        };
        let program = self.xdp(xdp_program(interface.link))?;
        let link = XdpLink::try_from(link).map_err(|error| not_taken(interface, &error))?;
        let taken = program.attach_to_link(link);
        let link = taken.and_then(|id| program.take_link(id));
        let link = link.map_err(|error| failure::of_xdp(interface, &error, Mode::Auto))?;
        let (ingress, reason) = outcome(hook, attempt);
        Ok(Some((link, ingress, reason)))
    }

    /// Lets go of XDP links in other modes, and says until when they may still be there: the kernel takes a link off
    /// some moments after its pin is gone.
    pub(super) fn clear_xdp(&mut self, index: u32) -> Result<Instant, Failure> {
        let now = Instant::now();
        match &mut self.pins {
            Some(pins) if pins.find(index, &Hook::XDP).is_some() => {
                pins.let_go(index, Hook::is_xdp)?;
                Ok(now + GOING)
            }
            _ => Ok(now),
        }
    }

    /// The TC link that is there, now of our program.
    pub(super) fn take_over_tc(
        &mut self,
        interface: &Interface,
        place: Hook,
    ) -> Result<Option<SchedClassifierLink>, Failure> {
        let pins = self.pins.as_ref();
        let Some((_, link)) = pins.and_then(|it| it.find(interface.index, &[place])) else {
            return Ok(None);
        };
        let (name, _side) = tc_program(interface.link, place);
        let program = self.classifier(name)?;
        let link =
            SchedClassifierLink::try_from(link).map_err(|error| not_taken(interface, &error))?;
        let taken = program.attach_to_link(link);
        let link = taken.and_then(|id| program.take_link(id));
        link.map(Some)
            .map_err(|error: ProgramError| failure::of_tc(interface, &error))
    }

    /// Holds the links of an interface, by pins if there are such: all of them or none.
    pub(super) fn hold(&mut self, attached: &Attached, links: Links) -> Result<(), Failure> {
        let index = attached.interface.index;
        let pins = match &mut self.pins {
            Some(pins) if pins.is_there() => pins,
            gone => {
                if let Some(pins) = gone {
                    tracing::warn!("{}", lost(attached, pins));
                }
                self.links.insert(index, links);
                return Ok(());
            }
        };
        pin_all(pins, attached, links).or_else(|failure| {
            pins.let_go(index, |_| true)?;
            Err(failure)
        })
    }

    /// Lets go of what is pinned of the interface of this index.
    pub(super) fn let_go(&mut self, index: u32) {
        let pins = self.pins.as_mut();
        if let Some(Err(failure)) = pins.map(|pins| pins.let_go(index, |_| true)) {
            tracing::warn!("{failure}");
        }
    }

    /// Lets go of what earlier runs left of interfaces and hooks that are no longer asked for.
    ///
    /// # Errors
    /// [`Failure::Failed`] where a pin cannot be removed.
    pub(in crate::kernel) fn settle(&mut self) -> Result<(), Failure> {
        self.pins.as_mut().map_or(Ok(()), Pins::settle)
    }
}

fn pin_all(pins: &mut Pins, attached: &Attached, links: Links) -> Result<(), Failure> {
    let interface = &attached.interface;
    let Links { xdp, tc } = links;
    let xdp = xdp.map(|link| (hook_of(attached), FdLink::try_from(link)));
    let tc = tc
        .into_iter()
        .map(|(hook, link)| (hook, FdLink::try_from(link)));
    for (hook, link) in tc.chain(xdp) {
        let link = link.map_err(|error| not_taken(interface, &error))?;
        let index = interface.index;
        pins.keep(Place { index, hook }, link)?;
    }
    Ok(())
}

/// In which modes XDP may have been attached that fit.
const fn fitting(attempt: Attempt) -> &'static [Hook] {
    match attempt {
        Attempt::Native => &[Hook::Native],
        Attempt::NativeElseGeneric => &[Hook::Native, Hook::Fallback],
        Attempt::Generic(_) => &[Hook::Generic],
    }
}

const fn outcome(hook: Hook, attempt: Attempt) -> (IngressHook, Option<Reason>) {
    match (hook, attempt) {
        (Hook::Native, _) => (IngressHook::Native, None),
        (_, Attempt::Generic(reason)) => (IngressHook::Generic, reason),
        _ => (IngressHook::Generic, Some(Reason::NoNativeXdp)),
    }
}

const fn hook_of(attached: &Attached) -> Hook {
    match (attached.ingress, attached.reason) {
        (IngressHook::Native, _) => Hook::Native,
        (_, Some(Reason::NoNativeXdp)) => Hook::Fallback,
        _ => Hook::Generic,
    }
}

fn lost(attached: &Attached, pins: &Pins) -> String {
    format!(
        "pins in {}: the directory was removed, so that what is attached to {} goes when this process ends; start again \
         to pin it",
        pins.path().display(),
        attached.interface.name
    )
}

fn not_taken(interface: &Interface, error: &LinkError) -> Failure {
    Failure::Unavailable(format!(
        "{}: what is attached cannot be pinned ({error}); leave --pin out",
        interface.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPTS: [Attempt; 4] = [
        Attempt::Native,
        Attempt::NativeElseGeneric,
        Attempt::Generic(None),
        Attempt::Generic(Some(Reason::KeepsOffloads)),
    ];

    #[test]
    fn a_link_in_a_mode_that_was_not_asked_for_fits_nowhere() {
        assert!(!fitting(Attempt::Native).contains(&Hook::Fallback));
        assert!(!fitting(Attempt::NativeElseGeneric).contains(&Hook::Generic));
        for attempt in ATTEMPTS {
            assert!(fitting(attempt).iter().all(|it| it.is_xdp()));
        }
    }

    #[test]
    fn what_is_taken_over_is_told_as_it_was_when_it_was_attached() {
        for attempt in ATTEMPTS {
            for hook in fitting(attempt) {
                let (ingress, reason) = outcome(*hook, attempt);
                let is_generic = *hook != Hook::Native;
                assert_eq!(ingress == IngressHook::Generic, is_generic, "{hook:?}");
                let is_fallback = *hook == Hook::Fallback;
                assert_eq!(reason == Some(Reason::NoNativeXdp), is_fallback, "{hook:?}");
            }
        }
    }
}
