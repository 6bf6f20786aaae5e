//! What passes, in order: connections that are made ready without being measured, and kinds of packets that are.

use std::net::SocketAddr;

use detector_common::{
    drive::{Drive, Layout},
    flow::Direction,
};
use detector_tests::frames::{self, Conversation, Envelope, Extension, Frame};

/// A hook, and what runs there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hook {
    Xdp,
    Tc,
}

impl Hook {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Xdp => "xdp",
            Self::Tc => "tc",
        }
    }

    /// The program that is shipped.
    pub(crate) const fn program(self) -> &'static str {
        match self {
            Self::Xdp => "xdp_ethernet",
            Self::Tc => "out_ethernet",
        }
    }

    /// What does nothing, what only parses, and what counts flows.
    pub(crate) const fn yardsticks(self) -> [&'static str; 3] {
        match self {
            Self::Xdp => ["empty_xdp", "parse_xdp", "flows_xdp"],
            Self::Tc => ["empty_tc", "parse_tc", "flows_tc"],
        }
    }
}

/// One packet of each connection.
pub(crate) struct Pass {
    pub(crate) hook: Hook,
    pub(crate) frame: Vec<u8>,
    pub(crate) drive: Drive,
    /// What is measured; `None` where connections are only made ready.
    pub(crate) kind: Option<&'static str>,
    /// Whether a connection may take the packet any number of times, and be none the wiser.
    pub(crate) is_repeatable: bool,
}

/// All passes over a number of connections.
pub(crate) struct Course {
    flows: u32,
    prefixes: u32,
    talk: Conversation,
    passes: Vec<Pass>,
}

/// Payload of a full segment.
const FULL: u16 = 1_448;

impl Course {
    /// Everything that is measured, over so many connections to at most 65,536 prefixes.
    pub(crate) fn over(flows: u32) -> Vec<Pass> {
        let mut course = Self::to(flows, 1 << 16);
        course.served(100);
        course.young(200);
        course.settled(300);
        course.others();
        course.passes
    }

    /// Connections that end well, and nothing else.
    pub(crate) fn service(flows: u32, prefixes: u32, isn: u32) -> Vec<Pass> {
        let mut course = Self::to(flows, prefixes);
        course.served(isn);
        course.passes
    }

    fn to(flows: u32, prefixes: u32) -> Self {
        Self {
            flows,
            prefixes,
            talk: Conversation::new(local(false), remote(false)),
            passes: Vec::new(),
        }
    }

    /// Connections that end well, so that every destination is known.
    fn served(&mut self, isn: u32) {
        self.begin(isn);
        let frames = [
            self.talk.syn(),
            self.talk.syn_ack(),
            self.talk.request(300),
            self.talk.response(FULL),
            self.talk.client_fin(),
        ];
        for frame in frames {
            self.ready(&frame);
        }
    }

    /// Connections from their first SYN to a reset that somebody sends them.
    fn young(&mut self, isn: u32) {
        self.begin(isn);
        let (syn, syn_ack, ack) = (self.talk.syn(), self.talk.syn_ack(), self.talk.ack());
        self.once("SYN, destination known", &syn);
        self.once("SYN-ACK", &syn_ack);
        self.again("ACK of a young connection", &ack);
        let request = self.talk.request(300);
        self.once("first data", &request);
        let ack = self.talk.server_ack();
        self.again("ACK of a young connection", &ack);
        let response = self.talk.response_part(FULL);
        self.once("first data", &response);
        let more = self.talk.response_part(FULL);
        self.once("data of a young connection", &more);
        let reset = self.talk.server_reset();
        self.once("RST", &reset);
    }

    /// Connections that are over as far as the detector is concerned, and go on.
    fn settled(&mut self, isn: u32) {
        self.served(isn);
        let ack = self.talk.server_ack();
        self.again("ACK of a settled connection", &ack);
        let data = self.talk.response(FULL);
        self.again("data of a settled connection", &data);
        let ack = self.talk.ack();
        self.again("ACK of a settled connection", &ack);
        let data = self.talk.request(FULL);
        self.again("data of a settled connection", &data);
    }

    /// What is no TCP over IPv4.
    fn others(&mut self) {
        let plain = Envelope::default();
        let (local, remote) = (local(false), remote(false));
        let initial = frames::datagram(&plain, local, remote, &initial());
        self.once("QUIC Initial", &initial);
        let answer = frames::answer(&plain, remote, local, &[0x40; 1_200]);
        self.once("QUIC answer", &answer);
        self.again("QUIC data", &answer);
        let ping = frames::icmp_error(&plain, remote.ip(), local.ip(), (0, 0), &[0; 56]);
        self.again("ICMP echo", &ping);
        let mut arp = vec![0xff; 60];
        arp.splice(12..14, [0x08, 0x06]);
        self.again("no IP", &Frame { bytes: arp, ..ping });
        self.extended();
    }

    /// IPv6 with extension headers, of connections that nobody knows.
    fn extended(&mut self) {
        let mut talk = Conversation::new(local(true), remote(true));
        talk.syn_ack();
        talk.envelope.extensions = vec![Extension::HopByHop, Extension::DestinationOptions];
        let frame = talk.response(FULL);
        let drive = Drive::over(self.flows, self.prefixes, Layout::Fixed);
        self.push(Some("IPv6, two extension headers"), true, &frame, drive);
    }

    const fn begin(&mut self, isn: u32) {
        self.talk
            .reopen(isn.wrapping_mul(1_000_000), isn.wrapping_mul(7_000_000));
    }

    fn ready(&mut self, frame: &Frame) {
        self.push(None, false, frame, self.drive(frame));
    }

    fn once(&mut self, kind: &'static str, frame: &Frame) {
        self.push(Some(kind), false, frame, self.drive(frame));
    }

    fn again(&mut self, kind: &'static str, frame: &Frame) {
        self.push(Some(kind), true, frame, self.drive(frame));
    }

    const fn drive(&self, frame: &Frame) -> Drive {
        let layout = match frame.direction {
            Direction::In => Layout::In4,
            Direction::Out => Layout::Out4,
        };
        Drive::over(self.flows, self.prefixes, layout)
    }

    fn push(
        &mut self,
        kind: Option<&'static str>,
        is_repeatable: bool,
        frame: &Frame,
        drive: Drive,
    ) {
        let hook = match frame.direction {
            Direction::In => Hook::Xdp,
            Direction::Out => Hook::Tc,
        };
        self.passes.push(Pass {
            hook,
            frame: frame.bytes.clone(),
            drive,
            kind,
            is_repeatable,
        });
    }
}

/// What a QUIC Initial looks like from outside (RFC 9000 §17.2.2): version 1, padded to the least that is allowed.
fn initial() -> Vec<u8> {
    let mut datagram = vec![0; 1_200];
    datagram.splice(..5, [0xc0, 0, 0, 0, 1]);
    datagram
}

fn local(is_v6: bool) -> SocketAddr {
    let address = if is_v6 {
        "[2001:db8:2::2]:40000"
    } else {
        "203.0.113.2:40000"
    };
    address.parse().expect("an address is an address")
}

fn remote(is_v6: bool) -> SocketAddr {
    let address = if is_v6 {
        "[2001:db8:8000::1]:443"
    } else {
        "198.18.0.1:443"
    };
    address.parse().expect("an address is an address")
}
