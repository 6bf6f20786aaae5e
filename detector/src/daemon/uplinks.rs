//! The interfaces that are to be watched: which of them are there, under what name, and attaching to those that come
//! back. An interface is followed by its index; once gone, it is awaited under the name that it was wanted by.
//!
//! Looks once a second, since what the kernel tells unasked may be lost. Must not know: what is told of it.

use std::time::Duration;

use tokio::{
    sync::mpsc::Sender,
    time::{MissedTickBehavior, interval},
};
use tracing::warn;

use crate::{
    failure::Failure,
    kernel::{
        attach::{Attached, Wish},
        helper::Helper,
        interfaces::{Guise, Interface, Interfaces},
    },
};

const LOOK: Duration = Duration::from_secs(1);

/// All of them, and whoever attaches.
pub(super) struct Uplinks {
    helper: Helper,
    known: Interfaces,
    wish: Wish,
    each: Vec<Uplink>,
}

/// One of them.
struct Uplink {
    name: String,
    attached: Option<Attached>,
    /// Not known before the first look.
    is_up: Option<bool>,
    /// What keeps it from being attached, as told last.
    trouble: Option<String>,
}

/// Something that became of an interface.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Change {
    /// As in the `interface` event.
    pub(super) state: &'static str,
    pub(super) attached: Attached,
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
            None => absent.push(name.clone()),
        }
    }
    if there.is_empty() {
        known.by_name(first).await?;
    }
    Ok((there, absent))
}

impl Uplinks {
    /// Attaches to those that are there.
    ///
    /// # Errors
    /// As [`Helper::attach`], for any of them.
    pub(super) async fn attach(
        helper: Helper,
        known: Interfaces,
        wish: Wish,
        (there, absent): (Vec<Interface>, Vec<String>),
    ) -> Result<Self, Failure> {
        let mut each = Vec::new();
        for interface in there {
            let attached = helper.attach(&interface, wish).await?;
            each.push(Uplink::new(interface.name, Some(attached)));
        }
        for name in absent {
            warn!("no interface {name}; it is watched as soon as there is");
            each.push(Uplink::new(name, None));
        }
        Ok(Self {
            helper,
            known,
            wish,
            each,
        })
    }

    /// What is attached.
    pub(super) fn attached(&self) -> Vec<Attached> {
        let attached = self.each.iter().filter_map(|it| it.attached.as_ref());
        attached.cloned().collect()
    }

    /// Looks after them until that is no longer possible: the helper is gone, or the kernel does not answer.
    pub(super) async fn mind(mut self, told: Sender<Change>) -> Failure {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                failure = self.helper.ended() => return failure,
                _ = looks.tick() => {}
            }
            let mut changes = Vec::new();
            for uplink in &mut self.each {
                let looked = uplink.look(&self.helper, &self.known, self.wish, &mut changes);
                if let Err(failure) = looked.await {
                    return failure;
                }
            }
            for change in changes {
                // Nobody listens only where all ends.
                told.send(change).await.ok();
            }
        }
    }
}

impl Uplink {
    const fn new(name: String, attached: Option<Attached>) -> Self {
        Self {
            name,
            attached,
            is_up: None,
            trouble: None,
        }
    }

    async fn look(
        &mut self,
        helper: &Helper,
        known: &Interfaces,
        wish: Wish,
        changes: &mut Vec<Change>,
    ) -> Result<(), Failure> {
        if let Some(attached) = &mut self.attached {
            let index = attached.interface.index;
            if let Some(guise) = known.guise(index).await? {
                changes.extend(seen(attached, &mut self.is_up, guise));
                return Ok(());
            }
            helper.detach(index).await?;
            changes.extend(self.lost());
        }
        match self.found(helper, known, wish).await {
            Ok(attached) => changes.extend(attached.map(|it| change("attached", &it))),
            Err(failure) => self.complain(&failure.to_string()),
        }
        Ok(())
    }

    fn lost(&mut self) -> Option<Change> {
        self.is_up = None;
        let attached = self.attached.take()?;
        Some(change("detached", &attached))
    }

    async fn found(
        &mut self,
        helper: &Helper,
        known: &Interfaces,
        wish: Wish,
    ) -> Result<Option<Attached>, Failure> {
        if let Some(interface) = known.find(&self.name).await? {
            self.attached = Some(helper.attach(&interface, wish).await?);
            self.trouble = None;
        }
        Ok(self.attached.clone())
    }

    /// Once, and not every second.
    fn complain(&mut self, trouble: &str) {
        if self.trouble.as_deref() != Some(trouble) {
            warn!("{trouble}; until then {} is not watched", self.name);
            self.trouble = Some(trouble.to_owned());
        }
    }
}

/// What is new of an interface that is there.
fn seen(attached: &mut Attached, is_up: &mut Option<bool>, now: Guise) -> Vec<Change> {
    let mut changes = Vec::new();
    if attached.interface.name != now.name {
        attached.interface.name = now.name;
        changes.push(change("renamed", attached));
    }
    if is_up
        .replace(now.is_up)
        .is_some_and(|before| before != now.is_up)
    {
        changes.push(change(if now.is_up { "up" } else { "down" }, attached));
    }
    changes
}

fn change(state: &'static str, attached: &Attached) -> Change {
    Change {
        state,
        attached: attached.clone(),
    }
}

#[cfg(test)]
mod tests {
    use detector_common::wire::link::LinkLayer;

    use super::*;
    use crate::kernel::attach::{IngressHook, TcHook};

    fn wan() -> Attached {
        Attached {
            interface: Interface {
                name: "wan0".to_owned(),
                index: 7,
                link: LinkLayer::Ethernet,
                kind: None,
                xdp_owner: None,
            },
            ingress: IngressHook::Native,
            reason: None,
            egress: TcHook::Tcx,
        }
    }

    fn states(is_up: &mut Option<bool>, name: &str, up: bool) -> Vec<&'static str> {
        let now = Guise {
            name: name.to_owned(),
            is_up: up,
        };
        let changes = seen(&mut wan(), is_up, now);
        changes.iter().map(|change| change.state).collect()
    }

    #[test]
    fn the_first_look_is_no_change() {
        assert!(states(&mut None, "wan0", false).is_empty());
    }

    #[test]
    fn an_interface_goes_down_and_up_once() {
        let mut is_up = Some(true);
        assert_eq!(states(&mut is_up, "wan0", false), ["down"]);
        assert!(states(&mut is_up, "wan0", false).is_empty());
        assert_eq!(states(&mut is_up, "wan0", true), ["up"]);
    }

    #[test]
    fn a_new_name_is_told_under_the_new_name() {
        let mut attached = wan();
        let now = Guise {
            name: "wan1".to_owned(),
            is_up: true,
        };
        let changes = seen(&mut attached, &mut Some(true), now);
        assert_eq!(changes, [change("renamed", &attached)]);
        assert_eq!(attached.interface.name, "wan1");
    }
}
