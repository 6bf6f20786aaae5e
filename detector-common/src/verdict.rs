//! What became of a connection, and how far it had come.

/// The name of what ended a connection, or of its success.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Verdict {
    /// The server answered the client's data.
    Ok,
    /// SYNs to the destination stay unanswered.
    SynTimeout,
    /// A reset that is proved to be a third party's.
    RstInjected,
    /// The handshake works, the client's first data is never answered.
    DataBlackhole,
    /// It fell silent amid an answer, after some kilobytes or packets.
    DataCutoff,
    /// QUIC Initials stay unanswered.
    QuicTimeout,
    /// Somebody who is not the destination says that it cannot be reached.
    IcmpUnreachable,
    /// Data or FIN that are proved to be a third party's.
    FinInjected,
    /// The SYN was answered by a reset that looks like the destination's own.
    SynRefused,
    /// A reset that nothing proves forged.
    Reset,
    /// The client gave up by a reset of its own.
    ClientAborted,
    /// Too little was seen to say.
    Incomplete,
}

/// What a verdict says about the path to the destination.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The path works.
    Ok,
    /// The path failed.
    Failed,
    /// Nothing about the path: the endpoints ended it themselves, or may have.
    Void,
}

impl Verdict {
    /// Number of verdicts, and so of counters.
    pub const COUNT: usize = Self::ALL.len();

    /// The first so many are of outcomes that trials have; the others are void.
    pub const TRIALS: usize = 8;

    /// Every verdict, in the order of its counter.
    pub const ALL: [Self; 12] = [
        Self::Ok,
        Self::SynTimeout,
        Self::RstInjected,
        Self::DataBlackhole,
        Self::DataCutoff,
        Self::QuicTimeout,
        Self::IcmpUnreachable,
        Self::FinInjected,
        Self::SynRefused,
        Self::Reset,
        Self::ClientAborted,
        Self::Incomplete,
    ];

    /// Position of its counter.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Bits of a code.
    pub const CODE_BITS: u32 = 4;

    /// How it is stored: 0 is none.
    #[inline(always)]
    pub const fn code(self) -> u8 {
        (self as u8).wrapping_add(1)
    }

    /// The verdict that a code stands for.
    #[inline(always)]
    pub const fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Ok,
            2 => Self::SynTimeout,
            3 => Self::RstInjected,
            4 => Self::DataBlackhole,
            5 => Self::DataCutoff,
            6 => Self::QuicTimeout,
            7 => Self::IcmpUnreachable,
            8 => Self::FinInjected,
            9 => Self::SynRefused,
            10 => Self::Reset,
            11 => Self::ClientAborted,
            12 => Self::Incomplete,
            _ => return None,
        })
    }

    /// The name used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::SynTimeout => "syn_timeout",
            Self::SynRefused => "syn_refused",
            Self::RstInjected => "rst_injected",
            Self::Reset => "reset",
            Self::ClientAborted => "client_aborted",
            Self::DataBlackhole => "data_blackhole",
            Self::DataCutoff => "data_cutoff",
            Self::QuicTimeout => "quic_timeout",
            Self::IcmpUnreachable => "icmp_unreachable",
            Self::FinInjected => "fin_injected",
            Self::Incomplete => "incomplete",
        }
    }

    /// What it says about the path.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Ok => Outcome::Ok,
            Self::SynTimeout
            | Self::RstInjected
            | Self::DataBlackhole
            | Self::DataCutoff
            | Self::QuicTimeout
            | Self::IcmpUnreachable
            | Self::FinInjected => Outcome::Failed,
            Self::SynRefused | Self::Reset | Self::ClientAborted | Self::Incomplete => {
                Outcome::Void
            }
        }
    }

    /// Whether it proves that a third party is on the path.
    pub const fn proves_third_party(self) -> bool {
        matches!(self, Self::RstInjected | Self::FinInjected)
    }

    /// Whether an outage of our own uplink looks like this: no answer where one was due, or a
    /// router of our own side that knows no way.
    pub const fn is_outage_like(self) -> bool {
        matches!(
            self,
            Self::SynTimeout
                | Self::DataBlackhole
                | Self::DataCutoff
                | Self::QuicTimeout
                | Self::IcmpUnreachable
        )
    }
}

/// How far a connection had come; the names of Cloudflare Radar's "TCP resets and timeouts".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Stage {
    /// The SYN is out, nothing came back.
    PostSyn,
    /// The handshake is done, no data yet.
    PostAck,
    /// The client's first data is out, the server sent none.
    PostPsh,
    /// Data went both ways.
    LaterInFlow,
}

impl Stage {
    /// Number of stages, and so of counters.
    pub const COUNT: usize = Self::ALL.len();

    /// Every stage, in the order of its counter.
    pub const ALL: [Self; 4] = [
        Self::PostSyn,
        Self::PostAck,
        Self::PostPsh,
        Self::LaterInFlow,
    ];

    /// Position of its counter.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The stage at a position; the last one for any behind.
    #[inline(always)]
    pub const fn of_index(index: u8) -> Self {
        match index {
            0 => Self::PostSyn,
            1 => Self::PostAck,
            2 => Self::PostPsh,
            _ => Self::LaterInFlow,
        }
    }

    /// The name used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PostSyn => "post_syn",
            Self::PostAck => "post_ack",
            Self::PostPsh => "post_psh",
            Self::LaterInFlow => "later_in_flow",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every verdict, its name in the events and what it says of the path.
    const VERDICTS: [(Verdict, &str, Outcome); Verdict::COUNT] = [
        (Verdict::Ok, "ok", Outcome::Ok),
        (Verdict::SynTimeout, "syn_timeout", Outcome::Failed),
        (Verdict::RstInjected, "rst_injected", Outcome::Failed),
        (Verdict::DataBlackhole, "data_blackhole", Outcome::Failed),
        (Verdict::DataCutoff, "data_cutoff", Outcome::Failed),
        (Verdict::QuicTimeout, "quic_timeout", Outcome::Failed),
        (
            Verdict::IcmpUnreachable,
            "icmp_unreachable",
            Outcome::Failed,
        ),
        (Verdict::FinInjected, "fin_injected", Outcome::Failed),
        (Verdict::SynRefused, "syn_refused", Outcome::Void),
        (Verdict::Reset, "reset", Outcome::Void),
        (Verdict::ClientAborted, "client_aborted", Outcome::Void),
        (Verdict::Incomplete, "incomplete", Outcome::Void),
    ];

    #[test]
    fn every_verdict_stands_where_it_is_counted() {
        for (index, (verdict, name, outcome)) in VERDICTS.into_iter().enumerate() {
            assert_eq!(verdict.index(), index);
            assert_eq!(Verdict::ALL[index], verdict);
            assert_eq!(Verdict::of_code(verdict.code()), Some(verdict));
            assert!(verdict.code() >> Verdict::CODE_BITS == 0);
            assert_eq!((verdict.name(), verdict.outcome()), (name, outcome));
            assert_eq!(index < Verdict::TRIALS, outcome != Outcome::Void);
        }
    }

    #[test]
    fn only_what_was_forged_proves_a_third_party() {
        for verdict in Verdict::ALL {
            let is_proof = matches!(verdict, Verdict::RstInjected | Verdict::FinInjected);
            assert_eq!(verdict.proves_third_party(), is_proof, "{verdict:?}");
        }
    }

    #[test]
    fn every_stage_stands_where_it_is_counted() {
        let names = ["post_syn", "post_ack", "post_psh", "later_in_flow"];
        for (index, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(stage.index(), index);
            assert_eq!(Stage::of_index(stage as u8), stage);
            assert_eq!(stage.name(), names[index]);
        }
    }
}
