//! What lies between the gateway and the servers: ordinary loss, and whoever stands in the way.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Dice;
use crate::frames::Look;

/// What happens to the packets toward a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// They vanish.
    Drop,
    /// They arrive, and the first data is answered with a forged reset.
    ForgedReset(Look),
}

/// The path. As it is made, everything passes.
#[derive(Clone, Debug)]
pub struct Path {
    obstacles: Vec<(IpNet, Obstacle)>,
    loss: Option<u32>,
    dice: Dice,
}

impl Default for Path {
    fn default() -> Self {
        Self {
            obstacles: Vec::new(),
            loss: None,
            dice: Dice::new(7),
        }
    }
}

impl Path {
    /// Puts an obstacle before a range, which an earlier one may cover too.
    pub fn obstruct(&mut self, range: IpNet, obstacle: Obstacle) {
        self.obstacles.push((range, obstacle));
    }

    /// Takes every obstacle away.
    pub fn clear(&mut self) {
        self.obstacles.clear();
    }

    /// Loses one packet in so many, by chance.
    pub const fn lose_one_in(&mut self, packets: u32) {
        self.loss = Some(packets);
    }

    /// Whether a packet arrives, and its answer comes back.
    pub(super) fn carries(&mut self, to: IpAddr) -> bool {
        let is_lost = self.loss.is_some_and(|packets| self.dice.one_in(packets));
        !is_lost
            && !self
                .obstacles_to(to)
                .any(|obstacle| obstacle == Obstacle::Drop)
    }

    /// The look of the reset that answers first data, where somebody forges one.
    pub(super) fn forgery(&self, to: IpAddr) -> Option<Look> {
        self.obstacles_to(to).find_map(|obstacle| match obstacle {
            Obstacle::ForgedReset(look) => Some(look),
            Obstacle::Drop => None,
        })
    }

    fn obstacles_to(&self, to: IpAddr) -> impl Iterator<Item = Obstacle> {
        let obstacles = self.obstacles.iter();
        obstacles
            .filter(move |(range, _)| range.contains(&to))
            .map(|(_, obstacle)| *obstacle)
    }
}
