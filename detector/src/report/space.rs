//! Which addresses are blocked: the whole IPv4 space, and each /8 that something lies in, on a Hilbert curve.

use std::{collections::BTreeSet, net::Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use maud::{Markup, html};

use super::{
    hilbert::{SIDE, Square, squares},
    page::class,
};
use crate::{figures::several, told::Story};

/// Maps of single /8s; the others are on the map of all.
const CLOSER: usize = 12;
/// Smallest square that can be seen, of the thousand units of the map of all, and of a closer one.
const SMALLEST: [f64; 2] = [14.0, 40.0];
const UNITS: f64 = 1_000.0;

/// What is mapped: a range, and how it is blocked.
type Blocked<'a> = (Ipv4Net, &'a Story);

/// The drawings.
pub(super) fn maps(alerts: &[&Story]) -> Markup {
    let blocked: Vec<Blocked<'_>> = alerts
        .iter()
        .filter_map(|it| Some((v4(it.last.prefix?)?, *it)))
        .collect();
    let six = alerts
        .iter()
        .filter(|it| matches!(it.last.prefix, Some(IpNet::V6(_))))
        .count();
    let eights: BTreeSet<Ipv4Net> = blocked.iter().filter_map(|(net, _)| eight(*net)).collect();
    html! {
        @if !blocked.is_empty() {
            div.maps {
                figure.whole {
                    (map(Ipv4Net::default(), &blocked))
                    figcaption { "All of IPv4: a square is a /8, with its first number in it. Small ranges are drawn larger than they are." }
                }
                div.closer {
                    @for net in eights.iter().take(CLOSER) {
                        figure { (map(*net, &blocked)) figcaption { (net) } }
                    }
                }
            }
        }
        @if six > 0 {
            p.note { (several(six as u64, "alert is", "alerts are")) " about IPv6, which has no map: see the table." }
        }
    }
}

fn map(frame: Ipv4Net, blocked: &[Blocked<'_>]) -> Markup {
    let view = View::of(frame);
    let steps = frame.subnets(frame.prefix_len() + 8).into_iter().flatten();
    let is_whole = frame.prefix_len() == 0;
    let inside = blocked.iter().filter(|(net, _)| frame.contains(net));
    html! {
        svg.map viewBox=(format!("0 0 {UNITS} {UNITS}")) role="img" aria-label=(format!("Blocked ranges in {frame}")) {
            @for net in steps { (ground(view, net, is_whole)) }
            @for (net, alert) in inside { (range(view, *net, alert)) }
        }
    }
}

fn ground(view: View, net: Ipv4Net, is_labelled: bool) -> Markup {
    let [first, ..] = net.network().octets();
    // This network, private, loopback, multicast and reserved.
    let is_special = is_labelled && matches!(first, 0 | 10 | 127 | 224..);
    let Some(place) = squares(net).first().map(|it| view.place(*it)) else {
        return html! {};
    };
    let Place { x, y, side } = place;
    html! {
        rect.ground.special[is_special] x=(unit(x)) y=(unit(y)) width=(unit(side)) height=(unit(side)) {}
        @if is_labelled { text.number x=(unit(x + side / 2.0)) y=(unit(y + side * 0.6)) text-anchor="middle" { (first) } }
    }
}

fn range(view: View, net: Ipv4Net, alert: &Story) -> Markup {
    let shade = if alert.last.grade == "confirmed" {
        "confirmed"
    } else {
        "suspected"
    };
    html! {
        g {
            title { (net) ": " (alert.last.kind) ", " (alert.last.grade) }
            @for square in squares(net) {
                @let Place { x, y, side } = view.place(square).seen(view.smallest);
                rect.bar.(class(&alert.last.kind)).(shade) x=(unit(x)) y=(unit(y)) width=(unit(side)) height=(unit(side)) {}
            }
        }
    }
}

/// Which part of the square of all addresses a map shows.
#[derive(Clone, Copy)]
struct View {
    x: f64,
    y: f64,
    scale: f64,
    smallest: f64,
}

/// A square on a map, in its units.
#[derive(Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    side: f64,
}

impl View {
    fn of(frame: Ipv4Net) -> Self {
        let whole = Square {
            x: 0,
            y: 0,
            side: SIDE,
        };
        let Square { x, y, side } = squares(frame).first().copied().unwrap_or(whole);
        Self {
            x: x.into(),
            y: y.into(),
            scale: UNITS / f64::from(side),
            smallest: SMALLEST[usize::from(side < SIDE)],
        }
    }

    fn place(self, square: Square) -> Place {
        Place {
            x: (f64::from(square.x) - self.x) * self.scale,
            y: (f64::from(square.y) - self.y) * self.scale,
            side: f64::from(square.side) * self.scale,
        }
    }
}

impl Place {
    /// Large enough to be seen, around the same middle, and inside the map.
    fn seen(self, smallest: f64) -> Self {
        let side = self.side.max(smallest);
        let grown = (side - self.side) / 2.0;
        let within = |at: f64| (at - grown).clamp(0.0, (UNITS - side).max(0.0));
        Self {
            x: within(self.x),
            y: within(self.y),
            side,
        }
    }
}

const fn v4(net: IpNet) -> Option<Ipv4Net> {
    match net {
        IpNet::V4(net) => Some(net),
        IpNet::V6(_) => None,
    }
}

/// The /8 that a range lies in; none for what is wider.
fn eight(net: Ipv4Net) -> Option<Ipv4Net> {
    let [first, ..] = net.network().octets();
    let eight = Ipv4Net::new(Ipv4Addr::new(first, 0, 0, 0), 8).ok()?;
    eight.contains(&net).then_some(eight)
}

fn unit(length: f64) -> String {
    format!("{length:.1}")
}
