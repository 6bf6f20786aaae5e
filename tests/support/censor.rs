//! The censor in the path: what it drops and rejects, by whom, and how a block is lifted. Knows nothing of
//! the clients.

use ipnet::IpNet;

use crate::address::UP_INTERFACE;
use crate::forgery::Forgery;
use crate::injector::{Injection, Trigger};
use crate::namespace::Namespace;
use crate::quic;
use crate::rules::{Block, family};

/// Segments with more bytes than this, headers included, carry data: the longest handshake segment has 80.
const WITHOUT_DATA_BYTES: u32 = 100;

/// Blocks ranges of addresses while traffic flows. Blocks may overlap.
#[derive(Clone, Debug)]
pub struct Censor {
    namespace: Namespace,
}

impl Censor {
    pub(crate) const fn new(namespace: Namespace) -> Self {
        Self { namespace }
    }

    /// Drops everything toward `range`, of established connections too.
    ///
    /// # Errors
    /// When `nft` refuses the rule; so for every block.
    pub fn drop_range(&self, range: IpNet) -> anyhow::Result<Block> {
        self.block(&format!("{} drop", toward(range)))
    }

    /// Drops everything that comes from `range`: servers hear their clients, and not the other way round.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn drop_return(&self, range: IpNet) -> anyhow::Result<Block> {
        self.block(&format!("{} drop", back_from(range)))
    }

    /// Lets connections to `range` begin and drops their data, which is all TCP segments toward it that are
    /// longer, headers included, than 100 bytes.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn drop_data(&self, range: IpNet) -> anyhow::Result<Block> {
        let toward = toward(range);
        self.block(&format!(
            "{toward} meta l4proto tcp meta length > {WITHOUT_DATA_BYTES} drop"
        ))
    }

    /// Answers each SYN toward `range` with a reset in the server's name, sent by the censor's own stack, and
    /// drops the SYN.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn reject_range(&self, range: IpNet) -> anyhow::Result<Block> {
        let syn = "tcp flags & (syn | ack) == syn";
        self.block(&format!("{} {syn} reject with tcp reset", toward(range)))
    }

    /// Answers each packet toward `range` with an ICMP error, administratively prohibited, in the censor's own
    /// name, and drops the packet.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn prohibit_range(&self, range: IpNet) -> anyhow::Result<Block> {
        self.block(&format!(
            "{} reject with icmpx admin-prohibited",
            toward(range)
        ))
    }

    /// Turns each SYN-ACK out of `range` into RST/ACK on its way back. Nothing else of the packet changes but its
    /// checksum.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn rewrite_syn_ack(&self, range: IpNet) -> anyhow::Result<Block> {
        let syn_ack = "tcp flags & (syn | ack) == (syn | ack)";
        self.block(&format!(
            "{} {syn_ack} tcp flags set (rst | ack)",
            back_from(range)
        ))
    }

    /// Drops what QUIC sends toward `range`: UDP to port 443.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn drop_quic(&self, range: IpNet) -> anyhow::Result<Block> {
        self.block(&format!("{} udp dport {} drop", toward(range), quic::PORT))
    }

    /// Lets connections to `range` run, and drops everything of each, both ways, once it has come to more than
    /// `bytes` of IP, both ways together.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn freeze_after_bytes(&self, range: IpNet, bytes: u64) -> anyhow::Result<Block> {
        self.freeze(range, &format!("ct bytes > {bytes}"))
    }

    /// Lets connections to `range` run for so many `packets`, both ways together, and drops everything of each
    /// after that, both ways.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn freeze_after_packets(&self, range: IpNet, packets: u64) -> anyhow::Result<Block> {
        self.freeze(range, &format!("ct packets > {packets}"))
    }

    /// Loses so many of a hundred packets to and from `range`, at random.
    ///
    /// # Errors
    /// As [`Censor::drop_range`].
    pub fn lose(&self, range: IpNet, percent: u8) -> anyhow::Result<Block> {
        let lost = format!("numgen random mod 100 < {percent} drop");
        let (toward, back) = (toward(range), back_from(range));
        self.block(&format!("{toward} {lost}\n  {back} {lost}"))
    }

    /// Forges packets of connections to `range` and lets the true ones pass. The injector watches when this
    /// returns.
    ///
    /// # Errors
    /// When its sockets or its thread cannot be made.
    pub fn inject(
        &self,
        range: IpNet,
        trigger: Trigger,
        forgery: Forgery,
    ) -> anyhow::Result<Injection> {
        Injection::start(&self.namespace, range, trigger, forgery)
    }

    /// The kernel counts before it asks whether to forward, the packet at hand and dropped ones included; and it
    /// begins to when the rule comes (`nf_ct_set_acct` in `nft_ct_get_init`).
    fn freeze(&self, range: IpNet, beyond: &str) -> anyhow::Result<Block> {
        let (toward, back) = (toward(range), back_from(range));
        self.block(&format!("{toward} {beyond} drop\n  {back} {beyond} drop"))
    }

    fn block(&self, rules: &str) -> anyhow::Result<Block> {
        Block::install(&self.namespace, "forward", rules)
    }
}

fn toward(range: IpNet) -> String {
    let range = range.trunc();
    format!("iifname {UP_INTERFACE} {} daddr {range}", family(range))
}

fn back_from(range: IpNet) -> String {
    let range = range.trunc();
    format!("oifname {UP_INTERFACE} {} saddr {range}", family(range))
}
