//! Whatever the bytes are, the parser neither panics nor sees what is not there.

use super::{plan::plan, *};

use crate::cases::cases;
use proptest::{collection::vec, prelude::*};

proptest! {
    #![proptest_config(cases(2_048))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        let _packet = parse(bytes.as_slice(), LinkLayer::Ethernet);
        let _packet = parse(bytes.as_slice(), LinkLayer::Ip);
    }

    #[test]
    fn arbitrary_bytes_behind_a_version_never_panic(
        version in prop::sample::select(std::vec![0x40_u8, 0x45, 0x4f, 0x60]),
        protocol in prop::sample::select(std::vec![0_u8, 1, 6, 17, 44, 51, 58, 60]),
        mut bytes in vec(any::<u8>(), 10..400),
    ) {
        bytes[0] = version;
        bytes[6] = protocol;
        bytes[9] = protocol;
        let _packet = parse(bytes.as_slice(), LinkLayer::Ip);
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_cut_frame_is_truncated_or_still_itself(plan in plan()) {
        let bytes = plan.bytes();
        let whole = parse(bytes.as_slice(), plan.link_layer());
        prop_assert!(whole.is_ok());
        for cut in 0..bytes.len() {
            let expected = if cut < plan.read_len() { Err(Skip::Truncated) } else { whole };
            prop_assert_eq!(parse(&bytes[..cut], plan.link_layer()), expected, "cut at {}", cut);
        }
    }

    #[test]
    fn damage_in_a_valid_frame_never_panics(
        plan in plan(),
        place in any::<prop::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let mut bytes = plan.bytes();
        let place = place.index(bytes.len());
        bytes[place] = octet;
        let _packet = parse(bytes.as_slice(), plan.link_layer());
    }
}
