//! One instance of the plugin: the open forms, and what each call of the host leads to.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use crate::contributions::{
    self, Context, acces_api, complements_secteur, compte_rendu, courriel_compte_rendu, diagnostic,
    exemple_export_nuit, numeros_uai, rotation_scellement, verification_etablissement,
};
use crate::error::{Error, ErrorKind};
use crate::form::{Event, Form, Next};
use crate::host::{Host, Run};
use crate::installation::Installation;
use crate::store::Auteur;

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
        instance.host().register_job(&contributions::export_de_nuit::JOB)?;
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
        let at = &self.installation;
        let user = || at.user().map(str::to_owned);
        let form = match id {
            complements_secteur::ID => Some(complements_secteur::open(
                at.store()?,
                &context,
                user(),
                at.shared_host(),
            )?),
            courriel_compte_rendu::ID => Some(courriel_compte_rendu::open(
                at.store()?,
                at.keys(),
                user(),
                at.shared_host(),
            )?),
            acces_api::ID => {
                let parts = acces_api::Parts {
                    store: at.store()?,
                    erp: at.erp()?,
                    keys: at.keys(),
                    host: at.shared_host(),
                    user: user(),
                };
                Some(acces_api::open(parts, &context)?)
            }
            numeros_uai::ID => Some(numeros_uai::open(at.store()?, at.erp()?)?),
            _ => None,
        };
        if let Some(form) = form {
            return self.show_new_form(form);
        }
        let tables = match id {
            exemple_export_nuit::ID => exemple_export_nuit::tables(at, &context)?,
            compte_rendu::ID => compte_rendu::tables(at.store()?, context.run),
            diagnostic::ID => vec![diagnostic::table(diagnostic::Subject::of(at))],
            _ => return Err(unknown("contribution", id)),
        };
        tables.into_iter().try_for_each(|table| self.host().show_table(table))
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
        let at = &self.installation;
        match id {
            contributions::export_de_nuit::ID => contributions::export_de_nuit::run(at, parameters, run),
            courriel_compte_rendu::essai::ID => courriel_compte_rendu::essai::run(at, run),
            acces_api::essai::ID => acces_api::essai::run(at, parameters, run),
            rotation_scellement::ID => rotation_scellement::run(at),
            verification_etablissement::ID => verification_etablissement::run(at, parameters, run),
            contributions::reglages::MIGRATION => contributions::reglages::migrate(&at.database()?),
            _ => Err(unknown("job", id)),
        }
    }

    /// Write a document.
    ///
    /// # Errors
    /// The document is unknown, its parameters are wrong, or it could not be made or written.
    pub fn write_document(&self, id: &str, parameters: &str, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
        let at = &self.installation;
        match id {
            "apercu.json" => exemple_export_nuit::write_json(at, &Context::parse(parameters)?, run, to),
            "apercu.xlsx" => exemple_export_nuit::write_workbook(at, &Context::parse(parameters)?, run, to),
            "compte-rendu.xlsx" => compte_rendu::write_workbook(&at.store()?, &Context::parse(parameters)?, run, to),
            "compte-rendu.html" => compte_rendu::write_page(&at.store()?, &Context::parse(parameters)?, run, to),
            "compte-rendu.json" => compte_rendu::write_json(&at.store()?, &Context::parse(parameters)?, to),
            "reglages.json" => contributions::reglages::export(&at.store()?, to),
            "reglages-a-verifier.json" => contributions::reglages::write_doutes(&at.store()?, to),
            "schema.sql" => contributions::reglages::ddl(&at.database()?, to),
            _ => Err(unknown("document", id)),
        }
    }

    /// Read a document.
    ///
    /// # Errors
    /// The document is unknown or wrong; nothing of it was taken then.
    pub fn read_document(&self, id: &str, bytes: &[u8]) -> Result<(), Error> {
        let at = &self.installation;
        match id {
            "reglages.json" => {
                let text = std::str::from_utf8(bytes).map_err(|error| {
                    Error::argument(
                        "Le fichier de paramètres n'est pas en UTF-8 : enregistrez-le dans ce codage et recommencez.",
                        format!("reglages.json is not UTF-8: {error}"),
                    )
                })?;
                let auteur = Auteur {
                    nom: at.user().map(str::to_owned),
                    le: self.host().now()?,
                };
                contributions::reglages::import(&at.store()?, &at.sealer()?, &auteur, text)
            }
            _ => Err(unknown("document", id)),
        }
    }
}

fn unknown(kind: &str, id: &str) -> Error {
    Error::new(
        ErrorKind::UnknownId,
        "Le programme hôte a demandé quelque chose que la Passerelle Apprentissage ne connaît pas.",
        format!("unknown {kind} `{}`", id.escape_debug()),
    )
}
