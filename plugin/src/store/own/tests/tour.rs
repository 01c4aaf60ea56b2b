//! Everything that the store does, once.

use chrono::{DateTime, FixedOffset};

use crate::database::Dialect;
use crate::dossier::records::LigneUai;
use crate::dossier::{CodeMotif, Protocole};
use crate::store::journal::*;
use crate::store::{
    Auteur, ReglageAcces, ReglageCourriel, ReglageSecteur, Sealer, SealingKey, Secret, Settings, Store,
};

pub(super) fn everything(store: &Store, dialect: &Dialect) {
    assert!(!Store::ddl(dialect).is_empty());
    settings(store);
    assert!(store.missing_rights().unwrap().is_empty());
    lock(store);
    journal(store);
}

fn at() -> DateTime<FixedOffset> {
    "2026-11-24T02:00:03+01:00".parse().unwrap()
}

fn sealer(key: &SealingKey) -> Sealer {
    Sealer::new(key).unwrap()
}

fn settings(store: &Store) {
    let key = |byte| SealingKey::from_host_secret(&[byte; 32]).unwrap();
    let (before, after) = (key(1), key(2));
    let (old, new) = (sealer(&before), sealer(&after).with_previous(&before).unwrap());
    let auteur = Auteur { nom: None, le: at() };
    let file = r#"{"secteurs": [{"societe_id": 1, "secteur_id": 9, "passerelle_sifa": true}],
                   "uai": [{"uai": "1234567A"}], "acces": [{"uai": "1234567A"}],
                   "courriel": {"destinataires": ["a@example.org"], "quand": "toujours"}}"#;
    store
        .import(&Settings::from_json(file).unwrap(), &old, &auteur)
        .unwrap();
    let empty = Settings::from_json("{}").unwrap();
    store.import(&empty, &old, &auteur).unwrap();
    let boxes = ReglageSecteur {
        societe_id: 1,
        secteur_id: 2,
        ..ReglageSecteur::default()
    };
    let saved = store.save_secteur(boxes, None, &auteur).unwrap();
    store.save_secteur(boxes, Some(saved.revision), &auteur).unwrap();
    store.secteur(1, 2).unwrap();
    let line = LigneUai {
        uai: Some("1234567A".to_owned()),
        ..LigneUai::default()
    };
    let id = store.save_uai(&line, None).unwrap();
    let stored = store.liste_uai().unwrap().remove(0);
    store.save_uai(&LigneUai { id, ..line }, Some(stored.revision)).unwrap();
    store.delete_uai(id, stored.revision + 1).unwrap();
    let access = |cle: Option<&str>| ReglageAcces {
        societe_id: Some(1),
        secteur_id: Some(2),
        uai: None,
        protocole: Protocole::V3,
        url: None,
        identifiant: None,
        cle: cle.map(|key| Secret::new(key.to_owned())),
    };
    let id = store.save_acces(&access(Some("k")), None, &old, &auteur).unwrap().id;
    let revision = store.liste_acces().unwrap().remove(0).revision;
    store
        .save_acces(&access(Some("l")), Some((id, revision)), &old, &auteur)
        .unwrap();
    let courriel = store.courriel().unwrap();
    let reglage = ReglageCourriel {
        mot_de_passe: Some(Secret::new("p".to_owned())),
        ..ReglageCourriel::default()
    };
    store.save_courriel(reglage, courriel.revision, &old, &auteur).unwrap();
    store.export().unwrap();
    let acces = serde_json::to_value(store.acces().unwrap()).unwrap();
    let plan = serde_json::json!({"acces": acces}).to_string();
    let run = store.journal().unwrap().open_run(&open(&plan)).unwrap();
    assert_eq!(store.reseal(&new).unwrap().keys, 3);
    let journal = store.journal().unwrap();
    journal.close_run(run, EtatExecution::Terminee, at(), &[]).unwrap();
    store.delete_acces(id, revision + 1).unwrap();
}

fn lock(store: &Store) {
    // A sixth of no time is over at once: the lease is renewed.
    let lock = store.lock(std::time::Duration::ZERO).unwrap().unwrap();
    assert!(lock.keep());
}

fn open(plan: &str) -> OpenRun {
    OpenRun {
        nuit: "2026-11-23".parse().unwrap(),
        run_date: "2026-11-24".parse().unwrap(),
        debut: at(),
        forcee: false,
        plan: plan.to_owned(),
    }
}

fn journal(store: &Store) {
    let journal = store.journal().unwrap();
    let run = journal.open_run(&open("{}")).unwrap();
    let place = EtablissementId { run, numero: 1 };
    let access = Etablissement {
        societe_id: None,
        secteur_id: None,
        uai: None,
        siret: None,
        protocole: Protocole::V3,
    };
    journal.open_etablissement(place, &access).unwrap();
    let left_out = NonEnvoye {
        inscription_id: 1,
        id_erp_apprenant: None,
        motifs: vec![CodeMotif::NomManquant],
    };
    journal.non_envoyes(run, &[left_out]).unwrap();
    let ready = |id| ResultatPret {
        inscription_id: id,
        id_erp_apprenant: None,
        empreinte: String::new(),
        empreintes: String::new(),
    };
    let lot = journal.lot_pret(place, 1, &[ready(2), ready(3), ready(4)]).unwrap();
    journal.en_attente(place, &[ready(5)]).unwrap();
    journal.lot_envoye(lot, 1).unwrap();
    journal.lot_refuse(lot, Some(413), 1, &[]).unwrap();
    let part = journal.lot_partie(place, 2, &[2, 3]).unwrap();
    let verdict = |id, rejet, premiere| Verdict {
        inscription_id: id,
        rejet,
        premiere,
    };
    let verdicts = [
        verdict(2, None, None),
        verdict(3, Some(Vec::new()), None),
        verdict(4, None, Some(Vec::new())),
    ];
    journal.lot_repondu(part, 200, 1, &verdicts).unwrap();
    journal.settled(run, &[1, 2]).unwrap();
    journal.open_etablissement(place, &access).unwrap();
    journal.close_etablissement(place, EtatEtablissement::Termine).unwrap();
    journal.forget_waiting(place).unwrap();
    journal.interrupt_stale().unwrap();
    journal.resume_run(run).unwrap();
    journal.keep_plan(run, "{}").unwrap();
    journal.forget_without_key(run).unwrap();
    journal.close_run(run, EtatExecution::Terminee, at(), &[]).unwrap();
    assert!(journal.claim_courriel(run, Avis::Fin).unwrap());
    let mut report = Vec::new();
    store.write_report_json(RunFilter::Last(5), &mut report).unwrap();
    journal.find_run("2026-11-23".parse().unwrap()).unwrap();
    journal.last_done_before("2026-11-24".parse().unwrap()).unwrap();
    journal.rejets_after(run, 0, 10).unwrap();
    journal.reprises_after(run, 0, 10).unwrap();
    journal.non_envoyes_after(run, 0, 10).unwrap();
    journal.motifs(run).unwrap();
    assert!(journal.last_finished().unwrap().is_some());
    assert_eq!(journal.sent_among(run, &[2]).unwrap().len(), 1);
    journal.sent_after(run, 0, 10).unwrap();
    assert_eq!(journal.purge("2026-12-24".parse().unwrap()).unwrap(), 2);
}
