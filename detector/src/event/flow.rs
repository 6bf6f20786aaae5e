//! What a replay tells of one connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use detector_common::{
    address::Address,
    flow::{Conclusion, FlowKey, protocol},
    mark::Mark,
    prefix::PrefixKey,
    time::Nanos,
    tuning::Tuning,
};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Serialize;

use crate::snapshot::network;

/// A connection that is over.
#[derive(Clone, Debug, JsonSchema, PartialEq, Serialize)]
pub struct FlowEvent {
    /// Our end.
    #[schemars(with = "String")]
    pub local: SocketAddr,
    /// The other end.
    #[schemars(with = "String")]
    pub remote: SocketAddr,
    /// `tcp` or `udp`.
    pub proto: &'static str,
    /// The prefix that the other end counts for.
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// How far it had come.
    pub stage: &'static str,
    /// What ended it.
    pub verdict: &'static str,
    /// The marks that fired.
    pub evidence: Vec<&'static str>,
    /// Round trip of its handshake.
    pub rtt_ms: Option<f64>,
    /// Who forged in it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub injector: Option<&'static str>,
}

impl FlowEvent {
    /// The account of the connection `key`.
    pub fn new(key: &FlowKey, conclusion: &Conclusion, tuning: &Tuning) -> Self {
        Self {
            local: SocketAddr::new(ip(&key.local), key.local_port),
            remote: SocketAddr::new(ip(&key.remote), key.remote_port),
            proto: match key.protocol {
                protocol::UDP => "udp",
                _ => "tcp",
            },
            prefix: network(PrefixKey::of(&key.remote, tuning), tuning),
            stage: conclusion.stage.name(),
            verdict: conclusion.verdict.name(),
            evidence: conclusion.marks.iter().map(Mark::name).collect(),
            rtt_ms: conclusion.rtt.map(millis),
            injector: None,
        }
    }
}

/// The address in the family it stands for.
pub fn ip(address: &Address) -> IpAddr {
    match address.as_v4_bits() {
        Some(bits) => IpAddr::V4(Ipv4Addr::from_bits(bits)),
        None => IpAddr::V6(Ipv6Addr::from(address.octets())),
    }
}

/// Milliseconds, to the microsecond.
fn millis(span: Nanos) -> f64 {
    f64::from(span.as_micros_u32()) / 1e3
}

#[cfg(test)]
mod tests {
    use detector_common::{
        mark::Marks,
        verdict::{Stage, Verdict},
    };

    use super::*;

    #[test]
    fn a_flow_is_told_in_the_words_of_the_contract() {
        let key = FlowKey {
            remote: Address::v6("2001:db8:1:2::3".parse::<Ipv6Addr>().unwrap().octets()),
            local: Address::v4([192, 0, 2, 1]),
            remote_port: 443,
            local_port: 50_000,
            protocol: protocol::TCP,
            zero: 0,
        };
        let conclusion = Conclusion {
            verdict: Verdict::RstInjected,
            stage: Stage::PostPsh,
            marks: Marks::when(Mark::TooSoon, true).and(Marks::when(Mark::Window, true)),
            rtt: Some(Nanos(12_345_678)),
        };
        let event = FlowEvent::new(&key, &conclusion, &Tuning::DEFAULT);
        let expected = serde_json::json!({
            "local": "192.0.2.1:50000", "remote": "[2001:db8:1:2::3]:443", "proto": "tcp",
            "prefix": "2001:db8:1::/48", "stage": "post_psh", "verdict": "rst_injected",
            "evidence": ["too_soon", "window"], "rtt_ms": 12.345,
        });
        assert_eq!(serde_json::to_value(event).unwrap(), expected);
    }
}
