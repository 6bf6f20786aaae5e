//! TTL, DF, window and IP-ID beside the server's own.

use super::*;
use crate::address::Address;
use crate::flow::ip_ids;
use crate::prefix::PrefixKey;

#[test]
fn a_ttl_is_foreign_from_a_difference_of_two_on() {
    for ttl in 0..=u8::MAX {
        let is_own = [49, 50, 51].contains(&ttl);
        let expected = if is_own { NONE } else { only(Mark::ForeignTtl) };
        assert_eq!(requested().late_reset(reset().ttl(ttl)), expected, "{ttl}");
        let data = requested().speech(RTT, response(9).ttl(ttl));
        assert_eq!(data, expected, "{ttl}");
    }
}

#[test]
fn a_ttl_means_nothing_where_the_uplink_gives_all_packets_one() {
    let mut question = requested();
    for index in 0..50 {
        question
            .vantage
            .learn(PrefixKey(Address::from_v4_bits(index << 8)), 251);
    }
    assert_eq!(question.late_reset(reset().ttl(120)), NONE);
    // The other looks are as good as ever.
    let fragmentable = question.late_reset(reset().ttl(120).fragmentable());
    assert_eq!(fragmentable, only(Mark::ForeignDf));
}

#[test]
fn a_df_bit_that_differs_is_foreign_either_way() {
    let mut question = requested();
    let fragmentable = reset().fragmentable();
    assert_eq!(question.late_reset(fragmentable), only(Mark::ForeignDf));
    question.flow.server_df = 0;
    assert_eq!(question.late_reset(reset()), only(Mark::ForeignDf));
    assert_eq!(question.late_reset(fragmentable), NONE);
}

#[test]
fn ipv6_has_no_df_bit_to_differ() {
    let reset = TcpFrame {
        from: "[2001:db8:64::7]:443".parse().unwrap(),
        to: "[2001:db8::1]:50000".parse().unwrap(),
        ..reset().fragmentable()
    };
    assert_eq!(requested().late_reset(reset), NONE);
}

#[test]
fn the_look_is_that_of_this_connection_and_before_its_answer_that_of_the_destination() {
    let mut question = requested();
    question.destination.ttl = 113;
    question.destination.dont_fragment = 0;
    assert_eq!(question.late_reset(reset()), NONE);
    let mut question = asked();
    question.destination.ttl = 113;
    assert_eq!(question.late_reset(refusal()), only(Mark::ForeignTtl));
    assert_eq!(question.late_reset(refusal().ttl(113)), NONE);
}

#[test]
fn there_is_no_look_to_compare_with_where_no_answer_was_seen() {
    let foreign = reset().ttl(7).fragmentable();
    let mut question = requested();
    question.flow.server_ttl = 0;
    assert_eq!(question.late_reset(foreign), NONE);
    let mut question = asked();
    question.destination = DestinationState::default();
    assert_eq!(question.late_reset(refusal().ttl(7).fragmentable()), NONE);
}

#[test]
fn any_window_of_a_reset_is_a_mark() {
    for window in [1, 512, u16::MAX] {
        let marks = requested().late_reset(reset().window(window));
        assert_eq!(marks, only(Mark::Window));
    }
}

/// The server's window, that of its data, and whether that is beyond what it can have become.
const WINDOWS: [(u16, u16, bool); 6] = [
    (0, u16::MAX, false),
    (500, 500, false),
    (500, 2_003, false),
    (500, 2_004, true),
    (500, 1, false),
    (u16::MAX, u16::MAX, false),
];

#[test]
fn a_window_of_data_is_a_mark_where_it_grew_beyond_measure() {
    for (own, window, expected) in WINDOWS {
        let mut question = requested();
        question.flow.server_window = own;
        let marks = question.speech(RTT, response(500).window(window));
        assert_eq!(marks.has(Mark::Window), expected, "{window} after {own}");
    }
}

/// IP-ID of the server's latest packet, that of the one in question, and whether it jumps.
const IP_IDS: [(u16, u16, bool); 9] = [
    (5_000, 5_001, false),
    (5_000, 6_000, false),
    (5_000, 6_001, true),
    (5_000, 4_000, false),
    (5_000, 3_999, true),
    (5_000, 0, false),
    (65_500, 400, false),
    (65_500, 1_000, true),
    (5_000, 40_000, true),
];

#[test]
fn an_ip_id_jumps_a_thousand_away_from_where_the_servers_counter_stood() {
    for (own, ip_id, jumps) in IP_IDS {
        let mut question = requested();
        question.flow.server_ip_id = own;
        let packet = reset().ip_id(ip_id);
        assert_eq!(question.late_reset(packet), NONE, "it does not count");
        question.flow.ip_ids = ip_ids::COUNTED;
        let expected = if jumps { only(Mark::IpIdJump) } else { NONE };
        assert_eq!(question.late_reset(packet), expected, "{ip_id} after {own}");
    }
}
