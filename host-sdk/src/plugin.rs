//! An instance of the plugin: its `[main]` side and its `[job]` side.

use std::{io::Write, marker::PhantomData, sync::Arc};

use crate::{Contribution, Error, FormEvent, FormId, Outcome, Run, raw::instance::Instance};

/// An instance, on the thread that made it: menus, forms, tables.
///
/// It is not `Send`: the ABI's `[main]` calls are made on one thread only. Dropping it destroys the instance, or, while
/// a [`Worker`] or a [`Table`](crate::Table) of it lives, leaves that to the last of them, on whatever thread that one is
/// dropped.
///
/// ```compile_fail
/// fn send<T: Send>() {}
/// send::<passerelle_host_sdk::Plugin>();
/// ```
pub struct Plugin {
    instance: Arc<Instance>,
    one_thread: PhantomData<*const ()>,
}

/// The other side of an instance: jobs and documents, from any thread. It keeps the instance alive.
#[derive(Clone)]
pub struct Worker {
    instance: Arc<Instance>,
}

impl Plugin {
    pub(crate) fn new(instance: Arc<Instance>) -> Self {
        Self {
            instance,
            one_thread: PhantomData,
        }
    }

    /// What to put into the menus and into the scheduler.
    ///
    /// # Errors
    /// The plugin's, or what it answered malformed.
    pub fn contributions(&self) -> Result<Vec<Contribution>, Error> {
        self.instance.contributions()
    }

    /// The user picked a contribution: the plugin answers with [`Host::show_form`](crate::Host::show_form) or
    /// [`Host::show_table`](crate::Host::show_table) before this returns.
    ///
    /// `context` is a JSON object, may be empty: `societe_id`, `secteur_id`, and for the preview `protocole` and
    /// `donnees_sifa`.
    ///
    /// # Errors
    /// The plugin's: an unknown id, settings that are missing, the database; or the host's refusal.
    pub fn open(&self, id: &str, context: &str) -> Result<(), Error> {
        self.instance.open(id, context)
    }

    /// Tell the plugin what the user did in a form; it may show the form anew, or close it, before this returns.
    ///
    /// # Errors
    /// The plugin's: a form that is closed, a value that is refused, the database.
    pub fn form_event(&self, form: FormId, event: FormEvent<'_>) -> Result<(), Error> {
        self.instance.form_event(form, event)
    }

    /// The side that works on other threads.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker {
            instance: Arc::clone(&self.instance),
        }
    }
}

impl Worker {
    /// Run a job to its end; blocks. `parameters` is a JSON object, may be empty.
    ///
    /// # Errors
    /// The plugin's; `PASSERELLE_E_CANCELLED` when `run` asked for it.
    pub fn run_job(&self, id: &str, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
        self.instance.run_job(id, parameters, run)
    }

    /// Write a document into `to`; blocks, streams. What a failed call has written is to be thrown away.
    ///
    /// # Errors
    /// The plugin's; `PASSERELLE_E_HOST` when `to` failed.
    pub fn write_document(&self, id: &str, parameters: &str, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
        self.instance.write_document(id, parameters, run, to)
    }

    /// Have the plugin read a document: all of it is taken, or nothing.
    ///
    /// # Errors
    /// The plugin's: what is wrong with the document, and where.
    pub fn read_document(&self, id: &str, bytes: &[u8]) -> Result<(), Error> {
        self.instance.read_document(id, bytes)
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plugin").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Worker").finish_non_exhaustive()
    }
}
