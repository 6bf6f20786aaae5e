//! Blocked ranges with working prefixes right beside them, between them, and amid them.

use anyhow::Result;

use crate::{
    area::{Area, V4, v4},
    blackhole::dropped,
};

/// The lower half of the sixteen prefixes; the upper half works.
const HALF: Area = Area {
    blocked: &[v4(16, 21)],
    healthy: &[v4(0, 20), v4(24, 21), v4(32, 21)],
    ..V4
};

/// Two quarters, and between and behind them the two others.
const TWO: Area = Area {
    blocked: &[v4(16, 22), v4(24, 22)],
    healthy: &[v4(0, 20), v4(20, 22), v4(28, 22), v4(32, 21)],
    ..V4
};

/// All of the sixteen but one: the fewest ranges around it are four.
const AROUND_ONE: Area = Area {
    blocked: &[v4(16, 22), v4(21, 24), v4(22, 23), v4(24, 21)],
    healthy: &[v4(0, 20), v4(20, 24), v4(32, 21)],
    ..V4
};

pub(crate) fn of_a_range_that_is_blocked_by_half_just_that_half_is_told() -> Result<()> {
    dropped("half of a range", HALF).run()
}

pub(crate) fn two_ranges_with_working_space_between_are_two_alerts() -> Result<()> {
    dropped("two ranges", TWO).run()
}

pub(crate) fn a_range_around_a_prefix_that_works_is_never_claimed_whole() -> Result<()> {
    dropped("a range around one that works", AROUND_ONE).run()
}
