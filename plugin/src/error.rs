//! The one error that crosses the ABI: its kind, a French sentence for the user, an English detail for the log.
//!
//! Each module turns its own errors into this one, beside their texts; `ffi` gives each kind its number.

/// The kinds of error that a host can tell apart, in the groups of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The host passed NULL where it is not allowed.
    Null,
    /// The host passed a struct of an unknown size.
    StructSize,
    /// The host passed a text that is not UTF-8.
    NotUtf8,
    /// The host passed an argument that it must mend.
    Argument,
    /// The host asked for something of an unknown id.
    UnknownId,
    /// Host and plugin speak different versions of the ABI.
    Version,
    /// The host lacks a callback that is needed.
    HostLacks,
    /// Not initialised, or ended.
    NotInitialized,
    /// Initialised already.
    AlreadyInitialized,
    /// Another call is in progress.
    Busy,
    /// A call panicked before.
    Poisoned,
    /// On another thread than allowed.
    WrongThread,
    /// The database cannot be reached.
    DatabaseUnreachable,
    /// A table or column is missing or cannot be read.
    Schema,
    /// The database failed.
    Database,
    /// The mapping file is wrong.
    Mapping,
    /// The `mna_` tables are missing or of another version.
    MigrationNeeded,
    /// A setting must be mended.
    Settings,
    /// A key cannot be sealed or opened.
    Secret,
    /// The receiver or the mail server cannot be reached.
    Network,
    /// The receiver refuses the API key.
    KeyRefused,
    /// The host asked to stop.
    Cancelled,
    /// A callback of the host failed.
    Host,
    /// A file or document could not be read or written.
    Io,
    /// A call panicked.
    Panicked,
}

/// What a call of the plugin may fail with.
#[derive(Debug, Clone)]
pub struct Error {
    /// What went wrong, as far as a host can act on it.
    pub kind: ErrorKind,
    /// One sentence in French: what, where, and what to do. No key, no personal data.
    pub message: String,
    /// English detail for the log. No key, no personal data.
    pub detail: String,
    /// The SQLSTATE behind it; empty if there is none.
    pub sqlstate: String,
    /// The driver's number or the HTTP status behind it; 0 if there is none.
    pub native_code: i32,
}

impl Error {
    /// An error that stands on nothing else.
    pub fn new(kind: ErrorKind, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: detail.into(),
            sqlstate: String::new(),
            native_code: 0,
        }
    }

    /// An argument that the caller must mend.
    pub fn argument(message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Argument, message, detail)
    }

    /// The host asked to stop.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "Opération annulée.", "cancelled by the host")
    }

    /// A document could not be written.
    #[must_use]
    pub fn io(error: &std::io::Error) -> Self {
        Self::new(
            ErrorKind::Io,
            "Le document n'a pas pu être écrit : vérifiez la place disponible et les droits du dossier choisi.",
            format!("writing a document: {error}"),
        )
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:?})", self.detail, self.kind)
    }
}

impl std::error::Error for Error {}
