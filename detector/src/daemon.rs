//! The loop: poll the maps once a second, judge, tell. The only place that looks at a clock.

mod admission;
mod attachments;
mod clock;
mod files;
mod gauges;
mod notify;
mod patience;
mod poll;
mod published;
mod reload;
mod scrape;
mod signs;
pub mod socket;
mod uplinks;
mod vitals;

use std::{
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    time::Duration,
};

use detector_common::tuning::Tuning;
use tokio::{
    signal::unix::SignalKind,
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tracing::{info, warn};

use self::{
    attachments::Attachments,
    clock::Clock,
    notify::Life,
    poll::{Kept, Poll},
    reload::Reload,
    scrape::Doors,
    socket::Socket,
    uplinks::{Uplinks, wanted},
    vitals::Vitals,
};
use crate::{
    cli::RunArgs,
    config::{Config, Settings},
    event_loop::{self, Signals},
    failure::Failure,
    kernel::{
        Options,
        attach::{TcHook, Wish},
        helper::Helper,
        interfaces::Interfaces,
        pins, privilege,
    },
    logging,
    observer::{Observer, host_name},
    sandbox::{self, Calls, Files},
    sink::{Delivery, Pace, Sinks, config::SinkConfig},
    state::{Place, StateDir},
    watch::{Watch, new_id},
};

const POLL: Duration = Duration::from_secs(1);

/// Runs until a signal or a closed stdout ends it.
///
/// # Errors
/// [`Failure`] names what kept it from running, or ended it.
pub fn run(args: RunArgs) -> Result<(), Failure> {
    logging::init(io::stderr().is_terminal());
    let (config, settings) = reload::read(&args)?;
    privilege::check()?;
    files::check()?;
    event_loop::run(watch(args, config, settings))
}

/// Begins with what takes capabilities, and gives them up: from then on the helper alone has some.
async fn watch(args: RunArgs, config: Config, settings: Settings) -> Result<(), Failure> {
    let mut stop = Signals::of([SignalKind::terminate(), SignalKind::interrupt()])?;
    let mut reload = Reload::new(args)?;
    let known = Interfaces::connect()?;
    let wanted = wanted(&known, &config.wan).await?;
    let of_systemd = env::var_os("STATE_DIRECTORY");
    let state = Place::of(config.state_dir.as_deref(), of_systemd.as_deref()).open()?;
    let (mut sinks, resting) = Sinks::open(&config.sinks, Pace::default())?;
    let status = socket::open(config.status_socket.as_deref())?;
    let doors = Doors::open(&config.metrics).await?;
    let pins = config.pin.clone();
    pins.as_deref().map(pins::check).transpose()?;
    let helper = Helper::start()?;
    if let Some(caveat) = privilege::caveat() {
        info!("{caveat}");
    }
    privilege::give_up()?;
    let tuning = Tuning::default();
    let options = Options {
        tuning,
        is_verbose: logging::is_verbose(),
        sizes: config.tables,
        ..Options::default()
    };
    let maps = helper.load(options, pins.as_deref()).await?;
    let wish = Wish {
        mode: config.mode,
        ingress: config.ingress,
        tc: TcHook::of_this_kernel(),
    };
    let uplinks = Uplinks::attach(helper, known, wish, wanted).await?;
    let kept = state.as_ref().map(StateDir::path);
    let served = status.as_ref().and_then(Socket::folder);
    let written = config.sinks.iter().filter_map(SinkConfig::folder);
    close_in(
        &settings.files,
        kept.into_iter().chain(served).chain(written),
    )?;
    let observer = Observer::of(host_name(), &uplinks.attached());
    let kept = Kept::load(state.as_ref());
    let clock = Clock::start(kept.latest());
    let gap = kept.tell_gap(clock.now());
    let watch = Watch::new(maps, tuning, observer, new_id).knowing(settings);
    let vitals = Vitals::new(clock.now(), config, &uplinks.attached(), uplinks.runs());
    let mut poll = Poll::resume(watch, state, kept, vitals, clock.now())?;
    let _removed_at_the_end = status.map(|socket| socket.serve(poll.published.subscribe()));
    doors.serve(&poll.published.subscribe());
    poll.published.is_served();
    resting.begin()?;
    poll.recall(&sinks);
    let mut attachments = Attachments(uplinks.attached());
    let ended = match attachments.begin(&mut sinks, gap)? {
        Delivery::Closed => Ok(()),
        Delivery::Written => {
            poll_until(
                &mut stop,
                &mut reload,
                &mut poll,
                uplinks,
                &mut attachments,
                &clock,
                &mut sinks,
            )
            .await
        }
    };
    // Whoever reads may be gone already; there is nobody left to tell.
    let told = attachments.end(&mut sinks, pins.is_some());
    ended.and(told.map(drop)).and(sinks.finish())
}

/// Nothing but what it reads and writes, from here on.
fn close_in<'a>(read: &[PathBuf], write: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
    let write: Vec<PathBuf> = write.map(Path::to_owned).collect();
    if sandbox::enter(read, &write, Calls::WithoutPrograms)? == Files::Open {
        warn!("this kernel has no Landlock; files are not closed to the detector");
    }
    Ok(())
}

/// Polls until told to stop, or until it cannot go on; then keeps what is to outlive it and detaches.
async fn poll_until(
    stop: &mut Signals,
    reload: &mut Reload,
    poll: &mut Poll,
    uplinks: Uplinks,
    attachments: &mut Attachments,
    clock: &Clock,
    sinks: &mut Sinks,
) -> Result<(), Failure> {
    let mut life = Life::of_environment();
    let (told, mut changes) = mpsc::channel(1);
    let mut minding = Box::pin(uplinks.mind(told));
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ended = loop {
        let delivery = tokio::select! {
            () = stop.next() => break Ok(()),
            failure = &mut minding => break Err(failure),
            () = sinks.over() => sinks.fate(),
            Some(change) = changes.recv() => {
                let delivery = attachments.change(sinks, change);
                poll.observe(&attachments.0);
                delivery
            }
            _ = ticks.tick() => {
                let delivery = poll.tick(clock.now(), sinks);
                life.polled(clock.now(), notify::summary(&poll.published.latest()));
                delivery
            }
            read = reload.next() => {
                let outcome = match &read {
                    Ok(_) => "settings were read again".to_owned(),
                    Err(failure) => failure.to_string(),
                };
                let delivery = poll.reload(clock.now(), read, sinks);
                notify::reloaded(&outcome);
                delivery
            }
        };
        match delivery {
            Ok(Delivery::Written) => {}
            Ok(Delivery::Closed) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    notify::stopping();
    let kept = poll.keep_all(clock.now());
    ended.and(kept)
}
