//! The IPv4 addresses that somebody on the internet may have.

use std::net::Ipv4Addr;

use super::Chance;

/// A random address of global unicast space.
pub(super) fn public(chance: &mut Chance) -> Ipv4Addr {
    loop {
        let address = Ipv4Addr::from_bits(chance.between(0, u32::MAX));
        if is_public(address) {
            return address;
        }
    }
}

fn is_public(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    !(first == 0
        || first >= 224
        || is_shared
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_special_space_is_nobodys() {
        for text in [
            "10.1.2.3",
            "127.0.0.1",
            "100.64.0.1",
            "172.16.0.1",
            "224.0.0.1",
            "0.1.2.3",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["52.58.0.1", "100.128.0.1", "223.255.255.255", "172.32.0.1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
