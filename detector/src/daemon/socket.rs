//! The status socket: each poll's status as a line of JSON, for as long as somebody reads.
//!
//! Takes no orders. Must not know: what a status says.

use std::{
    env, fs,
    io::{self, ErrorKind},
    os::unix::{fs::PermissionsExt as _, net::UnixStream as Probe},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt as _,
    net::{UnixListener, UnixStream},
    sync::watch,
    time::timeout,
};
use tracing::warn;

use super::admission::admit;
use crate::{failure::Failure, status::Status};

/// The usual place, where systemd names none.
const USUAL: &str = "/run/detector";
const NAME: &str = "status.sock";
/// Who does not read for so long is let go.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the socket is: what was asked for, else in systemd's runtime directory or the usual one.
pub fn place(named: Option<&Path>) -> PathBuf {
    let usual = || {
        let of_systemd = env::var_os("RUNTIME_DIRECTORY").filter(|it| !it.is_empty());
        of_systemd.map_or_else(|| PathBuf::from(USUAL), PathBuf::from)
    };
    named.map_or_else(|| usual().join(NAME), Path::to_owned)
}

/// A socket that listens; its file is removed when this is dropped.
pub(super) struct Socket {
    listener: UnixListener,
    file: File,
}

/// The file of a socket, removed at the end.
pub(super) struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        // Where it cannot be removed, the next start does.
        drop(fs::remove_file(&self.0));
    }
}

impl Socket {
    /// Where its file is.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.file.0.parent()
    }

    /// Serves whoever comes, for as long as the loop runs.
    pub(super) fn serve(self, status: watch::Receiver<Arc<Status>>) -> File {
        tokio::spawn(serve(self.listener, status));
        self.file
    }
}

/// A socket that anybody may read from. Where nobody named it and it cannot be had, there is none, with a warning.
///
/// # Errors
/// [`Failure::Failed`] where somebody named it and it cannot be had.
pub(super) fn open(named: Option<&Path>) -> Result<Option<Socket>, Failure> {
    let path = place(named);
    let cure = "name another place with --status-socket FILE";
    match listen(&path) {
        Ok(listener) => Ok(Some(Socket {
            listener,
            file: File(path),
        })),
        Err(error) if named.is_none() => {
            warn!("{}: {error}; no status is served; {cure}", path.display());
            Ok(None)
        }
        Err(error) => Err(Failure::Failed(format!(
            "{}: {error}; {cure}",
            path.display()
        ))),
    }
}

/// A socket at `path` that anybody may use; what an earlier run left behind is in nobody's use.
///
/// # Errors
/// Where another detector serves there, or it cannot be made.
pub(super) fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match Probe::connect(path) {
        Ok(_stream) => return Err(io::Error::other("another detector serves there")),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path)?,
        Err(_nothing) => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}

async fn serve(listener: UnixListener, status: watch::Receiver<Arc<Status>>) {
    admit(listener, move |stream| tell(stream, status.clone())).await;
}

async fn tell(mut stream: UnixStream, mut status: watch::Receiver<Arc<Status>>) {
    loop {
        let latest = Arc::clone(&status.borrow_and_update());
        let Ok(mut line) = serde_json::to_vec(&*latest) else {
            return;
        };
        line.push(b'\n');
        if !matches!(timeout(PATIENCE, stream.write_all(&line)).await, Ok(Ok(()))) {
            return;
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}
