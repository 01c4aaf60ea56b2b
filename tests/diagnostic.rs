//! *Diagnostic* counts what is doubtful in the ERP's rows, through the real library.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{fs, sync::Arc};

use passerelle_abi as abi;
use passerelle_host_sdk::{Cell, Plugin, Table};
use support::{
    base::Base,
    desk::{Desk, golden_settings, prepare},
};

fn world(name: &str) -> (Base, Arc<Desk>, Plugin) {
    let folder = support::scratch().join(name);
    fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let (desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
    prepare(&plugin, &golden_settings("http://127.0.0.1:9/api"));
    (base, desk, plugin)
}

fn opened(desk: &Desk, plugin: &Plugin) -> Table {
    plugin.open("diagnostic", "").unwrap();
    desk.tables.lock().unwrap().pop().unwrap()
}

/// Check, state and detail of the lines that `next` brings; none at the end.
fn pulled(table: &mut Table) -> Option<Vec<[String; 3]>> {
    let batch = table.next(1000).unwrap()?;
    let text = |row, column| match batch.cell(row, column) {
        Some(Cell::Text(text)) => text.to_owned(),
        _ => String::new(),
    };
    let line = |row| [0, 1, 2].map(|column| text(row, column));
    Some((0..batch.rows()).map(line).collect())
}

/// The same table without a constraint on its rows, as a view would give them.
fn without_constraints(base: &Base, table: &str) {
    let made = base.column(&format!("SELECT sql FROM sqlite_master WHERE name = '{table}'"));
    let made = made[0].replace("INTEGER PRIMARY KEY NOT NULL", "");
    base.execute(&format!("ALTER TABLE {table} RENAME TO before"));
    base.execute(&made);
    base.execute(&format!("INSERT INTO {table} SELECT * FROM before"));
    base.execute("DROP TABLE before");
}

#[test]
fn every_doubt_about_the_rows_is_counted_after_the_quick_lines() {
    let (base, desk, plugin) = world("doubts");
    for table in ["stagiaire", "diplome", "inscription", "convention"] {
        without_constraints(&base, table);
    }
    for sql in [
        // Twice as it is, once with another name and address; another one with another address only.
        "INSERT INTO stagiaire SELECT * FROM stagiaire WHERE id = 7",
        "INSERT INTO stagiaire SELECT * FROM stagiaire WHERE id = 7 LIMIT 1",
        "INSERT INTO stagiaire (id, nom, prenom, date_naissance, email) VALUES (400, 'SECRET', 'Une', '1900-01-01', 'a@b.fr')",
        "INSERT INTO stagiaire (id, nom, prenom, date_naissance, email) VALUES (400, 'SECRET', 'Une', '1900-01-01', 'c@b.fr')",
        "INSERT INTO stagiaire (id, nom, prenom, date_naissance, email) VALUES (400, 'SECRET', 'Une', '1900-01-01', 'a@b.fr')",
        "INSERT INTO stagiaire (id, nom, prenom, date_naissance) VALUES (401, 'SECRET', 'Deux', 'pas une date')",
        "INSERT INTO stagiaire (id, nom, prenom, date_naissance) VALUES (402, 'SECRET', 'Trois', 'avant-hier')",
        "INSERT INTO diplome (id, libelle) VALUES (NULL, 'CAP'), ('douze', 'CAP'), (12.5, 'CAP')",
        "INSERT INTO convention (id, inscription_id, date_debut, date_fin) VALUES (NULL, 1, '0000-00-00', '9999-12-31')",
        "INSERT INTO convention (id, inscription_id, date_fin) VALUES (NULL, 1, '2079-06-06')",
        "UPDATE convention SET cause_rupture = hex(zeroblob(600000)) WHERE id = 5",
        "INSERT INTO inscription (id, apprentissage) VALUES (NULL, 1), ('x', 1), (12.5, 1), ('y', 0)",
    ] {
        base.execute(sql);
    }
    let mut table = opened(&desk, &plugin);
    let quick = pulled(&mut table).unwrap();
    let slow = |check: &str| check.starts_with("Lignes de l'ERP") || check.starts_with("API de la Mission");
    assert!(!quick.iter().any(|[check, ..]| slow(check)), "{quick:#?}");
    let mut lines = Vec::new();
    while let Some(more) = pulled(&mut table) {
        lines.extend(more);
    }
    let said = |check: &str, state: &str| -> Vec<&str> {
        let of_it = lines.iter().filter(|line| line[0] == check && line[1] == state);
        of_it.map(|line| line[2].as_str()).collect()
    };

    assert_eq!(
        said("Lignes de l'ERP : stagiaire", "OK"),
        [
            "Lignes : 304. Répétées à l'identique, comptées une seule fois : 3. Dates fictives, comptées comme absentes : \
          date_naissance (3)."
        ]
    );
    assert_eq!(
        said("Lignes de l'ERP : convention", "OK"),
        [
            "Lignes : 314. Sans identifiant lisible : 2. Dates fictives, comptées comme absentes : date_debut (1), \
          date_fin (2)."
        ]
    );
    assert_eq!(said("Lignes de l'ERP : societe", "OK").len(), 1);
    assert_eq!(
        lines
            .iter()
            .filter(|line| line[0].starts_with("Lignes de l'ERP"))
            .count(),
        11
    );

    let problem = |check: &str, words: &[&str]| {
        let [text] = said(check, "À corriger")[..] else {
            panic!("{check}: {lines:#?}")
        };
        for words in words {
            assert!(text.contains(words), "{check}: « {words} » is missing from: {text}");
        }
    };
    problem(
        "Identifiants de l'ERP : stagiaire",
        &[
            "différentes : 1 ",
            "identifiants : 400 ;",
            "diffèrent : email)",
            "table « stagiaire »",
        ],
    );
    problem(
        "Identifiants de l'ERP : diplome",
        &["« id » vide", ": 3.", "table « diplome »"],
    );
    problem("Identifiants de l'ERP : inscription", &["« id » vide", ": 4."]);
    problem(
        "Valeurs de l'ERP : stagiaire.date_naissance",
        &["1 Mio : 2, dans la table « stagiaire »", "fichier de correspondance"],
    );
    problem("Valeurs de l'ERP : convention.cause_rupture", &["1 Mio : 1, "]);
    problem(
        "Inscriptions en apprentissage",
        &["3 inscriptions en apprentissage n'ont pas de numéro lisible"],
    );
    assert_eq!(said("Inscriptions en apprentissage", "OK").len(), 1);
    let doubtful = |line: &&[String; 3]| line[1] != "OK" && !line[0].starts_with("API de la Mission");
    assert_eq!(lines.iter().filter(doubtful).count(), 6, "{lines:#?}");
    for value in ["SECRET", "@b.fr", "avant-hier", "douze"] {
        assert!(lines.iter().all(|line| !line[2].contains(value)), "{value}: {lines:#?}");
    }
}

#[test]
fn clean_rows_have_no_line_to_mend_and_the_reading_of_them_can_be_cancelled() {
    let (_base, desk, plugin) = world("clean");
    let mut table = opened(&desk, &plugin);
    let mut lines = Vec::new();
    while let Some(more) = pulled(&mut table) {
        lines.extend(more);
    }
    let of_rows = ["Lignes", "Identifiants", "Valeurs", "Inscriptions"];
    let found = lines
        .iter()
        .filter(|line| of_rows.iter().any(|start| line[0].starts_with(start)));
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), 12, "{found:#?}");
    assert!(found.iter().all(|line| line[1] == "OK"), "{found:#?}");

    let mut table = opened(&desk, &plugin);
    while !pulled(&mut table).unwrap()[0][0].starts_with("Lignes de l'ERP") {}
    table.canceller().cancel().unwrap();
    assert_eq!(table.next(1).unwrap_err().code, abi::PASSERELLE_E_CANCELLED);
}
