//! Those who run the servers, and what ails them: hosts die, filter a port, have more to do than they can. It all
//! happens behind the delay, by the servers' own kernel. Knows neither the censor nor who asks.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::namespace::Namespace;
use crate::rules::{Block, family};

const SYN: &str = "tcp flags & (syn | ack) == syn";
/// Every SYN of a connection meets the same fate.
const HALF_OF_CONNECTIONS: &str = "jhash tcp sport . tcp dport mod 2 seed 0x1ab 0";
const HALF_OF_PACKETS: &str = "numgen random mod 2 0";

/// Lets servers ail while traffic flows. Troubles may overlap.
#[derive(Clone, Debug)]
pub struct Hosting {
    namespace: Namespace,
}

impl Hosting {
    pub(crate) const fn new(namespace: Namespace) -> Self {
        Self { namespace }
    }

    /// Lets `hosts` die: they hear nothing any more.
    ///
    /// # Errors
    /// When `nft` refuses the rule; so for every trouble.
    pub fn kill(&self, hosts: &[IpAddr]) -> anyhow::Result<Block> {
        let rules = hosts
            .iter()
            .map(|host| format!("{} drop", to(IpNet::from(*host))));
        self.trouble(&rules.collect::<Vec<_>>().join("\n  "))
    }

    /// Lets all hosts keep silent about `port`.
    ///
    /// # Errors
    /// As [`Hosting::kill`].
    pub fn filter(&self, port: u16) -> anyhow::Result<Block> {
        self.trouble(&format!("tcp dport {port} drop"))
    }

    /// Lets every host of `range` ignore half of the SYNs, by chance: a client that sends it again may be heard.
    ///
    /// # Errors
    /// As [`Hosting::kill`].
    pub fn ignore_half_of_syns(&self, range: IpNet) -> anyhow::Result<Block> {
        self.trouble(&format!("{} {SYN} {HALF_OF_PACKETS} drop", to(range)))
    }

    /// Lets every host of `range` ignore half of the connections, by chance, however often their clients ask.
    ///
    /// # Errors
    /// As [`Hosting::kill`].
    pub fn ignore_half_of_connections(&self, range: IpNet) -> anyhow::Result<Block> {
        self.trouble(&format!("{} {SYN} {HALF_OF_CONNECTIONS} drop", to(range)))
    }

    /// Lets every host of `range` refuse half of the connections itself, by chance.
    ///
    /// # Errors
    /// As [`Hosting::kill`].
    pub fn refuse_half_of_connections(&self, range: IpNet) -> anyhow::Result<Block> {
        let refusal = "reject with tcp reset";
        self.trouble(&format!(
            "{} {SYN} {HALF_OF_CONNECTIONS} {refusal}",
            to(range)
        ))
    }

    fn trouble(&self, rules: &str) -> anyhow::Result<Block> {
        Block::install(&self.namespace, "input", rules)
    }
}

fn to(range: IpNet) -> String {
    let range = range.trunc();
    format!("{} daddr {range}", family(range))
}
