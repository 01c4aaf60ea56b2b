//! The thread of the user interface: the one that made the plugin, and the only one that calls its screens.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};

use passerelle_host_sdk::{Contribution, FormEvent, FormId, Plugin, Table};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::host::Desk;

/// A piece of work for that thread.
pub type Call = Box<dyn FnOnce(&mut Erp) + Send>;

/// What that thread holds.
pub struct Erp {
    plugin: Plugin,
    desk: Arc<Desk>,
    /// Whose the open forms are: a browser tab's number.
    owners: HashMap<FormId, u64>,
}

/// What the plugin showed when something was opened.
pub struct Opened {
    /// Forms, with their descriptions.
    pub forms: Vec<(FormId, String)>,
    /// Tables, not read yet.
    pub tables: Vec<Table>,
}

impl Erp {
    /// With a loaded plugin.
    pub fn new(plugin: Plugin, desk: Arc<Desk>) -> Self {
        Self {
            plugin,
            desk,
            owners: HashMap::new(),
        }
    }

    /// What the plugin contributes.
    ///
    /// # Errors
    /// The plugin's.
    pub fn contributions(&self) -> Result<Vec<Contribution>, Failure> {
        Ok(self.plugin.contributions()?)
    }

    /// Opens a contribution for a browser tab.
    ///
    /// # Errors
    /// The plugin's.
    pub fn open(&mut self, tab: u64, id: &str, context: &str) -> Result<Opened, Failure> {
        let opened = self.plugin.open(id, context);
        // What was shown before a failure is taken off again.
        let tables = self.desk.take_tables();
        let mut forms = self.desk.forms();
        forms.retain(|(form, _)| !self.owners.contains_key(form));
        if let Err(error) = opened {
            for (form, _) in forms {
                self.close(form);
            }
            return Err(error.into());
        }
        self.owners.extend(forms.iter().map(|(form, _)| (*form, tab)));
        Ok(Opened { forms, tables })
    }

    /// Tells the plugin what the user did; gives the form's description now, none if the plugin closed it.
    ///
    /// # Errors
    /// The plugin's, or the form is not this browser tab's.
    pub fn form_event(&mut self, tab: u64, form: FormId, event: FormEvent<'_>) -> Result<Option<String>, Failure> {
        if self.owners.get(&form) != Some(&tab) {
            return Err(Failure::usage(
                "Cet écran est fermé : ouvrez-le de nouveau.",
                "no such form",
            ));
        }
        if event == FormEvent::Closed {
            self.close(form);
            return Ok(None);
        }
        self.plugin.form_event(form, event)?;
        let shown = self.desk.forms().into_iter().find(|(shown, _)| *shown == form);
        if shown.is_none() {
            self.owners.remove(&form);
        }
        Ok(shown.map(|(_, description)| description))
    }

    /// Closes all forms of a browser tab that went away.
    pub fn leave(&mut self, tab: u64) {
        let left: Vec<_> = self.owners.iter().filter(|(_, owner)| **owner == tab).collect();
        let left: Vec<_> = left.into_iter().map(|(form, _)| *form).collect();
        for form in left {
            self.close(form);
        }
    }

    /// Closes all forms.
    pub fn leave_all(&mut self) {
        let forms: Vec<_> = self.owners.keys().copied().collect();
        for form in forms {
            self.close(form);
        }
    }

    fn close(&mut self, form: FormId) {
        // A form that the plugin no longer knows is closed.
        let _ = self.plugin.form_event(form, FormEvent::Closed);
        self.desk.forget_form(form);
        self.owners.remove(&form);
    }
}

/// Reaches that thread from any other.
#[derive(Clone)]
pub struct Front(mpsc::Sender<Call>);

impl Front {
    /// The way to that thread, and its end there.
    pub fn new() -> (Self, mpsc::Receiver<Call>) {
        let (sender, receiver) = mpsc::channel();
        (Self(sender), receiver)
    }

    /// Has something done there, and waits for its answer.
    ///
    /// # Errors
    /// The application is ending.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Erp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let ending = || Failure::failed("L'application s'arrête.", "the main thread is gone");
        let call: Call = Box::new(move |erp| {
            // Whoever asked may have gone away meanwhile.
            let _ = answer.send(work(erp));
        });
        self.0.send(call).map_err(|_| ending())?;
        answered.await.map_err(|_| ending())
    }

    /// Has something done there, without an answer.
    pub fn tell(&self, work: impl FnOnce(&mut Erp) + Send + 'static) {
        // When that thread is gone, so is what was to be told.
        let _ = self.0.send(Box::new(work));
    }
}
