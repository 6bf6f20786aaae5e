//! What a package must be, asked of the real one with the distribution's own tools. `cargo xtask dist --check` builds it
//! and runs this program; it is no test target, since without a package there is nothing to ask.

mod booted;
mod chroot;
mod content;
mod form;
mod installation;
mod inventory;
mod manager;
mod package;

use std::process::ExitCode;

use detector_tests::{harness, privilege, tests};
use nix::unistd::geteuid;

fn main() -> ExitCode {
    let missing = package::missing();
    let alone = tests![
        content::every_command_has_a_page,
        content::what_is_beside_the_binary_is_in_it,
        content::the_settings_are_a_configuration_file,
        content::it_needs_nothing_but_the_c_library,
        inventory::the_binary_tells_what_it_is_made_of,
        inventory::the_bill_of_materials_is_what_the_binary_tells,
        form::lintian_has_nothing_to_say,
        form::pages_render_without_a_warning,
        form::shells_take_their_completions,
    ];
    let installed = tests![
        installation::installed_it_alerts_with_three_commands_and_purged_leaves_nothing,
        manager::under_systemd_it_starts_reloads_and_comes_back,
    ];
    let not_root = || (!geteuid().is_root()).then(|| "a chroot needs root".to_owned());
    let missing_to_install = missing.clone().or_else(not_root);
    let missing_to_install = missing_to_install.or_else(privilege::missing);
    harness::main_of([(alone, missing), (installed, missing_to_install)])
}
