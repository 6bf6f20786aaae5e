//! TCP and QUIC, which are judged apart: one may be blocked to where the other works.

use detector_common::verdict::Verdict;

use crate::kind::Kind;

/// What connections are made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Every verdict but QUIC's own.
    Tcp,
    /// UDP/443.
    Quic,
}

impl Transport {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Quic];

    /// Whether a failure is one of its connections.
    pub const fn fails_by(self, verdict: Verdict) -> bool {
        match self {
            Self::Tcp => !matches!(verdict, Verdict::QuicTimeout),
            Self::Quic => matches!(verdict, Verdict::QuicTimeout),
        }
    }

    /// The kinds of block that it may meet.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        let kinds = Kind::ALL.into_iter();
        kinds.filter(move |kind| (*kind == Kind::QuicBlackhole) == (self == Self::Quic))
    }
}
