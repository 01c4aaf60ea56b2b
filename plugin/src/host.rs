//! What the plugin needs of its host, in Rust's words; `ffi` implements it over the C ABI.

use chrono::{DateTime, FixedOffset};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::table::Table;

/// The host that loaded the library. Every method may be called on any thread unless it says otherwise.
pub trait Host: Send + Sync {
    /// The local date and time with its offset: the plugin has no other clock.
    ///
    /// # Errors
    /// The host could not tell, or told an impossible date.
    fn now(&self) -> Result<DateTime<FixedOffset>, Error>;

    /// One start-up setting; empty is absent.
    ///
    /// # Errors
    /// The host could not tell, or the text is not UTF-8.
    fn setting(&self, key: Setting) -> Result<Option<String>, Error>;

    /// Where the host keeps secrets, if it offers that.
    fn secrets(&self) -> Option<&dyn Secrets>;

    /// How the host sends e-mail, if it offers that.
    fn mail(&self) -> Option<&dyn Mail>;

    /// Show a form, or draw a shown one anew. On the main thread, during `open` or `event`.
    ///
    /// # Errors
    /// The host shows no forms, or could not show this one.
    fn show_form(&self, form: u64, description: &str) -> Result<(), Error>;

    /// Take a form off the screen. On the main thread, during `event`.
    ///
    /// # Errors
    /// The host shows no forms, or could not close this one.
    fn close_form(&self, form: u64) -> Result<(), Error>;

    /// Hand a table over; the host reads and ends it. On the main thread, during `open`.
    ///
    /// # Errors
    /// The host shows no tables, or could not show this one; the table has then been ended.
    fn show_table(&self, table: Table) -> Result<(), Error>;

    /// Offer a job to the scheduler, if there is one. On the main thread, during the plugin's `init`.
    ///
    /// # Errors
    /// The scheduler refused it.
    fn register_job(&self, job: &Job) -> Result<(), Error>;
}

/// A place for a few secrets that only this installation can read.
pub trait Secrets {
    /// Read one; none if there is none of that name.
    ///
    /// # Errors
    /// The host could not read it.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error>;

    /// Keep one for good.
    ///
    /// # Errors
    /// The host could not keep it.
    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), Error>;
}

/// The host's own way of sending an e-mail.
pub trait Mail {
    /// Send one of plain text to these addresses, one at least. On the thread of a job; blocks.
    ///
    /// # Errors
    /// The host could not send it.
    fn send(&self, recipients: &[String], subject: &str, body: &str) -> Result<(), Error>;
}

/// A long call in progress.
pub trait Run: Sync {
    /// Whether the host wants the call to stop.
    fn is_cancelled(&self) -> bool;

    /// Tell how far the call is; on the thread that made it.
    fn progress(&self, done: u64, total: u64, text: &str);
}

/// The start-up settings that a host gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The ODBC connection string.
    Database,
    /// Path of the mapping file.
    Mapping,
    /// Folder for the plugin's own files.
    DataDir,
    /// URL of the HTTP proxy.
    Proxy,
    /// The signed-in user's name.
    User,
    /// Seconds after which a dead night may be taken over.
    Lease,
    /// Dossiers in one request.
    Batch,
    /// The tableau de bord's name of this ERP.
    Erp,
}

/// A job for the host's scheduler.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// Stable id.
    pub id: &'static std::ffi::CStr,
    /// Label in French.
    pub label: &'static std::ffi::CStr,
    /// How often, in French.
    pub frequency: &'static std::ffi::CStr,
    /// Local minutes of the day at which the suggested window opens and closes.
    pub window: (u32, u32),
}
