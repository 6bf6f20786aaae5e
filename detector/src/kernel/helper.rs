//! The helper: a process that loads and attaches for a daemon without any capability.
//!
//! It is this program under another name, started by the daemon and bound to it by a socket: when one ends, the other
//! learns it at once. It keeps the programs and their links, pins these where it is told to, reads neither files nor
//! packets, and does what its requests name (`helper/message`). Must not know: when, and why.

mod message;
mod serve;
mod socket;

use std::{
    env,
    io::{self, ErrorKind},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::net::UnixStream as Blocking,
    },
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use detector_common::hash::Seeds;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::retry_on_intr,
    process::{Pid, PidfdFlags, pidfd_open},
};
use tokio::{io::Interest, net::UnixStream, time::timeout};

use self::message::{Answer, Request};
pub use self::serve::serve;
use super::{
    attach::{Attached, Wish},
    descriptors::Descriptors,
    interfaces::Interface,
    maps::Maps,
    options::Options,
};
use crate::{failure::Failure, status::ProgramRuns};

/// What the helper is told in place of a command.
const NAME: &str = "kernel-helper";
/// All that it gets of the environment.
const ENVIRONMENT: [&str; 2] = ["RUST_LOG", "NO_COLOR"];
/// Its patience runs out so often: once is what a detector sees that was itself stopped for a while.
const CHANCES: u32 = 2;
/// For its orderly end, in which it takes filters off that have no links.
const LEAVE: Timespec = Timespec {
    tv_sec: 5,
    tv_nsec: 0,
};

/// The daemon's end. Dropping it ends the helper, which detaches every program whose link is not pinned.
pub struct Helper {
    /// Goes first: the process sees its end.
    socket: UnixStream,
    process: Reaped,
}

/// With the descriptors that came along.
type Answered = Result<(Answer, Vec<OwnedFd>), Failure>;

/// A process that is awaited when this is dropped, unless it hangs.
struct Reaped(Child);

/// Whether this process was started to be a helper.
pub fn is_meant() -> bool {
    env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == NAME)
}

impl Helper {
    /// Starts one, with the capabilities of this process; must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`Failure::refused`].
    pub fn start() -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::refused("starting the helper", &error);
        let (ours, theirs) = socket::pair().map_err(failed)?;
        // By this name it is the same version, also while another is being installed.
        let mut command = Command::new("/proc/self/exe");
        command.arg(NAME).env_clear();
        for name in ENVIRONMENT {
            command.envs(env::var_os(name).map(|value| (name, value)));
        }
        command.stdin(theirs).stdout(Stdio::null());
        let ours = Blocking::from(ours);
        ours.set_nonblocking(true).map_err(failed)?;
        Ok(Self {
            socket: UnixStream::from_std(ours).map_err(failed)?,
            process: Reaped(command.spawn().map_err(failed)?),
        })
    }

    /// Lets it load the object, and takes the maps. Links are pinned below `pins`, if anywhere.
    ///
    /// # Errors
    /// [`Failure::Memory`] or [`Failure::Permission`] where the kernel refuses a map, [`Failure::Unavailable`] where
    /// there is something else among the pins.
    pub async fn load(&self, options: Options, pins: Option<&Path>) -> Result<Maps, Failure> {
        let pins = pins.map(Path::to_owned);
        match self.ask(&Request::Load { options, pins }).await? {
            (Answer::Loaded { seeds }, descriptors) => {
                let descriptors = Descriptors::received(descriptors)?;
                Maps::of(&descriptors, options.sizes, Seeds(seeds))
            }
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Lets it attach both programs to `interface`, or none.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the helper is gone or hangs; what it answers may be a failure too, as
    /// [`super::Programs::attach`] has them.
    pub async fn attach(
        &self,
        interface: &Interface,
        wish: Wish,
    ) -> Result<Result<Attached, Failure>, Failure> {
        let interface = interface.clone();
        match self.tell(&Request::Attach { interface, wish }).await? {
            Ok((Answer::Attached(attached), _)) => Ok(Ok(attached)),
            Ok((other, _)) => Err(unexpected(&other)),
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// Lets it detach what is attached to the interface of this index, which may be gone.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the helper is gone.
    pub async fn detach(&self, index: u32) -> Result<(), Failure> {
        match self.ask(&Request::Detach { index }).await? {
            (Answer::Detached, _) => Ok(()),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Lets it let go of what earlier runs left pinned and nobody asked for.
    ///
    /// # Errors
    /// [`Failure::Failed`] where a pin cannot be removed, or the helper is gone.
    pub async fn settle(&self) -> Result<(), Failure> {
        match self.ask(&Request::Settle).await? {
            (Answer::Settled, _) => Ok(()),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Asks how often each program has run.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the helper is gone.
    pub async fn runs(&self) -> Result<Vec<ProgramRuns>, Failure> {
        match self.ask(&Request::Runs).await? {
            (Answer::Ran(runs), _) => Ok(runs),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Waits for what must not happen: that the helper ends, and with it every link.
    pub async fn ended(&self) -> Failure {
        match self.receive().await {
            Ok(Ok((answer, _))) => unexpected(&answer),
            Ok(Err(failure)) | Err(failure) => failure,
        }
    }

    async fn ask(&self, request: &Request) -> Result<(Answer, Vec<OwnedFd>), Failure> {
        self.tell(request).await?
    }

    /// What the helper answered, its own failures included.
    async fn tell(&self, request: &Request) -> Result<Answered, Failure> {
        socket::send(self.socket.as_fd(), request, &[]).map_err(|error| gone(&error))?;
        for _chance in 0..CHANCES {
            if let Ok(answer) = timeout(request.patience(), self.receive()).await {
                return answer;
            }
        }
        Err(self.stuck(CHANCES * request.patience()))
    }

    fn stuck(&self, after: Duration) -> Failure {
        let process = self.process.0.id();
        Failure::Failed(format!(
            "the helper that holds the programs (process {process}) has not answered for {} s, and interfaces are looked \
             after no more; `kill -9 {process}` if it is still there, and start again",
            after.as_secs()
        ))
    }

    async fn receive(&self) -> Result<Answered, Failure> {
        let receive = || socket::receive::<Result<Answer, Failure>>(self.socket.as_fd());
        let received = self.socket.async_io(Interest::READABLE, receive).await;
        match received.map_err(|error| gone(&error))? {
            Some((answer, descriptors)) => Ok(answer.map(|answer| (answer, descriptors))),
            None => Err(gone(&ErrorKind::UnexpectedEof.into())),
        }
    }
}

impl Drop for Reaped {
    fn drop(&mut self) {
        // One that hangs is left, and was told: from within the sandbox nobody can be signalled (Linux 6.12).
        if has_ended(&self.0).unwrap_or(false) {
            self.0.wait().ok();
        }
    }
}

/// Whether it ends while there is time.
fn has_ended(process: &Child) -> io::Result<bool> {
    let process = pidfd_open(Pid::from_child(process), PidfdFlags::empty())?;
    let wait = || poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&LEAVE));
    Ok(retry_on_intr(wait)? > 0)
}

fn gone(error: &io::Error) -> Failure {
    Failure::Failed(format!(
        "the helper that holds the programs is gone ({error}), and nothing is watched any more; start again"
    ))
}

fn unexpected(answer: &Answer) -> Failure {
    Failure::Failed(format!("the helper said {answer:?} unasked; start again"))
}
