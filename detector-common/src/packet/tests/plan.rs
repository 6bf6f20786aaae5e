//! Random valid frames: what is to be in one, and etherparse to write it.

use super::*;
use std::vec;

use etherparse::{
    IpAuthHeader, IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, Ipv6Extensions, Ipv6FlowLabel,
    Ipv6FragmentHeader, Ipv6Header, Ipv6RawExtHeader, Ipv6RoutingExtensions, PacketBuilder,
    TcpHeader, VlanId,
};
use proptest::{collection::vec as vec_of, option, prelude::*};

/// What stands before the IP header.
#[derive(Clone, Copy, Debug)]
pub(super) enum Link {
    Ip,
    Ethernet,
    Vlan,
    TwoVlans,
}

#[derive(Clone, Debug)]
pub(super) enum Planned {
    Tcp(TcpHeader),
    Udp(u16, u16),
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) link: Link,
    pub(super) ip: IpHeaders,
    pub(super) transport: Planned,
    pub(super) payload_len: usize,
}

impl Plan {
    pub(super) const fn link_layer(&self) -> LinkLayer {
        match self.link {
            Link::Ip => LinkLayer::Ip,
            Link::Ethernet | Link::Vlan | Link::TwoVlans => LinkLayer::Ethernet,
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let ethernet = PacketBuilder::ethernet2([2; 6], [4; 6]);
        let (one, two) = (VlanId::ZERO, VlanId::try_new(4_095).unwrap());
        let headers = self.ip.clone();
        let ip = match self.link {
            Link::Ip => PacketBuilder::ip(headers),
            Link::Ethernet => ethernet.ip(headers),
            Link::Vlan => ethernet.single_vlan(two).ip(headers),
            Link::TwoVlans => ethernet.double_vlan(one, two).ip(headers),
        };
        let (mut bytes, payload) = (Vec::new(), vec![0xa5; self.payload_len]);
        match &self.transport {
            Planned::Tcp(header) => ip.tcp_header(header.clone()).write(&mut bytes, &payload),
            Planned::Udp(from, to) => ip.udp(*from, *to).write(&mut bytes, &payload),
        }
        .unwrap();
        bytes
    }

    /// Number of bytes from the first to the last that the parser reads.
    pub(super) fn read_len(&self) -> usize {
        let (header, read) = match &self.transport {
            // Up to the window; checksum, urgent pointer and options are not looked at.
            Planned::Tcp(header) => (header.header_len(), 16),
            // Up to the length.
            Planned::Udp(_, _) => (8, 6),
        };
        self.bytes().len() - self.payload_len - header + read
    }
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let link = prop::sample::select(vec![Link::Ip, Link::Ethernet, Link::Vlan, Link::TwoVlans]);
    let ip = prop_oneof![ip4(), ip6()];
    let transport = prop_oneof![
        3 => tcp_header().prop_map(Planned::Tcp),
        1 => any::<(u16, u16)>().prop_map(|(from, to)| Planned::Udp(from, to)),
    ];
    (link, ip, transport, 0_usize..100).prop_map(|(link, ip, transport, payload_len)| Plan {
        link,
        ip,
        transport,
        payload_len,
    })
}

fn ip4() -> impl Strategy<Value = IpHeaders> {
    let addresses = any::<([u8; 4], [u8; 4])>();
    let fields = any::<(u8, u16, bool)>();
    (addresses, fields, 0_usize..=10).prop_map(|((from, to), (ttl, id, dont_fragment), words)| {
        let mut header = Ipv4Header::new(0, ttl, IpNumber::TCP, from, to).unwrap();
        header.identification = id;
        header.dont_fragment = dont_fragment;
        header.options = vec![1_u8; words * 4].as_slice().try_into().unwrap();
        IpHeaders::Ipv4(header, Ipv4Extensions::default())
    })
}

fn ip6() -> impl Strategy<Value = IpHeaders> {
    let addresses = any::<([u8; 16], [u8; 16])>();
    (addresses, any::<(u8, u8)>(), extensions()).prop_map(
        |((source, destination), (hop_limit, traffic_class), extensions)| {
            let header = Ipv6Header {
                traffic_class,
                flow_label: Ipv6FlowLabel::try_new(0xf_ffff).unwrap(),
                payload_length: 0,
                next_header: IpNumber::TCP,
                hop_limit,
                source,
                destination,
            };
            IpHeaders::Ipv6(header, extensions)
        },
    )
}

fn extensions() -> impl Strategy<Value = Ipv6Extensions> {
    let options = || option::of(options_header());
    let routing = option::of((options_header(), options()));
    let fragment = option::of(any::<u32>());
    let check_value = option::of(vec_of(any::<u32>(), 0..4));
    (options(), options(), routing, fragment, check_value).prop_map(
        |(hop_by_hop_options, destination_options, routing, fragment, check_value)| {
            Ipv6Extensions {
                hop_by_hop_options,
                destination_options,
                routing: routing.map(|(routing, final_destination_options)| {
                    Ipv6RoutingExtensions {
                        routing,
                        final_destination_options,
                    }
                }),
                fragment: fragment.map(|id| {
                    Ipv6FragmentHeader::new(IpNumber::TCP, 0.try_into().unwrap(), false, id)
                }),
                auth: check_value.map(|words| {
                    let octets = vec![0; words.len() * 4];
                    IpAuthHeader::new(IpNumber::TCP, 1, 1, &octets).unwrap()
                }),
            }
        },
    )
}

/// Eight or sixteen bytes; etherparse fills in what comes next.
fn options_header() -> impl Strategy<Value = Ipv6RawExtHeader> {
    prop::sample::select(vec![6, 14])
        .prop_map(|len| Ipv6RawExtHeader::new_raw(IpNumber::TCP, &vec![0; len]).unwrap())
}

pub(super) fn tcp_header() -> impl Strategy<Value = TcpHeader> {
    let numbers = any::<(u16, u16, u32, u32, u16)>();
    (numbers, any::<[bool; 8]>(), 0_usize..=10).prop_map(
        |((from, to, seq, ack, window), flags, words)| {
            let mut header = TcpHeader::new(from, to, seq, window);
            header.acknowledgment_number = ack;
            [
                header.fin, header.syn, header.rst, header.psh, header.ack, header.urg, header.ece,
                header.cwr,
            ] = flags;
            header.set_options_raw(&vec![1; words * 4]).unwrap();
            header
        },
    )
}

/// The octet of control bits, the lowest bit first.
pub(super) fn flags_of(header: &TcpHeader) -> u8 {
    [
        header.fin, header.syn, header.rst, header.psh, header.ack, header.urg, header.ece,
        header.cwr,
    ]
    .iter()
    .rev()
    .fold(0, |octet, bit| octet << 1 | u8::from(*bit))
}
