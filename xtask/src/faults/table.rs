//! What can go wrong, the test that brings it about, and what happens then.
//!
//! Must not know: how it was measured.

/// A fault.
pub(crate) struct Fault {
    /// In a few words.
    pub(crate) name: &'static str,
    /// What brings it about.
    pub(crate) injection: Injection,
    /// What the test holds the detector to.
    pub(crate) happens: &'static str,
    /// The test has a long form.
    pub(crate) is_long: bool,
}

/// A test, or more than one.
pub(crate) enum Injection {
    /// Of this program of tests, the one of this name.
    Test(&'static str, &'static str),
    /// In a virtual machine, on this kernel, those that contain this, or all that are selected.
    Machine(&'static str, Option<&'static str>),
}

/// All of them.
pub(crate) const FAULTS: &[Fault] = &[
    // Traffic.
    fault(
        "a program that does not pass a packet on",
        "differential",
        "every_exit_of_every_program_passes_the_packet_on",
        "none is built: every exit is followed back to what it returns",
    ),
    fault(
        "packets that chance breaks",
        "differential",
        "mutated_packets_pass_byte_for_byte",
        "all pass, and none is changed",
    )
    .long(),
    fault(
        "packets cut off at every byte",
        "differential",
        "every_frame_cut_off_at_every_length",
        "they are counted by what is wrong with them; kernel and host agree",
    ),
    fault(
        "length fields that lie",
        "differential",
        "every_length_field_lying",
        "the same",
    ),
    fault(
        "the detector on a wire",
        "differential",
        "the_same_frames_arrive_with_the_detector_and_without",
        "the same frames arrive as without it",
    ),
    fault(
        "sequences of broken packets",
        "differential",
        "whatever_passes_kernel_and_host_remember_the_same",
        "kernel and host remember the same",
    )
    .long(),
    fault(
        "jumbo frames",
        "lifecycle",
        "device::jumbo_frames_pass_through_native_xdp",
        "they pass, and are counted",
    ),
    fault(
        "programs that want more of the verifier",
        "differential",
        "every_program_is_verified_within_its_budget",
        "a fifth more instructions fail the test",
    ),
    fault(
        "two capabilities alone",
        "differential",
        "every_program_is_verified_without_cap_perfmon",
        "every program is verified without CAP_PERFMON (Linux 6.16 or newer)",
    ),
    fault(
        "a program that calls what changes packets or probes memory",
        "differential",
        "the_programs_call_nothing_that_changes_a_packet_or_probes_memory",
        "none is built",
    ),
    fault(
        "a kernel without type information (BTF)",
        "differential",
        "the_object_needs_no_type_information_of_the_kernel",
        "the object needs none",
    ),
    // Hostile senders.
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
    // Trouble of the network.
    fault(
        "the uplink is cut",
        "live",
        "line::a_cut_of_the_uplink_is_one_outage_and_accuses_no_range",
        "one `uplink_outage`, no range",
    ),
    fault(
        "one packet in ten is lost",
        "live",
        "line::random_loss_raises_no_alert",
        "no alert",
    ),
    fault(
        "a quarter of all hosts dies",
        "live",
        "dying::a_quarter_of_the_hosts_of_every_prefix_dying_raises_no_alert",
        "no alert",
    ),
    fault(
        "servers that refuse half of what they are asked",
        "live",
        "overload::a_busy_prefix_raises_no_alert",
        "no alert",
    ),
    fault(
        "another address of our own",
        "live",
        "line::another_address_of_our_own_raises_no_alert",
        "no alert",
    ),
    fault(
        "a start amid traffic",
        "live",
        "beginning::a_detector_amid_traffic_is_quiet_until_there_is_a_block",
        "silence, then the alert of a real block",
    ),
    fault(
        "a step of the wall clock by a day",
        "live",
        "clock::a_step_of_the_wall_clock_neither_raises_nor_ends_an_alert",
        "no alert begins or ends",
    ),
    fault(
        "a daemon that is stopped for a while (SIGSTOP)",
        "live",
        "pause::a_detector_that_was_stopped_accuses_nobody_and_sees_what_comes",
        "no alert; what is blocked after it is told as ever",
    )
    .long(),
    // Interfaces and other programs.
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
        "an interface that goes down and up",
        "lifecycle",
        "interfaces::down_and_up_are_told_and_detach_nothing",
        "nothing is detached",
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
    // The daemon.
    fault(
        "kill -9",
        "lifecycle",
        "ending::a_killed_detector_leaves_nothing_behind",
        "no program stays attached",
    ),
    fault(
        "kill -9 at any moment, with `--pin`, and a new start",
        "lifecycle",
        "killed::whenever_it_is_killed_the_next_takes_over_and_alerts_go_on",
        "the programs stay, each once; the alert keeps its identity, the gap is said",
    )
    .long(),
    fault(
        "upgrades under load, with `--pin`",
        "lifecycle",
        "upgrade::upgrades_under_load_lose_no_packet",
        "no packet is lost, and a program is at each hook at every moment",
    )
    .long(),
    fault(
        "tables of other sizes, and pins of other versions",
        "lifecycle",
        "layouts::tables_of_other_sizes_and_pins_of_other_versions_are_never_misread",
        "nothing is misread, what is old goes",
    )
    .long(),
    fault(
        "a pinned interface that is gone, or no longer asked for",
        "lifecycle",
        "pins::pins_of_what_is_gone_or_no_longer_asked_for_go",
        "its pins go",
    ),
    fault(
        "pins that root removes",
        "lifecycle",
        "pins::pins_that_root_takes_away_stop_no_watch",
        "the watch goes on, and they are missed in the log",
    ),
    fault(
        "a second detector with the same pins",
        "lifecycle",
        "pins::a_second_detector_with_the_same_pins_is_refused",
        "it is refused",
    ),
    fault(
        "a directory for pins that is a symbolic link, another user's, or open to others",
        "lifecycle",
        "distrust::a_directory_that_others_may_have_written_into_is_refused",
        "exit 69, one line; nothing is touched",
    ),
    fault(
        "pins that the detector did not make",
        "lifecycle",
        "distrust::what_the_detector_did_not_pin_is_refused_and_stays",
        "exit 69, one line; they stay",
    ),
    fault(
        "pins that changed places",
        "lifecycle",
        "distrust::a_pin_in_the_place_of_another_is_refused",
        "exit 69, one line; nothing is touched",
    ),
    fault(
        "pins on another file system",
        "lifecycle",
        "distrust::a_place_that_holds_no_pins_is_refused",
        "exit 69, one line",
    ),
    fault(
        "kill -9 of the helper",
        "lifecycle",
        "helper::a_detector_without_its_helper_says_so_and_ends",
        "the detector says so and ends",
    ),
    fault(
        "kill -9 and a new start",
        "lifecycle",
        "state::a_killed_detector_leaves_a_state_that_the_next_can_read",
        "what was known is known again",
    ),
    fault(
        "a restart amid an alert",
        "lifecycle",
        "state::an_alert_goes_on_under_its_identity_after_a_restart",
        "the alert keeps its identity",
    ),
    fault(
        "a state file that is damaged",
        "lifecycle",
        "state::a_damaged_file_is_set_aside_with_one_warning",
        "it is set aside, one warning",
    ),
    fault(
        "a second detector on the same state",
        "lifecycle",
        "state::a_second_detector_on_the_same_directory_is_refused",
        "it is refused",
    ),
    fault(
        "a state directory of somebody else",
        "lifecycle",
        "privilege::a_state_directory_that_somebody_else_owns_is_refused",
        "it is refused",
    ),
    fault(
        "a full disk under the state",
        "lifecycle",
        "state::a_full_disk_costs_a_warning_and_not_what_was_there",
        "a warning; the older state stays",
    ),
    fault(
        "a capability that is missing",
        "lifecycle",
        "privilege::the_capability_that_is_missing_is_named",
        "exit 77, the capability is named",
    ),
    fault(
        "a daemon that hangs",
        "lifecycle",
        "supervisor::a_detector_that_hangs_feeds_no_watchdog",
        "systemd hears nothing and starts it again",
    ),
    fault(
        "200 damaged settings",
        "lifecycle",
        "reload::no_damaged_file_is_half_applied",
        "the old ones hold, wholly",
    ),
    fault(
        "system calls that are of no use to it",
        "lifecycle",
        "sandbox::what_is_of_no_use_is_refused_inside_and_works_outside",
        "they are refused",
    ),
    fault(
        "files that are none of its business",
        "lifecycle",
        "sandbox::files_elsewhere_are_closed_inside_and_open_outside",
        "they are closed to it",
    ),
    fault(
        "a thousand slow readers of the metrics",
        "lifecycle",
        "metrics::a_thousand_who_never_finish_asking_delay_no_poll",
        "no poll is late",
    ),
    fault(
        "system calls that fail",
        "lifecycle",
        "calls::whichever_call_fails_it_goes_on_or_says_why_and_leaves_nothing",
        "it goes on, or ends with a line; nothing stays attached",
    )
    .long(),
    fault(
        "too few open files",
        "lifecycle",
        "limits::too_few_open_files_are_named_before_anything_is_opened",
        "exit 71, one line, before anything is opened",
    ),
    fault(
        "too little memory for the maps",
        "lifecycle",
        "limits::too_little_memory_names_the_map_and_what_all_take",
        "exit 71, one line, nothing is attached",
    ),
    // The machine.
    in_a_machine(
        "an older kernel: 6.1",
        "6.1",
        None,
        "all that is selected for it passes",
    ),
    in_a_machine(
        "an older kernel: 6.12",
        "6.12",
        None,
        "all that is selected for it passes",
    ),
    in_a_machine(
        "a processor that goes and comes back",
        "6.12",
        Some("a_processor_that_goes_and_comes_back"),
        "no count goes with it",
    ),
    in_a_machine(
        "a machine that sleeps",
        "6.12",
        Some("a_machine_that_sleeps"),
        "it goes on watching, and nobody is accused",
    ),
    in_a_machine(
        "a kernel that is locked down",
        "6.12",
        Some("a_kernel_that_is_locked_down"),
        "it is no obstacle",
    ),
    // Sinks.
    fault(
        "a full disk under a file of events",
        "sinks",
        "full::a_full_disk_splits_no_line_and_loses_no_beginning_and_no_end",
        "no line is split, no beginning or end is lost",
    ),
    fault(
        "a file that is moved away a thousand times",
        "sinks",
        "file::no_line_is_lost_or_split_while_the_file_is_moved_away_a_thousand_times",
        "no line is lost or split",
    ),
    fault(
        "a closed pipe",
        "sinks",
        "binary::a_closed_stdout_is_said_once_and_the_file_goes_on",
        "it is said once, the other sinks go on",
    ),
    fault(
        "a full `stdout` alone",
        "sinks",
        "binary::a_full_stdout_alone_ends_it_in_one_line",
        "it ends, one line",
    ),
    fault(
        "a reader that does not read",
        "sinks",
        "binary::a_reader_that_does_not_read_holds_up_no_poll",
        "no poll is late",
    ),
    fault(
        "a peer that is away for an hour",
        "sinks",
        "webhook::an_hour_without_the_peer_loses_no_beginning_and_no_end",
        "no beginning or end is lost",
    ),
    fault(
        "a peer that does not answer",
        "sinks",
        "webhook::nobody_waits_for_a_peer_that_does_not_answer",
        "nobody waits for it",
    ),
    fault(
        "a stream that breaks",
        "sinks",
        "syslog::what_a_broken_stream_may_have_lost_comes_again",
        "what may be lost comes again",
    ),
    fault(
        "a journal that is started again",
        "sinks",
        "journal::a_journal_that_comes_back_gets_what_it_missed",
        "it gets what it missed",
    ),
    fault(
        "an Alertmanager that dies",
        "sinks",
        "alertmanager::an_alert_survives_the_loss_of_a_peer_and_the_peer_learns_it_again",
        "the alert survives it",
    ),
    fault(
        "the leader of three NATS servers that is killed",
        "sinks",
        "nats::every_event_is_kept_once_though_the_leader_is_killed",
        "every event is kept once",
    ),
    fault(
        "a capture that is damaged",
        "replay",
        "inputs::a_damaged_capture_tells_what_could_be_read_and_warns_once",
        "what can be read is told, one warning",
    ),
];

const fn fault(
    name: &'static str,
    target: &'static str,
    test: &'static str,
    happens: &'static str,
) -> Fault {
    Fault {
        name,
        injection: Injection::Test(target, test),
        happens,
        is_long: false,
    }
}

/// Booting takes minutes where it is emulated.
const fn in_a_machine(
    name: &'static str,
    kernel: &'static str,
    filter: Option<&'static str>,
    happens: &'static str,
) -> Fault {
    Fault {
        name,
        injection: Injection::Machine(kernel, filter),
        happens,
        is_long: true,
    }
}

impl Fault {
    /// The same, where its test has a long form.
    const fn long(self) -> Self {
        Self {
            is_long: true,
            ..self
        }
    }
}
