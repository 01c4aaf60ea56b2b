//! The rules against the worked example in `tests/golden/reel`, without a host: every dossier field by field, every reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../../tests/support/golden.rs"]
mod golden;

use std::fs;
use std::path::Path;

use golden::{Counts, LeftOut, Preview, Reason, Sent, compare};
use passerelle::database::Database;
use passerelle::dossier::Protocole;
use passerelle::erp::{Erp, Mapping};
use passerelle::night::stream::{Choice, Plan};
use passerelle::store::{Acces, ReglageSecteur};
use serde_json::{Value, json};

#[test]
fn v3() {
    check(Protocole::V3);
}

#[test]
fn statut_candidats() {
    check(Protocole::StatutCandidats);
}

fn check(protocole: Protocole) {
    let expected: Preview = serde_json::from_slice(&read(&format!("{protocole}.json"))).unwrap();
    let (found, told) = preview(protocole, &expected.run_date);
    compare(&found, &expected);
    // What is said of each dossier sent, beside what goes out.
    let document: Value = serde_json::from_slice(&read(&format!("{protocole}.json"))).unwrap();
    for (told, line) in told.iter().zip(document["envoyes"].as_array().unwrap()) {
        for key in ["retenu", "statut_affiche"] {
            assert_eq!(told[key], line[key], "{key}, inscription {}", line["inscription_id"]);
        }
    }
}

fn preview(protocole: Protocole, run_date: &str) -> (Preview, Vec<Value>) {
    // A copy, since SQLite may write beside the file that it reads.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("erp.db");
    fs::write(&file, read("erp.db")).unwrap();
    let database = Database::connect(&format!("Driver=SQLite3;Database={}", file.display())).unwrap();
    let settings: Value = serde_json::from_slice(&read("settings.json")).unwrap();
    let secteurs: Vec<ReglageSecteur> = serde_json::from_value(settings["secteurs"].clone()).unwrap();
    let plan = Plan {
        erp: Erp::new(database, Mapping::default()),
        run_date: run_date.parse().unwrap(),
        named: secteurs.iter().map(|s| (s.societe_id, s.secteur_id)).collect(),
        secteurs,
        lignes_uai: serde_json::from_value(settings["uai"].clone()).unwrap(),
        acces: acces(&settings),
        choice: Choice::Fixed {
            protocole,
            donnees_sifa: false,
        },
    };
    let mut stream = plan.start();
    let (mut envoyes, mut non_envoyes, mut told) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(group) = stream.next_group(&|| false).unwrap() {
        for dossier in group.into_iter().map(|prepared| prepared.dossier) {
            let inscription_id = dossier.inscription_id;
            if dossier.envoyable() {
                told.push(json!({
                    "retenu": dossier.retenu.map(|retenue| retenue.code()),
                    "statut_affiche": dossier.statut_affiche.map(|statut| statut.code()),
                }));
                let body = serde_json::to_string(&dossier.corps()).unwrap();
                envoyes.push(Sent {
                    inscription_id,
                    dossier: serde_json::from_str(&body).unwrap(),
                });
            } else {
                let code = |motif: &passerelle::dossier::Motif| Reason::Code(motif.code.code().to_owned());
                non_envoyes.push(LeftOut {
                    inscription_id,
                    id_erp_apprenant: dossier.stagiaire_id.map(|id| id.to_string()),
                    motifs: dossier.motifs.iter().map(code).collect(),
                });
            }
        }
    }
    let preview = Preview {
        run_date: run_date.to_owned(),
        protocole: protocole.to_string(),
        resume: Counts {
            lus: envoyes.len() + non_envoyes.len(),
            envoyes: envoyes.len(),
            non_envoyes: non_envoyes.len(),
        },
        envoyes,
        non_envoyes,
    };
    (preview, told)
}

/// The accesses; their keys are not opened here, only whether there is one counts.
fn acces(settings: &Value) -> Vec<Acces> {
    let lines = (1..).zip(settings["acces"].as_array().unwrap());
    let acces = lines.map(|(id, line)| Acces {
        id,
        societe_id: line["societe_id"].as_i64(),
        secteur_id: line["secteur_id"].as_i64(),
        uai: line["uai"].as_str().map(str::to_owned),
        protocole: line["protocole"].as_str().unwrap_or("v3").parse().unwrap(),
        url: None,
        identifiant: None,
        cle_scellee: line["cle"].as_str().map(str::to_owned),
    });
    acces.collect()
}

fn read(file: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../tests/golden/reel")
            .join(file),
    )
    .unwrap()
}
