//! Tables being read: each on a thread of its own into its spool, from the moment that somebody looks at it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use passerelle_host_sdk::Table;
use serde_json::{Value, json};

use super::cells::{Block, fold, json};
use super::spool::{Spool, View, Wanted};
use crate::failure::Failure;

/// Rows of the first batch: what a screen shows.
const FIRST: u32 = 100;
/// Rows of the next ones.
const NEXT: u32 = 1000;
/// How long a request waits for rows that are not there yet.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long a request seeks filtered rows before it answers with what it has.
const SEARCH: Duration = Duration::from_millis(120);
/// Rows that one request may ask for.
const MOST: u64 = 500;

/// Where a table's rows come from.
pub trait Source: Send {
    /// Adds the next rows to an empty block, at most `max`; none added: there are no more. Blocks.
    ///
    /// # Errors
    /// The rows cannot be read on.
    fn next(&mut self, max: u32, block: &mut Block) -> Result<(), Failure>;

    /// Records read, and how many there are (0 while unknown).
    fn progress(&self) -> (u64, u64);
}

/// A table of the plugin.
impl Source for Table {
    fn next(&mut self, max: u32, block: &mut Block) -> Result<(), Failure> {
        if let Some(batch) = Table::next(self, max)? {
            for row in 0..batch.rows() {
                block.row((0..batch.columns()).map(|column| batch.cell(row, column)));
            }
        }
        Ok(())
    }

    fn progress(&self) -> (u64, u64) {
        Table::progress(self).unwrap_or_default()
    }
}

/// How far a reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Reading,
    Done,
    Cancelled,
    Failed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting | Self::Reading => "reading",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

struct Inner {
    state: State,
    message: String,
    progress: (u64, u64),
    spool: Spool,
    view: Option<View>,
    source: Option<Box<dyn Source>>,
    thread: Option<JoinHandle<()>>,
}

/// One table. Any thread.
pub struct Reading {
    /// Its description, `passerelle.table/1`.
    pub description: Value,
    folder: PathBuf,
    inner: Mutex<Inner>,
    grown: Condvar,
    stop: Box<dyn Fn() + Send + Sync>,
}

/// What a request wants to see.
#[derive(serde::Deserialize)]
pub struct Window {
    /// The first row.
    start: u64,
    /// How many.
    count: u64,
    /// Texts that columns must hold, by their place in the description.
    #[serde(default)]
    filters: Vec<(usize, String)>,
    /// Words that a row holds somewhere, each of them.
    #[serde(default)]
    search: String,
    /// A column to sort by, by its place, and whether from its end.
    #[serde(default)]
    sort: Option<(usize, bool)>,
}

impl Window {
    fn wanted(&self) -> Wanted {
        let filters = self.filters.iter().map(|(column, text)| (*column, fold(text.trim())));
        let mut filters: Vec<_> = filters.filter(|(_, text)| !text.is_empty()).collect();
        filters.sort();
        Wanted {
            filters,
            words: self.search.split_whitespace().map(fold).collect(),
            sort: self.sort,
        }
    }
}

impl Reading {
    /// A table that nobody looks at yet; `stop` ends its reading from any thread.
    ///
    /// # Errors
    /// The system refuses its files.
    pub fn new(
        description: Value,
        source: Box<dyn Source>,
        stop: Box<dyn Fn() + Send + Sync>,
        folder: &Path,
    ) -> Result<Arc<Self>, Failure> {
        let spool = Spool::new(folder).map_err(|error| disk(&error))?;
        Ok(Arc::new(Self {
            description,
            folder: folder.to_path_buf(),
            inner: Mutex::new(Inner {
                state: State::Waiting,
                message: String::new(),
                progress: (0, 0),
                spool,
                view: None,
                source: Some(source),
                thread: None,
            }),
            grown: Condvar::new(),
            stop,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows, and how far the reading is. The first call starts it; blocks a moment for rows that are not there yet.
    ///
    /// # Errors
    /// The spool cannot be read.
    pub fn rows(self: &Arc<Self>, window: &Window) -> Result<Value, Failure> {
        self.begin();
        let wanted = window.wanted();
        let asked = Instant::now();
        let mut inner = self.lock();
        while inner.state == State::Reading && inner.spool.len() <= window.start && asked.elapsed() < PATIENCE {
            inner = self
                .grown
                .wait_timeout(inner, PATIENCE)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(inner, _)| inner);
        }
        let mut rows = Vec::new();
        let mut numbers = Vec::new();
        let mut take = |number: u64, row: &[u8]| {
            numbers.push(number);
            rows.push(json(row));
        };
        let count = window.count.min(MOST);
        let Inner { spool, view, state, .. } = &mut *inner;
        let (found, sought) = if wanted.is_all() {
            *view = None;
            spool
                .read(window.start, count, &mut take)
                .map_err(|error| disk(&error))?;
            (spool.len(), spool.len())
        } else {
            let mut kept = match view.take() {
                Some(view) if view.is_of(&wanted) => view,
                _ => Spool::view(&self.folder, wanted).map_err(|error| disk(&error))?,
            };
            spool
                .seek(&mut kept, || asked.elapsed() > SEARCH)
                .and_then(|()| {
                    // What is still to come would stand anywhere.
                    let whole = *state != State::Reading && kept.sought == spool.len();
                    if whole { kept.sort() } else { Ok(()) }
                })
                .and_then(|()| spool.read_view(&mut kept, window.start, count, &mut take))
                .map_err(|error| disk(&error))?;
            let counts = (kept.len(), kept.sought);
            *view = Some(kept);
            counts
        };
        Ok(json!({
            "start": window.start, "rows": rows, "numbers": numbers, "found": found, "sought": sought,
            "read": inner.spool.len(), "state": inner.state.name(), "message": inner.message,
            "done": inner.progress.0, "total": inner.progress.1,
        }))
    }

    /// Starts the reading's thread, once.
    fn begin(self: &Arc<Self>) {
        let mut inner = self.lock();
        let Some(source) = inner.source.take() else { return };
        inner.state = State::Reading;
        let reading = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("table".into())
            .spawn(move || reading.read(source));
        match thread {
            Ok(thread) => inner.thread = Some(thread),
            Err(_) => {
                inner.state = State::Failed;
                inner.message = "La lecture n'a pas pu démarrer : fermez d'autres écrans et recommencez.".into();
            }
        }
    }

    fn read(&self, mut source: Box<dyn Source>) {
        let mut block = Block::default();
        let mut max = FIRST;
        loop {
            block.clear();
            let read = source.next(max, &mut block);
            let mut inner = self.lock();
            inner.progress = source.progress();
            let stopped = inner.state != State::Reading;
            let read = read.and_then(|()| inner.spool.append(&block).map_err(|error| disk(&error)));
            match read {
                Ok(()) if stopped => break,
                Ok(()) if block.ends.is_empty() => {
                    inner.state = State::Done;
                    break;
                }
                Ok(()) => max = NEXT,
                Err(_) if stopped => break,
                Err(Failure::Cancelled) => {
                    inner.state = State::Cancelled;
                    break;
                }
                Err(failure) => {
                    inner.state = State::Failed;
                    inner.message = failure.user_text().unwrap_or_default();
                    break;
                }
            }
            drop(inner);
            self.grown.notify_all();
        }
        self.grown.notify_all();
    }

    /// Stops the reading; what is read stays.
    pub fn cancel(&self) {
        {
            let mut inner = self.lock();
            if matches!(inner.state, State::Waiting | State::Reading) {
                inner.state = State::Cancelled;
                inner.source = None;
            }
        }
        (self.stop)();
        self.grown.notify_all();
    }

    /// Stops the reading and waits for its thread's end.
    pub fn close(&self) {
        self.cancel();
        let thread = self.lock().thread.take();
        if let Some(thread) = thread {
            // A panic there is reported by the thread itself; there is nothing left to end.
            let _ = thread.join();
        }
    }
}

fn disk(error: &std::io::Error) -> Failure {
    Failure::failed(
        "Impossible de garder les lignes lues sur le disque : vérifiez la place disponible dans le dossier de \
         l'application.",
        error,
    )
}
