//! Interfaces that change, and programs of others.

use crate::faults::fault::{Fault, fault};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "an interface that does not exist",
        "lifecycle",
        "refusal::an_interface_that_does_not_exist_is_named",
        "exit 69, one line",
    ),
    fault(
        "native mode where the driver has none",
        "lifecycle",
        "refusal::native_mode_is_refused_where_the_driver_has_none",
        "exit 69, one line",
    ),
    fault(
        "an interface that is deleted and made again",
        "lifecycle",
        "interfaces::an_interface_that_is_made_again_is_watched_again",
        "it is watched again, with an event each",
    ),
    fault(
        "an interface that is replaced at once",
        "lifecycle",
        "interfaces::an_interface_that_is_replaced_at_once_is_watched_again",
        "the same",
    ),
    fault(
        "an interface that is renamed",
        "lifecycle",
        "interfaces::an_interface_is_followed_under_its_new_name",
        "it is followed",
    ),
    fault(
        "an interface that moves to another namespace and back",
        "lifecycle",
        "interfaces::an_interface_that_moves_away_and_back_is_watched_again",
        "it is watched again",
    ),
    fault(
        "an interface that goes down and up, and gets another MTU",
        "lifecycle",
        "interfaces::down_up_and_another_mtu_are_told_and_detach_nothing",
        "each is told, and nothing is detached",
    ),
    fault(
        "an MTU that is raised",
        "lifecycle",
        "device::the_mtu_may_be_raised_while_it_watches",
        "nothing is in the administrator's way",
    ),
    fault(
        "a foreign XDP program",
        "lifecycle",
        "neighbour::a_foreign_xdp_program_stays_and_is_named",
        "it stays and is named; exit 69",
    ),
    fault(
        "a foreign XDP program, and `--ingress tc`",
        "lifecycle",
        "neighbour::tc_ingress_works_beside_a_foreign_xdp_program",
        "both work",
    ),
    fault(
        "a foreign filter of clsact",
        "lifecycle",
        "clsact::a_foreign_filter_stays",
        "it stays",
    ),
    fault(
        "a filter that a killed detector left",
        "lifecycle",
        "clsact::a_filter_that_a_killed_process_left_is_removed",
        "it is removed, and no other",
    ),
    fault(
        "interfaces that change, go and come back",
        "lifecycle",
        "cycles::an_interface_is_watched_again_after_whatever_becomes_of_it",
        "each is watched again by one program, with an event for each change",
    )
    .long(),
    fault(
        "other people's programs, in random orders with ours",
        "lifecycle",
        "orders::no_program_is_displaced_in_any_order",
        "none is displaced",
    )
    .long(),
    fault(
        "a TC program that decides before others",
        "lifecycle",
        "orders::what_others_decide_first_is_seen_all_the_same",
        "ours is asked before it",
    ),
    fault(
        "a dispatcher of libxdp",
        "lifecycle",
        "neighbour::the_dispatcher_of_libxdp_is_known_by_its_name",
        "it stays and is named; exit 69",
    ),
    fault(
        "an XDP program attached by link or by netlink, and `--ingress tc`",
        "lifecycle",
        "neighbour::tc_ingress_works_beside_anybodys_xdp_program",
        "both work",
    ),
];
