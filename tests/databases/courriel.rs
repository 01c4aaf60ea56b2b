//! The settings of the report by e-mail, and what the journal knows of the e-mails that went.

use chrono::{DateTime, FixedOffset};
use passerelle::store::journal::{Avis, EtatExecution, OpenRun};
use passerelle::store::{Auteur, Quand, ReglageCourriel, Sealer, Secret, Securite, Store, StoreError};

use crate::bases::{Base, Product, on_each};

on_each! {
    settings_are_kept_as_they_were_saved
    an_email_about_a_run_is_claimed_once
}

fn moment(text: &str) -> DateTime<FixedOffset> {
    text.parse().unwrap()
}

fn reglage(identifiant: Option<&str>, mot_de_passe: Option<&str>) -> ReglageCourriel {
    ReglageCourriel {
        destinataires: vec!["cfa@example.org".to_owned(), "dsi@example.org".to_owned()],
        quand: Quand::SiAction,
        serveur: Some("smtp.example.org".to_owned()),
        port: Some(65_535),
        securite: Securite::StartTls,
        identifiant: identifiant.map(str::to_owned),
        expediteur: None,
        mot_de_passe: mot_de_passe.map(|text| Secret::new(text.to_owned())),
    }
}

fn settings_are_kept_as_they_were_saved(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    Store::migrate(&database).unwrap();
    let store = Store::open(&database).unwrap();
    let sealer = Sealer::from_key([9; 32]).unwrap();
    let auteur = Auteur {
        nom: Some("Zoé".to_owned()),
        le: moment("2026-11-23T10:00:00+01:00"),
    };
    let save = |reglage, revision| store.save_courriel(reglage, revision, &sealer, &auteur);
    assert_eq!(store.courriel().unwrap().revision, 0);
    save(reglage(Some("é"), Some("un secret")), 0).unwrap();
    // Without a password the one that is stored stays.
    save(reglage(Some("é"), None), 1).unwrap();
    let stored = store.courriel().unwrap();
    assert_eq!(stored.reglage.destinataires, reglage(None, None).destinataires);
    assert_eq!(
        (stored.reglage.port, stored.reglage.securite),
        (Some(65_535), Securite::StartTls)
    );
    assert_eq!(
        (stored.reglage.quand, stored.reglage.expediteur.as_deref()),
        (Quand::SiAction, None)
    );
    assert_eq!((stored.modifie_par.as_deref(), stored.revision), (Some("Zoé"), 2));
    assert_eq!(stored.open_password(&sealer).unwrap().unwrap().expose(), "un secret");
    for stale in [0, 1, 3] {
        let refused = save(reglage(None, None), stale);
        assert!(
            matches!(refused, Err(StoreError::CourrielConflict)),
            "{stale}: {refused:?}"
        );
    }
    save(reglage(None, None), 2).unwrap();
    assert_eq!(store.courriel().unwrap().mot_de_passe_scelle, None);
}

fn an_email_about_a_run_is_claimed_once(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    Store::migrate(&database).unwrap();
    let journal = Store::open(&database).unwrap().journal().unwrap();
    let open = |day: &str| {
        let debut = moment(&format!("{day}T23:00:00+01:00"));
        let opened = journal.open_run(&OpenRun {
            nuit: debut.date_naive(),
            run_date: debut.date_naive(),
            debut,
            forcee: false,
            plan: "{}".to_owned(),
        });
        (opened.unwrap(), debut)
    };
    let (run, debut) = open("2026-11-23");
    let claims: Vec<bool> = [
        Avis::Interruption,
        Avis::Interruption,
        Avis::Fin,
        Avis::Fin,
        Avis::Interruption,
    ]
    .map(|avis| journal.claim_courriel(run, avis).unwrap())
    .to_vec();
    assert_eq!(claims, [true, false, true, false, false]);
    // The night before is the last one that came to its end.
    journal.close_run(run, EtatExecution::Terminee, debut, &[]).unwrap();
    let (cut, later) = open("2026-11-24");
    journal.close_run(cut, EtatExecution::Interrompue, later, &[]).unwrap();
    let (_, tonight) = open("2026-11-25");
    let before = journal.last_done_before(tonight.date_naive()).unwrap();
    assert_eq!(before.map(|last| last.id), Some(run));
    assert_eq!(journal.last_done_before(debut.date_naive()).unwrap(), None);
}
