//! Hosts that do what they should not, and panics inside the plugin: each ends in the documented error, never in a
//! crash. NULL, wrong sizes, wrong versions, wrong states and wrong threads are tried slot by slot by the host in C
//! (`c_host.rs`).
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{fs, path::PathBuf};

use passerelle_abi as abi;
use support::{
    base::Base,
    program::{Ended, alone},
    raw::{Raw, RawHost, refuse, take},
    slots::slots,
};

const SETTINGS: &[u8] = br#"{"secteurs": [{"societe_id": 1, "secteur_id": 1}], "uai": [], "acces": [],
    "courriel": {"quand": "toujours", "destinataires": ["cfa@example.org"]}}"#;

fn folder(name: &str) -> PathBuf {
    let folder = support::scratch().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The library with the worked example for a host, not yet initialised.
fn load(name: &str) -> Raw {
    let folder = folder(name);
    let base = Base::golden(&folder);
    Raw::load(RawHost::new(&base.connection_string(), &folder))
}

/// The same, ready, with its tables and settings.
fn ready(name: &str) -> Raw {
    let mut raw = load(name);
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

/// The host misbehaves during one call; the next one finds the instance in order.
#[track_caller]
fn misbehaves(raw: &mut Raw, wrong: &'static str, expected: i32, call: impl Fn(&mut Raw) -> i32) {
    *raw.host.wrong.lock().unwrap() = wrong;
    let code = call(raw);
    let message = raw.message();
    *raw.host.wrong.lock().unwrap() = "";
    assert_eq!(code, expected, "{wrong}: {message}");
    assert!(!message.is_empty(), "{wrong} has no text");
    assert_eq!(raw.error.code, code);
}

#[test]
fn a_host_that_fails_during_init_can_try_again() {
    let mut raw = load("init");
    assert_eq!(raw.library_init(), abi::PASSERELLE_OK);
    assert_eq!(raw.create(), abi::PASSERELLE_OK);
    misbehaves(&mut raw, "settings", abi::PASSERELLE_E_HOST, Raw::init);
    misbehaves(&mut raw, "bytes", abi::PASSERELLE_E_NOT_UTF8, Raw::init);
    misbehaves(&mut raw, "lies", abi::PASSERELLE_E_HOST, Raw::init);
    misbehaves(&mut raw, "grows", abi::PASSERELLE_E_HOST, Raw::init);
    misbehaves(&mut raw, "huge", abi::PASSERELLE_E_HOST, Raw::init);
    misbehaves(&mut raw, "jobs", abi::PASSERELLE_E_HOST, Raw::init);
    assert_eq!(raw.count(), abi::PASSERELLE_E_NOT_INITIALIZED);
    assert_eq!(raw.init(), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.destroy(), abi::PASSERELLE_OK);
    assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
}

#[test]
fn a_callback_that_fails_ends_its_call_only() {
    let mut raw = ready("callbacks");
    for wrong in ["now", "garbage", "13th month", "offset"] {
        misbehaves(&mut raw, wrong, abi::PASSERELLE_E_HOST, |raw| raw.job("export-de-nuit"));
        misbehaves(&mut raw, wrong, abi::PASSERELLE_E_HOST, |raw| {
            raw.open("exemple-export-nuit")
        });
        misbehaves(&mut raw, wrong, abi::PASSERELLE_E_HOST, |raw| {
            raw.write("apercu.json", take)
        });
    }
    for wrong in ["tables", "garbage"] {
        misbehaves(&mut raw, wrong, abi::PASSERELLE_E_HOST, |raw| raw.open("compte-rendu"));
    }
    for wrong in ["forms", "garbage"] {
        misbehaves(&mut raw, wrong, abi::PASSERELLE_E_HOST, |raw| {
            raw.open("complements-secteur")
        });
        let code = raw.press("annuler");
        assert_eq!(code, abi::PASSERELLE_E_UNKNOWN_ID, "{wrong}: it was never shown");
    }
    for wrong in ["mail", "garbage"] {
        misbehaves(&mut raw, wrong, abi::PASSERELLE_E_HOST, |raw| raw.job("essai-courriel"));
    }
    assert_eq!(raw.job("essai-courriel"), abi::PASSERELLE_OK, "{}", raw.message());
    // A night is done, whatever becomes of its e-mail.
    *raw.host.wrong.lock().unwrap() = "mail";
    assert_eq!(raw.job("export-de-nuit"), abi::PASSERELLE_OK, "{}", raw.message());
    *raw.host.wrong.lock().unwrap() = "";
    misbehaves(&mut raw, "", abi::PASSERELLE_E_HOST, |raw| {
        raw.write("reglages.json", refuse)
    });
    misbehaves(&mut raw, "", abi::PASSERELLE_E_HOST, |raw| {
        raw.write("apercu.json", refuse)
    });
    assert_eq!(raw.open("complements-secteur"), abi::PASSERELLE_OK);
    misbehaves(&mut raw, "close", abi::PASSERELLE_E_HOST, |raw| raw.press("annuler"));
    assert_eq!(raw.press("annuler"), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.press("annuler"), abi::PASSERELLE_E_UNKNOWN_ID, "it is closed");

    assert_eq!(raw.write("apercu.json", take), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.destroy(), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
}

#[test]
fn a_callbacks_own_words_reach_the_user() {
    let mut raw = ready("words");
    *raw.host.wrong.lock().unwrap() = "tables";
    assert_eq!(raw.open("diagnostic"), abi::PASSERELLE_E_HOST);
    assert!(
        raw.message().contains("Le programme hôte ne peut pas."),
        "{}",
        raw.message()
    );
}

#[test]
fn a_panic_in_any_slot_is_caught_and_poisons_the_instance() {
    for slot in &slots() {
        panics_in(slot);
    }
}

#[test]
fn a_panic_while_something_ends_is_caught_too() {
    for place in ["table.free", "plugin.free"] {
        panics_in(place);
    }
}

#[test]
fn a_panic_of_one_of_its_threads_is_the_callers() {
    for place in ["thread.erp", "thread.nuit", "thread.envoi", "thread.verrou"] {
        panics_in(place);
    }
}

fn panics_in(place: &str) {
    let Ended { code, stdout, stderr } = alone("in_a_process_of_its_own", &[("PASSERELLE_PANIC_IN", place)]);
    assert_eq!(code, Some(0), "{place}\n{stdout}\n{stderr}");
    assert!(stdout.contains("came to its end"), "{place}\n{stdout}\n{stderr}");
}

#[test]
#[ignore = "run by the tests above, with PASSERELLE_PANIC_IN"]
fn in_a_process_of_its_own() {
    let place = std::env::var("PASSERELLE_PANIC_IN").unwrap();
    let mut raw = load(&format!("panic-{place}"));
    let panicked = abi::PASSERELLE_E_PANICKED;

    // Where there is no instance to be poisoned.
    match place.as_str() {
        "entry.init" => {
            assert_eq!(raw.library_init(), panicked);
            assert_eq!(raw.create(), abi::PASSERELLE_E_NOT_INITIALIZED);
            return finish();
        }
        "entry.create" => {
            assert_eq!(raw.library_init(), abi::PASSERELLE_OK);
            assert_eq!(raw.create(), panicked);
            assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
            return finish();
        }
        "entry.deinit" => {
            assert_eq!(raw.library_init(), abi::PASSERELLE_OK);
            assert_eq!(raw.library_deinit(), panicked);
            return finish();
        }
        _ => {}
    }

    assert_eq!(raw.library_init(), abi::PASSERELLE_OK);
    assert_eq!(raw.create(), abi::PASSERELLE_OK);
    let prepared = |raw: &mut Raw| {
        for code in [raw.init(), raw.job("migration"), raw.read(SETTINGS)] {
            assert_eq!(code, abi::PASSERELLE_OK, "{}", raw.message());
        }
    };
    let shown = |raw: &mut Raw| {
        prepared(raw);
        assert_eq!(raw.open("exemple-export-nuit"), abi::PASSERELLE_OK, "{}", raw.message());
    };
    let code = match place.as_str() {
        "plugin.init" => raw.init(),
        // This one answers with a pointer.
        "plugin.get_interface" => {
            assert_eq!(raw.init(), abi::PASSERELLE_OK);
            assert!(raw.find(abi::PASSERELLE_PLUGIN_JOBS).is_null());
            assert_eq!(raw.init(), abi::PASSERELLE_E_POISONED);
            assert_eq!(raw.destroy(), abi::PASSERELLE_OK);
            assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
            return finish();
        }
        "contributions.count" => {
            prepared(&mut raw);
            raw.count()
        }
        "contributions.get" => {
            prepared(&mut raw);
            raw.get()
        }
        "contributions.open" => {
            prepared(&mut raw);
            raw.open("diagnostic")
        }
        "forms.event" => {
            prepared(&mut raw);
            assert_eq!(raw.open("complements-secteur"), abi::PASSERELLE_OK);
            raw.press("annuler")
        }
        "jobs.run" => {
            assert_eq!(raw.init(), abi::PASSERELLE_OK);
            raw.job("migration")
        }
        "documents.read" => {
            assert_eq!(raw.init(), abi::PASSERELLE_OK);
            raw.read(SETTINGS)
        }
        "documents.write" => {
            prepared(&mut raw);
            raw.write("reglages.json", take)
        }
        "thread.erp" => {
            prepared(&mut raw);
            raw.write("apercu.json", take)
        }
        "thread.nuit" | "thread.envoi" | "thread.verrou" => {
            prepared(&mut raw);
            raw.job("export-de-nuit")
        }
        "table.describe" => {
            shown(&mut raw);
            raw.describe()
        }
        "table.next" => {
            shown(&mut raw);
            raw.next()
        }
        "table.progress" => {
            shown(&mut raw);
            raw.progress()
        }
        "table.cancel" => {
            shown(&mut raw);
            raw.cancel()
        }
        "table.release" | "table.free" => {
            shown(&mut raw);
            raw.release()
        }
        "plugin.destroy" | "plugin.free" => {
            prepared(&mut raw);
            raw.destroy()
        }
        other => panic!("the slot {other} has no case here"),
    };
    assert_eq!(code, panicked, "{}", raw.message());
    assert!(raw.message().contains("erreur interne"), "{}", raw.message());
    if place == "plugin.free" {
        // It has ended on its way.
        assert_eq!(raw.init(), abi::PASSERELLE_E_NOT_INITIALIZED);
        assert_eq!(raw.destroy(), abi::PASSERELLE_E_NOT_INITIALIZED);
        assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
        return finish();
    }
    let (what, answer) = match place.as_str() {
        "contributions.count" => ("get", raw.get()),
        _ => ("count", raw.count()),
    };
    assert_eq!(answer, abi::PASSERELLE_E_POISONED, "{what}");
    assert!(!raw.message().is_empty());
    if place != "plugin.init" {
        assert_eq!(raw.init(), abi::PASSERELLE_E_POISONED);
    }
    if place == "table.cancel" {
        for (what, answer) in [
            ("describe", raw.describe()),
            ("next", raw.next()),
            ("progress", raw.progress()),
        ] {
            assert_eq!(answer, abi::PASSERELLE_E_POISONED, "{what}");
        }
    }

    // What panics at its end is still there; everything else ends as if nothing had happened.
    if place == "plugin.destroy" {
        assert_eq!(raw.library_deinit(), abi::PASSERELLE_E_BUSY, "its instance lives");
        return finish();
    }
    // A table whose release panics ends with its instance.
    while !["table.release", "table.free"].contains(&place.as_str()) && !raw.host.shown.lock().unwrap().is_empty() {
        assert_eq!(raw.release(), abi::PASSERELLE_OK, "{}", raw.message());
        raw.host.shown.lock().unwrap().pop();
    }
    assert_eq!(raw.destroy(), abi::PASSERELLE_OK, "{}", raw.message());
    assert_eq!(raw.library_deinit(), abi::PASSERELLE_OK);
    finish();
}

/// Said to whoever started this process: the test was not passed over, and nothing ended it early.
fn finish() {
    println!("came to its end");
}
