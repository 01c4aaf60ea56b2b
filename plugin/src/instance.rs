//! One instance of the plugin: the host's settings, the open forms, and what each call of the host leads to.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::contributions::{
    self, Context, acces_api, complements_secteur, compte_rendu, courriel_compte_rendu, diagnostic,
    exemple_export_nuit, numeros_uai, rotation_scellement, verification_etablissement,
};
use crate::database::Database;
use crate::erp::{Erp, Mapping};
use crate::error::{Error, ErrorKind};
use crate::form::{Event, Form, Next};
use crate::host::{Host, Run, Setting};
use crate::keys::Keys;
use crate::night;
use crate::store::{Auteur, Sealer, Store};

pub use crate::night::{Outcome, OutcomeKind};

/// How long a dead night keeps others out, unless the host says otherwise.
const LEASE: Duration = Duration::from_secs(60);

/// An initialised instance.
pub struct Instance {
    host: Arc<dyn Host>,
    connection_string: String,
    mapping: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    proxy: Option<String>,
    user: Option<String>,
    lease: Duration,
    batch: Option<usize>,
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
        let connection_string = host.setting(Setting::Database)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Settings,
                "La base de données de l'ERP n'est pas indiquée : renseignez sa chaîne de connexion ODBC dans les \
                 paramètres du programme.",
                "the host gave no value for the setting `database`",
            )
        })?;
        let path = |key| host.setting(key).map(|path| path.map(PathBuf::from));
        let instance = Self {
            connection_string,
            mapping: path(Setting::Mapping)?,
            data_dir: path(Setting::DataDir)?,
            proxy: host.setting(Setting::Proxy)?,
            user: host.setting(Setting::User)?,
            lease: lease(host.setting(Setting::Lease)?.as_deref())?,
            batch: batch(host.setting(Setting::Batch)?.as_deref())?,
            forms: Mutex::default(),
            host,
        };
        instance.host.register_job(&contributions::export_de_nuit::JOB)?;
        Ok(instance)
    }

    /// The user picked a contribution.
    ///
    /// # Errors
    /// The id or the context is unknown, or settings cannot be read.
    pub fn open(&self, id: &str, context: &str) -> Result<(), Error> {
        let context = Context::parse(context)?;
        let form = match id {
            complements_secteur::ID => Some(complements_secteur::open(
                self.store()?,
                &context,
                self.user.clone(),
                self.host.clone(),
            )?),
            courriel_compte_rendu::ID => Some(courriel_compte_rendu::open(
                self.store()?,
                self.keys(),
                self.user.clone(),
                self.host.clone(),
            )?),
            acces_api::ID => {
                let parts = acces_api::Parts {
                    store: self.store()?,
                    erp: self.erp()?,
                    keys: self.keys(),
                    host: self.host.clone(),
                    user: self.user.clone(),
                };
                Some(acces_api::open(parts, &context)?)
            }
            numeros_uai::ID => Some(numeros_uai::open(self.store()?, self.erp()?)?),
            _ => None,
        };
        if let Some(form) = form {
            return self.show_new_form(form);
        }
        let tables = match id {
            exemple_export_nuit::ID => exemple_export_nuit::tables(self, &context)?,
            compte_rendu::ID => compte_rendu::tables(self.store()?, context.run),
            diagnostic::ID => vec![diagnostic::table(self.diagnosis())],
            _ => return Err(unknown("contribution", id)),
        };
        tables.into_iter().try_for_each(|table| self.host.show_table(table))
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
            Ok(Next::Close) => self.host.close_form(number).inspect_err(|_| {
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
        self.host.show_form(number, &description)
    }

    fn forms(&self) -> std::sync::MutexGuard<'_, Forms> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Run a job to its end.
    ///
    /// # Errors
    /// The job is unknown, its parameters are wrong, or it failed.
    pub fn run_job(&self, id: &str, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
        match id {
            contributions::export_de_nuit::ID => contributions::export_de_nuit::run(self, parameters, run),
            courriel_compte_rendu::essai::ID => courriel_compte_rendu::essai::run(self, run),
            acces_api::essai::ID => acces_api::essai::run(self, parameters, run),
            rotation_scellement::ID => rotation_scellement::run(self),
            verification_etablissement::ID => verification_etablissement::run(self, parameters, run),
            contributions::reglages::MIGRATION => contributions::reglages::migrate(&self.database()?),
            _ => Err(unknown("job", id)),
        }
    }

    /// Write a document.
    ///
    /// # Errors
    /// The document is unknown, its parameters are wrong, or it could not be made or written.
    pub fn write_document(&self, id: &str, parameters: &str, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
        match id {
            "apercu.json" => exemple_export_nuit::write_json(self, &Context::parse(parameters)?, run, to),
            "apercu.xlsx" => exemple_export_nuit::write_workbook(self, &Context::parse(parameters)?, run, to),
            "compte-rendu.xlsx" => compte_rendu::write_workbook(&self.store()?, &Context::parse(parameters)?, run, to),
            "compte-rendu.html" => compte_rendu::write_page(&self.store()?, &Context::parse(parameters)?, run, to),
            "compte-rendu.json" => compte_rendu::write_json(&self.store()?, &Context::parse(parameters)?, to),
            "reglages.json" => contributions::reglages::export(&self.store()?, to),
            "reglages-a-verifier.json" => contributions::reglages::write_doutes(&self.store()?, to),
            "schema.sql" => contributions::reglages::ddl(&self.database()?, to),
            _ => Err(unknown("document", id)),
        }
    }

    /// Read a document.
    ///
    /// # Errors
    /// The document is unknown or wrong; nothing of it was taken then.
    pub fn read_document(&self, id: &str, bytes: &[u8]) -> Result<(), Error> {
        match id {
            "reglages.json" => {
                let text = std::str::from_utf8(bytes).map_err(|error| {
                    Error::argument(
                        "Le fichier de paramètres n'est pas en UTF-8 : enregistrez-le dans ce codage et recommencez.",
                        format!("reglages.json is not UTF-8: {error}"),
                    )
                })?;
                let auteur = Auteur {
                    nom: self.user.clone(),
                    le: self.host.now()?,
                };
                contributions::reglages::import(&self.store()?, &self.sealer()?, &auteur, text)
            }
            _ => Err(unknown("document", id)),
        }
    }

    /// The host.
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// The HTTP proxy, if the host names one.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// How long a dead night keeps others out.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// The database, checked to be reachable.
    ///
    /// # Errors
    /// It is not.
    pub fn database(&self) -> Result<Database, Error> {
        Ok(Database::connect(&self.connection_string)?)
    }

    /// The ERP's tables.
    ///
    /// # Errors
    /// The database cannot be reached or the mapping is wrong.
    pub fn erp(&self) -> Result<Erp, Error> {
        self.erp_on(self.database()?)
    }

    fn erp_on(&self, database: Database) -> Result<Erp, Error> {
        let mapping = match &self.mapping {
            Some(path) => Mapping::load(path)?,
            None => Mapping::default(),
        };
        mapping.fits(database.dialect())?;
        Ok(Erp::new(database, mapping))
    }

    /// The plugin's own tables.
    ///
    /// # Errors
    /// The database cannot be reached, or the tables are missing or of another version.
    pub fn store(&self) -> Result<Store, Error> {
        Ok(Store::open(&self.database()?)?)
    }

    /// What seals and opens the API keys of this installation.
    ///
    /// # Errors
    /// The sealing key cannot be read or kept.
    pub fn sealer(&self) -> Result<Sealer, Error> {
        self.keys().sealer()
    }

    /// Where the sealing key of this installation is kept.
    pub fn keys(&self) -> Keys {
        Keys::new(self.host.clone(), self.data_dir.clone())
    }

    /// What the diagnosis looks at, taken when it is asked for: a wrong setting is a line of it, not its end.
    fn diagnosis(&self) -> diagnostic::Subject {
        diagnostic::Subject {
            connection_string: self.connection_string.clone(),
            mapping: self.mapping.clone(),
            sealer: self.sealer(),
            now: self.host.now(),
            mail: self.host.mail().is_some(),
            proxy: self.proxy.clone(),
        }
    }

    /// What the night needs of this instance; its databases stop waiting when `watch` says so.
    ///
    /// # Errors
    /// A part of it cannot be had.
    pub fn night(&self, watch: &night::Watch) -> Result<night::Parts, Error> {
        let database = self.database()?.stopped_by(watch.flag());
        Ok(night::Parts {
            erp: self.erp_on(database.clone())?,
            store: Store::open(&database)?,
            sealer: self.sealer()?,
            proxy: self.proxy.clone(),
            lease: self.lease,
            batch: self.batch,
        })
    }
}

/// How long a dead night keeps others out; never so short that a slow query would lose it.
fn lease(setting: Option<&str>) -> Result<Duration, Error> {
    let Some(text) = setting else { return Ok(LEASE) };
    match text.trim().parse() {
        Ok(seconds @ 2..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err(Error::new(
            ErrorKind::Settings,
            "Le délai de reprise d'une nuit interrompue (lease_seconds) doit être un nombre de secondes entre 2 et 3600.",
            "the setting `lease_seconds` is not a number from 2 to 3600",
        )),
    }
}

/// How many dossiers go out together; none: what suits the protocol.
fn batch(setting: Option<&str>) -> Result<Option<usize>, Error> {
    let Some(text) = setting else { return Ok(None) };
    match text.trim().parse() {
        Ok(dossiers @ 1..) => Ok(Some(dossiers)),
        _ => Err(Error::new(
            ErrorKind::Settings,
            "Le nombre de dossiers par envoi (batch_dossiers) doit être un nombre entier, 1 au moins.",
            "the setting `batch_dossiers` is not a number from 1",
        )),
    }
}

fn unknown(kind: &str, id: &str) -> Error {
    Error::new(
        ErrorKind::UnknownId,
        "Le programme hôte a demandé quelque chose que la Passerelle Apprentissage ne connaît pas.",
        format!("unknown {kind} `{}`", id.escape_debug()),
    )
}
