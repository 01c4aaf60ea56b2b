//! Ctrl-C: the first asks everything that runs to stop, the second ends the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use passerelle_host_sdk::Canceller;

use crate::failure::{CANCELLED, Failure};

/// The wish to stop, shared by everything that runs. Any thread.
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    asked: AtomicBool,
    tables: Mutex<Vec<Canceller>>,
}

impl Cancel {
    /// Listens for Ctrl-C from now on, on a thread of its own.
    ///
    /// # Errors
    /// The system refuses the thread or the handler.
    pub fn listen() -> Result<Self, Failure> {
        let cancel = Self::default();
        let problem = |error: std::io::Error| Failure::failed("Impossible d'écouter Ctrl-C sur ce système.", error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(problem)?;
        // Registered before this returns: from here on Ctrl-C does not end the program unasked.
        let mut interrupts = {
            let _inside = runtime.enter();
            interrupts().map_err(problem)?
        };
        let heard = cancel.clone();
        let listen = move || {
            runtime.block_on(async {
                while interrupts.recv().await.is_some() {
                    if heard.asked() {
                        std::process::exit(CANCELLED.into());
                    }
                    heard.ask();
                }
            });
        };
        std::thread::Builder::new()
            .name("ctrl-c".into())
            .spawn(listen)
            .map_err(problem)?;
        Ok(cancel)
    }

    /// Asks everything that runs to stop.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        for table in self.0.tables.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // A table that has ended meanwhile has nothing left to stop.
            let _ = table.cancel();
        }
    }

    /// Whether somebody asked.
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Stops this table too when somebody asks, or at once if somebody has.
    pub fn watch(&self, table: Canceller) {
        let mut tables = self.0.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if self.asked() {
            let _ = table.cancel();
        }
        tables.push(table);
    }

    /// [`Failure::Cancelled`] if somebody asked.
    ///
    /// # Errors
    /// Exactly then.
    pub fn check(&self) -> Result<(), Failure> {
        if self.asked() { Err(Failure::Cancelled) } else { Ok(()) }
    }
}

#[cfg(unix)]
fn interrupts() -> std::io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn interrupts() -> std::io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
