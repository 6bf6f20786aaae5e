//! How long a block of one prefix goes unnoticed.

use std::{fmt::Write as _, time::Duration};

use detector_tests::{
    parallel,
    simulation::{Chance, Gateway, World, gateway::Block, watcher::Notice},
};
use serde_json::{Value, json};

use crate::{Arguments, statistics::Delays, step};

/// Ranks of the blocked prefix, and shares of connections that the block takes.
const RANKS: [usize; 3] = [10, 50, 150];
const SHARES: [f64; 2] = [1.0, 0.7];
/// Where everything is blocked, so many ranks above and below stand for the one in the middle as well: such a block is soon
/// over, and the median of one world's single block scatters by a fifth.
const AROUND: usize = 4;
/// Before the first block: baselines are learnt and seldom used destinations known.
const WARM_UP: Duration = Duration::from_hours(24);
/// A block lasts so long if it is not confirmed before.
const BLOCKED: Duration = Duration::from_hours(2);
/// Between two blocks.
const PAUSE: Duration = Duration::from_hours(2);
/// Other worlds than those without a block; each block of a kind has one of its own.
const FIRST_SEED: u64 = 1_000;

/// Which prefix is blocked how.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// The rank that this one stands for.
    stands_for: usize,
    rank: usize,
    share: f64,
}

/// One block: what it was, and after what time it was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Episode {
    kind: Kind,
    /// Hosts of the prefix, without which no alert can be `confirmed` that nothing proves.
    hosts: usize,
    suspected: Option<Duration>,
    confirmed: Option<Duration>,
}

/// Fewer hosts are never `confirmed` to be silenced.
const CONFIRMABLE: usize = 3;

pub(crate) fn measure(arguments: &Arguments) -> Vec<Episode> {
    let episodes = arguments.episodes;
    // At the rate that the table names, and neither by day nor by night.
    let world = World {
        rhythm: 0.0,
        ..arguments.world()
    };
    step(&format!("{episodes} blocks of each kind"));
    let seeds = (FIRST_SEED..FIRST_SEED + u64::from(episodes)).collect();
    parallel::map(seeds, |seed| play(&world, seed)).concat()
}

/// All kinds in one world after the other, in random order, so that each comes at any time of day.
fn play(world: &World, seed: u64) -> Vec<Episode> {
    let kinds = Kind::all();
    let longest = WARM_UP + (BLOCKED + PAUSE) * u32::try_from(kinds.len()).unwrap_or(0);
    let mut gateway = Gateway::new(world, seed, longest);
    let order = Chance::new(seed).order(kinds.len());
    pass(&mut gateway, WARM_UP);
    let mut episodes = Vec::new();
    for kind in order {
        episodes.push(block(&mut gateway, kinds[kind]));
        pass(&mut gateway, PAUSE);
    }
    episodes
}

fn pass(gateway: &mut Gateway, span: Duration) {
    let until = gateway.now() + span;
    while gateway.now() < until {
        gateway.second();
    }
}

fn block(gateway: &mut Gateway, kind: Kind) -> Episode {
    let (prefix, share) = (gateway.geography.by_rank[kind.rank - 1], kind.share);
    let net = gateway.geography.prefixes[prefix];
    let begin = gateway.now();
    let all = gateway.geography.destinations.iter();
    let mut episode = Episode {
        kind,
        hosts: all.filter(|it| it.prefix == prefix && it.exists).count(),
        suspected: None,
        confirmed: None,
    };
    gateway.block = Some(Block { prefix, share });
    while episode.confirmed.is_none() && gateway.now() < begin + BLOCKED {
        let notices = gateway.second().notices;
        let delay = gateway.now().saturating_sub(begin);
        let is_about = |notice: &&Notice| notice.range.is_some_and(|range| range.contains(&net));
        for notice in notices.iter().filter(is_about) {
            episode.suspected.get_or_insert(delay);
            if notice.is_confirmed {
                episode.confirmed.get_or_insert(delay);
            }
        }
    }
    gateway.block = None;
    episode
}

impl Kind {
    fn all() -> Vec<Self> {
        let each = RANKS
            .into_iter()
            .flat_map(|rank| SHARES.map(|share| (rank, share)));
        each.flat_map(|(rank, share)| Self::around(rank, share))
            .collect()
    }

    fn around(stands_for: usize, share: f64) -> impl Iterator<Item = Self> {
        let around = if share < 1.0 { 0 } else { AROUND };
        (stands_for - around..=stands_for + around).map(move |rank| Self {
            stands_for,
            rank,
            share,
        })
    }
}

pub(crate) fn table(episodes: &[Episode]) -> String {
    let mut table = format!(
        "**Minutes until a block is told**, one prefix at a time: median / nine of ten; never within two hours. Where \
         all is blocked, {AROUND} ranks above and below count too. `confirmed` where the prefix has three hosts or \
         more\n\n\
         | rank of the prefix | connections blocked | blocks | `suspected` | never | `confirmed` | never |\n\
         |---|---|---|---|---|---|---|\n"
    );
    for (rank, share, [suspected, confirmed]) in kinds(episodes) {
        let share = share * 100.0;
        let _never = writeln!(
            table,
            "| {rank} | {share:.0} % | {} | {} | {} % | {} | {} % |",
            suspected.len(),
            cell(&suspected),
            suspected.never(),
            cell(&confirmed),
            confirmed.never()
        );
    }
    table
}

pub(crate) fn json(episodes: &[Episode]) -> Value {
    let of = |delays: &Delays| {
        json!({
            "median_min": delays.percentile(50),
            "p90_min": delays.percentile(90),
            "never_percent": delays.never(),
            "blocks": delays.len(),
        })
    };
    let rows = kinds(episodes).map(|(rank, share, [suspected, confirmed])| {
        json!({"rank": rank, "share": share, "suspected": of(&suspected), "confirmed": of(&confirmed)})
    });
    rows.collect()
}

/// Each kind with its delays until suspected and until confirmed.
fn kinds(episodes: &[Episode]) -> impl Iterator<Item = (usize, f64, [Delays; 2])> {
    let kinds = SHARES
        .into_iter()
        .flat_map(|share| RANKS.map(|rank| (rank, share)));
    kinds.map(|(rank, share)| {
        let own = episodes.iter().filter(move |it| {
            it.kind.stands_for == rank && it.kind.share.total_cmp(&share).is_eq()
        });
        let suspected = Delays::new(own.clone().map(|it| it.suspected));
        let confirmable = own.filter(|it| it.hosts >= CONFIRMABLE);
        let confirmed = Delays::new(confirmable.map(|it| it.confirmed));
        (rank, share, [suspected, confirmed])
    })
}

fn cell(delays: &Delays) -> String {
    let minutes = |percent| {
        delays
            .percentile(percent)
            .map_or_else(|| "–".to_owned(), |it| format!("{it:.1}"))
    };
    format!("{} / {}", minutes(50), minutes(90))
}
