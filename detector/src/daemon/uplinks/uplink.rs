//! One interface: whether it is still there, still ours and still called so, and attaching to it when it comes.

use tracing::warn;

use crate::{
    failure::Failure,
    kernel::{
        attach::{Attached, IngressHook, Wish},
        helper::Helper,
        interfaces::{Guise, Interfaces},
    },
};

/// An interface that is to be watched.
pub(super) struct Uplink {
    name: String,
    pub(super) attached: Option<Attached>,
    /// Not known before the first look.
    is_up: Option<bool>,
    /// What keeps it from being attached, as told last.
    trouble: Option<String>,
}

/// Something that became of an interface.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::daemon) struct Change {
    /// As in the `interface` event.
    pub(in crate::daemon) state: &'static str,
    pub(in crate::daemon) attached: Attached,
}

impl Uplink {
    pub(super) const fn new(name: String, attached: Option<Attached>) -> Self {
        Self {
            name,
            attached,
            is_up: None,
            trouble: None,
        }
    }

    /// What became of it while it was attached.
    pub(super) async fn leave(
        &mut self,
        helper: &Helper,
        known: &Interfaces,
    ) -> Result<Vec<Change>, Failure> {
        let Some(attached) = &mut self.attached else {
            return Ok(Vec::new());
        };
        let index = attached.interface.index;
        match known.guise(index).await? {
            Some(guise) if is_watched(attached, &guise) => {
                return Ok(seen(attached, &mut self.is_up, guise));
            }
            _ => {}
        }
        helper.detach(index).await?;
        self.is_up = None;
        let lost = self.attached.take();
        Ok(lost.iter().map(|it| change("detached", it)).collect())
    }

    /// Attaches to it where it is there; another that has its name may be watched already.
    pub(super) async fn arrive(
        &mut self,
        helper: &Helper,
        known: &Interfaces,
        wish: Wish,
        taken: &[u32],
    ) -> Option<Change> {
        let found = match known.find(&self.name).await {
            Ok(found) => found.filter(|it| !taken.contains(&it.index))?,
            Err(failure) => {
                self.complain(&failure.to_string());
                return None;
            }
        };
        match helper.attach(&found, wish).await {
            Ok(attached) => {
                self.trouble = None;
                let change = change("attached", &attached);
                self.attached = Some(attached);
                Some(change)
            }
            Err(failure) => {
                self.complain(&failure.to_string());
                None
            }
        }
    }

    /// Once, and not every second.
    fn complain(&mut self, trouble: &str) {
        if self.trouble.as_deref() != Some(trouble) {
            warn!("{trouble}; until then {} is not watched", self.name);
            self.trouble = Some(trouble.to_owned());
        }
    }
}

/// Whether our programs are still on an interface that is there. Root can take them off; XDP is what can be seen of
/// that without a capability.
fn is_watched(attached: &Attached, now: &Guise) -> bool {
    attached.ingress == IngressHook::Tc || now.has_xdp
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
    use crate::kernel::{attach::TcHook, interfaces::Interface};

    fn wan() -> Attached {
        Attached {
            interface: Interface {
                name: "wan0".to_owned(),
                index: 7,
                link: LinkLayer::Ethernet,
                kind: None,
                is_up: true,
                mtu: 1_500,
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
            has_xdp: true,
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
            has_xdp: true,
        };
        let changes = seen(&mut attached, &mut Some(true), now);
        assert_eq!(changes, [change("renamed", &attached)]);
        assert_eq!(attached.interface.name, "wan1");
    }

    #[test]
    fn an_interface_whose_xdp_program_was_taken_off_is_watched_no_longer() {
        let mut attached = wan();
        let mut now = Guise {
            name: "wan0".to_owned(),
            is_up: true,
            has_xdp: true,
        };
        assert!(is_watched(&attached, &now));
        now.has_xdp = false;
        assert!(!is_watched(&attached, &now));
        attached.ingress = IngressHook::Tc;
        assert!(is_watched(&attached, &now));
    }
}
