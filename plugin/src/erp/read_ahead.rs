//! Reads on a thread of its own while the caller works on what came before.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::ErpError;
use super::reading::Visitor;
use super::{Erp, Scope};
use crate::database::{CancelHandle, DatabaseError};
use crate::dossier::records::Inscription;
use crate::fault;

/// Inscriptions in a batch.
const BATCH: usize = 500;
/// Batches that wait for the caller.
const AHEAD: usize = 2;
/// Batches that wait on the reader's side, before it makes writers wait.
const BACKLOG: usize = 24;
/// How often a waiting caller's cancellation is looked at.
const POLL: Duration = Duration::from_millis(50);

/// A reader on its own thread, in batches, a few of them ahead of its caller.
///
/// Where readers keep writers waiting (SQLite), it reads a page of inscriptions and closes its results before it waits
/// for its caller, so that the caller may write to the same database. Dropping it stops the reading, in the driver too
/// where that is possible, and joins the thread.
#[derive(Debug)]
pub struct ReadAhead {
    // Taken when it is dropped: a reader that waits to send then ends.
    receiver: Option<Receiver<Message>>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<Stop>,
    ended: bool,
    started: Instant,
    /// When the reader ended.
    finished: Option<Instant>,
    waited: Duration,
}

#[derive(Debug)]
enum Message {
    Batch(Vec<Inscription>),
    End(Result<(), ErpError>),
}

/// What the caller and the reader tell each other, beside the batches.
#[derive(Debug, Default)]
struct Stop {
    requested: AtomicBool,
    connections: Mutex<Vec<CancelHandle>>,
    /// Nanoseconds for which the reader waited for its caller.
    held_up: AtomicU64,
}

impl Stop {
    fn request(&self) {
        self.requested.store(true, Ordering::SeqCst);
        for connection in self.connections.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            connection.cancel();
        }
    }

    fn requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    fn add(&self, connection: CancelHandle) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: a request before it is seen here, one after it finds the connection in the list.
        if self.requested() {
            connection.cancel();
        }
        connections.push(connection);
    }
}

impl ReadAhead {
    /// Starts to read; what fails is said by [`ReadAhead::next_batch`].
    pub fn start(erp: Erp, scope: Scope) -> ReadAhead {
        let (sender, receiver) = sync_channel(AHEAD);
        let stop = Arc::new(Stop::default());
        let shared = Arc::clone(&stop);
        // The caller's log takes this thread's lines too: whoever drops this value waits for the thread.
        let log = tracing::dispatcher::get_default(Clone::clone);
        let thread = std::thread::Builder::new()
            .name("passerelle-erp".to_owned())
            .spawn(move || {
                let _log = tracing::dispatcher::set_default(&log);
                fault::inject("thread.erp");
                let mut batches = Batches {
                    sender,
                    stop: &shared,
                    batch: Vec::new(),
                    backlog: Vec::new(),
                };
                let cancel = || shared.requested();
                let read = erp.visit(&scope, &cancel, &|connection| shared.add(connection), &mut batches);
                // Whoever does not listen any more does not miss the end.
                if batches.flush().is_continue() {
                    let _ = batches.sender.send(Message::End(read));
                }
            });
        if thread.is_err() {
            tracing::error!("the thread that reads the ERP cannot be started");
        }
        ReadAhead {
            receiver: Some(receiver),
            thread: thread.ok(),
            stop,
            ended: false,
            started: Instant::now(),
            finished: None,
            waited: Duration::ZERO,
        }
    }

    /// How long the reader has worked so far, without the time in which it waited for its caller.
    #[must_use]
    pub fn worked(&self) -> Duration {
        let held_up = Duration::from_nanos(self.stop.held_up.load(Ordering::Relaxed));
        let until = self.finished.unwrap_or_else(Instant::now);
        (until - self.started).saturating_sub(held_up)
    }

    /// How long its caller has waited for the reader so far.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Waits for the next inscriptions, in order; `None` after the last. `cancelled` is asked while it waits.
    ///
    /// # Errors
    ///
    /// The reader's, or [`ErpError::Cancelled`].
    pub fn next_batch(&mut self, cancelled: &dyn Fn() -> bool) -> Result<Option<Vec<Inscription>>, ErpError> {
        let since = Instant::now();
        let next = self.await_batch(cancelled);
        self.waited += since.elapsed();
        next
    }

    fn await_batch(&mut self, cancelled: &dyn Fn() -> bool) -> Result<Option<Vec<Inscription>>, ErpError> {
        loop {
            if cancelled() || self.stop.requested() {
                self.stop.request();
                return Err(ErpError::Cancelled);
            }
            if self.ended {
                return Ok(None);
            }
            let Some(receiver) = &self.receiver else {
                return Ok(None);
            };
            match receiver.recv_timeout(POLL) {
                Ok(Message::Batch(batch)) => return Ok(Some(batch)),
                Ok(Message::End(read)) => {
                    self.ended = true;
                    self.finished = Some(Instant::now());
                    return read.map(|()| None);
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The thread ended without a word: a panic, which is then one of this thread, or it never started.
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
                        std::panic::resume_unwind(panic);
                    }
                    return Err(DatabaseError::DriverFault.into());
                }
            }
        }
    }
}

#[cfg(test)]
impl ReadAhead {
    /// Lives as long as the reader or its thread.
    pub(super) fn trace(&self) -> std::sync::Weak<impl Sized + use<>> {
        Arc::downgrade(&self.stop)
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        drop(self.receiver.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        // Again and again: a request that came just before a statement began did not reach it.
        while !thread.is_finished() {
            self.stop.request();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        if thread.join().is_err() {
            tracing::error!("the thread that reads the ERP panicked");
        }
    }
}

/// The reader's side.
struct Batches<'s> {
    sender: SyncSender<Message>,
    stop: &'s Stop,
    batch: Vec<Inscription>,
    /// Batches that found the channel full.
    backlog: Vec<Vec<Inscription>>,
}

impl Batches<'_> {
    /// Sends what waits, oldest first, until the channel is full.
    fn offer(&mut self) -> ControlFlow<()> {
        let mut waiting = std::mem::take(&mut self.backlog).into_iter();
        while let Some(batch) = waiting.next() {
            match self.sender.try_send(Message::Batch(batch)) {
                Ok(()) => {}
                Err(TrySendError::Full(Message::Batch(batch))) => {
                    self.backlog.push(batch);
                    self.backlog.extend(waiting);
                    return ControlFlow::Continue(());
                }
                Err(_) => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    /// Sends what waits, and waits for the caller.
    fn send_backlog(&mut self) -> ControlFlow<()> {
        let since = Instant::now();
        let mut waiting = std::mem::take(&mut self.backlog).into_iter();
        let heard = waiting.all(|batch| self.sender.send(Message::Batch(batch)).is_ok());
        let held_up = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.stop.held_up.fetch_add(held_up, Ordering::Relaxed);
        if heard {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        if !self.batch.is_empty() {
            self.backlog.push(std::mem::take(&mut self.batch));
        }
        self.send_backlog()
    }
}

impl Visitor for Batches<'_> {
    fn inscription(&mut self, inscription: Inscription) -> ControlFlow<()> {
        self.batch.push(inscription);
        if self.batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.backlog.push(batch);
        if self.backlog.len() > BACKLOG {
            self.send_backlog()
        } else {
            self.offer()
        }
    }

    fn pause(&mut self) -> ControlFlow<()> {
        self.send_backlog()
    }
}
