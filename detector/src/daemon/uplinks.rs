//! The interfaces that are to be watched: which of them are there, under what name, and attaching to those that come
//! back. An interface is followed by its index; once gone, it is awaited under the name that it was wanted by.
//!
//! Looks once a second, since what the kernel tells unasked may be lost. Must not know: what is told of it.

mod uplink;

use std::time::Duration;

use tokio::{
    sync::{mpsc::Sender, watch},
    time::{MissedTickBehavior, interval},
};
use tracing::warn;

pub(super) use self::uplink::Change;
use self::uplink::Uplink;
use crate::{
    failure::Failure,
    kernel::{
        attach::{Attached, Wish},
        helper::Helper,
        interfaces::{Interface, Interfaces},
    },
    status::ProgramRuns,
};

const LOOK: Duration = Duration::from_secs(1);
/// Between two questions how often the programs have run.
const LOOKS_A_COUNT: u64 = 10;

/// All of them, and whoever attaches.
pub(super) struct Uplinks {
    helper: Helper,
    known: Interfaces,
    wish: Wish,
    each: Vec<Uplink>,
    runs: watch::Sender<Vec<ProgramRuns>>,
}

/// Those wanted by name, else those of the default route; what is not there.
///
/// # Errors
/// [`Failure::Unavailable`] where there is none at all.
pub(super) async fn wanted(
    known: &Interfaces,
    names: &[String],
) -> Result<(Vec<Interface>, Vec<String>), Failure> {
    let Some(first) = names.first() else {
        return Ok((known.of_default_route().await?, Vec::new()));
    };
    let mut there: Vec<Interface> = Vec::new();
    let mut absent = Vec::new();
    for name in names {
        match known.find(name).await? {
            Some(interface) if there.contains(&interface) => {}
            Some(interface) => there.push(interface),
            None if absent.contains(name) => {}
            None => absent.push(name.clone()),
        }
    }
    if there.is_empty() {
        known.by_name(first).await?;
    }
    Ok((there, absent))
}

impl Uplinks {
    /// Attaches to all of those that are there, or to none, and to no other any more.
    ///
    /// # Errors
    /// As [`Helper::attach`], for any of them.
    pub(super) async fn attach(
        helper: Helper,
        known: Interfaces,
        wish: Wish,
        (there, absent): (Vec<Interface>, Vec<String>),
    ) -> Result<Self, Failure> {
        let mut each: Vec<Uplink> = Vec::new();
        for interface in there {
            match helper.attach(&interface, wish).await? {
                Ok(attached) => each.push(Uplink::new(interface.name, Some(attached))),
                Err(failure) => {
                    // What is pinned of the others would count for nobody.
                    for attached in each.iter().filter_map(|it| it.attached.as_ref()) {
                        helper.detach(attached.interface.index).await?;
                    }
                    return Err(failure);
                }
            }
        }
        for name in absent {
            warn!("no interface {name}; it is watched as soon as there is");
            each.push(Uplink::new(name, None));
        }
        helper.settle().await?;
        Ok(Self {
            helper,
            known,
            wish,
            each,
            runs: watch::Sender::default(),
        })
    }

    /// What is attached.
    pub(super) fn attached(&self) -> Vec<Attached> {
        let attached = self.each.iter().filter_map(|it| it.attached.as_ref());
        attached.cloned().collect()
    }

    /// How often each program has run, asked every ten looks.
    pub(super) fn runs(&self) -> watch::Receiver<Vec<ProgramRuns>> {
        self.runs.subscribe()
    }

    /// Looks after them until that is no longer possible: the helper is gone, or the kernel does not answer.
    pub(super) async fn mind(mut self, told: Sender<Change>) -> Failure {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look = 0_u64;
        loop {
            tokio::select! {
                failure = self.helper.ended() => return failure,
                _ = looks.tick() => {}
            }
            look = look.wrapping_add(1);
            if look % LOOKS_A_COUNT == 1 {
                match self.helper.runs().await {
                    Ok(runs) => drop(self.runs.send_replace(runs)),
                    Err(failure) => return failure,
                }
            }
            match self.look().await {
                Ok(changes) => {
                    for change in changes {
                        // Nobody listens only where all ends.
                        told.send(change).await.ok();
                    }
                }
                Err(failure) => return failure,
            }
        }
    }

    async fn look(&mut self) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        for at in 0..self.each.len() {
            let taken: Vec<u32> = self
                .attached()
                .iter()
                .map(|it| it.interface.index)
                .collect();
            let (helper, known) = (&self.helper, &self.known);
            let uplink = &mut self.each[at];
            changes.extend(uplink.leave(helper, known).await?);
            if uplink.attached.is_none() {
                let arrived = uplink.arrive(helper, known, self.wish, &taken).await?;
                changes.extend(arrived);
            }
        }
        Ok(changes)
    }
}
