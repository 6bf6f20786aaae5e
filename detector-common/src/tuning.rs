//! The numbers that classification depends on: set once at load, the same for kernel and host.

use crate::time::Nanos;

/// Thresholds and prefix lengths. Written into the programs' read-only data before the load, so
/// that the verifier sees constants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(C)]
pub struct Tuning {
    /// How long a destination must stay silent before three unanswered SYNs are a timeout.
    pub syn_silence: Nanos,
    /// A SYN sooner than this after the last one is the same attempt.
    pub syn_spacing: Nanos,
    /// A SYN later than this after the last one starts a new run of unanswered SYNs.
    pub syn_run_gap: Nanos,
    /// One destination counts one trial of the same outcome in this time.
    pub trial: Nanos,
    /// A reset later than this after the SYN is not judged: idle timeouts of balancers begin there.
    pub reset_window: Nanos,
    /// How long after a reset the real peer may contradict it.
    pub contradiction_window: Nanos,
    /// A contradiction sooner than this is two packets that overtook each other.
    pub reorder: Nanos,
    /// Round trips shorter than this prove nothing by their timing.
    pub min_timing_rtt: Nanos,
    /// Resets further apart than this are no burst.
    pub reset_burst: Nanos,
    /// What is sent again sooner than this is a copy of the capture, or part of one burst.
    pub resend_spacing: Nanos,
    /// How long the client's first data must stay unanswered, at least.
    pub data_silence: Nanos,
    /// How long a server must fall silent amid an answer, at least.
    pub cutoff_silence: Nanos,
    /// How long QUIC Initials must stay unanswered.
    pub quic_silence: Nanos,
    /// How long a client and a destination are poisoned by what the client said.
    pub poison: Nanos,
    /// IPv4 prefix length of the counters, 8 to 32.
    pub prefix_v4: u32,
    /// IPv6 prefix length of the counters, 16 to 64.
    pub prefix_v6: u32,
}

impl Tuning {
    /// The defaults; docs/ARCHITECTURE.md gives the reason for each.
    pub const DEFAULT: Self = Self {
        // Linux sends its third SYN three seconds after the first; timers may be a tick early.
        syn_silence: Nanos::from_millis(2_900),
        // The smallest retransmission timeout of a SYN is one second (RFC 6298 §2.1).
        syn_spacing: Nanos::from_millis(900),
        syn_run_gap: Nanos::from_secs(60),
        trial: Nanos::from_secs(120),
        reset_window: Nanos::from_secs(30),
        contradiction_window: Nanos::from_secs(3),
        reorder: Nanos::from_millis(1),
        min_timing_rtt: Nanos::from_millis(10),
        reset_burst: Nanos::from_secs(2),
        // Below the smallest retransmission timeout in use, 200 ms.
        resend_spacing: Nanos::from_millis(100),
        // As long as a run of SYNs: by then an outage of our own uplink shows in everything else.
        data_silence: Nanos::from_millis(2_900),
        cutoff_silence: Nanos::from_secs(5),
        // Likewise; probes leave 1 and 3 s after the first Initial (RFC 9002 §6.2.2).
        quic_silence: Nanos::from_millis(2_900),
        poison: Nanos::from_secs(180),
        prefix_v4: 24,
        prefix_v6: 48,
    };
}

impl Default for Tuning {
    fn default() -> Self {
        Self::DEFAULT
    }
}
