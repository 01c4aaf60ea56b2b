//! The job that renews the sealing key: everything sealed is sealed anew, and the old key forgotten.

use super::registry::JobEntry;
use crate::error::Error;
use crate::fault;
use crate::installation::Installation;
use crate::night::{Outcome, OutcomeKind};
use crate::store::Comptes;

/// The job.
pub const RUN: JobEntry = JobEntry {
    id: "rotation-scellement",
    run: |at, _, _| run(at),
};
/// Its id.
pub const ID: &str = RUN.id;

/// Renew it. Cut short at any moment, all keys can still be opened, and the next call goes on.
///
/// # Errors
/// The sealing key or the tables cannot be read or written.
pub fn run(installation: &Installation) -> Result<Outcome, Error> {
    let store = installation.store()?;
    let keys = installation.keys();
    // A night holds the keys that it opened with: it would be resumed with those.
    let Some(_lock) = store.lock(installation.lease())? else {
        return Ok(Outcome {
            kind: OutcomeKind::RunningElsewhere,
            text: "L'export de nuit est en cours : renouvelez la clé de scellement quand il sera terminé.".to_owned(),
            ..nothing()
        });
    };
    // What an earlier call left sealed with a key that is about to be forgotten.
    store.reseal(&keys.sealer()?)?;
    keys.renew()?;
    fault::inject("rotation.renewed");
    let resealed = store.reseal(&keys.sealer()?)?;
    fault::inject("rotation.resealed");
    keys.forget_previous()?;
    tracing::info!(
        keys = resealed.keys,
        unopened = resealed.unopened,
        "sealing key renewed"
    );

    let mut text = match resealed.keys {
        0 => "La clé de scellement est renouvelée. Il n'y avait aucune clé à protéger de nouveau.".to_owned(),
        1 => "La clé de scellement est renouvelée : 1 clé est protégée de nouveau.".to_owned(),
        keys => format!("La clé de scellement est renouvelée : {keys} clés sont protégées de nouveau."),
    };
    if resealed.unopened > 0 {
        text.push_str(&format!(
            " {} clé(s) n'ont pas pu être ouvertes sur ce poste : saisissez-les de nouveau dans « Gestion des accès aux API \
             tierces ».",
            resealed.unopened
        ));
    }
    text.push_str(
        " Copiez la nouvelle clé de scellement sur les autres postes et le serveur de nuit, et dans vos sauvegardes.",
    );
    let kind = match resealed.unopened {
        0 => OutcomeKind::Done,
        _ => OutcomeKind::ToMend,
    };
    Ok(Outcome {
        kind,
        text,
        ..nothing()
    })
}

fn nothing() -> Outcome {
    Outcome {
        kind: OutcomeKind::Done,
        run_id: 0,
        counts: Comptes::default(),
        text: String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::sync::Arc;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::contributions::testing::{Base, Desk, Vault};
    use crate::host::Setting;
    use crate::store::journal::{EtatExecution, OpenRun};
    use crate::store::{Auteur, Sealer, Settings};

    const PASSWORD: &str = "le-mot-de-passe";
    const KEYS: [&str; 2] = ["la-premiere-cle", "la-seconde-cle"];

    fn installation(base: &Base, secrets: Option<Vault>) -> Installation {
        let settings = vec![
            (Setting::Database, base.connection_string()),
            (Setting::DataDir, base.folder().display().to_string()),
        ];
        Installation::read(Arc::new(Desk {
            secrets,
            settings,
            mail: None,
        }))
        .unwrap()
    }

    /// Two accesses with a key each, a night that was cut short, and one that is done.
    fn prepare(base: &Base, installation: &Installation) {
        let settings = json!({"acces": [
            {"societe_id": 1, "secteur_id": 1, "uai": "1234567A", "url": "https://x.fr", "cle": KEYS[0]},
            {"societe_id": 1, "secteur_id": 2, "uai": "0570079B", "url": "https://x.fr", "cle": KEYS[1]}],
            "courriel": {"serveur": "smtp.x.fr", "identifiant": "u", "mot_de_passe": PASSWORD}});
        let auteur = Auteur {
            nom: None,
            le: installation.host().now().unwrap(),
        };
        let settings = Settings::from_json(&settings.to_string()).unwrap();
        base.store
            .import(&settings, &installation.sealer().unwrap(), &auteur)
            .unwrap();
        let journal = base.store.journal().unwrap();
        let plan = json!({"secteurs": [], "acces": base.store.acces().unwrap()}).to_string();
        for etat in [EtatExecution::Interrompue, EtatExecution::Terminee] {
            let run = journal
                .open_run(&OpenRun {
                    nuit: auteur.le.date_naive(),
                    run_date: auteur.le.date_naive(),
                    debut: auteur.le,
                    forcee: false,
                    plan: plan.clone(),
                })
                .unwrap();
            journal.close_run(run, etat, auteur.le, &[]).unwrap();
        }
    }

    fn check_all_open(base: &Base, sealer: &Sealer) {
        let open = |acces: &[crate::store::Acces]| -> Vec<String> {
            let keys = acces
                .iter()
                .map(|acces| acces.open_key(sealer).unwrap().unwrap().expose().to_owned());
            keys.collect()
        };
        assert_eq!(open(&base.store.acces().unwrap()), KEYS);
        let password = base.store.courriel().unwrap().open_password(sealer).unwrap();
        assert_eq!(password.unwrap().expose(), PASSWORD);
        let journal = base.store.journal().unwrap();
        let plan: serde_json::Value =
            serde_json::from_str(&journal.resume_run(crate::store::journal::RunId(1)).unwrap()).unwrap();
        let acces: Vec<crate::store::Acces> = serde_json::from_value(plan["acces"].clone()).unwrap();
        assert_eq!(open(&acces), KEYS);
    }

    #[test]
    fn everything_is_sealed_anew_wherever_it_is_cut_short() {
        for vault in [false, true] {
            let base = Base::new();
            let installation = installation(&base, vault.then(Vault::default));
            prepare(&base, &installation);
            let before = installation.sealer().unwrap().key_id().to_owned();
            check_all_open(&base, &installation.sealer().unwrap());

            let outcome = run(&installation).unwrap();
            assert!(
                outcome.text.contains("5 clés sont protégées de nouveau"),
                "{}",
                outcome.text
            );
            let renewed = installation.sealer().unwrap();
            assert_ne!(renewed.key_id(), before);
            check_all_open(&base, &renewed);
            // The key that was given up opens nothing any more.
            assert!(
                base.store
                    .acces()
                    .unwrap()
                    .iter()
                    .all(|acces| renewed.is_present(acces.cle_scellee.as_deref().unwrap()))
            );

            // Cut short after the key was made: what is stored is still sealed with the one before.
            installation.keys().renew().unwrap();
            check_all_open(&base, &installation.sealer().unwrap());
            assert_ne!(installation.sealer().unwrap().key_id(), renewed.key_id());
            // The next call finishes that one, then does its own.
            let outcome = run(&installation).unwrap();
            assert_eq!(outcome.kind, OutcomeKind::Done);
            check_all_open(&base, &installation.sealer().unwrap());
            assert_eq!(base.folder().join("scellement.cle").exists(), !vault);
            assert!(!base.folder().join("scellement.cle.ancienne").exists());
        }
    }

    #[test]
    fn a_running_night_keeps_its_keys() {
        let base = Base::new();
        let installation = installation(&base, None);
        prepare(&base, &installation);
        let before = installation.sealer().unwrap().key_id().to_owned();
        let lock = base.store.lock(Duration::from_secs(600)).unwrap().unwrap();
        assert_eq!(run(&installation).unwrap().kind, OutcomeKind::RunningElsewhere);
        assert_eq!(installation.sealer().unwrap().key_id(), before);
        drop(lock);
        assert_eq!(run(&installation).unwrap().kind, OutcomeKind::Done);
    }

    #[test]
    fn a_key_that_cannot_be_opened_is_left_and_told() {
        let base = Base::new();
        let installation = installation(&base, None);
        prepare(&base, &installation);
        base.execute("UPDATE mna_acces SET cle_scellee = 'v1:00000000:00' WHERE id = 1");
        let outcome = run(&installation).unwrap();
        assert_eq!(outcome.kind, OutcomeKind::ToMend);
        assert!(
            outcome.text.contains("1 clé(s) n'ont pas pu être ouvertes"),
            "{}",
            outcome.text
        );
        let acces = base.store.acces().unwrap();
        assert_eq!(acces[0].cle_scellee.as_deref(), Some("v1:00000000:00"));
        assert!(acces[1].open_key(&installation.sealer().unwrap()).is_ok());
    }
}
