//! Why a packet is not followed. Every refusal of the parser has a name and a counter.

/// The reason that a packet was passed on without being looked at further.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Skip {
    /// The packet ends before a header that it announces.
    Truncated,
    /// Neither IPv4 nor IPv6: ARP, LLDP, …
    NotIp,
    /// More than two VLAN tags.
    VlanDepth,
    /// A `PPPoE` session frame that carries no IP (LCP, IPCP).
    PppControl,
    /// The version nibble contradicts the link layer, the header length is impossible, or an IPv6 address stands for
    /// one of IPv4.
    BadIpHeader,
    /// The IP length is shorter than the headers inside it.
    BadLength,
    /// A fragment without the transport header; the first fragment is parsed as usual.
    LaterFragment,
    /// More than six IPv6 extension headers.
    ExtensionDepth,
    /// A tunnel (IP in IP, GRE, ESP …): the inner packet belongs to somebody else's gateway.
    Encapsulated,
    /// A transport other than TCP, UDP and ICMP.
    OtherTransport,
    /// A TCP data offset below five words.
    BadTcpHeader,
    /// ICMP that reports no error: echo, neighbour discovery, …
    IcmpNotError,
    /// An ICMP error whose quoted packet cannot be read.
    BadQuote,
}

impl Skip {
    /// Every reason, in the order of its counter.
    pub const ALL: [Self; 13] = [
        Self::Truncated,
        Self::NotIp,
        Self::VlanDepth,
        Self::PppControl,
        Self::BadIpHeader,
        Self::BadLength,
        Self::LaterFragment,
        Self::ExtensionDepth,
        Self::Encapsulated,
        Self::OtherTransport,
        Self::BadTcpHeader,
        Self::IcmpNotError,
        Self::BadQuote,
    ];

    /// Whether the packet contradicts its protocol, rather than being of no interest.
    pub const fn is_malformed(self) -> bool {
        matches!(
            self,
            Self::BadIpHeader | Self::BadLength | Self::BadTcpHeader
        )
    }

    /// The name used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::NotIp => "not_ip",
            Self::VlanDepth => "vlan_depth",
            Self::PppControl => "ppp_control",
            Self::BadIpHeader => "bad_ip_header",
            Self::BadLength => "bad_length",
            Self::LaterFragment => "later_fragment",
            Self::ExtensionDepth => "extension_depth",
            Self::Encapsulated => "encapsulated",
            Self::OtherTransport => "other_transport",
            Self::BadTcpHeader => "bad_tcp_header",
            Self::IcmpNotError => "icmp_not_error",
            Self::BadQuote => "bad_quote",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_stands_where_it_is_counted() {
        for (index, skip) in Skip::ALL.into_iter().enumerate() {
            assert_eq!(skip as usize, index, "{skip:?}");
        }
        // The last of the enum; a new one makes this fail.
        assert_eq!(Skip::BadQuote as usize + 1, Skip::ALL.len());
    }

    #[test]
    fn every_reason_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Skip::ALL.into_iter().map(Skip::name).collect();
        assert_eq!(names.len(), Skip::ALL.len());
    }

    #[test]
    fn what_is_of_no_interest_is_not_malformed() {
        let malformed: std::vec::Vec<_> = Skip::ALL
            .into_iter()
            .filter(|skip| skip.is_malformed())
            .collect();
        let expected = [Skip::BadIpHeader, Skip::BadLength, Skip::BadTcpHeader];
        assert_eq!(malformed, expected);
    }
}
