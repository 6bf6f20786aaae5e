use std::collections::BTreeSet;

use detector_common::{
    mark::{Mark, Marks},
    verdict::Stage,
};

use super::*;

const RST: u8 = 0x04;
const RST_ACK: u8 = 0x14;
const FIN_ACK: u8 = 0x11;

/// A reset that is proved forged, but looks like the server's own in all.
const PLAIN: Sample = Sample {
    ip_id: 7,
    client_ip_id: 5_461,
    client_window: 16_384,
    ttl: 51,
    server_ttl: 51,
    flags: RST_ACK,
    dont_fragment: 1,
    server_df: 1,
    stage: Stage::PostPsh as u8,
    verdict: Verdict::RstInjected.code(),
    resets: 1,
    ..blank()
};

const fn blank() -> Sample {
    // Default is no constant.
    Sample {
        at: detector_common::time::Nanos(0),
        syn_at: detector_common::time::Nanos(0),
        remote: detector_common::address::Address { high: 0, low: 0 },
        delay_us: 0,
        rtt_us: 0,
        seq_ahead: 0,
        ack_ahead: 0,
        remote_port: 443,
        local_port: 40_000,
        ip_id: 0,
        server_ip_id: 0,
        client_ip_id: 0,
        window: 0,
        client_window: 0,
        marks: Marks(0),
        ttl: 0,
        server_ttl: 0,
        flags: 0,
        dont_fragment: 0,
        server_df: 0,
        stage: 0,
        verdict: 0,
        resets: 0,
    }
}

const TYPE_1: Sample = Sample {
    flags: RST,
    window: 41_579,
    dont_fragment: 0,
    ack_ahead: 3_436_094_659,
    ..PLAIN
};
const TYPE_2: Sample = Sample {
    window: 1_044,
    ip_id: 52_936,
    ..PLAIN
};
const RAE: Sample = Sample {
    ip_id: 5_461,
    window: 16_384,
    ack_ahead: u32::MAX,
    ttl: 46,
    server_ttl: 0,
    stage: Stage::PostSyn as u8,
    ..PLAIN
};
const TSPU: Sample = Sample {
    seq_ahead: 1_616_457_233,
    window: 64_240,
    server_ttl: 0,
    stage: Stage::PostSyn as u8,
    ..PLAIN
};
const IRAN: Sample = Sample {
    ttl: 54,
    dont_fragment: 0,
    ..PLAIN
};
const ADHOSE: Sample = Sample {
    flags: FIN_ACK,
    ip_id: 13_330,
    dont_fragment: 0,
    window: 32_120,
    verdict: Verdict::FinInjected.code(),
    ..PLAIN
};

fn stepped(first: Sample, steps: &[u32]) -> Vec<Sample> {
    let ahead = std::iter::once(&0).chain(steps);
    ahead
        .map(|step| Sample {
            seq_ahead: *step,
            ..first
        })
        .collect()
}

fn assert_named(samples: &[Sample], expected: impl Into<Option<&'static str>>) {
    assert_eq!(name(samples), expected.into(), "{samples:#?}");
}

#[test]
fn every_injector_is_named_by_its_packets() {
    let cn_2023 = Sample {
        ttl: 128,
        window: 1_375 + 128,
        ..TYPE_2
    };
    let mb_new = Sample {
        window: 1_857,
        ..PLAIN
    };
    let cases = [
        ("gfw_type_1", vec![TYPE_1]),
        ("gfw_type_2", vec![TYPE_2; 3]),
        ("gfw_type_2_stepped", stepped(TYPE_2, &[1_460, 4_380])),
        (
            "gfw_2006",
            stepped(
                Sample {
                    flags: RST,
                    ..PLAIN
                },
                &[1_460, 4_380],
            ),
        ),
        ("cn_2023", vec![cn_2023; 3]),
        ("mb_new", vec![mb_new]),
        ("iran", vec![IRAN]),
        ("rae", vec![RAE]),
        ("sandvine", stepped(PLAIN, &[12_503])),
        ("tspu_rewriting", vec![TSPU]),
        ("adhose", vec![ADHOSE]),
    ];
    for (expected, samples) in &cases {
        assert_named(samples, *expected);
    }
    let tested: BTreeSet<_> = cases.iter().map(|(name, _)| *name).collect();
    let known: BTreeSet<_> = known().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(tested, known);
}

#[test]
fn an_ordinary_reset_is_nobodys_whatever_its_stage() {
    for stage in Stage::ALL {
        for (flags, dont_fragment) in [(RST, 0), (RST, 1), (RST_ACK, 0), (RST_ACK, 1)] {
            for count in 1..=4 {
                let own = Sample {
                    flags,
                    dont_fragment,
                    server_df: dont_fragment,
                    stage: stage as u8,
                    ..PLAIN
                };
                assert_named(&vec![own; count], None);
            }
        }
    }
}

#[test]
fn a_forgery_that_fits_nothing_known_is_nobodys() {
    let stranger = Sample {
        ttl: 101,
        window: 8_192,
        ip_id: 0xbeef,
        dont_fragment: 0,
        ..PLAIN
    };
    assert_named(&[stranger], None);
    assert_named(&[], None);
}

#[test]
fn nobody_is_named_while_nothing_is_proved() {
    let reset = Sample {
        verdict: Verdict::Reset.code(),
        ..TYPE_1
    };
    assert_named(&[reset], None);
    let proof = Sample {
        flags: 0x10,
        ..PLAIN
    };
    assert_named(&[reset, proof], "gfw_type_1");
}

#[test]
fn of_several_that_fit_the_most_specific_one_is_named() {
    let both = [TYPE_1, TYPE_2, TYPE_2, TYPE_2];
    assert_named(&both, "gfw_type_2");
    assert_named(&stepped(TYPE_2, &[1_460, 4_380]), "gfw_type_2_stepped");
}

#[test]
fn the_servers_own_reset_behind_forged_ones_changes_nothing() {
    let own = Sample {
        ip_id: 52_712,
        window: 1_038,
        ..PLAIN
    };
    assert_named(&[TYPE_2, TYPE_2, TYPE_2, own], "gfw_type_2");
}

#[test]
fn what_comes_once_too_often_or_too_seldom_fits_no_count() {
    assert_named(&[TYPE_1, TYPE_1], None);
    assert_named(&[TYPE_2, TYPE_2], None);
}

#[test]
fn steps_count_each_number_once_and_must_all_be_there() {
    let twice = stepped(PLAIN, &[0, 12_503, 12_503]);
    assert_named(&twice, "sandvine");
    assert_named(&stepped(PLAIN, &[1_460]), None);
    assert_named(&stepped(PLAIN, &[12_503, 25_006]), None);
}

#[test]
fn numbers_wrap() {
    let mut samples = stepped(PLAIN, &[12_503]);
    for sample in &mut samples {
        sample.seq_ahead = sample.seq_ahead.wrapping_sub(5_000);
    }
    assert_named(&samples, "sandvine");
}

#[test]
fn a_ttl_is_foreign_beyond_a_change_of_route() {
    let ttl = |ttl| Sample { ttl, ..IRAN };
    assert_named(&[ttl(52)], None);
    assert_named(&[ttl(53)], "iran");
    assert_named(&[ttl(49)], "iran");
}

#[test]
fn before_the_syn_ack_the_engine_knows_whose_ttl_it_is() {
    let marks = Marks::when(Mark::ForeignTtl, true);
    assert_named(&[Sample { marks, ..TSPU }], None);
}

#[test]
fn a_field_that_is_unknown_is_refused() {
    for line in [
        "colour = 1",
        "look = { size = 1 }",
        "look = { window = \"big\" }",
    ] {
        let data = format!("[[fingerprint]]\nname = \"a\"\nwhat = \"b\"\nsource = \"c\"\n{line}");
        assert!(read(&data).is_err(), "{line}");
    }
}

#[test]
fn every_fingerprint_asks_for_something_and_is_documented() {
    let documents = include_str!("../../../docs/INJECTORS.md");
    for it in known() {
        assert!(it.specificity() >= 2, "{it:?}");
        assert!(!it.what.is_empty() && !it.source.is_empty(), "{it:?}");
        let is_documented = documents.contains(&format!("| `{}` |", it.name));
        assert!(is_documented, "docs/INJECTORS.md lacks {}", it.name);
    }
}
