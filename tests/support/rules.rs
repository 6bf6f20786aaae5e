//! Rules of `nft` in force while somebody holds on to them. Knows nothing of what they say.

use std::sync::atomic::{AtomicU32, Ordering};

use ipnet::IpNet;

use crate::namespace::Namespace;
use crate::tool;

/// A block in force. It is lifted when this is dropped.
#[derive(Debug)]
#[must_use = "the block is lifted when this is dropped"]
pub struct Block {
    namespace: Namespace,
    table: Option<String>,
}

impl Block {
    /// Puts `rules`, a line each, into force at the `hook` of `namespace`: in a table of their own, so that lifting
    /// them needs no knowledge of the others.
    ///
    /// # Errors
    /// When `nft` refuses them.
    pub(crate) fn install(namespace: &Namespace, hook: &str, rules: &str) -> anyhow::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let table = format!("lab_block_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let chain = format!("type filter hook {hook} priority filter; policy accept;");
        let script =
            format!("table inet {table} {{\n chain {hook} {{\n  {chain}\n  {rules}\n }}\n}}\n");
        tool::nft(namespace, &script)?;
        Ok(Self {
            namespace: namespace.clone(),
            table: Some(table),
        })
    }

    /// Lifts the block.
    ///
    /// # Errors
    /// When `nft` cannot delete the rule.
    pub fn lift(mut self) -> anyhow::Result<()> {
        self.remove()
    }

    fn remove(&mut self) -> anyhow::Result<()> {
        let Some(table) = self.table.take() else {
            return Ok(());
        };
        tool::nft(&self.namespace, &format!("delete table inet {table}\n"))
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // Nobody is left to hear of the error; `lift` is for those who want to.
        self.remove().ok();
    }
}

/// The word for the family of `range`.
pub(crate) const fn family(range: IpNet) -> &'static str {
    match range {
        IpNet::V4(_) => "ip",
        IpNet::V6(_) => "ip6",
    }
}
