//! The course of the displayed status: the dashboard's own answers, and the rule counted day by day.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::Value;

use super::d;
use crate::dossier::statut_affiche::*;

/// A dossier of the vectors, whose fields have the protocol's names.
fn dates(dossier: &Value) -> Dates {
    let champ = |nom: &str| dossier[nom].as_str().map(d);
    let exclusion = champ("date_exclusion_formation").or_else(|| {
        let metier = champ("date_metier_mise_a_jour_statut");
        metier.filter(|_| dossier["statut_apprenant"] == 0)
    });
    let contrat = |suffixe: &&str| {
        Some(Contrat {
            debut: champ(&format!("contrat_date_debut{suffixe}"))?,
            fin: champ(&format!("contrat_date_fin{suffixe}")),
            rupture: champ(&format!("contrat_date_rupture{suffixe}")),
        })
    };
    Dates {
        entree: champ("date_entree_formation").unwrap(),
        fin: champ("date_fin_formation").unwrap(),
        exclusion,
        contrats: ["", "_2", "_3", "_4"].iter().filter_map(contrat).collect(),
    }
}

fn attendu(resultat: &Value) -> Vec<(NaiveDate, String)> {
    let changement = |c: &Value| (d(c["date"].as_str().unwrap()), c["statut"].as_str().unwrap().to_owned());
    resultat["parcours"]
        .as_array()
        .unwrap()
        .iter()
        .map(changement)
        .collect()
}

fn verifie(nom: &str, dates: &Dates, jour: NaiveDate, resultat: &Value) {
    let parcours = parcours(dates);
    let codes: Vec<_> = parcours.iter().map(|(date, s)| (*date, s.code().to_owned())).collect();
    assert_eq!(codes, attendu(resultat), "{nom}");
    assert_eq!(resultat["statut_affiche"], statut_au(jour, &parcours).code(), "{nom}");
}

/// What the real dashboard made of each: at night, and on a Saturday, when the exclusion of an earlier night counts
/// where the last dossier has none.
#[test]
fn what_the_dashboard_displays_is_known_for_149_dossiers() {
    let fichier = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/statuts.json");
    let vecteurs: Vec<Value> = serde_json::from_slice(&fs::read(fichier).unwrap()).unwrap();
    let mut samedis = 0;
    for vecteur in &vecteurs {
        let nom = vecteur["nom"].as_str().unwrap();
        let jour = d(vecteur["date"].as_str().unwrap());
        let mut recus = dates(&vecteur["dossier"]);
        verifie(nom, &recus, jour, vecteur);
        if vecteur["samedi"].is_object() {
            samedis += 1;
            recus.exclusion = recus.exclusion.or(dates(&vecteur["avant"]).exclusion);
            verifie(nom, &recus, jour, &vecteur["samedi"]);
        }
    }
    assert_eq!((vecteurs.len(), samedis), (149, 9));
}

/// The rule as it is told, one day after the other.
fn jour_par_jour(dates: &Dates) -> Vec<(NaiveDate, StatutAffiche)> {
    use StatutAffiche::*;
    let un = Days::new(1);
    let contrats: Vec<&Contrat> = dates
        .contrats
        .iter()
        .enumerate()
        .filter(|(rang, c)| !dates.contrats[rang + 1..].iter().any(|autre| autre.debut == c.debut))
        .map(|(_, c)| c)
        .collect();
    let fin_de = |c: &Contrat| c.rupture.map_or(c.fin.unwrap_or(dates.fin), |r| r - un);
    let dernier = contrats.iter().map(|c| fin_de(c)).max();
    let derniers_rompus = contrats
        .iter()
        .filter(|c| Some(fin_de(c)) == dernier && c.rupture.is_some())
        .count();
    let naturelle = dates.exclusion.is_none() && !contrats.is_empty() && derniers_rompus == 0;
    let mut jour = contrats.iter().map(|c| c.debut).chain([dates.entree]).min().unwrap();
    let (mut vu, mut n, mut suite) = (false, 0, Vec::new());
    while jour <= dates.fin {
        let mut statut = if dates.exclusion.is_some_and(|x| jour >= x) {
            Abandon
        } else if contrats.iter().any(|c| c.debut <= jour && jour <= fin_de(c)) {
            (vu, n) = (true, 0);
            Apprenti
        } else {
            n += 1;
            match vu {
                true if n > 180 => Abandon,
                true => Rupturant,
                false if n > 90 => Abandon,
                false => Inscrit,
            }
        };
        let avant = statut;
        if let Some(dernier) = dernier {
            let proche = (dates.fin - dernier).num_days() <= 60 && jour > dernier;
            if naturelle && proche && [Inscrit, Rupturant].contains(&avant) {
                statut = FinDeFormation;
            }
        }
        if jour == dates.fin && (naturelle || [Apprenti, Inscrit].contains(&avant)) {
            statut = FinDeFormation;
        }
        if suite.last().map(|(_, s)| *s) != Some(statut) {
            suite.push((jour, statut));
        }
        jour = jour + un;
    }
    suite
}

/// Any dates, mostly close to each other, so that the limits and the coincidences are met.
fn dossier() -> impl Strategy<Value = Dates> {
    let jour = || {
        prop_oneof![
            (0..800_u64).boxed(),
            proptest::sample::select(vec![0, 59, 60, 61, 89, 90, 91, 179, 180, 181, 364, 365, 700]).boxed(),
            (0..12_u64).boxed(),
        ]
        .prop_map(|jours| d("2025-09-01") + Days::new(jours))
    };
    let facultatif = move |poids: f64| proptest::option::weighted(poids, jour());
    let contrat = (jour(), facultatif(0.7), facultatif(0.3));
    let contrat = contrat.prop_map(|(debut, fin, rupture)| Contrat { debut, fin, rupture });
    (
        jour(),
        jour(),
        facultatif(0.2),
        proptest::collection::vec(contrat, 0..=4),
    )
        .prop_map(|(un, autre, exclusion, contrats)| Dates {
            entree: un.min(autre),
            fin: un.max(autre),
            exclusion,
            contrats,
        })
}

/// `PROPTEST_CASES=100000` looks longer.
#[test]
fn the_course_is_the_one_of_the_rule_counted_day_by_day() {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let changements = Cell::new(0);
    proptest::test_runner::TestRunner::new(config)
        .run(&dossier(), |dates| {
            let parcours = parcours(&dates);
            changements.set(changements.get() + parcours.len());
            prop_assert_eq!(parcours, jour_par_jour(&dates));
            Ok(())
        })
        .unwrap_or_else(|erreur| panic!("{erreur}"));
    assert!(changements.get() > 256, "courses without any change prove nothing");
}

#[test]
fn the_course_ends_quickly_on_any_pair_of_dates() {
    let (min, max) = (NaiveDate::MIN, NaiveDate::MAX);
    for (debut, fin, rupture) in [
        (min, None, Some(min)),
        (max, None, Some(min)),
        (min, Some(max), None),
        (max, Some(max), Some(max)),
    ] {
        for exclusion in [None, Some(min), Some(max)] {
            let dates = Dates {
                entree: min,
                fin: max,
                exclusion,
                contrats: vec![Contrat { debut, fin, rupture }],
            };
            let parcours = parcours(&dates);
            assert_eq!(parcours.first().map(|(date, _)| *date), Some(min));
            assert!(parcours.windows(2).all(|paire| paire[0].0 < paire[1].0));
        }
    }
    let a_rebours = Dates {
        entree: max,
        fin: min,
        ..Dates::default()
    };
    assert_eq!(parcours(&a_rebours), []);
    assert_eq!(statut_au(max, &[]), StatutAffiche::Inscrit);
}
