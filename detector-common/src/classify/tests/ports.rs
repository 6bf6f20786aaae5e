//! Old ports, new connections.

use super::*;
use crate::frames::{abort, client_fin, refusal, reset};

/// A connection that stands at its end, by how it ended.
fn ended() -> [(&'static str, Scene); 6] {
    let mut refused = Scene::asked();
    refused.server(ms(30), refusal());
    let mut forged = Scene::requested();
    forged.server(ms(60), reset().ttl(99));
    let mut aborted = Scene::requested();
    aborted.client(ms(60), abort());
    let mut closed = Scene::settled();
    closed.client(ms(200), client_fin());
    [
        ("asked", Scene::asked()),
        ("settled", Scene::settled()),
        ("refused", refused),
        ("forged", forged),
        ("aborted", aborted),
        ("closed", closed),
    ]
}

#[test]
fn a_syn_with_another_number_starts_anew() {
    for (name, mut scene) in ended() {
        scene.client_isn ^= 0x5555_0000;
        scene.server_isn ^= 0x0055_5500;
        assert_eq!(scene.client(ms(400), syn()), None, "{name}");
        assert_eq!(scene.stage(), Stage::PostSyn, "{name}");
        assert_eq!(scene.server(ms(440), syn_ack()), None, "{name}");
        assert_eq!(scene.client(ms(450), request(REQUEST_LEN)), None, "{name}");
        assert_eq!(
            scene.server(ms(490), response(RESPONSE_LEN)),
            None,
            "{name}"
        );
        let last = server_fin().seq(1_001);
        assert_eq!(scene.server(ms(491), last), OK, "{name}");
    }
}

#[test]
fn a_new_connection_on_old_ports_is_reset_in_its_own_time() {
    let mut scene = Scene::settled();
    scene.client_isn += 1;
    scene.client(ms(60_000), syn());
    assert_eq!(scene.server(ms(60_040), syn_ack()), None);
    let expected = judged(Verdict::Reset, Stage::PostAck);
    assert_eq!(scene.server(ms(80_000), reset()), expected);
}

#[test]
fn the_answer_to_a_new_connection_contradicts_no_reset_of_the_old_one() {
    let mut scene = Scene::asked();
    scene.server(ms(30), refusal());
    scene.client_isn += 64_000;
    scene.client(ms(500), syn());
    assert_eq!(scene.server(ms(540), syn_ack()), None);
    assert_eq!(scene.stage(), Stage::PostAck);
    assert_eq!(scene.destination.min_rtt(), Some(RTT));
}

#[test]
fn a_syn_that_comes_again_leaves_the_connection_as_it_is() {
    for stage in [Stage::PostAck, Stage::PostPsh, Stage::LaterInFlow] {
        let mut scene = Scene::at(stage);
        let (before, destination) = (scene.flow.unwrap(), scene.destination);
        assert_eq!(scene.client(ms(1_000), syn()), None);
        // It is a packet, and counts as one.
        let packets = before.packets + 1;
        let expected = FlowState { packets, ..before };
        assert_eq!(scene.flow, Some(expected), "{stage:?}");
        assert_eq!(scene.destination.min_rtt(), destination.min_rtt());
    }
}
