//! The host's log.

use std::cell::Cell;
use std::sync::Arc;

use passerelle_abi as abi;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Level};

use super::callers::{Called, Callers, is_called};
use super::text::{self, SharedPointer};
use crate::log::Sink;

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside the host's `log`, which may call back: a log window that pumps messages does.
pub fn is_writing() -> bool {
    WRITING.get()
}

/// Where the lines of an instance go, and how they come there from its own threads.
#[derive(Clone)]
pub struct Home {
    /// Forwards to the host's log.
    pub dispatch: Dispatch,
    /// The threads that may call the host.
    pub callers: Arc<Callers>,
    /// Where it is said that the host broke a rule, whatever level it wants.
    pub log: Option<LogPointer>,
}

impl Home {
    /// Tell the host in its log that it broke a rule.
    pub fn misbehaves(&self, rule: &str) {
        if let Some(log) = self.log {
            self.callers.serve();
            log.write(abi::PASSERELLE_LOG_HOST_MISBEHAVES, "passerelle::ffi", rule);
        }
    }
}

/// Run `work`, a call of the host, with its lines and those of its threads going home. What is called from inside the
/// host's `log` writes nothing: a line about a line would have no end.
pub fn under<T>(home: Option<&Home>, work: impl FnOnce() -> T) -> T {
    let _called = Called::new();
    let Some(home) = home.filter(|_| !is_writing()) else {
        return work();
    };
    let _in_call = home.callers.enter();
    let done = tracing::dispatcher::with_default(&home.dispatch, work);
    home.callers.serve();
    done
}

/// The host's `passerelle.host.log/1`.
#[derive(Clone, Copy)]
pub struct LogPointer {
    /// The host.
    pub host: SharedPointer<abi::passerelle_host>,
    /// Its interface.
    pub log: SharedPointer<abi::passerelle_host_log>,
}

impl LogPointer {
    /// Write one line, unless this thread is writing one.
    pub fn write(self, level: i32, target: &str, message: &str) {
        // SAFETY: the host and its interfaces are valid as long as the instance, which outlives its dispatcher's use.
        let Some(log) = (unsafe { (*self.log.0).log }) else {
            return;
        };
        let (Ok(target_len), Ok(message_len)) = (text::len32(target.len()), text::len32(message.len())) else {
            return;
        };
        if WRITING.replace(true) {
            return;
        }
        // SAFETY: as above; the texts live through the call.
        unsafe {
            log(
                self.host.0,
                level,
                target.as_ptr().cast(),
                target_len,
                message.as_ptr().cast(),
                message_len,
            );
        }
        WRITING.set(false);
    }
}

/// The host's log for every thread of an instance.
pub struct Lines {
    /// The host's log.
    pub pointer: LogPointer,
    /// The threads that may write to it.
    pub callers: Arc<Callers>,
}

impl Sink for Lines {
    fn max_level(&self) -> LevelFilter {
        // SAFETY: the host and its interfaces are valid as long as the instance.
        match unsafe { (*self.pointer.log.0).max_level } {
            ..=abi::PASSERELLE_LOG_HOST_MISBEHAVES => LevelFilter::OFF,
            abi::PASSERELLE_LOG_ERROR => LevelFilter::ERROR,
            abi::PASSERELLE_LOG_WARN => LevelFilter::WARN,
            abi::PASSERELLE_LOG_INFO => LevelFilter::INFO,
            abi::PASSERELLE_LOG_DEBUG => LevelFilter::DEBUG,
            abi::PASSERELLE_LOG_TRACE.. => LevelFilter::TRACE,
        }
    }

    fn line(&self, level: Level, target: &str, message: &str) {
        let level = match level {
            Level::ERROR => abi::PASSERELLE_LOG_ERROR,
            Level::WARN => abi::PASSERELLE_LOG_WARN,
            Level::INFO => abi::PASSERELLE_LOG_INFO,
            Level::DEBUG => abi::PASSERELLE_LOG_DEBUG,
            Level::TRACE => abi::PASSERELLE_LOG_TRACE,
        };
        if is_called() {
            // What own threads said before comes first.
            self.callers.serve();
            return self.pointer.write(level, target, message);
        }
        let (pointer, target, message) = (self.pointer, target.to_owned(), message.to_owned());
        self.callers.post(move || pointer.write(level, &target, &message));
    }
}
