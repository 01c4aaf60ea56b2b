//! Databases, mappings and values that are not as they should be: each gives one French sentence that says what and
//! where to look, and nothing is half written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use demo_host::sandbox::Keys;
use passerelle_abi as abi;
use passerelle_host_sdk::{Error, Plugin};
use serde_json::Value;
use support::{
    base::Base,
    desk::{Desk, document, golden_settings, patient, prepare},
    receiver,
};

fn folder(name: &str) -> PathBuf {
    let folder = support::scratch().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// One sentence or two for the user, with what he needs to find the place.
#[track_caller]
fn assert_told(error: &Error, code: i32, said: &[&str]) {
    assert_eq!(error.code, code, "{error:?}");
    let message = &error.message;
    assert!(message.chars().next().unwrap().is_uppercase(), "{message}");
    assert!(message.ends_with(['.', ')']), "{message}");
    assert!(!message.contains('\n'), "{message}");
    assert!(!error.detail.is_empty());
    for said in said {
        assert!(message.contains(said), "« {said} » is missing from: {message}");
    }
}

/// A plugin whose base, settings and tables are in order.
fn in_order(folder: &Path) -> (Base, Plugin) {
    let base = Base::golden(folder);
    let (_desk, plugin) = Desk::new(base.connection_string(), folder).plugin();
    prepare(&plugin, &golden_settings("http://127.0.0.1:9/api"));
    (base, plugin)
}

fn preview(plugin: &Plugin) -> Result<Value, Error> {
    document(plugin, "apercu.json", "")
}

fn night(plugin: &Plugin) -> Error {
    plugin
        .worker()
        .run_job("export-de-nuit", "", &patient())
        .expect_err("the night went on")
}

#[test]
fn a_database_that_is_not_there_is_named() {
    let folder = folder("absent");
    let absent = folder.join("absent.db");
    let not_one = folder.join("not-one.db");
    fs::write(
        &not_one,
        "Ceci n'est pas une base de données SQLite, mais un texte assez long.",
    )
    .unwrap();
    for (database, said) in [
        ("Driver=PiloteAbsent;Database=x".to_owned(), "pilote"),
        ("DSN=SourceAbsente".to_owned(), "source de données"),
        (
            format!("Driver=SQLite3;Database={};StepAPI=1", absent.display()),
            absent.to_str().unwrap(),
        ),
        (
            format!("Driver=SQLite3;Database={};StepAPI=1", not_one.display()),
            "base de données",
        ),
    ] {
        let (_desk, plugin) = Desk::new(&database, &folder).plugin();
        for error in [preview(&plugin).unwrap_err(), night(&plugin)] {
            assert_told(
                &error,
                abi::PASSERELLE_E_DATABASE_UNREACHABLE,
                &[said, "chaîne de connexion"],
            );
            assert!(!error.message.contains("StepAPI"), "{error:?}");
        }
        let migration = plugin.worker().run_job("migration", "", &patient()).unwrap_err();
        assert_told(&migration, abi::PASSERELLE_E_DATABASE_UNREACHABLE, &[said]);
    }
    assert!(!absent.exists(), "an empty database was created");
}

#[test]
fn tables_of_the_plugin_that_are_missing_ask_for_the_migration() {
    let folder = folder("not-migrated");
    let base = Base::golden(&folder);
    let (_desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
    let import = plugin
        .worker()
        .read_document("reglages.json", &golden_settings("http://127.0.0.1:9/api"))
        .unwrap_err();
    for error in [preview(&plugin).unwrap_err(), night(&plugin), import] {
        assert_told(&error, abi::PASSERELLE_E_MIGRATION_NEEDED, &["mna_"]);
    }
    assert_eq!(base.own_tables(), [], "tables were created by the way");
}

#[test]
fn what_misses_in_the_erps_tables_is_named_and_nothing_is_written() {
    for (name, change, said) in [
        ("table", "DROP TABLE convention", &["convention"][..]),
        ("optional-table", "DROP TABLE interlocuteur", &["interlocuteur"]),
        (
            "column",
            "ALTER TABLE stagiaire RENAME COLUMN nom TO nom_de_famille",
            &["nom"],
        ),
        (
            "child-column",
            "ALTER TABLE convention RENAME COLUMN date_debut TO debut",
            &["date_debut"],
        ),
        (
            "reference-column",
            "ALTER TABLE diplome RENAME COLUMN code TO cfd",
            &["code"],
        ),
    ] {
        let folder = folder(name);
        let (base, plugin) = in_order(&folder);
        base.execute(change);
        let before = base.own_tables();
        let error = preview(&plugin).unwrap_err();
        assert_told(&error, abi::PASSERELLE_E_SCHEMA, said);
        assert!(error.message.contains("correspondance"), "{error:?}");
        assert_eq!(base.own_tables(), before, "{name}: the preview wrote");

        assert_told(&night(&plugin), abi::PASSERELLE_E_SCHEMA, said);
        for table in ["mna_resultat", "mna_lot"] {
            assert_eq!(
                base.column(&format!("SELECT COUNT(*) FROM {table}")),
                ["0"],
                "{name}: {table}"
            );
        }
        assert_eq!(base.column("SELECT etat FROM mna_execution"), ["interrompue"], "{name}");
        let unchanged = |table: &&(String, Vec<Vec<String>>)| {
            ["mna_uai", "mna_acces", "mna_secteur", "mna_reglage"]
                .iter()
                .any(|settings| table.0.starts_with(settings))
        };
        let now = base.own_tables();
        assert_eq!(
            now.iter().filter(unchanged).collect::<Vec<_>>(),
            before.iter().filter(unchanged).collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[test]
fn a_mapping_file_that_is_wrong_is_told_with_its_line_and_key() {
    let folder = folder("mapping");
    let base = Base::golden(&folder);
    let file = folder.join("correspondance.toml");
    for (text, said) in [
        (
            "[entity.stagiaire\ntable = \"x\"",
            &["correspondance.toml", "ligne 1"][..],
        ),
        (
            "\n[entity.stagiaires]\ntable = \"x\"\n",
            &["correspondance.toml", "ligne 2", "stagiaires"],
        ),
        (
            "[entity.stagiaire]\ntable = \"x\"\n[entity.stagiaire.columns]\nnim = \"y\"\n",
            &["correspondance.toml", "ligne 4", "nim"],
        ),
    ] {
        fs::write(&file, text).unwrap();
        let mut desk = Desk::new(base.connection_string(), &folder);
        desk.mapping = Some(file.clone());
        let (_desk, plugin) = desk.plugin();
        plugin.worker().run_job("migration", "", &patient()).unwrap();
        assert_told(&preview(&plugin).unwrap_err(), abi::PASSERELLE_E_MAPPING, said);
        assert_told(&night(&plugin), abi::PASSERELLE_E_MAPPING, said);
    }
    let mut desk = Desk::new(base.connection_string(), &folder);
    desk.mapping = Some(folder.join("absent.toml"));
    let (_desk, plugin) = desk.plugin();
    assert_told(
        &preview(&plugin).unwrap_err(),
        abi::PASSERELLE_E_MAPPING,
        &["absent.toml"],
    );
}

#[test]
fn settings_that_are_wrong_are_refused_whole() {
    let folder = folder("settings");
    let (base, plugin) = in_order(&folder);
    let before = base.own_tables();
    let half = br#"{"secteurs": [{"societe_id": 9, "secteur_id": 9}], "uai": [{"id": "un"}], "acces": []}"#;
    for (bytes, code) in [
        (&half[..], abi::PASSERELLE_E_SETTINGS),
        (b"{", abi::PASSERELLE_E_SETTINGS),
        (b"\xff\xfe{}", abi::PASSERELLE_E_ARGUMENT),
    ] {
        let error = plugin.worker().read_document("reglages.json", bytes).unwrap_err();
        assert_eq!(error.code, code, "{error:?}");
        assert!(!error.message.is_empty());
        assert_eq!(base.own_tables(), before);
    }
}

/// Values that cannot be read, each in the first inscription or what hangs on it; where they are; whether a required field
/// needs them.
const UNREADABLE: [(&str, &str, &str, bool); 4] = [
    (
        "date",
        "UPDATE stagiaire SET date_naissance = '31/02/2008' WHERE id = 1",
        "stagiaire.date_naissance",
        true,
    ),
    (
        "text",
        "UPDATE stagiaire SET nom = CAST(X'44FF61' AS TEXT) WHERE id = 1",
        "stagiaire.nom",
        true,
    ),
    (
        "child",
        "UPDATE convention SET date_fin = 'bientôt' WHERE inscription_id = 1",
        "convention.date_fin",
        false,
    ),
    (
        "action",
        "UPDATE action_formation SET date_debut = '2026-13-01' WHERE id = (SELECT action_id FROM inscription WHERE id = 1)",
        "action_formation.date_debut",
        false,
    ),
];

#[test]
fn a_value_that_cannot_be_read_touches_its_own_dossier_only_and_names_the_place() {
    let sandbox = receiver::start(Keys::default(), "");
    for (name, change, place, required) in UNREADABLE {
        let folder = folder(&format!("unreadable-{name}"));
        let base = Base::golden(&folder);
        let (desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
        prepare(&plugin, &golden_settings(&sandbox.url()));
        let before = preview(&plugin).unwrap();
        base.execute(change);
        let after = preview(&plugin).unwrap();

        let told = |list: &str, kind: &str| -> Vec<(i64, String)> {
            let items = after[list].as_array().unwrap().iter();
            items
                .filter_map(|item| {
                    let told = item[kind].as_array().unwrap();
                    let told = told.iter().find(|told| told["code"] == "VALEUR_ILLISIBLE")?;
                    let detail = told["detail"].as_str().unwrap().to_owned();
                    Some((item["inscription_id"].as_i64().unwrap(), detail))
                })
                .collect()
        };
        let (left_out, warned) = (told("non_envoyes", "motifs"), told("envoyes", "avertissements"));
        let unreadable: Vec<_> = left_out.iter().chain(&warned).collect();
        let ids: Vec<_> = unreadable.iter().map(|(id, _)| *id).collect();
        let first = if required { &left_out } else { &warned };
        assert!(first.iter().any(|(id, _)| *id == 1), "{name}: {unreadable:?}");
        for (_, detail) in &unreadable {
            assert!(detail.contains(place), "{name}: {detail}");
            assert!(
                !detail.contains("31/02/2008") && !detail.contains("bientôt"),
                "{detail}"
            );
        }
        // Everybody else goes out as before.
        let others = |preview: &Value| -> Vec<Value> {
            let sent = preview["envoyes"].as_array().unwrap().iter();
            sent.filter(|item| !ids.contains(&item["inscription_id"].as_i64().unwrap()))
                .cloned()
                .collect()
        };
        assert_eq!(after["resume"]["lus"], before["resume"]["lus"], "{name}");
        assert!(others(&after) == others(&before), "{name}: another dossier changed");

        desk.set_clock("2026-11-23T23:00:00+01:00");
        plugin.worker().run_job("export-de-nuit", "", &patient()).unwrap();
        for (id, _) in &left_out {
            let sql = format!("SELECT etat, motifs FROM mna_resultat WHERE inscription_id = {id}");
            let row = base.rows(&sql).remove(0);
            assert_eq!(row[0], "non_envoye", "{name}");
            assert!(row[1].contains("VALEUR_ILLISIBLE"), "{name}: {row:?}");
        }
        for (id, _) in &warned {
            let sql = format!("SELECT etat FROM mna_resultat WHERE inscription_id = {id}");
            assert_eq!(base.rows(&sql).remove(0)[0], "accepte", "{name}");
        }
        assert!(!desk.log().contains("31/02/2008"), "{name}: the log holds a value");
    }
}
