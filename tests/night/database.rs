//! The fault matrix, on the database's side: the call fails with a sentence that helps, the journal stays true, and once
//! the fault is mended the next call of the night completes it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};

use passerelle_abi as abi;
use passerelle_host_sdk::{Error, Outcome};

use crate::world::{NIGHT, Until, World, end_lease, kind, while_locked};

const SLOW: &str = "[[faults]]\nthen = { kind = \"delay\", ms = 20 }";

/// Runs a night and breaks something once the receiver holds a few dossiers.
fn night_broken_by(world: &World, fault: &(dyn Fn() + Sync)) -> Result<Outcome, Error> {
    let broken = AtomicBool::new(false);
    let run = Until(|| {
        if world.sandbox.counts().0 > 30 && !broken.swap(true, Ordering::SeqCst) {
            fault();
        }
        false
    });
    let result = world.job(NIGHT, "{}", &run);
    assert!(broken.load(Ordering::SeqCst), "the fault came too late: {result:?}");
    result
}

fn world() -> World {
    let mut world = World::new(1200, SLOW);
    world.installation.batch = Some(10);
    world
}

/// The next call of the night completes it, as an undisturbed one does.
fn completes(world: &World) {
    let calm = World::new(1200, "");
    calm.night(NIGHT).unwrap();
    let outcome = world.night(NIGHT).unwrap();
    assert!(kind(outcome.kind).starts_with("done"), "{}", outcome.text);
    let runs = world.report();
    assert_eq!(runs.len(), 1, "it was resumed, not begun anew");
    assert_eq!(runs[0]["etat"], "terminee");
    assert_eq!(runs[0]["comptes"], calm.last_run()["comptes"]);
    assert!(world.received().keys().eq(calm.received().keys()));
    for line in runs[0]["etablissements"].as_array().unwrap() {
        assert_eq!(line["etat"], "termine");
    }
}

#[test]
fn a_table_of_the_erp_that_goes_away() {
    let world = world();
    world.execute("ALTER TABLE interlocuteur RENAME TO gone");
    let error = world.night(NIGHT).unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_SCHEMA, "{error}");
    assert!(error.message.contains("interlocuteur"), "{}", error.message);
    let run = world.last_run();
    assert_eq!(run["etat"], "interrompue");
    assert_ne!(run["fin"], serde_json::Value::Null);
    world.execute("ALTER TABLE gone RENAME TO interlocuteur");
    completes(&world);
}

#[test]
fn a_column_that_another_version_of_the_erp_renamed() {
    let world = World::new(1200, "");
    world.night("2026-11-22T23:00:00+01:00").unwrap();
    world.execute("ALTER TABLE stagiaire RENAME COLUMN prenom TO prenom_usuel");
    let error = world.night("2026-11-23T23:00:00+01:00").unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_SCHEMA, "{error}");
    assert!(error.message.contains("prenom"), "{}", error.message);
    let runs = world.report();
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (&runs[0]["etat"], &runs[1]["etat"]),
        (&"interrompue".into(), &"terminee".into())
    );
    assert_eq!(runs[0]["comptes"]["lus"], 0);
    world.execute("ALTER TABLE stagiaire RENAME COLUMN prenom_usuel TO prenom");
    assert!(kind(world.night("2026-11-24T02:00:00+01:00").unwrap().kind).starts_with("done"));
    let runs = world.report();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["comptes"], runs[1]["comptes"]);
}

#[test]
fn a_journal_that_goes_away_in_the_middle() {
    let world = world();
    let error = night_broken_by(&world, &|| world.execute("ALTER TABLE mna_lot RENAME TO gone")).unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_SCHEMA, "{error}");
    assert!(error.message.contains("mna_lot"), "{}", error.message);
    world.execute("ALTER TABLE gone RENAME TO mna_lot");
    let run = world.last_run();
    assert_eq!(run["etat"], "interrompue");
    assert!(run["comptes"]["acceptes"].as_i64().unwrap() > 0);
    completes(&world);
}

#[test]
fn a_disk_that_is_full() {
    let world = world();
    // The system gives this host's files no more room than 60 kB.
    let room = std::fs::metadata(world.file()).unwrap().len() / 512 + 120;
    world.spawn_with_room("full", room).wait().unwrap();
    let result = world.result("full");
    assert_eq!(result["kind"], "error", "{result}");
    assert!(result["text"].as_str().unwrap().contains("base de données"), "{result}");
    let run = world.last_run();
    // Nothing could be written any more, not even the end: the next call sees to it.
    assert!(
        ["interrompue", "en_cours"].contains(&run["etat"].as_str().unwrap()),
        "{run}"
    );
    assert!(run["comptes"]["acceptes"].as_i64().unwrap() > 0);
    end_lease(&world.installation.database);
    completes(&world);
}

#[test]
fn a_database_that_only_reads() {
    let world = world();
    // The driver's own switch, since the tests may run under an account that no file's rights keep from writing.
    world.execute("CREATE TRIGGER readonly BEFORE UPDATE ON mna_verrou BEGIN SELECT RAISE(ABORT, 'read-only'); END");
    let error = world.night(NIGHT).unwrap_err();
    assert!(error.message.contains("base de données"), "{}", error.message);
    assert_eq!(world.report().len(), 0, "nothing was begun");
    assert_eq!(world.sandbox.counts().0, 0, "and nothing sent");
    world.execute("DROP TRIGGER readonly");
    completes(&world);
}

#[test]
fn a_table_that_another_program_locks() {
    let mut world = world();
    // Waited for a second instead of ten.
    world.installation.database.push_str(";Timeout=1000");
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(Some(released));
    let holder = Mutex::new(None);
    let error = night_broken_by(&world, &|| {
        let released = released.lock().unwrap().take().unwrap();
        let (ready, is_ready) = mpsc::channel();
        let database = world.installation.database.clone();
        *holder.lock().unwrap() = Some(std::thread::spawn(move || {
            while_locked(&database, &|| {
                ready.send(()).unwrap();
                let _disconnected = released.recv();
            });
        }));
        is_ready.recv().unwrap();
    })
    .unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_DATABASE, "{error}");
    assert!(
        error.message.contains("verrouillée par un autre programme"),
        "{}",
        error.message
    );
    drop(release);
    holder.lock().unwrap().take().unwrap().join().unwrap();
    end_lease(&world.installation.database);
    completes(&world);
}

#[test]
fn a_short_lock_is_waited_for() {
    let world = world();
    let result = night_broken_by(&world, &|| {
        let database = world.installation.database.clone();
        std::thread::spawn(move || {
            while_locked(&database, &|| std::thread::sleep(std::time::Duration::from_millis(500)));
        });
    });
    assert!(kind(result.unwrap().kind).starts_with("done"));
    assert_eq!(world.last_run()["etat"], "terminee");
    assert!(world.received().values().all(|times| *times == 1));
}

#[test]
fn a_night_begun_anew_while_an_earlier_one_is_cut() {
    let world = world();
    let stopped = AtomicBool::new(false);
    let cancel = Until(|| stopped.load(Ordering::SeqCst) || world.sandbox.counts().0 > 30);
    world.job(NIGHT, "{}", &cancel).unwrap_err();
    // As a crash leaves it.
    world.execute("UPDATE mna_execution SET etat = 'en_cours', fin = NULL");
    let forced = world.job(NIGHT, r#"{"force": true}"#, &Until(|| false)).unwrap();
    assert!(kind(forced.kind).starts_with("done"));
    let runs = world.report();
    let states: Vec<_> = runs.iter().map(|run| run["etat"].as_str().unwrap()).collect();
    assert_eq!(
        states,
        ["terminee", "interrompue"],
        "the newest first; none calls itself running"
    );
    assert!(runs[1]["comptes"]["acceptes"].as_i64().unwrap() > 0);
    assert_eq!(kind(world.night(NIGHT).unwrap().kind), "already done");
}

#[test]
fn a_night_taken_over_leaves_the_journal_to_the_next_owner() {
    let mut world = world();
    world.installation.lease = 2;
    let taken = || world.execute("UPDATE mna_verrou SET proprietaire = 'another'");
    let error = night_broken_by(&world, &taken).unwrap_err();
    assert!(error.message.contains("un autre poste"), "{}", error.message);
    assert_eq!(world.last_run()["etat"], "en_cours", "the other one closes it");
    end_lease(&world.installation.database);
    completes(&world);
}
