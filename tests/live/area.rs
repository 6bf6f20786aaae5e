//! The ranges that a test blocks, and their neighbours, which stay healthy. Blocks nothing.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Result;
use detector_tests::plan::hosts;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const PORT: u16 = 443;

/// Prefixes of the detector's counters, and others right beside them: forty in all.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    /// What the censor blocks: ranges that nothing wider covers without covering what works.
    pub(crate) blocked: &'static [IpNet],
    /// What it never touches.
    pub(crate) healthy: &'static [IpNet],
    /// Hosts that are visited in each prefix.
    pub(crate) hosts: usize,
    /// Length of each prefix.
    pub(crate) bits: u8,
}

/// The sixteen /24s of 198.18.16.0/20.
pub(crate) const V4: Area = Area {
    blocked: &[v4(16, 20)],
    healthy: &[v4(0, 20), v4(32, 21)],
    hosts: 8,
    bits: 24,
};

/// The sixteen /48s of `2001:db8:8010::/44`.
pub(crate) const V6: Area = Area {
    blocked: &[v6(0x8010, 44)],
    healthy: &[v6(0x8000, 44), v6(0x8020, 45)],
    hosts: 8,
    bits: 48,
};

/// 198.18.`third`.0, as wide as `bits` say.
pub(crate) const fn v4(third: u8, bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, third, 0), bits))
}

impl Area {
    pub(crate) fn inside(self) -> Result<Vec<SocketAddr>> {
        self.visited(self.blocked)
    }

    pub(crate) fn around(self) -> Result<Vec<SocketAddr>> {
        self.visited(self.healthy)
    }

    pub(crate) fn all(self) -> Result<Vec<SocketAddr>> {
        Ok([self.inside()?, self.around()?].concat())
    }

    fn visited(self, ranges: &[IpNet]) -> Result<Vec<SocketAddr>> {
        let each = ranges.iter();
        let targets: Vec<_> = each
            .map(|range| hosts(*range, self.bits, self.hosts, PORT))
            .collect::<Result<_>>()?;
        Ok(targets.concat())
    }
}

const fn v6(third: u16, bits: u8) -> IpNet {
    let address = Ipv6Addr::new(0x2001, 0xdb8, third, 0, 0, 0, 0, 0);
    IpNet::V6(Ipv6Net::new_assert(address, bits))
}
