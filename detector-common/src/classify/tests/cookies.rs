//! Two SYN-ACKs with different numbers: SYN cookies that turned over, or a forged one. The
//! client's acknowledgement says which one it believed.

use super::*;
use crate::frames::{client_ack, client_fin, reset};

/// How far the second SYN-ACK's numbers are from the first one's.
const APART: u32 = 0x7000_0000;

fn answered_twice() -> Scene {
    let mut scene = Scene::answered();
    assert_eq!(scene.server(ms(41), syn_ack().seq(APART)), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    scene
}

/// The client talks to the server that answered with numbers so far from the first ones.
fn believing(apart: u32) -> Scene {
    let mut scene = answered_twice();
    assert_eq!(scene.client(ms(42), client_ack(1 + apart)), None);
    let request = request(REQUEST_LEN).ack(1 + apart);
    assert_eq!(scene.client(REQUEST_AT, request), None);
    scene
}

#[test]
fn the_server_that_the_client_believed_is_heard() {
    for apart in [0, APART] {
        let mut scene = believing(apart);
        let answer = response(RESPONSE_LEN).seq(1 + apart).ack(301);
        assert_eq!(scene.server(RESPONSE_AT, answer), None);
        assert_eq!(scene.flow.unwrap().bytes_in(), 1_000);
        assert_eq!(scene.client(ms(101), client_fin().seq(301)), OK);
    }
}

#[test]
fn the_other_server_is_not() {
    for (apart, other) in [(0, APART), (APART, 0)] {
        let mut scene = believing(apart);
        let foreign = reset().seq(1 + other).ack(301).ttl(120);
        assert_eq!(scene.server(ms(60), foreign), None);
        let answer = response(RESPONSE_LEN).seq(1 + other).ack(301);
        assert_eq!(scene.server(RESPONSE_AT, answer), None);
        assert_eq!(scene.stage(), Stage::PostPsh);
        assert!(scene.marks().is_empty());
    }
}

#[test]
fn a_cookie_that_turned_over_contradicts_nothing() {
    let mut scene = believing(APART);
    let own = reset().seq(1 + APART).ack(301);
    assert_eq!(
        scene.server(ms(200), own),
        judged(Verdict::Reset, Stage::PostPsh)
    );
    // The first one's SYN-ACK once more.
    assert_eq!(scene.server(ms(300), syn_ack()), None);
}
