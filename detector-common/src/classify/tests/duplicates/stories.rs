//! Connections, and what each comes to.

use super::*;
use crate::frames::{ACK, FIN, PSH, abort, client_fin, refusal, reset, server_ack};

/// Who sends a segment, when in milliseconds, and which.
pub(super) type Step = (Direction, u64, TcpFrame);

/// What happens, and what it comes to.
pub(super) type Story = (&'static str, Vec<Step>, Verdict);

pub(super) fn handshake() -> Vec<Step> {
    vec![(Out, 0, syn().ip_id(700)), (In, 40, syn_ack().ip_id(100))]
}

fn asked_for() -> Vec<Step> {
    let mut steps = handshake();
    steps.push((Out, 50, request(REQUEST_LEN).ip_id(701).window(501)));
    steps
}

/// A request and so many full segments of an answer, each acknowledged.
pub(super) fn answered_by(segments: u16) -> Vec<Step> {
    let mut steps = asked_for();
    for index in 0..segments {
        let at = 100 + 2 * u64::from(index);
        let seq = 1 + 1_400 * u32::from(index);
        let data = response(1_400).flags(ACK).seq(seq).ack(301);
        steps.push((In, at, data.ip_id(101 + index)));
        let ack = frames::client_ack(seq + 1_400).seq(301);
        steps.push((Out, at + 1, ack.ip_id(702 + index)));
    }
    steps
}

fn and(mut steps: Vec<Step>, more: &[Step]) -> Vec<Step> {
    steps.extend(more);
    steps
}

pub(super) fn good_stories() -> Vec<Story> {
    vec![
        (
            "refused",
            vec![(Out, 0, syn()), (In, 40, refusal())],
            Verdict::SynRefused,
        ),
        (
            "aborted",
            and(asked_for(), &[(Out, 60, abort().seq(301))]),
            Verdict::ClientAborted,
        ),
        (
            "ok",
            and(
                answered_by(3),
                &[(In, 200, server_fin().seq(4_201).ack(301))],
            ),
            Verdict::Ok,
        ),
        (
            "a close sent again once",
            and(
                asked_for(),
                &[
                    (Out, 2_000, client_fin().seq(301).ip_id(702)),
                    (Out, 2_400, client_fin().seq(301).ip_id(703)),
                ],
            ),
            Verdict::Incomplete,
        ),
        (
            "sent again once",
            and(
                asked_for(),
                &[(Out, 2_000, request(REQUEST_LEN).ip_id(702))],
            ),
            Verdict::Incomplete,
        ),
        (
            "an idle connection of few packets, reset by its client",
            and(answered_by(4), &[(Out, 20_000, abort().seq(301))]),
            Verdict::Ok,
        ),
        (
            "a reset of the server's own",
            and(asked_for(), &[(In, 90, reset().ack(301))]),
            Verdict::Reset,
        ),
    ]
}

pub(super) fn bad_stories() -> Vec<Story> {
    let again = request(REQUEST_LEN);
    vec![
        (
            "silence",
            vec![(Out, 0, syn()), (Out, 1_000, syn()), (Out, 3_000, syn())],
            Verdict::SynTimeout,
        ),
        (
            "blackhole",
            and(
                asked_for(),
                &[
                    (Out, 350, again.ip_id(702)),
                    (Out, 950, again.ip_id(703)),
                    (Out, 2_150, again.ip_id(704)),
                ],
            ),
            Verdict::DataBlackhole,
        ),
        (
            "cut",
            and(answered_by(12), &[(Out, 9_000, abort().seq(301))]),
            Verdict::DataCutoff,
        ),
        (
            "too soon",
            and(asked_for(), &[(In, 55, reset().ack(301))]),
            Verdict::RstInjected,
        ),
        (
            "contradiction",
            and(
                asked_for(),
                &[(In, 90, reset()), (In, 99, server_ack(301).ip_id(101))],
            ),
            Verdict::RstInjected,
        ),
        (
            "SYN-ACK after a reset",
            vec![(Out, 0, syn()), (In, 10, refusal()), (In, 40, syn_ack())],
            Verdict::RstInjected,
        ),
        (
            "sequence play",
            and(
                asked_for(),
                &[(In, 90, reset()), (In, 91, reset().seq(1_461))],
            ),
            Verdict::RstInjected,
        ),
        (
            "echo",
            and(asked_for(), &[(In, 90, reset().ip_id(701).window(501))]),
            Verdict::RstInjected,
        ),
        (
            "foreign TTL",
            and(asked_for(), &[(In, 90, reset().ttl(60))]),
            Verdict::RstInjected,
        ),
        (
            "foreign TTL and a jump of the IP-ID",
            and(
                answered_by(3),
                &[(In, 190, reset().seq(4_201).ttl(60).ip_id(9_000))],
            ),
            Verdict::RstInjected,
        ),
        (
            "block page",
            and(
                asked_for(),
                &[
                    (In, 90, server_ack(301).ip_id(101)),
                    (
                        In,
                        91,
                        response(700).flags(FIN | PSH | ACK).ttl(60).ip_id(9_000),
                    ),
                ],
            ),
            Verdict::FinInjected,
        ),
    ]
}
