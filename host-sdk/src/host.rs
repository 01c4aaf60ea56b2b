//! What a host writes: its side of the ABI as ordinary Rust.

use chrono::{DateTime, FixedOffset};

use crate::{FormId, HostError, JobSpec, Level, Table};

/// The host. The plugin calls it back from `create` and from every call on the instance, on the thread of that call. A host
/// that calls from several threads is called back on several, hence `Send + Sync`.
///
/// A method that panics is caught: the plugin gets an error code, and the panic's text goes to [`Host::log`].
///
/// A host that keeps a [`Table`] or a [`Worker`](crate::Worker) of its own instance inside itself keeps that instance
/// alive: take them out before the [`Plugin`](crate::Plugin) is dropped.
pub trait Host: Send + Sync + 'static {
    /// The host's name and version, e.g. "SC-Form 25.1". Asked once.
    fn name(&self) -> String;

    /// The local date and time; the plugin has no other clock. On the thread of a call.
    fn now(&self) -> DateTime<FixedOffset>;

    /// One of `passerelle_abi::PASSERELLE_SETTING_*`; `None` when there is no such setting. On the thread of a call.
    fn setting(&self, key: &str) -> Option<String>;

    /// The most detailed level that [`Host::log`] wants. Asked once.
    fn max_log_level(&self) -> Level {
        Level::Info
    }

    /// Take one line of the log: identifiers only, never personal data. On the thread of a call. What is called on the plugin from in
    /// here answers `PASSERELLE_E_BUSY`, but for listing its contributions, describing, watching and cancelling a table,
    /// and ending an instance that nobody uses.
    fn log(&self, _level: Level, _target: &str, _message: &str) {}

    /// Where a few secrets are kept, e.g. the Windows Credential Manager. Whether there is one is asked once; without
    /// it the sealing key lives in a file of the `data_dir` setting.
    fn secrets(&self) -> Option<&dyn Secrets> {
        None
    }

    /// The host's own way of sending an e-mail. Whether there is one is asked once; without it the plugin speaks SMTP
    /// itself, to the server of its settings.
    fn mail(&self) -> Option<&dyn Mail> {
        None
    }

    /// Show a form, or draw a shown one anew; `description` is a JSON document, schema `passerelle.form/1`. Called on
    /// the plugin's thread during `open` or `form_event`.
    ///
    /// # Errors
    /// The form cannot be shown; this default refuses.
    fn show_form(&self, _form: FormId, _description: &str) -> Result<(), HostError> {
        Err(HostError("Cette application n'affiche pas de formulaires.".into()))
    }

    /// Take a form off the screen. Called on the plugin's thread during `form_event`.
    ///
    /// # Errors
    /// The form cannot be closed; this default refuses.
    fn close_form(&self, _form: FormId) -> Result<(), HostError> {
        Err(HostError("Cette application n'affiche pas de formulaires.".into()))
    }

    /// Take a table, to be read on a thread of the host's choice. Called on the plugin's thread during `open`. The table
    /// is the host's from here on, whatever this returns: dropping it releases it.
    ///
    /// # Errors
    /// The table cannot be shown; this default refuses.
    fn show_table(&self, _table: Table) -> Result<(), HostError> {
        Err(HostError("Cette application n'affiche pas de tableaux.".into()))
    }

    /// Take a job for the scheduler. Called on the plugin's thread during `create`.
    ///
    /// # Errors
    /// The job cannot be scheduled; this default refuses.
    fn register_job(&self, _job: JobSpec) -> Result<(), HostError> {
        Err(HostError("Cette application n'a pas de planificateur.".into()))
    }
}

/// A place for a few secrets that only this installation can read.
pub trait Secrets {
    /// Read a secret; `None` when there is none of this name.
    ///
    /// # Errors
    /// The store cannot be read.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, HostError>;

    /// Keep a secret for good, in place of an earlier one of that name.
    ///
    /// # Errors
    /// The store cannot be written.
    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), HostError>;
}

/// E-mail as the ERP sends its own, from its own address.
pub trait Mail {
    /// Send one e-mail of plain text, or queue it where it cannot get lost; to give up within 30 seconds. `recipients`
    /// holds one address at least, `subject` is one line. Called on the thread of a job, during it.
    ///
    /// # Errors
    /// It cannot be sent. The job's outcome tells so in these words; a night does not fail by it.
    fn send(&self, recipients: &[&str], subject: &str, body: &str) -> Result<(), HostError>;
}

/// The host's view of one long call.
pub trait Run: Send + Sync {
    /// Whether the call is to stop; it then ends within 2 s with `PASSERELLE_E_CANCELLED`. Asked often, on
    /// the thread of the call. One that panics stops the call.
    fn is_cancelled(&self) -> bool;

    /// How far the call is: records done, of how many (0 while unknown), and in French what is being done. Called on
    /// the thread of the call.
    fn progress(&self, _done: u64, _total: u64, _text: &str) {}
}
