//! The diagnosis.

use std::cell::Cell;

use super::base::Base;
use crate::bases::{Product, on_each};
use crate::erp::ErpError;
use crate::erp::schema::ENTITIES;

on_each! {
    a_sound_schema_has_one_line_an_entity
    everything_that_is_wrong_is_said_at_once
    a_count_of_rows_is_cancelled_between_two_rows
}

fn a_sound_schema_has_one_line_an_entity(product: Product) {
    let checks = Base::with_secteurs(product).erp().diagnose();
    assert_eq!(checks.len(), ENTITIES.len());
    assert!(checks.iter().all(|check| check.probleme.is_none()), "{checks:#?}");
}

fn everything_that_is_wrong_is_said_at_once(product: Product) {
    let base = Base::all_text(product);
    for sql in [
        "DROP TABLE sifa_responsable",
        "ALTER TABLE stagiaire RENAME COLUMN nom TO nom_usage",
        "ALTER TABLE stagiaire RENAME COLUMN email TO courriel",
        "ALTER TABLE secteur DROP COLUMN latitude",
        "ALTER TABLE secteur ADD COLUMN latitude TIME",
        "INSERT INTO convention (id, date_debut) VALUES (1, '31/12/2025'), (2, '01/01/2026')",
        "INSERT INTO inscription (id, date_entree) VALUES (1, 'hier'), (2, '2026-01-01')",
    ] {
        base.run(sql);
    }
    let checks = base.erp().diagnose();
    let shown: Vec<_> = checks
        .iter()
        .filter_map(|c| c.probleme.as_ref().map(|text| format!("{}: {text}", c.entite)))
        .collect();
    let expected = [
        ("secteur", "« latitude »"),
        ("stagiaire", "« nom »"),
        ("stagiaire", "« email »"),
        ("convention", "« date_debut »"),
        ("sifa_responsable", "« sifa_responsable »"),
    ];
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for ((entity, name), shown) in expected.iter().zip(&shown) {
        assert!(shown.starts_with(entity) && shown.contains(name), "{shown}");
    }
}

fn a_count_of_rows_is_cancelled_between_two_rows(product: Product) {
    let base = Base::with_secteurs(product);
    let erp = base.erp();
    let secteur = ENTITIES.iter().position(|entity| entity.name == "secteur").unwrap();
    let rows = erp.tally(secteur, &|| false).unwrap().unwrap().lignes.unwrap();
    assert!(rows >= 2, "{rows}");
    let asked = Cell::new(0);
    let cancelled = erp.tally(secteur, &|| {
        asked.set(asked.get() + 1);
        asked.get() == 2
    });
    assert_eq!((cancelled, asked.get()), (Err(ErpError::Cancelled), 2));
}
