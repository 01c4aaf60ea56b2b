//! A host in Rust on the real library: what the plugin shows and logs stays on its desk.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
};

use chrono::{DateTime, FixedOffset};
use passerelle_host_sdk::{Error, FormId, Host, HostError, JobSpec, Level, Library, Mail, Plugin, Run, Table};

/// What the plugin may ask, and what it leaves.
pub struct Desk {
    pub database: String,
    pub mapping: Option<PathBuf>,
    pub data_dir: PathBuf,
    pub now: Mutex<DateTime<FixedOffset>>,
    pub lines: Mutex<Vec<String>>,
    pub tables: Mutex<Vec<Table>>,
    pub forms: Mutex<Vec<(FormId, String)>>,
    /// The e-mail that the host sends itself, if it does.
    pub outbox: Option<Outbox>,
}

/// The host's own e-mail: what it was given to send.
#[derive(Default)]
pub struct Outbox {
    /// Recipients, subject and text of each.
    pub sent: Mutex<Vec<(Vec<String>, String, String)>>,
    /// Whether it refuses to send.
    pub refuses: AtomicBool,
    /// Whether it breaks down.
    pub panics: AtomicBool,
    /// The thread that asked last.
    pub thread: Mutex<Option<ThreadId>>,
}

impl Outbox {
    /// What was given to it since the last time.
    pub fn take(&self) -> Vec<(Vec<String>, String, String)> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl Mail for Outbox {
    fn send(&self, recipients: &[&str], subject: &str, body: &str) -> Result<(), HostError> {
        *self.thread.lock().unwrap() = Some(thread::current().id());
        assert!(!self.panics.load(Ordering::SeqCst), "boom");
        if self.refuses.load(Ordering::SeqCst) {
            return Err(HostError("La messagerie est arrêtée.".into()));
        }
        let recipients = recipients.iter().map(|&address| address.to_owned()).collect();
        let letter = (recipients, subject.to_owned(), body.to_owned());
        self.sent.lock().unwrap().push(letter);
        Ok(())
    }
}

impl Desk {
    /// A desk whose clock stands at noon of the worked example's date.
    pub fn new(database: impl Into<String>, data_dir: &Path) -> Self {
        let noon = format!("{}T12:00:00+01:00", super::base::GOLDEN_DATE);
        Self {
            database: database.into(),
            mapping: None,
            data_dir: data_dir.to_owned(),
            now: Mutex::new(noon.parse().unwrap()),
            lines: Mutex::default(),
            tables: Mutex::default(),
            forms: Mutex::default(),
            outbox: None,
        }
    }

    /// Load the real library with this desk as its host.
    pub fn plugin(self) -> (Arc<Self>, Plugin) {
        let desk = Arc::new(self);
        let library = Library::load(&super::library()).unwrap();
        let plugin = library.create(Erp(Arc::clone(&desk))).unwrap();
        (desk, plugin)
    }

    /// Set the clock.
    pub fn set_clock(&self, time: &str) {
        *self.now.lock().unwrap() = time.parse().unwrap();
    }

    /// The log so far.
    pub fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }
}

struct Erp(Arc<Desk>);

impl Host for Erp {
    fn name(&self) -> String {
        "ERP d'essai 1.0".into()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        *self.0.now.lock().unwrap()
    }

    fn setting(&self, key: &str) -> Option<String> {
        match key {
            "database" => Some(self.0.database.clone()),
            "mapping" => self.0.mapping.as_ref().map(|path| path.display().to_string()),
            "data_dir" => Some(self.0.data_dir.display().to_string()),
            _ => None,
        }
    }

    fn max_log_level(&self) -> Level {
        Level::Trace
    }

    fn log(&self, level: Level, target: &str, message: &str) {
        self.0
            .lines
            .lock()
            .unwrap()
            .push(format!("{level:?} {target}: {message}"));
    }

    fn mail(&self) -> Option<&dyn Mail> {
        self.0.outbox.as_ref().map(|outbox| outbox as &dyn Mail)
    }

    fn show_form(&self, form: FormId, description: &str) -> Result<(), HostError> {
        self.0.forms.lock().unwrap().push((form, description.to_owned()));
        Ok(())
    }

    fn close_form(&self, _: FormId) -> Result<(), HostError> {
        Ok(())
    }

    fn show_table(&self, table: Table) -> Result<(), HostError> {
        self.0.tables.lock().unwrap().push(table);
        Ok(())
    }

    fn register_job(&self, _: JobSpec) -> Result<(), HostError> {
        Ok(())
    }
}

/// A call that is cancelled once it has asked so many times.
pub struct Patience(AtomicU64);

/// A call that is never cancelled.
pub fn patient() -> Patience {
    Patience(AtomicU64::new(u64::MAX))
}

/// A call that is cancelled when it asks for the time after `times`.
pub fn cancelled_after(times: u64) -> Patience {
    Patience(AtomicU64::new(times))
}

impl Run for Patience {
    fn is_cancelled(&self) -> bool {
        let spend = |left: u64| left.checked_sub(1);
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend).is_err()
    }
}

/// Create the plugin's tables and import settings.
pub fn prepare(plugin: &Plugin, settings: &[u8]) {
    let worker = plugin.worker();
    worker.run_job("migration", "", &patient()).unwrap();
    worker.read_document("reglages.json", settings).unwrap();
}

/// A document of the plugin, as JSON.
pub fn document(plugin: &Plugin, id: &str, parameters: &str) -> Result<serde_json::Value, Error> {
    let mut bytes = Vec::new();
    plugin.worker().write_document(id, parameters, &patient(), &mut bytes)?;
    Ok(serde_json::from_slice(&bytes).unwrap())
}

/// The settings of the worked example, with the receiver at `url`.
pub fn golden_settings(url: &str) -> Vec<u8> {
    let bytes = std::fs::read(super::source("tests/golden/settings.json")).unwrap();
    let mut settings: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for access in settings["acces"].as_array_mut().unwrap() {
        access["url"] = url.into();
    }
    serde_json::to_vec(&settings).unwrap()
}
