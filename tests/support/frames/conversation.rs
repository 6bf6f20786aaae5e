//! One TCP connection: both ends' sequence numbers, and a frame for each thing that an end may say.

mod forged;

use std::net::{IpAddr, SocketAddr};

use detector_common::flow::Direction;
use etherparse::{IpNumber, TcpHeader, TcpOptions};

use super::{
    Frame, Look,
    envelope::Envelope,
    segment::{SYN_OPTIONS, segment},
};

/// A connection that our side begins.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// How our side's packets look.
    pub client: Look,
    /// How the server's packets look.
    pub server: Look,
    /// How packets are wrapped.
    pub envelope: Envelope,
    local: SocketAddr,
    remote: SocketAddr,
    client_isn: u32,
    server_isn: u32,
    client_next: u32,
    server_next: u32,
}

impl Conversation {
    /// A connection about to begin.
    pub fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        let mut talk = Self {
            client: Look::CLIENT,
            server: Look::SERVER,
            envelope: Envelope::default(),
            local,
            remote,
            client_isn: 0,
            server_isn: 0,
            client_next: 0,
            server_next: 0,
        };
        talk.reopen(1_000_000, 3_000_000_000);
        talk
    }

    /// Begins anew on the same ports, with other initial sequence numbers.
    pub const fn reopen(&mut self, client_isn: u32, server_isn: u32) {
        self.client_isn = client_isn;
        self.server_isn = server_isn;
        self.client_next = client_isn.wrapping_add(1);
        // Until the server has spoken, whoever speaks in its name begins at 0.
        self.server_next = 0;
    }

    /// The client's SYN, also when it is sent again.
    pub fn syn(&self) -> Frame {
        self.outbound(
            &TcpHeader {
                syn: true,
                ack: false,
                sequence_number: self.client_isn,
                acknowledgment_number: 0,
                options: TcpOptions::from(SYN_OPTIONS),
                ..self.client_header()
            },
            0,
        )
    }

    /// The server's SYN-ACK, also when it is sent again.
    pub fn syn_ack(&mut self) -> Frame {
        let header = TcpHeader {
            syn: true,
            sequence_number: self.server_isn,
            acknowledgment_number: self.client_isn.wrapping_add(1),
            options: TcpOptions::from(SYN_OPTIONS),
            ..self.server_header()
        };
        if self.server_next == 0 {
            self.server_next = self.server_isn.wrapping_add(1);
        }
        self.inbound(&header, self.server, 0)
    }

    /// The client acknowledges all that came.
    pub fn ack(&self) -> Frame {
        self.outbound(&self.client_header(), 0)
    }

    /// The server acknowledges all that came.
    pub fn server_ack(&self) -> Frame {
        self.inbound(&self.server_header(), self.server, 0)
    }

    /// Data of the client.
    pub fn request(&mut self, len: u16) -> Frame {
        let frame = self.outbound(
            &TcpHeader {
                psh: true,
                ..self.client_header()
            },
            len,
        );
        self.client_next = self.client_next.wrapping_add(len.into());
        frame
    }

    /// The latest `len` bytes of the client once more.
    pub fn request_again(&self, len: u16) -> Frame {
        let sequence_number = self.client_next.wrapping_sub(len.into());
        self.outbound(
            &TcpHeader {
                psh: true,
                sequence_number,
                ..self.client_header()
            },
            len,
        )
    }

    /// Data of the server.
    pub fn response(&mut self, len: u16) -> Frame {
        self.say(len, true)
    }

    /// Data of the server that is not the end of its answer.
    pub fn response_part(&mut self, len: u16) -> Frame {
        self.say(len, false)
    }

    /// The client has no more data.
    pub fn client_fin(&mut self) -> Frame {
        let frame = self.outbound(
            &TcpHeader {
                fin: true,
                ..self.client_header()
            },
            0,
        );
        self.client_next = self.client_next.wrapping_add(1);
        frame
    }

    /// The client's FIN once more.
    pub fn client_fin_again(&self) -> Frame {
        self.outbound(
            &TcpHeader {
                fin: true,
                sequence_number: self.client_next.wrapping_sub(1),
                ..self.client_header()
            },
            0,
        )
    }

    /// The server has no more data.
    pub fn server_fin(&mut self) -> Frame {
        let frame = self.inbound(
            &TcpHeader {
                fin: true,
                ..self.server_header()
            },
            self.server,
            0,
        );
        self.server_next = self.server_next.wrapping_add(1);
        frame
    }

    /// The client gives up in bad order.
    pub fn client_reset(&self) -> Frame {
        self.outbound(
            &TcpHeader {
                rst: true,
                ack: false,
                acknowledgment_number: 0,
                window_size: 0,
                ..self.client_header()
            },
            0,
        )
    }

    /// The server's own reset: a refusal where it has said nothing yet.
    pub fn server_reset(&self) -> Frame {
        self.forged_reset(Look {
            window: 0,
            ..self.server
        })
    }

    /// The addresses of both ends, ours first.
    pub const fn ends(&self) -> (IpAddr, IpAddr) {
        (self.local.ip(), self.remote.ip())
    }

    fn say(&mut self, len: u16, psh: bool) -> Frame {
        let header = TcpHeader {
            psh,
            ..self.server_header()
        };
        let frame = self.inbound(&header, self.server, len);
        self.server_next = self.server_next.wrapping_add(len.into());
        frame
    }

    fn client_header(&self) -> TcpHeader {
        TcpHeader {
            ack: true,
            acknowledgment_number: self.server_next,
            ..TcpHeader::new(
                self.local.port(),
                self.remote.port(),
                self.client_next,
                self.client.window,
            )
        }
    }

    fn server_header(&self) -> TcpHeader {
        TcpHeader {
            ack: true,
            acknowledgment_number: self.client_next,
            ..TcpHeader::new(
                self.remote.port(),
                self.local.port(),
                self.server_next,
                self.server.window,
            )
        }
    }

    fn outbound(&self, header: &TcpHeader, payload_len: u16) -> Frame {
        let ends = self.ends();
        let tcp = (IpNumber::TCP, &*segment(header, ends, payload_len));
        self.envelope.wrap(Direction::Out, self.client, ends, tcp)
    }

    fn inbound(&self, header: &TcpHeader, look: Look, payload_len: u16) -> Frame {
        let ends = (self.remote.ip(), self.local.ip());
        let tcp = (IpNumber::TCP, &*segment(header, ends, payload_len));
        self.envelope.wrap(Direction::In, look, ends, tcp)
    }
}
