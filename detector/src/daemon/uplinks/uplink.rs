//! One interface: whether it is still there, still ours and still called so, and attaching to it when it comes.

use tracing::warn;

use crate::{
    daemon::patience::Patience,
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
    /// Our XDP program, as the first look found it.
    xdp: Option<u32>,
    /// What keeps it from being attached, as told last.
    trouble: Option<String>,
    /// With a kernel that tells nothing of it.
    patience: Patience,
}

/// Something that became of an interface.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::daemon) struct Change {
    /// As in the `interface` event.
    pub(in crate::daemon) state: &'static str,
    pub(in crate::daemon) attached: Attached,
}

impl Uplink {
    pub(super) fn new(name: String, attached: Option<Attached>) -> Self {
        Self {
            name,
            attached,
            xdp: None,
            trouble: None,
            patience: Patience::default(),
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
        let Some(guise) = self.patience.with(known.guise(index).await)? else {
            return Ok(Vec::new());
        };
        match guise {
            Some(guise) if is_watched(attached, &mut self.xdp, &guise) => {
                return Ok(seen(attached, guise));
            }
            _ => {}
        }
        helper.detach(index).await?;
        self.xdp = None;
        let lost = self.attached.take();
        Ok(lost.iter().map(|it| change("detached", it)).collect())
    }

    /// Attaches to it where it is there; another that has its name may be watched already.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the helper is gone or hangs.
    pub(super) async fn arrive(
        &mut self,
        helper: &Helper,
        known: &Interfaces,
        wish: Wish,
        taken: &[u32],
    ) -> Result<Option<Change>, Failure> {
        let found = match known.find(&self.name).await {
            Ok(found) => found.filter(|it| !taken.contains(&it.index)),
            Err(failure) => {
                self.complain(&failure.to_string());
                None
            }
        };
        let Some(found) = found else {
            return Ok(None);
        };
        Ok(match helper.attach(&found, wish).await? {
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
        })
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
/// that without a capability, and another one in its place is not ours.
fn is_watched(attached: &Attached, xdp: &mut Option<u32>, now: &Guise) -> bool {
    attached.ingress == IngressHook::Tc || now.xdp.is_some_and(|id| id == *xdp.get_or_insert(id))
}

/// What is new of an interface that is there.
fn seen(attached: &mut Attached, now: Guise) -> Vec<Change> {
    let mut changes = Vec::new();
    if attached.interface.name != now.name {
        attached.interface.name = now.name;
        changes.push(change("renamed", attached));
    }
    if attached.interface.is_up != now.is_up {
        attached.interface.is_up = now.is_up;
        changes.push(change(if now.is_up { "up" } else { "down" }, attached));
    }
    if attached.interface.mtu != now.mtu {
        attached.interface.mtu = now.mtu;
        changes.push(change("mtu", attached));
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

    fn guise(name: &str, is_up: bool, xdp: Option<u32>) -> Guise {
        Guise {
            name: name.to_owned(),
            is_up,
            mtu: 1_500,
            xdp,
        }
    }

    fn states(attached: &mut Attached, is_up: bool) -> Vec<&'static str> {
        let changes = seen(attached, guise("wan0", is_up, Some(1)));
        changes.iter().map(|change| change.state).collect()
    }

    #[test]
    fn an_interface_goes_down_and_up_once() {
        let mut attached = wan();
        assert!(states(&mut attached, true).is_empty());
        assert_eq!(states(&mut attached, false), ["down"]);
        assert!(states(&mut attached, false).is_empty());
        assert_eq!(states(&mut attached, true), ["up"]);
    }

    #[test]
    fn an_interface_that_was_down_when_it_was_attached_goes_up() {
        let mut attached = wan();
        attached.interface.is_up = false;
        assert_eq!(states(&mut attached, true), ["up"]);
    }

    #[test]
    fn another_mtu_is_told_once() {
        let mut attached = wan();
        for expected in [vec!["mtu"], vec![]] {
            let now = Guise {
                mtu: 9_000,
                ..guise("wan0", true, Some(1))
            };
            let changes = seen(&mut attached, now);
            let states: Vec<_> = changes.iter().map(|change| change.state).collect();
            assert_eq!(states, expected);
        }
        assert_eq!(attached.interface.mtu, 9_000);
    }

    #[test]
    fn a_new_name_is_told_under_the_new_name() {
        let mut attached = wan();
        let changes = seen(&mut attached, guise("wan1", true, Some(1)));
        assert_eq!(changes, [change("renamed", &attached)]);
        assert_eq!(attached.interface.name, "wan1");
    }

    #[test]
    fn an_interface_whose_xdp_program_was_taken_off_is_watched_no_longer() {
        let mut attached = wan();
        assert!(is_watched(
            &attached,
            &mut None,
            &guise("wan0", true, Some(1))
        ));
        assert!(!is_watched(
            &attached,
            &mut None,
            &guise("wan0", true, None)
        ));
        attached.ingress = IngressHook::Tc;
        assert!(is_watched(&attached, &mut None, &guise("wan0", true, None)));
    }

    #[test]
    fn another_xdp_program_in_the_place_of_ours_is_not_ours() {
        let mut xdp = None;
        assert!(is_watched(&wan(), &mut xdp, &guise("wan0", true, Some(1))));
        assert!(is_watched(&wan(), &mut xdp, &guise("wan0", true, Some(1))));
        assert!(!is_watched(&wan(), &mut xdp, &guise("wan0", true, Some(2))));
    }
}
