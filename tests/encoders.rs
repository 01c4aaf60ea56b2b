//! What holds for every dossier, whatever the ERP holds: our own invariants, and the receiver's rules in both protocols,
//! as the sandbox models them from the receiver's contract.
//!
//! `PROPTEST_CASES=100000 cargo test --test encoders` looks longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/generator/mod.rs"]
mod generator;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use demo_host::sandbox::rules::{check_2021, check_v3, identity_v3, known_fields_v3, late_errors_v3, statut_affiche};
use generator::{World, decided, world};
use passerelle::dossier::records::{Attendu, Inscription, Lecture, Stagiaire, ValeurIllisible};
use passerelle::dossier::{
    CodeMotif, Contexte, Dossier, Genre, ListeUai, Protocole, Provenance, StatutAffiche, Valeur, colonnes,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

type Verdict = Result<(), TestCaseError>;

/// Each protocol, and v3 with the optional data too.
const FORMS: [(Protocole, bool); 3] = [
    (Protocole::V3, false),
    (Protocole::V3, true),
    (Protocole::StatutCandidats, false),
];

/// Days on which rules turn: the school year, 29 February, ages.
const DAYS: &[&str] = &[
    "2026-11-23",
    "2026-07-31",
    "2026-08-01",
    "2028-02-29",
    "2027-03-01",
    "2026-12-31",
];

fn for_every_world(check: impl Fn(&World, NaiveDate) -> Verdict) {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let days = select(DAYS).prop_map(|day| day.parse().unwrap());
    TestRunner::new(config)
        .run(&(world(), days), |(world, day)| check(&world, day))
        .unwrap_or_else(|error| panic!("{error}"));
}

fn dossiers(world: &World, run_date: NaiveDate, (protocole, donnees_sifa): (Protocole, bool)) -> Vec<Dossier> {
    let lignes_uai = ListeUai::new(world.lignes_uai.clone());
    let contexte = Contexte {
        run_date,
        lignes_uai: &lignes_uai,
    };
    decided(&contexte, &world.inscriptions(), |inscription| {
        contexte.dossier(inscription, protocole, donnees_sifa)
    })
}

fn json(dossier: &Dossier) -> Value {
    serde_json::to_value(dossier.corps()).unwrap()
}

#[test]
fn the_receiver_takes_every_dossier_that_we_send() {
    let (seen, sent) = (Cell::new(0), Cell::new(0));
    for_every_world(|world, day| {
        for form in FORMS {
            let all = dossiers(world, day, form);
            let bodies: Vec<_> = all.iter().filter(|dossier| dossier.envoyable()).map(json).collect();
            for body in &bodies {
                let faults = match form.0 {
                    Protocole::V3 => [check_v3(body), late_errors_v3(body)].concat(),
                    Protocole::StatutCandidats => check_2021(body),
                };
                prop_assert!(faults.is_empty(), "{form:?}: {faults:?} in {body}");
            }
            if form.0 == Protocole::V3 {
                let learners: BTreeSet<_> = bodies.iter().map(identity_v3).collect();
                prop_assert_eq!(
                    learners.len(),
                    bodies.len(),
                    "the receiver would keep one of {:?}",
                    bodies
                );
            }
            seen.set(seen.get() + all.len());
            sent.set(sent.get() + bodies.len());
        }
        Ok(())
    });
    let (seen, sent) = (seen.get(), sent.get());
    assert!(
        sent * 10 > seen && sent < seen,
        "ERPs so nasty, or so clean, that they prove nothing: {sent} of {seen}"
    );
    println!("{sent} dossiers of {seen} are sent");
}

#[test]
fn the_dashboard_displays_what_we_say_by_its_rule_written_twice() {
    same_status(2_000);
}

#[test]
#[ignore = "minutes: 100,000 dossiers"]
fn the_dashboard_displays_what_we_say_of_a_hundred_thousand() {
    same_status(100_000);
}

/// The plugin's status and the sandbox's, each by its own code, of at least so many dossiers that are sent.
fn same_status(wanted: u64) {
    let seen: RefCell<BTreeMap<&'static str, u64>> = RefCell::default();
    let compared = || seen.borrow().values().sum::<u64>();
    while compared() < wanted {
        for_every_world(|world, day| {
            let since_1970 = (day - NaiveDate::default()).num_days();
            for dossier in dossiers(world, day, FORMS[0])
                .iter()
                .filter(|dossier| dossier.envoyable())
            {
                let body = json(dossier);
                let ours = dossier.statut_affiche.map(StatutAffiche::code);
                prop_assert_eq!(ours, statut_affiche(&body, since_1970), "on {} of {}", day, body);
                if let Some(code) = ours {
                    *seen.borrow_mut().entry(code).or_default() += 1;
                }
            }
            Ok(())
        });
    }
    println!("{:?}", seen.borrow());
    assert_eq!(
        seen.borrow().len(),
        5,
        "ERPs without some status prove little: {:?}",
        seen.borrow()
    );
}

#[test]
fn the_receiver_knows_every_field_of_v3() {
    let known: BTreeSet<_> = known_fields_v3().collect();
    for colonne in colonnes(Protocole::V3, true) {
        assert!(known.contains(colonne.nom), "{}", colonne.nom);
    }
}

#[test]
fn a_dossier_has_its_fields_in_order_and_is_sent_unless_it_has_a_reason() {
    for_every_world(|world, day| {
        for form in FORMS {
            for dossier in dossiers(world, day, form) {
                fields(&dossier, form)?;
                reasons(&dossier, form)?;
            }
        }
        Ok(())
    });
}

/// The fields are the protocol's, in its order, of their kind, never empty, each from a screen that there is.
fn fields(dossier: &Dossier, form: (Protocole, bool)) -> Verdict {
    let mut columns = colonnes(form.0, form.1).iter();
    for champ in &dossier.champs {
        let column = columns.find(|column| column.nom == champ.nom);
        prop_assert!(column.is_some(), "{} out of order", champ.nom);
        let (genre, full) = match &champ.valeur {
            Valeur::Texte(text) => (Genre::Texte, !text.trim().is_empty()),
            Valeur::Entier(_) => (Genre::Entier, true),
            Valeur::Booleen(_) => (Genre::Booleen, true),
            Valeur::Date(_) => (Genre::Date, true),
        };
        prop_assert!(
            full && column.is_some_and(|column| column.genre == genre),
            "{}",
            champ.nom
        );
        let computed = matches!(
            champ.nom,
            "annee_scolaire"
                | "annee_formation"
                | "statut_apprenant"
                | "periode_formation"
                | "duree_theorique_formation_mois"
        );
        prop_assert_eq!(champ.provenance == Provenance::Calcul, computed, "{}", champ.nom);
    }
    for warning in &dossier.avertissements {
        let known = colonnes(form.0, form.1)
            .iter()
            .any(|column| column.nom == warning.champ);
        prop_assert!(known && !warning.detail.is_empty(), "{warning:?}");
    }
    Ok(())
}

/// Left out exactly if a required field is missing, the dates disagree, or another inscription goes instead.
fn reasons(dossier: &Dossier, form: (Protocole, bool)) -> Verdict {
    let required: &[&str] = match form.0 {
        Protocole::V3 => &[
            "nom_apprenant",
            "prenom_apprenant",
            "date_de_naissance_apprenant",
            "email_contact",
            "formation_cfd",
            "date_inscription_formation",
            "date_entree_formation",
            "date_fin_formation",
            "etablissement_responsable_uai",
            "etablissement_responsable_siret",
            "etablissement_formateur_uai",
            "etablissement_formateur_siret",
        ],
        Protocole::StatutCandidats => &[
            "nom_apprenant",
            "prenom_apprenant",
            "email_contact",
            "id_formation",
            "uai_etablissement",
            "siret_etablissement",
            "nom_etablissement",
            "date_metier_mise_a_jour_statut",
        ],
    };
    let complete = required.iter().all(|name| dossier.champ(name).is_some());
    let date = |name: &str| match dossier.champ(name).map(|champ| &champ.valeur) {
        Some(Valeur::Date(date)) => Some(*date),
        _ => None,
    };
    let backwards = date("date_fin_formation")
        .zip(date("date_entree_formation"))
        .is_some_and(|(end, entry)| end < entry);
    let instead = dossier
        .motifs
        .iter()
        .any(|motif| motif.code == CodeMotif::AutreInscription);
    prop_assert_eq!(dossier.envoyable(), complete && !backwards && !instead, "{:?}", dossier);
    prop_assert!(
        !instead || dossier.motifs.len() == 1,
        "only what could go gives way: {:?}",
        dossier
    );
    prop_assert!(
        dossier.motifs.windows(2).all(|pair| pair[0].code < pair[1].code),
        "one of each, in order"
    );
    prop_assert!(dossier.motifs.iter().all(|motif| !motif.detail.is_empty()));
    Ok(())
}

#[test]
fn of_one_stagiaire_at_one_site_who_still_learns_then_the_latest_entry_is_sent() {
    for_every_world(|world, day| {
        let lignes_uai = ListeUai::new(world.lignes_uai.clone());
        let contexte = Contexte {
            run_date: day,
            lignes_uai: &lignes_uai,
        };
        let before: Vec<_> = world
            .inscriptions()
            .iter()
            .map(|i| contexte.dossier(i, Protocole::V3, false))
            .filter(Dossier::envoyable)
            .collect();
        let site = |dossier: &Dossier| {
            ["etablissement_formateur_uai", "etablissement_formateur_siret"]
                .map(|name| dossier.champ(name).map(|c| c.valeur.clone()))
        };
        let learns = |dossier: &Dossier| {
            dossier.champ("statut_apprenant").map(|champ| &champ.valeur) != Some(&Valeur::Entier(0))
        };
        let sent: Vec<_> = dossiers(world, day, FORMS[0])
            .into_iter()
            .filter(Dossier::envoyable)
            .collect();
        for dossier in &before {
            let rivals: Vec<_> = before
                .iter()
                .filter(|other| other.stagiaire_id == dossier.stagiaire_id && site(other) == site(dossier))
                .collect();
            let best = rivals
                .iter()
                .max_by_key(|other| (learns(other), other.entree, other.inscription_id))
                .unwrap();
            let goes = sent.iter().any(|other| other.inscription_id == dossier.inscription_id);
            prop_assert_eq!(goes, best.inscription_id == dossier.inscription_id);
        }
        Ok(())
    });
}

#[test]
fn nothing_depends_on_the_order_of_rows() {
    for_every_world(|world, day| {
        let mut turned = world.clone();
        turned.lignes_uai.reverse();
        turned.conventions.reverse();
        turned.interlocuteurs.reverse();
        turned.responsables.reverse();
        for form in FORMS {
            let same = |world| {
                let mut shown: Vec<_> = dossiers(world, day, form);
                // These warnings come in the order of the rows that they name.
                shown.iter_mut().for_each(|d| {
                    d.avertissements
                        .sort_by(|a, b| (a.code, &a.detail).cmp(&(b.code, &b.detail)))
                });
                format!("{shown:?}")
            };
            prop_assert_eq!(same(world), same(&turned));
        }
        Ok(())
    });
}

#[test]
fn an_unreadable_name_leaves_its_dossier_out_and_changes_nothing_else() {
    for_every_world(|world, day| {
        let lignes_uai = ListeUai::new(world.lignes_uai.clone());
        let contexte = Contexte {
            run_date: day,
            lignes_uai: &lignes_uai,
        };
        for inscription in world.inscriptions() {
            let Lecture::Lue(stagiaire) = &inscription.stagiaire else {
                continue;
            };
            let nom = ValeurIllisible {
                entite: "stagiaire",
                colonne: "nom",
                id: Some(7),
                attendu: Attendu::Texte,
            };
            let unread = Inscription {
                stagiaire: Lecture::Lue(Stagiaire {
                    nom: Lecture::Illisible(Box::new(nom)),
                    ..stagiaire.clone()
                }),
                ..inscription.clone()
            };
            for (protocole, donnees_sifa) in FORMS {
                let dossier = contexte.dossier(&unread, protocole, donnees_sifa);
                let named = dossier
                    .motifs
                    .iter()
                    .any(|m| m.code == CodeMotif::ValeurIllisible && m.detail.contains("stagiaire.nom (n° 7)"));
                prop_assert!(named && !dossier.envoyable());
                let mut readable = contexte.dossier(&inscription, protocole, donnees_sifa);
                readable.champs.retain(|champ| champ.nom != "nom_apprenant");
                readable
                    .avertissements
                    .retain(|warning| warning.champ != "nom_apprenant");
                prop_assert_eq!(dossier.champs, readable.champs);
                prop_assert_eq!(dossier.avertissements, readable.avertissements);
            }
        }
        Ok(())
    });
}

#[test]
fn what_is_sent_is_read_back_as_itself() {
    for_every_world(|world, day| {
        let lignes_uai = ListeUai::new(world.lignes_uai.clone());
        let contexte = Contexte {
            run_date: day,
            lignes_uai: &lignes_uai,
        };
        for mut inscription in world.inscriptions() {
            let dossier = contexte.dossier(&inscription, Protocole::StatutCandidats, false);
            let (latitude, longitude) = (&inscription.secteur.latitude, &inscription.secteur.longitude);
            let (latitude, longitude) = (latitude.valeur().copied(), longitude.valeur().copied());
            let point = text(&dossier, "etablissement_formateur_geo_coordonnees");
            prop_assert_eq!(point.is_some(), latitude.is_some() && longitude.is_some());
            for (degrees, exact) in point
                .iter()
                .flat_map(|point| point.split(','))
                .zip([latitude, longitude])
            {
                let near = (degrees.parse::<f64>().unwrap() - exact.unwrap()).abs() <= 0.000_000_501;
                let short =
                    degrees != "-0" && !degrees.ends_with('.') && (!degrees.contains('.') || !degrees.ends_with('0'));
                prop_assert!(near && short, "{degrees}");
            }
            if let (Some(number), Lecture::Lue(stagiaire)) =
                (text(&dossier, "tel_apprenant"), &mut inscription.stagiaire)
            {
                stagiaire.telephone = Lecture::Lue(number.clone());
                let again = contexte.dossier(&inscription, Protocole::StatutCandidats, false);
                prop_assert_eq!(text(&again, "tel_apprenant"), Some(number));
            }
        }
        Ok(())
    });
}

fn text(dossier: &Dossier, name: &str) -> Option<String> {
    match &dossier.champ(name)?.valeur {
        Valeur::Texte(text) => Some(text.clone()),
        _ => None,
    }
}
