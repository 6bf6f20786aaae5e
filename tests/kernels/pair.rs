//! Two namespaces with a wire between them, a device on top of it, and proof that a detector reads what passes there.

use std::{
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Namespace, program, tool};
use nix::sys::signal::Signal;
use serde_json::Value;

/// For what takes moments, on a machine that is emulated.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Enough for a SYN, data and a FIN each way.
const CONNECTIONS: u64 = 8;
/// The ends of the wire.
pub(crate) const NEAR: &str = "192.0.2.1";
pub(crate) const FAR: &str = "192.0.2.2";
/// The ends of what is watched.
pub(crate) const NEAR_INSIDE: &str = "198.51.100.1";
pub(crate) const FAR_INSIDE: &str = "198.51.100.2";

/// What a detector says of itself: link layer, mode, egress.
pub(crate) type Said = [String; 3];

/// Both sides; the detector runs on the near one.
pub(crate) struct Pair {
    pub(crate) near: Namespace,
    pub(crate) far: Namespace,
}

impl Pair {
    /// Two sides without a wire.
    pub(crate) fn apart() -> Result<Self> {
        let pair = Self {
            near: Namespace::new("near")?,
            far: Namespace::new("far")?,
        };
        pair.both(|_| "link set lo up".to_owned())?;
        Ok(pair)
    }

    /// Two sides with a wire between them, `wire` at either end.
    pub(crate) fn wired() -> Result<Self> {
        let pair = Self::apart()?;
        let far = pair.far.path();
        let wire = format!(
            "link add wire type veth peer name wire netns {}",
            far.display()
        );
        tool::ip(&pair.near, &wire)?;
        pair.both(|[own, _]| format!("address add {own}/24 dev wire\nlink set wire up"))?;
        Ok(pair)
    }

    /// Carries out on both sides what `script` makes of its own address on the wire and the other's.
    pub(crate) fn both(&self, script: impl Fn([&str; 2]) -> String) -> Result<()> {
        tool::ip(&self.near, &script([NEAR, FAR]))?;
        tool::ip(&self.far, &script([FAR, NEAR]))
    }

    /// Gives the device of this name its addresses, and takes it up.
    pub(crate) fn address(&self, device: &str) -> Result<()> {
        let ends = [(&self.near, NEAR_INSIDE), (&self.far, FAR_INSIDE)];
        ends.into_iter().try_for_each(|(side, address)| {
            let script = format!("address add {address}/24 dev {device}\nlink set {device} up");
            tool::ip(side, &script)
        })
    }

    /// Watches a device, lets connections pass through it to `to`, and says as what it was watched: every connection must
    /// have been followed.
    pub(crate) fn watch(&self, device: &str, arguments: &[&str], to: &str) -> Result<Said> {
        let arguments = [&["run", "--wan", device], arguments].concat();
        let detector = Detector::start(&self.near, &program::detector()?, &arguments)?;
        let attached = detector.attached(PATIENCE)?.event;
        self.follow(&detector, to)?;
        detector.signal(Signal::SIGTERM)?;
        let status = detector.exit(PATIENCE)?;
        ensure!(status.success(), "it ended with {status}");
        let said = |key| attached[key].as_str().map(str::to_owned).context(key);
        Ok([said("link")?, said("mode")?, said("egress")?])
    }

    /// Lets connections pass to `to`, every one of which must be followed.
    pub(crate) fn follow(&self, detector: &Detector, to: &str) -> Result<()> {
        let passed = |status: &Value| {
            ["packets_in", "packets_out"].map(|key| status[key].as_u64().unwrap_or(0))
        };
        let before = passed(&detector.status()?);
        self.carry(to.parse()?)?;
        await_status(detector, |status| {
            let each_way = passed(status).into_iter().zip(before);
            let more = |(now, before)| now >= before + 3 * CONNECTIONS;
            status["prefixes"] == 1 && each_way.into_iter().all(more)
        })
    }

    /// Connections from the near side, all of which must be answered.
    fn carry(&self, to: IpAddr) -> Result<()> {
        let listener = self.far.run(|| Ok(TcpListener::bind((to, 0))?))?;
        let address = listener.local_addr()?;
        thread::scope(|scope| {
            let server = scope.spawn(|| accept(&listener));
            self.near
                .run(|| (0..CONNECTIONS).try_for_each(|_| visit(address)))?;
            server.join().ok().context("the server panicked")?
        })
    }
}

fn accept(listener: &TcpListener) -> Result<()> {
    (0..CONNECTIONS).try_for_each(|_| {
        let (mut stream, _) = listener.accept()?;
        std::io::copy(&mut stream.try_clone()?, &mut stream)?;
        Ok(())
    })
}

fn visit(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    std::io::Write::write_all(&mut stream, b"something")?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let answer = std::io::read_to_string(stream)?;
    ensure!(answer == "something", "answered {answer}");
    Ok(())
}

/// Waits for a status after a poll that satisfies `predicate`.
fn await_status(detector: &Detector, predicate: impl Fn(&Value) -> bool) -> Result<()> {
    let mut last = Value::Null;
    for status in detector.statuses()?.take(30) {
        last = status?;
        if predicate(&last) {
            return Ok(());
        }
    }
    anyhow::bail!("not followed: {last}")
}
