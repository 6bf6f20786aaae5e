//! Thresholds that chance chose, of the sane and of the insane.

use detector_common::{time::Nanos, tuning::Tuning};
use detector_tests::script::Dice;

use crate::improvised::OTHER_TUNING;

const TIMES: [Nanos; 8] = [
    Nanos(0),
    Nanos(1),
    Nanos::from_millis(1),
    Nanos::from_millis(100),
    Nanos::from_secs(1),
    Nanos::from_secs(60),
    Nanos(1 << 62),
    Nanos(u64::MAX),
];

/// The thresholds of this number: every second time the defaults.
pub(super) fn thresholds(seed: u64) -> Tuning {
    let mut dice = Dice::new(seed);
    match dice.below(6) {
        0..=2 => Tuning::DEFAULT,
        3 => OTHER_TUNING,
        _ => any(&mut dice),
    }
}

fn any(dice: &mut Dice) -> Tuning {
    Tuning {
        syn_silence: dice.pick(&TIMES),
        syn_spacing: dice.pick(&TIMES),
        syn_run_gap: dice.pick(&TIMES),
        trial: dice.pick(&TIMES),
        reset_window: dice.pick(&TIMES),
        contradiction_window: dice.pick(&TIMES),
        reorder: dice.pick(&TIMES),
        min_timing_rtt: dice.pick(&TIMES),
        reset_burst: dice.pick(&TIMES),
        resend_spacing: dice.pick(&TIMES),
        data_silence: dice.pick(&TIMES),
        cutoff_silence: dice.pick(&TIMES),
        quic_silence: dice.pick(&TIMES),
        poison: dice.pick(&TIMES),
        prefix_v4: 8 + u32::from(dice.below(25)),
        prefix_v6: 16 + u32::from(dice.below(49)),
    }
}
