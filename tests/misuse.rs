//! What an ordinary mistake of a host comes to: calls from inside its log, tables that it keeps and refuses, ends that come
//! twice or on another thread. Each is tried in a process of its own: what it must not do is end that process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI32, AtomicPtr, Ordering},
    },
    thread,
};

use passerelle_abi as abi;
use support::{
    base::Base,
    program::{Ended, alone},
    raw::{Raw, RawHost},
    slots::{call, mark, slots},
};

const SETTINGS: &[u8] = br#"{"secteurs": [{"societe_id": 1, "secteur_id": 1}], "uai": [], "acces": []}"#;

/// Run one of the ignored tests below to its end.
#[track_caller]
fn survives(test: &str) {
    let Ended { code, stdout, stderr } = alone(test, &[]);
    assert_eq!(code, Some(0), "{test}\n{stdout}\n{stderr}");
    assert!(stdout.contains("came to its end"), "{test}\n{stdout}\n{stderr}");
}

/// Said to whoever started this process: the test was not passed over, and nothing ended it early.
fn finish() {
    println!("came to its end");
}

/// The library with the worked example for a host, ready.
fn ready(name: &str) -> Raw {
    let folder: PathBuf = support::scratch().join(name);
    fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let mut raw = Raw::load(RawHost::new(&base.connection_string(), &folder));
    for code in [
        raw.library_init(),
        raw.create(),
        raw.init(),
        raw.job("migration"),
        raw.read(SETTINGS),
    ] {
        assert_eq!(code, abi::PASSERELLE_OK, "{}", raw.message());
    }
    raw
}

/// Everything has ended, and ends no second time.
fn end(raw: &mut Raw) {
    assert_eq!(raw.destroy(), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.destroy(), abi::PASSERELLE_E_NOT_INITIALIZED);
    assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
    assert_eq!(raw.library_deinit(), abi::PASSERELLE_E_NOT_INITIALIZED);
    finish();
}

#[test]
fn from_inside_log_any_slots_work_and_the_others_answer_busy() {
    survives("every_slot_from_inside_log");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn every_slot_from_inside_log() {
    let mut raw = ready("log");
    let unused = {
        let mut other = raw.again();
        assert_eq!(other.create(), abi::PASSERELLE_OK);
        Mutex::new(other)
    };
    assert_eq!(raw.open("exemple-export-nuit"), abi::PASSERELLE_OK, "{}", raw.message());
    let answers: Arc<Mutex<BTreeMap<String, Vec<i32>>>> = Arc::default();

    let (inside, heard) = (Mutex::new(raw.again()), Arc::clone(&answers));
    let slots = slots();
    let every = slots.clone();
    *raw.host.in_log.write().unwrap() = Some(Box::new(move || {
        let mut inside = inside.try_lock().expect("a line inside a line");
        for slot in &every {
            let code = call(&mut inside, slot);
            heard.lock().unwrap().entry(slot.clone()).or_default().push(code);
        }
    }));
    // On the caller's thread, and in a job and a document, whose own threads write lines too.
    assert_eq!(raw.count(), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.job("export-de-nuit"), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(
        raw.write("apercu.json", support::raw::take),
        abi::PASSERELLE_OK,
        "{}",
        raw.message()
    );
    *raw.host.in_log.write().unwrap() = None;
    let answers = std::mem::take(&mut *answers.lock().unwrap());
    assert_eq!(answers.len(), slots.len());
    for (slot, codes) in answers {
        let expected = match (mark(&slot), slot.as_str()) {
            // The call that writes the line is running.
            (_, "plugin.destroy" | "entry.deinit") => abi::PASSERELLE_E_BUSY,
            ("any", _) => abi::PASSERELLE_OK,
            _ => abi::PASSERELLE_E_BUSY,
        };
        assert!(codes.len() > 3, "{slot}");
        assert!(codes.iter().all(|code| *code == expected), "{slot}: {codes:?}");
    }

    // An instance that nobody uses can be ended from there.
    let ended = Arc::new(AtomicI32::new(-1));
    let told = Arc::clone(&ended);
    *raw.host.in_log.write().unwrap() = Some(Box::new(move || {
        let code = unused.lock().unwrap().destroy();
        let _first = told.compare_exchange(-1, code, Ordering::SeqCst, Ordering::SeqCst);
    }));
    assert_eq!(raw.count(), abi::PASSERELLE_OK);
    *raw.host.in_log.write().unwrap() = None;
    assert_eq!(ended.load(Ordering::SeqCst), abi::PASSERELLE_OK);
    end(&mut raw);
}

#[test]
fn a_table_is_the_hosts_from_the_moment_it_is_shown_whatever_the_host_answers() {
    survives("tables_that_are_kept_or_released_and_refused");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn tables_that_are_kept_or_released_and_refused() {
    let mut raw = ready("refused");
    let before = support::threads::names();
    let ended = abi::PASSERELLE_E_NOT_INITIALIZED;
    *raw.host.wrong.lock().unwrap() = "tables, kept";
    assert_eq!(raw.open("compte-rendu"), abi::PASSERELLE_E_HOST);
    for code in [raw.describe(), raw.next(), raw.progress(), raw.cancel(), raw.release()] {
        assert_eq!(code, abi::PASSERELLE_OK, "{}", raw.message());
    }
    assert_eq!(raw.release(), ended);

    *raw.host.wrong.lock().unwrap() = "tables, released";
    assert_eq!(raw.open("compte-rendu"), abi::PASSERELLE_E_HOST);
    for code in [raw.describe(), raw.next(), raw.progress(), raw.cancel(), raw.release()] {
        assert_eq!(code, ended);
    }

    // Kept, refused, and then lost: it ends with the instance.
    *raw.host.wrong.lock().unwrap() = "tables, kept";
    assert_eq!(raw.open("exemple-export-nuit"), abi::PASSERELLE_E_HOST);
    assert_eq!(raw.next(), abi::PASSERELLE_OK, "{}", raw.message());
    let shown = raw.host.shown.lock().unwrap().len();
    end(&mut raw);
    for _ in 0..shown {
        for code in [raw.describe(), raw.next(), raw.progress(), raw.cancel(), raw.release()] {
            assert_eq!(code, ended);
        }
        raw.host.shown.lock().unwrap().pop();
    }
    support::threads::assert_back_to(&before);
}

#[test]
fn an_instance_ends_on_any_thread_also_when_its_own_has_ended() {
    survives("destroy_after_the_instances_thread_has_ended");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn destroy_after_the_instances_thread_has_ended() {
    let mut raw = thread::spawn(|| {
        let mut raw = ready("elsewhere");
        assert_eq!(raw.open("exemple-export-nuit"), abi::PASSERELLE_OK, "{}", raw.message());
        raw
    })
    .join()
    .unwrap();
    assert_eq!(raw.open("diagnostic"), abi::PASSERELLE_E_WRONG_THREAD);
    // A table that is being read, and lost.
    assert_eq!(raw.next(), abi::PASSERELLE_OK, "{}", raw.message());
    end(&mut raw);
}

#[test]
fn every_broken_rule_is_a_line_that_passes_every_filter() {
    let mut raw = Raw::load(RawHost::with_log("DSN=rien", support::scratch(), 0));
    assert_eq!(raw.library_init(), abi::PASSERELLE_OK);
    assert_eq!(raw.create(), abi::PASSERELLE_OK);
    let mut breaks = |code: i32, slot: &str, call: &dyn Fn(&mut Raw) -> i32| {
        raw.host.lines.lock().unwrap().clear();
        assert_eq!(call(&mut raw), code, "{slot}: {}", raw.message());
        let lines = raw.host.lines.lock().unwrap();
        assert_eq!(lines.len(), 1, "{slot}: {lines:?}");
        let said = format!(
            "{} passerelle::ffi: {slot} answers {code}: ",
            abi::PASSERELLE_LOG_HOST_MISBEHAVES
        );
        assert!(lines[0].starts_with(&said), "{lines:?}");
    };
    breaks(abi::PASSERELLE_E_NOT_INITIALIZED, "contributions.count", &Raw::count);
    breaks(abi::PASSERELLE_E_ALREADY_INITIALIZED, "plugin.init", &|raw| {
        assert_eq!(raw.init(), abi::PASSERELLE_OK);
        raw.init()
    });
    breaks(abi::PASSERELLE_E_NULL, "contributions.count", &|raw| {
        let count = raw.contributions().count.unwrap();
        // SAFETY: as the header says, but for the NULL.
        unsafe { count(raw.plugin, std::ptr::null_mut(), raw.error()) }
    });
    breaks(abi::PASSERELLE_E_STRUCT_SIZE, "contributions.count", &|raw| {
        let (count, mut found) = (raw.contributions().count.unwrap(), 0);
        raw.error.struct_size = 8;
        // SAFETY: as the header says, but for the size.
        let code = unsafe { count(raw.plugin, &raw mut found, raw.error()) };
        raw.error.struct_size = support::raw::size::<abi::passerelle_error>();
        code
    });
    breaks(abi::PASSERELLE_E_ARGUMENT, "table.next", &|raw| {
        assert_eq!(raw.open("diagnostic"), abi::PASSERELLE_OK, "{}", raw.message());
        let table = raw.table();
        // SAFETY: a structure of numbers and pointers; the call is as the header says, but for the rows.
        unsafe {
            let mut batch = abi::passerelle_batch {
                struct_size: support::raw::size::<abi::passerelle_batch>(),
                ..std::mem::zeroed()
            };
            (*table).next.unwrap()(table, 0, &raw mut batch, raw.error())
        }
    });
    breaks(abi::PASSERELLE_E_UNKNOWN_ID, "jobs.run", &|raw| raw.job("inconnu"));
    breaks(abi::PASSERELLE_E_UNKNOWN_ID, "forms.event", &|raw| raw.press("annuler"));
    breaks(abi::PASSERELLE_E_WRONG_THREAD, "contributions.open", &|raw| {
        thread::scope(|scope| scope.spawn(|| raw.open("diagnostic")).join().unwrap())
    });

    // What is not the host's fault is filtered as it wishes.
    raw.host.lines.lock().unwrap().clear();
    assert_eq!(
        raw.job("migration"),
        abi::PASSERELLE_E_DATABASE_UNREACHABLE,
        "{}",
        raw.message()
    );
    assert_eq!(raw.destroy(), abi::PASSERELLE_OK);
    // The host may be gone.
    assert_eq!(raw.destroy(), abi::PASSERELLE_E_NOT_INITIALIZED);
    assert_eq!(*raw.host.lines.lock().unwrap(), [""; 0]);
}

static INSTANCE: AtomicPtr<abi::passerelle_plugin> = AtomicPtr::new(std::ptr::null_mut());
static ANSWERED: AtomicI32 = AtomicI32::new(0);

/// A sink whose host destroys the instance on another thread meanwhile.
unsafe extern "C" fn destroy_meanwhile(
    _: *const abi::passerelle_sink,
    _: *const u8,
    _: u32,
    _: *mut abi::passerelle_error,
) -> i32 {
    let destroyed = thread::spawn(|| {
        let plugin = INSTANCE.load(Ordering::SeqCst).cast_const();
        // SAFETY: as the header says.
        unsafe { (*plugin).destroy.unwrap()(plugin, std::ptr::null_mut()) }
    });
    ANSWERED.store(destroyed.join().unwrap(), Ordering::SeqCst);
    abi::PASSERELLE_OK
}

#[test]
fn an_instance_at_work_is_busy_and_goes_on() {
    survives("destroy_while_a_document_is_written");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn destroy_while_a_document_is_written() {
    let mut raw = ready("busy");
    INSTANCE.store(raw.plugin.cast_mut(), Ordering::SeqCst);
    let written = raw.write("reglages.json", destroy_meanwhile);
    assert_eq!(written, abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(ANSWERED.load(Ordering::SeqCst), abi::PASSERELLE_E_BUSY);
    assert_eq!(raw.count(), abi::PASSERELLE_OK);
    end(&mut raw);
}

#[test]
fn nobody_is_called_back_once_a_destroy_has_returned() {
    survives("destroy_while_another_destroy_writes_a_line");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn destroy_while_another_destroy_writes_a_line() {
    let mut raw = ready("ending");
    let answers: Arc<Mutex<Vec<i32>>> = Arc::default();
    let (heard, inside) = (Arc::clone(&answers), Mutex::new(raw.again()));
    *raw.host.in_log.write().unwrap() = Some(Box::new(move || {
        let mut inside = inside.try_lock().expect("a line inside a line");
        let mut beside = inside.again();
        let elsewhere = thread::spawn(move || beside.destroy()).join().unwrap();
        heard.lock().unwrap().extend([inside.destroy(), elsewhere]);
    }));
    assert_eq!(raw.destroy(), abi::PASSERELLE_OK, "{}", raw.message());
    *raw.host.in_log.write().unwrap() = None;
    let answers = answers.lock().unwrap().clone();
    assert!(!answers.is_empty());
    assert!(
        answers.iter().all(|code| *code == abi::PASSERELLE_E_BUSY),
        "one of them has returned, and the host may be gone, before the last line: {answers:?}"
    );
    assert_eq!(raw.destroy(), abi::PASSERELLE_E_NOT_INITIALIZED);
    assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
    finish();
}

#[test]
fn many_threads_that_end_and_use_the_same_things_at_once_harm_nothing() {
    survives("threads_that_end_what_others_use");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn threads_that_end_what_others_use() {
    let mut raw = ready("threads");
    for _ in 0..8 {
        let mut own = raw.again();
        assert_eq!(own.create(), abi::PASSERELLE_OK);
        assert_eq!(own.init(), abi::PASSERELLE_OK, "{}", own.message());
        assert_eq!(own.open("compte-rendu"), abi::PASSERELLE_OK, "{}", own.message());
        let users: Vec<_> = (0..6)
            .map(|user| {
                let mut own = own.again();
                thread::spawn(move || {
                    let slots = [
                        "table.next",
                        "table.describe",
                        "table.cancel",
                        "table.release",
                        "plugin.destroy",
                    ];
                    let mut ends = 0;
                    // Each in another order, until everything has ended.
                    for step in user.. {
                        let slot = slots[step % slots.len()];
                        let code = call(&mut own, slot);
                        let allowed = [
                            abi::PASSERELLE_OK,
                            abi::PASSERELLE_E_BUSY,
                            abi::PASSERELLE_E_CANCELLED,
                            abi::PASSERELLE_E_NOT_INITIALIZED,
                        ];
                        assert!(allowed.contains(&code), "{slot}: {code}");
                        ends += usize::from(slot == "plugin.destroy" && code == abi::PASSERELLE_OK);
                        if slot == "plugin.destroy" && code == abi::PASSERELLE_E_NOT_INITIALIZED {
                            break;
                        }
                    }
                    ends
                })
            })
            .collect();
        let ends: usize = users.into_iter().map(|user| user.join().unwrap()).sum();
        assert_eq!(ends, 1);
        raw.host.shown.lock().unwrap().clear();
    }
    end(&mut raw);
}
