//! The wiring: which namespaces there are, what connects them, and which way packets go. Knows neither
//! servers nor clients.

use std::fs::File;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ipnet::IpNet;

use crate::address::{
    CLIENTS_INTERFACE, CLIENTS_V4, CLIENTS_V6, DOWN_INTERFACE, ELSEWHERE_V4, FAR, FAR_HOP_LIMIT,
    INTERNET, INTERNET_INTERFACE, INTERNET_V4, INTERNET_V6, LAN_INTERFACE, LAN_V4, LAN_V4_BITS,
    LAN_V6, LINK_V6_BITS, SERVER_HOP_LIMIT, UP_INTERFACE, UP_V4, UP_V6, WAN_INTERFACE, WAN_V4,
    WAN_V4_BITS, WAN_V4_LATER, WAN_V6,
};
use crate::namespace::Namespace;
use crate::{tool, tun};

/// Packets that wait for the delay line while it has no processor.
const TUN_QUEUE: u32 = 10_000;
/// The port "discard", which no router of the lab listens on.
const NOBODYS_PORT: u16 = 9;
/// For an answer that takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);

/// Every packet is as long as on a wire, for those who count: senders cut it to the MTU, and receivers do not
/// join it again. The TUN devices do neither by themselves.
const WIRE_LIKE: &str = "gso_max_segs 1 gro_max_size 1";

/// Set before there are interfaces, which copy `default` when they are made.
const EVERYWHERE: [(&str, &str); 9] = [
    // Addresses work at once; nobody else could have them.
    ("ipv6/conf/all/accept_dad", "0"),
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv6/conf/default/accept_ra", "0"),
    ("ipv6/conf/default/router_solicitations", "0"),
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    // One address plays all clients: more ports before a pair of ends comes again.
    ("ipv4/ip_local_port_range", "10000 65535"),
    ("ipv4/tcp_max_syn_backlog", "65535"),
    ("core/somaxconn", "65535"),
];

const FORWARDS: [(&str, &str); 2] = [("ipv4/ip_forward", "1"), ("ipv6/conf/all/forwarding", "1")];

/// Otherwise the kernel sends one ICMP error a second to the gateway, behind which many clients are.
const SPEAKS_FREELY: [(&str, &str); 2] =
    [("ipv4/icmp_ratelimit", "0"), ("ipv6/icmp/ratelimit", "0")];

/// The four namespaces, connected but for the gap that the delay line bridges.
#[derive(Debug)]
pub(crate) struct Topology {
    pub(crate) clients: Namespace,
    pub(crate) gateway: Namespace,
    pub(crate) censor: Namespace,
    pub(crate) internet: Namespace,
    /// The wire of the censor's [`DOWN_INTERFACE`].
    pub(crate) down: Arc<File>,
    /// The wire of the internet's [`INTERNET_INTERFACE`].
    pub(crate) net: Arc<File>,
}

impl Topology {
    /// Makes namespaces, interfaces, addresses and routes.
    ///
    /// # Errors
    /// Without the privileges or the tools that [`crate::privilege::missing`] asks for.
    pub(crate) fn build() -> anyhow::Result<Self> {
        let clients = prepared("clients", &[])?;
        let gateway = prepared("gateway", &FORWARDS)?;
        let censor = prepared("censor", &[FORWARDS, SPEAKS_FREELY].concat())?;
        let hops = SERVER_HOP_LIMIT.to_string();
        let distant = [
            ("ipv4/ip_default_ttl", &*hops),
            ("ipv6/conf/default/hop_limit", &*hops),
            // Servers of datagrams name the address that they answer from.
            ("ipv6/ip_nonlocal_bind", "1"),
        ];
        let internet = prepared("internet", &distant)?;
        let down = Arc::new(censor.run(|| tun::open(DOWN_INTERFACE))?);
        let net = Arc::new(internet.run(|| tun::open(INTERNET_INTERFACE))?);
        let topology = Self {
            clients,
            gateway,
            censor,
            internet,
            down,
            net,
        };
        topology.connect()?;
        Ok(topology)
    }

    /// From the internet inward: a route needs its interface, and a link both its ends.
    fn connect(&self) -> anyhow::Result<()> {
        tool::ip(&self.internet, &internet_script())?;
        tool::nft(&self.internet, &distance_script())?;
        tool::ip(&self.censor, &censor_script(&self.gateway))?;
        tool::ip(&self.gateway, &gateway_script(&self.clients))?;
        tool::ip(&self.clients, &clients_script())?;
        tool::nft(&self.gateway, &masquerade_script())?;
        self.clients
            .run(|| greet(LAN_V4.into()).and_then(|()| greet(LAN_V6.into())))?;
        self.gateway
            .run(|| greet(UP_V4.into()).and_then(|()| greet(UP_V6.into())))
    }
}

/// Makes both ends of a link know each other: the kernel loses an ICMP error of IPv6 whose next hop it does
/// not know yet. The refusal is the event that proves the way there and back.
fn greet(neighbour: IpAddr) -> anyhow::Result<()> {
    match TcpStream::connect_timeout(&SocketAddr::new(neighbour, NOBODYS_PORT), PATIENCE) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(error).with_context(|| format!("greeting {neighbour}")),
        Ok(_) => bail!("somebody listens at {neighbour}"),
    }
}

fn prepared(name: &'static str, parameters: &[(&str, &str)]) -> anyhow::Result<Namespace> {
    let namespace = Namespace::new(name)?;
    namespace.configure(&EVERYWHERE)?;
    namespace.configure(parameters)?;
    Ok(namespace)
}

/// A route of type `local` makes every address of the range the machine's own.
fn internet_script() -> String {
    let locals = INTERNET
        .map(|range| format!("route add local {range} dev lo\n"))
        .concat();
    let device = INTERNET_INTERFACE;
    format!(
        "link set lo up
link set {device} up txqueuelen {TUN_QUEUE}
route add 0.0.0.0/0 dev {device}
route add ::/0 dev {device}
{locals}"
    )
}

fn censor_script(gateway: &Namespace) -> String {
    let gateway = gateway.path();
    format!(
        "link set lo up
link add {UP_INTERFACE} type veth peer name {WAN_INTERFACE} netns {gateway}
link set {UP_INTERFACE} up {WIRE_LIKE}
address add {UP_V4}/{WAN_V4_BITS} dev {UP_INTERFACE}
address add {UP_V6}/{LINK_V6_BITS} dev {UP_INTERFACE} nodad
link set {DOWN_INTERFACE} up txqueuelen {TUN_QUEUE}
route add {INTERNET_V4} dev {DOWN_INTERFACE}
route add {ELSEWHERE_V4} dev {DOWN_INTERFACE}
route add {INTERNET_V6} dev {DOWN_INTERFACE}
route add ::/0 via {WAN_V6}
",
        gateway = gateway.display()
    )
}

fn gateway_script(clients: &Namespace) -> String {
    let clients = clients.path();
    format!(
        "link set lo up
link set {WAN_INTERFACE} up {WIRE_LIKE}
address add {WAN_V4}/{WAN_V4_BITS} dev {WAN_INTERFACE}
address add {WAN_V6}/{LINK_V6_BITS} dev {WAN_INTERFACE} nodad
route add 0.0.0.0/0 via {UP_V4}
route add ::/0 via {UP_V6}
link add {LAN_INTERFACE} type veth peer name {CLIENTS_INTERFACE} netns {clients}
link set {LAN_INTERFACE} up {WIRE_LIKE}
address add {LAN_V4}/{LAN_V4_BITS} dev {LAN_INTERFACE}
address add {LAN_V6}/{LINK_V6_BITS} dev {LAN_INTERFACE} nodad
",
        clients = clients.display()
    )
}

/// With an address goes its way out, and what the masquerade knew of connections under it.
pub(crate) fn rebinding_script() -> String {
    format!(
        "address del {WAN_V4}/{WAN_V4_BITS} dev {WAN_INTERFACE}
address add {WAN_V4_LATER}/{WAN_V4_BITS} dev {WAN_INTERFACE}
route add 0.0.0.0/0 via {UP_V4}
"
    )
}

fn clients_script() -> String {
    format!(
        "link set lo up
link set {CLIENTS_INTERFACE} up {WIRE_LIKE}
address add {CLIENTS_V4}/{LAN_V4_BITS} dev {CLIENTS_INTERFACE}
address add {CLIENTS_V6}/{LINK_V6_BITS} dev {CLIENTS_INTERFACE} nodad
route add 0.0.0.0/0 via {LAN_V4}
route add ::/0 via {LAN_V6}
"
    )
}

/// Hop limits of servers that are farther away than the kernel's default says.
fn distance_script() -> String {
    let rules = FAR.map(|range| match range {
        IpNet::V4(_) => format!("  ip saddr {range} ip ttl set {FAR_HOP_LIMIT}\n"),
        IpNet::V6(_) => format!("  ip6 saddr {range} ip6 hoplimit set {FAR_HOP_LIMIT}\n"),
    });
    let hook = "type filter hook output priority filter; policy accept;";
    format!(
        "table inet lab {{\n chain output {{\n  {hook}\n{}}}\n}}\n",
        rules.concat()
    )
}

fn masquerade_script() -> String {
    format!(
        "table ip lab {{
 chain postrouting {{
  type nat hook postrouting priority srcnat; policy accept;
  oifname {WAN_INTERFACE} masquerade
 }}
}}
"
    )
}
