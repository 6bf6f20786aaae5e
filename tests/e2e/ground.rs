//! Where it is measured: a gateway and the outside, joined by a veth pair that has all its offloads. What is thrown at
//! either end and meant for nobody is dropped by a route. Knows nothing of what is measured.

use anyhow::Result;
use detector_tests::{
    Namespace,
    address::{ELSEWHERE_V4, INTERNET_V4, UP_INTERFACE, UP_V4, WAN_INTERFACE, WAN_V4, WAN_V4_BITS},
    tool,
};

use crate::mix::CLIENTS;

/// Two namespaces; nothing remains of them when the last thread or process in them has ended.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) gateway: Namespace,
    pub(crate) outside: Namespace,
}

/// Set before there are interfaces, which copy `default` when they are made.
const PARAMETERS: [(&str, &str); 6] = [
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    // No host that speaks of itself disturbs the count.
    ("ipv6/conf/all/disable_ipv6", "1"),
    ("ipv6/conf/default/disable_ipv6", "1"),
    ("ipv4/ip_local_port_range", "10000 65535"),
    ("core/somaxconn", "65535"),
];
/// Those that scripted frames bear.
const MAC_OUTSIDE: &str = "02:00:00:00:00:02";

impl Ground {
    pub(crate) fn build() -> Result<Self> {
        let gateway = Namespace::new("gateway")?;
        let outside = Namespace::new("outside")?;
        gateway.configure(&PARAMETERS)?;
        outside.configure(&PARAMETERS)?;
        tool::ip(&outside, &outside_script(&gateway))?;
        tool::ip(&gateway, &gateway_script())?;
        Ok(Self { gateway, outside })
    }
}

/// Both ends have one link address, for frames have one receiver whichever way they go.
fn outside_script(gateway: &Namespace) -> String {
    format!(
        "link set lo up
link add {UP_INTERFACE} address {MAC_OUTSIDE} type veth peer name {WAN_INTERFACE} address {MAC_OUTSIDE} netns {gateway}
link set {UP_INTERFACE} up
address add {UP_V4}/{WAN_V4_BITS} dev {UP_INTERFACE}
route add local {ELSEWHERE_V4} dev lo
route add blackhole {INTERNET_V4}
",
        gateway = gateway.path().display()
    )
}

fn gateway_script() -> String {
    format!(
        "link set lo up
link set {WAN_INTERFACE} up
address add {WAN_V4}/{WAN_V4_BITS} dev {WAN_INTERFACE}
route add {ELSEWHERE_V4} via {UP_V4}
route add blackhole {CLIENTS}
"
    )
}
