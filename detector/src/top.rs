//! `detector top`: the running detector, live on a terminal. Needs no root.
//!
//! Owns the terminal, the keys and the connection. Must not know: how a screen looks, which is pure and in
//! `draw`.

mod draw;
mod explain;
mod keys;
mod palette;
mod rates;
mod text;
mod view;

use std::{
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    time::Duration,
};

use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use ratatui::{DefaultTerminal, layout::Rect};
use tokio::{signal::unix::SignalKind, sync::mpsc, time::sleep};

use self::{
    keys::{Key, key},
    palette::Palette,
    view::View,
};
use crate::{
    cli::TopArgs,
    client::Client,
    event_loop::{self, Signals},
    failure::Failure,
    print::print,
    printable::printable,
    status::Status,
};

/// How long it waits before it asks anew for a detector that is gone.
const RETRY: Duration = Duration::from_secs(1);
/// What a screen measures where none tells.
const SCREEN: (u16, u16) = (80, 24);

/// What came from the detector, or why nothing does.
type News = Result<Status, String>;

/// Shows the running detector until a key or a signal ends it.
///
/// # Errors
/// [`Failure::Unavailable`] where none runs at the start, [`Failure::Usage`] where there is no terminal.
pub fn run(args: &TopArgs) -> Result<(), Failure> {
    let named = args.socket.status_socket.clone();
    if args.once {
        return print(&event_loop::run(once(named))?);
    }
    if !(io::stdout().is_terminal() && io::stdin().is_terminal()) {
        return Err(Failure::Usage(
            "this is no terminal; `detector top --once` writes one screen as text".to_owned(),
        ));
    }
    event_loop::run(live(named))
}

/// One screen as text, after two polls, so that there are rates.
async fn once(named: Option<PathBuf>) -> Result<String, Failure> {
    let mut client = Client::connect(named.as_deref()).await?;
    let mut view = View::default();
    view.hear(Ok(client.status().await?));
    view.hear(client.status().await.map_err(|failure| failure.to_string()));
    let (width, height) = screen();
    let area = Rect::new(0, 0, width, height);
    Ok(text::screen(&view, Timestamp::now(), area))
}

/// What the terminal measures, or the shell says.
fn screen() -> (u16, u16) {
    if io::stdout().is_terminal() {
        return crossterm::terminal::size().unwrap_or(SCREEN);
    }
    let told = |name: &str| env::var(name).ok()?.parse().ok();
    (
        told("COLUMNS").unwrap_or(SCREEN.0).clamp(20, 500),
        told("LINES").unwrap_or(SCREEN.1).clamp(5, 500),
    )
}

async fn live(named: Option<PathBuf>) -> Result<(), Failure> {
    let client = Client::connect(named.as_deref()).await?;
    let (news, mut heard) = mpsc::channel(1);
    tokio::spawn(read(client, named, news));
    let mut screen = Screen::take()?;
    let mut stop = Signals::of([
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ])?;
    let mut events = EventStream::new();
    let palette = Palette::of(env::var_os("NO_COLOR").is_none_or(|it| it.is_empty()));
    let mut view = View::default();
    loop {
        screen.show(&view, palette)?;
        let key = tokio::select! {
            () = stop.next() => return Ok(()),
            told = heard.recv() => {
                view.hear(told.ok_or_else(|| Failure::Failed("the reader has ended".to_owned()))?);
                None
            }
            event = events.next() => match event {
                Some(Ok(event)) => key(&event),
                // The terminal is gone.
                Some(Err(_)) | None => return Ok(()),
            }
        };
        match key {
            Some(Key::Quit) => return Ok(()),
            Some(key) => view.press(key),
            None => {}
        }
    }
}

/// Reads for as long as somebody listens, from the next detector when this one ends.
async fn read(mut client: Client, named: Option<PathBuf>, news: mpsc::Sender<News>) {
    loop {
        let read = client.status().await;
        let is_lost = read.is_err();
        let read = read.map_err(|failure| printable(&failure.to_string()));
        if news.send(read).await.is_err() {
            return;
        }
        if is_lost {
            client = next(named.as_deref()).await;
        }
    }
}

/// The next detector that serves there.
async fn next(named: Option<&Path>) -> Client {
    loop {
        sleep(RETRY).await;
        if let Ok(client) = Client::connect(named).await {
            return client;
        }
    }
}

/// The terminal, given back when this is dropped; after a panic too.
struct Screen(DefaultTerminal);

impl Screen {
    fn take() -> Result<Self, Failure> {
        let terminal = ratatui::try_init();
        terminal.map(Self).map_err(|error| terminal_failure(&error))
    }

    fn show(&mut self, view: &View, palette: Palette) -> Result<(), Failure> {
        let now = Timestamp::now();
        let drawn = self.0.draw(|frame| {
            let area = frame.area();
            draw::screen(view, now, palette, area, frame.buffer_mut());
        });
        drawn.map(drop).map_err(|error| terminal_failure(&error))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        drop(ratatui::try_restore());
    }
}

fn terminal_failure(error: &io::Error) -> Failure {
    Failure::Failed(format!("terminal: {error}"))
}
