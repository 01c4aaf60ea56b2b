//! One instance of the plugin: the open forms, and what each call of the host leads to.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use crate::contributions::{CONTRIBUTIONS, Context, DOCUMENTS, DocumentEntry, JOBS, Opens, SCREENS, export_de_nuit};
use crate::error::{Error, ErrorKind};
use crate::form::{Event, Form, Next};
use crate::host::{Host, Run};
use crate::installation::Installation;

pub use crate::night::{Outcome, OutcomeKind};

/// An initialised instance.
pub struct Instance {
    installation: Installation,
    forms: Mutex<Forms>,
}

#[derive(Default)]
struct Forms {
    last: u64,
    open: HashMap<u64, Box<dyn Form>>,
}

impl Instance {
    /// Read the host's settings and register the jobs; opens no connection.
    ///
    /// # Errors
    /// A setting is missing or a callback failed.
    pub fn new(host: Arc<dyn Host>) -> Result<Self, Error> {
        let instance = Self {
            installation: Installation::read(host)?,
            forms: Mutex::default(),
        };
        instance.host().register_job(&export_de_nuit::JOB)?;
        Ok(instance)
    }

    /// What the instance works on.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    fn host(&self) -> &dyn Host {
        self.installation.host()
    }

    /// The user picked a contribution.
    ///
    /// # Errors
    /// The id or the context is unknown, or settings cannot be read.
    pub fn open(&self, id: &str, context: &str) -> Result<(), Error> {
        let context = Context::parse(context)?;
        let screens = CONTRIBUTIONS.iter().chain(SCREENS);
        let screen = screens.copied().find(|screen| screen.id.to_bytes() == id.as_bytes());
        match screen.map(|screen| screen.opens) {
            Some(Opens::Form(open)) => self.show_new_form(open(&self.installation, &context)?),
            Some(Opens::Tables(open)) => {
                let tables = open(&self.installation, &context)?;
                tables.into_iter().try_for_each(|table| self.host().show_table(table))
            }
            Some(Opens::Nothing) | None => Err(unknown("contribution", id)),
        }
    }

    /// The user acted in a form.
    ///
    /// # Errors
    /// The form is not open, or the action failed; the form then stays as it was.
    pub fn form_event(&self, number: u64, event: &Event<'_>) -> Result<(), Error> {
        // Taken out while it acts, so that a host which calls back meanwhile is told, not blocked.
        let mut form = self
            .forms()
            .open
            .remove(&number)
            .ok_or_else(|| unknown("form", &number.to_string()))?;
        let outcome = match event {
            Event::Closed => return Ok(()),
            event => form.act(event),
        };
        match outcome {
            Ok(Next::Close) => self.host().close_form(number).inspect_err(|_| {
                self.forms().open.insert(number, form);
            }),
            Ok(Next::Show) => self.show_form(number, form),
            Err(error) => {
                self.forms().open.insert(number, form);
                Err(error)
            }
        }
    }

    fn show_new_form(&self, form: Box<dyn Form>) -> Result<(), Error> {
        let number = {
            let mut forms = self.forms();
            forms.last += 1;
            forms.last
        };
        self.show_form(number, form).inspect_err(|_| {
            self.forms().open.remove(&number);
        })
    }

    fn show_form(&self, number: u64, form: Box<dyn Form>) -> Result<(), Error> {
        let description = serde_json::to_string(&form.describe()).map_err(|error| Error::io(&error.into()))?;
        self.forms().open.insert(number, form);
        self.host().show_form(number, &description)
    }

    fn forms(&self) -> std::sync::MutexGuard<'_, Forms> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Run a job to its end.
    ///
    /// # Errors
    /// The job is unknown, its parameters are wrong, or it failed.
    pub fn run_job(&self, id: &str, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
        let job = JOBS.iter().find(|job| job.id == id).ok_or_else(|| unknown("job", id))?;
        (job.run)(&self.installation, parameters, run)
    }

    /// Write a document.
    ///
    /// # Errors
    /// The document is unknown, its parameters are wrong, or it could not be made or written.
    pub fn write_document(&self, id: &str, parameters: &str, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
        (document(id)?.write)(&self.installation, &Context::parse(parameters)?, run, to)
    }

    /// Read a document.
    ///
    /// # Errors
    /// The document is unknown or wrong; nothing of it was taken then.
    pub fn read_document(&self, id: &str, bytes: &[u8]) -> Result<(), Error> {
        let read = document(id)?.read.ok_or_else(|| unknown("document", id))?;
        read(&self.installation, bytes)
    }
}

fn document(id: &str) -> Result<&'static DocumentEntry, Error> {
    let found = DOCUMENTS.iter().copied().find(|document| document.id == id);
    found.ok_or_else(|| unknown("document", id))
}

fn unknown(kind: &str, id: &str) -> Error {
    Error::new(
        ErrorKind::UnknownId,
        "Le programme hôte a demandé quelque chose que la Passerelle Apprentissage ne connaît pas.",
        format!("unknown {kind} `{}`", id.escape_debug()),
    )
}
