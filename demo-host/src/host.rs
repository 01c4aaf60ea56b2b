//! The host's side of the plugin: what every callback does here.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, FixedOffset};
use passerelle_abi as abi;
use passerelle_host_sdk::{FormId, Host, HostError, JobSpec, Level, Table};

use crate::clock::Clock;

/// What the plugin may ask of this host.
#[derive(Debug)]
pub struct Installation {
    /// Connection string of the ERP's database; may hold a password, is never shown.
    pub database: String,
    /// Mapping file, absolute.
    pub mapping: Option<PathBuf>,
    /// Folder for the plugin's own files, absolute.
    pub data_dir: PathBuf,
    /// The most detailed log level that goes to standard error; `None` for silence.
    pub log: Option<Level>,
}

/// What the plugin put on this host's desk, and the clock it reads. Any thread.
pub struct Desk {
    installation: Installation,
    /// The host's clock.
    pub clock: Clock,
    tables: Mutex<Vec<Table>>,
    forms: Mutex<Vec<(FormId, String)>>,
    jobs: Mutex<Vec<JobSpec>>,
}

impl Desk {
    /// An empty desk.
    pub fn new(installation: Installation) -> Arc<Self> {
        Arc::new(Self {
            installation,
            clock: Clock::default(),
            tables: Mutex::default(),
            forms: Mutex::default(),
            jobs: Mutex::default(),
        })
    }

    /// Takes the tables shown since the last call, in order.
    pub fn take_tables(&self) -> Vec<Table> {
        std::mem::take(&mut lock(&self.tables))
    }

    /// The open forms with their present descriptions, in the order of their opening.
    pub fn forms(&self) -> Vec<(FormId, String)> {
        lock(&self.forms).clone()
    }

    /// Takes a form off the desk: the user closed it.
    pub fn forget_form(&self, form: FormId) {
        lock(&self.forms).retain(|(shown, _)| *shown != form);
    }

    /// The jobs that the plugin registered.
    pub fn jobs(&self) -> Vec<JobSpec> {
        lock(&self.jobs).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The host that the plugin sees.
pub struct DemoHost(pub Arc<Desk>);

impl Host for DemoHost {
    fn name(&self) -> String {
        concat!("demo-host ", env!("CARGO_PKG_VERSION")).to_owned()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        self.0.clock.now()
    }

    fn setting(&self, key: &str) -> Option<String> {
        let installation = &self.0.installation;
        let is = |name: &std::ffi::CStr| name.to_bytes() == key.as_bytes();
        if is(abi::PASSERELLE_SETTING_DATABASE) {
            Some(installation.database.clone())
        } else if is(abi::PASSERELLE_SETTING_MAPPING) {
            installation
                .mapping
                .as_ref()
                .map(|path| path.to_string_lossy().into_owned())
        } else if is(abi::PASSERELLE_SETTING_DATA_DIR) {
            Some(installation.data_dir.to_string_lossy().into_owned())
        } else if is(abi::PASSERELLE_SETTING_USER) {
            std::env::var(if cfg!(windows) { "USERNAME" } else { "USER" }).ok()
        } else {
            None
        }
    }

    fn max_log_level(&self) -> Level {
        self.0.installation.log.unwrap_or(Level::Error)
    }

    fn log(&self, level: Level, target: &str, message: &str) {
        if self.0.installation.log.is_some() {
            let level = match level {
                Level::Error => "ERROR",
                Level::Warn => "WARN ",
                Level::Info => "INFO ",
                Level::Debug => "DEBUG",
                Level::Trace => "TRACE",
                Level::HostMisbehaves => "HOST ",
            };
            let now = self.now().format("%H:%M:%S%.3f");
            crate::output::error_line(&format!("{now} {level} {target}: {message}"));
        }
    }

    fn show_form(&self, form: FormId, description: &str) -> Result<(), HostError> {
        let mut forms = lock(&self.0.forms);
        match forms.iter_mut().find(|(shown, _)| *shown == form) {
            Some((_, shown)) => description.clone_into(shown),
            None => forms.push((form, description.to_owned())),
        }
        Ok(())
    }

    fn close_form(&self, form: FormId) -> Result<(), HostError> {
        self.0.forget_form(form);
        Ok(())
    }

    fn show_table(&self, table: Table) -> Result<(), HostError> {
        lock(&self.0.tables).push(table);
        Ok(())
    }

    fn register_job(&self, job: JobSpec) -> Result<(), HostError> {
        let mut jobs = lock(&self.0.jobs);
        if jobs.iter().any(|known| known.id == job.id) {
            return Err(HostError(format!(
                "La tâche « {} » est déjà inscrite au planificateur.",
                job.id
            )));
        }
        jobs.push(job);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn host(mapping: Option<PathBuf>) -> DemoHost {
        let installation = Installation {
            database: "db".into(),
            mapping,
            data_dir: "/data".into(),
            log: None,
        };
        DemoHost(Desk::new(installation))
    }

    #[test]
    fn settings_are_answered_by_key() {
        let host = host(Some("/m.toml".into()));
        let cases = [
            ("database", Some("db")),
            ("mapping", Some("/m.toml")),
            ("data_dir", Some("/data")),
            ("autre", None),
        ];
        for (key, expected) in cases {
            assert_eq!(host.setting(key).as_deref(), expected, "{key}");
        }
        assert_eq!(self::host(None).setting("mapping"), None);
    }

    #[test]
    fn a_form_drawn_anew_replaces_the_shown_one() {
        let host = host(None);
        host.show_form(FormId(1), "a").unwrap();
        host.show_form(FormId(2), "b").unwrap();
        host.show_form(FormId(1), "c").unwrap();
        assert_eq!(
            host.0.forms(),
            [(FormId(1), "c".to_owned()), (FormId(2), "b".to_owned())]
        );
        host.close_form(FormId(1)).unwrap();
        assert_eq!(host.0.forms().len(), 1);
    }

    #[test]
    fn a_job_is_registered_once() {
        let host = host(None);
        let job = JobSpec {
            id: "j".into(),
            label: "J".into(),
            frequency: "une fois par nuit".into(),
            window_start_minute: 1380,
            window_end_minute: 300,
        };
        host.register_job(job.clone()).unwrap();
        assert!(host.register_job(job).unwrap_err().0.contains("« j »"));
        assert_eq!(host.0.jobs().len(), 1);
    }
}
