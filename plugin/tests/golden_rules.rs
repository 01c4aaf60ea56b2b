//! The rules against the worked example in `tests/golden`, without a host: every dossier field by field, every reason.

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
use passerelle::store::ReglageSecteur;
use serde_json::Value;

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
    compare(&preview(protocole, &expected.run_date), &expected);
}

fn preview(protocole: Protocole, run_date: &str) -> Preview {
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
        acces: Vec::new(),
        choice: Choice::Fixed {
            protocole,
            donnees_sifa: false,
        },
    };
    let mut stream = plan.start();
    let (mut envoyes, mut non_envoyes) = (Vec::new(), Vec::new());
    while let Some(group) = stream.next_group(&|| false).unwrap() {
        for dossier in group.into_iter().map(|prepared| prepared.dossier) {
            let inscription_id = dossier.inscription_id;
            if dossier.envoyable() {
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
    Preview {
        run_date: run_date.to_owned(),
        protocole: protocole.to_string(),
        resume: Counts {
            lus: envoyes.len() + non_envoyes.len(),
            envoyes: envoyes.len(),
            non_envoyes: non_envoyes.len(),
        },
        envoyes,
        non_envoyes,
    }
}

fn read(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(file)).unwrap()
}
