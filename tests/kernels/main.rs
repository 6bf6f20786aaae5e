//! What differs from kernel to kernel: the hooks, the devices, the verifier; and what is said where a kernel is too old.
//!
//! Runs inside the machines that `cargo xtask vm` boots, since it wants devices that few kernels have. Each group is
//! skipped where a kernel lacks its device.

mod block;
mod capabilities;
mod cards;
mod devices;
mod hooks;
mod load;
mod machine;
mod old;
mod pair;
mod tunnels;

use std::process::ExitCode;

use detector_tests::{harness, privilege, tests};

fn main() -> ExitCode {
    if old::is_this_kernel() {
        let on_an_old_kernel =
            tests![old::what_an_old_kernel_lacks_is_named_before_anything_is_attached];
        return harness::main(on_an_old_kernel);
    }
    let missing = |device| privilege::missing().or_else(|| devices::missing(device));
    let everywhere = tests![
        load::every_program_is_verified,
        hooks::egress_has_the_best_hook_of_this_kernel,
        hooks::what_a_killed_detector_left_is_replaced,
        hooks::programs_stay_where_tc_has_links,
        capabilities::three_are_enough,
        capabilities::two_are_enough_or_the_third_is_named,
        cards::native_xdp_sees_a_veth_device,
        block::a_blocked_range_is_told_exactly,
    ];
    harness::main_of([
        (everywhere, privilege::missing()),
        (
            tests![cards::native_xdp_sees_a_virtio_card],
            privilege::missing().or_else(cards::missing),
        ),
        (
            tests![tunnels::tags_of_a_vlan_device_are_gone],
            missing("vlan"),
        ),
        (
            tests![tunnels::packets_of_a_gre_device_are_read],
            missing("gre"),
        ),
        (
            tests![tunnels::packets_of_an_ipip_device_are_read],
            missing("ipip"),
        ),
        (
            tests![tunnels::packets_of_a_wireguard_device_are_read],
            missing("wireguard"),
        ),
        (
            tests![machine::a_processor_that_goes_and_comes_back_takes_no_count_along],
            privilege::missing().or_else(machine::fixed),
        ),
        (
            tests![machine::a_machine_that_sleeps_goes_on_watching_and_accuses_nobody],
            privilege::missing().or_else(machine::awake),
        ),
        (
            tests![machine::a_kernel_that_is_locked_down_is_no_obstacle],
            privilege::missing().or_else(machine::open),
        ),
        (tests![tunnels::a_bond_is_watched], missing("bond")),
        (tests![tunnels::a_bridge_is_watched], missing("bridge")),
    ])
}
