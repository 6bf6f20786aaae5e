//! The same tests on wider prefixes, so that thin traffic to many prefixes adds up.

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{
    panel::{Panel, Trials},
    transport::Transport,
};

const LENGTHS_V4: [u8; 2] = [20, 16];
const LENGTHS_V6: [u8; 3] = [44, 40, 32];
/// The most that one prefix lies in.
const LEVELS: usize = LENGTHS_V6.len();

/// The tests of all wider prefixes that had trials over one transport.
#[derive(Debug)]
pub struct Wider {
    transport: Transport,
    panels: HashMap<IpNet, Panel>,
    /// Those whose alarm is on.
    alarmed: BTreeSet<IpNet>,
}

/// The tests of one wider prefix, as they are kept over a restart.
#[derive(Debug, Deserialize, Serialize)]
pub struct SavedPanel {
    prefix: IpNet,
    panel: Panel,
}

impl Wider {
    /// No test yet.
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            panels: HashMap::new(),
            alarmed: BTreeSet::new(),
        }
    }

    /// Takes in the trials of one poll, by prefix and in order.
    pub fn observe(&mut self, trials: &[(IpNet, Trials)]) {
        for level in 0..LEVELS {
            let wider = |net: &IpNet| around(net).nth(level);
            for inside in trials.chunk_by(|(a, _), (b, _)| wider(a) == wider(b)) {
                if let Some(net) = inside.first().and_then(|(net, _)| wider(net)) {
                    self.observe_one(net, &sum(inside));
                }
            }
        }
    }

    fn observe_one(&mut self, net: IpNet, trials: &Trials) {
        let panel = self.panels.entry(net);
        let panel = panel.or_insert_with(|| Panel::new(self.transport));
        panel.observe(trials);
        if panel.is_alarmed() {
            self.alarmed.insert(net);
        } else {
            self.alarmed.remove(&net);
        }
    }

    /// Whether an alarm is on for a prefix around `net`.
    pub fn is_alarmed_around(&self, net: &IpNet) -> bool {
        self.around(net).any(Panel::is_alarmed)
    }

    /// Log-likelihood ratio of the likeliest block of a prefix around `net`, in nats.
    pub fn llr_around(&self, net: &IpNet) -> f64 {
        self.around(net).map(Panel::llr).fold(0.0, f64::max)
    }

    /// Ends the suspicion against prefixes in which nothing is suspected any more: with few hosts
    /// the mirrored test takes minutes.
    pub fn clear_unless(&mut self, is_suspected: impl Fn(&IpNet) -> bool) {
        let panels = &mut self.panels;
        self.alarmed.retain(|net| {
            let stays = is_suspected(net);
            if let Some(panel) = panels.get_mut(net).filter(|_| !stays) {
                panel.clear();
            }
            stays
        });
    }

    /// Ends the suspicion against every prefix around `net` in which nothing is claimed.
    pub fn absolve(&mut self, net: &IpNet, is_claimed: impl Fn(&IpNet) -> bool) {
        for wider in around(net).filter(|wider| !is_claimed(wider)) {
            if let Some(panel) = self.panels.get_mut(&wider) {
                panel.clear();
                self.alarmed.remove(&wider);
            }
        }
    }

    /// Forgets the prefixes around `net` that are not in use.
    pub fn forget(&mut self, net: &IpNet, is_used: impl Fn(&IpNet) -> bool) {
        for wider in around(net).filter(|wider| !is_used(wider)) {
            self.panels.remove(&wider);
            self.alarmed.remove(&wider);
        }
    }

    /// What is to be kept over a restart: the tests of prefixes under suspicion.
    pub fn save(&self) -> Vec<SavedPanel> {
        let suspected = self.panels.iter().filter(|(_, panel)| !panel.is_idle());
        suspected
            .map(|(prefix, panel)| SavedPanel {
                prefix: *prefix,
                panel: panel.clone(),
            })
            .collect()
    }

    /// Goes on from what was kept.
    pub fn restore(&mut self, saved: Vec<SavedPanel>) {
        for SavedPanel { prefix, panel } in saved {
            if panel.is_alarmed() {
                self.alarmed.insert(prefix);
            }
            self.panels.insert(prefix, panel);
        }
    }

    fn around(&self, net: &IpNet) -> impl Iterator<Item = &Panel> {
        around(net).filter_map(|wider| self.panels.get(&wider))
    }

    /// How many are under test.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.panels.len()
    }
}

fn sum(trials: &[(IpNet, Trials)]) -> Trials {
    let mut sum = Trials::default();
    for (_, trials) in trials {
        sum.add(trials);
    }
    sum
}

/// The neighbourhood of a prefix: the widest that is tested around it, or itself.
pub fn neighbourhood(net: &IpNet) -> IpNet {
    around(net).last().unwrap_or(*net)
}

/// The wider prefixes around `net` that are tested too, from the longest to the shortest.
fn around(net: &IpNet) -> impl Iterator<Item = IpNet> {
    let net = *net;
    let lengths: &[u8] = match net {
        IpNet::V4(_) => &LENGTHS_V4,
        IpNet::V6(_) => &LENGTHS_V6,
    };
    lengths
        .iter()
        .filter(move |length| **length < net.prefix_len())
        .filter_map(move |length| IpNet::new(net.network(), *length).ok())
        .map(|wider| wider.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wider(net: &str) -> Vec<String> {
        let net = net.parse().unwrap();
        around(&net).map(|wider| wider.to_string()).collect()
    }

    #[test]
    fn a_prefix_lies_in_those_that_are_wider_and_not_in_itself() {
        assert_eq!(wider("198.18.21.0/24"), ["198.18.16.0/20", "198.18.0.0/16"]);
        assert_eq!(wider("198.18.16.0/20"), ["198.18.0.0/16"]);
        let v6 = ["2001:db8:8010::/44", "2001:db8:8000::/40", "2001:db8::/32"];
        assert_eq!(wider("2001:db8:8012::/48"), v6);
    }

    #[test]
    fn the_neighbourhood_is_the_widest() {
        let of = |net: &str| neighbourhood(&net.parse().unwrap()).to_string();
        assert_eq!(of("198.18.21.0/24"), "198.18.0.0/16");
        assert_eq!(of("198.18.0.0/16"), "198.18.0.0/16");
    }
}
