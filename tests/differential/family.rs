//! The versions of IP, and who has which address in each.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use detector_common::{address::Address, prefix::PrefixKey};

/// The version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    pub(crate) const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// Our side.
    pub(crate) const fn local(self) -> IpAddr {
        match self {
            Self::V4 => v4([203, 0, 113, 2]),
            Self::V6 => v6(2, 2),
        }
    }

    /// Somebody on the way to every destination.
    pub(crate) const fn router(self) -> IpAddr {
        match self {
            Self::V4 => v4([192, 0, 2, 1]),
            Self::V6 => v6(1, 1),
        }
    }

    /// A host of a sequence's own network, which is a prefix.
    pub(crate) const fn remote(self, network: u8, host: u8) -> IpAddr {
        match self {
            Self::V4 => v4([198, 18, network, host]),
            Self::V6 => v6(0x8000 + network as u16, host),
        }
    }

    /// A host in a prefix that no sequence has for its own.
    pub(crate) const fn elsewhere(self, prefix: u8) -> IpAddr {
        match self {
            Self::V4 => v4([198, 19, prefix, 1]),
            Self::V6 => v6(0x9000 + prefix as u16, 1),
        }
    }

    /// The key of a sequence's own network.
    pub(crate) const fn prefix(self, network: u8) -> PrefixKey {
        PrefixKey(match self.remote(network, 0) {
            IpAddr::V4(address) => Address::v4(address.octets()),
            IpAddr::V6(address) => Address::v6(address.octets()),
        })
    }
}

const fn v4([a, b, c, d]: [u8; 4]) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

/// In the range for documentation.
const fn v6(network: u16, host: u8) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(
        0x2001,
        0xdb8,
        network,
        0,
        0,
        0,
        0,
        host as u16,
    ))
}
