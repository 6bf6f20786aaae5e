//! IP-ID and window copied from the packet that is answered.

use super::*;

/// IP-ID and window of a packet.
type Look = (u16, u16);

/// IP-ID and window of the client's packet, those of the reset, and whether they echo.
const ECHOES: [(Look, Look, bool); 7] = [
    ((7_000, 64_240), (7_000, 64_240), true),
    ((2, 1), (2, 1), true),
    ((7_000, 64_240), (7_001, 64_240), false),
    ((7_000, 64_240), (7_000, 64_239), false),
    // What synthetic stacks send.
    ((0, 64_240), (0, 64_240), false),
    ((1, 64_240), (1, 64_240), false),
    ((7_000, 0), (7_000, 0), true),
];

#[test]
fn an_echo_has_both_ip_id_and_window_of_the_clients_packet() {
    for (own, (ip_id, window), expected) in ECHOES {
        let mut question = requested();
        (question.flow.client_ip_id, question.flow.client_window) = own;
        let reset = question.late_reset(reset().ip_id(ip_id).window(window));
        assert_eq!(reset.has(Mark::Echo), expected, "{own:?}: {ip_id} {window}");
        let data = question.speech(RTT, response(9).ip_id(ip_id).window(window));
        assert_eq!(data.has(Mark::Echo), expected, "{own:?}: {ip_id} {window}");
    }
}
