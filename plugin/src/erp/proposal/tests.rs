//! What is proposed for other ERPs' names.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::erp::Mapping;
use crate::erp::schema::ENTITIES;

fn table(schema: &str, name: &str, columns: &str) -> CatalogueTable {
    CatalogueTable {
        schema: schema.to_owned(),
        name: name.to_owned(),
        columns: columns.split(", ").map(str::to_owned).collect(),
    }
}

/// The file, once it has been seen to load.
fn proposed(catalogue: &[CatalogueTable]) -> String {
    let text = propose(catalogue);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("correspondance.toml");
    std::fs::write(&file, &text).unwrap();
    if let Err(error) = Mapping::load(&file) {
        panic!("{}\n{text}", error.user_text());
    }
    text
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "{line}\n{text}");
    }
}

#[test]
fn the_reference_schema_is_found_whole() {
    let catalogue: Vec<_> = ENTITIES
        .iter()
        .map(|entity| {
            let columns: Vec<_> = entity.columns.iter().map(|column| column.name).collect();
            table("", entity.name, &columns.join(", "))
        })
        .collect();
    let text = proposed(&catalogue);
    for entity in ENTITIES {
        has(
            &text,
            &[
                &format!("[entity.{}]", entity.name),
                &format!("table = \"{}\"", entity.name),
            ],
        );
        let section = text
            .split(&format!("[entity.{}.columns]\n", entity.name))
            .nth(1)
            .unwrap();
        let section = section.split("\n\n").next().unwrap();
        for column in entity.read() {
            has(section, &[&format!("{0} = \"{0}\"", column.name)]);
        }
    }
}

#[test]
fn prefixes_synonyms_and_shared_keys_are_understood() {
    let text = proposed(&[
        table("dbo", "SITES", "SIT_ID, SOC_ID, SIT_NOM, SIT_CP, SIT_LAT, SIT_LON"),
        table(
            "dbo",
            "STAGIAIRES",
            "STA_CLE, STA_NOM, STA_PRENOM, STA_NE_LE, STA_MAIL, STA_TEL_FIXE, STA_TEL_BUREAU, STA_VILLE",
        ),
        table(
            "dbo",
            "INSCRITS",
            "INS_ID, STA_CLE, ACT_ID, SIT_ID, INS_APPRENTI, INS_MOTIF",
        ),
        table("dbo", "ACTIONS", "ACT_ID, ACT_DU, ACT_AU, DIP_ID"),
        table(
            "dbo",
            "Contrats d'apprentissage",
            "N°, id, Inscription, Début, Fin, Date rupture",
        ),
        table("dbo", "mna_secteur", "id, nom"),
    ]);
    has(
        &text,
        &[
            "table = \"dbo.STAGIAIRES\"",
            "id = \"STA_CLE\"",
            "nom = \"STA_NOM\"",
            "date_naissance = \"STA_NE_LE\"",
            "email = \"STA_MAIL\"",
            "# telephone = \"STA_TEL_FIXE\"   # à vérifier : STA_TEL_FIXE, STA_TEL_BUREAU",
            "rqth = \"\"   # facultative, rien ne s'en approche",
            "table = \"dbo.INSCRITS\"",
            "stagiaire_id = \"STA_CLE\"",
            "action_id = \"ACT_ID\"",
            "secteur_id = \"SIT_ID\"",
            "apprentissage = \"INS_APPRENTI\"",
            "motif_sortie = \"INS_MOTIF\"",
            "# sortie_reelle = \"…\"   # obligatoire, rien ne s'en approche",
            "date_debut = \"ACT_DU\"",
            "table = \"dbo.[Contrats d'apprentissage]\"",
            "# inscription_id = \"Inscription\"   # à vérifier : Inscription",
            "date_rupture = \"Date rupture\"",
            "# Aucune table ne s'approche de l'entité sifa. À compléter :",
            "# absent = true",
        ],
    );
    assert!(!text.contains("mna_"), "{text}");
}

#[test]
fn two_tables_that_fit_alike_are_left_to_the_user() {
    let columns = "id, nom, prenom, date_naissance, email, telephone";
    let text = proposed(&[table("", "eleves", columns), table("", "apprenants", columns)]);
    has(&text, &["# [entity.stagiaire]", "# table = \"eleves\""]);
    assert!(
        text.contains("Tables qui s'en approchent : eleves, apprenants."),
        "{text}"
    );
}

#[test]
fn an_empty_database_gives_a_file_to_fill_in() {
    let text = proposed(&[]);
    for entity in ENTITIES {
        has(&text, &[&format!("# [entity.{}]", entity.name)]);
    }
    assert!(
        text.lines().all(|line| line.is_empty() || line.starts_with('#')),
        "{text}"
    );
}
