//! One loaded plugin with everything that a command needs around it.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use chrono::NaiveDate;
use passerelle_host_sdk::{FormEvent, Level, Library, Outcome, Plugin, Table, Worker};
use serde_json::Value;

use crate::cancel::Cancel;
use crate::cli::Common;
use crate::clock;
use crate::failure::Failure;
use crate::host::{DemoHost, Desk, Installation};
use crate::output::{FirstRows, Output, Progress, save, show_json, show_plain};
use crate::places;
use crate::scheduler::Scheduler;

/// Hour at which the clock stands when only a date is asked for: far from both midnights.
const NOON: u32 = 12;
/// Rows of each table on a terminal.
const SHOWN_ROWS: usize = 15;

/// What the command line settled, for all commands.
pub struct App {
    /// Where results go.
    pub output: Output,
    /// The user's wish to stop.
    pub cancel: Cancel,
    /// This host's folder, absolute.
    pub folder: PathBuf,
    /// True if the user named the folder.
    pub folder_asked: bool,
    /// The date asked for.
    pub date: Option<NaiveDate>,
    plugin: Option<PathBuf>,
    database: Option<String>,
    mapping: Option<PathBuf>,
    log: Option<Level>,
}

impl App {
    /// Settles what the options leave open.
    ///
    /// # Errors
    /// An option names something that is not there.
    pub fn new(common: Common) -> Result<Self, Failure> {
        Ok(Self {
            output: Output::new(common.json),
            cancel: Cancel::listen()?,
            folder: places::folder(common.dir.as_deref())?,
            folder_asked: common.dir.is_some(),
            date: common.date,
            plugin: common.plugin,
            database: common.db,
            mapping: common.mapping.as_deref().map(places::mapping).transpose()?,
            log: common.log.map(Level::from),
        })
    }

    /// The connection string asked for.
    pub fn asked_database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The connection string: the one asked for, else of the sample in this host's folder.
    pub fn database(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| places::sqlite(&self.default_file()))
    }

    /// The sample's file in this host's folder.
    pub fn default_file(&self) -> PathBuf {
        self.folder.join("demo.db")
    }

    /// Loads the plugin on the ERP's database.
    ///
    /// # Errors
    /// There is no database yet, or the plugin cannot be loaded.
    pub fn session(&self) -> Result<Session<'_>, Failure> {
        let file = self.default_file();
        // SQLite would create an empty file, and the plugin would then miss every table in it.
        if self.database.is_none() && !file.exists() {
            let text = format!(
                "Aucune base de données : « {} » n'existe pas. Créez-la avec « demo-host seed », ou indiquez la vôtre \
                 avec --db.",
                file.display()
            );
            return Err(Failure::usage(text, "the default database is missing"));
        }
        self.session_on(self.database(), &self.folder)
    }

    /// Loads the plugin on a database, with a folder for its own files.
    ///
    /// # Errors
    /// The plugin cannot be loaded.
    pub fn session_on(&self, database: String, folder: &Path) -> Result<Session<'_>, Failure> {
        places::create_folder(folder)?;
        let library = Library::load(&places::plugin(self.plugin.as_deref())?)?;
        let desk = Desk::new(Installation {
            database,
            mapping: self.mapping.clone(),
            data_dir: folder.to_path_buf(),
            log: self.log,
        });
        if let Some(date) = self.date {
            desk.clock.set(clock::at_hour(date, NOON));
        }
        let plugin = library.create(DemoHost(Arc::clone(&desk)))?;
        let worker = plugin.worker();
        Ok(Session {
            app: self,
            scheduler: Scheduler::new(worker.clone(), desk.jobs()),
            plugin,
            worker,
            desk,
        })
    }
}

/// A loaded plugin. Stays on the thread that made it; long calls go to threads of their own.
pub struct Session<'a> {
    app: &'a App,
    scheduler: Scheduler,
    worker: Worker,
    plugin: Plugin,
    /// What the plugin put on this host's desk, and the clock.
    pub desk: Arc<Desk>,
}

/// The parts of a session, for a host that lives longer than one command.
pub struct Parts {
    /// The plugin, on the thread that made it.
    pub plugin: Plugin,
    /// Its side that works on other threads.
    pub worker: Worker,
    /// The scheduler of its jobs.
    pub scheduler: Scheduler,
    /// What it put on this host's desk, and the clock.
    pub desk: Arc<Desk>,
}

impl Session<'_> {
    /// Its parts.
    pub fn into_parts(self) -> Parts {
        Parts {
            plugin: self.plugin,
            worker: self.worker,
            scheduler: self.scheduler,
            desk: self.desk,
        }
    }

    /// Opens a contribution and takes the tables that it shows.
    ///
    /// # Errors
    /// The plugin's.
    pub fn open(&self, id: &str, context: &Value) -> Result<Vec<Table>, Failure> {
        self.plugin.open(id, &context.to_string())?;
        let tables = self.desk.take_tables();
        for table in &tables {
            self.app.cancel.watch(table.canceller());
        }
        Ok(tables)
    }

    /// Opens a contribution that shows forms; takes their descriptions.
    ///
    /// # Errors
    /// The plugin's.
    pub fn form(&self, id: &str, context: &Value) -> Result<Vec<String>, Failure> {
        self.plugin.open(id, &context.to_string())?;
        let forms = self.desk.forms();
        for (form, _) in &forms {
            self.plugin.form_event(*form, FormEvent::Closed)?;
            self.desk.forget_form(*form);
        }
        Ok(forms.into_iter().map(|(_, description)| description).collect())
    }

    /// Shows tables: their first rows on a terminal, all rows elsewhere.
    ///
    /// # Errors
    /// The plugin's, or the output is closed.
    pub fn show(&self, tables: Vec<Table>) -> Result<(), Failure> {
        let output = self.app.output;
        if output.terminal {
            return self.show_first(tables);
        }
        on_job_thread(|| {
            let mut to = BufWriter::new(io::stdout());
            if output.json {
                return show_json(tables, &mut to);
            }
            tables.into_iter().try_for_each(|table| show_plain(table, &mut to))
        })
    }

    /// Shows the first rows of tables, wherever the output goes.
    ///
    /// # Errors
    /// The plugin's, or the output is closed.
    pub fn show_first(&self, tables: Vec<Table>) -> Result<(), Failure> {
        tables.into_iter().try_for_each(|table| {
            self.first_rows(table, SHOWN_ROWS)?.print(&self.app.output)?;
            self.app.output.say("")
        })
    }

    /// Reads the first rows of a table.
    ///
    /// # Errors
    /// The plugin's.
    pub fn first_rows(&self, table: Table, limit: usize) -> Result<FirstRows, Failure> {
        let _progress = Progress::new(&self.app.output, &self.app.cancel, "Lecture…");
        on_job_thread(|| FirstRows::read(table, limit))
    }

    /// Writes a document of the plugin.
    ///
    /// # Errors
    /// The plugin's, or `to` takes no more.
    pub fn write_document(
        &self,
        id: &str,
        parameters: &Value,
        text: &str,
        to: &mut (dyn Write + Send),
    ) -> Result<(), Failure> {
        let progress = Progress::new(&self.app.output, &self.app.cancel, text);
        let (worker, parameters) = (&self.worker, parameters.to_string());
        on_job_thread(|| {
            let mut watched = Watched { to, closed: false };
            let written = worker.write_document(id, &parameters, &progress, &mut watched);
            match written {
                Err(_) if watched.closed => Err(Failure::Closed),
                other => other.map_err(Failure::from),
            }
        })
    }

    /// Writes a document of the plugin into a file, which appears once it is complete.
    ///
    /// # Errors
    /// The plugin's, or the file cannot be written.
    pub fn save_document(&self, id: &str, parameters: &Value, text: &str, target: &Path) -> Result<(), Failure> {
        save(target, |to| self.write_document(id, parameters, text, to))
    }

    /// Writes a document of the plugin to standard output.
    ///
    /// # Errors
    /// The plugin's, or the output is closed.
    pub fn print_document(&self, id: &str, parameters: &Value, text: &str) -> Result<(), Failure> {
        let mut to = BufWriter::new(io::stdout());
        self.write_document(id, parameters, text, &mut to)?;
        to.flush().map_err(crate::output::output_failure)
    }

    /// Gives a document to the plugin.
    ///
    /// # Errors
    /// The plugin's.
    pub fn read_document(&self, id: &str, bytes: &[u8]) -> Result<(), Failure> {
        let worker = &self.worker;
        on_job_thread(|| worker.read_document(id, bytes).map_err(Failure::from))
    }

    /// Runs a job that an administrator starts by hand, outside the scheduler.
    ///
    /// # Errors
    /// The plugin's.
    pub fn run_job(&self, id: &str, text: &str) -> Result<Outcome, Failure> {
        let progress = Progress::new(&self.app.output, &self.app.cancel, text);
        let worker = &self.worker;
        on_job_thread(|| worker.run_job(id, "{}", &progress).map_err(Failure::from))
    }

    /// Runs a registered job through the scheduler and waits for its end.
    ///
    /// # Errors
    /// The plugin's, or the plugin registered no such job.
    pub fn run_scheduled(&self, id: &str, parameters: &Value, text: &str) -> Result<Outcome, Failure> {
        let progress = Arc::new(Progress::new(&self.app.output, &self.app.cancel, text));
        Ok(self.scheduler.start(id, &parameters.to_string(), progress)?.join()?)
    }
}

/// Runs what blocks on a thread of its own, as an ERP does, and waits for it.
fn on_job_thread<T: Send>(work: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    let problem = |detail: String| Failure::failed("La tâche s'est arrêtée sans réponse.", detail);
    thread::scope(
        |scope| match thread::Builder::new().name("job".into()).spawn_scoped(scope, work) {
            Ok(running) => running
                .join()
                .unwrap_or_else(|_| Err(problem("the job's thread panicked".into()))),
            Err(error) => Err(problem(error.to_string())),
        },
    )
}

/// Remembers that the reader went away: the plugin only hears that a write failed.
struct Watched<'a> {
    to: &'a mut (dyn Write + Send),
    closed: bool,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes);
        self.closed |= written
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
