//! The loop: poll the maps once a second, judge, tell. The only place that looks at a clock.

mod clock;
mod poll;
mod reload;
mod signs;
pub mod socket;
mod vitals;

use std::{
    env,
    io::{self, IsTerminal as _},
    time::Duration,
};

use detector_common::{tuning::Tuning, wire::link::LinkLayer};
use jiff::Timestamp;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use self::{
    clock::Clock,
    poll::{Kept, Poll},
    reload::Reload,
    vitals::Vitals,
};
use crate::{
    cli::RunArgs,
    config::{Config, Settings},
    event::{Body, InterfaceEvent},
    failure::Failure,
    kernel::{
        Kernel, Options,
        attach::{Attached, TcHook, Wish},
        interfaces::{Interface, Interfaces},
        privilege,
    },
    logging,
    observer::{Observer, host_name},
    sink::{Delivery, Pace, Sinks, Tell as _},
    state::Place,
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
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("event loop: {error}")))?
        .block_on(watch(args, config, settings))
}

async fn watch(args: RunArgs, config: Config, settings: Settings) -> Result<(), Failure> {
    let mut stop = Stop::new()?;
    let mut reload = Reload::new(args)?;
    let interfaces = interfaces(&config.wan).await?;
    let of_systemd = env::var_os("STATE_DIRECTORY");
    let state = Place::of(config.state_dir.as_deref(), of_systemd.as_deref()).open()?;
    let mut sinks = Sinks::start(&config.sinks, Pace::default())?;
    let status = socket::open(config.status_socket.as_deref())?;
    let tuning = Tuning::default();
    let mut kernel = Kernel::load(Options {
        tuning,
        is_verbose: logging::is_verbose(),
        sizes: config.tables,
        ..Options::default()
    })?;
    let wish = Wish {
        mode: config.mode,
        ingress: config.ingress,
        tc: TcHook::of_this_kernel(),
    };
    let attached = interfaces
        .iter()
        .map(|interface| kernel.attach(interface, wish))
        .collect::<Result<Vec<_>, _>>()?;
    let observer = Observer::of(host_name(), &attached);
    let kept = Kept::load(state.as_ref());
    let clock = Clock::start(kept.latest());
    let watch = Watch::new(kernel, tuning, observer, new_id).knowing(settings);
    let vitals = Vitals::new(clock.now(), config, &attached);
    let poll = Poll::resume(watch, state, kept, vitals, clock.now())?;
    if let Some(listener) = status {
        tokio::spawn(socket::serve(listener, poll.published()));
    }
    poll.recall(&sinks);
    tell_interfaces(&mut sinks, &attached, "attached")?;
    poll_until(&mut stop, &mut reload, poll, &clock, &mut sinks).await?;
    tell_interfaces(&mut sinks, &attached, "detached")?;
    sinks.finish()
}

/// Polls until told to stop, then keeps what is to outlive it and detaches: `poll` owns the kernel side.
async fn poll_until(
    stop: &mut Stop,
    reload: &mut Reload,
    mut poll: Poll,
    clock: &Clock,
    sinks: &mut Sinks,
) -> Result<(), Failure> {
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let delivery = tokio::select! {
            () = stop.requested() => break,
            () = sinks.over() => sinks.fate()?,
            _ = ticks.tick() => poll.tick(clock.now(), sinks)?,
            read = reload.next() => poll.reload(clock.now(), read, sinks)?,
        };
        if delivery == Delivery::Closed {
            break;
        }
    }
    poll.keep_all(clock.now())
}

async fn interfaces(names: &[String]) -> Result<Vec<Interface>, Failure> {
    let known = Interfaces::connect()?;
    if names.is_empty() {
        return known.of_default_route().await;
    }
    let mut interfaces: Vec<Interface> = Vec::new();
    for name in names {
        let interface = known.by_name(name).await?;
        if !interfaces.contains(&interface) {
            interfaces.push(interface);
        }
    }
    Ok(interfaces)
}

fn tell_interfaces(
    sinks: &mut Sinks,
    attached: &[Attached],
    state: &'static str,
) -> Result<(), Failure> {
    for it in attached {
        let event = InterfaceEvent {
            iface: it.interface.name.clone(),
            ifindex: it.interface.index,
            state,
            mode: it.ingress,
            reason: it.reason,
            egress: it.egress,
            link: match it.interface.link {
                LinkLayer::Ethernet => "ethernet",
                LinkLayer::Ip | LinkLayer::Captured(_) => "ip",
            },
        };
        // Whoever reads may be gone already; then there is nobody left to tell.
        let _delivery = sinks.tell(&Timestamp::now(), Body::Interface(&event))?;
    }
    Ok(())
}

/// The signals that end the daemon in order.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> Result<Self, Failure> {
        let on = |kind| {
            signal(kind).map_err(|error| Failure::Failed(format!("signal handler: {error}")))
        };
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
        })
    }

    async fn requested(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
