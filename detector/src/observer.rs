//! Who saw it, and what limits what can be seen from there.

use schemars::JsonSchema;
use serde::Serialize;

use crate::kernel::attach::{Attached, IngressHook};

/// The observer as it appears in every alert.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Observer {
    /// Name of the host.
    pub host: String,
    /// Interfaces that are watched.
    pub iface: Vec<String>,
    /// How packets that come in are seen: `native`, `generic`, `tc`, or `mixed`.
    pub mode: String,
    /// Version of this program.
    pub version: String,
    /// Whether something was lost since the start.
    #[serde(skip)]
    pub is_map_full: bool,
    /// Whether packets went uncounted just now.
    #[serde(skip)]
    pub is_lossy: bool,
}

impl Observer {
    /// This host, watching `attached`.
    pub fn of(host: String, attached: &[Attached]) -> Self {
        let mut this = Self {
            host,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Self::default()
        };
        this.observe(attached);
        this
    }

    /// Watches `attached` from now on. Where that is nothing, what is told yet was seen before.
    pub fn observe(&mut self, attached: &[Attached]) {
        let mut modes: Vec<&str> = attached.iter().map(|it| mode_name(it.ingress)).collect();
        modes.dedup();
        self.mode = match modes.as_slice() {
            [] => return,
            [mode] => (*mode).to_owned(),
            _ => "mixed".to_owned(),
        };
        let names = attached.iter().map(|it| it.interface.name.clone());
        self.iface = names.collect();
    }

    /// What limits the view from here, by the names of the alert contract.
    pub fn caveats(&self) -> Vec<&'static str> {
        let mut caveats = Vec::new();
        if self.mode == "generic" || self.mode == "mixed" {
            caveats.push("generic_mode");
        }
        if self.iface.len() == 1 {
            caveats.push("one_uplink");
        }
        if self.is_map_full {
            caveats.push("map_full");
        }
        if self.is_lossy {
            caveats.push("lossy");
        }
        caveats
    }
}

/// The name of this host.
pub fn host_name() -> String {
    nix::unistd::gethostname().map_or_else(
        |_errno| "unknown".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The name of a way to see packets come in.
pub const fn mode_name(hook: IngressHook) -> &'static str {
    match hook {
        IngressHook::Native => "native",
        IngressHook::Generic => "generic",
        IngressHook::Tc => "tc",
    }
}
