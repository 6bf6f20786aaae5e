//! What links and IP put around a segment.

use anyhow::Result;
use detector_common::skip::Skip;
use detector_tests::frames::{Envelope, Extension, Fragment, Frame, Link, datagram};
use etherparse::{IpFragOffset, Ipv4Options};

use crate::{datagrams::unreachable, family::Family, scene::Scene};

const TAGS: [&[u16]; 7] = [
    &[],
    &[0x8100],
    &[0x88a8],
    &[0x88a8, 0x8100],
    &[0x8100, 0x8100],
    &[0x9100, 0x8100],
    &[0x88a8, 0x8100, 0x8100],
];

pub(crate) fn vlan_tags_and_pppoe_sessions(scene: &mut Scene) -> Result<()> {
    if !scene.is_ethernet() {
        return Ok(());
    }
    for tags in TAGS {
        for link in [Link::tagged(tags), Link::tagged(tags).with_pppoe()] {
            let skip = (tags.len() > 2).then_some(Skip::VlanDepth);
            let mut talk = scene.conversation();
            talk.envelope.link = link;
            scene.see_skip(&talk.syn(), skip)?;
            scene.see_skip(&talk.syn_ack(), skip)?;
        }
    }
    Ok(())
}

pub(crate) fn pppoe_without_ip_is_control(scene: &mut Scene) -> Result<()> {
    if !scene.is_ethernet() {
        return Ok(());
    }
    let mut talk = scene.conversation();
    talk.envelope.link = Link::PPPOE;
    let frame = talk.syn();
    // The link control protocol, RFC 1661 §5.
    let lcp = patched(&frame, frame.network_at - 2, &[0xc0, 0x21]);
    scene.see_skip(&lcp, Some(Skip::PppControl))
}

pub(crate) fn frames_that_carry_no_ip(scene: &mut Scene) -> Result<()> {
    let frame = scene.conversation().syn();
    let broken = if scene.is_ethernet() {
        // ARP, LLDP, an 802.3 length.
        [0x0806_u16, 0x88cc, 0x0026].map(|kind| patched(&frame, 12, &kind.to_be_bytes()))
    } else {
        [0x00, 0x55, 0xff].map(|first| patched(&frame, 0, &[first]))
    };
    for frame in broken {
        scene.see_skip(&frame, Some(Skip::NotIp))?;
    }
    Ok(())
}

pub(crate) fn ipv4_options_of_every_length(scene: &mut Scene) -> Result<()> {
    if scene.family == Family::V6 {
        return Ok(());
    }
    for len in (0..=40).step_by(4) {
        let mut talk = scene.conversation();
        talk.envelope.options = Ipv4Options::try_from([1; 40].get(..len).unwrap_or_default())?;
        scene.exchange(&mut talk)?;
    }
    Ok(())
}

pub(crate) fn up_to_six_extension_headers(scene: &mut Scene) -> Result<()> {
    if scene.family == Family::V4 {
        return Ok(());
    }
    for count in 0..=7 {
        let mut talk = scene.conversation();
        talk.envelope.extensions = Extension::ALL
            .into_iter()
            .chain([Extension::Mobility])
            .cycle()
            .take(count)
            .collect();
        let skip = (count > 6).then_some(Skip::ExtensionDepth);
        scene.see_skip(&talk.syn(), skip)?;
        scene.see_skip(&talk.syn_ack(), skip)?;
    }
    Ok(())
}

pub(crate) fn first_fragments_are_read_and_later_ones_are_not(scene: &mut Scene) -> Result<()> {
    let fragment = |offset: u16, is_followed| -> Result<Fragment> {
        let offset = IpFragOffset::try_new(offset)?;
        Ok(Fragment {
            offset,
            is_followed,
        })
    };
    for (place, skip) in [
        (fragment(0, true)?, None),
        (fragment(1, true)?, Some(Skip::LaterFragment)),
        (fragment(0x1fff, false)?, Some(Skip::LaterFragment)),
    ] {
        let mut talk = scene.conversation();
        talk.client.dont_fragment = false;
        match scene.family {
            Family::V4 => talk.envelope.fragment = place,
            Family::V6 => talk.envelope.extensions = vec![Extension::Fragment(place)],
        }
        scene.see_skip(&talk.syn(), skip)?;
        scene.see_skip(&talk.syn_ack(), skip)?;
    }
    Ok(())
}

pub(crate) fn icmp_errors_and_what_they_quote(scene: &mut Scene) -> Result<()> {
    let talk = scene.conversation();
    let syn = talk.syn();
    scene.see(&syn)?;
    let (errors, other): (&[(u8, u8)], _) = match scene.family {
        Family::V4 => (&[(3, 1), (3, 13), (11, 0), (12, 0)], (8, 0)),
        Family::V6 => (&[(1, 1), (1, 4), (2, 0), (3, 0), (4, 1)], (128, 0)),
    };
    let quote = syn.packet();
    for kind in errors {
        scene.see_skip(&unreachable(&talk, *kind, quote), None)?;
        scene.see_skip(
            &unreachable(&talk, *kind, &quote[..4]),
            Some(Skip::BadQuote),
        )?;
    }
    scene.see_skip(&unreachable(&talk, other, quote), Some(Skip::IcmpNotError))?;
    let foreign = scene.conversation().syn_ack();
    scene.see_skip(
        &unreachable(&talk, errors[0], foreign.packet()),
        Some(Skip::BadQuote),
    )
}

pub(crate) fn datagrams_and_other_transports(scene: &mut Scene) -> Result<()> {
    let talk = scene.conversation();
    let (local, remote) = talk.ends();
    let quic = datagram(
        &talk.envelope,
        (local, 40_000).into(),
        (remote, 443).into(),
        &[0xc0; 200],
    );
    scene.see_skip(&quic, None)?;
    let protocol_at = quic.network_at + if scene.family == Family::V4 { 9 } else { 6 };
    for (protocol, skip) in [
        (4, Skip::Encapsulated),
        (41, Skip::Encapsulated),
        (47, Skip::Encapsulated),
        (50, Skip::Encapsulated),
        (132, Skip::OtherTransport),
        (59, Skip::OtherTransport),
    ] {
        scene.see_skip(&patched(&quic, protocol_at, &[protocol]), Some(skip))?;
    }
    Ok(())
}

pub(crate) fn a_long_segment_whose_length_field_is_zero(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    let request = talk.request(3_000);
    let at = request.network_at + if scene.family == Family::V4 { 2 } else { 4 };
    scene.see_quiet(&patched(&request, at, &[0, 0]))?;
    let response = talk.response(scene.longest_payload());
    scene.see_quiet(&patched(&response, at, &[0, 0]))
}

/// The frame with other bytes from `at` on.
pub(crate) fn patched(frame: &Frame, at: usize, patch: &[u8]) -> Frame {
    let mut bytes = frame.bytes.clone();
    for (byte, new) in bytes.iter_mut().skip(at).zip(patch) {
        *byte = *new;
    }
    frame.with_bytes(bytes)
}

/// A frame of each kind that the parser knows, in a scene's family and link.
pub(crate) fn one_of_each(scene: &mut Scene) -> Vec<Frame> {
    let envelopes = envelopes(scene);
    let mut frames = Vec::new();
    for envelope in envelopes {
        let mut talk = scene.conversation();
        talk.envelope = envelope;
        let (local, remote) = talk.ends();
        let syn = talk.syn();
        let kind = if scene.family == Family::V4 {
            (3, 13)
        } else {
            (1, 1)
        };
        frames.extend([
            unreachable(&talk, kind, syn.packet()),
            datagram(
                &talk.envelope,
                (local, 40_000).into(),
                (remote, 443).into(),
                b"hello",
            ),
            syn,
            talk.syn_ack(),
            talk.request(20),
        ]);
    }
    frames
}

fn envelopes(scene: &mut Scene) -> Vec<Envelope> {
    let plain = scene.conversation().envelope;
    let mut envelopes = vec![
        Envelope {
            options: [1; 8].into(),
            ..plain.clone()
        },
        Envelope {
            extensions: Extension::ALL.to_vec(),
            ..plain.clone()
        },
    ];
    if scene.is_ethernet() {
        let link = Link::tagged(TAGS[3]).with_pppoe();
        envelopes.push(Envelope {
            link,
            ..plain.clone()
        });
    }
    envelopes.push(plain);
    envelopes
}
