//! A program that runs until nobody needs it: its start, what it logs, its end. Knows none by name.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::namespace::Namespace;
use crate::watched::Watched;

/// A process. It is killed and reaped when this is dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    log: Arc<Watched<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Service {
    /// Starts `command` inside `namespace`, and waits until it logs a line with `ready` in it.
    ///
    /// # Errors
    /// When it cannot be started, or says no such thing within `patience`; shows what it says instead.
    pub fn start(
        namespace: &Namespace,
        command: &mut Command,
        ready: &str,
        patience: Duration,
    ) -> Result<Self> {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = namespace.spawn(quiet.stderr(Stdio::piped()))?;
        let stderr = child.stderr.take();
        let mut service = Self {
            child,
            log: Arc::default(),
            reader: None,
        };
        let log = Arc::clone(&service.log);
        let reader = Builder::new().name("lab-log".to_owned());
        service.reader = Some(reader.spawn(move || read(stderr, &log))?);
        service.wait_for(ready, patience)?;
        Ok(service)
    }

    /// Waits until it has logged a line with `text` in it.
    ///
    /// # Errors
    /// When it has not within `patience`; shows what it has.
    pub fn wait_for(&self, text: &str, patience: Duration) -> Result<()> {
        let is_said = |log: &Vec<String>| log.iter().any(|line| line.contains(text)).then_some(());
        let found = self.log.wait(patience, is_said);
        found.with_context(|| {
            let log = self.log.read(|log| log.join("\n"));
            format!("no {text:?} within {patience:?}:\n{log}")
        })
    }

    /// Ends it without warning (`SIGKILL`).
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Refused only when the process is gone, which is what is wanted.
        self.kill().ok();
        if let Some(reader) = self.reader.take() {
            reader.join().ok();
        }
    }
}

fn read(stderr: Option<impl Read>, log: &Watched<Vec<String>>) {
    let lines = stderr.into_iter().flat_map(|it| BufReader::new(it).lines());
    for line in lines.map_while(Result::ok) {
        log.update(|log| log.push(line));
    }
}
