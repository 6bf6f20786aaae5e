//! What both versions of the IP header have in common.

use crate::address::Address;

/// The version of the IP header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    /// RFC 791.
    V4,
    /// RFC 8200.
    V6,
}

/// An IP header, and its transport header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Network<H> {
    pub(crate) family: Family,
    pub(crate) source: Address,
    pub(crate) destination: Address,
    pub(crate) ttl: u8,
    pub(crate) ip_id: u16,
    pub(crate) dont_fragment: bool,
    pub(crate) protocol: u8,
    pub(crate) transport_len: usize,
    pub(crate) transport: H,
}
