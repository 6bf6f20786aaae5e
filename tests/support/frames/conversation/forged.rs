//! What comes in the server's name, whoever sends it. The server has not said it, so its numbers stay.

use etherparse::TcpHeader;

use super::{Conversation, Frame, Look};

impl Conversation {
    /// A reset by whoever looks like this.
    pub fn forged_reset(&self, look: Look) -> Frame {
        self.guessed_reset(look, 0, 0)
    }

    /// A reset by somebody who does not know the numbers: the sequence number is too high by so much, and the
    /// acknowledgement number.
    pub fn guessed_reset(&self, look: Look, seq: u32, ack: u32) -> Frame {
        self.inbound(
            &TcpHeader {
                rst: true,
                sequence_number: self.server_next.wrapping_add(seq),
                acknowledgment_number: self.client_next.wrapping_add(ack),
                window_size: look.window,
                ..self.server_header()
            },
            look,
            0,
        )
    }

    /// The server's SYN-ACK, made into a reset on its way.
    pub fn rewritten_syn_ack(&self) -> Frame {
        self.inbound(
            &TcpHeader {
                rst: true,
                sequence_number: self.server_isn,
                ..self.server_header()
            },
            self.server,
            0,
        )
    }

    /// A whole answer by whoever looks like this, and closes in the same breath.
    pub fn block_page(&self, look: Look, len: u16) -> Frame {
        self.inbound(
            &TcpHeader {
                psh: true,
                fin: true,
                window_size: look.window,
                ..self.server_header()
            },
            look,
            len,
        )
    }
}
