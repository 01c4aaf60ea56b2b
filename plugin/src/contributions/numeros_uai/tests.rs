#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};

use super::*;
use crate::contributions::testing::{Base, User};
use crate::form::Next;

fn user(base: &Base) -> User {
    User(open(base.store.clone(), base.erp.clone()).unwrap())
}

/// The first line of the user guide, as it is typed.
const GUIDE: [(&str, &str); 6] = [
    ("uai", " 1234567a "),
    ("nom", "SC-FORMATION"),
    ("siret", "123 456 789 94444"),
    ("organisme_gestionnaire", "Établissement scolaire privé sous contrat"),
    ("societe", "1"),
    ("secteur", "1"),
];

fn add(user: &mut User, values: &[(&str, &str)]) {
    user.press(ADD).unwrap();
    for (field, value) in values {
        user.fill(field, *value).unwrap();
    }
    user.press(SAVE).unwrap();
}

fn rows(user: &User) -> Vec<Value> {
    user.field("lignes")["rows"].as_array().unwrap().clone()
}

#[test]
fn the_line_of_the_guide_is_added_shown_and_looked_at() {
    let base = Base::new();
    let mut user = user(&base);
    add(&mut user, &GUIDE);
    assert_eq!(
        rows(&user),
        [
            json!({"id": "1", "cells": ["1234567A", "SC-FORMATION", "123 456 789 94444",
            "Établissement scolaire privé sous contrat", "SC-FORMATION", "METZ", null, null, null]})
        ]
    );
    assert_eq!(
        user.message(),
        "warning: La ligne n° 1 est enregistrée.\n\
         Numéro UAI du CFA : la lettre de contrôle attendue est W. Vérifier le numéro.\n\
         Siret du CFA : la clé de contrôle est fausse. Vérifier le numéro."
    );
    let kept = &base.store.lignes_uai().unwrap()[0];
    assert_eq!(kept.siret.as_deref(), Some("12345678994444"));

    // The organisme in use is offered for the next line.
    user.press(ADD).unwrap();
    assert_eq!(user.field("organisme_gestionnaire")["suggestions"], json!([GUIDE[3].1]));
    assert_eq!(user.press(CANCEL).unwrap(), Next::Show);
    assert_eq!(user.press(CLOSE).unwrap(), Next::Close);
}

#[test]
fn each_defect_is_said_under_its_field_until_it_is_mended() {
    let base = Base::new();
    let mut user = user(&base);
    add(&mut user, &[("uai", "123456A"), ("siret", "1234567899444")]);
    assert!(user.message().starts_with("error: Rien n'a été enregistré"));
    for (field, error) in [
        (
            "uai",
            Some("Numéro UAI du CFA malformé : saisir 7 chiffres et une lettre."),
        ),
        ("nom", Some("Nom du CFA manquant : le saisir.")),
        ("siret", Some("Siret du CFA malformé : saisir 14 chiffres.")),
        ("societe", Some("Société manquante : la choisir.")),
        ("secteur", None),
        ("organisme_gestionnaire", None),
    ] {
        assert_eq!(user.field(field)["error"].as_str(), error, "{field}");
    }
    for (field, value) in GUIDE {
        user.fill(field, value).unwrap();
        assert_eq!(user.field(field).get("error"), None, "{field}");
    }
    user.press(SAVE).unwrap();
    assert_eq!(rows(&user).len(), 1);
}

#[test]
fn half_a_couple_is_refused_under_the_number_that_is_missing() {
    let base = Base::new();
    for (entered, missing, error) in [
        (
            "uai_formateur",
            "siret_formateur",
            "SIRET de l'établissement formateur manquant : le saisir avec l'UAI, ou aucun des deux.",
        ),
        (
            "siret_formateur",
            "uai_formateur",
            "UAI de l'établissement formateur manquant : le saisir avec le SIRET, ou aucun des deux.",
        ),
    ] {
        let mut user = user(&base);
        user.press(ADD).unwrap();
        for (field, value) in GUIDE {
            user.fill(field, value).unwrap();
        }
        let value = if entered == "uai_formateur" {
            "0570079B"
        } else {
            "732 829 320 00074"
        };
        user.fill(entered, value).unwrap();
        user.press(SAVE).unwrap();
        assert!(user.message().starts_with("error: Rien n'a été enregistré"));
        assert_eq!(user.field(missing)["error"], error);
        assert_eq!(user.field(entered).get("error"), None);
        user.press(CANCEL).unwrap();
        assert_eq!(base.store.lignes_uai().unwrap(), []);
    }
}

#[test]
fn there_is_one_line_for_an_uai_a_societe_and_a_secteur() {
    let base = Base::new();
    let mut user = user(&base);
    add(&mut user, &GUIDE);
    add(&mut user, &GUIDE);
    assert!(
        user.message().starts_with("error: Il y a déjà une ligne"),
        "{}",
        user.message()
    );
    assert!(user.field("uai")["error"].as_str().unwrap().contains("n° 1"));
    // Of the whole société, it is another line.
    user.fill("secteur", "").unwrap();
    user.press(SAVE).unwrap();
    assert_eq!(rows(&user)[1]["cells"][5], Value::Null);
    // A line may be saved over itself, not over another.
    user.press_on(EDIT, "2").unwrap();
    user.press(SAVE).unwrap();
    user.press_on(EDIT, "2").unwrap();
    user.fill("secteur", "1").unwrap();
    user.press(SAVE).unwrap();
    assert!(user.field("secteur")["error"].as_str().unwrap().contains("n° 1"));
}

#[test]
fn what_another_workstation_saved_is_shown_and_what_was_typed_stays() {
    let base = Base::new();
    let (mut here, mut there) = (user(&base), user(&base));
    add(&mut here, &GUIDE);
    there.press(REFRESH).unwrap();
    here.press_on(EDIT, "1").unwrap();
    there.press_on(EDIT, "1").unwrap();
    there.fill("nom", "AILLEURS").unwrap();
    there.press(SAVE).unwrap();

    here.fill("nom", "ICI").unwrap();
    here.press(SAVE).unwrap();
    assert!(
        here.message()
            .starts_with("error: Cette ligne a été modifiée entre-temps"),
        "{}",
        here.message()
    );
    assert_eq!(here.field("nom")["value"], "ICI");
    assert_eq!(here.field("nom")["warning"], "Enregistré entre-temps : « AILLEURS »");
    // Knowing it, the user may save over it.
    here.press(SAVE).unwrap();
    assert_eq!(rows(&here)[0]["cells"][1], "ICI");

    // The other one's list is of before: nothing is deleted that he has not seen.
    there.press_on(DELETE, "1").unwrap();
    assert!(there.message().contains("n'a pas été supprimée"), "{}", there.message());
    assert_eq!(rows(&there)[0]["cells"][1], "ICI");

    // A line deleted meanwhile is told, and can be added anew.
    here.press_on(EDIT, "1").unwrap();
    there.press_on(DELETE, "1").unwrap();
    assert!(rows(&there).is_empty());
    here.press(SAVE).unwrap();
    assert!(here.message().contains("supprimée entre-temps"), "{}", here.message());
    here.press(SAVE).unwrap();
    assert_eq!(rows(&here)[0]["cells"][1], "ICI");
}

#[test]
fn imported_lines_are_shown_as_they_are_with_what_is_wrong() {
    let base = Base::new();
    base.execute(
        "INSERT INTO mna_uai (id, uai, siret, societe_id, secteur_id, type_cfa) VALUES (3, 'x', '12', 9, 8, '77')",
    );
    let mut user = user(&base);
    let line = &rows(&user)[0]["cells"];
    assert_eq!(
        *line,
        json!(["x", null, "12", null, "société n° 9", "secteur n° 8", "77", null, null])
    );
    let warning = user.field("lignes")["warning"].as_str().unwrap().to_owned();
    assert!(warning.contains("Ligne n° 3 : Type de CFA inconnu"), "{warning}");
    // What the ERP no longer has can still be seen and kept.
    user.press_on(EDIT, "3").unwrap();
    assert_eq!(user.field("societe")["value"], "9");
    assert_eq!(user.field("type_cfa")["value"], "77");
    user.fill("societe", "2").unwrap();
    assert_eq!(
        user.field("secteur")["value"],
        "",
        "a sector of another société is none of this one"
    );
}

#[test]
fn what_a_host_makes_up_is_refused_and_changes_nothing() {
    let base = Base::new();
    let mut user = user(&base);
    add(&mut user, &GUIDE);
    assert!(user.fill("uai", "x").is_err(), "the list is shown");
    assert!(user.press_on(EDIT, "7").is_err());
    assert!(user.press("inconnu").is_err());
    user.press_on(EDIT, "1").unwrap();
    assert!(user.fill("societe", "77").is_err());
    assert!(user.fill("uai", 12).is_err());
    assert!(user.fill("inconnu", "x").is_err());
    user.press(SAVE).unwrap();
    assert_eq!(rows(&user).len(), 1);
}
