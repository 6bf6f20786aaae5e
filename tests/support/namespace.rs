//! An anonymous network namespace: how to make one, enter it and run things in it. Knows no address, no
//! interface and no neighbour.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread::{Builder, ScopedJoinHandle};

use anyhow::Context as _;
use nix::sched::{CloneFlags, setns, unshare};

/// A network namespace without a name in the file system. It lives as long as a clone of this value, a thread
/// or a process inside it; nothing remains of it after that, however the process ends.
#[derive(Clone, Debug)]
pub struct Namespace {
    name: &'static str,
    file: Arc<File>,
}

impl Namespace {
    /// Creates an empty namespace; `name` is for error messages.
    ///
    /// # Errors
    /// Without `CAP_SYS_ADMIN`, or when the kernel has no room for another namespace.
    pub fn new(name: &'static str) -> anyhow::Result<Self> {
        // A thread of its own, since the change stays with the thread that makes it.
        let file = std::thread::scope(|scope| finished(scoped(scope, make)?))
            .with_context(|| format!("creating the namespace {name}"))?;
        Ok(Self {
            name,
            file: Arc::new(file),
        })
    }

    /// What [`Namespace::new`] was told.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Where another process of this machine, such as `ip`, finds the namespace while this value lives.
    pub fn path(&self) -> PathBuf {
        format!("/proc/{}/fd/{}", std::process::id(), self.file.as_raw_fd()).into()
    }

    /// Moves the calling thread into the namespace, for good. The mounts stay as they are: unlike with
    /// `ip netns exec`, `/sys/fs/bpf` remains in sight.
    ///
    /// # Errors
    /// Without `CAP_SYS_ADMIN`.
    pub fn enter(&self) -> anyhow::Result<()> {
        setns(&*self.file, CloneFlags::CLONE_NEWNET)
            .with_context(|| format!("entering the namespace {}", self.name))
    }

    /// Runs `work` inside the namespace, on a thread that ends with it. Sockets and processes that it makes
    /// belong to the namespace and may be used from outside afterwards.
    ///
    /// # Errors
    /// Those of `work`, or of [`Namespace::enter`].
    ///
    /// # Panics
    /// When `work` does.
    pub fn run<T: Send>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send,
    ) -> anyhow::Result<T> {
        std::thread::scope(|scope| {
            finished(scoped(scope, || {
                self.enter()?;
                work()
            })?)
        })
    }

    /// Starts a process inside the namespace.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(&self, command: &mut Command) -> anyhow::Result<Child> {
        self.run(|| {
            let child = command.spawn();
            child.with_context(|| format!("starting {}", command.get_program().display()))
        })
        .with_context(|| format!("in the namespace {}", self.name))
    }

    /// Sets kernel parameters, each a path below `/proc/sys/net` and a value.
    ///
    /// # Errors
    /// Names the parameter that cannot be written.
    pub fn configure(&self, parameters: &[(&str, &str)]) -> anyhow::Result<()> {
        self.run(|| parameters.iter().try_for_each(write_parameter))
            .with_context(|| format!("in the namespace {}", self.name))
    }
}

fn make() -> anyhow::Result<File> {
    unshare(CloneFlags::CLONE_NEWNET).context("unsharing the network")?;
    File::open("/proc/thread-self/ns/net").context("opening the new namespace")
}

fn write_parameter((path, value): &(&str, &str)) -> anyhow::Result<()> {
    std::fs::write(format!("/proc/sys/net/{path}"), value)
        .with_context(|| format!("setting net/{path} to {value}"))
}

fn scoped<'scope, T: Send + 'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> anyhow::Result<ScopedJoinHandle<'scope, T>> {
    let builder = Builder::new().name("lab-visitor".to_owned());
    builder
        .spawn_scoped(scope, work)
        .context("starting a thread")
}

fn finished<T>(thread: ScopedJoinHandle<'_, anyhow::Result<T>>) -> anyhow::Result<T> {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
