//! Words that somebody put into the server's mouth.

use super::*;
use crate::frames::{ACK, FIN, PSH};

const FORGED: Option<Judgement> = judged(Verdict::FinInjected, Stage::PostPsh);

/// Something said in the server's name: when, and whether that proves a third party.
const WORDS: [(&str, Nanos, TcpFrame, bool); 11] = [
    (
        "a close of the server's own",
        ms(90),
        server_fin().ack(301),
        false,
    ),
    ("a page of the server's own", ms(90), page().ack(301), false),
    (
        "a page with another TTL",
        ms(90),
        page().ack(301).ttl(83),
        false,
    ),
    (
        "a page with another TTL and no DF",
        ms(90),
        page().ack(301).ttl(83).fragmentable(),
        true,
    ),
    (
        "a close with another TTL and no DF",
        ms(90),
        server_fin().ack(301).ttl(83).fragmentable(),
        true,
    ),
    (
        "data with another TTL and no DF, as behind a proxy",
        ms(90),
        response(500).ack(301).ttl(83).fragmentable(),
        false,
    ),
    (
        "data with another TTL",
        ms(90),
        response(500).ack(301).ttl(83),
        false,
    ),
    (
        "data too soon, as after a slow handshake",
        ms(55),
        response(500).ack(301),
        false,
    ),
    ("a page too soon", ms(55), page().ack(301), false),
    (
        "data too soon with another TTL",
        ms(55),
        response(500).ack(301).ttl(83),
        true,
    ),
    (
        "data too soon without DF",
        ms(55),
        response(500).ack(301).fragmentable(),
        true,
    ),
];

/// A page and the end of the connection in one segment.
const fn page() -> TcpFrame {
    response(700).flags(FIN | PSH | ACK)
}

#[test]
fn a_block_page_is_told_from_the_servers_own_words() {
    for (name, at, words, is_forged) in WORDS {
        let mut scene = Scene::requested();
        let outcome = scene.server(at, words);
        assert_eq!(outcome == FORGED, is_forged, "{name}: {outcome:?}");
        assert_eq!(
            scene.flow.unwrap().answered != 0,
            !is_forged && words.payload_len > 0,
            "{name}"
        );
    }
}

#[test]
fn an_echo_of_the_request_is_forged_data() {
    // fox-it's id1.cn-inject.pcap: IP-ID and window are those of the GET.
    let mut scene = Scene::answered();
    scene.client(REQUEST_AT, request(REQUEST_LEN).ip_id(9_643).window(4_104));
    let echo = response(500).ack(301).ip_id(9_643).window(4_104);
    assert_eq!(scene.server(ms(90), echo), FORGED);
}

#[test]
fn forged_words_are_told_once_and_end_the_connection() {
    let mut scene = Scene::requested();
    let forged = page().ack(301).ttl(83).fragmentable();
    assert_eq!(scene.server(ms(90), forged), FORGED);
    assert_eq!(scene.server(ms(91), forged), None);
    assert_eq!(scene.server(ms(92), response(RESPONSE_LEN).ack(301)), None);
    assert_eq!(scene.verdict(), Verdict::FinInjected);
    assert_eq!(scene.marks(), marks(&[Mark::ForeignTtl, Mark::ForeignDf]));
}

#[test]
fn what_a_server_says_after_its_first_words_is_its_own() {
    let mut scene = Scene::settled();
    let foreign = page().seq(1_001).ack(301).ttl(83).fragmentable();
    assert_eq!(scene.server(ms(110), foreign), OK);
    assert!(scene.marks().is_empty());
}

#[test]
fn an_acknowledgement_with_a_foreign_look_says_nothing() {
    let mut scene = Scene::requested();
    let foreign = frames::server_ack(301).ttl(83).fragmentable();
    assert_eq!(scene.server(ms(51), foreign), None);
    assert!(scene.marks().is_empty());
    assert_eq!(scene.stage(), Stage::PostPsh);
}

#[test]
fn data_that_bears_marks_without_proof_is_an_answer_like_any_other() {
    let mut scene = Scene::requested();
    scene.server(ms(55), response(500).ack(301));
    assert_eq!(scene.server(ms(56), server_fin().seq(501)), OK);
}
