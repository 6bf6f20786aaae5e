//! Whether this kernel has a kind of device.

use std::process::Command;

use detector_tests::{Namespace, tool};

/// What is missing for tests of this `kind` of device, tried in a namespace that ends with the trial.
pub(crate) fn missing(kind: &str) -> Option<String> {
    let lacks = || Some(format!("the kernel lacks {kind} devices"));
    let namespace = Namespace::new("trial").ok()?;
    let script = match kind {
        "vlan" => "link add under type dummy\nlink add link under name tried type vlan id 7",
        "gre" => "link add tried type gre local 192.0.2.1 remote 192.0.2.2",
        "ipip" => "link add tried type ipip local 192.0.2.1 remote 192.0.2.2",
        other => &format!("link add tried type {other}"),
    };
    if tool::ip(&namespace, script).is_err() {
        return lacks();
    }
    let has_keys = Command::new("wg").arg("--version").output().is_ok();
    (kind == "wireguard" && !has_keys).then(|| "there is no `wg` to hand out keys".to_owned())
}
