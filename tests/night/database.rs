//! The fault matrix, on the database's side: the call fails with a sentence that helps, the journal stays true, and once
//! the fault is mended the next call of the night completes it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};

use passerelle_abi as abi;
use passerelle_host_sdk::{Error, Outcome};

use crate::bases::{Product, on_each};
use crate::servers::PASSWORD;
use crate::support::tiny::TinyDisk;
use crate::world::{NIGHT, Until, World, end_lease, kind, while_locked};

on_each! {
    a_table_of_the_erp_that_goes_away
    a_column_that_another_version_of_the_erp_renamed
    a_journal_that_goes_away_in_the_middle
    a_database_that_only_reads
    a_table_that_another_program_locks
    a_short_lock_is_waited_for
    a_night_begun_anew_while_an_earlier_one_is_cut
    a_night_taken_over_leaves_the_journal_to_the_next_owner
}

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

fn world(product: Product) -> World {
    let mut world = World::on(product, 1200, SLOW);
    world.installation.batch = Some(10);
    world
}

/// The next call of the night completes it, as an undisturbed one does.
fn completes(world: &World) {
    let calm = World::on(world.product, 1200, "");
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

fn a_table_of_the_erp_that_goes_away(product: Product) {
    let world = world(product);
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

fn a_column_that_another_version_of_the_erp_renamed(product: Product) {
    let world = World::on(product, 1200, "");
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

fn a_journal_that_goes_away_in_the_middle(product: Product) {
    let world = world(product);
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
fn a_disk_that_is_full_sqlite() {
    let world = world(Product::Sqlite);
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
fn a_disk_that_is_full_postgresql() {
    on_a_tiny_disk(Product::PostgreSql);
}

#[test]
fn a_disk_that_is_full_mariadb() {
    on_a_tiny_disk(Product::MariaDb);
}

/// The table of the results is on a disk of its own, with room for a part of the night.
fn on_a_tiny_disk(product: Product) {
    let world = world(product);
    let Some(disk) = TinyDisk::mount(product.pick("", "postgres", "mysql"), product.pick(0, 256, 2048)) else {
        println!("not tried: only root may mount a disk");
        return;
    };
    let folder = disk.folder.display();
    if product == Product::PostgreSql {
        // A tablespace cannot be made inside a transaction, and belongs to the whole server.
        world.execute(&format!("CREATE TABLESPACE tiny LOCATION '{folder}'"));
        world.execute("ALTER TABLE mna_resultat SET TABLESPACE tiny");
    } else {
        let create = world
            .query("SHOW CREATE TABLE mna_resultat")
            .swap_remove(0)
            .swap_remove(1);
        world.execute("DROP TABLE mna_resultat");
        world.execute(&format!("{create} DATA DIRECTORY = '{folder}'"));
    }
    // An old run, which fills the disk but for a little room.
    let mut filler = 0;
    while disk.free() > product.pick(0, 32 << 10, 0) {
        let rows: Vec<_> = (filler..filler + 100)
            .map(|id| format!("(99, {id}, 'accepte', '{}')", "x".repeat(60)))
            .collect();
        let sql = "INSERT INTO mna_resultat (execution_id, inscription_id, etat, empreinte) VALUES";
        if world.try_execute(&format!("{sql} {}", rows.join(", "))).is_err() {
            break;
        }
        filler += 100;
    }
    let error = world.night(NIGHT).unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_DATABASE, "{error}");
    assert!(error.message.contains("plus de place"), "{}", error.message);
    let run = world.last_run();
    assert_eq!(run["etat"], "interrompue", "{run}");
    // Somebody makes room.
    world.execute("DELETE FROM mna_resultat WHERE execution_id = 99");
    if product == Product::PostgreSql {
        world.execute("ALTER TABLE mna_resultat SET TABLESPACE pg_default");
        world.execute("DROP TABLESPACE tiny");
    } else {
        world.execute("CREATE TABLE elsewhere LIKE mna_resultat");
        world.execute("INSERT INTO elsewhere SELECT * FROM mna_resultat");
        world.execute("DROP TABLE mna_resultat");
        world.execute("RENAME TABLE elsewhere TO mna_resultat");
    }
    completes(&world);
}

#[test]
fn a_connection_that_is_lost_postgresql() {
    connections_are_lost(Product::PostgreSql);
}

#[test]
fn a_connection_that_is_lost_mariadb() {
    connections_are_lost(Product::MariaDb);
}

/// All at once, in the middle of a night: the reader's cursor, the journal's, the lock's. SQLite has none to lose.
fn connections_are_lost(product: Product) {
    let world = world(product);
    let error = night_broken_by(&world, &|| world.kill_connections()).unwrap_err();
    assert_eq!(error.code, abi::PASSERELLE_E_DATABASE, "{error}");
    assert!(
        error.message.contains("La connexion à la base de données a été perdue"),
        "{} {error}",
        error.message
    );
    let run = world.last_run();
    assert_eq!(run["etat"], "interrompue", "said over another connection: {run}");
    assert!(run["comptes"]["acceptes"].as_i64().unwrap() > 0);
    // The lock was given back over another connection, too.
    completes(&world);
}

fn a_database_that_only_reads(product: Product) {
    let mut world = world(product);
    let writer = world.installation.database.clone();
    if product == Product::Sqlite {
        // The driver's own switch, since the tests may run under an account that no file's rights keep from writing.
        world
            .execute("CREATE TRIGGER readonly BEFORE UPDATE ON mna_verrou BEGIN SELECT RAISE(ABORT, 'read-only'); END");
    } else {
        let (reader, name) = (format!("lecteur_{}", world.name), world.name.clone());
        let (create, grant) = (
            product.pick("", "CREATE ROLE {} LOGIN PASSWORD", "CREATE USER {} IDENTIFIED BY"),
            product.pick(
                String::new(),
                format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}"),
                format!("GRANT SELECT ON {name}.* TO {reader}"),
            ),
        );
        world.execute(&format!("{} '{PASSWORD}'", create.replace("{}", &reader)));
        world.execute(&grant);
        world.installation.database = product.server().unwrap().connection_string_of(&reader, &name);
    }
    let error = world.night(NIGHT).unwrap_err();
    assert!(error.message.contains("base de données"), "{}", error.message);
    if product != Product::Sqlite {
        assert!(error.message.contains("n'a pas les droits"), "{}", error.message);
    }
    world.installation.database = writer;
    assert_eq!(world.report().len(), 0, "nothing was begun");
    assert_eq!(world.sandbox.counts().0, 0, "and nothing sent");
    if product == Product::Sqlite {
        world.execute("DROP TRIGGER readonly");
    }
    completes(&world);
}

fn a_table_that_another_program_locks(product: Product) {
    let mut world = world(product);
    if product == Product::Sqlite {
        // Waited for a second instead of ten.
        world.installation.database.push_str(";Timeout=1000");
    }
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(Some(released));
    let holder = Mutex::new(None);
    let error = night_broken_by(&world, &|| {
        let released = released.lock().unwrap().take().unwrap();
        let (ready, is_ready) = mpsc::channel();
        let database = world.installation.database.clone();
        *holder.lock().unwrap() = Some(std::thread::spawn(move || {
            while_locked(product, &database, &|| {
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

fn a_short_lock_is_waited_for(product: Product) {
    let world = world(product);
    let result = night_broken_by(&world, &|| {
        let database = world.installation.database.clone();
        std::thread::spawn(move || {
            while_locked(product, &database, &|| {
                std::thread::sleep(std::time::Duration::from_millis(500))
            });
        });
    });
    assert!(kind(result.unwrap().kind).starts_with("done"));
    assert_eq!(world.last_run()["etat"], "terminee");
    assert!(world.received().values().all(|times| *times == 1));
}

fn a_night_begun_anew_while_an_earlier_one_is_cut(product: Product) {
    let world = world(product);
    let stopped = AtomicBool::new(false);
    let cancel = Until(|| stopped.load(Ordering::SeqCst) || world.sandbox.counts().0 > 30);
    world.job(NIGHT, "{}", &cancel).unwrap_err();
    // As a crash leaves it.
    world.execute("UPDATE mna_execution SET etat = 'en_cours', fin = NULL");
    world.execute("UPDATE mna_etablissement SET etat = NULL");
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
    for line in runs.iter().flat_map(|run| run["etablissements"].as_array().unwrap()) {
        assert!(line["etat"].is_string(), "each ended in a state: {line}");
    }
    assert_eq!(kind(world.night(NIGHT).unwrap().kind), "already done");
}

fn a_night_taken_over_leaves_the_journal_to_the_next_owner(product: Product) {
    let mut world = world(product);
    world.installation.lease = 2;
    let taken = || world.execute("UPDATE mna_verrou SET proprietaire = 'another'");
    let error = night_broken_by(&world, &taken).unwrap_err();
    assert!(error.message.contains("un autre poste"), "{}", error.message);
    assert_eq!(world.last_run()["etat"], "en_cours", "the other one closes it");
    end_lease(&world.installation.database);
    completes(&world);
}
