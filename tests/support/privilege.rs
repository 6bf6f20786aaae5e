//! Whether this process may and can build the lab. Builds none of it.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// The capabilities that the lab uses, with their bits in `/proc/self/status`.
const CAPABILITIES: [(u32, &str); 3] = [
    (12, "CAP_NET_ADMIN"),
    (13, "CAP_NET_RAW"),
    (21, "CAP_SYS_ADMIN"),
];
const TOOLS: [&str; 2] = ["ip", "nft"];
const TUN: &str = "/dev/net/tun";

/// Says in one line what the lab lacks here, or `None` when it lacks nothing.
pub fn missing() -> Option<String> {
    let effective = effective_capabilities();
    let capabilities = CAPABILITIES
        .into_iter()
        .filter(|(bit, _)| effective >> bit & 1 == 0);
    let mut lacking: Vec<_> = capabilities.map(|(_, name)| name).collect();
    lacking.extend(TOOLS.into_iter().filter(|tool| !is_installed(tool)));
    lacking.extend((!Path::new(TUN).exists()).then_some(TUN));
    (!lacking.is_empty()).then(|| format!("the lab lacks {}", lacking.join(", ")))
}

/// Where nothing can be read, none is assumed.
fn effective_capabilities() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

fn is_installed(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let quiet = command
        .arg("-V")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    !matches!(quiet.status(), Err(error) if error.kind() == ErrorKind::NotFound)
}
