//! A host that cancels a table, a document or the night: each ends with `PASSERELLE_E_CANCELLED`, the journal says so,
//! and no thread of the library is left. And `init` → `deinit` → `init` in one process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::fs;

use demo_host::sandbox::Keys;
use passerelle_abi as abi;
use passerelle_host_sdk::Library;
use support::{
    base::Base,
    desk::{self, Desk, cancelled_after, document, golden_settings, patient, prepare},
    program::alone,
    receiver, threads,
};

#[test]
fn cancelling_ends_what_runs_and_leaves_no_thread() {
    alone("cancel_everything", &[]).expect(0);
}

#[test]
#[ignore = "run by the test above, in a process of its own: it counts threads"]
fn cancel_everything() {
    let folder = support::scratch().join("cancel");
    fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let sandbox = receiver::start(Keys::default(), "");
    let (desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
    prepare(&plugin, &golden_settings(&sandbox.url()));
    let worker = plugin.worker();
    let before = threads::names();

    let mut written = Vec::new();
    let cancelled = worker.write_document("apercu.json", "", &cancelled_after(0), &mut written);
    assert_eq!(cancelled.unwrap_err().code, abi::PASSERELLE_E_CANCELLED);
    threads::assert_back_to(&before);

    plugin.open("exemple-export-nuit", "").unwrap();
    let tables = std::mem::take(&mut *desk.tables.lock().unwrap());
    assert!(tables.len() >= 3, "the preview has {} tables", tables.len());
    for (number, mut table) in tables.into_iter().enumerate() {
        // One before its first row, the others between two; since a night that never was, nothing has changed.
        if (1..3).contains(&number) {
            assert!(table.next(1).unwrap().is_some());
        }
        table.canceller().cancel().unwrap();
        assert_eq!(table.next(1).unwrap_err().code, abi::PASSERELLE_E_CANCELLED);
    }
    threads::assert_back_to(&before);

    // Released early, without a word.
    plugin.open("exemple-export-nuit", "").unwrap();
    let mut tables = std::mem::take(&mut *desk.tables.lock().unwrap());
    assert!(tables[1].next(1).unwrap().is_some());
    drop(tables);
    threads::assert_back_to(&before);

    desk.set_clock("2026-11-23T23:00:00+01:00");
    let error = worker.run_job("export-de-nuit", "", &cancelled_after(0)).unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_CANCELLED, "{error}");
    assert!(!error.message.is_empty());
    threads::assert_back_to(&before);
    let report = document(&plugin, "compte-rendu.json", "").unwrap();
    let run = &report["executions"][0];
    assert_eq!(run["etat"], "annulee", "{report}");
    let counts = &run["comptes"];
    let sum: i64 = ["acceptes", "rejetes", "non_envoyes", "en_attente"]
        .iter()
        .map(|name| counts[name].as_i64().unwrap())
        .sum();
    assert_eq!(counts["lus"].as_i64().unwrap(), sum, "{report}");

    // The next call of that night takes it up and ends it.
    let outcome = worker.run_job("export-de-nuit", "", &patient()).unwrap();
    assert_eq!(outcome.read, 255, "{outcome:?}");
    assert_eq!(outcome.pending, 0, "{outcome:?}");
    threads::assert_back_to(&before);
    drop((worker, plugin));
    threads::assert_back_to(&before);
}

#[test]
fn the_library_begins_and_ends_as_often_as_the_host_likes() {
    alone("three_lives", &[]).expect(0);
}

#[test]
#[ignore = "run by the test above, in a process of its own: it counts threads"]
fn three_lives() {
    let folder = support::scratch().join("lives");
    fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let sandbox = receiver::start(Keys::default(), "");
    let settings = golden_settings(&sandbox.url());
    let before = threads::names();
    for life in 0..3 {
        let desk = Desk::new(base.connection_string(), &folder);
        *desk.now.lock().unwrap() = format!("2026-11-2{life}T23:00:00+01:00").parse().unwrap();
        // The last value of host-sdk that goes takes the library's `deinit` with it.
        let (_desk, plugin) = desk.plugin();
        prepare(&plugin, &settings);
        assert!(document(&plugin, "apercu.json", "").is_ok());
        let outcome = plugin.worker().run_job("export-de-nuit", "", &desk::patient()).unwrap();
        assert!(outcome.read > 200, "{outcome:?}");
        drop(plugin);
        threads::assert_back_to(&before);
    }
    drop(Library::load(&support::library()).unwrap());
    threads::assert_back_to(&before);
}
