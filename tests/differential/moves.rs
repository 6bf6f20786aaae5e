//! What may happen next to a connection, and the stories that such moves make.

use detector_tests::{
    frames::{Conversation, Frame, Look, datagram},
    script::Dice,
};

use crate::{
    datagrams::{INITIAL_LEN, VERSION_1, initial, reply, unreachable_by},
    family::Family,
};

/// One frame of one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    Syn,
    SynAck,
    Ack,
    ServerAck,
    Request,
    RequestAgain,
    Response,
    ResponsePart,
    ClientFin,
    ClientFinAgain,
    ServerFin,
    ClientReset,
    ServerReset,
    ForgedReset,
    GuessedReset,
    RewrittenSynAck,
    BlockPage,
    Initial,
    Reply,
    Datagram,
    /// From a router.
    Unreachable,
    /// From the destination.
    Refused,
    /// The ports are used again.
    Reopen,
}

use Move::{
    Ack, BlockPage, ClientFin, ClientFinAgain, ClientReset, Datagram, ForgedReset, GuessedReset,
    Initial, Refused, Reopen, Reply, Request, RequestAgain, Response, ResponsePart,
    RewrittenSynAck, ServerAck, ServerFin, ServerReset, Syn, SynAck, Unreachable,
};

impl Move {
    pub(crate) const ALL: [Self; 23] = [
        Syn,
        SynAck,
        Ack,
        ServerAck,
        Request,
        RequestAgain,
        Response,
        ResponsePart,
        ClientFin,
        ClientFinAgain,
        ServerFin,
        ClientReset,
        ServerReset,
        ForgedReset,
        GuessedReset,
        RewrittenSynAck,
        BlockPage,
        Initial,
        Reply,
        Datagram,
        Unreachable,
        Refused,
        Reopen,
    ];

    /// How connections go, well or badly.
    pub(crate) const STORIES: [&[Self]; 14] = [
        &[
            Syn,
            SynAck,
            ServerAck,
            Request,
            ForgedReset,
            ForgedReset,
            ServerAck,
        ],
        &[
            Syn,
            SynAck,
            Request,
            ServerReset,
            ServerReset,
            ServerReset,
            ServerAck,
        ],
        &[Syn, SynAck, Request, ServerReset, ServerAck],
        &[Syn, SynAck, Ack, Request, Response, ClientFin, ServerFin],
        &[Syn, Syn, Syn, Syn, SynAck],
        &[
            Syn,
            SynAck,
            Request,
            RequestAgain,
            RequestAgain,
            RequestAgain,
            Response,
        ],
        &[
            Syn,
            SynAck,
            Request,
            ResponsePart,
            ResponsePart,
            ResponsePart,
            Request,
            RequestAgain,
            RequestAgain,
            RequestAgain,
            ClientReset,
        ],
        &[
            Syn,
            SynAck,
            Request,
            ResponsePart,
            ResponsePart,
            ResponsePart,
            ClientFin,
            ClientFinAgain,
            ClientFinAgain,
            ClientFinAgain,
            ServerAck,
        ],
        &[Syn, SynAck, Ack, Request, BlockPage, Response],
        &[
            Syn,
            SynAck,
            Request,
            ServerReset,
            GuessedReset,
            ServerReset,
            ServerReset,
            ServerAck,
        ],
        &[Syn, SynAck, Request, ForgedReset, ForgedReset, Response],
        &[Syn, RewrittenSynAck, SynAck, ClientReset],
        &[Initial, Initial, Initial, Initial, Initial, Reply, Initial],
        &[Syn, Unreachable, SynAck, Request, Unreachable, Response],
    ];

    /// The frame; an error quotes `quote`.
    pub(crate) fn play(self, talk: &mut Conversation, dice: &mut Dice, quote: &[u8]) -> Frame {
        let len = dice.pick(&[1, 20, 300, 1_448, 3_000]);
        match self {
            Syn => talk.syn(),
            SynAck => talk.syn_ack(),
            Ack => talk.ack(),
            ServerAck => served(talk, |talk| talk.server_ack()),
            Request => talk.request(len),
            RequestAgain => talk.request_again(len.max(20)),
            Response => served(talk, |talk| talk.response(len)),
            ResponsePart => served(talk, |talk| talk.response_part(3_000)),
            ClientFin => talk.client_fin(),
            ClientFinAgain => talk.client_fin_again(),
            ServerFin => talk.server_fin(),
            ClientReset => talk.client_reset(),
            ServerReset => talk.server_reset(),
            ForgedReset => talk.forged_reset(look(dice)),
            GuessedReset => {
                let ahead = [0, 1, 1_460, 4_380, u32::MAX - 5_000];
                talk.guessed_reset(look(dice), dice.pick(&ahead), dice.pick(&ahead))
            }
            RewrittenSynAck => talk.rewritten_syn_ack(),
            BlockPage => talk.block_page(look(dice), len),
            Initial => initial(talk, VERSION_1, INITIAL_LEN),
            Reply => reply(talk),
            Datagram => hello(talk),
            Unreachable => unreachable_by(
                Family::of(talk.ends().0).router(),
                talk,
                error(talk, dice),
                quote,
            ),
            Refused => unreachable_by(talk.ends().1, talk, error(talk, dice), quote),
            Reopen => {
                talk.reopen(dice.roll(), dice.roll());
                talk.syn()
            }
        }
    }
}

/// By a server that counts its packets, where it numbers them at all.
fn served(talk: &mut Conversation, say: impl FnOnce(&mut Conversation) -> Frame) -> Frame {
    if talk.server.identification != 0 {
        talk.server.identification = talk.server.identification.wrapping_add(1);
    }
    say(talk)
}

/// A forger, who may copy the client's packet.
fn look(dice: &mut Dice) -> Look {
    let ttl = dice.pick(&[50, 51, 52, 53, 54, 60, 101]);
    if dice.one_in(4) {
        return Look::CLIENT.with_ttl(ttl);
    }
    Look {
        ttl,
        window: dice.pick(&[0, 0, 8_192]),
        dont_fragment: dice.one_in(2),
        identification: dice.pick(&[7, 40_002]),
    }
}

fn hello(talk: &Conversation) -> Frame {
    let (local, remote) = talk.ends();
    let (local, remote) = ((local, 40_000).into(), (remote, 443).into());
    datagram(&talk.envelope, local, remote, b"hello")
}

fn error(talk: &Conversation, dice: &mut Dice) -> (u8, u8) {
    if talk.ends().0.is_ipv4() {
        dice.pick(&[(3, 1), (3, 13), (3, 4), (11, 0), (8, 0)])
    } else {
        dice.pick(&[(1, 0), (1, 1), (2, 0), (3, 0), (128, 0)])
    }
}
