//! The range that a test blocks, and its neighbours, which stay healthy. Blocks nothing.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Result;
use detector_tests::plan::hosts;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const PORT: u16 = 443;

/// Sixteen prefixes of the detector's counters, and others right below and above them.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    /// What the censor blocks.
    pub(crate) blocked: IpNet,
    /// What it never touches.
    pub(crate) healthy: [IpNet; 2],
    /// Hosts that are visited in each prefix.
    pub(crate) hosts: usize,
    /// Length of each prefix.
    pub(crate) bits: u8,
}

/// The sixteen /24s of 198.18.16.0/20.
pub(crate) const V4: Area = Area {
    blocked: v4(16, 20),
    healthy: [v4(0, 20), v4(32, 21)],
    hosts: 8,
    bits: 24,
};

/// The sixteen /48s of `2001:db8:8010::/44`.
pub(crate) const V6: Area = Area {
    blocked: v6(0x8010, 44),
    healthy: [v6(0x8000, 44), v6(0x8020, 45)],
    hosts: 8,
    bits: 48,
};

impl Area {
    pub(crate) fn inside(self) -> Result<Vec<SocketAddr>> {
        hosts(self.blocked, self.bits, self.hosts, PORT)
    }

    pub(crate) fn around(self) -> Result<Vec<SocketAddr>> {
        let [below, above] = self.healthy;
        let mut targets = hosts(below, self.bits, self.hosts, PORT)?;
        targets.extend(hosts(above, self.bits, self.hosts, PORT)?);
        Ok(targets)
    }
}

const fn v4(third: u8, bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, third, 0), bits))
}

const fn v6(third: u16, bits: u8) -> IpNet {
    let address = Ipv6Addr::new(0x2001, 0xdb8, third, 0, 0, 0, 0, 0);
    IpNet::V6(Ipv6Net::new_assert(address, bits))
}
