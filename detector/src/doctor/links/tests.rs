use detector_common::wire::link::LinkLayer;

use super::*;
use crate::doctor::finding::Grade;

fn interface() -> Interface {
    Interface {
        name: "wan0".to_owned(),
        index: 3,
        link: LinkLayer::Ethernet,
        kind: None,
        is_up: true,
        mtu: 1_500,
        xdp_owner: None,
    }
}

#[test]
fn an_ordinary_interface_is_fine() {
    let it = interface();
    assert_eq!(up(&it).grade, Grade::Fine);
    assert_eq!(hook(&it, Ingress::Xdp, false).grade, Grade::Fine);
    assert_eq!(mtu(&it, Mode::Auto), None);
    assert!(offloads(&it, &Features::new()).is_empty());
}

#[test]
fn an_interface_that_is_down_is_doubted() {
    let it = Interface {
        is_up: false,
        ..interface()
    };
    assert_eq!(up(&it).grade, Grade::Doubtful);
}

#[test]
fn a_foreign_program_is_wrong_unless_it_is_ours_or_beside_us() {
    let it = Interface {
        xdp_owner: Some("other, id 7".to_owned()),
        ..interface()
    };
    assert_eq!(hook(&it, Ingress::Xdp, false).grade, Grade::Wrong);
    assert_eq!(hook(&it, Ingress::Tc, false).grade, Grade::Fine);
    assert_eq!(hook(&it, Ingress::Xdp, true).grade, Grade::Fine);
}

#[test]
fn jumbo_frames_are_doubted_where_native_mode_could_be() {
    let it = Interface {
        mtu: 9_000,
        ..interface()
    };
    assert_eq!(
        mtu(&it, Mode::Auto).map(|it| it.grade),
        Some(Grade::Doubtful)
    );
    assert_eq!(mtu(&it, Mode::Generic), None);
}

#[test]
fn offloads_are_told_and_receiving_large_is_doubted() {
    let features = ["rx-lro", "rx-gro", "rx-vlan-hw-parse"].map(|name| (name.to_owned(), true));
    let findings = offloads(&interface(), &features.into());
    let grades: Vec<Grade> = findings.iter().map(|it| it.grade).collect();
    assert_eq!(grades, [Grade::Doubtful, Grade::Fine, Grade::Fine]);
}
