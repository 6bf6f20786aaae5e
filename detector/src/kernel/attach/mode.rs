//! Which XDP mode an interface gets, and why `auto` takes the generic one. Attaches nothing.

use std::fmt::{self, Display, Formatter};

use rtnetlink::packet_route::link::InfoKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How XDP is to run.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Generic on veth, whose offloads native XDP turns off; elsewhere native where the driver can, else
    /// generic.
    #[default]
    Auto,
    /// In the driver, or not at all.
    Native,
    /// In the network stack.
    Generic,
}

/// Why [`Mode::Auto`] took the generic mode.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Native XDP would take segmentation offload and GRO from the device.
    KeepsOffloads,
    /// The driver refused native XDP.
    NoNativeXdp,
}

impl Display for Reason {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::KeepsOffloads => {
                "native XDP would turn off segmentation offload and GRO, which bulk TCP lives on here; \
                 --mode native insists"
            }
            Self::NoNativeXdp => "the driver has no native XDP",
        })
    }
}

/// What is to be tried, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Attempt {
    Native,
    NativeElseGeneric,
    Generic(Option<Reason>),
}

/// A veth device with native XDP takes `NETIF_F_GSO_SOFTWARE` from its peer (`veth_xdp_set` in
/// `drivers/net/veth.c`): each segment passes alone.
pub(super) const fn attempt(mode: Mode, kind: Option<&InfoKind>) -> Attempt {
    match (mode, kind) {
        (Mode::Native, _) => Attempt::Native,
        (Mode::Generic, _) => Attempt::Generic(None),
        (Mode::Auto, Some(InfoKind::Veth)) => Attempt::Generic(Some(Reason::KeepsOffloads)),
        (Mode::Auto, _) => Attempt::NativeElseGeneric,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_keeps_the_offloads_of_a_veth_device() {
        let expected = Attempt::Generic(Some(Reason::KeepsOffloads));
        assert_eq!(attempt(Mode::Auto, Some(&InfoKind::Veth)), expected);
    }

    #[test]
    fn auto_tries_the_driver_of_every_other_device() {
        // A physical device has no kind.
        for kind in [None, Some(&InfoKind::Tun), Some(&InfoKind::Bond)] {
            assert_eq!(
                attempt(Mode::Auto, kind),
                Attempt::NativeElseGeneric,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn what_is_asked_for_is_done_on_every_device() {
        for kind in [None, Some(&InfoKind::Veth)] {
            assert_eq!(attempt(Mode::Native, kind), Attempt::Native);
            assert_eq!(attempt(Mode::Generic, kind), Attempt::Generic(None));
        }
    }
}
