//! The lists as the programs that read them want them. Each replaces what an earlier one held.

use std::{
    fmt::{Display, Write as _},
    net::IpAddr,
};

use ipnet::IpNet;

use crate::failure::Failure;

/// Where routes go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hops<'a> {
    /// Gateways, one of each family at most.
    pub(super) via: &'a [IpAddr],
    /// The interface.
    pub(super) dev: Option<&'a str>,
}

/// Two interval sets in a table of their own, for `nft -f`.
pub(super) fn nft(ranges: &[IpNet]) -> String {
    let mut text = "add table inet detector\n".to_owned();
    for (name, kind, ranges) in sets(ranges, "ipv4_addr", "ipv6_addr") {
        line(
            &mut text,
            &format_args!("add set inet detector {name} {{ type {kind}; flags interval; }}"),
        );
        line(&mut text, &format_args!("flush set inet detector {name}"));
        if !ranges.is_empty() {
            let elements: Vec<String> = ranges.iter().map(IpNet::to_string).collect();
            let elements = elements.join(",\n  ");
            line(
                &mut text,
                &format_args!("add element inet detector {name} {{\n  {elements}\n}}"),
            );
        }
    }
    text
}

/// Two sets, for `ipset restore`.
pub(super) fn ipset(ranges: &[IpNet]) -> String {
    let mut text = String::new();
    for (name, family, ranges) in sets(ranges, "inet", "inet6") {
        // A set has room for 65,536 unless it is told otherwise.
        let most = ranges.len().max(65_536).next_power_of_two();
        line(
            &mut text,
            &format_args!("create detector_{name} hash:net family {family} maxelem {most} -exist"),
        );
        line(&mut text, &format_args!("flush detector_{name}"));
        for range in ranges {
            line(
                &mut text,
                &format_args!("add detector_{name} {range} -exist"),
            );
        }
    }
    text
}

/// One route a range, for `ip -batch`.
///
/// # Errors
/// [`Failure::Usage`] where a range has no way to go.
pub(super) fn routes(ranges: &[IpNet], hops: Hops<'_>) -> Result<String, Failure> {
    if hops.via.is_empty() && hops.dev.is_none() {
        return Err(Failure::Usage(
            "routes need a way to go: --via ADDRESS, --dev IF, or both".to_owned(),
        ));
    }
    let mut text = String::new();
    for range in ranges {
        let way = hops.to(range).ok_or_else(|| {
            Failure::Usage(format!(
                "there is no way to {range}; add --via with an address of its family, or --dev IF"
            ))
        })?;
        line(&mut text, &format_args!("route replace {range}{way}"));
    }
    Ok(text)
}

impl Hops<'_> {
    fn to(self, range: &IpNet) -> Option<String> {
        let is_family = |via: &&IpAddr| via.is_ipv4() == range.addr().is_ipv4();
        let via = self
            .via
            .iter()
            .find(is_family)
            .map(|via| format!(" via {via}"));
        let dev = self.dev.map(|dev| format!(" dev {dev}"));
        (via.is_some() || dev.is_some()).then(|| via.unwrap_or_default() + &dev.unwrap_or_default())
    }
}

/// The sets by family: name, what it is called where it is used, and what is in it.
fn sets<'a>(
    ranges: &[IpNet],
    v4: &'a str,
    v6: &'a str,
) -> [(&'static str, &'a str, Vec<IpNet>); 2] {
    let (four, six) = ranges.iter().partition(|range| range.addr().is_ipv4());
    [("blocked4", v4, four), ("blocked6", v6, six)]
}

fn line(text: &mut String, line: &impl Display) {
    // A string takes whatever is written to it.
    let _infallible = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges() -> Vec<IpNet> {
        let ranges = ["198.18.16.0/20", "203.0.113.0/24", "2001:db8:4000::/44"];
        ranges.map(|range| range.parse().unwrap()).to_vec()
    }

    #[test]
    fn each_family_has_a_set_and_an_empty_one_is_emptied() {
        let text = nft(&ranges()[2..]);
        assert!(text.contains("flush set inet detector blocked4\n"));
        assert!(!text.contains("add element inet detector blocked4"));
        assert!(text.contains("add element inet detector blocked6 {\n  2001:db8:4000::/44\n}\n"));
        let text = ipset(&ranges());
        assert!(
            text.contains("create detector_blocked6 hash:net family inet6 maxelem 65536 -exist\n")
        );
        assert!(text.contains("add detector_blocked4 203.0.113.0/24 -exist\n"));
    }

    #[test]
    fn routes_go_by_the_gateway_of_their_family_or_the_interface() {
        let via: [IpAddr; 2] = ["192.0.2.1", "2001:db8::1"].map(|it| it.parse().unwrap());
        let both = Hops {
            via: &via,
            dev: Some("wan1"),
        };
        let text = routes(&ranges(), both).unwrap();
        assert_eq!(
            text.lines().next().unwrap(),
            "route replace 198.18.16.0/20 via 192.0.2.1 dev wan1"
        );
        assert!(text.contains("route replace 2001:db8:4000::/44 via 2001:db8::1 dev wan1\n"));
        let one = Hops {
            via: &via[..1],
            dev: None,
        };
        let failure = routes(&ranges(), one).unwrap_err().to_string();
        assert!(failure.contains("2001:db8:4000::/44"), "{failure}");
        assert!(
            routes(
                &[],
                Hops {
                    via: &[],
                    dev: None
                }
            )
            .is_err()
        );
    }
}
