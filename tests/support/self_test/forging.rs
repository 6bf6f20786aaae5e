//! What is forged in a server's name, packet by packet: by one who only listens, and by one who rewrites.

use std::io::ErrorKind;

use super::fixture::{Arrivals, lab, visit};
use super::{SECOND, VICTIMS};
use crate::address::SERVER_HOP_LIMIT;
use crate::{Forgery, Message, Plan, Traffic, Trigger};

/// What arrives at the gateway: the forgery first, with its own TTL, and then the server, which contradicts it.
#[test]
fn a_forged_refusal_is_contradicted_by_the_server() {
    let Some((_turn, lab)) = lab() else { return };
    let forgery = Forgery {
        copies: 2,
        ..Forgery::default()
    };
    for (family, server, range) in VICTIMS {
        let mut arrivals = Arrivals::at_wan(&lab, family, server);
        let injection = lab
            .censor()
            .inject(range.parse().unwrap(), Trigger::Syn, forgery)
            .unwrap();
        assert_eq!(
            visit(&lab.clients, server, SECOND),
            Err(ErrorKind::ConnectionRefused)
        );
        let forged = arrivals.next();
        assert!(
            forged.rst && forged.ack && forged.hop_limit == forgery.ttl,
            "{forged:?}"
        );
        assert_eq!(arrivals.next(), forged);
        let answer = arrivals.next();
        assert!(answer.syn && answer.ack, "{answer:?}");
        assert_eq!(answer.hop_limit, SERVER_HOP_LIMIT - 1);
        assert_eq!(answer.acknowledgement, forged.acknowledgement);
        assert_eq!(injection.sent(), 2);
        injection.lift().unwrap();
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

#[test]
fn a_forged_reset_of_data_is_contradicted_by_the_server() {
    let Some((_turn, lab)) = lab() else { return };
    let forgery = Forgery {
        acknowledges: false,
        ..Forgery::default()
    };
    for (family, server, range) in VICTIMS {
        let mut arrivals = Arrivals::at_wan(&lab, family, server);
        let range = range.parse().unwrap();
        let injection = lab
            .censor()
            .inject(range, Trigger::FirstData, forgery)
            .unwrap();
        assert_eq!(
            visit(&lab.clients, server, SECOND),
            Err(ErrorKind::ConnectionReset)
        );
        let handshake = arrivals.next();
        assert!(handshake.syn && handshake.ack, "{handshake:?}");
        let forged = arrivals.next();
        assert!(
            forged.rst && !forged.ack && forged.hop_limit == forgery.ttl,
            "{forged:?}"
        );
        let answer = arrivals.next();
        assert_eq!(
            answer.acknowledgement,
            handshake.acknowledgement + 300,
            "{answer:?}"
        );
        assert_eq!(answer.hop_limit, SERVER_HOP_LIMIT - 1);
        injection.lift().unwrap();
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

/// The page arrives whole, since it is first; the server goes on from where the page began.
#[test]
fn a_forged_page_is_what_a_client_reads() {
    let Some((_turn, lab)) = lab() else { return };
    let forgery = Forgery {
        message: Message::BlockPage,
        ..Forgery::default()
    };
    for (family, server, range) in VICTIMS {
        let mut arrivals = Arrivals::at_wan(&lab, family, server);
        let range = range.parse().unwrap();
        let injection = lab
            .censor()
            .inject(range, Trigger::FirstData, forgery)
            .unwrap();
        let read = visit(&lab.clients, server, SECOND).unwrap();
        let handshake = arrivals.next();
        let page = arrivals.next();
        assert!(page.fin && page.ack && !page.rst, "{page:?}");
        assert_eq!(page.hop_limit, forgery.ttl);
        assert_eq!(page.sequence, handshake.next_sequence());
        assert_eq!(page.acknowledgement, handshake.acknowledgement + 300);
        assert_eq!(usize::try_from(page.payload_bytes), Ok(read));
        let answer = arrivals.next();
        assert_eq!(answer.sequence, page.sequence, "{answer:?}");
        assert_eq!(answer.hop_limit, SERVER_HOP_LIMIT - 1);
        injection.lift().unwrap();
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

/// Nothing but its flags tells the packet from the server's own: a client's kernel believes it, checksum and all.
#[test]
fn a_rewritten_syn_ack_is_a_refusal_with_the_servers_number_and_ttl() {
    let Some((_turn, lab)) = lab() else { return };
    for (family, server, range) in VICTIMS {
        let mut departures = Arrivals::at_censor(&lab, family, server);
        let mut arrivals = Arrivals::at_wan(&lab, family, server);
        let block = lab.censor().rewrite_syn_ack(range.parse().unwrap());
        assert_eq!(
            visit(&lab.clients, server, SECOND),
            Err(ErrorKind::ConnectionRefused)
        );
        let (syn, refusal) = (departures.next(), arrivals.next());
        assert!(syn.syn && !syn.ack, "{syn:?}");
        assert!(
            refusal.rst && refusal.ack && !refusal.syn && !refusal.fin,
            "{refusal:?}"
        );
        assert_ne!(refusal.sequence, 0);
        assert_eq!(refusal.acknowledgement, syn.next_sequence());
        assert_eq!(refusal.hop_limit, SERVER_HOP_LIMIT - 1);
        block.unwrap().lift().unwrap();
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

/// Every second connection is another one each time, to the same server.
#[test]
fn a_censor_of_names_resets_half_of_the_connections_to_a_server() {
    let Some((_turn, lab)) = lab() else { return };
    for (_, server, range) in VICTIMS {
        let range = range.parse().unwrap();
        let forgery = Forgery::default();
        let injection = lab
            .censor()
            .inject(range, Trigger::FirstDataOfHalf, forgery)
            .unwrap();
        let plan = Plan {
            connections_per_second: 200,
            limit: Some(100),
            ..Plan::to(vec![server.parse().unwrap()])
        };
        let traffic = Traffic::start(&lab.clients, plan).unwrap();
        let counts = traffic.wait_until(|counts| counts.ended() == 100, 20 * SECOND);
        let counts = counts.unwrap();
        assert!((30..=70).contains(&counts.reset), "{counts:?}");
        assert_eq!(counts.answered, 100 - counts.reset);
        injection.lift().unwrap();
    }
}
