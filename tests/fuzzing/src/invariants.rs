//! What holds of the engine whatever packets pass.

use detector::snapshot::Snapshot;
use detector_common::{
    classify::Judgement,
    flow::{Conclusion, FlowState},
    mark::Mark,
    prefix::{Hosts, PrefixCounters},
    verdict::{Stage, Verdict},
};

/// What one packet may do to the counters: a prefix stays, and each of its counters grows by one at most.
pub(crate) fn check_growth(before: &Snapshot, now: &Snapshot) {
    assert!(before.keys().all(|prefix| now.contains_key(prefix)));
    for (prefix, counters) in now {
        let earlier = before.get(prefix).copied().unwrap_or_default();
        for (before, now) in numbers(&earlier).iter().zip(numbers(counters)) {
            let grown = now.checked_sub(*before);
            assert!(
                grown.is_some_and(|grown| grown <= 1),
                "{prefix:?}: {before} to {now}"
            );
        }
    }
}

/// The counters are those words that hold no set of hosts.
fn numbers(counters: &PrefixCounters) -> &[u32] {
    let (sets_at, _bit) = Hosts::Alive.word(0);
    &counters.0[..sets_at]
}

/// What a connection may come to; `judgement` is what its latest packet brought.
pub(crate) fn check_conclusion(flow: &FlowState, judgement: Option<Judgement>, was_heard: bool) {
    let conclusion = flow.conclude();
    assert_eq!(conclusion, flow.conclude(), "asked twice");
    if let Some(Judgement { verdict, stage }) = judgement {
        assert_eq!((verdict, stage), (conclusion.verdict, conclusion.stage));
    }
    assert!(is_proved(&conclusion), "no proof: {conclusion:?}");
    assert!(
        was_heard || is_silent(conclusion.verdict),
        "never heard: {conclusion:?}"
    );
}

/// All that may be said of a connection that nothing came in of.
const fn is_silent(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Incomplete | Verdict::SynTimeout | Verdict::ClientAborted | Verdict::QuicTimeout
    )
}

/// Whether the marks bear the accusation, where it is one.
fn is_proved(conclusion: &Conclusion) -> bool {
    let has = |mark| conclusion.marks.has(mark);
    match conclusion.verdict {
        Verdict::RstInjected => {
            let is_contradicted = has(Mark::Contradiction) || has(Mark::SynAckAfterReset);
            let is_impossible = has(Mark::TooSoon) || has(Mark::Echo) || has(Mark::SequencePlay);
            let has_second = has(Mark::ForeignDf) || has(Mark::Window) || has(Mark::IpIdJump);
            let is_enough = conclusion.stage == Stage::PostPsh || has_second;
            is_contradicted || is_impossible || (has(Mark::ForeignTtl) && is_enough)
        }
        Verdict::FinInjected => {
            let looks_foreign = has(Mark::ForeignTtl) || has(Mark::ForeignDf);
            has(Mark::Echo)
                || (has(Mark::TooSoon) && (looks_foreign || has(Mark::IpIdJump)))
                || (has(Mark::IpIdJump) && (has(Mark::ForeignTtl) || has(Mark::Window)))
                || (has(Mark::ForeignTtl) && has(Mark::ForeignDf))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use detector_common::{
        mark::Marks,
        prefix::{Count as _, Counter, PrefixKey},
    };

    use super::*;

    fn accused(verdict: Verdict, marks: &[Mark]) -> FlowState {
        let sets = marks.iter().map(|mark| Marks::when(*mark, true));
        let mut flow = FlowState {
            marks: sets.fold(Marks::default(), Marks::and),
            ..FlowState::default()
        };
        flow.judge(verdict);
        flow
    }

    #[test]
    fn marks_bear_an_accusation() {
        for (verdict, marks) in [
            (Verdict::RstInjected, &[Mark::Contradiction][..]),
            (Verdict::RstInjected, &[Mark::ForeignTtl, Mark::Window]),
            (Verdict::FinInjected, &[Mark::TooSoon, Mark::ForeignDf]),
        ] {
            check_conclusion(&accused(verdict, marks), None, true);
        }
    }

    #[test]
    #[should_panic(expected = "no proof")]
    fn a_mark_too_few_is_noticed() {
        let flow = accused(Verdict::RstInjected, &[Mark::ForeignTtl]);
        check_conclusion(&flow, None, true);
    }

    #[test]
    #[should_panic(expected = "never heard")]
    fn a_verdict_out_of_nothing_is_noticed() {
        check_conclusion(&accused(Verdict::Reset, &[]), None, false);
    }

    #[test]
    #[should_panic(expected = "1 to 0")]
    fn a_counter_that_shrinks_is_noticed() {
        let mut counters = PrefixCounters::default();
        let now = Snapshot::from([(PrefixKey::default(), counters)]);
        counters.add(Counter::Connections);
        let before = Snapshot::from([(PrefixKey::default(), counters)]);
        check_growth(&before, &now);
    }
}
