//! What clients are to do: whom they visit, how often, and how patient they are. Opens no connection.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use ipnet::IpNet;

use crate::course::Course;
use crate::request::ANSWER_BYTES;

/// The traffic of a group of clients. Made with [`Plan::to`] and changed field by field.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The servers to visit, all of them once before any of them twice.
    pub targets: Vec<SocketAddr>,
    /// New connections a second, whether earlier ones have ended or not.
    pub connections_per_second: u32,
    /// After so many connections no more are begun; `None` for no end.
    pub limit: Option<u64>,
    /// How long a client waits for the whole of the answer, from its first SYN on.
    pub timeout: Duration,
    /// What a connection is.
    pub protocol: Protocol,
    /// How a connection over TCP goes.
    pub course: Course,
    /// The length of a request over TCP, in bytes: room for the number of [`Plan::answer_bytes`] and a letter.
    pub request_bytes: usize,
    /// The length of the answer that a request over TCP asks for, in bytes.
    pub answer_bytes: usize,
    /// The same seed visits the same targets in the same order.
    pub seed: u64,
}

/// How clients talk to servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A connection of TCP, a request, and what [`Plan::course`] says.
    Tcp,
    /// Datagrams like QUIC's first ones, each connection from a socket of its own, up to the first answer.
    Quic,
}

impl Plan {
    /// Ten connections of TCP a second to `targets`, without end, in good order, with a patience of 5 s, requests
    /// of 300 bytes and answers of 2,000.
    pub const fn to(targets: Vec<SocketAddr>) -> Self {
        Self {
            targets,
            connections_per_second: 10,
            limit: None,
            timeout: Duration::from_secs(5),
            protocol: Protocol::Tcp,
            course: Course::Orderly,
            request_bytes: 300,
            answer_bytes: ANSWER_BYTES,
            seed: 1,
        }
    }

    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.targets.is_empty(), "the plan has no targets");
        ensure!(
            self.connections_per_second > 0,
            "the plan has no connections"
        );
        ensure!(
            self.request_bytes > self.answer_bytes.to_string().len(),
            "the request has no room for the number {}",
            self.answer_bytes
        );
        Ok(())
    }
}

/// The first `hosts` addresses of every prefix of `prefix_len` bits in `range`, at `port`. A range narrower
/// than that is one prefix.
///
/// # Errors
/// When no address of the family has a prefix of that length.
pub fn hosts(
    range: IpNet,
    prefix_len: u8,
    hosts: usize,
    port: u16,
) -> anyhow::Result<Vec<SocketAddr>> {
    let prefixes = range
        .subnets(prefix_len.max(range.prefix_len()))
        .with_context(|| format!("cutting {range} into prefixes of {prefix_len} bits"))?;
    let addresses = prefixes.flat_map(|prefix| usable(prefix).take(hosts));
    Ok(addresses
        .map(|address| SocketAddr::new(address, port))
        .collect())
}

/// Without the first address, which names the network in IPv4 and any router in IPv6.
fn usable(prefix: IpNet) -> impl Iterator<Item = std::net::IpAddr> {
    let single = prefix.prefix_len() == prefix.max_prefix_len();
    prefix
        .hosts()
        .filter(move |address| single || *address != prefix.network())
}

/// The targets in a pseudo-random order, newly shuffled after each round.
#[derive(Debug)]
pub(crate) struct Itinerary {
    targets: Vec<SocketAddr>,
    next: usize,
    state: u64,
}

impl Itinerary {
    /// `targets` must not be empty.
    pub(crate) const fn new(targets: Vec<SocketAddr>, seed: u64) -> Self {
        // Xorshift never leaves 0, and neighbouring seeds should not begin alike.
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let next = targets.len();
        Self {
            targets,
            next,
            state,
        }
    }

    pub(crate) fn next(&mut self) -> SocketAddr {
        if self.next == self.targets.len() {
            self.shuffle();
            self.next = 0;
        }
        self.next += 1;
        self.targets[self.next - 1]
    }

    /// Fisher-Yates.
    fn shuffle(&mut self) {
        for last in (1..self.targets.len()).rev() {
            let chosen = self.random() % (last as u64 + 1);
            self.targets
                .swap(last, usize::try_from(chosen).unwrap_or(last));
        }
    }

    const fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::address::{ELSEWHERE_V4, INTERNET_V6};

    use super::*;

    #[test]
    fn hosts_are_spread_over_prefixes_without_their_first_address() {
        let v4 = hosts(ELSEWHERE_V4, 25, 2, 443).unwrap();
        let v6 = hosts(INTERNET_V6, 34, 1, 80).unwrap();
        let printed: Vec<_> = v4
            .into_iter()
            .chain(v6)
            .map(|host| host.to_string())
            .collect();
        let expected = [
            "198.51.100.1:443",
            "198.51.100.2:443",
            "198.51.100.129:443",
            "198.51.100.130:443",
            "[2001:db8:8000::1]:80",
            "[2001:db8:c000::1]:80",
        ];
        assert_eq!(printed, expected);
    }

    #[test]
    fn a_narrow_range_is_one_prefix() {
        let single = "198.18.3.4/32".parse().unwrap();
        assert_eq!(
            hosts(single, 24, 5, 443).unwrap(),
            ["198.18.3.4:443".parse().unwrap()]
        );
    }

    #[test]
    fn each_round_visits_all_targets_and_a_seed_repeats_itself() {
        let targets = hosts(ELSEWHERE_V4, 24, 50, 443).unwrap();
        let mut one = Itinerary::new(targets.clone(), 7);
        let mut same = Itinerary::new(targets.clone(), 7);
        let mut other = Itinerary::new(targets, 8);
        let visited: Vec<_> = std::iter::repeat_with(|| one.next()).take(100).collect();
        assert_eq!(visited[..50].iter().collect::<HashSet<_>>().len(), 50);
        assert_ne!(visited[..50], visited[50..]);
        assert!(visited.iter().all(|&target| target == same.next()));
        assert!(visited.iter().any(|&target| target != other.next()));
    }
}
