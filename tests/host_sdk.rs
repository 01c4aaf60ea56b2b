//! The Rust loader against plugins in C: one that keeps every rule, and some that break them. No panic crosses, no
//! garbage becomes a value, no order of dropping frees what is in use.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use chrono::{DateTime, FixedOffset, NaiveDate};
use passerelle_abi as abi;
use passerelle_host_sdk::{
    Cell, ContributionKind, Error, FormEvent, FormId, Host, HostError, JobSpec, Level, Library, OutcomeKind, Plugin,
    Run, Table,
};

/// What the host saw, and what it is to do.
#[derive(Default)]
struct Seen {
    lines: Mutex<Vec<String>>,
    forms: Mutex<Vec<(FormId, String)>>,
    closed: Mutex<Vec<FormId>>,
    tables: Mutex<Vec<Table>>,
    jobs: Mutex<Vec<JobSpec>>,
    panics: AtomicBool,
    /// What to do with a table: keep it, refuse it, drop it, read it at once.
    with_table: Mutex<&'static str>,
    host_dropped: AtomicBool,
}

impl Seen {
    fn logged(&self, what: &str) -> bool {
        self.lines.lock().unwrap().iter().any(|line| line.contains(what))
    }

    fn boom(&self) {
        assert!(!self.panics.load(Ordering::SeqCst), "boom");
    }
}

struct Erp(Arc<Seen>);

impl Drop for Erp {
    fn drop(&mut self) {
        self.0.host_dropped.store(true, Ordering::SeqCst);
    }
}

impl Host for Erp {
    fn name(&self) -> String {
        "ERP d'essai 1.0".into()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        self.0.boom();
        DateTime::parse_from_rfc3339("2026-11-24T02:00:00+01:00").unwrap()
    }

    fn setting(&self, key: &str) -> Option<String> {
        (key == "database").then(|| "DSN=rien".into())
    }

    fn log(&self, level: Level, target: &str, message: &str) {
        self.0
            .lines
            .lock()
            .unwrap()
            .push(format!("{level:?} {target}: {message}"));
    }

    fn show_form(&self, form: FormId, description: &str) -> Result<(), HostError> {
        self.0.boom();
        self.0.forms.lock().unwrap().push((form, description.to_owned()));
        Ok(())
    }

    fn close_form(&self, form: FormId) -> Result<(), HostError> {
        self.0.closed.lock().unwrap().push(form);
        Ok(())
    }

    fn show_table(&self, mut table: Table) -> Result<(), HostError> {
        let what = *self.0.with_table.lock().unwrap();
        match what {
            "refuse" => return Err(HostError("Pas de place.".into())),
            "refuse but keep" => {
                self.0.tables.lock().unwrap().push(table);
                return Err(HostError("Pas de place.".into()));
            }
            "drop" => drop(table),
            "read at once" => {
                assert_eq!(table.next(1).unwrap().unwrap().rows(), 1);
                assert!(table.describe().is_ok());
                self.0.tables.lock().unwrap().push(table);
            }
            _ => self.0.tables.lock().unwrap().push(table),
        }
        self.0.boom();
        Ok(())
    }

    fn register_job(&self, job: JobSpec) -> Result<(), HostError> {
        self.0.jobs.lock().unwrap().push(job);
        Ok(())
    }
}

struct Go {
    cancelled: bool,
    panics: bool,
    progress: Mutex<Vec<(u64, u64, String)>>,
}

fn go() -> Go {
    Go {
        cancelled: false,
        panics: false,
        progress: Mutex::default(),
    }
}

impl Run for Go {
    fn is_cancelled(&self) -> bool {
        assert!(!self.panics, "boom");
        self.cancelled
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        self.progress.lock().unwrap().push((done, total, text.to_owned()));
        assert!(!self.panics, "boom");
    }
}

fn start(name: &str) -> (Library, Plugin, Arc<Seen>) {
    let library = Library::load(&support::zoo(name)).unwrap();
    let seen = Arc::new(Seen::default());
    let plugin = library.create(Erp(Arc::clone(&seen))).unwrap();
    (library, plugin, seen)
}

fn open_table(plugin: &Plugin, seen: &Seen, context: &str) -> Table {
    plugin.open("exemple-export-nuit", context).unwrap();
    seen.tables.lock().unwrap().pop().unwrap()
}

#[test]
fn a_whole_visit() {
    let (_library, plugin, seen) = start("good");
    assert_eq!(seen.jobs.lock().unwrap()[0].window_start_minute, 1380);
    assert!(seen.logged("Info zoo: initialised"));

    let contributions = plugin.contributions().unwrap();
    assert_eq!(contributions[0].kind, ContributionKind::Form);
    assert_eq!(contributions[0].label, "Compléments secteur");

    plugin.open("complements-secteur", r#"{"societe_id":1}"#).unwrap();
    let (form, _) = seen.forms.lock().unwrap()[0].clone();
    let changed = FormEvent::Changed {
        field: "passerelle_sifa",
        value_json: "true",
    };
    plugin.form_event(form, changed).unwrap();
    assert!(seen.forms.lock().unwrap()[1].1.contains(r#""value":true"#));
    plugin
        .form_event(
            form,
            FormEvent::Action {
                button: "enregistrer",
                row: None,
            },
        )
        .unwrap();
    assert_eq!(*seen.closed.lock().unwrap(), [form]);
    assert_eq!(
        plugin.form_event(form, FormEvent::Closed).unwrap_err().code,
        abi::PASSERELLE_E_UNKNOWN_ID
    );

    let mut table = open_table(&plugin, &seen, "");
    let rows = thread::spawn(move || {
        let mut rows = Vec::new();
        while let Some(batch) = table.next(2).unwrap() {
            for row in 0..batch.rows() {
                let cells = (0..batch.columns()).map(|column| format!("{:?}", batch.cell(row, column)));
                rows.push(cells.collect::<Vec<_>>().join(" "));
            }
            assert_eq!(batch.cell(9, 0), None);
            assert_eq!(batch.cell(0, 9), None);
        }
        assert_eq!(table.progress().unwrap(), (3, 3));
        rows
    });
    let day = Cell::Date(NaiveDate::from_ymd_opt(2026, 9, 1).unwrap());
    assert_eq!(
        rows.join().unwrap(),
        [
            format!(
                r#"Some(Text("Aubry")) Some(Integer(1)) Some(Boolean(false)) {:?}"#,
                Some(day)
            ),
            r#"Some(Text("Éluard")) Some(Integer(2)) Some(Boolean(true)) Some(Date(1970-01-01))"#.to_owned(),
            "None Some(Integer(3)) Some(Boolean(false)) None".to_owned(),
        ]
    );

    let run = go();
    let outcome = plugin.worker().run_job("export-de-nuit", "{}", &run).unwrap();
    assert_eq!(
        (outcome.kind, outcome.run_id, outcome.read),
        (OutcomeKind::ToMend, 12, 3)
    );
    assert_eq!(outcome.text, "Nuit du 2026-11-24");
    assert_eq!(run.progress.lock().unwrap()[3], (3, 3, "Lecture".to_owned()));

    let mut document = Vec::new();
    plugin
        .worker()
        .write_document("apercu.json", "", &go(), &mut document)
        .unwrap();
    assert!(document.starts_with(b"{\"run_date\""));
    plugin.worker().read_document("reglages.json", b"{}").unwrap();
    assert_eq!(
        plugin.worker().read_document("reglages.json", b"").unwrap_err().code,
        abi::PASSERELLE_E_SETTINGS
    );
    drop(plugin);
    assert!(seen.host_dropped.load(Ordering::SeqCst));
}

#[test]
fn the_real_library_passes_every_check() {
    let library = Library::load(&support::library()).unwrap();
    assert_eq!(library.product_version(), env!("CARGO_PKG_VERSION"));
    let seen = Arc::new(Seen::default());
    let plugin = library.create(Erp(Arc::clone(&seen))).unwrap();
    assert_eq!(seen.jobs.lock().unwrap()[0].id, "export-de-nuit");
    let contributions = plugin.contributions().unwrap();
    assert!(
        contributions
            .iter()
            .any(|contribution| contribution.id == "complements-secteur")
    );
    drop((plugin, library));
    assert!(seen.host_dropped.load(Ordering::SeqCst), "the instance was kept");
}

#[test]
fn cancelling_stops_a_table_and_a_job() {
    let (_library, plugin, seen) = start("good");
    let mut table = open_table(&plugin, &seen, "");
    let canceller = table.canceller();
    thread::spawn(move || canceller.cancel().unwrap()).join().unwrap();
    assert!(table.next(1).unwrap_err().is_cancelled());
    let canceller = table.canceller();
    drop(table);
    canceller.cancel().unwrap();
    let cancelled = plugin.worker().run_job(
        "export-de-nuit",
        "",
        &Go {
            cancelled: true,
            ..go()
        },
    );
    assert!(cancelled.unwrap_err().is_cancelled());
}

#[test]
fn a_panicking_host_is_an_error_and_nothing_worse() {
    let (_library, plugin, seen) = start("good");
    let worker = plugin.worker();
    seen.panics.store(true, Ordering::SeqCst);

    let error = plugin.open("complements-secteur", "").unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_HOST);
    assert!(error.message.contains("erreur interne"), "{error:?}");
    assert!(seen.logged("the host panicked in host.forms.show: boom"));
    assert_eq!(
        worker.run_job("migration", "", &go()).unwrap_err().code,
        abi::PASSERELLE_E_HOST
    );
    assert!(seen.logged("the host panicked in host.now: boom"));
    assert_eq!(
        plugin.open("exemple-export-nuit", "").unwrap_err().code,
        abi::PASSERELLE_E_HOST
    );

    seen.panics.store(false, Ordering::SeqCst);
    // A run that panics stops its call; a progress that panics does not.
    let stopped = worker.run_job("export-de-nuit", "", &Go { panics: true, ..go() });
    assert!(stopped.unwrap_err().is_cancelled());
    assert!(seen.logged("the host panicked in Run::is_cancelled: boom"));
    assert!(worker.run_job("export-de-nuit", "", &go()).is_ok());

    // The instance goes on, and the table that the host had when it panicked is the host's.
    assert!(plugin.open("complements-secteur", "").is_ok());
    let mut kept = seen.tables.lock().unwrap().pop().unwrap();
    assert_eq!(kept.next(1).unwrap().unwrap().rows(), 1);
    drop((kept, worker, plugin));
    assert!(seen.host_dropped.load(Ordering::SeqCst), "the instance was kept");
}

struct Full;

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(bytes != b"r", "boom");
        Err(io::Error::other("disque plein"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failing_writer_ends_its_document() {
    let (_library, plugin, seen) = start("good");
    let error = plugin
        .worker()
        .write_document("apercu.json", "", &go(), &mut Full)
        .unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_HOST);
    assert!(seen.logged("disque plein"));
}

#[test]
fn a_table_is_released_once_whatever_the_host_does_with_it() {
    for (what, opens) in [
        ("refuse", false),
        ("refuse but keep", false),
        ("drop", true),
        ("read at once", true),
    ] {
        let (_library, plugin, seen) = start("good");
        *seen.with_table.lock().unwrap() = what;
        assert_eq!(plugin.open("exemple-export-nuit", "").is_ok(), opens, "{what}");
        let kept = std::mem::take(&mut *seen.tables.lock().unwrap());
        assert_eq!(kept.len(), usize::from(!["refuse", "drop"].contains(&what)), "{what}");
        for mut table in kept {
            assert!(table.next(1).is_ok(), "{what}");
        }
        drop(plugin);
        assert!(
            seen.host_dropped.load(Ordering::SeqCst),
            "{what}: the instance was kept"
        );
    }
}

#[test]
fn an_instance_ends_after_the_last_of_its_parts() {
    let (library, plugin, seen) = start("good");
    let (worker, mut table) = (plugin.worker(), open_table(&plugin, &seen, ""));
    drop(plugin);
    drop(library);
    assert!(worker.run_job("migration", "", &go()).is_ok());
    drop(worker);
    assert_eq!(table.next(3).unwrap().unwrap().rows(), 3);
    assert!(!seen.host_dropped.load(Ordering::SeqCst));
    drop(table);
    assert!(seen.host_dropped.load(Ordering::SeqCst));
}

#[test]
fn an_instance_ends_on_whatever_thread_its_last_part_is_dropped() {
    let (_library, plugin, seen) = start("good");
    let worker = plugin.worker();
    drop(plugin);
    assert!(!seen.host_dropped.load(Ordering::SeqCst));
    thread::spawn(move || drop(worker)).join().unwrap();
    assert!(seen.host_dropped.load(Ordering::SeqCst), "the instance was kept");
}

#[test]
fn an_instance_that_refuses_to_end_keeps_its_host() {
    let (_library, plugin, seen) = start("refuses_to_end");
    drop(plugin);
    assert!(!seen.host_dropped.load(Ordering::SeqCst));
    assert!(seen.logged("an instance could not be destroyed and is kept"));
}

#[test]
fn an_interface_without_its_slot_is_refused_by_name() {
    let library = Library::load(&support::zoo("lacks_an_interface_slot")).unwrap();
    let seen = Arc::new(Seen::default());
    let error = library.create(Erp(Arc::clone(&seen))).unwrap_err();
    assert_eq!(error.detail, "the plugin lacks passerelle_plugin_jobs.run");
    assert!(seen.host_dropped.load(Ordering::SeqCst), "the instance was kept");
}

#[test]
fn garbage_from_the_plugin_is_an_error() {
    let (_library, plugin, seen) = start("misbehaving");
    let code = |result: Result<(), Error>| result.map_or_else(|error| error.code, |()| 0);
    assert_eq!(plugin.contributions().unwrap_err().code, abi::PASSERELLE_E_NOT_UTF8);
    for (what, expected) in [
        ("missing slot", abi::PASSERELLE_E_HOST),
        ("null table", abi::PASSERELLE_E_NULL),
        ("garbage error", abi::PASSERELLE_E_IO),
        ("silent error", abi::PASSERELLE_E_IO),
        ("garbage form", abi::PASSERELLE_E_NOT_UTF8),
        ("null form", abi::PASSERELLE_E_NULL),
        ("null host", abi::PASSERELLE_E_NULL),
        ("small time", abi::PASSERELLE_E_STRUCT_SIZE),
        ("null needed", abi::PASSERELLE_E_NULL),
        ("null buffer", abi::PASSERELLE_E_NULL),
        ("garbage log", 0),
        ("wrong thread", abi::PASSERELLE_E_WRONG_THREAD),
    ] {
        assert_eq!(code(plugin.open("", what)), expected, "{what}");
    }
    assert!(seen.logged("the plugin lacks passerelle_table.release"));
    assert!(seen.logged("the plugin logged a malformed line: message is not UTF-8"));
    assert!(seen.forms.lock().unwrap().is_empty());
    let garbage = plugin.open("", "garbage error").unwrap_err();
    assert!(garbage.message.starts_with('\u{fffd}'));
    assert!(!plugin.open("", "silent error").unwrap_err().message.is_empty());

    for (job, expected) in [
        ("garbage text", abi::PASSERELLE_E_NOT_UTF8),
        ("garbage kind", abi::PASSERELLE_E_ARGUMENT),
    ] {
        let run = go();
        assert_eq!(
            plugin.worker().run_job(job, "", &run).unwrap_err().code,
            expected,
            "{job}"
        );
        assert!(run.progress.lock().unwrap().is_empty());
    }
}

#[test]
fn a_malformed_batch_is_an_error_that_says_what() {
    let (_library, plugin, seen) = start("misbehaving");
    assert_eq!(
        open_table(&plugin, &seen, "").describe().unwrap_err().code,
        abi::PASSERELLE_E_NOT_UTF8
    );
    for (what, said) in [
        ("kind", "malformed batch: column 0: unknown kind 9"),
        ("backwards", "its offsets go back"),
        ("cutting", "an offset cuts a character"),
        ("not utf-8", "its text is not UTF-8"),
        ("no texts", "bytes is NULL"),
        ("no present", "column 1: present is NULL"),
        ("no integers", "column 1: integers is NULL"),
        ("boolean", "row 0 is not of its column's kind"),
        ("date", "row 1 is not of its column's kind"),
        ("no columns", "batch.columns is NULL"),
        ("too many rows", "4 rows, 3 were asked for"),
    ] {
        let mut table = open_table(&plugin, &seen, what);
        let error = table.next(3).expect_err(what);
        assert!(error.detail.contains(said), "{what}: {}", error.detail);
    }
}

fn visit(library: &Path) {
    let library = Library::load(library).unwrap();
    let plugin = library.create(Erp(Arc::default())).unwrap();
    assert_eq!(plugin.contributions().unwrap().len(), 3);
    plugin.worker().run_job("migration", "", &go()).unwrap();
}

#[test]
fn a_hundred_threads_load_and_use_it_at_once() {
    let library = support::zoo("good");
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| visit(&library));
        }
    });
    // Every one of them has left: the library is as it was when it was loaded.
    visit(&library);
}
