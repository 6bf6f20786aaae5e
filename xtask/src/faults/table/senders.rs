//! Whoever sends what is meant to mislead.

use crate::faults::fault::{Fault, fault};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "resets that guess numbers",
        "differential",
        "resets_that_guess_numbers_are_forged",
        "no trial fails by them",
    ),
    fault(
        "a scan of a million destinations",
        "differential",
        "a_scan_takes_the_place_of_no_destination_that_answered",
        "no destination that answered is forgotten",
    ),
    fault(
        "more connections than there is room for",
        "differential",
        "every_connection_that_gives_way_is_counted",
        "each that gives way is counted",
    ),
    fault(
        "more prefixes than there is room for",
        "differential",
        "a_number_that_is_used_again_counts_from_zero",
        "what is refused is counted, and a place that is used again counts from zero",
    ),
    fault(
        "counters read amid counting",
        "differential",
        "counters_that_are_read_amid_counting_belong_together",
        "none is torn",
    ),
    fault(
        "a flood of forged resets",
        "differential",
        "a_flood_of_forged_resets_is_sampled_in_part",
        "samples are taken in part, counters are whole",
    ),
    fault(
        "samples that nobody takes",
        "differential",
        "samples_beyond_the_ring_are_counted_and_the_rest_comes_in_order",
        "those that are lost are counted",
    ),
    fault(
        "a scanner in the network",
        "live",
        "scan::a_scan_of_dead_space_raises_no_alert",
        "no alert",
    ),
    fault(
        "clocks that differ between CPUs",
        "differential",
        "time_may_go_backwards_between_cpus",
        "kernel and host agree",
    ),
    fault(
        "segments that acknowledge nothing",
        "differential",
        "a_segment_that_acknowledges_nothing_says_nothing",
        "nobody is heard by them",
    ),
    fault(
        "a segment that acknowledges nothing, after a reset",
        "differential",
        "a_segment_that_acknowledges_nothing_contradicts_no_reset",
        "no reset is proved forged by it",
    ),
    fault(
        "a baseline that somebody raised",
        "simulation",
        "a_baseline_that_somebody_raised_delays_an_alarm_by_a_few_trials",
        "a block is told some trials later",
    ),
    fault(
        "a scan, and connections to destinations that answered",
        "differential",
        "a_scan_takes_the_place_of_no_connection_to_a_destination_that_answered",
        "none of them gives way to it",
    ),
    fault(
        "a sweep of a million destinations at full speed",
        "live",
        "sweep::blocked_networks_are_found_amid_a_sweep_and_none_of_their_counters_is_lost",
        "50 blocked /24s that get a SYN a second are found, their counters are exact, what is lost is told within 1 %",
    )
    .long(),
    fault(
        "full load for half an hour",
        "live",
        "soak::memory_stays_what_it_was_under_full_load",
        "the memory that is its own stays what it was",
    )
    .long(),
    fault(
        "resets of random connections",
        "live",
        "forged::resets_of_random_connections_raise_no_alert",
        "no alert",
    )
    .long(),
    fault(
        "resets that guess the numbers of known connections",
        "live",
        "blind::guesses_at_known_connections_raise_no_alert",
        "one in 4,096 counts as forged; no alert, since the connections beside it work",
    )
    .long(),
    fault(
        "resets that try all numbers of known connections",
        "live",
        "blind::all_numbers_tried_on_each_connection_are_told_as_forged",
        "an alert: somebody forges. That the clients do not believe it is not seen",
    ),
    fault(
        "answers to SYNs that nobody sent",
        "live",
        "forged::answers_to_nobody_hide_no_block",
        "no alert; a real block is found",
    )
    .long(),
    fault(
        "a flood of SYNs from outside",
        "live",
        "forged::questions_from_everywhere_hide_no_block",
        "no alert; a real block is found",
    )
    .long(),
    fault(
        "backscatter: answers, resets and errors to nobody",
        "live",
        "forged::backscatter_raises_no_alert",
        "no alert",
    )
    .long(),
    fault(
        "a walk through empty networks of IPv6",
        "live",
        "space::a_walk_through_empty_networks_raises_no_alert",
        "no alert",
    )
    .long(),
    fault(
        "more networks of IPv6 that answer than there is room for",
        "live",
        "space::networks_that_answer_fill_the_table_and_each_is_accounted_for",
        "what is refused is told within 1 %; what is in use goes on being counted",
    )
    .long(),
    fault(
        "fragments that are tiny or lie over each other",
        "live",
        "broken::fragments_raise_no_alert",
        "no alert",
    )
    .long(),
    fault(
        "headers that end too early or lie, at a rate",
        "live",
        "broken::headers_that_lie_raise_no_alert",
        "no alert",
    )
    .long(),
];
