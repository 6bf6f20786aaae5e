//! How a connection of TCP goes: which end does what, and the letter by which a request asks a server for it.

/// The course of a connection, in order or not. No censor is needed for any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The server answers and closes, and then the client.
    Orderly,
    /// The same, but the server answers a hundred bytes each tenth of a second.
    Slow,
    /// The server answers and resets.
    ServerResets,
    /// The server takes the request and never answers: it is for the client to give up.
    ServerHangs,
    /// The client resets as soon as it reads anything of the answer.
    ClientAborts,
}

impl Course {
    /// Those that are the server's business.
    const ASKED_FOR: [Self; 3] = [Self::Slow, Self::ServerResets, Self::ServerHangs];

    /// What a request says after the length of its answer: filler, where nothing is asked for.
    pub(crate) const fn letter(self) -> u8 {
        match self {
            Self::Orderly | Self::ClientAborts => b'?',
            Self::Slow => b's',
            Self::ServerResets => b'r',
            Self::ServerHangs => b'h',
        }
    }

    /// What `letter` asks a server for.
    pub(crate) fn asked_for(letter: u8) -> Self {
        let mut courses = Self::ASKED_FOR.into_iter();
        courses
            .find(|course| course.letter() == letter)
            .unwrap_or(Self::Orderly)
    }
}
