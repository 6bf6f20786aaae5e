//! One connection of a client's kernel to a server's: what it sends, and when again if nothing comes back.

use std::time::Duration;

use super::{Path, ROUND_TRIP};
use crate::frames::{Conversation, Frame, Look};

/// Linux asks again at intervals of a second, the first four times (`tcp_syn_linear_timeouts`).
const SYN_AGAIN: Duration = Duration::from_secs(1);
/// The first retransmission of data; each later one takes twice as long.
const DATA_AGAIN: Duration = Duration::from_millis(250);
/// How soon a censor next to the gateway answers.
const CENSOR: Duration = Duration::from_millis(4);
const ANSWER_BYTES: u16 = 100;

/// Something that is due in a connection.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// The client asks, or asks again.
    Syn,
    /// The server's answer arrives.
    SynAck,
    /// The client sends its request for the first time, the second, ...
    Request(u32),
    /// A reset arrives that somebody forged.
    ForgedReset(Look),
    /// The server's data arrives.
    Response,
    /// The client's patience ends.
    GiveUp,
}

/// What a step leads to.
#[derive(Default)]
pub(super) struct Turn {
    /// What passes the gateway now.
    pub(super) frames: Vec<Frame>,
    /// What is due later, and how much.
    pub(super) next: Vec<(Duration, Step)>,
    /// Nothing more will happen, whatever was due.
    pub(super) is_last: bool,
}

impl Turn {
    const fn last(frames: Vec<Frame>) -> Self {
        Self {
            frames,
            next: Vec::new(),
            is_last: true,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Asking,
    Waiting,
    Reset,
}

pub(super) struct Connection {
    talk: Conversation,
    request_bytes: u16,
    state: State,
}

impl Connection {
    pub(super) const fn new(talk: Conversation, request_bytes: u16) -> Self {
        Self {
            talk,
            request_bytes,
            state: State::Asking,
        }
    }

    /// Steps that the state has overtaken lead to nothing.
    pub(super) fn take(&mut self, step: Step, path: &mut Path) -> Turn {
        match (step, self.state) {
            (Step::Syn, State::Asking) => self.ask(path),
            (Step::SynAck, State::Asking) => self.establish(path),
            (Step::Request(attempt), State::Waiting) => self.request(attempt, path),
            (Step::ForgedReset(look), State::Waiting) => self.be_reset(look),
            (Step::Response, State::Waiting) => self.close(),
            // A closed socket's kernel answers what still comes.
            (Step::Response, State::Reset) => Turn::last(vec![
                self.talk.response(ANSWER_BYTES),
                self.talk.client_reset(),
            ]),
            (Step::GiveUp, State::Waiting) => Turn::last(vec![self.talk.client_fin()]),
            (Step::GiveUp, State::Asking | State::Reset) => Turn::last(Vec::new()),
            _ => Turn::default(),
        }
    }

    fn ask(&self, path: &mut Path) -> Turn {
        let mut next = vec![(SYN_AGAIN, Step::Syn)];
        if path.carries(self.talk.ends().1) {
            next.push((ROUND_TRIP, Step::SynAck));
        }
        Turn {
            frames: vec![self.talk.syn()],
            next,
            is_last: false,
        }
    }

    fn establish(&mut self, path: &mut Path) -> Turn {
        self.state = State::Waiting;
        let frames = vec![self.talk.syn_ack(), self.talk.ack()];
        let mut turn = self.request(0, path);
        turn.frames.splice(0..0, frames);
        turn
    }

    fn request(&mut self, attempt: u32, path: &mut Path) -> Turn {
        let server = self.talk.ends().1;
        let mut next = vec![(
            DATA_AGAIN * 2_u32.saturating_pow(attempt),
            Step::Request(attempt + 1),
        )];
        if path.carries(server) {
            next.push((ROUND_TRIP, Step::Response));
        }
        if let Some(look) = path.forgery(server) {
            next.push((CENSOR, Step::ForgedReset(look)));
        }
        let frame = if attempt == 0 {
            self.talk.request(self.request_bytes)
        } else {
            self.talk.request_again(self.request_bytes)
        };
        Turn {
            frames: vec![frame],
            next,
            is_last: false,
        }
    }

    fn be_reset(&mut self, look: Look) -> Turn {
        self.state = State::Reset;
        Turn {
            frames: vec![self.talk.forged_reset(look)],
            ..Turn::default()
        }
    }

    /// The last acknowledgement would teach nobody anything.
    fn close(&mut self) -> Turn {
        Turn::last(vec![
            self.talk.response(ANSWER_BYTES),
            self.talk.server_fin(),
            self.talk.client_fin(),
        ])
    }
}
