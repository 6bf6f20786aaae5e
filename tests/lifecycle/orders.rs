//! Other people's programs on one interface with ours, coming and going in any order, in every way that there is.

use std::net::UdpSocket;

use anyhow::{Result, ensure};
use aya::programs::TcAttachType::{self, Egress, Ingress as In};
use detector::{
    failure::Failure,
    kernel::{
        Kernel, Options,
        attach::{Ingress, Mode, TcHook, Wish},
        interfaces::{Interface, Interfaces},
    },
};
use detector_tests::{long::so_many, measured};
use rand::{Rng, RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};

use crate::{
    foreign::{Foreign, THEIRS},
    hooks::Hooks,
    link::{Link, NAME},
};

const STEPS: usize = 12;
/// What ours are called, at whatever hook.
const OURS: [&str; 3] = ["xdp_ethernet", "in_ethernet", "out_ethernet"];
const WISHES: [(Ingress, TcHook); 4] = [
    (Ingress::Xdp, TcHook::Tcx),
    (Ingress::Xdp, TcHook::Clsact),
    (Ingress::Tc, TcHook::Tcx),
    (Ingress::Tc, TcHook::Clsact),
];
const THEIR_WAYS: [Way; 6] = [
    Way::XdpByLink,
    Way::XdpByNetlink,
    Way::Tcx(In),
    Way::Tcx(Egress),
    Way::Clsact(In),
    Way::Clsact(Egress),
];

/// How they attach.
#[derive(Clone, Copy, Debug)]
enum Way {
    XdpByLink,
    XdpByNetlink,
    Tcx(TcAttachType),
    Clsact(TcAttachType),
}

pub(crate) fn no_program_is_displaced_in_any_order() -> Result<()> {
    let link = Link::new()?;
    let orders = so_many(10, 100);
    let refused = link.0.run(|| {
        let mut stage = Stage::new()?;
        let mut refused = 0;
        for seed in 0..orders {
            refused += stage.play(&mut Xoshiro256PlusPlus::seed_from_u64(seed))?;
            let hooks = link.hooks(NAME)?;
            ensure!(hooks == Hooks::default(), "order {seed} left {hooks:?}");
        }
        Ok(refused)
    })?;
    measured(
        "no_program_is_displaced_in_any_order",
        format!(
            "0 programs displaced in {orders} orders of {STEPS} steps; {refused} refused for want of the hook"
        ),
    );
    Ok(())
}

/// Theirs says of each packet that nobody else is to be asked.
pub(crate) fn what_others_decide_first_is_seen_all_the_same() -> Result<()> {
    for hook in [TcHook::Tcx, TcHook::Clsact] {
        let link = Link::new()?;
        link.ip(
            "addr add 192.0.2.1/24 dev wan0\nneigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev wan0",
        )?;
        link.0.run(|| {
            let _theirs = match hook {
                TcHook::Tcx => Foreign::tcx(NAME, Egress)?,
                TcHook::Clsact => Foreign::clsact(NAME, Egress)?,
            };
            let mut stage = Stage::new()?;
            stage.attach((Ingress::Tc, hook))?;
            let before = stage.kernel.maps.totals()?.packets;
            UdpSocket::bind(("192.0.2.1", 0))?.send_to(b"out", ("192.0.2.2", 9))?;
            let after = stage.kernel.maps.totals()?.packets;
            ensure!(after[1] > before[1], "{hook:?}: out of sight: {after:?}");
            Ok(())
        })?;
    }
    Ok(())
}

/// Our programs, loaded once, and theirs.
struct Stage {
    kernel: Kernel,
    ours: Option<(Interface, Wish)>,
    theirs: [Option<Foreign>; THEIR_WAYS.len()],
}

impl Stage {
    fn new() -> Result<Self> {
        Ok(Self {
            kernel: Kernel::load(Options::default())?,
            ours: None,
            theirs: Default::default(),
        })
    }

    /// One order, after which all are gone. Returns how often the XDP hook was refused because somebody had it.
    fn play(&mut self, chance: &mut impl Rng) -> Result<u32> {
        let mut refused = 0;
        let (mut ours, mut theirs) = parted()?;
        for _ in 0..STEPS {
            let at = chance.random_range(0..=THEIR_WAYS.len());
            let (was_possible, is_ours) = match THEIR_WAYS.get(at) {
                Some(_) => (self.move_theirs(at)?, false),
                None => (self.move_ours(chance)?, true),
            };
            refused += u32::from(!was_possible);
            let (ours_after, theirs_after) = parted()?;
            if !is_ours || !was_possible {
                ensure!(ours == ours_after, "ours were {ours:?}, are {ours_after:?}");
            }
            if is_ours || !was_possible {
                ensure!(
                    theirs == theirs_after,
                    "theirs were {theirs:?}, are {theirs_after:?}"
                );
            }
            self.ensure_counts(&ours_after, &theirs_after)?;
            (ours, theirs) = (ours_after, theirs_after);
        }
        self.detach();
        self.theirs = Default::default();
        Ok(refused)
    }

    /// Attaches or detaches; false where the hook was somebody else's, and had to be.
    fn move_ours(&mut self, chance: &mut impl Rng) -> Result<bool> {
        if self.ours.is_some() {
            self.detach();
            return Ok(true);
        }
        let wish = WISHES[chance.random_range(0..WISHES.len())];
        let is_taken = wish.0 == Ingress::Xdp && self.is_xdp_theirs();
        match self.attach(wish) {
            Ok(()) => ensure!(!is_taken, "two at one hook"),
            Err(failure) => {
                let line = failure.to_string();
                ensure!(is_taken, "{wish:?}: {line}");
                ensure!(line.contains(THEIRS), "not whose it is: {line}");
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn move_theirs(&mut self, at: usize) -> Result<bool> {
        if self.theirs[at].take().is_some() {
            return Ok(true);
        }
        let is_free = match THEIR_WAYS[at] {
            Way::XdpByLink | Way::XdpByNetlink => !self.is_xdp_theirs() && !self.is_xdp_ours(),
            Way::Tcx(_) | Way::Clsact(_) => true,
        };
        match THEIR_WAYS[at].attach() {
            Ok(foreign) => {
                ensure!(is_free, "{:?}: two at one hook", THEIR_WAYS[at]);
                self.theirs[at] = Some(foreign);
            }
            Err(error) => {
                ensure!(!is_free, "{:?}: {error:#}", THEIR_WAYS[at]);
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn attach(&mut self, (ingress, tc): (Ingress, TcHook)) -> Result<(), Failure> {
        let wish = Wish {
            mode: Mode::Auto,
            ingress,
            tc,
        };
        let interface = interface()?;
        self.kernel.programs.attach(&interface, wish)?;
        self.ours = Some((interface, wish));
        Ok(())
    }

    fn detach(&mut self) {
        if let Some((interface, _wish)) = self.ours.take() {
            self.kernel.programs.detach(interface.index);
        }
    }

    fn is_xdp_ours(&self) -> bool {
        let wish = self.ours.as_ref().map(|(_interface, wish)| wish.ingress);
        wish == Some(Ingress::Xdp)
    }

    const fn is_xdp_theirs(&self) -> bool {
        self.theirs[0].is_some() || self.theirs[1].is_some()
    }

    /// Both of ours or none; one of theirs for each that is held.
    fn ensure_counts(&self, ours: &[String], theirs: &[String]) -> Result<()> {
        let held = self.theirs.iter().flatten().count();
        let attached = if self.ours.is_some() { 2 } else { 0 };
        ensure!(
            ours.len() == attached && theirs.len() == held,
            "{attached} of ours, {held} of theirs: {ours:?}, {theirs:?}"
        );
        Ok(())
    }
}

impl Way {
    fn attach(self) -> Result<Foreign> {
        match self {
            Self::XdpByLink => Foreign::xdp_by_link(NAME, THEIRS),
            Self::XdpByNetlink => Foreign::xdp_by_netlink(NAME, THEIRS),
            Self::Tcx(side) => Foreign::tcx(NAME, side),
            Self::Clsact(side) => Foreign::clsact(NAME, side),
        }
    }
}

fn interface() -> Result<Interface, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;
    runtime.block_on(async { Interfaces::connect()?.by_name(NAME).await })
}

/// What is attached in this thread's namespace: ours, and theirs.
fn parted() -> Result<(Vec<String>, Vec<String>)> {
    let hooks = Hooks::here(NAME)?;
    let each = [
        ("xdp", hooks.xdp),
        ("tcx in", hooks.tcx_in),
        ("tcx out", hooks.tcx_out),
        ("filter in", hooks.filters_in),
        ("filter out", hooks.filters_out),
    ];
    let each = each.into_iter().flat_map(|(hook, programs)| {
        programs
            .into_iter()
            .map(move |program| format!("{hook}: {program}"))
    });
    Ok(each.partition(|it| OURS.iter().any(|name| it.contains(name))))
}
