//! The two engines side by side: the programs in the kernel, and the same logic on the host.

use std::{
    collections::HashMap,
    fmt::{Debug, Write as _},
    hash::Hash,
    mem,
    panic::{self, AssertUnwindSafe},
};

use anyhow::{Result, bail, ensure};
use detector::{
    engine::Engine,
    kernel::{Kernel, Options, maps::Totals, test_run::Hook},
    sizes::Sizes,
};
use detector_common::{
    classify::Judgement, flow::Direction, maps::Loss, sample::Sample, time::Nanos, tuning::Tuning,
    wire::link::LinkLayer,
};
use detector_tests::frames::Frame;

/// What the programs return: `XDP_PASS`, and `TC_ACT_UNSPEC` (-1).
pub(crate) const XDP_PASS: u32 = 2;
pub(crate) const TC_ACT_UNSPEC: u32 = u32::MAX;

const ETHERNET_LEN: usize = 14;

/// Room for more than a pair is shown, and little to look through.
const SIZES: Sizes = Sizes {
    prefixes: 8_192,
    connections: 32_768,
    destinations: 8_192,
};

/// Differences that an error shows.
const SHOWN: usize = 5;

/// Which programs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Venue {
    /// What sees packets come in.
    pub(crate) ingress: Hook,
    /// What packets begin with.
    pub(crate) link: LinkLayer,
}

impl Venue {
    /// A raw IP packet runs through TC as faithfully as a frame: `bpf_prog_test_run_skb` pulls 14 bytes as if
    /// they were an Ethernet header, but gives them back before it runs a TC program (`is_l2`), which then
    /// reads from the first byte it was given. The protocol that the kernel made of bytes 12 and 13 is
    /// nothing that the programs look at.
    pub(crate) const ALL: [Self; 4] = [
        Self {
            ingress: Hook::Xdp,
            link: LinkLayer::Ethernet,
        },
        Self {
            ingress: Hook::TcIn,
            link: LinkLayer::Ethernet,
        },
        Self {
            ingress: Hook::Xdp,
            link: LinkLayer::Ip,
        },
        Self {
            ingress: Hook::TcIn,
            link: LinkLayer::Ip,
        },
    ];

    const fn hook(self, direction: Direction) -> Hook {
        match direction {
            Direction::In => self.ingress,
            Direction::Out => Hook::TcOut,
        }
    }
}

/// What a program returns that passes a packet on.
pub(crate) const fn passes(hook: Hook) -> u32 {
    match hook {
        Hook::Xdp => XDP_PASS,
        Hook::TcIn | Hook::TcOut => TC_ACT_UNSPEC,
    }
}

/// Whether the kernel takes the frame for a test run at all. XDP wants an Ethernet header, TC a byte more, and
/// Linux 6.18 a whole IP header where bytes 12 and 13 announce one, whatever the program makes of them.
pub(crate) fn is_taken(hook: Hook, bytes: &[u8]) -> bool {
    let shortest = match (hook, bytes.get(12..14)) {
        (Hook::Xdp, _) => ETHERNET_LEN,
        (_, Some([0x08, 0x00])) => ETHERNET_LEN + 20,
        (_, Some([0x86, 0xdd])) => ETHERNET_LEN + 40,
        _ => ETHERNET_LEN + 1,
    };
    bytes.len() >= shortest
}

/// Kernel and host, given the same frames from the start.
pub(crate) struct Pair {
    pub(crate) venue: Venue,
    pub(crate) engine: Engine,
    pub(crate) tuning: Tuning,
    kernel: Kernel,
    pub(crate) packets: [u64; 2],
}

impl Pair {
    pub(crate) fn load(venue: Venue, tuning: Tuning) -> Result<Self> {
        let options = Options {
            tuning,
            is_test_run: true,
            sizes: SIZES,
            ..Options::default()
        };
        Ok(Self {
            venue,
            engine: Engine::new(tuning),
            tuning,
            kernel: Kernel::load(options)?,
            packets: [0; 2],
        })
    }

    /// Shows both a frame. One that is too short for a test run is shown to neither.
    pub(crate) fn show(&mut self, frame: &Frame, now: Nanos) -> Result<Option<Judgement>> {
        let hook = self.venue.hook(frame.direction);
        if !is_taken(hook, &frame.bytes) {
            return Ok(None);
        }
        let link = self.venue.link;
        let returned = self
            .kernel
            .programs
            .test_run(hook, link, &frame.bytes, now)?;
        ensure!(
            returned == passes(hook),
            "{hook:?} returned {returned}, which does not pass the packet on"
        );
        self.packets[frame.direction as usize] += 1;
        Ok(self
            .engine
            .observe(&frame.bytes, link, frame.direction, now))
    }

    /// Shows both a sequence. What cannot happen, such as a sum that overflows, is an error too.
    pub(crate) fn play(&mut self, sequence: &[(Frame, Nanos)]) -> Result<()> {
        let show_all = || {
            for (frame, now) in sequence {
                self.show(frame, *now)?;
            }
            Ok(())
        };
        panic::catch_unwind(AssertUnwindSafe(show_all))
            .unwrap_or_else(|_panic| bail!("the host panicked"))
    }

    /// Compares everything that both remember, and the samples since the last time.
    pub(crate) fn compare(&mut self) -> Result<()> {
        let samples = self.differing_samples()?;
        let tables = &self.engine.tables;
        let mut flows = tables.flows.entries();
        flows.retain(|_, flow| !flow.is_settled());
        let kernel_flows = self.kernel.maps.young_flows().into_iter().collect();
        let host_prefixes = self.engine.snapshot().clone().into_iter().collect();
        let prefixes = self.kernel.maps.all_prefixes().into_iter().collect();
        let destinations = self.kernel.maps.all_destinations().into_iter().collect();
        let differences = [
            differences("prefix", &prefixes, &host_prefixes),
            differences("flow", &kernel_flows, &flows),
            differences("destination", &destinations, &tables.destinations.entries()),
            self.differing_vantage()?,
            samples,
            self.differing_totals()?,
        ]
        .concat();
        if differences.is_empty() {
            return Ok(());
        }
        bail!("kernel and host differ ({:?}):\n{differences}", self.venue)
    }

    fn differing_totals(&self) -> Result<String> {
        let kernel = self.kernel.maps.totals()?;
        let host = Totals {
            packets: self.packets,
            skips: self.engine.skips,
            losses: self.losses(),
            marks: self.engine.tables.evidence.marks,
        };
        Ok(difference("totals", &kernel, &host))
    }

    /// On the host there is room for everything but samples.
    const fn losses(&self) -> [u64; Loss::ALL.len()] {
        let mut losses = [0; Loss::ALL.len()];
        losses[Loss::Sample as usize] = self.engine.tables.evidence.refused;
        losses
    }

    fn differing_vantage(&self) -> Result<String> {
        let kernel = self.kernel.maps.vantage()?;
        let host = self.engine.tables.vantage.0;
        Ok(difference("vantage", &kernel, &host))
    }

    /// In order, by the first that differs.
    fn differing_samples(&mut self) -> Result<String> {
        let kernel = self.kernel.maps.samples()?;
        let host = mem::take(&mut self.engine.tables.evidence.samples);
        let len = kernel.len().max(host.len());
        let at = |samples: &[Sample], index: usize| samples.get(index).copied();
        Ok((0..len)
            .map(|index| {
                let (kernel, host) = (at(&kernel, index), at(&host, index));
                difference(&format!("sample {index}"), &kernel, &host)
            })
            .find(|difference| !difference.is_empty())
            .unwrap_or_default())
    }
}

fn difference<T: Debug + PartialEq>(what: &str, kernel: &T, host: &T) -> String {
    if kernel == host {
        String::new()
    } else {
        format!("{what}:\n  kernel {kernel:?}\n  host   {host:?}\n")
    }
}

/// The entries that one side alone has, or that differ; in order, and not too many.
fn differences<K, V>(what: &str, kernel: &HashMap<K, V>, host: &HashMap<K, V>) -> String
where
    K: Debug + Eq + Hash,
    V: Debug + PartialEq,
{
    if kernel == host {
        return String::new();
    }
    let keys = kernel
        .keys()
        .chain(host.keys().filter(|key| !kernel.contains_key(key)));
    let mut lines: Vec<String> = keys
        .map(|key| difference(&format!("{what} {key:?}"), &kernel.get(key), &host.get(key)))
        .filter(|difference| !difference.is_empty())
        .collect();
    lines.sort();
    let mut text = lines
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<String>();
    if lines.len() > SHOWN {
        // Writing to a string does not fail.
        writeln!(text, "{what}: {} differences in all", lines.len()).ok();
    }
    text
}
