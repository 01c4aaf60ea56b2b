//! The plugin calls back only on a thread on which the host has called, and during that call, whatever its own threads do.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    thread::{self, ThreadId},
};

use chrono::{DateTime, FixedOffset, NaiveDate};
use demo_host::{
    sandbox::{Options, Sandbox},
    seed::{Plan, fill, school_year, settings},
};
use passerelle_host_sdk::{
    ContributionKind, FormEvent, FormId, Host, HostError, JobSpec, Level, Library, Run, Secrets, Table,
};

use crate::{
    bases::{Base, Product, on_each},
    host::DATE,
    support::library,
};

on_each! {
    callbacks_come_on_the_callers_threads
}

/// A host that remembers on which threads it was called.
#[derive(Default)]
struct Seen {
    database: String,
    threads: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
    /// Threads on which a call of this host runs.
    calling: Mutex<Vec<ThreadId>>,
    lines: Mutex<Vec<String>>,
    secrets: Mutex<BTreeMap<String, Vec<u8>>>,
    tables: Mutex<Vec<Table>>,
    form: Mutex<Option<FormId>>,
    times: Mutex<Vec<(u64, u64)>>,
}

impl Seen {
    /// A callback comes here.
    fn came(&self, callback: &'static str) {
        let this = thread::current();
        let known = self.calling.lock().unwrap().contains(&this.id());
        let name = if known { "a caller" } else { this.name().unwrap_or("?") };
        let mut threads = self.threads.lock().unwrap();
        threads.entry(callback).or_default().insert(name.to_owned());
    }

    /// A call of this host, on a thread of its own that has no other.
    fn call<T: Send>(&self, call: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let called = || {
                self.calling.lock().unwrap().push(thread::current().id());
                let done = call();
                self.calling.lock().unwrap().retain(|id| *id != thread::current().id());
                done
            };
            scope.spawn(called).join().unwrap()
        })
    }
}

struct Erp(Arc<Seen>);

impl Host for Erp {
    fn name(&self) -> String {
        "ERP d'essai 1.0".into()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        self.0.came("now");
        format!("{DATE}T23:30:00+01:00").parse().unwrap()
    }

    fn setting(&self, key: &str) -> Option<String> {
        self.0.came("setting");
        (key == "database").then(|| self.0.database.clone())
    }

    fn max_log_level(&self) -> Level {
        Level::Trace
    }

    fn log(&self, _: Level, target: &str, message: &str) {
        self.0.came("log");
        self.0.lines.lock().unwrap().push(format!("{target} {message}"));
    }

    fn secrets(&self) -> Option<&dyn Secrets> {
        Some(self)
    }

    fn show_form(&self, form: FormId, _: &str) -> Result<(), HostError> {
        self.0.came("show_form");
        *self.0.form.lock().unwrap() = Some(form);
        Ok(())
    }

    fn close_form(&self, _: FormId) -> Result<(), HostError> {
        self.0.came("close_form");
        Ok(())
    }

    fn show_table(&self, table: Table) -> Result<(), HostError> {
        self.0.came("show_table");
        self.0.tables.lock().unwrap().push(table);
        Ok(())
    }

    fn register_job(&self, _: JobSpec) -> Result<(), HostError> {
        self.0.came("register_job");
        Ok(())
    }
}

impl Secrets for Erp {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        self.0.came("secrets.get");
        Ok(self.0.secrets.lock().unwrap().get(name).cloned())
    }

    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), HostError> {
        self.0.came("secrets.set");
        self.0.secrets.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }
}

impl Run for Seen {
    fn is_cancelled(&self) -> bool {
        self.came("is_cancelled");
        false
    }

    fn progress(&self, done: u64, total: u64, _: &str) {
        self.came("progress");
        self.times.lock().unwrap().push((done, total));
    }
}

fn callbacks_come_on_the_callers_threads(product: Product) {
    let base = Base::new(product);
    let date: NaiveDate = DATE.parse().unwrap();
    let plan = Plan {
        seed: 1,
        inscriptions: 1500,
        year: school_year(date),
    };
    fill(&base.connection_string, plan, false, &|_| true).unwrap_or_else(|error| panic!("{error}"));
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let lines = serde_json::to_vec(&settings(plan, &sandbox.url())).unwrap();

    let seen = Arc::new(Seen {
        database: base.connection_string.clone(),
        calling: Mutex::new(vec![thread::current().id()]),
        ..Seen::default()
    });
    let plugin = Library::load(&library())
        .unwrap()
        .create(Erp(Arc::clone(&seen)))
        .unwrap();
    let worker = plugin.worker();
    let job = |id: &str, parameters: &str| seen.call(|| worker.run_job(id, parameters, &*seen).unwrap());
    let document = |id: &str| {
        seen.call(|| {
            let mut bytes = Vec::new();
            worker.write_document(id, "", &*seen, &mut bytes).unwrap();
            assert!(!bytes.is_empty(), "{id}");
        });
    };
    job("migration", "");
    seen.call(|| worker.read_document("reglages.json", &lines).unwrap());
    document("apercu.json");
    document("apercu.xlsx");
    seen.times.lock().unwrap().clear();
    let night = job("export-de-nuit", "");
    assert!(night.accepted > 0, "{night:?}");
    assert!(
        seen.lines
            .lock()
            .unwrap()
            .iter()
            .any(|line| line.contains("night opened")),
        "what its threads said is there when the call returns"
    );
    let times = std::mem::take(&mut *seen.times.lock().unwrap());
    let last = times.last().unwrap();
    assert!(times.contains(&(0, 0)) && last.0 > 0 && last.0 == last.1, "{times:?}");
    job("rotation-scellement", "");
    for id in [
        "compte-rendu.json",
        "compte-rendu.xlsx",
        "compte-rendu.html",
        "reglages.json",
        "schema.sql",
    ] {
        document(id);
    }
    for contribution in plugin.contributions().unwrap() {
        if contribution.kind == ContributionKind::Job {
            continue;
        }
        plugin
            .open(&contribution.id, r#"{"societe_id":1,"secteur_id":1}"#)
            .unwrap_or_else(|error| panic!("{}: {error}", contribution.id));
        if let Some(form) = seen.form.lock().unwrap().take() {
            plugin.form_event(form, FormEvent::Closed).unwrap();
        }
        for mut table in std::mem::take(&mut *seen.tables.lock().unwrap()) {
            // Each batch is pulled on another thread of the host's, and the last one ends in the middle.
            for _ in 0..20 {
                let more = seen.call(|| table.next(100).unwrap().is_some());
                if !more {
                    break;
                }
            }
            seen.call(|| drop(table));
        }
    }
    drop((worker, plugin));

    let threads = seen.threads.lock().unwrap();
    for callback in [
        "now",
        "setting",
        "log",
        "secrets.get",
        "secrets.set",
        "is_cancelled",
        "progress",
        "show_form",
        "show_table",
    ] {
        assert!(threads.contains_key(callback), "{callback} never came");
    }
    for (callback, threads) in &*threads {
        assert_eq!(threads.iter().collect::<Vec<_>>(), ["a caller"], "{callback}");
    }
}
