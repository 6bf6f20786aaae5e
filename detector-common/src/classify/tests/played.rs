//! Bursts of resets, as they are known from the field.

use super::*;
use crate::frames::{ACK, RST, client_ack, reset};

const INJECTED: Option<Judgement> = injected(Stage::PostPsh);

/// Control bits, sequence and acknowledgement number of a reset.
type Numbers = (u8, u32, u32);

/// Bursts a round trip after the request: numbers of sequence and acknowledgement, counted from
/// each side's first, and the reset that proves the burst forged.
const BURSTS: [(&str, &[Numbers], Option<usize>); 7] = [
    (
        "Clayton 2006",
        &[
            (RST | ACK, 1, 301),
            (RST | ACK, 1_461, 301),
            (RST | ACK, 4_381, 301),
        ],
        Some(1),
    ),
    ("Weaver 2009", &[(RST, 1, 0), (RST, 12_504, 0)], Some(1)),
    (
        "another acknowledgement",
        &[(RST | ACK, 1, 301), (RST | ACK, 1, 2_000)],
        Some(1),
    ),
    ("the same one four times", &[(RST | ACK, 1, 301); 4], None),
    (
        "Windows: RA, then R",
        &[(RST | ACK, 1, 1), (RST, 1, 0)],
        None,
    ),
    (
        "a host that answers every segment it no longer knows",
        &[(RST, 1, 0), (RST, 1, 0), (RST, 1, 0)],
        None,
    ),
    (
        "a host that acknowledges what it had",
        &[(RST | ACK, 1, 1), (RST | ACK, 1, 301)],
        None,
    ),
];

#[test]
fn a_burst_is_forged_where_its_numbers_are_a_game() {
    for (name, burst, proof) in BURSTS {
        let mut scene = Scene::requested();
        for (index, (flags, seq, ack)) in burst.iter().enumerate() {
            let reset = reset().flags(*flags).seq(*seq);
            // A reset that acknowledges nothing has a number of zero, wherever the client is.
            let reset = if flags & ACK == 0 {
                reset.ack(0_u32.wrapping_sub(scene.client_isn))
            } else {
                reset.ack(*ack)
            };
            let outcome = scene.server(ms(90 + index as u64), reset);
            let expected = match proof {
                Some(proof) if proof == index => INJECTED,
                _ if index == 0 => judged(Verdict::Reset, Stage::PostPsh),
                _ => None,
            };
            assert_eq!(outcome, expected, "{name}, reset {index}");
        }
        assert_eq!(scene.bears(Mark::SequencePlay), proof.is_some(), "{name}");
    }
}

#[test]
fn three_resets_alike_are_marked_and_not_proved_forged() {
    let mut scene = Scene::requested();
    for at in [90, 91] {
        scene.server(ms(at), reset().ack(301));
        assert!(scene.marks().is_empty());
    }
    assert_eq!(scene.server(ms(92), reset().ack(301)), None);
    assert_eq!(scene.marks(), marks(&[Mark::TripleReset]));
    assert_eq!(scene.verdict(), Verdict::Reset);
}

#[test]
fn three_resets_alike_with_another_between_them_are_no_triple() {
    let mut scene = Scene::requested();
    for (at, ack) in [(90, 301), (91, 301), (92, 300), (93, 301), (94, 301)] {
        scene.server(ms(at), reset().ack(ack));
    }
    assert!(scene.marks().is_empty());
}

#[test]
fn a_reset_that_echoes_the_request_is_forged() {
    for ip_id in [0, 1, 2, 40_000] {
        let mut scene = Scene::answered();
        scene.client(REQUEST_AT, request(REQUEST_LEN).ip_id(ip_id).window(501));
        let echo = reset().ip_id(ip_id).window(501);
        let is_echo = ip_id > 1;
        let expected = if is_echo {
            INJECTED
        } else {
            judged(Verdict::Reset, Stage::PostPsh)
        };
        assert_eq!(scene.server(ms(90), echo), expected, "{ip_id}");
        assert_eq!(scene.bears(Mark::Echo), is_echo, "{ip_id}");
    }
}

#[test]
fn an_echo_is_of_the_clients_latest_packet() {
    let mut scene = Scene::answered();
    scene.client(REQUEST_AT, request(REQUEST_LEN).ip_id(40_000).window(501));
    scene.client(ms(60), client_ack(1).seq(301).ip_id(40_001).window(501));
    scene.server(ms(90), reset().ip_id(40_000).window(501));
    assert!(!scene.bears(Mark::Echo));
}

#[test]
fn an_answer_to_a_syn_that_echoes_it_is_forged() {
    // Zeek's rst-inject-rae: IP-ID and window of the SYN, and its own number acknowledged.
    let mut scene = Scene::new();
    scene.client(ms(0), syn().ip_id(5_461).window(16_384));
    let echo = frames::refusal().ack(0).ip_id(5_461).window(16_384);
    assert_eq!(scene.server(ms(234), echo), injected(Stage::PostSyn));
}

#[test]
fn a_rewritten_syn_ack_of_a_known_destination_is_forged() {
    let mut scene = Scene::remembering(RTT);
    scene.client(ms(5_000), syn());
    let rewritten = frames::refusal().seq(77).window(65_160);
    assert_eq!(scene.server(ms(5_040), rewritten), injected(Stage::PostSyn));
    assert!(scene.bears(Mark::SequencePlay));
}

/// IP-IDs of SYN-ACK and acknowledgement, and whether one far from them is a mark.
const COUNTERS: [(u16, u16, bool); 5] = [
    (100, 101, true),
    (100, 116, true),
    (100, 117, false),
    // Linux: no number in the SYN-ACK; others: random ones.
    (0, 1, false),
    (100, 40_000, false),
];

#[test]
fn an_ip_id_that_jumps_is_a_mark_where_the_servers_count() {
    for (first, second, counts) in COUNTERS {
        let mut scene = Scene::asked();
        scene.server(RTT, syn_ack().ip_id(first));
        scene.client(REQUEST_AT, request(REQUEST_LEN));
        scene.server(ms(90), frames::server_ack(301).ip_id(second));
        scene.server(ms(91), reset().ack(301).ip_id(20_000));
        assert_eq!(scene.bears(Mark::IpIdJump), counts, "{first}, {second}");
        // One look alone proves nothing.
        assert_eq!(scene.verdict(), Verdict::Reset);
    }
}
