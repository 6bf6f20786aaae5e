//! Which marks are proof, of every set of them.

use super::*;

/// Every set of marks; under Miri, which would take minutes, some.
fn every_set() -> impl Iterator<Item = Marks> {
    let step = if cfg!(miri) { 211 } else { 1 };
    (0..1_u16 << Mark::COUNT).step_by(step).map(Marks)
}

const fn any(set: Marks, all: [Mark; 3]) -> bool {
    set.has(all[0]) || set.has(all[1]) || set.has(all[2])
}

#[test]
fn one_impossible_mark_proves_a_reset_forged_at_every_stage() {
    for mark in [Mark::TooSoon, Mark::Echo, Mark::SequencePlay] {
        for stage in Stage::ALL {
            assert!(prove_reset(only(mark), stage), "{mark:?} at {stage:?}");
        }
    }
}

#[test]
fn a_foreign_ttl_alone_proves_a_reset_where_the_first_data_is_out_and_nothing_came_back() {
    for stage in Stage::ALL {
        let proves = prove_reset(only(Mark::ForeignTtl), stage);
        assert_eq!(proves, stage == Stage::PostPsh, "{stage:?}");
    }
}

#[test]
fn a_foreign_ttl_and_a_second_look_prove_a_reset_at_every_stage() {
    for second in [Mark::ForeignDf, Mark::Window, Mark::IpIdJump] {
        for stage in Stage::ALL {
            let both = only(Mark::ForeignTtl).and(only(second));
            assert!(prove_reset(both, stage), "{second:?} at {stage:?}");
            assert!(!prove_reset(only(second), stage), "{second:?} alone");
        }
    }
}

#[test]
fn three_resets_alike_and_every_look_but_the_ttl_prove_nothing() {
    let looks = [
        Mark::ForeignDf,
        Mark::Window,
        Mark::IpIdJump,
        Mark::TripleReset,
    ];
    let all = looks
        .into_iter()
        .fold(NONE, |set, mark| set.and(only(mark)));
    for stage in Stage::ALL {
        assert!(!prove_reset(all, stage));
    }
}

#[test]
fn no_set_without_a_foreign_ttl_or_an_impossible_mark_proves_a_reset() {
    for set in every_set() {
        let is_impossible = any(set, [Mark::TooSoon, Mark::Echo, Mark::SequencePlay]);
        let has_second = any(set, [Mark::ForeignDf, Mark::Window, Mark::IpIdJump]);
        for stage in Stage::ALL {
            let ttl = set.has(Mark::ForeignTtl) && (has_second || stage == Stage::PostPsh);
            let expected = is_impossible || ttl;
            assert_eq!(prove_reset(set, stage), expected, "{set:?} at {stage:?}");
        }
    }
}

#[test]
fn more_marks_never_prove_less() {
    for set in every_set() {
        for more in Mark::ALL.map(|mark| set.and(only(mark))) {
            for stage in Stage::ALL {
                assert!(prove_reset(more, stage) || !prove_reset(set, stage));
            }
            for frame in [response(9), server_fin()] {
                assert!(speech_is_proved(more, frame) || !speech_is_proved(set, frame));
            }
        }
    }
}

fn speech_is_proved(set: Marks, frame: TcpFrame) -> bool {
    prove_speech(set, frame.packet().tcp().unwrap())
}

/// Marks of something said in the server's name, whether they prove data forged, and a close.
const SPEECH: [(&[Mark], bool, bool); 13] = [
    (&[], false, false),
    (&[Mark::Echo], true, true),
    (&[Mark::TooSoon], false, false),
    (&[Mark::ForeignTtl], false, false),
    (&[Mark::ForeignDf], false, false),
    (&[Mark::IpIdJump], false, false),
    (&[Mark::TooSoon, Mark::ForeignTtl], true, true),
    (&[Mark::TooSoon, Mark::ForeignDf], true, true),
    (&[Mark::TooSoon, Mark::IpIdJump], true, true),
    (&[Mark::TooSoon, Mark::Window], false, false),
    (&[Mark::ForeignTtl, Mark::ForeignDf], false, true),
    (&[Mark::ForeignTtl, Mark::IpIdJump], false, true),
    (&[Mark::IpIdJump, Mark::Window], false, true),
];

#[test]
fn data_needs_more_than_a_reset_and_a_block_page_less_than_data() {
    for (marks, data, close) in SPEECH {
        let set = marks.iter().fold(NONE, |set, mark| set.and(only(*mark)));
        assert_eq!(speech_is_proved(set, response(500)), data, "{marks:?}");
        assert_eq!(speech_is_proved(set, server_fin()), close, "{marks:?}");
    }
}
