//! What was seen of the blocks: alerts by kind, failed trials by symptom, alerts by the stage that most failures had
//! reached.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::{figures::count, told::Story};

const WIDTH: f64 = 360.0;
/// Where bars begin, right of their names.
const LEFT: f64 = 130.0;
/// Room for the number right of the longest.
const RIGHT: f64 = 60.0;
const ROW: f64 = 24.0;

/// The drawings.
pub(super) fn charts(alerts: &[&Story]) -> Markup {
    let last = || alerts.iter().map(|it| &it.last);
    let kinds = sums(last().map(|it| (it.kind.as_str(), 1)));
    let stages = sums(last().map(|it| (it.evidence.stage.as_str(), 1)));
    let symptoms = last().flat_map(|it| &it.evidence.symptoms);
    let symptoms = sums(symptoms.map(|(name, number)| (name.as_str(), *number)));
    html! {
        div.charts {
            (chart("Alerts by kind", &kinds))
            (chart("Failed trials by symptom", &symptoms))
            (chart("Alerts by the stage that most failures had reached", &stages))
        }
    }
}

/// The largest first, without what has no name.
fn sums<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<(&'a str, u64)> {
    let mut sums = BTreeMap::new();
    for (name, number) in counts.filter(|(name, _)| !name.is_empty()) {
        let sum: &mut u64 = sums.entry(name).or_default();
        *sum = sum.saturating_add(number);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    sums
}

fn chart(title: &str, sums: &[(&str, u64)]) -> Markup {
    let most = sums
        .iter()
        .map(|(_, number)| *number)
        .max()
        .unwrap_or(1)
        .max(1);
    let rows = u32::try_from(sums.len()).unwrap_or(u32::MAX);
    let height = f64::from(rows) * ROW;
    html! {
        @if !sums.is_empty() {
            figure {
                figcaption { (title) }
                svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
                    @for (row, (name, number)) in (0_u32..).zip(sums) {
                        @let y = f64::from(row) * ROW;
                        @let width = (WIDTH - LEFT - RIGHT) * share(*number, most);
                        text.label x=(LEFT - 8.0) y=(y + 16.0) text-anchor="end" { (name) }
                        rect.count x=(LEFT) y=(y + 4.0) width=(format!("{:.1}", width.max(2.0))) height="16" rx="2" {}
                        text.axis x=(format!("{:.1}", LEFT + width.max(2.0) + 6.0)) y=(y + 16.0) { (count(*number)) }
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn share(number: u64, most: u64) -> f64 {
    number as f64 / most as f64
}
