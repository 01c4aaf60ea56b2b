//! The sandbox's log: one line per request, never a body, a query or a key.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Where the log goes.
pub enum Log {
    /// To the end of a file, created when missing.
    Path(PathBuf),
    /// To a writer.
    Writer(Box<dyn Write + Send>),
}

/// The log at work.
pub struct Journal(Option<Mutex<Box<dyn Write + Send>>>);

/// What one line tells.
pub struct Line<'a> {
    /// GET, POST…
    pub method: &'a str,
    /// The path without its query.
    pub path: &'a str,
    /// The status; `None` when there is no answer.
    pub status: Option<u16>,
    /// How many dossiers came; `None` when it is not known.
    pub items: Option<usize>,
    /// Size of the request's body.
    pub bytes: usize,
}

impl Journal {
    /// Opens the log; without one, lines go nowhere.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(log: Option<Log>) -> io::Result<Self> {
        let writer: Option<Box<dyn Write + Send>> = match log {
            None => None,
            Some(Log::Writer(writer)) => Some(writer),
            Some(Log::Path(path)) => Some(Box::new(File::options().create(true).append(true).open(path)?)),
        };
        Ok(Self(writer.map(Mutex::new)))
    }

    /// Writes a line. A log that cannot be written does not stop the sandbox.
    pub fn write(&self, line: &Line<'_>) {
        let Some(writer) = &self.0 else { return };
        let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let text = format!(
            "{} {} {} items={} bytes={}\n",
            line.method,
            line.path,
            or_dash(line.status.map(|status| status.to_string())),
            or_dash(line.items.map(|items| items.to_string())),
            line.bytes
        );
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
    }
}
