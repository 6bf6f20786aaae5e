//! An interface as one process writes it for another: what belongs to other crates, in words.

/// What packets begin with.
pub(super) mod link {
    use detector_common::wire::link::LinkLayer;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde wants"
    )]
    pub(crate) fn serialize<S: Serializer>(
        link: &LinkLayer,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*link == LinkLayer::Ethernet)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<LinkLayer, D::Error> {
        let is_ethernet = bool::deserialize(deserializer)?;
        Ok(if is_ethernet {
            LinkLayer::Ethernet
        } else {
            LinkLayer::Ip
        })
    }
}

/// What kind of device it is, by the name that `ip link` has for it.
pub(super) mod kind {
    use rtnetlink::packet_route::link::InfoKind;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde wants")]
    pub(crate) fn serialize<S: Serializer>(
        kind: &Option<InfoKind>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        kind.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<InfoKind>, D::Error> {
        let name = Option::<String>::deserialize(deserializer)?;
        Ok(name.map(|name| InfoKind::from(name.as_str())))
    }
}
