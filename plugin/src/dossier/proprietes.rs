//! What holds for every dossier, whatever the ERP holds.
//!
//! The strategies are boxed: nested as plain types, they overflow a test's stack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use chrono::NaiveDate;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::records::*;
use super::*;

/// Text as people enter it: blank, invisible, malformed, or one of the good forms.
fn texte() -> BoxedStrategy<Option<String>> {
    static BONS: [&str; 19] = [
        "",
        " \u{A0}",
        "\u{FEFF}\t",
        "PARENT",
        "a@b.fr",
        "faux@",
        "0612345678",
        "057-0033 b",
        "0570044C",
        "732 829 320 00074",
        "50022141",
        "35316",
        "57000",
        "1000",
        "1234567890F",
        "2a",
        "m",
        "04",
        "Démission",
    ];
    of(prop_oneof![4 => proptest::sample::select(&BONS[..]).prop_map(str::to_owned), 1 => any::<String>()]).boxed()
}

fn date() -> BoxedStrategy<Option<NaiveDate>> {
    let jour = |j: i64| NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::TimeDelta::days(j);
    of(prop_oneof![8 => (0..2500i64).prop_map(jour), 1 => (-700_000..2_900_000i64).prop_map(jour)]).boxed()
}

fn diplome() -> BoxedStrategy<Option<Arc<Diplome>>> {
    of(
        (texte(), texte(), texte(), texte()).prop_map(|(libelle, libelle_court, code, rncp)| {
            Arc::new(Diplome {
                id: 1,
                libelle,
                libelle_court,
                code,
                rncp,
            })
        }),
    )
    .boxed()
}

fn stagiaire() -> BoxedStrategy<Option<Stagiaire>> {
    let textes = (texte(), texte(), texte(), texte(), texte(), texte(), texte());
    of(
        (0..3i64, textes, date(), any::<bool>(), any::<Option<bool>>()).prop_map(|(id, t, naissance, non, rqth)| {
            let (nom, prenom, email, telephone, sexe, adresse, code_postal) = t;
            Stagiaire {
                id,
                nom,
                prenom,
                // Around the age of 18 rather than now.
                date_naissance: naissance.map(|d| d - chrono::TimeDelta::days(18 * 365)),
                email,
                telephone,
                ne_pas_solliciter: non,
                sexe,
                adresse,
                code_postal,
                rqth,
            }
        }),
    )
    .boxed()
}

fn sifa() -> BoxedStrategy<Option<Sifa>> {
    let responsables = vec((any::<Option<i64>>(), texte()), 0..4);
    let textes = (texte(), texte(), texte());
    of((
        textes,
        diplome(),
        date(),
        date(),
        any::<bool>(),
        any::<Option<i64>>(),
        responsables,
    )
        .prop_map(
            |((ine, uai, organisme), diplome, entree, rupture, sans, situation, responsables)| Sifa {
                id: 1,
                ine,
                diplome,
                uai_etablissement: uai,
                date_entree_cfa: entree,
                date_rupture_contrat: rupture,
                sans_contrat_initial: sans,
                derniere_situation: situation,
                dernier_organisme_uai: organisme,
                responsables: (1..)
                    .zip(responsables)
                    .map(|(id, (rang, email))| Responsable { id, rang, email })
                    .collect(),
            },
        ))
    .boxed()
}

fn conventions() -> BoxedStrategy<Vec<Convention>> {
    vec((date(), date(), date(), texte(), texte()), 0..7)
        .prop_map(|conventions| {
            let convention = |(id, (date_debut, date_fin, date_rupture, cause_rupture, siret_employeur))| Convention {
                id,
                date_debut,
                date_fin,
                date_rupture,
                cause_rupture,
                siret_employeur,
            };
            (1..).zip(conventions).map(convention).collect()
        })
        .boxed()
}

fn action() -> BoxedStrategy<Option<Action>> {
    of(
        (date(), date(), diplome(), diplome()).prop_map(|(date_debut, date_fin, diplome, centre_interet_diplome)| {
            Action {
                id: 1,
                date_debut,
                date_fin,
                diplome,
                centre_interet_diplome,
            }
        }),
    )
    .boxed()
}

fn secteur() -> BoxedStrategy<Arc<Secteur>> {
    (0..3i64, 0..3i64, texte(), any::<Option<f64>>(), any::<Option<f64>>())
        .prop_map(|(id, societe_id, code_postal, latitude, longitude)| {
            Arc::new(Secteur {
                id,
                societe_id,
                nom: None,
                code_postal,
                latitude,
                longitude,
            })
        })
        .boxed()
}

fn inscription() -> BoxedStrategy<Inscription> {
    let dates = (date(), date(), date(), date(), date());
    let interlocuteurs = vec((any::<Option<i64>>(), texte(), texte()), 0..4);
    let reste = (
        action(),
        secteur(),
        sifa(),
        conventions(),
        interlocuteurs,
        any::<bool>(),
    );
    (0..9i64, dates, texte(), stagiaire(), reste)
        .prop_map(|(id, dates, motif_sortie, stagiaire, reste)| {
            let (action, secteur, sifa, conventions, interlocuteurs, illisible) = reste;
            let interlocuteur = |(id, (rang, profil, email))| Interlocuteur {
                id,
                rang,
                profil,
                email,
            };
            let illisibles = illisible.then_some(ValeurIllisible {
                entite: "stagiaire",
                colonne: "nom",
                id: 1,
                attendu: Attendu::Texte,
            });
            Inscription {
                id,
                date_inscription: dates.0,
                date_entree: dates.1,
                date_entree_groupe: dates.2,
                sortie_prevue: dates.3,
                sortie_reelle: dates.4,
                motif_sortie,
                stagiaire,
                action,
                secteur,
                sifa,
                conventions,
                interlocuteurs: (1..).zip(interlocuteurs).map(interlocuteur).collect(),
                illisibles: illisibles.into_iter().collect(),
            }
        })
        .boxed()
}

fn liste() -> BoxedStrategy<Vec<LigneUai>> {
    let ligne = (
        of(0..3i64),
        of(0..3i64),
        texte(),
        texte(),
        texte(),
        texte(),
        texte(),
        texte(),
    );
    vec(ligne, 0..5)
        .prop_map(|lignes| {
            let ligne =
                |(id, (societe_id, secteur_id, uai, nom, siret, uai_formateur, siret_formateur, type_cfa))| LigneUai {
                    id,
                    uai,
                    nom,
                    siret,
                    organisme_gestionnaire: None,
                    type_cfa,
                    societe_id,
                    secteur_id,
                    uai_formateur,
                    siret_formateur,
                };
            (1..).zip(lignes).map(ligne).collect()
        })
        .boxed()
}

/// Random records seldom make a dossier that is sent: some parts are those of a complete one.
fn en_partie_complete(
    mut i: Inscription,
    mut lignes: Vec<LigneUai>,
    complet: [bool; 6],
) -> (Inscription, Vec<LigneUai>) {
    let modele = super::tests::inscription();
    let [stagiaire, action, dates, sifa, lisible, liste] = complet;
    if stagiaire {
        i.stagiaire = modele.stagiaire;
    }
    if action {
        i.action = modele.action;
    }
    if dates {
        (i.date_entree, i.sortie_prevue) = (modele.date_entree, modele.sortie_prevue);
    }
    if sifa {
        i.sifa = None;
    }
    if lisible {
        i.illisibles.clear();
    }
    if liste {
        (i.secteur, lignes) = (modele.secteur, super::tests::lignes());
    }
    (i, lignes)
}

fn protocole() -> BoxedStrategy<Protocole> {
    proptest::sample::select(&[Protocole::V3, Protocole::StatutCandidats][..]).boxed()
}

proptest! {
    #[test]
    fn every_dossier(
        i in inscription(),
        complet in any::<[bool; 6]>(),
        lignes in liste(),
        protocole in protocole(),
        sifa in any::<bool>(),
    ) {
        let (i, lignes) = en_partie_complete(i, lignes, complet);
        let liste = ListeUai::new(lignes.clone());
        let contexte = Contexte { run_date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), lignes_uai: &liste };
        let dossier = contexte.dossier(&i, protocole, sifa);

        // The fields are the protocol's, in its order, of their kind, and never empty.
        let mut colonnes = colonnes(protocole, sifa).iter();
        for champ in &dossier.champs {
            let colonne = colonnes.find(|c| c.nom == champ.nom);
            prop_assert!(colonne.is_some(), "{} out of order", champ.nom);
            let (genre, plein) = match &champ.valeur {
                Valeur::Texte(t) => (Genre::Texte, !t.trim().is_empty()),
                Valeur::Entier(_) => (Genre::Entier, true),
                Valeur::Booleen(_) => (Genre::Booleen, true),
                Valeur::Date(_) => (Genre::Date, true),
            };
            prop_assert!(plein && colonne.is_some_and(|c| c.genre == genre), "{}", champ.nom);
        }

        // Sent exactly if every required field is there, the dates agree and all could be read.
        let complet = super::colonnes(protocole, sifa)
            .iter()
            .all(|c| c.requis.is_none() || dossier.champ(c.nom).is_some());
        let date = |nom: &str| match dossier.champ(nom).map(|c| &c.valeur) {
            Some(Valeur::Date(date)) => Some(*date),
            _ => None,
        };
        let coherent = match (date("date_entree_formation"), date("date_fin_formation")) {
            (Some(entree), Some(fin)) => entree <= fin,
            _ => true,
        };
        prop_assert_eq!(dossier.envoyable(), complet && coherent && i.illisibles.is_empty());
        prop_assert!(dossier.motifs.windows(2).all(|m| m[0].code < m[1].code), "one of each, in order");
        prop_assert!(dossier.motifs.iter().all(|m| !m.detail.is_empty()));

        // A contract without a beginning is refused out of sight.
        for suffixe in ["_2", "_3", "_4"] {
            let a = |nom: &str| dossier.champ(&format!("{nom}{suffixe}")).is_some();
            prop_assert!(a("contrat_date_debut") || !(a("contrat_date_fin") || a("contrat_date_rupture") || a("cause_rupture_contrat")));
        }

        // The same records give the same dossier, whatever the order of the list.
        let mut retournees = lignes;
        retournees.reverse();
        let liste = ListeUai::new(retournees);
        let encore = Contexte { lignes_uai: &liste, ..contexte }.dossier(&i, protocole, sifa);
        prop_assert_eq!(format!("{dossier:?}"), format!("{encore:?}"));
        prop_assert_eq!(contexte.ligne_uai(&i).map(|l| l.id), dossier.ligne_uai);
    }

    #[test]
    fn one_of_a_site(inscriptions in vec(inscription(), 0..6), lignes in liste()) {
        let liste = ListeUai::new(lignes);
        let contexte = Contexte { run_date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), lignes_uai: &liste };
        let mut dossiers: Vec<_> = (1..)
            .zip(inscriptions)
            .map(|(id, i)| contexte.dossier(&Inscription { id, stagiaire: super::tests::inscription().stagiaire, ..i }, Protocole::V3, false))
            .collect();
        let site = |d: &Dossier| ["etablissement_formateur_uai", "etablissement_formateur_siret"].map(|n| d.champ(n).map(|c| c.valeur.clone()));
        let sites = |dossiers: &[Dossier]| {
            let mut sites: Vec<_> = dossiers.iter().filter(|d| d.envoyable()).map(|d| format!("{:?}", site(d))).collect();
            sites.sort();
            sites
        };
        let mut attendus = sites(&dossiers);
        attendus.dedup();
        retenir_une_inscription(&mut dossiers);
        prop_assert_eq!(sites(&dossiers), attendus);
    }

    #[test]
    fn any_telephone(saisie in "[+0-9 ./()-]{0,20}|\\PC{0,12}") {
        if let Some(numero) = super::telephone::normalise(&saisie) {
            prop_assert_eq!(super::telephone::normalise(&numero), Some(numero.clone()), "{} is stable", numero);
        }
    }

    #[test]
    fn any_degrees(valeur in -180.0..180.0f64) {
        let texte = super::coordonnees::degres(valeur);
        prop_assert!((texte.parse::<f64>().unwrap() - valeur).abs() <= 0.000_000_501, "{}", texte);
        prop_assert!(texte != "-0" && !texte.ends_with('.') && (!texte.contains('.') || !texte.ends_with('0')), "{}", texte);
    }
}
