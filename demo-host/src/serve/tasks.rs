//! Long calls: jobs of the plugin and documents being written, each on a thread of its own, with progress and cancel.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use chrono::{DateTime, FixedOffset};
use passerelle_host_sdk::{Outcome, OutcomeKind, Run};
use serde_json::{Value, json};

use super::files::Files;
use crate::failure::Failure;
use crate::host::Desk;

/// Ended tasks that are remembered.
const REMEMBERED: usize = 200;

/// How a task stands.
enum State {
    Running,
    Ended { kind: &'static str, text: String },
}

struct Inner {
    done: u64,
    total: u64,
    text: String,
    state: State,
    ended: Option<DateTime<FixedOffset>>,
}

/// One long call. Any thread.
pub struct Task {
    /// Its number.
    pub number: u64,
    /// What it is, in French.
    label: String,
    /// The browser tab that it is for; none: the scheduler's.
    pub tab: Option<u64>,
    started: DateTime<FixedOffset>,
    cancelled: AtomicBool,
    inner: Mutex<Inner>,
}

impl Task {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks it to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether it is still running.
    pub fn is_running(&self) -> bool {
        matches!(self.lock().state, State::Running)
    }

    fn end(&self, result: Result<Option<Outcome>, Failure>, now: DateTime<FixedOffset>) {
        let mut inner = self.lock();
        inner.ended = Some(now);
        inner.state = match result {
            Ok(outcome) => State::Ended {
                kind: outcome.as_ref().map_or("done", |outcome| kind(outcome.kind)),
                text: outcome.map(|outcome| outcome.text).unwrap_or_default(),
            },
            Err(Failure::Cancelled) => State::Ended {
                kind: "cancelled",
                text: "Interrompu à votre demande.".into(),
            },
            Err(failure) => State::Ended {
                kind: "failed",
                text: failure.user_text().unwrap_or_default(),
            },
        };
    }

    /// How it stands, for the browser.
    pub fn json(&self) -> Value {
        let inner = self.lock();
        let mut task = json!({
            "number": self.number, "label": self.label, "scheduled": self.tab.is_none(), "done": inner.done,
            "total": inner.total, "step": inner.text, "started": self.started.to_rfc3339(),
            "ended": inner.ended.map(|time| time.to_rfc3339()),
            "cancelling": self.cancelled.load(Ordering::Acquire),
        });
        let (state, text) = match &inner.state {
            State::Running => ("running", ""),
            State::Ended { kind, text } => (*kind, text.as_str()),
        };
        for (key, value) in [("state", state.into()), ("text", text.into())] {
            if let Some(object) = task.as_object_mut() {
                object.insert(key.to_owned(), value);
            }
        }
        task
    }
}

fn kind(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Done => "done",
        OutcomeKind::ToMend => "mend",
        OutcomeKind::Problem => "problem",
        OutcomeKind::AlreadyDone => "already",
        OutcomeKind::RunningElsewhere => "elsewhere",
    }
}

impl Run for Task {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        let mut inner = self.lock();
        (inner.done, inner.total) = (done, total);
        if !text.is_empty() {
            text.clone_into(&mut inner.text);
        }
    }
}

/// All tasks. Any thread.
pub struct Tasks {
    desk: Arc<Desk>,
    /// The files that tasks made.
    pub files: Files,
    next: AtomicU64,
    known: Mutex<BTreeMap<u64, Arc<Task>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Tasks {
    /// None yet.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            files: Files::default(),
            next: AtomicU64::new(1),
            known: Mutex::default(),
            threads: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Task>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a task on a thread of its own.
    ///
    /// # Errors
    /// The system refuses the thread.
    pub fn start(
        &self,
        label: &str,
        tab: Option<u64>,
        work: impl FnOnce(&Arc<Task>) -> Result<Option<Outcome>, Failure> + Send + 'static,
    ) -> Result<Arc<Task>, Failure> {
        let task = Arc::new(Task {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            label: label.to_owned(),
            tab,
            started: self.desk.clock.now(),
            cancelled: AtomicBool::new(false),
            inner: Mutex::new(Inner {
                done: 0,
                total: 0,
                text: String::new(),
                state: State::Running,
                ended: None,
            }),
        });
        let (running, desk) = (Arc::clone(&task), Arc::clone(&self.desk));
        let thread = std::thread::Builder::new().name("task".into()).spawn(move || {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&running)));
            let gone = |_| {
                Err(Failure::failed(
                    "La tâche s'est arrêtée sans réponse.",
                    "its thread panicked",
                ))
            };
            running.end(result.unwrap_or_else(gone), desk.clock.now());
        });
        let thread = thread.map_err(|error| Failure::failed("La tâche n'a pas pu démarrer.", error))?;
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        drop(threads);
        let mut known = self.known();
        known.insert(task.number, Arc::clone(&task));
        let ended: Vec<_> = known
            .values()
            .filter(|task| !task.is_running())
            .map(|task| task.number)
            .collect();
        for number in ended.iter().take(ended.len().saturating_sub(REMEMBERED)) {
            known.remove(number);
        }
        Ok(task)
    }

    /// A task, by its number, if this browser tab may see it.
    pub fn get(&self, number: u64, tab: u64) -> Option<Arc<Task>> {
        let known = self.known();
        known
            .get(&number)
            .filter(|task| task.tab.is_none_or(|owner| owner == tab))
            .cloned()
    }

    /// The scheduler's tasks, the newest first.
    pub fn scheduled(&self) -> Vec<Arc<Task>> {
        let known = self.known();
        known
            .values()
            .rev()
            .filter(|task| task.tab.is_none())
            .cloned()
            .collect()
    }

    /// Stops what a browser tab left running.
    pub fn leave(&self, tab: u64) {
        self.known().retain(|_, task| {
            let left = task.tab == Some(tab);
            if left {
                task.cancel();
            }
            !left
        });
        self.files.leave(tab);
    }

    /// Stops everything, and waits for it.
    pub fn end(&self) {
        for task in self.known().values() {
            task.cancel();
        }
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // Panics are caught inside.
            let _ = thread.join();
        }
    }
}
