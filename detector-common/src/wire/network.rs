//! What both versions of the IP header have in common.

/// The version of the IP header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    /// RFC 791.
    V4,
    /// RFC 8200.
    V6,
}

/// What an IP header says of its transport header; the rest of it is in the packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Network<H> {
    pub(crate) family: Family,
    pub(crate) protocol: u8,
    pub(crate) transport_len: usize,
    pub(crate) transport: H,
}
