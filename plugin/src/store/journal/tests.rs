#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unit_arg
)]

use serde_json::{Value, json};

use super::*;
use crate::bases::{Product, on_each};
use crate::database::DatabaseError;
use crate::store::tests::store;
use crate::store::{Store, StoreError};

on_each! {
    a_night_is_told_as_the_contract_says
    a_running_night_adds_up_at_every_step
    a_batch_that_is_halved_leaves_its_trace
    a_dossier_sent_again_shows_both_answers
    words_without_a_bound_hide_no_other_dossier
    a_dossier_has_one_row_and_a_failed_batch_leaves_none
    runs_are_found_listed_newest_first_and_purged_with_all_that_is_theirs
    a_resumed_run_keeps_its_plan_and_what_was_settled_and_reads_the_rest_anew
}

fn open(nuit: &str) -> OpenRun {
    OpenRun {
        nuit: nuit.parse().unwrap(),
        run_date: "2026-11-24".parse().unwrap(),
        debut: "2026-11-24T02:00:03+01:00".parse().unwrap(),
        forcee: false,
        plan: "{}".to_owned(),
    }
}

/// An establishment of a run, opened.
fn opened(journal: &Journal, run: RunId, numero: i64, uai: &str) -> EtablissementId {
    let id = EtablissementId { run, numero };
    assert_eq!(journal.open_etablissement(id, &access(uai)).unwrap(), 0);
    id
}

fn access(uai: &str) -> Etablissement {
    Etablissement {
        societe_id: Some(1),
        secteur_id: Some(2),
        uai: Some(uai.to_owned()),
        siret: Some("12345678994444".to_owned()),
        protocole: Protocole::V3,
    }
}

fn ready(ids: std::ops::Range<i64>) -> Vec<ResultatPret> {
    ids.map(|id| ResultatPret {
        inscription_id: id,
        id_erp_apprenant: Some((id + 1000).to_string()),
        empreinte: format!("{id:064}"),
        empreintes: format!("1:k:v3:{id:04}"),
    })
    .collect()
}

fn accepted(inscription_id: i64) -> Verdict {
    Verdict {
        inscription_id,
        rejet: None,
        premiere: None,
    }
}

fn rejected(inscription_id: i64, champ: &str, message: &str) -> Verdict {
    let erreur = Erreur {
        champ: champ.to_owned(),
        message: message.to_owned(),
    };
    Verdict {
        inscription_id,
        rejet: Some(vec![erreur]),
        premiere: None,
    }
}

fn end() -> DateTime<FixedOffset> {
    "2026-11-24T02:10:00+01:00".parse().unwrap()
}

fn report(store: &Store, filter: RunFilter) -> Value {
    let mut out = Vec::new();
    store.write_report_json(filter, &mut out).unwrap();
    let report: Value = serde_json::from_slice(&out).unwrap();
    for run in report["executions"].as_array().unwrap() {
        let counts = &run["comptes"];
        let figure = |name: &str| counts[name].as_i64().unwrap();
        let sum = figure("acceptes") + figure("rejetes") + figure("non_envoyes") + figure("en_attente");
        assert_eq!(figure("lus"), sum, "{run}");
        assert_eq!(run["rejets"].as_array().unwrap().len() as i64, figure("rejetes"));
        assert_eq!(
            run["non_envoyes"].as_array().unwrap().len() as i64,
            figure("non_envoyes")
        );
    }
    report
}

fn a_night_is_told_as_the_contract_says(product: Product) {
    let (_base, _database, store) = store(product);
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("2026-11-23")).unwrap();
    let left_out = [
        NonEnvoye {
            inscription_id: 9,
            id_erp_apprenant: Some("5".to_owned()),
            motifs: vec![CodeMotif::EmailContactManquant, CodeMotif::UaiSiretManquant],
        },
        NonEnvoye {
            inscription_id: 8,
            id_erp_apprenant: None,
            motifs: vec![CodeMotif::NomManquant],
        },
    ];
    journal.non_envoyes(run, &left_out).unwrap();
    let first = opened(&journal, run, 1, "1234567A");
    let second = opened(&journal, run, 2, "7654321B");
    let lot = journal.lot_pret(first, 1, &ready(100..103)).unwrap();
    journal.lot_envoye(lot, 1).unwrap();
    let words = "Numéro de téléphone invalide, « 06 »";
    let verdicts = [accepted(100), rejected(101, "tel_apprenant", words), accepted(102)];
    journal.lot_repondu(lot, 200, 2, &verdicts).unwrap();
    journal.close_etablissement(first, EtatEtablissement::Termine).unwrap();
    let refused = journal.lot_pret(second, 1, &ready(200..202)).unwrap();
    journal.lot_refuse(refused, Some(401), 1, &[]).unwrap();
    journal.en_attente(second, &ready(202..203)).unwrap();
    journal
        .close_etablissement(second, EtatEtablissement::CleRefusee)
        .unwrap();
    let counts = journal
        .close_run(run, EtatExecution::Terminee, end(), &[])
        .unwrap()
        .comptes;
    assert_eq!(
        counts,
        Comptes {
            lus: 8,
            acceptes: 2,
            rejetes: 1,
            non_envoyes: 2,
            en_attente: 3
        }
    );

    let etablissement = |uai: &str, etat: &str, lot: Value| json!({"uai": uai, "siret": "12345678994444", "protocole": "v3", "etat": etat, "lots": [lot]});
    let expected = json!({"executions": [{
        "id": 1, "nuit": "2026-11-23", "etat": "incomplete", "verdict": "rouge",
        "causes": ["3 dossiers n'ont pas pu partir et restent en attente.",
            "1 dossier rejeté par le service : corrigez-le, il repart la nuit prochaine.",
            "2 dossiers non envoyés : leurs motifs sont dans le compte rendu."], "debut": "2026-11-24T02:00:03+01:00",
        "fin": "2026-11-24T02:10:00+01:00",
        "comptes": {"lus": 8, "acceptes": 2, "rejetes": 1, "non_envoyes": 2, "en_attente": 3},
        "etablissements": [
            etablissement("1234567A", "termine",
                json!({"numero": 1, "dossiers": 3, "etat": "repondu", "http": 200, "tentatives": 2})),
            etablissement("7654321B", "cle_refusee",
                json!({"numero": 1, "dossiers": 2, "etat": "refuse", "http": 401, "tentatives": 1})),
        ],
        "rejets": [{"inscription_id": 101, "id_erp_apprenant": "1101",
                    "erreurs": [{"champ": "tel_apprenant", "message": words}]}],
        "non_envoyes": [
            {"inscription_id": 8, "id_erp_apprenant": null, "motifs": ["NOM_MANQUANT"]},
            {"inscription_id": 9, "id_erp_apprenant": "5",
             "motifs": ["EMAIL_CONTACT_MANQUANT", "UAI_SIRET_MANQUANT"]}]
    }]});
    assert_eq!(report(&store, RunFilter::Last(10)), expected);
    assert_eq!(report(&store, RunFilter::One(run)), expected);
}

fn a_running_night_adds_up_at_every_step(product: Product) {
    let (_base, _database, store) = store(product);
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("2026-11-23")).unwrap();
    let counts = || journal.run(run).unwrap().comptes;
    assert_eq!(counts(), Comptes::default());
    let place = opened(&journal, run, 1, "1234567A");
    let lot = journal.lot_pret(place, 1, &ready(0..1200)).unwrap();
    assert_eq!(
        counts(),
        Comptes {
            lus: 1200,
            en_attente: 1200,
            ..Comptes::default()
        }
    );
    let state = || {
        let mut states = Vec::new();
        journal
            .each_lot(place, |lot| {
                states.push((lot.id.numero, lot.dossiers, lot.etat, lot.http));
                Ok(())
            })
            .unwrap();
        states
    };
    assert_eq!(state(), [(1, 1200, EtatLot::Pret, None)]);
    journal.lot_envoye(lot, 1).unwrap();
    assert_eq!(state(), [(1, 1200, EtatLot::Envoye, None)]);
    let verdicts: Vec<Verdict> = (0..1199)
        .map(|id| {
            if id % 2 == 0 {
                accepted(id)
            } else {
                rejected(id, "", "non")
            }
        })
        .collect();
    journal.lot_repondu(lot, 200, 1, &verdicts).unwrap();
    assert_eq!(
        counts(),
        Comptes {
            lus: 1200,
            acceptes: 600,
            rejetes: 599,
            en_attente: 1,
            ..Comptes::default()
        }
    );
    let told = report(&store, RunFilter::One(run));
    assert_eq!(told["executions"][0]["etat"], "en_cours");
    assert_eq!(told["executions"][0]["fin"], Value::Null);
}

fn a_batch_that_is_halved_leaves_its_trace(product: Product) {
    let (_base, _database, store) = store(product);
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("2026-11-23")).unwrap();
    let place = opened(&journal, run, 1, "1234567A");
    let whole = journal.lot_pret(place, 1, &ready(0..3)).unwrap();
    journal.lot_refuse(whole, Some(400), 1, &[]).unwrap();
    let parts = [
        journal.lot_partie(place, 2, &[0, 1]).unwrap(),
        journal.lot_partie(place, 3, &[2]).unwrap(),
    ];
    journal
        .lot_repondu(parts[0], 200, 1, &[accepted(0), accepted(1)])
        .unwrap();
    journal
        .lot_refuse(parts[1], Some(400), 1, &[rejected(2, "", "Bad Request")])
        .unwrap();
    let mut lots = Vec::new();
    journal
        .each_lot(place, |lot| {
            lots.push((lot.id.numero, lot.dossiers, lot.etat, lot.http));
            Ok(())
        })
        .unwrap();
    assert_eq!(
        lots,
        [
            (1, 3, EtatLot::Refuse, Some(400)),
            (2, 2, EtatLot::Repondu, Some(200)),
            (3, 1, EtatLot::Refuse, Some(400))
        ]
    );
    let mut culprits = Vec::new();
    journal
        .each_rejet(run, |rejet| {
            culprits.push((rejet.inscription_id, rejet.lot));
            Ok(())
        })
        .unwrap();
    assert_eq!(culprits, [(2, Some(3))]);
    let counts = journal
        .close_run(run, EtatExecution::Terminee, end(), &[])
        .unwrap()
        .comptes;
    assert_eq!(
        counts,
        Comptes {
            lus: 3,
            acceptes: 2,
            rejetes: 1,
            ..Comptes::default()
        }
    );
}

fn a_dossier_sent_again_shows_both_answers(product: Product) {
    let (_base, _database, store) = store(product);
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("2026-11-23")).unwrap();
    let place = opened(&journal, run, 1, "1234567A");
    let lot = journal.lot_pret(place, 1, &ready(0..2)).unwrap();
    let before = |rejet: Verdict, message: &str| Verdict {
        premiere: rejected(0, "tel_apprenant", message).rejet,
        ..rejet
    };
    let verdicts = [
        before(accepted(0), "un"),
        before(rejected(1, "nom_apprenant", "trois"), "deux"),
    ];
    journal.lot_repondu(lot, 200, 1, &verdicts).unwrap();
    let told = &report(&store, RunFilter::One(run))["executions"][0];
    assert_eq!(
        told["rejets"],
        json!([{"inscription_id": 1, "id_erp_apprenant": "1001",
                "erreurs": [{"champ": "nom_apprenant", "message": "trois"}],
                "premiere_reponse": [{"champ": "tel_apprenant", "message": "deux"}]}])
    );
    assert_eq!(
        told["reprises"],
        json!([{"inscription_id": 0, "id_erp_apprenant": "1000",
                "premiere_reponse": [{"champ": "tel_apprenant", "message": "un"}]}])
    );
}

fn words_without_a_bound_hide_no_other_dossier(product: Product) {
    let (_base, _database, store) = store(product);
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("2026-11-23")).unwrap();
    let place = opened(&journal, run, 1, "1234567A");
    let lot = journal.lot_pret(place, 1, &ready(0..2)).unwrap();
    let endless = "m".repeat(3_000_000);
    let verdicts = [
        rejected(0, "tel_apprenant", &endless),
        rejected(1, "nom_apprenant", "court"),
    ];
    journal.lot_repondu(lot, 200, 1, &verdicts).unwrap();
    let told = &report(&store, RunFilter::One(run))["executions"][0]["rejets"];
    let first = told[0]["erreurs"][0]["message"].as_str().unwrap();
    assert!(first.contains("trop longue"), "{first}");
    assert_eq!(
        told[1]["erreurs"],
        json!([{"champ": "nom_apprenant", "message": "court"}])
    );
}

fn a_dossier_has_one_row_and_a_failed_batch_leaves_none(product: Product) {
    let (_base, _database, store) = store(product);
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("2026-11-23")).unwrap();
    let place = opened(&journal, run, 1, "1234567A");
    journal.lot_pret(place, 1, &ready(0..2)).unwrap();
    let twice = journal.lot_pret(place, 2, &ready(1..4));
    assert!(
        matches!(twice, Err(StoreError::Database(DatabaseError::Constraint(_)))),
        "{twice:?}"
    );
    assert_eq!(journal.run(run).unwrap().comptes.lus, 2);
    let mut lots = 0;
    let count = |_| {
        lots += 1;
        Ok(())
    };
    journal.each_lot(place, count).unwrap();
    assert_eq!(lots, 1);
    // The same dossier in another run is another row.
    let other = journal.open_run(&open("2026-11-24")).unwrap();
    let place = opened(&journal, other, 1, "1234567A");
    journal.lot_pret(place, 1, &ready(0..2)).unwrap();
}

fn runs_are_found_listed_newest_first_and_purged_with_all_that_is_theirs(product: Product) {
    let (_base, database, store) = store(product);
    let journal = store.journal().unwrap();
    let mut ids = Vec::new();
    for nuit in ["2026-08-01", "2026-11-22", "2026-11-23", "2026-11-23"] {
        let run = journal.open_run(&open(nuit)).unwrap();
        let place = opened(&journal, run, 1, "1234567A");
        journal.lot_pret(place, 1, &ready(0..2)).unwrap();
        journal.close_run(run, EtatExecution::Annulee, end(), &[]).unwrap();
        ids.push(run);
    }
    let listed = |limit| {
        journal
            .runs(limit)
            .unwrap()
            .iter()
            .map(|run| run.id.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(3), [4, 3, 2]);
    assert_eq!(listed(0), Vec::<i64>::new());
    assert_eq!(
        journal.find_run("2026-11-23".parse().unwrap()).unwrap().unwrap().id,
        ids[3]
    );
    assert_eq!(journal.find_run("2026-11-21".parse().unwrap()).unwrap(), None);
    assert_eq!(journal.purge("2026-11-23".parse().unwrap()).unwrap(), 2);
    assert_eq!(listed(10), [4, 3]);
    assert!(matches!(journal.run(ids[0]), Err(StoreError::UnknownRun { id: 1 })));
    assert!(matches!(
        journal.close_run(ids[0], EtatExecution::Terminee, end(), &[]),
        Err(StoreError::UnknownRun { .. })
    ));
    for table in ["mna_resultat", "mna_lot", "mna_etablissement"] {
        let sql = format!("SELECT DISTINCT execution_id FROM {table} ORDER BY execution_id");
        assert_eq!(crate::store::tests::column(&database, &sql), ["3", "4"], "{table}");
    }
}

fn a_resumed_run_keeps_its_plan_and_what_was_settled_and_reads_the_rest_anew(product: Product) {
    let (_base, database, store) = store(product);
    let journal = store.journal().unwrap();
    let kept = OpenRun {
        plan: r#"{"secteurs": []}"#.to_owned(),
        ..open("2026-11-23")
    };
    let run = journal.open_run(&kept).unwrap();
    let here = opened(&journal, run, 1, "1234567A");
    let lot = journal.lot_pret(here, 1, &ready(0..3)).unwrap();
    journal
        .lot_repondu(lot, 200, 1, &[accepted(0), rejected(1, "x", "y")])
        .unwrap();
    let in_doubt = journal.lot_pret(here, 2, &ready(3..5)).unwrap();
    journal.lot_envoye(in_doubt, 1).unwrap();
    journal.close_etablissement(here, EtatEtablissement::Annule).unwrap();
    journal.close_run(run, EtatExecution::Annulee, end(), &[]).unwrap();

    assert_eq!(journal.resume_run(run).unwrap(), kept.plan);
    let resumed = journal.run(run).unwrap();
    assert_eq!((resumed.etat, resumed.fin), (EtatExecution::EnCours, None));
    let settled = journal.settled(run, &(0..1200).collect::<Vec<_>>()).unwrap();
    assert_eq!(settled, [0, 1].into());
    // Its batches go on behind those that it has, and dossiers in doubt may be written down again.
    assert_eq!(journal.open_etablissement(here, &access("1234567A")).unwrap(), 2);
    assert_eq!(journal.etablissements(run).unwrap()[0].etat, None);
    let last = journal.lot_pret(here, 3, &ready(2..5)).unwrap();
    assert!(matches!(
        journal.resume_run(RunId(99)),
        Err(StoreError::UnknownRun { id: 99 })
    ));
    // While something is pending its plan is kept; once it is done, nothing of it is: it holds API keys.
    let plans = || crate::store::tests::column(&database, "SELECT plan FROM mna_execution WHERE plan <> ''");
    let fin = journal.close_run(run, EtatExecution::Terminee, end(), &[]).unwrap();
    assert_eq!((fin.etat, plans().len()), (EtatExecution::Incomplete, 1));
    journal
        .lot_repondu(last, 200, 1, &[accepted(2), accepted(3), accepted(4)])
        .unwrap();
    let fin = journal.close_run(run, EtatExecution::Terminee, end(), &[]).unwrap();
    assert_eq!(
        (fin.etat, fin.conclusion),
        (EtatExecution::Terminee, Conclusion::Orange)
    );
    assert!(plans().is_empty(), "{:?}", plans());
}
