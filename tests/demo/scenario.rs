//! What the censor does in each scenario, in words. How it is done is the business of the two
//! stages, `live` and `offline`.

use clap::ValueEnum;
use ipnet::{IpNet, Ipv4Net};

use std::net::Ipv4Addr;

/// The range that is blocked.
pub(crate) const BLOCKED: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 16, 0), 20));
/// Its neighbours, which stay healthy.
pub(crate) const HEALTHY: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 20)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 32, 0), 21)),
];
/// Hosts visited in each /24.
pub(crate) const HOSTS: usize = 8;
/// Port of the servers.
pub(crate) const PORT: u16 = 443;

/// A way to block.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Scenario {
    /// Drop every packet to the range
    #[default]
    Block,
    /// Forge a reset in answer to the first data
    Rst,
}

impl Scenario {
    pub(crate) const fn deed(self) -> &'static str {
        match self {
            Self::Block => "drops every packet to",
            Self::Rst => "forges a reset in answer to the first data to",
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Rst => "rst",
        }
    }
}
