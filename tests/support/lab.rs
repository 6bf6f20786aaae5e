//! The lab as a whole: wired, with servers that listen and a line that delays. Owns the order of starting and
//! ending; the parts know their own business.

use std::time::Duration;

use anyhow::Context as _;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::censor::Censor;
use crate::hosting::Hosting;
use crate::namespace::Namespace;
use crate::topology::{Topology, rebinding_script};
use crate::worker::Worker;
use crate::{delay_line, servers, tool};

/// A running lab. Dropping it ends its threads; the namespaces go with their last user.
#[derive(Debug)]
pub struct Lab {
    /// Where the clients are.
    pub clients: Namespace,
    /// The masquerading router, where the detector runs.
    pub gateway: Namespace,
    /// The router that blocks.
    pub censor: Namespace,
    /// Where every address is a server.
    pub internet: Namespace,
    workers: [Worker; 3],
}

/// What may differ from one lab to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The round-trip time between censor and internet.
    pub rtt: Duration,
}

impl Default for Options {
    /// 50 ms: long enough for a forged packet to win its race.
    fn default() -> Self {
        Self {
            rtt: Duration::from_millis(50),
        }
    }
}

impl Lab {
    /// Opens a lab with the default options. Its servers listen when this returns.
    ///
    /// # Errors
    /// When something is missing that [`crate::privilege::missing`] names, or the kernel refuses a part.
    pub fn open() -> anyhow::Result<Self> {
        Self::open_with(Options::default())
    }

    /// Opens a lab with `options`.
    ///
    /// # Errors
    /// As [`Lab::open`].
    pub fn open_with(options: Options) -> anyhow::Result<Self> {
        raise_descriptor_limit()?;
        let Topology {
            clients,
            gateway,
            censor,
            internet,
            down,
            net,
        } = Topology::build()?;
        let one_way = options.rtt / 2;
        let workers = [
            servers::start(&internet)?,
            delay_line::start(&censor, &down, &net, one_way)?,
            delay_line::start(&internet, &net, &down, one_way)?,
        ];
        Ok(Self {
            clients,
            gateway,
            censor,
            internet,
            workers,
        })
    }

    /// The one who blocks.
    pub fn censor(&self) -> Censor {
        Censor::new(self.censor.clone())
    }

    /// Those who run the servers.
    pub fn hosting(&self) -> Hosting {
        Hosting::new(self.internet.clone())
    }

    /// Gives the gateway the address [`WAN_V4_LATER`](crate::address::WAN_V4_LATER) in place of [`WAN_V4`](crate::address::WAN_V4), as a provider
    /// may do at any time: what ran under the old one is over, and what begins now works.
    ///
    /// # Errors
    /// When `ip` refuses, as it does the second time.
    pub fn rebind(&self) -> anyhow::Result<()> {
        tool::ip(&self.gateway, &rebinding_script())
    }

    /// Ends the lab and says what any of its parts had failed of.
    ///
    /// # Errors
    /// The first failure, in the order servers, line outward, line inward.
    pub fn close(self) -> anyhow::Result<()> {
        let ends = self.workers.map(Worker::finish);
        ends.into_iter().collect()
    }
}

/// A connection takes two descriptors here, one at each end.
fn raise_descriptor_limit() -> anyhow::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)
            .context("raising the limit of open files")?;
    }
    Ok(())
}
