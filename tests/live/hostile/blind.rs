//! Somebody off the path knows which connections there are, as a server's neighbour may, and guesses their numbers.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    address::WAN_V4,
    frames::{Conversation, Frame, Look},
    long::so_many,
    measured,
    script::Dice,
    sender::Sender,
};
use ipnet::IpNet;
use serde_json::Value;

use super::latest;
use crate::{
    alert::is_alert,
    area::{V4, v4},
    case::FIRING,
    stage::Stage,
};

const GUESSED: &str = "blind::guesses_at_known_connections_raise_no_alert";
const EXHAUSTED: &str = "blind::all_numbers_tried_on_each_connection_are_told_as_forged";
/// Where the connections go, and nobody else.
const PREFIX: IpNet = v4(41, 24);
const HOSTS: u8 = 8;
const PER_SECOND: u32 = 10_000;
/// Connections that are open at a time, and guesses at each.
const WAVE: u16 = 40;
const GUESSES: usize = 25;
/// A reset is believed this far behind the server's first number (docs/VERDICTS.md).
const PLAUSIBLE: u32 = 1 << 20;
/// So many guesses, that far from each other, leave none out.
const PLACES: u32 = 1 << 12;
/// Waves in which each connection gets all of them, and connections of each.
const THOROUGH: [u16; 4] = [1, 2, 3, 4];
const EACH: u16 = 4;

/// One guess in 4,096 is near enough to be believed. The servers go on, so it is known to be forged; but the connections
/// beside it work.
pub(crate) fn guesses_at_known_connections_raise_no_alert() -> Result<()> {
    let stage = Stage::open(V4)?;
    let sender = Sender::open(&stage.lab.gateway, &stage.lab.censor)?;
    open(&sender)?;
    let mut dice = Dice::new(1);
    let waves = so_many(50, 5_000);
    for wave in 1..=waves {
        let guess = |talk: &Conversation| {
            let guesses = [(); GUESSES].map(|()| (dice.roll(), dice.roll()));
            guesses
                .map(|(seq, ack)| talk.guessed_reset(Look::FORGER, seq, ack))
                .to_vec()
        };
        sender.send(&conversations(wave, WAVE, guess), Some(PER_SECOND))?;
    }
    let (all, failed) = counted(&latest(&stage.detector)?)?;
    let guesses = u64::from(waves) * u64::from(WAVE) * GUESSES as u64;
    let per_mille = failed * 1_000 / all.max(1);
    // One in 4,096, 25 times.
    ensure!((1..20).contains(&per_mille), "{failed} of {all} are hit");
    measured(
        GUESSED,
        format_args!(
            "{guesses} guesses; {failed} of {all} connections hit in five minutes; no alert"
        ),
    );
    let events = stage.end()?;
    let alert = events.iter().find(|event| is_alert(event));
    ensure!(alert.is_none(), "an alert: {alert:?}");
    Ok(())
}

/// There is somebody who forges, and that is what is said; that the clients do not believe it is not seen.
pub(crate) fn all_numbers_tried_on_each_connection_are_told_as_forged() -> Result<()> {
    let stage = Stage::open(V4)?;
    let sender = Sender::open(&stage.lab.gateway, &stage.lab.censor)?;
    open(&sender)?;
    let try_all = |talk: &Conversation| {
        let places = (0..PLACES).map(|place| place * PLAUSIBLE);
        places
            .map(|seq| talk.guessed_reset(Look::FORGER, seq, 0))
            .collect()
    };
    for wave in THOROUGH {
        sender.send(&conversations(wave, EACH, try_all), Some(PER_SECOND))?;
    }
    let found = stage.detector.wait_for(FIRING, is_alert)?.event;
    ensure!(
        found["kind"] == "rst_injection" && found["prefix"] == PREFIX.to_string(),
        "{found}"
    );
    measured(
        EXHAUSTED,
        format_args!(
            "{PLACES} resets at each of {} connections: told as `rst_injection`",
            usize::from(EACH) * THOROUGH.len()
        ),
    );
    stage.end()?;
    Ok(())
}

/// A connection to each host that nobody disturbs.
fn open(sender: &Sender) -> Result<()> {
    sender.send(
        &conversations(0, HOSTS.into(), |_| Vec::new()),
        Some(PER_SECOND),
    )?;
    Ok(())
}

/// Connections that go well, all of them step by step, with what is sent in the servers' name before these answer.
fn conversations(
    wave: u16,
    count: u16,
    mut forge: impl FnMut(&Conversation) -> Vec<Frame>,
) -> Vec<Frame> {
    let mut talks: Vec<_> = (0..count)
        .map(|number| conversation(wave, number))
        .collect();
    let steps: [fn(&mut Conversation) -> Frame; 4] = [
        |talk| talk.syn(),
        Conversation::syn_ack,
        |talk| talk.ack(),
        |talk| talk.request(300),
    ];
    let ends: [fn(&mut Conversation) -> Frame; 3] = [
        |talk| talk.response(1_000),
        Conversation::client_fin,
        Conversation::server_fin,
    ];
    let mut frames = Vec::new();
    for step in steps {
        frames.extend(talks.iter_mut().map(step));
    }
    frames.extend(talks.iter().flat_map(&mut forge));
    for step in ends {
        frames.extend(talks.iter_mut().map(step));
    }
    frames
}

/// On ports that come again after a thousand waves, with other numbers.
fn conversation(wave: u16, number: u16) -> Conversation {
    let [.., host] = (1 + number % u16::from(HOSTS)).to_be_bytes();
    let server = Ipv4Addr::new(198, 18, 41, host);
    let port = 10_000 + wave % 1_000 * WAVE + number;
    let mut talk = Conversation::new((WAN_V4, port).into(), (server, 443).into());
    let isn = u32::from(wave) << 16 | u32::from(number);
    talk.reopen(isn.wrapping_mul(0x9e37_79b9), isn.wrapping_mul(0x85eb_ca6b));
    talk
}

/// The connections that ended, and those of them that failed.
fn counted(status: &Value) -> Result<(u64, u64)> {
    let mut worst = status["worst"].as_array().into_iter().flatten();
    let own = worst
        .find(|it| it["prefix"] == PREFIX.to_string())
        .context("nothing failed")?;
    let [all, failed] = ["connections", "failed"].map(|key| own[key].as_u64());
    all.zip(failed).context("no counts")
}
