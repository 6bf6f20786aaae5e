//! The helper's own side: one request after the other, until the daemon is gone.

use std::{
    io::{self, ErrorKind, IsTerminal as _, Stdin},
    os::fd::AsFd as _,
    path::PathBuf,
    time::Duration,
};

use nix::sys::{
    prctl,
    signal::{SigSet, Signal},
};
use rustix::net::sockopt::{Timeout, set_socket_timeout};

use super::{
    message::{Answer, Request},
    socket,
};
use crate::{
    failure::Failure,
    kernel::{descriptors::Descriptors, load::Programs, pins::Pins, privilege},
    logging,
    sandbox::{self, Calls},
};

/// How often the programs' own log is copied, where there is one.
const LOG: Duration = Duration::from_secs(1);
/// The daemon is told by these to end, reload or hang up; the helper goes when the daemon has gone.
const DAEMONS: [Signal; 3] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP];

/// Serves the daemon at the other end of stdin until it ends. Then every program is detached whose link is not pinned.
///
/// # Errors
/// [`Failure`] where it cannot give up what it does not need, or the socket is none.
pub fn serve() -> Result<(), Failure> {
    logging::init(io::stderr().is_terminal());
    shed()?;
    let socket = io::stdin();
    let mut programs = None;
    loop {
        match socket::receive(socket.as_fd()) {
            Ok(Some((request, _))) => answer(&socket, carry_out(request, &mut programs))?,
            Ok(None) => return Ok(()),
            // The daemon went without hearing an answer.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(broken(&error)),
        }
        if let Some(programs) = &mut programs {
            programs.flush_log();
        }
    }
}

/// Gives up all but what loading and attaching take.
fn shed() -> Result<(), Failure> {
    let refused = |errno| Failure::Failed(format!("the helper's process: {errno}"));
    DAEMONS
        .into_iter()
        .collect::<SigSet>()
        .thread_block()
        .map_err(refused)?;
    prctl::set_name(c"detector-helper").map_err(refused)?;
    let timeout = logging::is_verbose().then_some(LOG);
    set_socket_timeout(io::stdin(), Timeout::Recv, timeout)
        .map_err(|errno| broken(&errno.into()))?;
    privilege::keep_what_is_needed()
}

type Done = (Answer, Option<Descriptors>);

fn carry_out(request: Request, programs: &mut Option<Programs>) -> Result<Done, Failure> {
    match (request, programs) {
        (Request::Load { options, pins }, none @ None) => {
            let pins = pins.as_deref().map(Pins::open).transpose()?;
            let write: Vec<PathBuf> = pins.iter().map(|it| it.path().to_owned()).collect();
            let loaded = none.insert(Programs::load(options)?);
            loaded.pins = pins;
            let descriptors = loaded.descriptors()?;
            sandbox::enter(&[], &write, Calls::WithPrograms)?;
            let seeds = loaded.seeds.0;
            Ok((Answer::Loaded { seeds }, Some(descriptors)))
        }
        (Request::Attach { interface, wish }, Some(programs)) => {
            let attached = programs.attach(&interface, wish)?;
            Ok((Answer::Attached(attached), None))
        }
        (Request::Runs, Some(programs)) => Ok((Answer::Ran(programs.runs()), None)),
        (Request::Detach { index }, Some(programs)) => {
            programs.detach(index);
            Ok((Answer::Detached, None))
        }
        (Request::Settle, Some(programs)) => {
            programs.settle()?;
            Ok((Answer::Settled, None))
        }
        (request, _) => Err(Failure::Failed(format!("no time for {request:?}"))),
    }
}

fn answer(socket: &Stdin, done: Result<Done, Failure>) -> Result<(), Failure> {
    let (answer, descriptors) = match done {
        Ok((answer, descriptors)) => (Ok(answer), descriptors),
        Err(failure) => (Err(failure), None),
    };
    let descriptors = descriptors.as_ref().map(Descriptors::all);
    let descriptors = descriptors.unwrap_or_default();
    match socket::send(socket.as_fd(), &answer, &descriptors) {
        // The daemon did not wait for the answer; the next thing that is heard of it is its end.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        sent => sent.map_err(|error| broken(&error)),
    }
}

fn broken(error: &io::Error) -> Failure {
    Failure::Failed(format!(
        "the helper's socket: {error}; it is for the daemon to start"
    ))
}
