//! Keys, hosts and the layout of the counters.

mod hosts;
mod keys;
mod layout;

use super::*;

const HOST_V6: Address = Address {
    high: 0x2001_0db8_ffff_abcd,
    low: 0xfedc_ba98_7654_3211,
};
